// The target "cpu": x86-64 machines with AVX2 or AVX-512.
#ifndef HEWN_TARGET_CPU_CPUTARGET_H
#define HEWN_TARGET_CPU_CPUTARGET_H

#include "hewn/Target/Target.h"

namespace hewn::cpu {

class CPUTarget final : public Target {
public:
  llvm::StringRef getName() const override { return "cpu"; }
  llvm::StringRef getDescription() const override { return "x86-64 processors: a shared library, AVX2 or AVX-512"; }
  mlir::FailureOr<TargetAttr> makeAttr(mlir::MLIRContext *context,
                                       const llvm::StringMap<std::string> &options) const override;
  bool canRun(mlir::Operation *op, TargetAttr target, std::string &reason) const override;
  double cost(mlir::Operation *op, TargetAttr target) const override;
  void buildPipeline(Stage stage, mlir::OpPassManager &pm) const override;
  mlir::LogicalResult emit(mlir::ModuleOp module, const EmitOptions &options) const override;
};

void registerCPUTarget(mlir::DialectRegistry &registry);

/// What schedules ask of the machine; read from a #hewn.target attribute (defaults where it is silent).
struct Machine {
  explicit Machine(TargetAttr target);
  int64_t vectorBits = 256;
  int64_t l1 = 32 << 10, l2 = 1 << 20, l3 = 32 << 20;
  /// Elements of `bits` bits in a register.
  int64_t lanes(int64_t bits = 32) const { return vectorBits / bits; }
  int64_t registers() const { return vectorBits == 512 ? 32 : 16; }
  /// Columns of a weight panel: two registers.
  int64_t panel() const { return 2 * lanes(); }
};
/// The machine of the nearest enclosing module that names a target.
Machine getMachine(mlir::Operation *op);

/// One object file with the kernels whose names are listed.
struct KernelObject {
  std::string bytes;
  llvm::SmallVector<std::string> kernels;
};
/// Compiles every kernel of a module at stage Target, `jobs` at a time. The result does not depend on `jobs`.
mlir::FailureOr<std::vector<KernelObject>> compileKernels(mlir::ModuleOp module, TargetAttr target, unsigned jobs);
/// Compiles one LLVM-dialect module (such as the lowered host) to an object file for `target`.
mlir::FailureOr<std::string> compileModule(mlir::ModuleOp module, TargetAttr target);

} // namespace hewn::cpu

#endif // HEWN_TARGET_CPU_CPUTARGET_H
