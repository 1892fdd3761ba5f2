// Places every buffer and scratch in one arena per space.
#ifndef HEWN_STAGE_PLAN_PASSES_H
#define HEWN_STAGE_PLAN_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Plan/Passes.h.inc"

/// The pipeline `hewn-to-planned`: scheduled -> planned.
void buildPlanPipeline(mlir::OpPassManager &pm);
void registerPlanPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Plan/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_PLAN_PASSES_H
