// From ONNX nodes to the canonical graph: version upgrade, onnx-to-nn, simplification.
#ifndef HEWN_STAGE_GRAPH_PASSES_TD
#define HEWN_STAGE_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // HEWN_STAGE_GRAPH_PASSES_TD
