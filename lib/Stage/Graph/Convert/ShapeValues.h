// Evaluation of integer operators on known elements: what its two halves share.
#ifndef HEWN_LIB_STAGE_GRAPH_CONVERT_SHAPEVALUES_H
#define HEWN_LIB_STAGE_GRAPH_CONVERT_SHAPEVALUES_H

#include "Registry.h"

namespace hewn::graph {

/// Larger results are left to the ordinary converters.
inline constexpr int64_t kMaxEvaluatedElements = 1024;

/// The results of a node, or nothing where they are not known.
using Evaluated = std::optional<llvm::SmallVector<KnownElements>>;
using EvaluateFn = Evaluated (*)(Node &);
using Evaluators = llvm::StringMap<EvaluateFn>;

/// One result.
Evaluated one(KnownElements result);
/// Element types whose elements are followed: signless integers and booleans.
bool isTracked(mlir::Type type);
/// Number of elements; more than kMaxEvaluatedElements where a size is negative or the product overflows.
int64_t countElements(llvm::ArrayRef<int64_t> shape);
/// Row-major position in `from`, broadcast to `to`, of the element at `position` of `to`.
int64_t broadcastPosition(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to, int64_t position);
/// The common shape, if there is one and it is small.
std::optional<llvm::SmallVector<int64_t>> broadcastShapes(llvm::ArrayRef<const KnownElements *> operands);
/// All operands, or nothing if one is unknown or there are fewer than `minimum`.
std::optional<llvm::SmallVector<const KnownElements *>> allKnown(Node &node, unsigned minimum);

void addShapeArithmetic(Evaluators &table);
void addShapeStructure(Evaluators &table);

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_CONVERT_SHAPEVALUES_H
