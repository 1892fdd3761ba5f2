// From a target's module to the files of an artifact.
#ifndef HEWN_STAGE_PACKAGE_PASSES_H
#define HEWN_STAGE_PACKAGE_PASSES_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Package/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Package/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_PACKAGE_PASSES_H
