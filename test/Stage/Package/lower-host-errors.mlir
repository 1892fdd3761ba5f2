// RUN: hewn-opt %s --hewn-lower-host --split-input-file --verify-diagnostics

// expected-error @+1 {{[HWN9001]: the module has no host function @main}}
module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
}

// -----

module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
  // expected-error @+1 {{[HWN3010]: 'x' has element type complex<f32>, which the C interface does not have}}
  func.func @main(%x: memref<8xcomplex<f32>> {hewn.name = "x", hewn.access = "read"}) {
    return
  }
}

// -----

module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
  // expected-error @+1 {{[HWN9001]: dimension 0 of 'x' has no symbol}}
  func.func @main(%x: memref<?xf32> {hewn.name = "x", hewn.access = "read"}) {
    return
  }
}

// -----

module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%c: i1 {hewn.access = "none"}) {
    scf.if %c {
      %true = arith.constant true
      // expected-error @+1 {{[HWN3012]: the host function holds a guard inside of control flow, which has no lowering}}
      hewn.guard %true, 6004, "never"
    }
    return
  }
}
