// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_TD
#define HEWN_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_TARGET_CPU_PASSES_TD
