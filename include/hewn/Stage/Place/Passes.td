// Gives every op a target: one nested module per target, invoked by the host function.
#ifndef HEWN_STAGE_PLACE_PASSES_TD
#define HEWN_STAGE_PLACE_PASSES_TD

include "mlir/Pass/PassBase.td"

def Partition : Pass<"hewn-partition", "::mlir::ModuleOp"> {
  let summary = "Give every op a target and each target a module of its own";
  let description = [{
    Asks the target whether it can run each nn op, and reports *all* ops without a home at once, with their ONNX node names. Then the functions and
    weights move into `module @TARGET attributes {hewn.target = ...}`, and the public function keeps its signature and one `hewn.invoke`.

    The target is the module's attribute `hewn.target` (set by the driver); without it the options name a registered target.

    Requires: the stage *graph*: one public function, nn ops, weights.
    Guarantees: the outer module holds the target's module and host functions only.
    Does not: split one graph over several targets.

    Example (test/Stage/Place/partition.mlir, `@main`), before:
    ```mlir
    %0 = nn.elementwise %x, %w {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
    after:
    ```mlir
    %0 = hewn.invoke @cpu::@main ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> (tensor<4xf32>)
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", "\"cpu\"", "Target for modules without the attribute hewn.target">,
    Option<"cpu", "cpu", "std::string", "\"host\"", "The target's option cpu: the machine to compile for">
  ];
  let dependentDialects = ["::hewn::HewnDialect", "::mlir::tensor::TensorDialect", "::mlir::func::FuncDialect"];
}

def RunTargetStage : Pass<"hewn-run-target-stage", "::mlir::ModuleOp"> {
  let summary = "Run each target's own passes for a stage on its module";
  let description = [{
    Which target a module has is known from the IR only, so this pass looks the target up by the module's `hewn.target`, asks it for its pipeline of
    `stage`, and runs that on the nested module.

    Requires: nested modules with `hewn.target` (or a target's module alone).
    Guarantees: each target's pipeline ran on its module.
    Does not: touch the outer functions.

    Example (test/Stage/Place/run-target-stage-errors.mlir), what it rejects:
    ```mlir
    module attributes {hewn.target = #hewn.target<"npu", {}>} {
    }
    ```
    An unknown target is error HWN3001.
  }];
  let options = [Option<"stage", "stage", "std::string", "\"kernels\"", "Stage whose target pipeline runs: kernels, scheduled or target">];
}

def VerifyPlaced : Pass<"hewn-verify-placed", "::mlir::ModuleOp"> {
  let summary = "Check what the stage placed promises, and mark the module with it";
  let description = [{
    Every nested module has a target, no nn op stands outside of one, every outer function only invokes.

    Example (test/Stage/Place/verify-placed-errors.mlir), what it rejects:
    ```mlir
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

#endif // HEWN_STAGE_PLACE_PASSES_TD
