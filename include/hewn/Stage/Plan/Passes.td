// Places every buffer and scratch in one arena per space.
#ifndef HEWN_STAGE_PLAN_PASSES_TD
#define HEWN_STAGE_PLAN_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_STAGE_PLAN_PASSES_TD
