// Version upgrade: rules that bring an ONNX node one step nearer to the newest form of its operator.
#ifndef HEWN_LIB_STAGE_GRAPH_UPGRADE_RULES_H
#define HEWN_LIB_STAGE_GRAPH_UPGRADE_RULES_H

#include "hewn/Dialect/ONNX/ONNX.h"

namespace hewn::graph {

/// Applies to nodes of `opType` (domain ai.onnx) whose `since` lies in [first, last]; afterwards `since` is `next`.
struct UpgradeRule {
  llvm::StringLiteral opType;
  int64_t first, last, next;
  mlir::LogicalResult (*apply)(onnx::NodeOp);
};
llvm::ArrayRef<UpgradeRule> getUpgradeRules();

/// Applies rules to one node until none matches. Fails, with an error, where the node is malformed.
mlir::LogicalResult upgrade(onnx::NodeOp node);

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_UPGRADE_RULES_H
