// Tensors: element kinds, allocation, conversion from attributes, single elements.
#include "hewn/Interpreter/Tensor.h"
#include "Elements.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>

using namespace mlir;
using namespace hewn::interp;

std::optional<ElementKind> hewn::interp::getElementKind(Type type) {
  if (type.isF16())
    return ElementKind::F16;
  if (type.isBF16())
    return ElementKind::BF16;
  if (type.isF32())
    return ElementKind::F32;
  if (type.isF64())
    return ElementKind::F64;
  if (type.isIndex())
    return ElementKind::I64;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return ElementKind::I1;
  case 8:
    return isUnsigned ? ElementKind::U8 : ElementKind::I8;
  case 16:
    return isUnsigned ? ElementKind::U16 : ElementKind::I16;
  case 32:
    return isUnsigned ? ElementKind::U32 : ElementKind::I32;
  case 64:
    return isUnsigned ? ElementKind::U64 : ElementKind::I64;
  default:
    return std::nullopt;
  }
}

bool hewn::interp::isFloatKind(ElementKind kind) { return kind <= ElementKind::F64; }

int64_t hewn::interp::getElementSize(ElementKind kind) {
  return dispatchKind(kind, [](auto storage) -> int64_t { return sizeof(storage); });
}

Shape hewn::interp::rowMajorStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (int64_t i = static_cast<int64_t>(shape.size()) - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

int64_t hewn::interp::product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

std::optional<int64_t> Tensor::checkedBytes(Type elementType, ArrayRef<int64_t> shape) {
  std::optional<ElementKind> kind = getElementKind(elementType);
  if (!kind)
    return std::nullopt;
  int64_t bytes = getElementSize(*kind);
  bool empty = llvm::is_contained(shape, 0);
  for (int64_t size : shape)
    if (size < 0 || (!empty && llvm::MulOverflow(bytes, size, bytes)))
      return std::nullopt;
  return empty ? 0 : bytes;
}

Tensor Tensor::view(Type elementType, ArrayRef<int64_t> shape, const char *data, std::shared_ptr<const void> keep) {
  Tensor tensor;
  tensor.elementType = elementType;
  tensor.kind = *getElementKind(elementType);
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.numElements = product(shape);
  tensor.bytes = data;
  tensor.owner = std::move(keep);
  return tensor;
}

Tensor Tensor::allocate(Type elementType, ArrayRef<int64_t> shape) {
  int64_t bytes = checkedBytes(elementType, shape).value_or(0);
  // calloc: large blocks come zeroed from the system, page by page as they are touched.
  std::shared_ptr<void> memory(std::calloc(std::max<int64_t>(bytes, 1), 1), std::free);
  if (!memory)
    llvm::report_bad_alloc_error("interpreter: out of memory");
  return view(elementType, shape, static_cast<const char *>(memory.get()), memory);
}

Tensor Tensor::scalar(Type elementType, Integer value) {
  Tensor tensor = allocate(elementType, {});
  tensor.setInteger(0, value);
  return tensor;
}
Tensor Tensor::scalarFloat(Type elementType, double value) {
  Tensor tensor = allocate(elementType, {});
  tensor.setFloat(0, value);
  return tensor;
}

Tensor Tensor::reshaped(ArrayRef<int64_t> newShape) const { return view(elementType, newShape, bytes, owner); }

/// The value of an integer attribute's element as its type sees it.
static Integer toInteger(const APInt &value, bool isUnsigned) {
  if (value.getBitWidth() == 1 || isUnsigned)
    return value.getZExtValue();
  return value.getSExtValue();
}

std::optional<Tensor> Tensor::fromAttribute(ElementsAttr attribute) {
  Type elementType = attribute.getElementType();
  ArrayRef<int64_t> shape = attribute.getShapedType().getShape();
  std::optional<int64_t> bytes = checkedBytes(elementType, shape);
  if (!bytes)
    return std::nullopt;
  Tensor tensor = allocate(elementType, shape);
  int64_t index = 0;
  if (tensor.isFloat()) {
    auto values = attribute.tryGetValues<APFloat>();
    if (!values)
      return std::nullopt;
    for (APFloat value : *values) {
      bool lost;
      value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
      tensor.setFloat(index++, value.convertToDouble());
    }
    return tensor;
  }
  auto values = attribute.tryGetValues<APInt>();
  if (!values)
    return std::nullopt;
  for (const APInt &value : *values)
    tensor.setInteger(index++, toInteger(value, elementType.isUnsignedInteger()));
  return tensor;
}

double Tensor::getFloat(int64_t index) const {
  double value;
  loadFloats(*this, index, 1, &value);
  return value;
}
Integer Tensor::getInteger(int64_t index) const {
  Integer value;
  loadIntegers(*this, index, 1, &value);
  return value;
}
void Tensor::setFloat(int64_t index, double value) { storeFloats(*this, index, 1, &value); }
void Tensor::setInteger(int64_t index, Integer value) { storeIntegers(*this, index, 1, &value); }
