// RUN: hewn-opt %s | hewn-opt | FileCheck %s

// The example of every op's description, printed and read again.

// CHECK-LABEL: func.func @elementwise(
// CHECK: nn.elementwise %{{.*}}, %{{.*}} {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @elementwise(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @cast(
// CHECK: nn.cast %{{.*}} : (tensor<4xf32>) -> tensor<4xi64>
func.func @cast(%x: tensor<4xf32>) -> tensor<4xi64> {
  %0 = nn.cast %x : (tensor<4xf32>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}

// CHECK-LABEL: func.func @broadcast(
// CHECK: nn.broadcast %{{.*}} {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
func.func @broadcast(%b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = nn.broadcast %b {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @reshape(
// CHECK: nn.reshape %{{.*}}, %{{.*}} {static_sizes = array<i64: -9223372036854775808, 6>} : (tensor<?x2x3xf32>, index) -> tensor<?x6xf32>
func.func @reshape(%x: tensor<?x2x3xf32>, %n: index) -> tensor<?x6xf32> {
  %0 = nn.reshape %x, %n {static_sizes = array<i64: -9223372036854775808, 6>} : (tensor<?x2x3xf32>, index) -> tensor<?x6xf32>
  return %0 : tensor<?x6xf32>
}

// CHECK-LABEL: func.func @transpose(
// CHECK: nn.transpose %{{.*}} {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
func.func @transpose(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = nn.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// CHECK-LABEL: func.func @concat(
// CHECK: nn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
func.func @concat(%x: tensor<2x3xf32>, %y: tensor<2x5xf32>) -> tensor<2x8xf32> {
  %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @slice(
// CHECK: nn.slice %{{.*}} {static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x4xf32>) -> tensor<2x2xf32>
func.func @slice(%x: tensor<2x4xf32>) -> tensor<2x2xf32> {
  %0 = nn.slice %x {static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>}
      : (tensor<2x4xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @pad(
// CHECK: nn.pad %{{.*}} {high = array<i64: 1, 1>, low = array<i64: 1, 1>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>) -> tensor<4x5xf32>
func.func @pad(%x: tensor<2x3xf32>) -> tensor<4x5xf32> {
  %0 = nn.pad %x {low = array<i64: 1, 1>, high = array<i64: 1, 1>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>) -> tensor<4x5xf32>
  return %0 : tensor<4x5xf32>
}

// CHECK-LABEL: func.func @iota(
// CHECK: nn.iota %{{.*}}, %{{.*}} {static_sizes = array<i64: 5>} : (tensor<i64>, tensor<i64>) -> tensor<5xi64>
func.func @iota(%start: tensor<i64>, %step: tensor<i64>) -> tensor<5xi64> {
  %0 = nn.iota %start, %step {static_sizes = array<i64: 5>} : (tensor<i64>, tensor<i64>) -> tensor<5xi64>
  return %0 : tensor<5xi64>
}

// CHECK-LABEL: func.func @conv(
// CHECK: nn.conv %{{.*}}, %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %0 = nn.conv %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, groups = 1 : i64}
      : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func.func @conv_transpose(
// CHECK: nn.conv_transpose %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 0>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x3x4x4xf32>, tensor<3x2x2x2xf32>) -> tensor<1x2x8x8xf32>
func.func @conv_transpose(%x: tensor<1x3x4x4xf32>, %w: tensor<3x2x2x2xf32>) -> tensor<1x2x8x8xf32> {
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, groups = 1 : i64} : (tensor<1x3x4x4xf32>, tensor<3x2x2x2xf32>) -> tensor<1x2x8x8xf32>
  return %0 : tensor<1x2x8x8xf32>
}

// CHECK-LABEL: func.func @matmul(
// CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<2x4x8xf32>, tensor<8x5xf32>) -> tensor<2x4x5xf32>
func.func @matmul(%a: tensor<2x4x8xf32>, %b: tensor<8x5xf32>) -> tensor<2x4x5xf32> {
  %0 = nn.matmul %a, %b : (tensor<2x4x8xf32>, tensor<8x5xf32>) -> tensor<2x4x5xf32>
  return %0 : tensor<2x4x5xf32>
}

// CHECK-LABEL: func.func @pool(
// CHECK: nn.pool %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, kind = #nn.pool<max>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
func.func @pool(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32> {
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: func.func @reduce(
// CHECK: nn.reduce %{{.*}} {axes = array<i64: 1>, keep_dims, kind = #nn.reduction<mean>} : (tensor<2x3xf32>) -> tensor<2x1xf32>
func.func @reduce(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
  %0 = nn.reduce %x {kind = #nn.reduction<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @arg_reduce(
// CHECK: nn.arg_reduce %{{.*}} {axis = 1 : i64, keep_dims, largest} : (tensor<2x3xf32>) -> tensor<2x1xi64>
func.func @arg_reduce(%x: tensor<2x3xf32>) -> tensor<2x1xi64> {
  %0 = nn.arg_reduce %x {axis = 1 : i64, largest, keep_dims} : (tensor<2x3xf32>) -> tensor<2x1xi64>
  return %0 : tensor<2x1xi64>
}

// CHECK-LABEL: func.func @softmax(
// CHECK: nn.softmax %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
func.func @softmax(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @norm(
// CHECK: nn.norm %{{.*}} scale(%{{.*}}) bias(%{{.*}}) {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
func.func @norm(%x: tensor<2x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<2x8xf32> {
  %0 = nn.norm %x scale(%s) bias(%b) {axis = 1 : i64, epsilon = 1.0e-5 : f64}
      : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @attention(
// CHECK: nn.attention %{{.*}}, %{{.*}}, %{{.*}} {scale = 1.250000e-01 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x6x8xf32>) -> tensor<1x2x4x8xf32>
func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x6x8xf32>, %v: tensor<1x2x6x8xf32>) -> tensor<1x2x4x8xf32> {
  %0 = nn.attention %q, %k, %v {scale = 0.125 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x6x8xf32>) -> tensor<1x2x4x8xf32>
  return %0 : tensor<1x2x4x8xf32>
}

// CHECK-LABEL: func.func @cumsum(
// CHECK: nn.cumsum %{{.*}} {axis = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
func.func @cumsum(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.cumsum %x {axis = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @topk(
// CHECK: nn.topk %{{.*}} {axis = 1 : i64, k = 2 : i64, largest} : (tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)
func.func @topk(%x: tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>) {
  %v, %i = nn.topk %x {axis = 1 : i64, k = 2 : i64, largest} : (tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)
  return %v, %i : tensor<2x2xf32>, tensor<2x2xi64>
}

// CHECK-LABEL: func.func @gather(
// CHECK: nn.gather %{{.*}}, %{{.*}} {axis = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
func.func @gather(%table: tensor<100x8xf32>, %ids: tensor<2x3xi64>) -> tensor<2x3x8xf32> {
  %0 = nn.gather %table, %ids {axis = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
  return %0 : tensor<2x3x8xf32>
}

// CHECK-LABEL: func.func @gather_elements(
// CHECK: nn.gather_elements %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
func.func @gather_elements(%x: tensor<2x3xf32>, %i: tensor<2x2xi64>) -> tensor<2x2xf32> {
  %0 = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: func.func @gather_nd(
// CHECK: nn.gather_nd %{{.*}}, %{{.*}} {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
func.func @gather_nd(%x: tensor<2x3xf32>, %i: tensor<4x2xi64>) -> tensor<4xf32> {
  %0 = nn.gather_nd %x, %i {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @scatter_elements(
// CHECK: nn.scatter_elements %{{.*}}, %{{.*}}, %{{.*}} {axis = 0 : i64, kind = #nn.scatter<none>} : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
func.func @scatter_elements(%x: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>) -> tensor<4xf32> {
  %0 = nn.scatter_elements %x, %i, %u {axis = 0 : i64, kind = #nn.scatter<none>}
      : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @scatter_nd(
// CHECK: nn.scatter_nd %{{.*}}, %{{.*}}, %{{.*}} {kind = #nn.scatter<none>} : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
func.func @scatter_nd(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>, %u: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %0 = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>} : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// CHECK-LABEL: func.func @resize(
// CHECK: nn.resize %{{.*}} {coordinate = #nn.coordinate<asymmetric>, mode = #nn.resize<nearest>, nearest = #nn.nearest<floor>, scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>, static_sizes = array<i64: 1, 3, 8, 8>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32>
func.func @resize(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32> {
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>,
      scales = array<f64: 1.0, 1.0, 2.0, 2.0>, static_sizes = array<i64: 1, 3, 8, 8>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32>
  return %0 : tensor<1x3x8x8xf32>
}
