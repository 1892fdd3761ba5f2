// RUN: hewn-opt %s --hewn-cpu-apply-schedule --verify-diagnostics --split-input-file

// expected-error@+1 {{has no schedule: run hewn-cpu-choose-schedule first}}
func.func private @unscheduled(%x: memref<4xf32>) attributes {hewn.kernel} {
  return
}

// -----

// expected-error@+1 {{unknown recipe 'magic'}}
func.func private @unknown(%x: memref<4xf32>) attributes {hewn.kernel, hewn.schedule = #hewn.schedule<"magic", {}>} {
  return
}
