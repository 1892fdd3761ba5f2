// RUN: hewn-opt %s --pass-pipeline='builtin.module(func.func(hewn-nn-to-linalg))' | FileCheck %s

// CHECK-DAG: #[[TWICE:.*]] = affine_map<(d0, d1) -> (d0, d1 floordiv 2)>

// A nearest resize by a whole factor is a map.
// CHECK-LABEL: @repeated
// CHECK: linalg.generic {indexing_maps = [#[[TWICE]], #{{.*}}]
// CHECK-NOT: tensor.extract
// CHECK: return
func.func @repeated(%x: tensor<3x4xf32>) -> tensor<3x8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>,
      scales = array<f64: 1.0, 2.0>, static_sizes = array<i64: 3, 8>} : (tensor<3x4xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// CHECK-LABEL: @repeated_half_pixel
// CHECK: linalg.generic {indexing_maps = [#[[TWICE]], #{{.*}}]
func.func @repeated_half_pixel(%x: tensor<3x4xf32>) -> tensor<3x8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<half_pixel>,
      nearest = #nn.nearest<round_prefer_floor>, scales = array<f64: 1.0, 2.0>, static_sizes = array<i64: 3, 8>}
      : (tensor<3x4xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// ceil reads the next element for odd positions: no whole repetition.
// CHECK-LABEL: @negative_rounded_up
// CHECK-NOT: #[[TWICE]],
// CHECK: math.ceil
// CHECK: tensor.extract
func.func @negative_rounded_up(%x: tensor<3x4xf32>) -> tensor<3x8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<ceil>,
      scales = array<f64: 1.0, 2.0>, static_sizes = array<i64: 3, 8>} : (tensor<3x4xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// Two taps along the one dimension that changes, in f64, rounded once.
// CHECK-LABEL: @linear
// CHECK-COUNT-2: tensor.extract
// CHECK-NOT: tensor.extract
// CHECK: arith.truncf %{{.*}} : f64 to f32
func.func @linear(%x: tensor<3x4xf32>) -> tensor<3x8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<linear>, coordinate = #nn.coordinate<half_pixel>, nearest = #nn.nearest<floor>,
      scales = array<f64: 1.0, 2.0>, static_sizes = array<i64: 3, 8>} : (tensor<3x4xf32>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// CHECK-LABEL: @cubic
// CHECK-COUNT-4: tensor.extract
// CHECK-NOT: tensor.extract
func.func @cubic(%x: tensor<4xf32>) -> tensor<8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<cubic>, coordinate = #nn.coordinate<half_pixel>, nearest = #nn.nearest<floor>,
      scales = array<f64: 2.0>, static_sizes = array<i64: 8>} : (tensor<4xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// CHECK-LABEL: @edge_pad
// CHECK: linalg.generic
// CHECK: arith.minsi
// CHECK: arith.maxsi
// CHECK: tensor.extract
func.func @edge_pad(%x: tensor<3xf32>) -> tensor<7xf32> {
  %0 = nn.pad %x {low = array<i64: 2>, high = array<i64: 2>, mode = #nn.pad_mode<edge>} : (tensor<3xf32>) -> tensor<7xf32>
  return %0 : tensor<7xf32>
}

// CHECK-LABEL: @reflect_pad
// CHECK: arith.remsi
// CHECK: arith.select
// CHECK: tensor.extract
func.func @reflect_pad(%x: tensor<3xf32>) -> tensor<7xf32> {
  %0 = nn.pad %x {low = array<i64: 2>, high = array<i64: 2>, mode = #nn.pad_mode<reflect>} : (tensor<3xf32>) -> tensor<7xf32>
  return %0 : tensor<7xf32>
}
