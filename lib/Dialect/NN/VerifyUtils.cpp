// Checks that the verifiers of several nn ops share.
#include "VerifyUtils.h"

using namespace mlir;
using namespace hewn::nn;

bool hewn::nn::shapesFit(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() != b.size())
    return false;
  return llvm::none_of(llvm::zip(a, b), [](auto pair) { return sizesDiffer(std::get<0>(pair), std::get<1>(pair)); });
}

LogicalResult hewn::nn::checkAxis(Operation *op, int64_t axis, int64_t rank, StringRef label) {
  if (axis < 0 || axis >= rank)
    return op->emitOpError("has axis ") << axis << ", which is not in [0, " << rank << ") (" << label << ")";
  return success();
}

LogicalResult hewn::nn::checkMixed(Operation *op, ArrayRef<int64_t> fixed, ValueRange dynamic, StringRef name,
                                   StringRef label) {
  size_t wanted = 0;
  for (int64_t size : fixed) {
    wanted += ShapedType::isDynamic(size);
    if (size < 0 && !ShapedType::isDynamic(size))
      return op->emitOpError() << "has " << size << " in static_" << name << " (" << label << ")";
  }
  if (wanted != dynamic.size())
    return op->emitOpError() << "has " << dynamic.size() << " operands for " << wanted << " dynamic entries of static_"
                             << name << " (" << label << ")";
  return success();
}

LogicalResult hewn::nn::checkNumbers(Operation *op, ArrayRef<int64_t> numbers, size_t count, int64_t lowest,
                                     StringRef name, StringRef label) {
  if (numbers.size() != count)
    return op->emitOpError() << "has " << numbers.size() << " entries in " << name << ", not " << count << " (" << label
                             << ")";
  for (int64_t number : numbers)
    if (number < lowest || number > std::numeric_limits<int32_t>::max())
      return op->emitOpError() << "has " << number << " in " << name << ", which is not in [" << lowest << ", 2^31) ("
                               << label << ")";
  return success();
}

LogicalResult hewn::nn::checkIndices(Operation *op, Value indices, StringRef label) {
  Type type = elementTypeOf(indices);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return op->emitOpError("has indices of type ") << type << ", not i32 or i64 (" << label << ")";
  return success();
}

LogicalResult hewn::nn::checkVector(Operation *op, Value vector, int64_t size, Type elementType, StringRef name,
                                    StringRef label) {
  if (!vector)
    return success();
  auto type = cast<RankedTensorType>(vector.getType());
  if (type.getRank() != 1 || sizesDiffer(type.getDimSize(0), size) || type.getElementType() != elementType)
    return op->emitOpError() << "has a " << name << " of type " << type << ", not one with "
                             << (ShapedType::isDynamic(size) ? StringRef("?") : StringRef(std::to_string(size)))
                             << " elements of type " << elementType << " (" << label << ")";
  return success();
}
