// Groups ops into fusion groups and outlines them as kernels.
#ifndef HEWN_STAGE_KERNELS_PASSES_TD
#define HEWN_STAGE_KERNELS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_STAGE_KERNELS_PASSES_TD
