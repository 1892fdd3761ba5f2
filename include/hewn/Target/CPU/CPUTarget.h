// The CPU target: what it knows of machines, and its four answers (hewn/Target/Target.h).
#ifndef HEWN_TARGET_CPU_CPUTARGET_H
#define HEWN_TARGET_CPU_CPUTARGET_H

#include "hewn/Dialect/Hewn/Hewn.h"

namespace hewn::cpu {

/// The `cpu` target's configuration, read from a #hewn.target attribute.
struct Machine {
  std::string triple, cpu, features;
  int64_t vectorBits = 128;       // widest vector register
  int64_t registers = 16;         // number of vector registers
  int64_t l1 = 0, l2 = 0, l3 = 0; // bytes
  /// Instruction set extensions that compiled code may use, for the check at load.
  llvm::SmallVector<std::string> extensions;

  static Machine read(TargetAttr target);
  /// Elements of `bits` bits in a vector register.
  int64_t lanes(int64_t bits = 32) const { return vectorBits / bits; }
};

/// The attribute for a CPU's LLVM name, `x86-64-v3`, `x86-64-v4` or `host`. Coded error HWN3003 for unknown names.
llvm::FailureOr<TargetAttr> makeTarget(mlir::MLIRContext *context, llvm::StringRef cpu);

void registerCPUTarget(mlir::DialectRegistry &registry);

} // namespace hewn::cpu

#endif // HEWN_TARGET_CPU_CPUTARGET_H
