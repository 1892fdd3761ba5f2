// Groups ops into fusion groups and outlines them as kernels.
#ifndef HEWN_STAGE_KERNELS_PASSES_H
#define HEWN_STAGE_KERNELS_PASSES_H

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
