// Host functions on memrefs. They hold launches, weights and reshapes only, so one walk does it: allocs for outs, views
// for reshapes, outputs written into the caller's memrefs. Requires the stage kernels; leaves kernels alone.
#include "Helpers.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_BUFFERIZEHOST
#include "hewn/Stage/Buffers/Passes.h.inc"

namespace {

MemRefType bufferType(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

/// The arguments of a host function on memrefs: types, attributes, and where each old thing went.
class Signature {
public:
  explicit Signature(func::FuncOp function, bool withDims) : function(function), builder(function.getContext()) {
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
      add(type, function.getArgAttrDict(index), "read", ("arg" + Twine(index)).str(), withDims);
    for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
      add(type, function.getResultAttrDict(index), "write", ("result" + Twine(index)).str(), false);
    for (StringAttr symbol : symbols) {
      types.push_back(builder.getIndexType());
      attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(kDimAttr, symbol)));
    }
  }

  /// Replaces the body by an empty one with the new arguments; the old block is returned.
  std::unique_ptr<Block> apply() {
    std::unique_ptr<Block> old(function.getBody().getBlocks().remove(function.getBody().begin()));
    function.setType(builder.getFunctionType(types, {}));
    function.setAllArgAttrs(attributes);
    function.removeResAttrsAttr();
    function.addEntryBlock();
    return old;
  }

private:
  void add(Type type, DictionaryAttr given, StringRef access, const std::string &fallback, bool named) {
    types.push_back(bufferType(type));
    NamedAttrList list(given);
    list.set(kAccessAttr, builder.getStringAttr(access));
    auto dims = given ? given.getAs<ArrayAttr>(kDimsAttr) : ArrayAttr();
    auto name = given ? given.getAs<StringAttr>(kNameAttr) : StringAttr();
    SmallVector<Attribute> names;
    for (auto [index, size] : llvm::enumerate(cast<ShapedType>(type).getShape())) {
      StringAttr symbol = builder.getStringAttr("");
      if (ShapedType::isDynamic(size)) {
        if (dims && index < dims.size())
          symbol = cast<StringAttr>(dims[index]);
        if (symbol.empty())
          symbol = builder.getStringAttr((name ? name.getValue() : StringRef(fallback)) + "_" + Twine(index));
        if (named)
          symbols.insert(symbol);
      }
      names.push_back(symbol);
    }
    if (!cast<ShapedType>(type).hasStaticShape())
      list.set(kDimsAttr, builder.getArrayAttr(names));
    attributes.push_back(list.getDictionary(function.getContext()));
  }

  func::FuncOp function;
  Builder builder;
  SmallVector<Type> types;
  SmallVector<DictionaryAttr> attributes;
  llvm::SetVector<StringAttr> symbols;
};

class HostBufferizer {
public:
  HostBufferizer(func::FuncOp function, ModuleOp module)
      : function(function), module(module), builder(function.getContext()) {}

  LogicalResult run() {
    size_t inputs = function.getNumArguments();
    std::unique_ptr<Block> old = Signature(function, /*withDims=*/true).apply();
    Block &block = function.getBody().front();
    for (auto [from, to] : llvm::zip(old->getArguments(), block.getArguments()))
      mapping.map(from, to);
    outputs.assign(block.args_begin() + inputs, block.args_begin() + inputs + old->getTerminator()->getNumOperands());
    builder.setInsertionPointToEnd(&block);
    LogicalResult result = success();
    // Size arithmetic first: it depends on the arguments alone, and views need it at hand.
    for (bool scalars : {true, false})
      for (Operation &op : *old)
        if ((isScalarOp(op) || isa<tensor::DimOp>(op)) == scalars && succeeded(result) && failed(result = convert(op)))
          break;
    old->dropAllReferences();
    if (failed(result))
      return failure();
    hoistScalars(block);
    return buildQuery();
  }

private:
  LogicalResult convert(Operation &op) {
    if (auto dim = dyn_cast<tensor::DimOp>(op))
      return convertDim(dim);
    if (isa<tensor::EmptyOp>(op))
      return success(); // its sizes are read by the launch
    if (auto weight = dyn_cast<LoadWeightOp>(op)) {
      mapping.map(weight.getResult(), LoadWeightOp::create(builder, op.getLoc(),
                                                           bufferType(weight.getResult().getType()), weight.getWeight())
                                          .getResult());
      return success();
    }
    if (auto launch = dyn_cast<LaunchOp>(op))
      return convertLaunch(launch);
    if (auto reshape = dyn_cast<nn::ReshapeOp>(op))
      return convertReshape(reshape);
    if (auto slice = dyn_cast<nn::SliceOp>(op))
      return convertSlice(slice);
    if (auto elements = dyn_cast<tensor::FromElementsOp>(op))
      return convertElements(elements);
    if (auto end = dyn_cast<func::ReturnOp>(op))
      return convertReturn(end);
    if (!isScalarOp(op))
      return op.emitOpError("cannot stand in a host function in front of the stage buffers");
    builder.clone(op, mapping);
    return success();
  }

  LogicalResult convertDim(tensor::DimOp dim) {
    std::optional<int64_t> index = dim.getConstantIndex();
    Value buffer = mapping.lookupOrNull(dim.getSource());
    OpFoldResult size = index && buffer ? sizeOf(buffer, *index) : OpFoldResult();
    if (!size)
      return dim.emitOpError("reads a size that is not one of an argument");
    mapping.map(dim.getResult(), getValueOrCreateConstantIndexOp(builder, dim.getLoc(), size));
    return success();
  }

  LogicalResult convertLaunch(LaunchOp launch) {
    SmallVector<Value> dims, inputs, inits;
    for (Value dim : launch.getDims())
      dims.push_back(mapping.lookup(dim));
    for (Value input : launch.getInputs())
      inputs.push_back(mapping.lookup(input));
    for (Value init : launch.getInits()) {
      auto empty = init.getDefiningOp<tensor::EmptyOp>();
      if (!empty)
        return launch.emitOpError("has an out that is not a fresh tensor.empty");
      SmallVector<Value> sizes;
      for (Value size : empty.getDynamicSizes())
        sizes.push_back(mapping.lookup(size));
      inits.push_back(memref::AllocOp::create(builder, launch.getLoc(), bufferType(init.getType()), sizes));
    }
    mapping.map(launch.getResults(), inits);
    auto made = LaunchOp::create(builder, launch.getLoc(), TypeRange(), launch.getKernel(), dims, inputs, inits);
    made->setDiscardableAttrs(launch->getDiscardableAttrDictionary());
    return success();
  }

  /// A tensor of sizes: the host stores its few elements itself.
  ///   tensor.from_elements %n, %four  ->  memref.alloc; memref.store %n, ...[0]; memref.store %four, ...[1]
  LogicalResult convertElements(tensor::FromElementsOp op) {
    Value buffer = memref::AllocOp::create(builder, op.getLoc(), bufferType(op.getType()));
    ArrayRef<int64_t> shape = op.getType().getShape();
    for (auto [index, element] : llvm::enumerate(op.getElements())) {
      SmallVector<Value> at(shape.size());
      int64_t rest = index;
      for (size_t dim = shape.size(); dim-- > 0; rest /= shape[dim])
        at[dim] = arith::ConstantIndexOp::create(builder, op.getLoc(), rest % shape[dim]);
      memref::StoreOp::create(builder, op.getLoc(), mapping.lookup(element), buffer, at);
    }
    mapping.map(op.getResult(), buffer);
    return success();
  }

  /// nn.slice  ->  memref.subview
  LogicalResult convertSlice(nn::SliceOp slice) {
    SmallVector<OpFoldResult> offsets = mapped(slice.getMixedOffsets()), sizes = mapped(slice.getMixedSizes()), steps;
    for (int64_t step : slice.getSteps())
      steps.push_back(builder.getIndexAttr(step));
    if (llvm::any_of(slice.getSteps(), [](int64_t step) { return step < 1; }))
      return slice.emitOpError("with a negative step is no view");
    mapping.map(slice.getResult(), memref::SubViewOp::create(builder, slice.getLoc(), mapping.lookup(slice.getInput()),
                                                             offsets, sizes, steps)
                                       .getResult());
    return success();
  }

  SmallVector<OpFoldResult> mapped(ArrayRef<OpFoldResult> sizes) {
    SmallVector<OpFoldResult> result;
    for (OpFoldResult size : sizes)
      result.push_back(isa<Attribute>(size) ? size : OpFoldResult(mapping.lookup(cast<Value>(size))));
    return result;
  }

  /// nn.reshape %x : 2x3x?  ->  memref.reinterpret_cast %x to offset: 0, sizes: [6, %n], strides: [%n, 1]
  LogicalResult convertReshape(nn::ReshapeOp reshape) {
    Value buffer = mapping.lookup(reshape.getInput());
    MemRefType type = bufferType(reshape.getType());
    SmallVector<OpFoldResult> sizes = mapped(reshape.getMixedSizes());
    Value result;
    if (cast<MemRefType>(buffer.getType()).getLayout().isIdentity())
      result = view(buffer, type, sizes, reshape.getLoc());
    else if (isContiguous(buffer))
      result = viewOfPart(buffer, type, sizes, reshape.getLoc());
    else if (Value split = splitInner(buffer, type, sizes, reshape.getLoc()))
      result = split;
    else
      result = view(copyOf(buffer, reshape.getLoc()), type, sizes, reshape.getLoc());
    mapping.map(reshape.getResult(), result);
    return success();
  }

  /// Whether a view's elements lie one after the other: it cuts a contiguous buffer in one dimension, outside of which
  /// its sizes are 1.
  static bool isContiguous(Value buffer) {
    auto slice = buffer.getDefiningOp<memref::SubViewOp>();
    if (!slice)
      return cast<MemRefType>(buffer.getType()).getLayout().isIdentity();
    if (!slice.hasUnitStride() || slice.getType().getRank() != slice.getSourceType().getRank() ||
        !isContiguous(slice.getSource()))
      return false;
    SmallVector<OpFoldResult> whole = sizesOf(slice.getSource()), sizes = slice.getMixedSizes();
    size_t cut = 0;
    while (cut < sizes.size() && getConstantIntValue(sizes[cut]) == 1)
      ++cut;
    for (size_t dim = cut + 1; dim < sizes.size(); ++dim)
      if (!isEqualConstantIntOrValue(sizes[dim], whole[dim]))
        return false;
    return true;
  }

  /// A contiguous part of a buffer under another shape.
  Value viewOfPart(Value buffer, MemRefType type, ArrayRef<OpFoldResult> given, Location location) {
    auto [sizes, strides] = rowMajor(type, given, location);
    hoistScalars(function.getBody().front());
    return memref::ReinterpretCastOp::create(builder, location, rootOf(buffer),
                                             offsetOf(function.getBody().front(), buffer), sizes, strides);
  }

  /// A contiguous copy.
  Value copyOf(Value buffer, Location location) {
    auto from = cast<MemRefType>(buffer.getType());
    auto type = MemRefType::get(from.getShape(), from.getElementType());
    SmallVector<Value> sizes;
    for (auto [size, dim] : llvm::zip_equal(sizesOf(buffer), type.getShape()))
      if (ShapedType::isDynamic(dim))
        sizes.push_back(getValueOrCreateConstantIndexOp(builder, location, size));
    Value copy = memref::AllocOp::create(builder, location, type, sizes);
    makeCopy(builder, module, location, buffer, copy);
    return copy;
  }

  /// A reshape of a strided view that keeps its leading dimensions and splits or joins what is contiguous behind them:
  ///   4x8 of strides [24, 1]  ->  4x2x4 of strides [24, 4, 1]
  Value splitInner(Value buffer, MemRefType type, ArrayRef<OpFoldResult> given, Location location) {
    auto from = cast<MemRefType>(buffer.getType());
    SmallVector<OpFoldResult> sizes = sizesOf(buffer);
    size_t kept = 0;
    while (kept < sizes.size() && kept < given.size() && isEqualConstantIntOrValue(sizes[kept], given[kept]))
      ++kept;
    // What follows must be static and contiguous in the view.
    SmallVector<int64_t> strides;
    int64_t offset, expected = 1;
    if (failed(from.getStridesAndOffset(strides, offset)))
      return {};
    for (size_t dim = sizes.size(); dim-- > kept;) {
      if (from.isDynamicDim(dim) || strides[dim] != expected)
        return {};
      expected *= from.getDimSize(dim);
    }
    Block &block = function.getBody().front();
    hoistScalars(block);
    SmallVector<OpFoldResult> newSizes, newStrides = stridesOf(block, buffer);
    newStrides.resize(kept);
    for (size_t dim = 0; dim < given.size(); ++dim)
      newSizes.push_back(type.isDynamicDim(dim) ? given[dim]
                                                : OpFoldResult(builder.getIndexAttr(type.getDimSize(dim))));
    for (size_t dim = kept; dim < given.size(); ++dim) {
      int64_t stride = 1;
      for (size_t inner = dim + 1; inner < given.size(); ++inner) {
        if (type.isDynamicDim(inner))
          return {};
        stride *= type.getDimSize(inner);
      }
      newStrides.push_back(builder.getIndexAttr(stride));
    }
    return memref::ReinterpretCastOp::create(builder, location, rootOf(buffer), offsetOf(block, buffer), newSizes,
                                             newStrides);
  }

  /// An identity-layout view of all of `buffer` under another shape.
  Value view(Value buffer, MemRefType type, ArrayRef<OpFoldResult> given, Location location) {
    auto [sizes, strides] = rowMajor(type, given, location);
    return memref::ReinterpretCastOp::create(builder, location, type, buffer, OpFoldResult(builder.getIndexAttr(0)),
                                             sizes, strides);
  }

  /// Sizes, static where the type says so, and the strides of identity layout.
  std::pair<SmallVector<OpFoldResult>, SmallVector<OpFoldResult>>
  rowMajor(MemRefType type, ArrayRef<OpFoldResult> given, Location location) {
    SmallVector<OpFoldResult> sizes, strides;
    for (auto [size, dim] : llvm::zip_equal(given, type.getShape()))
      sizes.push_back(ShapedType::isDynamic(dim)
                          ? OpFoldResult(getValueOrCreateConstantIndexOp(builder, location, size))
                          : OpFoldResult(builder.getIndexAttr(dim)));
    for (size_t dim = 0; dim < sizes.size(); ++dim) {
      OpFoldResult stride = builder.getIndexAttr(1);
      for (OpFoldResult size : ArrayRef(sizes).drop_front(dim + 1))
        stride = times(stride, size, location);
      strides.push_back(stride);
    }
    return {sizes, strides};
  }

  /// Attributes stay attributes: the type says which strides are static.
  OpFoldResult times(OpFoldResult a, OpFoldResult b, Location location) {
    if (isa<Attribute>(a) && isa<Attribute>(b))
      return builder.getIndexAttr(*getConstantIntValue(a) * *getConstantIntValue(b));
    if (isa<Attribute>(a) && getConstantIntValue(a) == 1)
      return b;
    if (isa<Attribute>(b) && getConstantIntValue(b) == 1)
      return a;
    return arith::MulIOp::create(builder, location, getValueOrCreateConstantIndexOp(builder, location, a),
                                 getValueOrCreateConstantIndexOp(builder, location, b))
        .getResult();
  }

  /// A returned buffer that this function made is the caller's from the start; others are copied at the end.
  LogicalResult convertReturn(func::ReturnOp end) {
    for (Value value : end.getOperands()) {
      SmallVector<OpFoldResult> sizes = sizesOf(mapping.lookup(value));
      for (auto [dim, size] : llvm::enumerate(cast<ShapedType>(value.getType()).getShape()))
        if (ShapedType::isDynamic(size))
          outputSizes.push_back(getValueOrCreateConstantIndexOp(builder, end.getLoc(), sizes[dim]));
    }
    for (auto [value, output] : llvm::zip_equal(end.getOperands(), outputs)) {
      Value buffer = mapping.lookup(value);
      auto alloc = rootOf(buffer).getDefiningOp<memref::AllocOp>();
      // A part of a buffer is no output of its own.
      if (!alloc || !cast<MemRefType>(buffer.getType()).getLayout().isIdentity() || isPart(buffer)) {
        makeCopy(builder, module, end.getLoc(), buffer, output);
        continue;
      }
      Value replacement = output;
      if (buffer != alloc.getResult()) {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPoint(alloc);
        replacement = view(output, alloc.getType(), sizesOf(alloc), end.getLoc());
      }
      alloc.replaceAllUsesWith(replacement);
      // `mapping` keeps the old values: a second return of the same buffer must find the output as its root.
      for (Value other : end.getOperands())
        if (mapping.lookup(other) == alloc.getResult())
          mapping.map(other, replacement);
      alloc.erase();
    }
    func::ReturnOp::create(builder, end.getLoc());
    return success();
  }

  static bool isPart(Value buffer) {
    for (; !buffer.getDefiningOp<memref::AllocOp>();
         buffer = buffer.getDefiningOp<ViewLikeOpInterface>().getViewSource())
      if (buffer.getDefiningOp<memref::SubViewOp>())
        return true;
    return false;
  }

  /// func.func @main_query(the index arguments) -> one index per dynamic output size
  LogicalResult buildQuery() {
    SmallVector<Type> arguments, results(outputSizes.size(), builder.getIndexType());
    SmallVector<DictionaryAttr> attributes;
    IRMapping values;
    for (BlockArgument argument : function.getArguments())
      if (isa<IndexType>(argument.getType())) {
        arguments.push_back(argument.getType());
        attributes.push_back(function.getArgAttrDict(argument.getArgNumber()));
      }
    builder.setInsertionPointAfter(function);
    auto query = func::FuncOp::create(builder, function.getLoc(), (function.getSymName() + "_query").str(),
                                      builder.getFunctionType(arguments, results));
    query.setAllArgAttrs(attributes);
    query->setAttr(kQueryAttr, builder.getUnitAttr());
    Block *body = query.addEntryBlock();
    values.map(function.getArguments().take_back(arguments.size()), body->getArguments());
    OpBuilder inner = OpBuilder::atBlockEnd(body);
    llvm::SetVector<Operation *> slice;
    std::function<LogicalResult(Value)> collect = [&](Value value) -> LogicalResult {
      Operation *op = value.getDefiningOp();
      if (!op)
        return success(values.contains(value));
      for (Value operand : op->getOperands())
        if (!slice.contains(op) && failed(collect(operand)))
          return failure();
      slice.insert(op);
      return success();
    };
    for (Value size : outputSizes)
      if (failed(collect(size)))
        return emitError(size.getLoc(), "an output's size depends on more than the sizes of the inputs");
    SmallVector<Value> returned;
    for (Operation *op : slice)
      inner.clone(*op, values);
    for (Value size : outputSizes)
      returned.push_back(values.lookup(size));
    func::ReturnOp::create(inner, function.getLoc(), returned);
    return success();
  }

  func::FuncOp function;
  ModuleOp module;
  OpBuilder builder;
  IRMapping mapping;
  SmallVector<Value> outputs;
  SmallVector<Value> outputSizes; ///< of the dynamic dimensions of all outputs, in order
};

/// Outer functions only hand their arguments on.
void bufferizeOuter(func::FuncOp function) {
  InvokeOp invoke;
  function.walk([&](InvokeOp op) { invoke = op; });
  if (!invoke)
    return;
  SymbolRefAttr callee = invoke.getCallee();
  Location location = invoke.getLoc();
  size_t inputs = function.getNumArguments();
  std::unique_ptr<Block> old = Signature(function, /*withDims=*/false).apply();
  old->dropAllReferences();
  Block &block = function.getBody().front();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  InvokeOp::create(builder, location, TypeRange(), callee, block.getArguments().take_front(inputs),
                   block.getArguments().drop_front(inputs));
  func::ReturnOp::create(builder, location);
}

struct BufferizeHost final : impl::BufferizeHostBase<BufferizeHost> {
  void runOnOperation() override {
    ModuleOp root = getOperation();
    for (ModuleOp module : getTargetModules(root))
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(HostBufferizer(function, module).run()))
          return signalPassFailure();
    for (auto function : root.getOps<func::FuncOp>())
      if (function->hasAttr(kInvokeAttr))
        bufferizeOuter(function);
  }
};

} // namespace
} // namespace hewn
