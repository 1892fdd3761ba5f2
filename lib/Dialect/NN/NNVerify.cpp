// Verifiers of the nn ops: each names the constraint (C1, C2, ...) of the op's description that is broken.
#include "hewn/Dialect/NN/NN.h"

using namespace mlir;
using namespace hewn::nn;

LogicalResult ElementwiseOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult CastOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult BroadcastOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ReshapeOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult TransposeOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ConcatOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult SliceOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult PadOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult IotaOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ConvOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ConvTransposeOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult MatMulOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult PoolOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ReduceOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ArgReduceOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult SoftmaxOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult NormOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult AttentionOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult CumSumOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult TopKOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult GatherOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult GatherElementsOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult GatherNDOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ScatterElementsOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ScatterNDOp::verify() { return verifyResultShapes(getOperation()); }
LogicalResult ResizeOp::verify() { return verifyResultShapes(getOperation()); }
