// Makes a kernel of each group that hewn-group wrote, a launch in its place, and one kernel of equal ones.
#include "Grouping.h"
#include "SizeResolver.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "hewn/Stage/Kernels/Passes.h.inc"

namespace {

/// What crosses the border of a group.
struct Border {
  llvm::SetVector<Value> dims, inputs;
  llvm::SetVector<Operation *> constants; ///< cloned into the kernel
  SmallVector<Value> results;
};

Border findBorder(ArrayRef<Operation *> members) {
  Border border;
  llvm::SmallDenseSet<Operation *> inside(members.begin(), members.end());
  for (Operation *op : members) {
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && inside.contains(def))
        continue;
      if (def && def->hasTrait<OpTrait::ConstantLike>())
        border.constants.insert(def);
      else if (isa<RankedTensorType>(operand.getType()))
        border.inputs.insert(operand);
      else
        border.dims.insert(operand);
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !inside.contains(user); }))
        border.results.push_back(result);
  }
  return border;
}

/// The op that names a kernel: its root, else its last op.
StringRef kernelName(ArrayRef<Operation *> members) {
  for (Operation *op : members)
    if (!getGroupRule(op).elementwise && !isa<nn::BroadcastOp>(op))
      return op->getName().stripDialect();
  return members.back()->getName().stripDialect();
}

/// Arithmetic operations of a group, where all sizes are static.
std::optional<int64_t> countFlops(ArrayRef<Operation *> members) {
  int64_t flops = 0;
  for (Operation *op : members) {
    nn::ShapeContext context(op->getContext());
    auto work = dyn_cast<nn::WorkOpInterface>(op);
    if (!work)
      continue;
    std::optional<int64_t> number =
        context.evaluate(work.workFlops(context), [](Value, std::optional<int64_t>) { return std::nullopt; });
    if (!number)
      return std::nullopt;
    flops += *number;
  }
  return flops;
}

/// Names in a location, in order.
void collectNames(Location location, llvm::SetVector<Attribute> &names) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    names.insert(name.getName());
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      collectNames(part, names);
  }
}

class Outliner {
public:
  Outliner(ModuleOp module) : symbols(module), builder(module.getContext()) {
    for (auto kernel : module.getOps<KernelOp>())
      known[textOf(kernel)] = kernel;
  }

  LogicalResult run(Block &block) {
    SizeResolver resolver;
    if (failed(resolver.run(block)))
      return failure();
    llvm::MapVector<int64_t, SmallVector<Operation *>> groups;
    for (Operation &op : block)
      if (auto group = op.getAttrOfType<IntegerAttr>(kGroupAttr))
        groups[group.getInt()].push_back(&op);
    for (auto &[number, members] : groups)
      outline(members, resolver);
    return success();
  }

private:
  /// The kernel's text without its name: equal kernels have equal texts.
  std::string textOf(KernelOp kernel) {
    KernelOp nameless = kernel.clone();
    nameless.setSymName("k");
    std::string text;
    llvm::raw_string_ostream stream(text);
    nameless.print(stream, OpPrintingFlags().useLocalScope());
    nameless.erase();
    return text;
  }

  KernelOp makeKernel(ArrayRef<Operation *> members, const Border &border, Location location) {
    SmallVector<Type> arguments, results;
    for (Value dim : border.dims)
      arguments.push_back(dim.getType());
    for (Value input : border.inputs)
      arguments.push_back(input.getType());
    for (Value result : border.results)
      results.push_back(result.getType());
    llvm::append_range(arguments, results);

    OperationState state(location, KernelOp::getOperationName());
    state.addAttribute("sym_name", builder.getStringAttr("k_" + kernelName(members).str()));
    state.addAttribute("sym_visibility", builder.getStringAttr("private"));
    state.addAttribute("function_type", TypeAttr::get(builder.getFunctionType(arguments, results)));
    state.addRegion();
    auto kernel = cast<KernelOp>(Operation::create(state));
    Block *body = new Block();
    kernel.getBody().push_back(body);
    IRMapping mapping;
    for (Type type : arguments)
      body->addArgument(type, location);
    mapping.map(border.dims.getArrayRef(), body->getArguments().take_front(border.dims.size()));
    mapping.map(border.inputs.getArrayRef(), body->getArguments().slice(border.dims.size(), border.inputs.size()));

    OpBuilder inner = OpBuilder::atBlockEnd(body);
    for (Operation *constant : border.constants)
      inner.clone(*constant, mapping);
    for (Operation *op : members) {
      Operation *copy = inner.clone(*op, mapping);
      copy->removeAttr(kGroupAttr);
      copy->removeAttr(kUnfusedAttr);
    }
    SmallVector<Value> returned;
    for (Value result : border.results)
      returned.push_back(mapping.lookup(result));
    ReturnOp::create(inner, location, returned);
    return kernel;
  }

  /// A kernel equal to `kernel` that the module has, or `kernel` itself, put into the module.
  KernelOp unique(KernelOp kernel) {
    KernelOp &entry = known[textOf(kernel)];
    if (entry) {
      kernel.erase();
      return entry;
    }
    symbols.insert(kernel);
    return entry = kernel;
  }

  void outline(ArrayRef<Operation *> members, const SizeResolver &resolver) {
    Operation *last = members.back();
    Border border = findBorder(members);
    if (border.results.empty()) {
      for (Operation *op : llvm::reverse(members))
        op->erase();
      return;
    }
    llvm::SetVector<Attribute> names;
    SmallVector<Location> locations;
    for (Operation *op : members) {
      collectNames(op->getLoc(), names);
      locations.push_back(op->getLoc());
    }
    Location location = builder.getFusedLoc(locations);
    KernelOp kernel = unique(makeKernel(members, border, location));

    builder.setInsertionPointAfter(last);
    SmallVector<Value> destinations;
    SmallVector<Type> types;
    for (Value result : border.results) {
      SmallVector<Value> sizes = resolver.dynamicSizes(builder, result);
      destinations.push_back(
          tensor::EmptyOp::create(builder, result.getLoc(), cast<RankedTensorType>(result.getType()), sizes));
      types.push_back(result.getType());
    }
    auto launch = LaunchOp::create(builder, location, types, kernel.getSymName(), border.dims.getArrayRef(),
                                   border.inputs.getArrayRef(), destinations);
    launch->setAttr("hewn.nodes", builder.getArrayAttr(names.getArrayRef()));
    if (std::optional<int64_t> flops = countFlops(members))
      launch->setAttr("hewn.flops", builder.getI64IntegerAttr(*flops));
    if (Attribute reasons = last->getAttr(kUnfusedAttr))
      launch->setAttr(kUnfusedAttr, reasons);
    if (StringRef kind = members.size() == 1 ? getDissolveKind(last) : StringRef(); !kind.empty())
      launch->setAttr(kDissolveAttr, builder.getStringAttr(kind));
    for (auto [result, replacement] : llvm::zip_equal(border.results, launch.getResults()))
      result.replaceAllUsesWith(replacement);
    for (Operation *op : llvm::reverse(members))
      op->erase();
  }

  SymbolTable symbols;
  OpBuilder builder;
  llvm::StringMap<KernelOp> known;
};

struct OutlineKernels final : impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation())) {
      Outliner outliner(module);
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(outliner.run(function.getBody().front())) || failed(foldIndices(function)))
          return signalPassFailure();
    }
  }
};

} // namespace
} // namespace hewn
