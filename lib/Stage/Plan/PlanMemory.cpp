// Every buffer of a host function becomes a view of one arena argument.
// Requires straight-line host functions on memrefs. The planner places static sizes, slots hold symbolic ones.
#include "Lifetimes.h"
#include "Slots.h"
#include "hewn/Planner/Validator.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "hewn/Stage/Plan/Passes.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_PLANMEMORY
#include "hewn/Stage/Plan/Passes.h.inc"

namespace {

/// Appends a buffer to each launch for every scratch argument of its kernel.
void addScratch(Block &block) {
  for (auto launch : block.getOps<LaunchOp>()) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(launch, launch.getKernelAttr());
    if (!callee)
      continue;
    llvm::SmallSetVector<Value, 8> given(llvm::from_range, launch.getInputs());
    given.insert(launch.getInits().begin(), launch.getInits().end());
    OpBuilder builder(launch);
    for (unsigned index = launch.getDims().size() + given.size(); index < callee.getNumArguments(); ++index) {
      auto access = callee.getArgAttrOfType<StringAttr>(index, kAccessAttr);
      if (!access || access.getValue() != "scratch")
        break;
      Value scratch =
          memref::AllocOp::create(builder, launch.getLoc(), cast<MemRefType>(callee.getArgumentTypes()[index]));
      launch.getInitsMutable().append(scratch);
    }
  }
}

/// A buffer and where it goes: `offset` is an index value or constant.
struct Placement {
  memref::AllocOp alloc;
  OpFoldResult offset;
};
struct ArenaPlan {
  SmallVector<Placement> placements;
  OpFoldResult bytes;
  /// Products of sizes whose sum bounds the arena, to check against overflow; empty where all is static.
  SmallVector<Slot> slots;
};

/// Static sizes: the planner's packing.
FailureOr<ArenaPlan> packStatic(func::FuncOp function, ArrayRef<memref::AllocOp> allocs, const Lifetimes &lifetimes,
                                int64_t nodeLimit) {
  planner::PackingProblem problem;
  NominalSizes sizes(function, 1);
  for (memref::AllocOp alloc : allocs) {
    planner::Buffer &buffer = problem.buffers.emplace_back();
    Lifetime life = lifetimes.of(alloc);
    buffer.id = std::to_string(problem.buffers.size() - 1);
    buffer.lower = life.lower;
    buffer.upper = life.upper;
    std::optional<int64_t> bytes = sizes.bytes(alloc);
    if (!bytes)
      return emitCoded(alloc.getLoc(), ErrorCode::PlanInvalid, "a buffer's size overflows");
    buffer.size = *bytes;
    buffer.alignment = kArenaAlign;
  }
  planner::PackingOptions options;
  options.nodeLimit = nodeLimit;
  planner::PackingResult result = planner::pack(problem, options);
  if (!result.hasPlan())
    return emitCoded(function.getLoc(), ErrorCode::PlanInvalid,
                     result.error ? result.error.message : std::string("no plan was found"));
  if (std::string wrong = planner::validatePacking(problem, result.offsets); !wrong.empty())
    return emitCoded(function.getLoc(), ErrorCode::PlanInvalid, wrong);
  Builder builder(function.getContext());
  ArenaPlan plan;
  for (auto [alloc, offset] : llvm::zip_equal(allocs, result.offsets))
    plan.placements.push_back({alloc, builder.getIndexAttr(offset)});
  plan.bytes = builder.getIndexAttr(llvm::alignTo(result.height, kArenaAlign));
  function->setAttr("hewn.arena_bytes", cast<IntegerAttr>(cast<Attribute>(plan.bytes)));
  function->setAttr("hewn.max_live", builder.getIndexAttr(result.maxLive));
  return plan;
}

/// Symbolic sizes: slots.
ArenaPlan packSlots(func::FuncOp function, ArrayRef<memref::AllocOp> allocs, const Lifetimes &lifetimes) {
  ArenaPlan plan;
  plan.slots = assignSlots(function, allocs, lifetimes);
  OpBuilder builder = atScalars(function.getBody().front());
  OpFoldResult offset = builder.getIndexAttr(0);
  for (Slot &slot : plan.slots) {
    offset = getValueOrCreateConstantIndexOp(builder, function.getLoc(), offset); // one value for the slot
    for (memref::AllocOp member : slot.members)
      plan.placements.push_back({member, offset});
    OpFoldResult bytes = buildSlotBytes(builder, function.getLoc(), slot);
    offset = addIndices(builder, function.getLoc(), offset, bytes);
  }
  plan.bytes = offset;
  return plan;
}

void applyPlan(func::FuncOp function, const ArenaPlan &plan) {
  MLIRContext *context = function.getContext();
  unsigned number = function.getNumArguments();
  auto type = MemRefType::get({ShapedType::kDynamic}, IntegerType::get(context, 8));
  DictionaryAttr attrs = DictionaryAttr::get(context, NamedAttribute(kArenaAttr, UnitAttr::get(context)));
  LogicalResult inserted = function.insertArgument(number, type, attrs, function.getLoc());
  assert(succeeded(inserted) && "a function takes any argument");
  (void)inserted;
  Value arena = function.getArgument(number);
  SmallVector<Value> offsets;
  OpBuilder scalars = atScalars(function.getBody().front());
  for (const Placement &placement : plan.placements)
    offsets.push_back(getValueOrCreateConstantIndexOp(scalars, function.getLoc(), placement.offset));
  for (auto [placement, offset] : llvm::zip_equal(plan.placements, offsets)) {
    memref::AllocOp alloc = placement.alloc;
    OpBuilder builder(alloc);
    Value view =
        memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(), arena, offset, alloc.getDynamicSizes());
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}

/// Puts the arena's bytes in front of what the query function returns. Its body repeats the arithmetic of the host
/// function.
void extendQuery(func::FuncOp function, func::FuncOp query, const ArenaPlan &plan) {
  Block &block = query.getBody().front();
  Operation *end = block.getTerminator();
  OpBuilder builder(end);
  IRMapping mapping;
  auto dims = query.getArguments();
  SmallVector<BlockArgument> symbols;
  for (BlockArgument argument : function.getArguments())
    if (function.getArgAttr(argument.getArgNumber(), kDimAttr))
      symbols.push_back(argument);
  for (auto [from, to] : llvm::zip_equal(symbols, dims))
    mapping.map(from, to);
  std::function<Value(OpFoldResult)> rebuild = [&](OpFoldResult value) -> Value {
    if (auto attr = dyn_cast<Attribute>(value))
      return arith::ConstantIndexOp::create(builder, query.getLoc(), cast<IntegerAttr>(attr).getInt());
    Value wanted = cast<Value>(value);
    if (Value done = mapping.lookupOrNull(wanted))
      return done;
    Operation *op = wanted.getDefiningOp();
    for (Value operand : op->getOperands())
      rebuild(operand);
    builder.clone(*op, mapping);
    return mapping.lookup(wanted);
  };
  Value bytes = rebuild(plan.bytes);
  if (!plan.slots.empty())
    bytes = guardOverflow(builder, query.getLoc(), bytes, plan.slots, [&](Value value) { return rebuild(value); });
  SmallVector<Value> results{bytes};
  llvm::append_range(results, end->getOperands());
  end->setOperands(results);
  query.setType(builder.getFunctionType(query.getArgumentTypes(), ValueRange(results).getTypes()));
}

/// Whether an alloc may become a view of an arena whatever the function comes from: its type is one that views have,
/// and its address stays in the function: it is not returned, passed on as a block argument, stored, or hidden behind
/// an op that is no view.
bool canMoveToArena(memref::AllocOp alloc) {
  if (!alloc.getType().getLayout().isIdentity() || alloc.getType().getMemorySpace() ||
      alloc.getAlignment().value_or(1) > kArenaAlign || !alloc.getType().getElementType().isIntOrFloat())
    return false;
  for (Value alias : aliasesOf(alloc))
    for (OpOperand &use : alias.getUses()) {
      Operation *user = use.getOwner();
      if (isa<ViewLikeOpInterface, memref::LoadOp, memref::DimOp>(user))
        continue;
      if (auto store = dyn_cast<memref::StoreOp>(user); store && store.getValueToStore() == alias)
        return false;
      if (user->hasTrait<OpTrait::IsTerminator>() ||
          llvm::any_of(user->getResultTypes(), llvm::IsaPred<BaseMemRefType>) || user->getNumSuccessors())
        return false;
    }
  return true;
}

struct PlanMemory final : impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;
  LogicalResult plan(func::FuncOp function, func::FuncOp query) {
    Block &block = function.getBody().front();
    addScratch(block);
    Lifetimes lifetimes(block);
    SmallVector<memref::AllocOp> allocs;
    bool isStatic = true;
    for (auto alloc : llvm::make_early_inc_range(block.getOps<memref::AllocOp>())) {
      if (foreign && !canMoveToArena(alloc))
        continue;
      if (lifetimes.of(alloc).isEmpty()) {
        if (alloc.use_empty())
          alloc.erase();
        else
          return alloc.emitOpError("has views but no launch uses it");
        continue;
      }
      allocs.push_back(alloc);
      isStatic &= alloc.getType().hasStaticShape();
    }
    FailureOr<ArenaPlan> plan = isStatic ? packStatic(function, allocs, lifetimes, nodeLimit)
                                         : FailureOr<ArenaPlan>(packSlots(function, allocs, lifetimes));
    if (failed(plan))
      return failure();
    if (query)
      extendQuery(function, query, *plan);
    applyPlan(function, *plan);
    return success();
  }

  /// Functions of any origin: those whose signature may change.
  LogicalResult planForeign(ModuleOp module) {
    for (auto function : module.getOps<func::FuncOp>()) {
      if (!llvm::hasSingleElement(function.getBody()) || function.getBody().front().getOps<memref::AllocOp>().empty())
        continue;
      if (!SymbolTable::symbolKnownUseEmpty(function, module))
        return function.emitError("is called in this module: its callers do not know the arena");
      SmallVector<memref::DeallocOp> deallocs;
      for (auto dealloc : function.getBody().front().getOps<memref::DeallocOp>())
        if (auto alloc = dealloc.getMemref().getDefiningOp<memref::AllocOp>(); alloc && canMoveToArena(alloc))
          deallocs.push_back(dealloc);
      for (memref::DeallocOp dealloc : deallocs)
        dealloc.erase();
      if (failed(plan(function, /*query=*/nullptr)))
        return failure();
    }
    return success();
  }

  void runOnOperation() override {
    if (foreign) {
      if (failed(planForeign(getOperation())))
        signalPassFailure();
      return;
    }
    for (ModuleOp module : getTargetModules(getOperation())) {
      SymbolTable symbols(module);
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(plan(function, symbols.lookup<func::FuncOp>((function.getSymName() + "_query").str()))))
          return signalPassFailure();
    }
  }
};

} // namespace
} // namespace hewn
