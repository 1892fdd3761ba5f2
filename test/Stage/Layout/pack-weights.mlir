// RUN: hewn-opt %s --hewn-pack-weights=lanes=16 | FileCheck %s

// CHECK: hewn.weight @constant : tensor<2x8x1x1xf32> {
// CHECK: hewn.weight @constant_panel : tensor<1x1x1x8x16xf32> {
// CHECK: hewn.load_weight @constant
// CHECK: hewn.weight @w_panel : tensor<2x8x32xf32> {
// CHECK-NEXT: hewn.load_weight @w
// CHECK-NEXT: nn.pad {{.*}} -> tensor<8x64xf32>
// CHECK-NEXT: nn.reshape {{.*}} -> tensor<8x2x32xf32>
// CHECK-NEXT: nn.transpose {{.*}} {perm = array<i64: 1, 0, 2>}
hewn.weight @w : tensor<8x48xf32> source #hewn.source<"m.onnx", 0, 1536>
// CHECK: hewn.weight @f_panel : tensor<2x3x3x5x32xf32> {
// CHECK: nn.transpose {{.*}} {perm = array<i64: 0, 3, 4, 2, 1>}
hewn.weight @f : tensor<64x5x3x3xf32> source #hewn.source<"m.onnx", 1536, 11520>
// CHECK: hewn.weight @d_panel : tensor<2x3x3x1x16xf32> {
hewn.weight @d : tensor<24x1x3x3xf32> source #hewn.source<"m.onnx", 13056, 864>
hewn.weight @g : tensor<8x4x1x1xf32> source #hewn.source<"m.onnx", 14000, 128>

// CHECK-LABEL: @matmul
// CHECK: nn.matmul {{.*}} {columns = 48 : i64, rhs_layout = #nn.matrix_layout<panel>} : (tensor<4x8xf32>, tensor<2x8x32xf32>) -> tensor<4x48xf32>
func.func @matmul(%x: tensor<4x8xf32>) -> tensor<4x48xf32> {
  %w = hewn.load_weight @w : tensor<8x48xf32>
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x48xf32>) -> tensor<4x48xf32>
  return %0 : tensor<4x48xf32>
}

// CHECK-LABEL: @conv
// CHECK: nn.conv {{.*}}channels = 64 : i64{{.*}}filter_layout = #nn.filter_layout<panel>
func.func @conv(%x: tensor<1x8x8x5xf32>) -> tensor<1x6x6x64xf32> {
  %w = hewn.load_weight @f : tensor<64x5x3x3xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x5xf32>, tensor<64x5x3x3xf32>) -> tensor<1x6x6x64xf32>
  return %0 : tensor<1x6x6x64xf32>
}

// CHECK-LABEL: @depthwise
// CHECK: nn.conv {{.*}}channels = 24 : i64{{.*}}tensor<2x3x3x1x16xf32>
func.func @depthwise(%x: tensor<1x8x8x24xf32>) -> tensor<1x6x6x24xf32> {
  %w = hewn.load_weight @d : tensor<24x1x3x3xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 24 : i64, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x24xf32>, tensor<24x1x3x3xf32>) -> tensor<1x6x6x24xf32>
  return %0 : tensor<1x6x6x24xf32>
}

// CHECK-LABEL: @negative_groups_straddle
// CHECK-NOT: panel
func.func @negative_groups_straddle(%x: tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32> {
  %w = hewn.load_weight @g : tensor<8x4x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x8xf32>, tensor<8x4x1x1xf32>) -> tensor<1x8x8x8xf32>
  return %0 : tensor<1x8x8x8xf32>
}

// CHECK-LABEL: @negative_not_a_weight
// CHECK-NOT: panel
func.func @negative_not_a_weight(%x: tensor<4x8xf32>, %w: tensor<8x48xf32>) -> tensor<4x48xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x48xf32>) -> tensor<4x48xf32>
  return %0 : tensor<4x48xf32>
}

// CHECK-LABEL: @small_constant
// CHECK: nn.conv {{.*}}channels = 2 : i64{{.*}}filter_layout = #nn.filter_layout<panel>{{.*}}tensor<1x1x1x8x16xf32>
func.func @small_constant(%x: tensor<?x1x1x8xf32>) -> tensor<?x1x1x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x8x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, layout = #nn.layout<nhwc>}
      : (tensor<?x1x1x8xf32>, tensor<2x8x1x1xf32>) -> tensor<?x1x1x2xf32>
  return %0 : tensor<?x1x1x2xf32>
}
