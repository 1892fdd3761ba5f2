// The target "cpu": its four answers.
#include "hewn/Target/CPU/CPUTarget.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "hewn/Support/Errors.h"
#include "hewn/Target/CPU/Passes.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

bool CPUTarget::canRun(Operation *op, TargetAttr target, std::string &reason) const {
  auto fail = [&](const llvm::Twine &why) {
    reason = why.str();
    return false;
  };
  if (!isa<nn::NNDialect>(op->getDialect()))
    return fail("not an nn op");
  auto check = [&](Type type) -> bool {
    auto shaped = dyn_cast<RankedTensorType>(type);
    if (!shaped)
      return true; // index operands
    Type element = shaped.getElementType();
    if (auto real = dyn_cast<FloatType>(element))
      return real.isF16() || real.isBF16() || real.isF32() || real.isF64();
    auto integer = dyn_cast<IntegerType>(element);
    return integer && llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
  };
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (!check(type))
      return fail("element type of " + llvm::formatv("{0}", type).str() + " is not supported");
  if (auto conv = dyn_cast<nn::ConvOp>(op)) {
    auto input = cast<RankedTensorType>(conv.getInput().getType());
    auto filter = cast<RankedTensorType>(conv.getFilter().getType());
    if (input.isDynamicDim(conv.getChannelDim()) || !filter.hasStaticShape())
      return fail("channels and filter sizes must be static");
  }
  return true;
}

/// Roofline: the larger of arithmetic and memory time of one core, in nanoseconds, on a machine like the one of the
/// target.
double CPUTarget::cost(Operation *op, TargetAttr target) const {
  Machine machine(target);
  double flopsPerNs = machine.vectorBits / 32 * 4 * 3.0 * 0.8, bytesPerNs = 20, bytes = 0, flops = 0;
  // Unknown sizes count as 64: only proportions matter.
  auto known = [](Value value, std::optional<int64_t> dim) -> std::optional<int64_t> {
    if (!dim)
      return 64;
    int64_t size = cast<ShapedType>(value.getType()).getDimSize(*dim);
    return ShapedType::isDynamic(size) ? 64 : size;
  };
  auto add = [&](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      return;
    double size = type.getElementType().isIntOrFloat() ? std::max(8u, type.getElementTypeBitWidth()) / 8 : 8;
    for (int64_t i = 0; i < type.getRank(); ++i)
      size *= *known(value, i);
    bytes += size;
  };
  for (Value value : op->getOperands())
    add(value);
  for (Value value : op->getResults())
    add(value);
  if (auto work = dyn_cast<nn::WorkOpInterface>(op)) {
    nn::ShapeContext context(op->getContext());
    AffineExpr expr = work.workFlops(context);
    if (std::optional<int64_t> count = context.evaluate(expr, known))
      flops = *count;
  }
  return std::max(flops / flopsPerNs, bytes / bytesPerNs);
}

void CPUTarget::buildPipeline(Stage stage, OpPassManager &pm) const {
  switch (stage) {
  case Stage::Kernels: {
    OpPassManager &function = pm.nest<func::FuncOp>();
    function.addPass(createFlipLayout());
    function.addPass(createConvPadsToPad());
    pm.addPass(createPackWeights());
    break;
  }
  case Stage::Scheduled:
    buildCPUPipeline(pm);
    break;
  case Stage::Target:
    buildCPUTargetPipeline(pm);
    break;
  default:
    break;
  }
}

LogicalResult CPUTarget::emit(ModuleOp module, const EmitOptions &options) const {
  return emitCoded(module.getLoc(), ErrorCode::Upstream, "the artifact writer is not linked");
}

void hewn::cpu::registerCPUTarget(DialectRegistry &registry) { addTarget<CPUTarget>(registry); }
