// RUN: hewn-opt %s --hewn-verify-placed --verify-diagnostics --split-input-file

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{stands outside of every target's module after the stage placed}}
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{stands outside of every target's module after the stage placed}}
hewn.weight @w : tensor<4xf32> source #hewn.source<"m", 0, 16>

// -----

module {
  // expected-error @+1 {{has no attribute hewn.target of type #hewn.target}}
  module @cpu {
  }
}
