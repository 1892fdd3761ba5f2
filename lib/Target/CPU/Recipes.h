// The recipes by which kernels become loops, and their parameters (the contents of #hewn.schedule).
#ifndef HEWN_LIB_TARGET_CPU_RECIPES_H
#define HEWN_LIB_TARGET_CPU_RECIPES_H

#include "Schedule.h"

namespace hewn::cpu {

class Emitter;

/// Register tiles over the dimensions of the result.
struct TileConfig {
  llvm::SmallVector<int64_t>
      outer;               // dimensions of the range, outermost first; may name `lane` (blocks) and `row` (chunks)
  int64_t lane = -1;       // the dimension along a register
  int64_t row = -1;        // the dimension unrolled over registers, or none
  int64_t rows = 1;        // rows of a tile
  int64_t vectors = 1;     // registers of a tile's row
  int64_t chunk = 0;       // rows of one iteration of the range, where `outer` names `row`
  bool lanesInner = false; // the loop over lanes stands inside the loop over rows

  static TileConfig read(mlir::DictionaryAttr config);
  mlir::DictionaryAttr write(mlir::MLIRContext *context) const;
};

/// A tensor and the buffer it is computed into.
struct Root {
  mlir::Value source, target;
};
llvm::SmallVector<Root> rootsOf(mlir::func::FuncOp kernel);
/// Erases what a recipe has replaced.
void eraseTensorOps(mlir::func::FuncOp kernel);

/// for t = begin to end: `body` gets the parts of t, one per count, the last varying fastest.
void emitRange(Emitter &emitter, mlir::Value begin, mlir::Value end, llvm::ArrayRef<mlir::OpFoldResult> counts,
               llvm::function_ref<void(llvm::ArrayRef<mlir::AffineExpr>)> body);

/// Each takes a kernel with an nn body and gives its extent function; on failure the kernel is in no usable state and
/// nothing is said: the caller takes the plain recipe on a copy.
mlir::FailureOr<mlir::func::FuncOp> applyTile(mlir::func::FuncOp kernel, const TileConfig &config,
                                              const Machine &machine);

/// The last `columns` dimensions of the result are computed row by row, with reductions along them.
mlir::FailureOr<mlir::func::FuncOp> applyRows(mlir::func::FuncOp kernel, int64_t columns, const Machine &machine);

/// One nn.attention; scores of `keys` keys are kept at a time.
mlir::FailureOr<mlir::func::FuncOp> applyAttention(mlir::func::FuncOp kernel, int64_t keys, const Machine &machine);

} // namespace hewn::cpu

#endif // HEWN_LIB_TARGET_CPU_RECIPES_H
