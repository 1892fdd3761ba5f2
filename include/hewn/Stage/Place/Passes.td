// Gives every op a target: one nested module per target, invoked by the host function.
#ifndef HEWN_STAGE_PLACE_PASSES_TD
#define HEWN_STAGE_PLACE_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_STAGE_PLACE_PASSES_TD
