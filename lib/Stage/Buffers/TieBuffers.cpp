// Elementwise kernels write over an input that dies there: one buffer less alive, one less to touch.
// Lifetimes are plain, since host functions are straight-line: the first and last launch that uses a buffer or a view
// of it.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_TIEBUFFERS
#include "hewn/Stage/Buffers/Passes.h.inc"

namespace {

/// Whether a kernel reads argument `input` only at the index that it writes: every op is elementwise, and the argument
/// reaches elementwise ops directly.
bool readsInPlace(KernelOp kernel, unsigned input) {
  for (Operation &op : kernel.getBody().front())
    if (!isa<nn::ElementwiseOp, nn::CastOp, nn::BroadcastOp, ReturnOp>(op) && !op.hasTrait<OpTrait::ConstantLike>())
      return false;
  BlockArgument argument = kernel.getBody().getArgument(input);
  return llvm::all_of(argument.getUsers(), llvm::IsaPred<nn::ElementwiseOp, nn::CastOp>);
}

class Tier {
public:
  Tier(func::FuncOp function, ModuleOp module) : block(function.getBody().front()), symbols(module) {
    for (auto [index, op] : llvm::enumerate(block))
      position[&op] = index;
    for (auto alloc : block.getOps<memref::AllocOp>())
      lifetimes[alloc] = lifetimeOf(alloc);
  }

  void run() {
    for (auto launch : block.getOps<LaunchOp>())
      tie(launch);
  }

private:
  struct Lifetime {
    int64_t first = 0, last = -1;
  };

  Lifetime lifetimeOf(Value root) {
    Lifetime life{INT64_MAX, -1};
    for (Value alias : aliasesOf(root))
      for (Operation *user : alias.getUsers()) {
        if (!isa<LaunchOp>(user))
          continue;
        life.first = std::min(life.first, position.lookup(user));
        life.last = std::max(life.last, position.lookup(user));
      }
    return life;
  }

  void tie(LaunchOp launch) {
    auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
    if (!kernel || launch.getInits().size() != 1)
      return;
    auto out = launch.getInits().front().getDefiningOp<memref::AllocOp>();
    int64_t now = position.lookup(launch);
    if (!out || lifetimes.lookup(out).first != now)
      return;
    for (auto [index, input] : llvm::enumerate(launch.getInputs())) {
      auto dying = input.getDefiningOp<memref::AllocOp>();
      if (!dying || dying == out || dying.getType() != out.getType() || lifetimes.lookup(dying).last != now)
        continue;
      if (dying.getDynamicSizes() != out.getDynamicSizes() || !readsInPlace(kernel, launch.getDims().size() + index))
        continue;
      // Another operand must not look into the same memory.
      if (llvm::count_if(launch.getInputs(), [&](Value other) { return rootOf(other) == dying.getResult(); }) != 1)
        continue;
      lifetimes[dying].last = lifetimes.lookup(out).last;
      out.replaceAllUsesWith(dying.getResult());
      lifetimes.erase(out);
      out.erase();
      return;
    }
  }

  Block &block;
  SymbolTable symbols;
  DenseMap<Operation *, int64_t> position;
  DenseMap<Value, Lifetime> lifetimes;
};

struct TieBuffers final : impl::TieBuffersBase<TieBuffers> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      for (func::FuncOp function : getHostFunctions(module))
        Tier(function, module).run();
  }
};

} // namespace
} // namespace hewn
