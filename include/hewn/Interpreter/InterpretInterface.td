// What makes an op executable by the reference interpreter.
#ifndef HEWN_INTERPRETER_INTERPRETINTERFACE_TD
#define HEWN_INTERPRETER_INTERPRETINTERFACE_TD

include "mlir/IR/OpBase.td"

def Interp_InterpretOpInterface : OpInterface<"InterpretOpInterface"> {
  let cppNamespace = "::hewn::interp";
  let description = [{
    Reads the values of the operands from the frame and sets those of the results. What cannot be computed (an index out of
    range, sizes that disagree) is an error on the op, never an assertion. Attached from outside by
    `registerInterpreterModels`, so that the dialects do not depend on the interpreter.
  }];
  let methods = [
    InterfaceMethod<"Computes the results.", "::llvm::LogicalResult", "interpret", (ins "::hewn::interp::Frame &":$frame)>
  ];
}

#endif // HEWN_INTERPRETER_INTERPRETINTERFACE_TD
