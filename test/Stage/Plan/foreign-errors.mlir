// RUN: hewn-opt %s --hewn-plan-memory=foreign --verify-diagnostics --split-input-file

// expected-error @+1 {{is called in this module: its callers do not know the arena}}
func.func @callee() {
  %a = memref.alloc() : memref<4xf32>
  memref.dealloc %a : memref<4xf32>
  return
}
func.func @caller() {
  call @callee() : () -> ()
  return
}
