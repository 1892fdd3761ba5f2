// Passes that a target may put at the start of *kernels*: order of dimensions, padding, packing of weights.
#ifndef HEWN_STAGE_LAYOUT_PASSES_H
#define HEWN_STAGE_LAYOUT_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir::func {
class FuncOp;
}

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Layout/Passes.h.inc"

/// Puts every op that has a layout into nhwc and sinks the transpositions.
void flipToNHWC(mlir::func::FuncOp function);

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Layout/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_LAYOUT_PASSES_H
