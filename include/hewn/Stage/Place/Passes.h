// Gives every op a target: one nested module per target, invoked by the host function.
#ifndef HEWN_STAGE_PLACE_PASSES_H
#define HEWN_STAGE_PLACE_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Place/Passes.h.inc"

/// The pipeline `hewn-to-placed`: graph -> placed.
void buildPlacePipeline(mlir::OpPassManager &pm);
void registerPlacePipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Place/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_PLACE_PASSES_H
