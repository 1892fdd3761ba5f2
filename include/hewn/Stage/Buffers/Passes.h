// Bufferizes the host function, dissolves concats, ties, and clones kernels per signature.
#ifndef HEWN_STAGE_BUFFERS_PASSES_H
#define HEWN_STAGE_BUFFERS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Buffers/Passes.h.inc"

/// The pipeline `hewn-to-buffers`: kernels -> buffers.
void buildBuffersPipeline(mlir::OpPassManager &pm);
void registerBuffersPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Buffers/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_BUFFERS_PASSES_H
