// What every nn op can be asked: the shape of its results and the work it does. Both are stated once, as affine
// expressions, and serve inference, reification, the verifier, the interpreter and the reports.
#ifndef HEWN_DIALECT_NN_NNINTERFACES_TD
#define HEWN_DIALECT_NN_NNINTERFACES_TD

include "mlir/IR/OpBase.td"

def NN_ShapeOpInterface : OpInterface<"ShapeOpInterface"> {
  let cppNamespace = "::hewn::nn";
  let description = [{
    One shape function per op. `resultDims` gives each result's sizes as affine expressions over the sizes of the operands
    (`ShapeContext::dim`) and over the op's own size operands (`ShapeContext::value`). Constants stay constants, so a
    constant expression is a static size.
  }];
  let methods = [
    InterfaceMethod<"The sizes of every result.", "::llvm::SmallVector<::hewn::nn::DimList>", "resultDims",
                    (ins "::hewn::nn::ShapeContext &":$context)>
  ];
}

def NN_WorkOpInterface : OpInterface<"WorkOpInterface"> {
  let cppNamespace = "::hewn::nn";
  let description = [{
    The arithmetic an op does, in floating or integer operations (one multiply-add counts two). Bytes follow from the
    operands' and results' types.
  }];
  let methods = [
    InterfaceMethod<"Number of arithmetic operations.", "::mlir::AffineExpr", "workFlops",
                    (ins "::hewn::nn::ShapeContext &":$context)>
  ];
}

#endif // HEWN_DIALECT_NN_NNINTERFACES_TD
