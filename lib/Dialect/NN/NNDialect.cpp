// Registration of the nn dialect, and the table of elementwise kinds.
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace hewn::nn;

#include "hewn/Dialect/NN/NNDialect.cpp.inc"
#include "hewn/Dialect/NN/NNEnums.cpp.inc"
#include "hewn/Dialect/NN/NNInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "hewn/Dialect/NN/NNAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/NN/NNOps.cpp.inc"

namespace {
/// nn ops are pure values: they may be inlined anywhere.
struct NNInlinerInterface : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const override { return true; }
};
} // namespace

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "hewn/Dialect/NN/NNAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "hewn/Dialect/NN/NNOps.cpp.inc"
      >();
  addInterfaces<NNInlinerInterface>();
}

ElementwiseInfo hewn::nn::getElementwiseInfo(ElementwiseKind kind) {
  switch (kind) {
#define HEWN_ELEMENTWISE(Name, arity, types, flops, real, integer)                                                     \
  case ElementwiseKind::Name:                                                                                          \
    return {arity, ElementwiseTypes::types, flops};
#include "hewn/Dialect/NN/Elementwise.def"
  }
  llvm_unreachable("unknown elementwise kind");
}
