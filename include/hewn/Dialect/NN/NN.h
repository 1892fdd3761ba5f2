// The nn dialect: ops, enumerations, interfaces, and the builder that infers result types.
#ifndef HEWN_DIALECT_NN_NN_H
#define HEWN_DIALECT_NN_NN_H

#include "hewn/Dialect/NN/ShapeContext.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "hewn/Dialect/NN/NNEnums.h.inc"
#include "hewn/Dialect/NN/NNInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "hewn/Dialect/NN/NNAttrs.h.inc"
#include "hewn/Dialect/NN/NNDialect.h.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/NN/NNOps.h.inc"

namespace hewn::nn {

/// What Elementwise.def says of a kind.
enum class ElementwiseTypes { Arithmetic, Float, Integer, Boolean, Comparison, Predicate, Select };
struct ElementwiseInfo {
  unsigned arity;
  ElementwiseTypes types;
  unsigned flops;
};
ElementwiseInfo getElementwiseInfo(ElementwiseKind kind);

/// Builds an op whose result types follow from its operands: `args` are those of the generated builder after the result
/// types; `elementTypes` has one entry per result.
///   auto conv = nn::build<nn::ConvOp>(b, loc, f32, x, w, bias, strides, dilations, pads);
template <typename OpTy, typename... Args>
OpTy build(mlir::OpBuilder &builder, mlir::Location loc, mlir::TypeRange elementTypes, Args &&...args) {
  llvm::SmallVector<mlir::Type> placeholders;
  for (mlir::Type type : elementTypes)
    placeholders.push_back(mlir::RankedTensorType::get({}, type));
  OpTy op;
  if constexpr (OpTy::template hasTrait<mlir::OpTrait::OneResult>())
    op = OpTy::create(builder, loc, placeholders[0], std::forward<Args>(args)...);
  else
    op = OpTy::create(builder, loc, placeholders, std::forward<Args>(args)...);
  for (auto [result, shape] : llvm::zip_equal(op->getResults(), inferStaticShapes(op)))
    result.setType(mlir::RankedTensorType::get(shape, mlir::cast<mlir::ShapedType>(result.getType()).getElementType()));
  return op;
}

} // namespace hewn::nn

#endif // HEWN_DIALECT_NN_NN_H
