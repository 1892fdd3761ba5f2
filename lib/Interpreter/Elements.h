// Typed access to the bytes of tensors: load to and store from the type one computes in, and strided copies.
#ifndef HEWN_LIB_INTERPRETER_ELEMENTS_H
#define HEWN_LIB_INTERPRETER_ELEMENTS_H

#include "hewn/Interpreter/Tensor.h"
#include <cstring>
#include <vector>

namespace hewn::interp {

/// IEEE formats narrower than float, as bits.
struct Half {
  uint16_t bits;
};
struct BFloat {
  uint16_t bits;
};
struct Bool {
  uint8_t bits;
};

/// Rounds to nearest even, once.
Half toHalf(double value);
BFloat toBFloat(double value);
double fromHalf(Half value);
double fromBFloat(BFloat value);

/// Storage type T as seen by a computation: Compute is double or Integer.
template <typename T> struct Element {
  using Compute = Integer;
  static Compute load(T value) { return value; }
  static T store(Compute value) { return static_cast<T>(value); }
};
template <> struct Element<Bool> {
  using Compute = Integer;
  static Compute load(Bool value) { return value.bits != 0; }
  static Bool store(Compute value) { return {value != 0}; }
};
template <> struct Element<float> {
  using Compute = double;
  static Compute load(float value) { return value; }
  static float store(Compute value) { return static_cast<float>(value); }
};
template <> struct Element<double> {
  using Compute = double;
  static Compute load(double value) { return value; }
  static double store(Compute value) { return value; }
};
template <> struct Element<Half> {
  using Compute = double;
  static Compute load(Half value) { return fromHalf(value); }
  static Half store(Compute value) { return toHalf(value); }
};
template <> struct Element<BFloat> {
  using Compute = double;
  static Compute load(BFloat value) { return fromBFloat(value); }
  static BFloat store(Compute value) { return toBFloat(value); }
};

/// Calls `function(T())` with the storage type of a kind.
template <typename F> auto dispatchKind(ElementKind kind, F &&function) {
  switch (kind) {
  case ElementKind::F16:
    return function(Half());
  case ElementKind::BF16:
    return function(BFloat());
  case ElementKind::F32:
    return function(float());
  case ElementKind::F64:
    return function(double());
  case ElementKind::I1:
    return function(Bool());
  case ElementKind::I8:
    return function(int8_t());
  case ElementKind::I16:
    return function(int16_t());
  case ElementKind::I32:
    return function(int32_t());
  case ElementKind::I64:
    return function(int64_t());
  case ElementKind::U8:
    return function(uint8_t());
  case ElementKind::U16:
    return function(uint16_t());
  case ElementKind::U32:
    return function(uint32_t());
  case ElementKind::U64:
    return function(uint64_t());
  }
  llvm_unreachable("unknown element kind");
}

/// Loads element `index` from bytes that may be unaligned.
template <typename T> typename Element<T>::Compute loadAt(const char *data, int64_t index) {
  T value;
  std::memcpy(&value, data + index * (int64_t)sizeof(T), sizeof(T));
  return Element<T>::load(value);
}
template <typename T> void storeAt(char *data, int64_t index, typename Element<T>::Compute value) {
  T stored = Element<T>::store(value);
  std::memcpy(data + index * (int64_t)sizeof(T), &stored, sizeof(T));
}

/// Elements [begin, begin + count) as doubles or as integers, whatever the kind.
void loadFloats(const Tensor &tensor, int64_t begin, int64_t count, double *values);
void loadIntegers(const Tensor &tensor, int64_t begin, int64_t count, Integer *values);
void storeFloats(Tensor &tensor, int64_t begin, int64_t count, const double *values);
void storeIntegers(Tensor &tensor, int64_t begin, int64_t count, const Integer *values);
std::vector<double> loadFloats(const Tensor &tensor);

/// A box of elements in memory: where it starts and its strides, in elements.
struct Strided {
  int64_t offset;
  Shape strides;
};
/// to[i] = from[i] for every i in the box. The caller answers for the bounds.
void copyBox(char *to, const Strided &toBox, const char *from, const Strided &fromBox, llvm::ArrayRef<int64_t> sizes,
             int64_t elementSize);

/// Product of sizes.
int64_t product(llvm::ArrayRef<int64_t> sizes);
/// Visits every index of a shape in row-major order.
template <typename F> void forEachIndex(llvm::ArrayRef<int64_t> shape, F &&function) {
  if (product(shape) == 0)
    return;
  Shape index(shape.size(), 0);
  while (true) {
    function(llvm::ArrayRef<int64_t>(index));
    int64_t dim = static_cast<int64_t>(shape.size()) - 1;
    while (dim >= 0 && ++index[dim] == shape[dim])
      index[dim--] = 0;
    if (dim < 0)
      return;
  }
}

} // namespace hewn::interp

#endif // HEWN_LIB_INTERPRETER_ELEMENTS_H
