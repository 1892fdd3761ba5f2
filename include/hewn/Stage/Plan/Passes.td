// Places every buffer and scratch in one arena per space.
#ifndef HEWN_STAGE_PLAN_PASSES_TD
#define HEWN_STAGE_PLAN_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"hewn-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Every buffer of a host function becomes a view of one arena argument";
  let description = [{
    Scratch that kernels ask for (`hewn.access = "scratch"`) becomes a buffer of its launch. A buffer lives from the first to the last launch that uses it or a view of it.

    Static sizes: the planner's packing, checked by its validator. Sizes that depend on shapes: buffers share slots by lifetime, largest first by a nominal size; a slot
    is as large as the largest of its members (`arith.maxui`, rounded up to 64 bytes), offsets are running sums.

    The function gains the argument `%arena: memref<?xi8> {hewn.arena}`; `@NAME_query`, which takes the index arguments and gave the dynamic output
    sizes, now returns the arena's bytes in front of them (2^63-1 if they overflow).

    Requires: straight-line host functions on memrefs.
    Guarantees: no `memref.alloc` is left in a host function.
    Does not: reorder launches.

    With `foreign`, functions of any origin are planned: all with one block that nothing in the module calls. Their allocs of static size become views if
    their addresses stay in the function; other allocs stay. So a compiler on upstream dialects can use this pass alone.

    Example (test/Stage/Plan/plan-memory.mlir, `@main`), before:
    ```mlir
    func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
      %unused = memref.alloc() : memref<1000xf32>
      %a = memref.alloc() : memref<64xf32>
      hewn.launch @k dims() ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
      %b = memref.alloc() : memref<64xf32>
      hewn.launch @k dims() ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
      %c = memref.alloc() : memref<64xf32>
    ```
  }];
  let options = [Option<"nodeLimit", "node-limit", "int64_t", "200000", "Search nodes that the planner may spend on one function">,
                 Option<"foreign", "foreign", "bool", "false", "Plan functions that do not come from Hewn's stages">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def VerifyPlanned : Pass<"hewn-verify-planned", "::mlir::ModuleOp"> {
  let summary = "Check what the stage planned promises, and mark the module with it";
  let description = [{
    Host functions hold no alloc; every view of the arena is aligned; and two views whose lifetimes meet share no byte: offsets and sizes are read back from the IR,
    evaluated for several nominal shapes, and given to the planner's validator.

    Example (test/Stage/Plan/verify-planned-errors.mlir), what it rejects:
    ```mlir
    %a = memref.alloc() : memref<4xf32>
    ```
  }];
}

#endif // HEWN_STAGE_PLAN_PASSES_TD
