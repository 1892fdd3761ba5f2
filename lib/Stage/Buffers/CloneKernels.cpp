// One function on memrefs per kernel and signature.
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include <numeric>

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_CLONEKERNELS
#include "hewn/Stage/Buffers/Passes.h.inc"

namespace {

/// No buffer promises more than a cache line.
constexpr int64_t kMaxAlign = 64;

/// The type of a buffer as its kernel sees it: no offset, and identity layout where static strides are those of one.
/// Dynamic strides stay: the host passes one number for each that it sees.
MemRefType normalise(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (type.getLayout().isIdentity() || failed(type.getStridesAndOffset(strides, offset)))
    return type;
  bool contiguous = llvm::none_of(strides, ShapedType::isDynamic);
  int64_t expected = 1;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    int64_t size = type.getDimSize(dim);
    contiguous &= size == 1 || (!ShapedType::isDynamic(expected) && strides[dim] == expected);
    expected = ShapedType::isDynamic(size) || ShapedType::isDynamic(expected) ? ShapedType::kDynamic : expected * size;
  }
  if (contiguous)
    return MemRefType::get(type.getShape(), type.getElementType());
  return MemRefType::get(type.getShape(), type.getElementType(), StridedLayoutAttr::get(type.getContext(), 0, strides));
}

int64_t elementBytes(MemRefType type) { return (type.getElementTypeBitWidth() + 7) / 8; }

/// A number that a stride is certainly a multiple of: itself, or the static sizes inside of it.
int64_t strideFactor(MemRefType type, int64_t stride, int64_t dim) {
  if (!ShapedType::isDynamic(stride))
    return stride;
  int64_t factor = 1;
  if (type.getLayout().isIdentity())
    for (int64_t inner = dim + 1; inner < type.getRank(); ++inner)
      if (!type.isDynamicDim(inner))
        factor *= type.getDimSize(inner);
  return factor;
}

/// The alignment in bytes that a buffer's first element certainly has.
int64_t alignmentOf(Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>()) {
    MemRefType source = view.getSourceType();
    SmallVector<int64_t> strides;
    int64_t offset, align = alignmentOf(view.getSource());
    if (failed(source.getStridesAndOffset(strides, offset)))
      return elementBytes(type);
    for (auto [dim, step] : llvm::enumerate(view.getMixedOffsets())) {
      int64_t bytes = strideFactor(source, strides[dim], dim) * elementBytes(type);
      if (std::optional<int64_t> known = getConstantIntValue(step))
        bytes *= *known;
      align = std::gcd(align, bytes);
    }
    return align;
  }
  if (auto view = buffer.getDefiningOp<memref::ReinterpretCastOp>()) {
    int64_t align = alignmentOf(view.getSource());
    std::optional<int64_t> known = getConstantIntValue(view.getMixedOffsets()[0]);
    return std::gcd(align, known ? *known * elementBytes(type) : elementBytes(type));
  }
  // Callers promise no more than an element's own alignment; arena and weights file are ours.
  return isa<BlockArgument>(buffer) ? elementBytes(type) : kMaxAlign;
}

/// A launch's buffers without repetition, in order, with what the kernel does to each.
struct Buffers {
  llvm::MapVector<Value, StringRef> access;
  explicit Buffers(LaunchOp launch) {
    for (Value input : launch.getInputs())
      access[input] = "read";
    for (Value init : launch.getInits())
      access[init] = access.count(init) ? StringRef("readwrite") : StringRef("write");
  }
};

class Cloner {
public:
  Cloner(ModuleOp module) : module(module), symbols(module), builder(module.getContext()) {}

  LogicalResult run(func::FuncOp function) {
    for (auto launch : function.getBody().getOps<LaunchOp>()) {
      auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
      if (!kernel)
        continue; // cloned already
      Buffers buffers(launch);
      func::FuncOp &clone = clones[keyOf(launch, buffers)];
      if (!clone)
        clone = makeClone(kernel, launch, buffers);
      launch.setKernel(clone.getSymName());
      lowerAlignment(clone, launch, buffers);
    }
    return success();
  }

  void eraseKernels() {
    for (auto kernel : llvm::make_early_inc_range(module.getOps<KernelOp>()))
      kernel.erase();
  }

private:
  std::string keyOf(LaunchOp launch, Buffers &buffers) {
    std::string key;
    llvm::raw_string_ostream stream(key);
    stream << launch.getKernel();
    auto add = [&](Value operand) {
      auto *entry = buffers.access.find(operand);
      stream << " " << entry - buffers.access.begin() << ":" << normalise(operand);
    };
    llvm::for_each(launch.getInputs(), add);
    stream << " ->";
    llvm::for_each(launch.getInits(), add);
    return key;
  }

  /// A fresh symbol: kernel, two underscores, number.
  std::string freshName(KernelOp kernel) {
    unsigned &next = numbers[kernel];
    std::string name;
    do
      name = (kernel.getSymName() + "__" + Twine(next++)).str();
    while (symbols.lookup(name));
    return name;
  }

  func::FuncOp makeClone(KernelOp kernel, LaunchOp launch, Buffers &buffers) {
    SmallVector<Type> types(launch.getDims().getTypes());
    for (auto &[buffer, access] : buffers.access)
      types.push_back(normalise(buffer));
    auto clone = func::FuncOp::create(kernel.getLoc(), freshName(kernel), builder.getFunctionType(types, {}));
    clone.setPrivate();
    clone->setAttr(kKernelAttr, builder.getUnitAttr());
    symbols.insert(clone);
    Block *body = clone.addEntryBlock();
    size_t dims = launch.getDims().size();
    for (auto [index, entry] : llvm::enumerate(buffers.access)) {
      clone.setArgAttr(dims + index, kAccessAttr, builder.getStringAttr(entry.second));
      clone.setArgAttr(dims + index, kAlignAttr, builder.getI64IntegerAttr(kMaxAlign));
    }
    fillBody(kernel, launch, buffers, body);
    return clone;
  }

  /// to_tensor per buffer that is read, the kernel's ops, materialize_in_destination per out.
  void fillBody(KernelOp kernel, LaunchOp launch, Buffers &buffers, Block *body) {
    OpBuilder inner = OpBuilder::atBlockEnd(body);
    Location location = kernel.getLoc();
    size_t dims = launch.getDims().size(), inputs = launch.getInputs().size();
    Block &source = kernel.getBody().front();
    IRMapping mapping;
    mapping.map(source.getArguments().take_front(dims), body->getArguments().take_front(dims));
    auto argumentOf = [&](Value operand) -> Value {
      auto *entry = buffers.access.find(operand);
      return body->getArgument(dims + (entry - buffers.access.begin()));
    };
    llvm::DenseMap<Value, Value> tensors; // one to_tensor per memref
    auto tensorOf = [&](Value operand, Type type) {
      Value &tensor = tensors[operand];
      if (!tensor)
        tensor = bufferization::ToTensorOp::create(inner, location, type, argumentOf(operand), /*restrict=*/true,
                                                   /*writable=*/buffers.access.lookup(operand) != "read");
      return tensor;
    };
    for (auto [operand, argument] : llvm::zip(launch.getInputs(), source.getArguments().drop_front(dims)))
      mapping.map(argument, tensorOf(operand, argument.getType()));
    for (auto [operand, argument] : llvm::zip(launch.getInits(), source.getArguments().drop_front(dims + inputs)))
      if (!argument.use_empty())
        mapping.map(argument, tensorOf(operand, argument.getType()));
    for (Operation &op : source.without_terminator())
      inner.clone(op, mapping);
    for (auto [value, init] : llvm::zip_equal(source.getTerminator()->getOperands(), launch.getInits()))
      bufferization::MaterializeInDestinationOp::create(inner, location, Type(), mapping.lookup(value),
                                                        argumentOf(init),
                                                        /*restrict=*/true, /*writable=*/true);
    func::ReturnOp::create(inner, location);
  }

  void lowerAlignment(func::FuncOp clone, LaunchOp launch, Buffers &buffers) {
    for (auto [index, entry] : llvm::enumerate(buffers.access)) {
      unsigned argument = launch.getDims().size() + index;
      int64_t known = clone.getArgAttrOfType<IntegerAttr>(argument, kAlignAttr).getInt();
      clone.setArgAttr(argument, kAlignAttr, builder.getI64IntegerAttr(std::min(known, alignmentOf(entry.first))));
    }
  }

  ModuleOp module;
  SymbolTable symbols;
  Builder builder;
  std::map<std::string, func::FuncOp> clones;
  DenseMap<Operation *, unsigned> numbers;
};

struct CloneKernels final : impl::CloneKernelsBase<CloneKernels> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation())) {
      Cloner cloner(module);
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(cloner.run(function)))
          return signalPassFailure();
      cloner.eraseKernels();
    }
  }
};

} // namespace
} // namespace hewn
