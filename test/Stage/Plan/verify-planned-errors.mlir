// RUN: hewn-opt %s --hewn-verify-planned --verify-diagnostics --split-input-file

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%arena: memref<?xi8> {hewn.arena}) {
    // expected-error @+1 {{is left after the stage planned}}
    %a = memref.alloc() : memref<4xf32>
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  // expected-error @+1 {{has no arena argument after the stage planned}}
  func.func @main(%x: memref<4xf32>) {
    return
  }
}

// -----

// Two buffers alive at once share bytes.
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<64xf32>, memref<64xf32>) attributes {hewn.kernel}
  // expected-error @+1 {{[HWN4001]: the memory plan is invalid}}
  func.func @main(%arena: memref<?xi8> {hewn.arena}) {
    %c0 = arith.constant 0 : index
    %c128 = arith.constant 128 : index
    %a = memref.view %arena[%c0][] : memref<?xi8> to memref<64xf32>
    %b = memref.view %arena[%c128][] : memref<?xi8> to memref<64xf32>
    hewn.launch @k dims() ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
    return
  }
}

// -----

// Enough room for N = 1 and N = 48, not for N = 1000.
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<?xf32>, memref<?xf32>) attributes {hewn.kernel}
  // expected-error @+1 {{[HWN4001]: the memory plan is invalid}}
  func.func @main(%x: memref<1x?xf32> {hewn.dims = ["", "N"]}, %n: index {hewn.dim = "N"}, %arena: memref<?xi8> {hewn.arena}) {
    %c0 = arith.constant 0 : index
    %c192 = arith.constant 192 : index
    %a = memref.view %arena[%c0][%n] : memref<?xi8> to memref<?xf32>
    %b = memref.view %arena[%c192][%n] : memref<?xi8> to memref<?xf32>
    hewn.launch @k dims() ins(%a : memref<?xf32>) outs(%b : memref<?xf32>)
    return
  }
}

// -----

module attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func private @k(memref<64xf32>) attributes {hewn.kernel}
  func.func @main(%offset: index, %arena: memref<?xi8> {hewn.arena}) {
    // expected-error @+1 {{has an offset or size that does not follow from the function's index arguments}}
    %a = memref.view %arena[%offset][] : memref<?xi8> to memref<64xf32>
    hewn.launch @k dims() ins(%a : memref<64xf32>) outs(%a : memref<64xf32>)
    return
  }
}
