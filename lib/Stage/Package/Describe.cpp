// Reads from the host function what header, manifest and library say of a model.
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

/// The numbers of `hewn_dtype`; 0 for types that have none.
static int32_t getDType(Type type) {
  if (type.isF32())
    return 1;
  if (type.isF16())
    return 10;
  if (type.isF64())
    return 11;
  if (type.isBF16())
    return 16;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return 0;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return 9;
  case 8:
    return isUnsigned ? 2 : 3;
  case 16:
    return isUnsigned ? 4 : 5;
  case 32:
    return isUnsigned ? 12 : 6;
  case 64:
    return isUnsigned ? 13 : 7;
  default:
    return 0;
  }
}

/// `symbolOf` gives the index of the size of a dynamic dimension, by its name.
static FailureOr<TensorDescription> describe(func::FuncOp main, unsigned index, const std::string &fallback,
                                             llvm::function_ref<int32_t(StringRef)> symbolOf) {
  auto type = cast<MemRefType>(main.getArgument(index).getType());
  TensorDescription tensor;
  auto name = main.getArgAttrOfType<StringAttr>(index, kNameAttr);
  tensor.name = name ? name.str() : fallback;
  tensor.dtype = getDType(type.getElementType());
  if (!tensor.dtype) {
    std::string text;
    llvm::raw_string_ostream(text) << type.getElementType();
    return emitCoded(main.getLoc(), ErrorCode::PackageType, tensor.name, text), failure();
  }
  auto align = main.getArgAttrOfType<IntegerAttr>(index, "hewn.align");
  int64_t elementBytes = (type.getElementTypeBitWidth() + 7) / 8;
  tensor.alignment = static_cast<int32_t>(align ? std::max(align.getInt(), elementBytes) : elementBytes);
  auto labels = main.getArgAttrOfType<ArrayAttr>(index, kDimsAttr);
  for (auto [dim, size] : llvm::enumerate(type.getShape())) {
    bool dynamic = ShapedType::isDynamic(size);
    StringRef label = dynamic && labels && dim < labels.size() ? cast<StringAttr>(labels[dim]).getValue() : "";
    tensor.sizes.push_back(dynamic ? -1 : size);
    tensor.labels.push_back(label.str());
    tensor.symbols.push_back(dynamic ? symbolOf(label) : -1);
    if (dynamic && tensor.symbols.back() < 0)
      return emitCoded(main.getLoc(), ErrorCode::Upstream,
                       llvm::formatv("dimension {0} of '{1}' has no symbol", dim, tensor.name).str()),
             failure();
  }
  return tensor;
}

/// Bytes of all buffers of a launch, or -1 if they depend on sizes.
static int64_t getBytes(LaunchOp launch) {
  int64_t bytes = 0;
  for (Type type : llvm::concat<const Type>(launch.getInputs().getTypes(), launch.getInits().getTypes())) {
    auto buffer = cast<MemRefType>(type);
    if (!buffer.hasStaticShape())
      return -1;
    bytes += buffer.getNumElements() * ((buffer.getElementTypeBitWidth() + 7) / 8);
  }
  return bytes;
}

/// One line per kernel, in order of first launches.
static void describeKernels(func::FuncOp main, ModelDescription &model) {
  llvm::StringMap<size_t> known;
  main.walk([&](LaunchOp launch) {
    auto [it, isNew] = known.try_emplace(launch.getKernel(), model.kernels.size());
    if (isNew) {
      model.kernels.emplace_back();
      model.kernels.back().name = launch.getKernel().str();
    }
    KernelDescription &kernel = model.kernels[it->second];
    ++kernel.launches;
    if (auto flops = launch->getAttrOfType<IntegerAttr>("hewn.flops"))
      kernel.flops = flops.getInt();
    kernel.bytes = getBytes(launch);
    if (auto nodes = launch->getAttrOfType<ArrayAttr>("hewn.nodes"))
      for (auto node : nodes.getAsRange<StringAttr>())
        kernel.nodes.push_back(node.str());
  });
}

/// Bytes of the arena: the type of its argument, or -1 where they depend on sizes.
static int64_t getArenaBytes(func::FuncOp main) {
  for (BlockArgument argument : main.getArguments())
    if (main.getArgAttr(argument.getArgNumber(), "hewn.arena")) {
      auto type = cast<MemRefType>(argument.getType());
      return type.hasStaticShape() ? type.getNumElements() : -1;
    }
  return 0;
}

FailureOr<ModelDescription> package::describeModel(ModuleOp module, StringRef name) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.isExternal())
    return emitCoded(module.getLoc(), ErrorCode::Upstream, "the module has no host function @main"), failure();
  ModelDescription model;
  model.name = name.str();
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (auto symbol = main.getArgAttrOfType<StringAttr>(i, "hewn.dim"))
      model.dims.push_back(symbol.str());
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    auto access = main.getArgAttrOfType<StringAttr>(i, "hewn.access");
    if (!access || !isa<MemRefType>(main.getArgument(i).getType()))
      continue;
    bool isOutput = access.getValue() == "write";
    auto &list = isOutput ? model.outputs : model.inputs;
    auto tensor = describe(main, i, ((isOutput ? "output" : "input") + Twine(list.size())).str(),
                           [&](StringRef label) -> int32_t {
                             if (isOutput)
                               return model.outputSizes++;
                             auto it = llvm::find(model.dims, label);
                             return it == model.dims.end() ? -1 : static_cast<int32_t>(it - model.dims.begin());
                           });
    if (failed(tensor))
      return failure();
    list.push_back(std::move(*tensor));
  }
  model.arenaBytes = getArenaBytes(main);
  if (model.arenaBytes < 0 && model.dims.empty())
    if (auto query = module.lookupSymbol<func::FuncOp>("main_query"); query && !query.isExternal())
      if (auto end = dyn_cast<func::ReturnOp>(query.getBody().front().getTerminator()))
        if (std::optional<int64_t> bytes = getConstantIntValue(end.getOperand(0)))
          model.arenaBytes = *bytes;
  if (auto target = module->getAttrOfType<TargetAttr>(kTargetAttr))
    if (auto features = target.getConfig().getAs<ArrayAttr>("extensions"))
      for (auto feature : features.getAsRange<StringAttr>())
        model.features.push_back(feature.str());
  describeKernels(main, model);
  return model;
}
