// Bufferizes the host function, dissolves concats, ties, and clones kernels per signature.
#ifndef HEWN_STAGE_BUFFERS_PASSES_TD
#define HEWN_STAGE_BUFFERS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_STAGE_BUFFERS_PASSES_TD
