// Slots: regions of the arena that several buffers of symbolic size share, one at a time.
#include "Slots.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace hewn;

/// Typical size of a dimension that is not a batch.
static constexpr int64_t kNominal = 256;

SmallVector<Slot> hewn::assignSlots(func::FuncOp function, ArrayRef<memref::AllocOp> allocs,
                                    const Lifetimes &lifetimes) {
  struct Item {
    memref::AllocOp alloc;
    int64_t bytes;
    Lifetime life;
  };
  NominalSizes sizes(function, kNominal);
  SmallVector<Item> items;
  for (memref::AllocOp alloc : allocs)
    items.push_back({alloc, sizes.bytes(alloc).value_or(INT64_MAX), lifetimes.of(alloc)});
  // Equal sizes stay in block order.
  SmallVector<size_t> order = llvm::to_vector(llvm::seq(items.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::make_pair(-items[a].bytes, a) < std::make_pair(-items[b].bytes, b);
  });
  SmallVector<Slot> slots;
  SmallVector<SmallVector<Lifetime>> taken;
  for (size_t next : order) {
    const Item &item = items[next];
    auto meets = [&](const Lifetime &other) { return item.life.meets(other); };
    size_t index = 0;
    while (index < slots.size() && llvm::any_of(taken[index], meets))
      ++index;
    if (index == slots.size()) {
      slots.emplace_back();
      taken.emplace_back();
    }
    slots[index].members.push_back(item.alloc);
    taken[index].push_back(item.life);
  }
  return slots;
}

/// Static factor and dynamic sizes (sorted) whose product is a buffer's bytes.
static std::pair<int64_t, SmallVector<Value>> factors(memref::AllocOp alloc) {
  MemRefType type = alloc.getType();
  int64_t known = elementBytes(type);
  for (int64_t size : type.getShape())
    if (!ShapedType::isDynamic(size))
      known *= size;
  SmallVector<Value> dynamic(alloc.getDynamicSizes());
  llvm::sort(dynamic, [](Value a, Value b) { return a.getAsOpaquePointer() < b.getAsOpaquePointer(); });
  return {known, dynamic};
}

/// Members that differ in size; of those that differ in the static factor only, the largest.
static SmallVector<memref::AllocOp> distinctMembers(const Slot &slot) {
  SmallVector<memref::AllocOp> distinct;
  for (memref::AllocOp member : slot.members) {
    auto [known, dynamic] = factors(member);
    auto same = llvm::find_if(
        distinct, [&, &dynamic = dynamic](memref::AllocOp other) { return factors(other).second == dynamic; });
    if (same == distinct.end())
      distinct.push_back(member);
    else if (factors(*same).first < known)
      *same = member;
  }
  return distinct;
}

OpFoldResult hewn::addIndices(OpBuilder &builder, Location location, OpFoldResult a, OpFoldResult b) {
  std::optional<int64_t> left = getConstantIntValue(a), right = getConstantIntValue(b);
  if (left && right)
    return builder.getIndexAttr(*left + *right);
  if (left && *left == 0)
    return b;
  return arith::AddIOp::create(builder, location, getValueOrCreateConstantIndexOp(builder, location, a),
                               getValueOrCreateConstantIndexOp(builder, location, b))
      .getResult();
}

OpFoldResult hewn::buildSlotBytes(OpBuilder &builder, Location location, const Slot &slot) {
  int64_t constant = 0;
  Value largest;
  for (memref::AllocOp member : distinctMembers(slot)) {
    MemRefType type = member.getType();
    int64_t known = factors(member).first;
    if (type.hasStaticShape()) {
      constant = std::max(constant, known);
      continue;
    }
    // In the order of dimensions, so that the IR does not depend on addresses.
    Value bytes = arith::ConstantIndexOp::create(builder, location, known);
    for (Value size : member.getDynamicSizes())
      bytes = arith::MulIOp::create(builder, location, bytes, size);
    largest = largest ? arith::MaxUIOp::create(builder, location, largest, bytes).getResult() : bytes;
  }
  if (!largest)
    return builder.getIndexAttr(llvm::alignTo(constant, kArenaAlign));
  if (constant)
    largest =
        arith::MaxUIOp::create(builder, location, largest, arith::ConstantIndexOp::create(builder, location, constant));
  // (bytes + 63) & -64
  Value raised = arith::AddIOp::create(builder, location, largest,
                                       arith::ConstantIndexOp::create(builder, location, kArenaAlign - 1));
  return arith::AndIOp::create(builder, location, raised,
                               arith::ConstantIndexOp::create(builder, location, -kArenaAlign))
      .getResult();
}

Value hewn::guardOverflow(OpBuilder &builder, Location location, Value bytes, ArrayRef<Slot> slots,
                          function_ref<Value(Value)> map) {
  // The sum once more, in floating point, which does not wrap.
  Type f64 = builder.getF64Type(), i64 = builder.getI64Type();
  auto number = [&](double value) -> Value {
    return arith::ConstantOp::create(builder, location, builder.getF64FloatAttr(value));
  };
  llvm::DenseMap<Value, Value> floats;
  auto asFloat = [&](Value size) {
    Value &entry = floats[size];
    if (!entry)
      entry = arith::UIToFPOp::create(builder, location, f64,
                                      arith::IndexCastOp::create(builder, location, i64, map(size)));
    return entry;
  };
  Value sum = number(0);
  for (const Slot &slot : slots)
    for (memref::AllocOp member : distinctMembers(slot)) {
      Value product = number(double(factors(member).first));
      for (Value size : member.getDynamicSizes())
        product = arith::MulFOp::create(builder, location, product, asFloat(size));
      sum = arith::AddFOp::create(builder, location, sum, product);
    }
  Value fits =
      arith::CmpFOp::create(builder, location, arith::CmpFPredicate::OLT, sum, number(double(int64_t(1) << 60)));
  return arith::SelectOp::create(builder, location, fits, bytes,
                                 arith::ConstantIndexOp::create(builder, location, INT64_MAX));
}
