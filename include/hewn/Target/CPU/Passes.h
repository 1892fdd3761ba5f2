// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_H
#define HEWN_TARGET_CPU_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Target/CPU/Passes.h.inc"

/// The pipeline `hewn-to-scheduled`: buffers -> scheduled.
void buildCPUPipeline(mlir::OpPassManager &pm);
void registerCPUPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Target/CPU/Passes.h.inc"

} // namespace hewn

#endif // HEWN_TARGET_CPU_PASSES_H
