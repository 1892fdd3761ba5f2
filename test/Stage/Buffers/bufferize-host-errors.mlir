// RUN: hewn-opt %s --hewn-bufferize-host --verify-diagnostics --split-input-file

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{cannot stand in a host function in front of the stage buffers}}
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  hewn.kernel @relu(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    hewn.return %0 : tensor<4xf32>
  }
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{has an out that is not a fresh tensor.empty}}
    %0 = hewn.launch @relu dims() ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> (tensor<4xf32>)
    return %0 : tensor<4xf32>
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%x: tensor<?xf32>, %i: tensor<?xf32>) -> tensor<?xf32> {
    %c0 = arith.constant 0 : index
    %e = tensor.empty(%c0) : tensor<?xf32>
    // expected-error @+1 {{reads a size that is not one of an argument}}
    %d = tensor.dim %e, %c0 : tensor<?xf32>
    return %x : tensor<?xf32>
  }
}
