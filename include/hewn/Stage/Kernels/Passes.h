// Groups ops into fusion groups and outlines them as kernels.
#ifndef HEWN_STAGE_KERNELS_PASSES_H
#define HEWN_STAGE_KERNELS_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Kernels/Passes.h.inc"

/// The pipeline `hewn-to-kernels`: placed -> kernels.
void buildKernelsPipeline(mlir::OpPassManager &pm);
void registerKernelsPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Kernels/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_KERNELS_PASSES_H
