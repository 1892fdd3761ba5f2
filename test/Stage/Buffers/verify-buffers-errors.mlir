// RUN: hewn-opt %s --hewn-verify-buffers --verify-diagnostics --split-input-file

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%x: memref<4xf32>) {
    // expected-error @+1 {{still works on tensors after the stage buffers}}
    %0 = bufferization.to_tensor %x : memref<4xf32> to tensor<4xf32>
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  // expected-error @+1 {{is left after the stage buffers}}
  hewn.kernel @relu(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
    hewn.return %x : tensor<4xf32>
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<4xf32>) attributes {hewn.kernel}
  func.func @main(%x: memref<4xf32>, %y: memref<4xf32>) {
    // expected-error @+1 {{passes 2 dims and distinct buffers to 'k', which takes 1}}
    hewn.launch @k dims() ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<5xf32>) attributes {hewn.kernel}
  func.func @main(%x: memref<4xf32>) {
    // expected-error @+1 {{passes 'memref<4xf32>' to 'k', which takes 'memref<5xf32>'}}
    hewn.launch @k dims() ins(%x : memref<4xf32>) outs(%x : memref<4xf32>)
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<4xf32>)
  func.func @main(%x: memref<4xf32>) {
    // expected-error @+1 {{calls 'k', which is not the clone of a kernel}}
    hewn.launch @k dims() ins(%x : memref<4xf32>) outs(%x : memref<4xf32>)
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<4xf32>) attributes {hewn.kernel}
  func.func @main(%x: memref<4xf32>) {
    hewn.launch @k dims() ins(%x : memref<4xf32>) outs(%x : memref<4xf32>)
    // expected-error @+1 {{is size arithmetic behind a launch; it belongs to the function's entry}}
    %c = arith.constant 1 : index
    return
  }
}
