// Compiles a tensor function as one kernel of the CPU target, in process, and runs it.
#ifndef HEWN_UNITTESTS_TARGET_CPU_KERNELHARNESS_H
#define HEWN_UNITTESTS_TARGET_CPU_KERNELHARNESS_H

#include "hewn/Interpreter/Tensor.h"
#include "hewn/Runtime/hewn.h"
#include "hewn/Target/CPU/CPUTarget.h"
#include "mlir/IR/MLIRContext.h"
#include <string>

namespace llvm::orc {
class LLJIT;
}

namespace hewn::cpu {

/// Memory that ends at a page nobody may touch.
class GuardedBytes {
public:
  explicit GuardedBytes(size_t bytes);
  GuardedBytes(GuardedBytes &&other) : base(other.base), length(other.length), start(other.start) {
    other.base = nullptr;
  }
  ~GuardedBytes();
  char *data() const { return start; }

private:
  char *base;
  size_t length;
  char *start;
};

class CompiledKernel {
public:
  CompiledKernel();
  ~CompiledKernel();
  /// `text` holds one func.func on tensors (index arguments first), which becomes one kernel clone.
  static std::unique_ptr<CompiledKernel> compile(mlir::MLIRContext &context, llvm::StringRef text, TargetAttr target,
                                                 llvm::StringRef recipe = "");

  /// Binds buffers: copies of the inputs behind guard pages, outputs filled with 0xff.
  void bind(llvm::ArrayRef<int64_t> indices, llvm::ArrayRef<interp::Tensor> inputs,
            llvm::ArrayRef<interp::Tensor> outputs);
  int64_t extent() const;
  void run(int64_t begin, int64_t end) const;
  /// The bytes of output `index`.
  llvm::ArrayRef<char> output(unsigned index) const;
  /// The recipe that was chosen.
  std::string recipe;
  std::string object;

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
  hewn_kernel kernel = nullptr;
  int64_t (*extentFunction)(const int64_t *) = nullptr;
  unsigned inputCount = 0;
  int64_t scratchBytes = 0;
  llvm::SmallVector<llvm::SmallVector<bool>> dynamicDims; // per memref
  std::vector<GuardedBytes> memory;
  llvm::SmallVector<void *> buffers;
  llvm::SmallVector<int64_t> dims;
  llvm::SmallVector<size_t> sizes;
};

/// Splits the range in `parts` and runs them one after the other, last first.
void runSplit(const CompiledKernel &kernel, int64_t parts);

} // namespace hewn::cpu

#endif // HEWN_UNITTESTS_TARGET_CPU_KERNELHARNESS_H
