// Weights made from weights.
#ifndef HEWN_LIB_STAGE_LAYOUT_COMPUTEDWEIGHT_H
#define HEWN_LIB_STAGE_LAYOUT_COMPUTEDWEIGHT_H

#include "hewn/Dialect/Hewn/Hewn.h"

namespace hewn {

/// A new weight beside the one that `load` reads, its region `compute` applied to it. The name gets `suffix` and stays
/// unique.
WeightOp computeWeight(mlir::SymbolTable &symbols, LoadWeightOp load, llvm::StringRef suffix,
                       llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::Value)> compute);

} // namespace hewn

#endif // HEWN_LIB_STAGE_LAYOUT_COMPUTEDWEIGHT_H
