// RUN: hewn-opt %s --hewn-verify-kernels --verify-diagnostics --split-input-file

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{is neither a launch nor part of one after the stage kernels}}
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%i: index, %x: tensor<4xi64>) -> tensor<?xf32> {
    // expected-error @+1 {{is neither a launch nor part of one after the stage kernels}}
    %n = tensor.extract %x[%i] : tensor<4xi64>
    %s = arith.index_cast %n : i64 to index
    %0 = tensor.empty(%s) : tensor<?xf32>
    return %0 : tensor<?xf32>
  }
}
