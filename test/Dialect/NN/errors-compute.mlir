// RUN: hewn-opt %s --verify-diagnostics --split-input-file

// Every message of the verifiers on contractions, windows, reductions and rows, once.

func.func @softmax(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{size 1 of result 0 is 4, but operands and attributes give 3 (C0)}}
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @reduce(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{result 0 has rank 1, but operands and attributes give 2 (C0)}}
  %0 = nn.reduce %x {kind = #nn.reduction<sum>, axes = array<i64: 1>, keep_dims} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{has 4 strides, not 1 to 3 (C1)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{with 1 strides has input, filter and result of ranks 4, 4 and 4, not 3, 3 and 3 (C1)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x?xf32>) {
  // expected-error @+1 {{has a filter whose window is not static, or empty (C1)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x?xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{has 1 entries in dilations, not 2 (C2)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{has 0 in strides, which is not in [1, 2^31) (C2)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 0>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{has -1 in pads, which is not in [0, 2^31) (C2)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, -1, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{has 3 groups, which do not fit input 'tensor<1x4x8x8xf32>' and filter 'tensor<6x4x3x3xf32>' (C3)}}
  %0 = nn.conv %x, %w {groups = 3 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{needs 'channels' exactly for a panel filter (C3)}}
  %0 = nn.conv %x, %w {channels = 6 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4x8xf32>) {
  // expected-error @+1 {{has panels 'tensor<2x3x3x4x8xf32>' for 6 channels (C3)}}
  %0 = nn.conv %x, %w {channels = 6 : i64, layout = #nn.layout<nhwc>, filter_layout = #nn.filter_layout<panel>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x8x4xf32>, tensor<2x3x3x4x8xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{has a bias of type 'tensor<4xf32>', not one with 6 elements of type 'f32' (C4)}}
  %0 = nn.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x1x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{gives dimension 2 the size -1 (C5)}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x1x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x?x6xf32>
  return
}

// -----

func.func @conv(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  // expected-error @+1 {{all of {input, filter, result} have same element type}}
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf16>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{has 1 entries in output_padding, not 2 (C2)}}
  %0 = nn.conv_transpose %x, %w {output_padding = array<i64: 0>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x10x10xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{has 3 groups, which do not fit input 'tensor<1x4x8x8xf32>' and filter 'tensor<4x6x3x3xf32>' (C3)}}
  %0 = nn.conv_transpose %x, %w {groups = 3 : i64, output_padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x10x10xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x8x8xf32>, %w: tensor<4x6x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{has a bias of type 'tensor<4xf32>', not one with 6 elements of type 'f32' (C4)}}
  %0 = nn.conv_transpose %x, %w, %b {output_padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<4x6x3x3xf32>, tensor<4xf32>) -> tensor<1x6x10x10xf32>
  return
}

// -----

func.func @conv_transpose(%x: tensor<1x4x1x8xf32>, %w: tensor<4x6x3x3xf32>) {
  // expected-error @+1 {{gives dimension 2 the size -2 (C5)}}
  %0 = nn.conv_transpose %x, %w {output_padding = array<i64: 0, 0>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 3, 0, 2, 0>}
      : (tensor<1x4x1x8xf32>, tensor<4x6x3x3xf32>) -> tensor<1x6x?x10xf32>
  return
}

// -----

func.func @matmul(%a: tensor<8xf32>, %b: tensor<8x5xf32>) {
  // expected-error @+1 {{has operands of ranks 1 and 2 (C1)}}
  %0 = nn.matmul %a, %b : (tensor<8xf32>, tensor<8x5xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<7x5xf32>) {
  // expected-error @+1 {{has operands 'tensor<4x8xf32>' and 'tensor<7x5xf32>' that do not fit (C2)}}
  %0 = nn.matmul %a, %b : (tensor<4x8xf32>, tensor<7x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<2x4x8xf32>, %b: tensor<3x8x5xf32>) {
  // expected-error @+1 {{has operands 'tensor<2x4x8xf32>' and 'tensor<3x8x5xf32>' that do not fit (C2)}}
  %0 = nn.matmul %a, %b : (tensor<2x4x8xf32>, tensor<3x8x5xf32>) -> tensor<2x4x5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<8x5xf32>) {
  // expected-error @+1 {{needs 'columns' exactly for panels (C3)}}
  %0 = nn.matmul %a, %b {columns = 5 : i64} : (tensor<4x8xf32>, tensor<8x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @matmul(%a: tensor<4x8xf32>, %b: tensor<2x8x16xf32>) {
  // expected-error @+1 {{has panels 'tensor<2x8x16xf32>' for 5 columns (C3)}}
  %0 = nn.matmul %a, %b {columns = 5 : i64, rhs_layout = #nn.matrix_layout<panel>} : (tensor<4x8xf32>, tensor<2x8x16xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{with a kernel of 1 dimensions has input and result of ranks 4 and 4 (C1)}}
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2>, strides = array<i64: 1>, dilations = array<i64: 1>, pads = array<i64: 0, 0>}
      : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x8xf32>
  return
}

// -----

func.func @pool(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{has 0 in kernel, which is not in [1, 2^31) (C2)}}
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 0, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x8xf32>
  return
}

// -----

func.func @pool(%x: tensor<1x4x8x1xf32>) {
  // expected-error @+1 {{gives dimension 3 the size -1 (C3)}}
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x8x1xf32>) -> tensor<1x4x7x?xf32>
  return
}

// -----

func.func @reduce(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has axes that are not strictly increasing inside [0, 2) (C1)}}
  %0 = nn.reduce %x {kind = #nn.reduction<sum>, axes = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @arg_reduce(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has axis -1, which is not in [0, 2) (C1)}}
  %0 = nn.arg_reduce %x {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @arg_reduce(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{gives 'i32', not i64 (C1)}}
  %0 = nn.arg_reduce %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2xi32>
  return
}

// -----

func.func @softmax(%x: tensor<2x3xi32>) {
  // expected-error @+1 {{takes floats, not 'i32' (C1)}}
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<2x3xi32>) -> tensor<2x3xi32>
  return
}

// -----

func.func @softmax(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has axis 2, which is not in [0, 2) (C1)}}
  %0 = nn.softmax %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @norm(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has a negative epsilon (C1)}}
  %0 = nn.norm %x {axis = 1 : i64, epsilon = -1.0 : f64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @norm(%x: tensor<2x3xf32>, %s: tensor<2xf32>) {
  // expected-error @+1 {{has a scale or bias of type 'tensor<2xf32>' for input 'tensor<2x3xf32>' and axis 1 (C2)}}
  %0 = nn.norm %x scale(%s) {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @attention(%q: tensor<2x4x8xf32>) {
  // expected-error @+1 {{has an operand of rank 3, not 4 (C1)}}
  %0 = nn.attention %q, %q, %q {scale = 1.0 : f64} : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x6x8xf32>) {
  // expected-error @+1 {{has query 'tensor<1x2x4x8xf32>', key 'tensor<1x2x6x8xf32>' and value 'tensor<1x2x4x8xf32>' that do not fit (C1)}}
  %0 = nn.attention %q, %k, %q {scale = 1.0 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @attention(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x6x8xf32>, %m: tensor<1x1x4x5xf32>) {
  // expected-error @+1 {{has a mask of type 'tensor<1x1x4x5xf32>' that does not broadcast to the scores (C2)}}
  %0 = nn.attention %q, %k, %k, %m {scale = 1.0 : f64}
      : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x6x8xf32>, tensor<1x1x4x5xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @cumsum(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has axis 2, which is not in [0, 2) (C1)}}
  %0 = nn.cumsum %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @topk(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has k = 4 for an axis of size 3 (C1)}}
  %v, %i2 = nn.topk %x {axis = 1 : i64, k = 4 : i64} : (tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xi64>)
  return
}

// -----

func.func @topk(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{gives indices of type 'i32', not i64 (C2)}}
  %v, %i2 = nn.topk %x {axis = 1 : i64, k = 2 : i64} : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>)
  return
}
