// Lowers nn ops to linalg on tensors.
#ifndef HEWN_CONVERSION_NNTOLINALG_PASSES_TD
#define HEWN_CONVERSION_NNTOLINALG_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_CONVERSION_NNTOLINALG_PASSES_TD
