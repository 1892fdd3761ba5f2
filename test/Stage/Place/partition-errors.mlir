// Every op without a home is reported, not only the first.
// RUN: hewn-opt %s --hewn-partition --verify-diagnostics --split-input-file

func.func @main(%x: tensor<4xf8E5M2>) -> tensor<4xf8E5M2> {
  // expected-error @+1 {{[HWN3002]: nn.transpose cannot run on target cpu: element type f8E5M2 has no code on cpu}}
  %0 = nn.transpose %x {perm = array<i64: 0>} : (tensor<4xf8E5M2>) -> tensor<4xf8E5M2>
  // expected-error @+1 {{[HWN3002]: nn.concat cannot run on target cpu}}
  %1 = nn.concat %0, %x {axis = 0 : i64} : (tensor<4xf8E5M2>, tensor<4xf8E5M2>) -> tensor<8xf8E5M2>
  // expected-error @+1 {{[HWN3002]: nn.slice cannot run on target cpu}}
  %2 = nn.slice %1 {static_offsets = array<i64: 0>, static_sizes = array<i64: 4>, steps = array<i64: 1>} : (tensor<8xf8E5M2>) -> tensor<4xf8E5M2>
  return %2 : tensor<4xf8E5M2>
}

// -----

// expected-error @+1 {{[HWN3001]: unknown target 'npu'; known targets:}}
module attributes {hewn.target = #hewn.target<"npu", {}>} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}
