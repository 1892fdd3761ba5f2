// Where the interpreter and the artifact writer get the bytes of a weight from.
#ifndef HEWN_INTERPRETER_WEIGHTPROVIDER_H
#define HEWN_INTERPRETER_WEIGHTPROVIDER_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Interpreter/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace hewn::interp {

/// Maps the source files of weights (their bytes are not copied) and evaluates computed weights once. The IR must
/// outlive the provider and must not change weights that were asked for.
class WeightProvider {
public:
  /// Relative paths of sources are looked up in `folder` (empty: the current one).
  explicit WeightProvider(llvm::StringRef folder = "") : folder(folder) {}

  /// The value of a weight; an error on the weight if its file is unreadable or too short, or its region fails.
  mlir::FailureOr<Tensor> get(WeightOp weight);
  /// Forgets the value of a computed weight, for writers that are done with it.
  void release(WeightOp weight) { known.erase(weight); }

private:
  mlir::FailureOr<Tensor> mapSource(WeightOp weight);
  mlir::FailureOr<Tensor> compute(WeightOp weight);

  std::string folder;
  llvm::StringMap<std::shared_ptr<const void>> files;
  llvm::DenseMap<mlir::Operation *, Tensor> known;
  llvm::DenseSet<mlir::Operation *> underway;
};

} // namespace hewn::interp

#endif // HEWN_INTERPRETER_WEIGHTPROVIDER_H
