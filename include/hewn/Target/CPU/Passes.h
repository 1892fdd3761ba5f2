// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_H
#define HEWN_TARGET_CPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Target/CPU/Passes.h.inc"

/// The pipeline `hewn-to-scheduled`: buffers -> scheduled.
void buildCPUPipeline(mlir::OpPassManager &pm);
void registerCPUPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Target/CPU/Passes.h.inc"

} // namespace hewn

#endif // HEWN_TARGET_CPU_PASSES_H
