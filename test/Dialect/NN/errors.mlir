// RUN: hewn-opt %s --verify-diagnostics --split-input-file

// Every message of the verifiers on types, shapes, movement and indices, once.

func.func @elementwise(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{of kind add has 1 inputs, not 2 (C1)}}
  %0 = nn.elementwise %x {kind = #nn.kind<add>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elementwise(%x: tensor<2x3xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{has inputs and result of different shapes (C2)}}
  %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elementwise(%x: tensor<2xi1>) {
  // expected-error @+1 {{of kind add takes numbers of one type}}
  %0 = nn.elementwise %x, %x {kind = #nn.kind<add>} : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  return
}

// -----

func.func @elementwise(%x: tensor<2xi32>) {
  // expected-error @+1 {{of kind exp takes floats of one type}}
  %0 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @elementwise(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{of kind bit_not takes integers of one type}}
  %0 = nn.elementwise %x {kind = #nn.kind<bit_not>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elementwise(%x: tensor<2xi32>) {
  // expected-error @+1 {{of kind and takes i1}}
  %0 = nn.elementwise %x, %x {kind = #nn.kind<and>} : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @elementwise(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{of kind less takes two inputs of one type and gives i1}}
  %0 = nn.elementwise %x, %x {kind = #nn.kind<less>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @elementwise(%x: tensor<2xi32>) {
  // expected-error @+1 {{of kind isnan takes a float and gives i1}}
  %0 = nn.elementwise %x {kind = #nn.kind<isnan>} : (tensor<2xi32>) -> tensor<2xi1>
  return
}

// -----

func.func @elementwise(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{of kind select takes i1 and two values of the result's type}}
  %0 = nn.elementwise %x, %x, %x {kind = #nn.kind<select>} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @cast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has input and result of different shapes (C1)}}
  %0 = nn.cast %x : (tensor<2x3xf32>) -> tensor<3x2xi32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has an input of rank 2, but a result of rank 1 (C1)}}
  %0 = nn.broadcast %x {static_sizes = array<i64: 3>} : (tensor<2x3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{repeats a dimension of size 3 to 4 (C2)}}
  %0 = nn.broadcast %x {static_sizes = array<i64: 2, 4>} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has 0 operands for 1 dynamic entries of static_sizes (C3)}}
  %0 = nn.broadcast %x {static_sizes = array<i64: -9223372036854775808, 2, 3>} : (tensor<2x3xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has -2 in static_sizes (C3)}}
  %0 = nn.broadcast %x {static_sizes = array<i64: -2, 2, 3>} : (tensor<2x3xf32>) -> tensor<?x2x3xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{all of {input, result} have same element type}}
  %0 = nn.broadcast %x {static_sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf16>
  return
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{makes 8 elements of 6 (C1)}}
  %0 = nn.reshape %x {static_sizes = array<i64: 8>} : (tensor<2x3xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has 0 operands for 1 dynamic entries of static_sizes (C2)}}
  %0 = nn.reshape %x {static_sizes = array<i64: -9223372036854775808>} : (tensor<2x3xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has a perm that is not a permutation of 2 dimensions (C1)}}
  %0 = nn.transpose %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has a perm that is not a permutation of 2 dimensions (C1)}}
  %0 = nn.transpose %x {perm = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @concat() {
  // expected-error @+1 {{has no input (C1)}}
  %0 = nn.concat {axis = 0 : i64} : () -> tensor<2xf32>
  return
}

// -----

func.func @concat(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has axis 2, which is not in [0, 2) (C1)}}
  %0 = nn.concat %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat(%x: tensor<2x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error @+1 {{joins 'tensor<2x3xf32>' and 'tensor<4x3xf32>' to 'tensor<2x6xf32>' (C2)}}
  %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x6xf32>
  return
}

// -----

func.func @slice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has offsets, sizes or steps that are not 2 entries (C1)}}
  %0 = nn.slice %x {static_offsets = array<i64: 0>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has a step of 0 (C1)}}
  %0 = nn.slice %x {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has 0 operands for 1 dynamic entries of static_offsets (C1)}}
  %0 = nn.slice %x {static_offsets = array<i64: 0, -9223372036854775808>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>}
      : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reads beyond dimension 1 of size 3 (C2)}}
  %0 = nn.slice %x {static_offsets = array<i64: 0, 2>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @slice(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{reads beyond dimension 1 of size 3 (C2)}}
  %0 = nn.slice %x {static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 2, 3>, steps = array<i64: 1, -1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has 1 entries in low, not 2 (C1)}}
  %0 = nn.pad %x {low = array<i64: 1>, high = array<i64: 1, 1>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{cuts off more than dimension 0 of size 2 has (C1)}}
  %0 = nn.pad %x {low = array<i64: -2, 0>, high = array<i64: -1, 0>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>) -> tensor<0x3xf32>
  return
}

// -----

func.func @pad(%x: tensor<2x3xf32>, %v: tensor<1xf32>) {
  // expected-error @+1 {{has a value of type 'tensor<1xf32>', not a rank-0 tensor of the input's elements (C2)}}
  %0 = nn.pad %x, %v {low = array<i64: 1, 0>, high = array<i64: 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>, tensor<1xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @iota(%s: tensor<i32>) {
  // expected-error @+1 {{has a start or step of type 'tensor<i32>', not a rank-0 tensor of 'i64' (C1)}}
  %0 = nn.iota %s, %s {static_sizes = array<i64: 5>} : (tensor<i32>, tensor<i32>) -> tensor<5xi64>
  return
}

// -----

func.func @iota(%s: tensor<i64>) {
  // expected-error @+1 {{has 2 sizes, not 1 (C1)}}
  %0 = nn.iota %s, %s {static_sizes = array<i64: 5, 1>} : (tensor<i64>, tensor<i64>) -> tensor<5x1xi64>
  return
}

// -----

func.func @iota(%s: tensor<i64>) {
  // expected-error @+1 {{has 0 operands for 1 dynamic entries of static_sizes (C2)}}
  %0 = nn.iota %s, %s {static_sizes = array<i64: -9223372036854775808>} : (tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// -----

func.func @gather(%x: tensor<2x3xf32>, %i: tensor<4xi64>) {
  // expected-error @+1 {{has axis 2, which is not in [0, 2) (C1)}}
  %0 = nn.gather %x, %i {axis = 2 : i64} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @gather(%x: tensor<2x3xf32>, %i: tensor<4xf32>) {
  // expected-error @+1 {{has indices of type 'f32', not i32 or i64 (C1)}}
  %0 = nn.gather %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @gather_elements(%x: tensor<2x3xf32>, %i: tensor<4xi64>) {
  // expected-error @+1 {{has data of rank 2 and indices of rank 1 (C1)}}
  %0 = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @gather_nd(%x: tensor<2x3xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{has batch_dims 1, more than data or indices have (C1)}}
  %0 = nn.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<f32>
  return
}

// -----

func.func @gather_nd(%x: tensor<2x3xf32>, %i: tensor<4x3xi64>) {
  // expected-error @+1 {{has indices of type 'tensor<4x3xi64>', whose last size is not a number up to 2 (C1)}}
  %0 = nn.gather_nd %x, %i {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @scatter_elements(%x: tensor<2x3xf32>, %i: tensor<4xi64>, %u: tensor<4xf32>) {
  // expected-error @+1 {{has data, indices and updates of types 'tensor<2x3xf32>', 'tensor<4xi64>', 'tensor<4xf32>' (C1)}}
  %0 = nn.scatter_elements %x, %i, %u {axis = 1 : i64, kind = #nn.scatter<none>} : (tensor<2x3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd(%x: tensor<2x3xf32>, %i: tensor<4x?xi64>, %u: tensor<4xf32>) {
  // expected-error @+1 {{has indices of type 'tensor<4x?xi64>', whose last size is not a number up to 2 (C1)}}
  %0 = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>} : (tensor<2x3xf32>, tensor<4x?xi64>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_nd(%x: tensor<2x3xf32>, %i: tensor<4x1xi64>, %u: tensor<4x2xf32>) {
  // expected-error @+1 {{has updates of type 'tensor<4x2xf32>' for data 'tensor<2x3xf32>' and indices 'tensor<4x1xi64>' (C1)}}
  %0 = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>} : (tensor<2x3xf32>, tensor<4x1xi64>, tensor<4x2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has scales or sizes that are not 2 entries (C1)}}
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>, scales = array<f64: 2.0>, static_sizes = array<i64: 4, 6>}
      : (tensor<2x3xf32>) -> tensor<4x6xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has a scale that is not positive (C1)}}
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>, scales = array<f64: 0.0, 2.0>, static_sizes = array<i64: 4, 6>}
      : (tensor<2x3xf32>) -> tensor<4x6xf32>
  return
}

// -----

func.func @resize(%x: tensor<2x3xf32>) {
  // expected-error @+1 {{has 0 operands for 1 dynamic entries of static_sizes (C2)}}
  %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>, scales = array<f64: 2.0, 2.0>, static_sizes = array<i64: 4, -9223372036854775808>}
      : (tensor<2x3xf32>) -> tensor<4x?xf32>
  return
}
