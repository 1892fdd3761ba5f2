// Calls, kernels, weights, guards, and structured control flow.
#include "Models.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

LogicalResult setAll(Operation *op, Frame &frame, FailureOr<SmallVector<Tensor>> values) {
  if (failed(values))
    return failure();
  if (values->size() != op->getNumResults())
    return fail(op, "{0} values for {1} results", values->size(), op->getNumResults());
  for (auto [result, value] : llvm::zip_equal(op->getResults(), *values))
    if (failed(frame.set(result, value)))
      return failure();
  return success();
}

LogicalResult callSymbol(Operation *op, SymbolRefAttr symbol, ArrayRef<Tensor> arguments, Frame &frame) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, symbol);
  if (!callee)
    return fail(op, "there is no function '{0}'", symbol.getLeafReference().getValue());
  return setAll(op, frame, frame.call(op, callee, arguments));
}

LogicalResult interpretCall(func::CallOp op, Frame &frame) {
  return callSymbol(op, op.getCalleeAttr(), frame.get(op.getOperands()), frame);
}

/// A kernel's arguments are the launch's dims, ins and outs, in this order: that of the operands.
LogicalResult interpretLaunch(LaunchOp op, Frame &frame) {
  return callSymbol(op, op.getKernelAttr(), frame.get(op.getOperands()), frame);
}

/// The function of a target takes the inputs and gives the results; outs only say where they go.
LogicalResult interpretInvoke(InvokeOp op, Frame &frame) {
  return callSymbol(op, op.getCallee(), frame.get(op.getInputs()), frame);
}

LogicalResult interpretLoadWeight(LoadWeightOp op, Frame &frame) {
  auto weight = SymbolTable::lookupNearestSymbolFrom<WeightOp>(op, op.getWeightAttr());
  if (!weight)
    return fail(op, "there is no weight '{0}'", op.getWeight());
  FailureOr<Tensor> tensor = frame.getState().weights.get(weight);
  return failed(tensor) ? failure() : frame.set(op.getResult(), *tensor);
}

LogicalResult interpretGuard(GuardOp op, Frame &frame) {
  if (frame.get(op.getCondition()).getInteger(0))
    return success();
  return emitError(op.getLoc()) << "[HWN" << op.getCode() << "]: " << op.getMessage();
}

//===----------------------------------------------------------------------===//
// Structured control flow
//===----------------------------------------------------------------------===//

LogicalResult interpretIf(scf::IfOp op, Frame &frame) {
  Region &region = frame.get(op.getCondition()).getInteger(0) ? op.getThenRegion() : op.getElseRegion();
  return region.empty() ? success() : setAll(op, frame, frame.runBlock(region.front(), {}));
}

LogicalResult interpretFor(scf::ForOp op, Frame &frame) {
  Type type = op.getInductionVar().getType();
  Integer lower = frame.get(op.getLowerBound()).getInteger(0), upper = frame.get(op.getUpperBound()).getInteger(0);
  Integer step = frame.get(op.getStep()).getInteger(0);
  if (step <= 0)
    return fail(op, "the step is not positive");
  SmallVector<Tensor> carried = frame.get(op.getInitArgs());
  for (Integer i = lower; i < upper; i += step) {
    SmallVector<Tensor> arguments{Tensor::scalar(type, i)};
    llvm::append_range(arguments, carried);
    FailureOr<SmallVector<Tensor>> next = frame.runBlock(*op.getBody(), arguments);
    if (failed(next))
      return failure();
    carried = std::move(*next);
    if (++frame.getState().steps > frame.getState().options.maxSteps) // an empty body counts too
      return fail(op, "more than {0} operations", frame.getState().options.maxSteps);
  }
  return setAll(op, frame, carried);
}

LogicalResult interpretWhile(scf::WhileOp op, Frame &frame) {
  SmallVector<Tensor> carried = frame.get(op.getInits());
  while (true) {
    FailureOr<SmallVector<Tensor>> condition = frame.runBlock(*op.getBeforeBody(), carried);
    if (failed(condition))
      return failure();
    ArrayRef<Tensor> passed = ArrayRef(*condition).drop_front();
    if (!condition->front().getInteger(0))
      return setAll(op, frame, llvm::to_vector(passed));
    FailureOr<SmallVector<Tensor>> next = frame.runBlock(*op.getAfterBody(), passed);
    if (failed(next))
      return failure();
    carried = std::move(*next);
    if (++frame.getState().steps > frame.getState().options.maxSteps)
      return fail(op, "more than {0} operations", frame.getState().options.maxSteps);
  }
}
} // namespace

void hewn::interp::attachFuncModels(MLIRContext *context) { attach<func::CallOp, interpretCall>(context); }

void hewn::interp::attachHewnModels(MLIRContext *context) {
  attach<LaunchOp, interpretLaunch>(context);
  attach<InvokeOp, interpretInvoke>(context);
  attach<LoadWeightOp, interpretLoadWeight>(context);
  attach<GuardOp, interpretGuard>(context);
}

void hewn::interp::attachSCFModels(MLIRContext *context) {
  attach<scf::IfOp, interpretIf>(context);
  attach<scf::ForOp, interpretFor>(context);
  attach<scf::WhileOp, interpretWhile>(context);
}
