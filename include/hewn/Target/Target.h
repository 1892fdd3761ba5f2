// What a target is to the rest of the compiler. A target registers under a name on the hewn dialect and answers four
// questions: can you run this op, what does it cost, your pipeline please, your files please.
//
//   struct ToyTarget final : hewn::Target { ... };
//   void registerToyTarget(mlir::DialectRegistry &registry) { hewn::addTarget<ToyTarget>(registry); }
#ifndef HEWN_TARGET_TARGET_H
#define HEWN_TARGET_TARGET_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <string>

namespace hewn {

/// The stages of design section 2, in order.
enum class Stage { ONNX, Graph, Placed, Kernels, Buffers, Scheduled, Planned, Target };
llvm::StringRef stringifyStage(Stage stage);
std::optional<Stage> symbolizeStage(llvm::StringRef name);

/// What a target's `emit` needs besides the IR.
struct EmitOptions {
  std::string directory;   // the artifact's folder, exists
  std::string name;        // symbol prefix
  std::string modelFolder; // relative weight sources are looked up here
  unsigned jobs = 1;       // kernels compiled at a time
  bool verbose = false;
};

class Target {
public:
  virtual ~Target() = default;
  virtual llvm::StringRef getName() const = 0;
  /// One line for --help.
  virtual llvm::StringRef getDescription() const = 0;

  /// The #hewn.target attribute for the user's options (`cpu` = ..., given as --cpu=...); coded error otherwise.
  virtual mlir::FailureOr<TargetAttr> makeAttr(mlir::MLIRContext *context,
                                               const llvm::StringMap<std::string> &options) const = 0;

  /// 1. Can this target run `op`? `reason` says why not, in words for the user.
  virtual bool canRun(mlir::Operation *op, TargetAttr target, std::string &reason) const = 0;
  /// 2. Estimated time of `op` in nanoseconds (roofline over WorkOpInterface and operand bytes).
  virtual double cost(mlir::Operation *op, TargetAttr target) const = 0;
  /// 3. Passes that take the target's module to `stage` (Kernels to Target) from the stage before. The planner is
  /// shared.
  virtual void buildPipeline(Stage stage, mlir::OpPassManager &pm) const = 0;
  /// 4. Writes the artifact from the module at stage Target.
  virtual mlir::LogicalResult emit(mlir::ModuleOp module, const EmitOptions &options) const = 0;
};

/// The target called `name`, or null; `context` must have the hewn dialect loaded.
const Target *lookupTarget(mlir::MLIRContext *context, llvm::StringRef name);
/// Names of all registered targets, sorted.
llvm::SmallVector<llvm::StringRef> getTargetNames(mlir::MLIRContext *context);

namespace detail {
void addTarget(HewnDialect *dialect, std::unique_ptr<Target> target);
} // namespace detail

/// Makes a target known to every context of the registry.
template <typename T> void addTarget(mlir::DialectRegistry &registry) {
  registry.insert<HewnDialect>();
  registry.addExtension(
      +[](mlir::MLIRContext *, HewnDialect *dialect) { detail::addTarget(dialect, std::make_unique<T>()); });
}

} // namespace hewn

#endif // HEWN_TARGET_TARGET_H
