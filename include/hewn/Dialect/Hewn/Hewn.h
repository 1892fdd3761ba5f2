// The hewn dialect: targets, weights, kernels, launches, guards.
#ifndef HEWN_DIALECT_HEWN_HEWN_H
#define HEWN_DIALECT_HEWN_HEWN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "hewn/Dialect/Hewn/HewnDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "hewn/Dialect/Hewn/HewnAttrs.h.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/Hewn/HewnOps.h.inc"

namespace hewn {
/// Bytes of a weight's source: bool takes a byte, elements of less than a byte are packed without gaps. Nothing on overflow.
std::optional<int64_t> getSourceBytes(mlir::RankedTensorType type);

/// Argument and result attribute names of a model's function.
inline constexpr llvm::StringLiteral kNameAttr = "hewn.name";
inline constexpr llvm::StringLiteral kDimsAttr = "hewn.dims";
/// Module attributes.
inline constexpr llvm::StringLiteral kTargetAttr = "hewn.target";
inline constexpr llvm::StringLiteral kStageAttr = "hewn.stage";
inline constexpr llvm::StringLiteral kVersionAttr = "hewn.version";
} // namespace hewn

#endif // HEWN_DIALECT_HEWN_HEWN_H
