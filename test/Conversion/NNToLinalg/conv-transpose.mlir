// RUN: hewn-opt %s --pass-pipeline='builtin.module(func.func(hewn-nn-to-linalg))' | FileCheck %s

// CHECK-DAG: #[[FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d4, d1, d3)>
// CHECK-DAG: #[[GROUPED:.*]] = affine_map<(d0, d1, d2, d3, d4) -> ((d1 floordiv 2) * 3 + d4, d1 mod 2, d3)>

// An input element counts where the position divides by the stride and lies inside.
// CHECK-LABEL: @strided
// CHECK: linalg.generic {indexing_maps = [#[[FILTER]],
// CHECK: arith.remsi
// CHECK: scf.if
// CHECK: tensor.extract %arg0
// CHECK: arith.mulf
// CHECK: arith.addf
func.func @strided(%x: tensor<1x3x4xf32>, %w: tensor<3x2x3xf32>, %b: tensor<2xf32>) -> tensor<1x2x9xf32> {
  %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: 0, 0>,
      output_padding = array<i64: 0>} : (tensor<1x3x4xf32>, tensor<3x2x3xf32>, tensor<2xf32>) -> tensor<1x2x9xf32>
  return %0 : tensor<1x2x9xf32>
}

// CHECK-LABEL: @grouped
// CHECK: linalg.generic {indexing_maps = [#[[GROUPED]],
func.func @grouped(%x: tensor<1x6x4xf32>, %w: tensor<6x2x3xf32>) -> tensor<1x4x6xf32> {
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>,
      output_padding = array<i64: 0>, groups = 2 : i64} : (tensor<1x6x4xf32>, tensor<6x2x3xf32>) -> tensor<1x4x6xf32>
  return %0 : tensor<1x4x6xf32>
}
