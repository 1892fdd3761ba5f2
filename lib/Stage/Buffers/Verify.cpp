// The border of the stage buffers.
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_VERIFYBUFFERS
#include "hewn/Stage/Buffers/Passes.h.inc"

namespace {

/// The callee is a clone that takes the launch's dims and distinct buffers.
LogicalResult verifyLaunch(LaunchOp launch) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(launch, launch.getKernelAttr());
  if (!callee || !callee->hasAttr(kKernelAttr))
    return launch.emitOpError("calls '") << launch.getKernel() << "', which is not the clone of a kernel";
  llvm::SetVector<Value> buffers(llvm::from_range, launch.getInputs());
  buffers.insert(launch.getInits().begin(), launch.getInits().end());
  size_t given = launch.getDims().size() + buffers.size();
  if (given != callee.getNumArguments())
    return launch.emitOpError("passes ") << given << " dims and distinct buffers to '" << launch.getKernel()
                                         << "', which takes " << callee.getNumArguments();
  for (auto [buffer, type] : llvm::zip(buffers, callee.getArgumentTypes().drop_front(launch.getDims().size()))) {
    auto from = dyn_cast<MemRefType>(buffer.getType()), to = dyn_cast<MemRefType>(type);
    if (!from || !to || from.getShape() != to.getShape() || from.getElementType() != to.getElementType())
      return launch.emitOpError("passes ")
             << buffer.getType() << " to '" << launch.getKernel() << "', which takes " << type;
  }
  return success();
}

LogicalResult verifyHost(func::FuncOp function) {
  auto isTensor = llvm::IsaPred<TensorType>;
  bool entry = true;
  for (Operation &op : function.getBody().front()) {
    if (llvm::any_of(op.getOperandTypes(), isTensor) || llvm::any_of(op.getResultTypes(), isTensor))
      return op.emitOpError("still works on tensors after the stage buffers");
    if (isScalarOp(op) && !entry)
      return op.emitOpError("is size arithmetic behind a launch; it belongs to the function's entry");
    if (auto launch = dyn_cast<LaunchOp>(op)) {
      entry = false;
      if (failed(verifyLaunch(launch)))
        return failure();
    }
  }
  return success();
}

struct VerifyBuffers final : impl::VerifyBuffersBase<VerifyBuffers> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation())) {
      for (auto kernel : module.getOps<KernelOp>()) {
        kernel.emitOpError("is left after the stage buffers");
        return signalPassFailure();
      }
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(verifyHost(function)))
          return signalPassFailure();
    }
    markStage(getOperation(), Stage::Buffers);
  }
};

} // namespace
} // namespace hewn
