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
  func.func @main(%i: index) -> tensor<1xindex> {
    // expected-error @+1 {{is neither a launch nor part of one after the stage kernels}}
    %0 = tensor.from_elements %i : tensor<1xindex>
    return %0 : tensor<1xindex>
  }
}
