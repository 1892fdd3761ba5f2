// Bufferizes the host function, dissolves concats, ties, and clones kernels per signature.
#ifndef HEWN_STAGE_BUFFERS_PASSES_H
#define HEWN_STAGE_BUFFERS_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
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
