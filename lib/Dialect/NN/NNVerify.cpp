// Verifiers of the nn ops on types, shapes and movement: each names the constraint (C1, C2, ...) of the op's
// description that is broken.
#include "VerifyUtils.h"

using namespace mlir;
using namespace hewn::nn;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// What is wrong with the element types of an elementwise op, or nothing.
static std::optional<std::string> elementwiseTypeProblem(ElementwiseOp op) {
  Type result = elementTypeOf(op.getResult()), first = elementTypeOf(op.getInputs().front());
  auto describe = [&](StringRef wanted) {
    std::string text;
    llvm::raw_string_ostream(text) << "takes " << wanted << ", not " << op.getOperandTypes() << " -> " << op.getType();
    return text;
  };
  bool boolean = result.isInteger(1);
  auto same = [&](ValueRange inputs, Type type) {
    return llvm::all_of(inputs, [&](Value input) { return elementTypeOf(input) == type; });
  };
  switch (getElementwiseInfo(op.getKind()).types) {
  case ElementwiseTypes::Arithmetic:
    if (!same(op.getInputs(), result) || boolean || !result.isIntOrIndexOrFloat())
      return describe("numbers of one type");
    return std::nullopt;
  case ElementwiseTypes::Float:
    if (!same(op.getInputs(), result) || !isa<FloatType>(result))
      return describe("floats of one type");
    return std::nullopt;
  case ElementwiseTypes::Integer:
    if (!same(op.getInputs(), result) || boolean || !isa<IntegerType>(result))
      return describe("integers of one type");
    return std::nullopt;
  case ElementwiseTypes::Boolean:
    if (!same(op.getInputs(), result) || !boolean)
      return describe("i1");
    return std::nullopt;
  case ElementwiseTypes::Comparison:
    if (!same(op.getInputs(), first) || !boolean)
      return describe("two inputs of one type and gives i1");
    return std::nullopt;
  case ElementwiseTypes::Predicate:
    if (!isa<FloatType>(first) || !boolean)
      return describe("a float and gives i1");
    return std::nullopt;
  case ElementwiseTypes::Select:
    if (!first.isInteger(1) || !same(op.getInputs().drop_front(), result))
      return describe("i1 and two values of the result's type");
    return std::nullopt;
  }
  llvm_unreachable("unknown class of elementwise kinds");
}

LogicalResult ElementwiseOp::verify() {
  unsigned arity = getElementwiseInfo(getKind()).arity;
  if (getInputs().size() != arity)
    return emitOpError("of kind ") << stringifyElementwiseKind(getKind()) << " has " << getInputs().size()
                                   << " inputs, not " << arity << " (C1)";
  for (Value input : getInputs())
    if (!shapesFit(shapeOf(input), shapeOf(getResult())))
      return emitOpError("has inputs and result of different shapes (C2)");
  if (std::optional<std::string> problem = elementwiseTypeProblem(*this))
    return emitOpError("of kind ") << stringifyElementwiseKind(getKind()) << " " << *problem << " (C3)";
  return verifyResultShapes(getOperation());
}

LogicalResult CastOp::verify() {
  if (!shapesFit(shapeOf(getInput()), shapeOf(getResult())))
    return emitOpError("has input and result of different shapes (C1)");
  return success();
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  if (failed(checkMixed(*this, getStaticSizes(), getSizes(), "sizes", "C3")))
    return failure();
  ArrayRef<int64_t> input = shapeOf(getInput()), sizes = getStaticSizes();
  if (input.size() > sizes.size())
    return emitOpError("has an input of rank ") << input.size() << ", but a result of rank " << sizes.size() << " (C1)";
  for (auto [index, from, to] : llvm::enumerate(input, sizes.take_back(input.size())))
    if (from != 1 && sizesDiffer(from, to))
      return emitOpError("repeats a dimension of size ") << from << " to " << to << " (C2)";
  return verifyResultShapes(getOperation());
}

LogicalResult ReshapeOp::verify() {
  if (failed(checkMixed(*this, getStaticSizes(), getSizes(), "sizes", "C2")))
    return failure();
  auto input = cast<RankedTensorType>(getInput().getType()), result = cast<RankedTensorType>(getType());
  if (input.hasStaticShape() && result.hasStaticShape() && input.getNumElements() != result.getNumElements())
    return emitOpError("makes ") << result.getNumElements() << " elements of " << input.getNumElements() << " (C1)";
  return verifyResultShapes(getOperation());
}

LogicalResult TransposeOp::verify() {
  int64_t rank = rankOf(getInput());
  SmallVector<bool> seen(rank, false);
  bool valid = static_cast<int64_t>(getPerm().size()) == rank;
  for (int64_t dim : getPerm()) {
    valid = valid && dim >= 0 && dim < rank && !seen[dim];
    if (valid)
      seen[dim] = true;
  }
  if (!valid)
    return emitOpError("has a perm that is not a permutation of ") << rank << " dimensions (C1)";
  return verifyResultShapes(getOperation());
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError("has no input (C1)");
  Value first = getInputs().front();
  if (failed(checkAxis(*this, getAxis(), rankOf(first), "C1")))
    return failure();
  for (Value input : getInputs()) {
    bool fits = rankOf(input) == rankOf(first) && elementTypeOf(input) == elementTypeOf(getResult());
    for (int64_t i = 0; fits && i < rankOf(first); ++i)
      fits = i == static_cast<int64_t>(getAxis()) || !sizesDiffer(shapeOf(input)[i], shapeOf(first)[i]);
    if (!fits)
      return emitOpError("joins ") << first.getType() << " and " << input.getType() << " to " << getType() << " (C2)";
  }
  return verifyResultShapes(getOperation());
}

/// Dimension i of a slice lies inside the input as far as numbers are known.
static LogicalResult checkSliceDim(SliceOp op, int64_t i) {
  int64_t bound = shapeOf(op.getInput())[i], offset = op.getStaticOffsets()[i], size = op.getStaticSizes()[i];
  int64_t step = op.getSteps()[i], last;
  if (ShapedType::isDynamic(bound) || ShapedType::isDynamic(offset) || size == 0)
    return success();
  bool inside = offset >= 0 && offset < bound;
  if (inside && !ShapedType::isDynamic(size))
    inside =
        !llvm::MulOverflow(size - 1, step, last) && !llvm::AddOverflow(offset, last, last) && last >= 0 && last < bound;
  if (!inside)
    return op.emitOpError("reads beyond dimension ") << i << " of size " << bound << " (C2)";
  return success();
}

LogicalResult SliceOp::verify() {
  size_t rank = rankOf(getInput());
  if (getStaticOffsets().size() != rank || getStaticSizes().size() != rank || getSteps().size() != rank)
    return emitOpError("has offsets, sizes or steps that are not ") << rank << " entries (C1)";
  if (llvm::is_contained(getSteps(), 0))
    return emitOpError("has a step of 0 (C1)");
  if (failed(checkMixed(*this, getStaticOffsets(), getOffsets(), "offsets", "C1")) ||
      failed(checkMixed(*this, getStaticSizes(), getSizes(), "sizes", "C1")))
    return failure();
  for (size_t i = 0; i < rank; ++i)
    if (failed(checkSliceDim(*this, i)))
      return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult PadOp::verify() {
  size_t rank = rankOf(getInput());
  constexpr int64_t lowest = -std::numeric_limits<int32_t>::max();
  if (failed(checkNumbers(*this, getLow(), rank, lowest, "low", "C1")) ||
      failed(checkNumbers(*this, getHigh(), rank, lowest, "high", "C1")))
    return failure();
  for (auto [index, size] : llvm::enumerate(shapeOf(getInput())))
    if (!ShapedType::isDynamic(size) && size + getLow()[index] + getHigh()[index] < 0)
      return emitOpError("cuts off more than dimension ") << index << " of size " << size << " has (C1)";
  if (Value value = getValue())
    if (rankOf(value) != 0 || elementTypeOf(value) != elementTypeOf(getInput()))
      return emitOpError("has a value of type ")
             << value.getType() << ", not a rank-0 tensor of the input's elements (C2)";
  return verifyResultShapes(getOperation());
}

LogicalResult IotaOp::verify() {
  Type type = elementTypeOf(getResult());
  for (Value operand : {getStart(), getStep()})
    if (rankOf(operand) != 0 || elementTypeOf(operand) != type)
      return emitOpError("has a start or step of type ")
             << operand.getType() << ", not a rank-0 tensor of " << type << " (C1)";
  if (getStaticSizes().size() != 1)
    return emitOpError("has ") << getStaticSizes().size() << " sizes, not 1 (C1)";
  if (failed(checkMixed(*this, getStaticSizes(), getSizes(), "sizes", "C2")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult ResizeOp::verify() {
  size_t rank = rankOf(getInput());
  if (getScales().size() != rank || getStaticSizes().size() != rank)
    return emitOpError("has scales or sizes that are not ") << rank << " entries (C1)";
  if (llvm::any_of(getScales(), [](double scale) { return !(scale > 0); }))
    return emitOpError("has a scale that is not positive (C1)");
  if (failed(checkMixed(*this, getStaticSizes(), getSizes(), "sizes", "C2")))
    return failure();
  return verifyResultShapes(getOperation());
}

//===----------------------------------------------------------------------===//
// Indexed
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::verify() {
  if (failed(checkAxis(*this, getAxis(), rankOf(getData()), "C1")) || failed(checkIndices(*this, getIndices(), "C1")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult GatherElementsOp::verify() {
  if (rankOf(getData()) != rankOf(getIndices()))
    return emitOpError("has data of rank ")
           << rankOf(getData()) << " and indices of rank " << rankOf(getIndices()) << " (C1)";
  if (failed(checkAxis(*this, getAxis(), rankOf(getData()), "C1")) || failed(checkIndices(*this, getIndices(), "C1")))
    return failure();
  return verifyResultShapes(getOperation());
}

/// The length of the index vectors is known and at most `rank`.
static LogicalResult checkVectorLength(Operation *op, Value indices, int64_t rank) {
  int64_t length = rankOf(indices) == 0 ? ShapedType::kDynamic : shapeOf(indices).back();
  if (ShapedType::isDynamic(length) || length > rank)
    return op->emitOpError("has indices of type ")
           << indices.getType() << ", whose last size is not a number up to " << rank << " (C1)";
  return checkIndices(op, indices, "C1");
}

LogicalResult GatherNDOp::verify() {
  int64_t batch = getBatchDims();
  if (batch < 0 || batch >= rankOf(getIndices()) || batch > rankOf(getData()))
    return emitOpError("has batch_dims ") << batch << ", more than data or indices have (C1)";
  if (failed(checkVectorLength(*this, getIndices(), rankOf(getData()) - batch)))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult ScatterElementsOp::verify() {
  if (rankOf(getData()) != rankOf(getIndices()) || !shapesFit(shapeOf(getIndices()), shapeOf(getUpdates())))
    return emitOpError("has data, indices and updates of types ")
           << getData().getType() << ", " << getIndices().getType() << ", " << getUpdates().getType() << " (C1)";
  if (failed(checkAxis(*this, getAxis(), rankOf(getData()), "C1")) || failed(checkIndices(*this, getIndices(), "C1")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult ScatterNDOp::verify() {
  if (failed(checkVectorLength(*this, getIndices(), rankOf(getData()))))
    return failure();
  ArrayRef<int64_t> data = shapeOf(getData()), indices = shapeOf(getIndices());
  SmallVector<int64_t> wanted(indices.drop_back());
  llvm::append_range(wanted, data.drop_front(indices.back()));
  if (!shapesFit(wanted, shapeOf(getUpdates())))
    return emitOpError("has updates of type ") << getUpdates().getType() << " for data " << getData().getType()
                                               << " and indices " << getIndices().getType() << " (C1)";
  return verifyResultShapes(getOperation());
}
