// The onnx dialect: one generic node op.
#ifndef HEWN_DIALECT_ONNX_ONNX_H
#define HEWN_DIALECT_ONNX_ONNX_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace hewn::onnx {
struct Schema; // hewn/Dialect/ONNX/Schema.h
} // namespace hewn::onnx

#include "hewn/Dialect/ONNX/ONNXDialect.h.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/ONNX/ONNXOps.h.inc"

#endif // HEWN_DIALECT_ONNX_ONNX_H
