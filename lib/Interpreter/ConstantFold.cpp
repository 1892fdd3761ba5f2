// Folding of nn ops whose operands are small constants: the op's own model computes the result.
#include "Models.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Interfaces/FoldInterfaces.h"
#include "llvm/Support/Threading.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

/// Constants beyond this stay ops: they belong into weights.
constexpr int64_t kMaxFoldedElements = 1024;

/// The attribute of a tensor; signless element types only, as arith.constant takes no others.
static Attribute toAttribute(const Tensor &tensor) {
  RankedTensorType type = tensor.getType();
  if (tensor.getNumElements() == 0)
    return DenseElementsAttr::get(type, ArrayRef<Attribute>());
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values;
    for (int64_t i = 0; i < tensor.getNumElements(); ++i)
      values.push_back(tensor.getInteger(i) != 0);
    return DenseElementsAttr::get(type, values);
  }
  // Equal elements are kept as one, as everywhere else in MLIR.
  ArrayRef<char> bytes = tensor.getBytes();
  size_t size = getElementSize(tensor.getKind());
  bool splat = std::memcmp(bytes.data(), bytes.data() + size, bytes.size() - size) == 0;
  return DenseElementsAttr::getFromRawBuffer(type, splat ? bytes.take_front(size) : bytes);
}

static bool isFoldableType(Type type) {
  auto shaped = dyn_cast<RankedTensorType>(type);
  return shaped && shaped.hasStaticShape() && shaped.getNumElements() <= kMaxFoldedElements &&
         getElementKind(shaped.getElementType()) &&
         (shaped.getElementType().isSignlessInteger() || isa<FloatType>(shaped.getElementType()));
}

/// The value of an operand, if it is a constant that the interpreter takes.
static std::optional<Tensor> toTensor(Attribute attribute, Type type) {
  if (auto integer = dyn_cast_or_null<IntegerAttr>(attribute); integer && type.isIndex())
    return Tensor::scalar(type, integer.getInt());
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attribute);
  if (!elements || elements.getNumElements() > kMaxFoldedElements)
    return std::nullopt;
  return Tensor::fromAttribute(elements);
}

namespace {
struct ConstantFolder : DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;

  LogicalResult fold(Operation *op, ArrayRef<Attribute> operands,
                     SmallVectorImpl<OpFoldResult> &results) const override {
    auto executable = dyn_cast<InterpretOpInterface>(op);
    if (!executable || operands.empty() || !llvm::all_of(op->getResultTypes(), isFoldableType))
      return failure();
    // A broadcast of unequal elements only enlarges: its user reads the small constant.
    auto elements = dyn_cast_or_null<DenseElementsAttr>(operands.front());
    if (isa<nn::BroadcastOp>(op) && elements && !elements.isSplat())
      return failure();
    WeightProvider weights;
    Options options;
    RunState state{weights, options};
    Frame frame(state);
    // What cannot be computed stays as it is; the errors of this thread are not the user's.
    uint64_t thread = llvm::get_threadid();
    ScopedDiagnosticHandler quiet(op->getContext(),
                                  [&](Diagnostic &) { return success(llvm::get_threadid() == thread); });
    for (auto [operand, attribute] : llvm::zip_equal(op->getOperands(), operands)) {
      std::optional<Tensor> tensor = toTensor(attribute, operand.getType());
      if (!tensor || failed(frame.set(operand, *tensor)))
        return failure();
    }
    if (failed(executable.interpret(frame)))
      return failure();
    for (Value result : op->getResults())
      results.push_back(toAttribute(frame.get(result)));
    return success();
  }
};
} // namespace

void hewn::interp::attachConstantFolder(nn::NNDialect *dialect) { dialect->addInterfaces<ConstantFolder>(); }
