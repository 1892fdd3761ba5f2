// The reference interpreter: what a module means, op by op, on the stages graph, placed and kernels.
#ifndef HEWN_INTERPRETER_INTERPRETER_H
#define HEWN_INTERPRETER_INTERPRETER_H

#include "hewn/Interpreter/WeightProvider.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace hewn::interp {

class Frame;

struct Options {
  /// Ops executed before the run is given up.
  uint64_t maxSteps = 100'000'000;
  /// Bytes of one tensor before the run is given up.
  int64_t maxTensorBytes = int64_t(16) << 30;
  /// Called with every result of every op of the function that was asked for (not of callees), in order.
  std::function<void(mlir::Value, const Tensor &)> observer;
};

/// What all frames of a run share.
struct RunState {
  WeightProvider &weights;
  const Options &options;
  uint64_t steps = 0;
  unsigned depth = 0;
};

/// The values of one call: made for each function, kernel or computed weight that runs.
class Frame {
public:
  explicit Frame(RunState &state) : state(state) {}

  RunState &getState() { return state; }
  /// The value of an operand; it has the element type and rank of its SSA type.
  const Tensor &get(mlir::Value value) const;
  llvm::SmallVector<Tensor> get(mlir::ValueRange values) const;
  int64_t getIndex(mlir::Value value) const { return static_cast<int64_t>(get(value).getInteger(0)); }
  /// Sizes from a mix of constants and index operands.
  Shape getMixed(llvm::ArrayRef<int64_t> fixed, mlir::ValueRange dynamic) const;

  /// Binds a value; an error if the tensor does not have its type.
  llvm::LogicalResult set(mlir::Value value, Tensor tensor);
  /// Result sizes of an nn op for the operands of this frame.
  mlir::FailureOr<llvm::SmallVector<Shape>> resultShapes(mlir::Operation *op) const;
  /// A zeroed tensor for a result; an error if it is too large.
  mlir::FailureOr<Tensor> allocate(mlir::Operation *op, mlir::Type elementType, llvm::ArrayRef<int64_t> shape) const;
  /// A zeroed tensor for result `index` of an nn op, in the shape that its shape function gives.
  mlir::FailureOr<Tensor> allocateResult(mlir::Operation *op, unsigned index = 0) const;

  /// Binds the arguments, runs the ops before the terminator, gives the terminator's operands.
  mlir::FailureOr<llvm::SmallVector<Tensor>> runBlock(mlir::Block &block, llvm::ArrayRef<Tensor> arguments);
  /// Runs a function or kernel of one block in a frame of its own.
  mlir::FailureOr<llvm::SmallVector<Tensor>> call(mlir::Operation *site, mlir::FunctionOpInterface callee,
                                                  llvm::ArrayRef<Tensor> arguments);

private:
  llvm::LogicalResult runOp(mlir::Operation &op);
  void release(mlir::Operation &op);

  struct Slot {
    Tensor tensor;
    int64_t uses;
  };
  RunState &state;
  llvm::DenseMap<mlir::Value, Slot> slots;
};

/// Runs a function of `module` (nested modules as "outer::inner::f"). Errors are diagnostics on the op that failed.
mlir::FailureOr<llvm::SmallVector<Tensor>> interpret(mlir::ModuleOp module, llvm::StringRef function,
                                                     llvm::ArrayRef<Tensor> inputs, WeightProvider &weights,
                                                     const Options &options = {});

/// Attaches the interpreter's interface to the ops of nn, hewn, and the parts of arith, affine, tensor, scf and func
/// that stand beside them.
void registerInterpreterModels(mlir::DialectRegistry &registry);

} // namespace hewn::interp

#include "hewn/Interpreter/InterpretInterface.h.inc"

#endif // HEWN_INTERPRETER_INTERPRETER_H
