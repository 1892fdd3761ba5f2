// The decision which ops become one kernel, apart from the passes that write it down and apply it.
#ifndef HEWN_LIB_STAGE_KERNELS_GROUPING_H
#define HEWN_LIB_STAGE_KERNELS_GROUPING_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace hewn {

/// Attributes by which hewn-group tells hewn-outline-kernels.
inline constexpr llvm::StringLiteral kGroupAttr = "hewn.group";
inline constexpr llvm::StringLiteral kUnfusedAttr = "hewn.unfused";
inline constexpr llvm::StringLiteral kDissolveAttr = "hewn.dissolve";

/// What an op may do in a group. One table says it for every op: lib/Stage/Kernels/GroupRules.cpp.
struct GroupRule {
  bool elementwise = false; ///< reads and writes element i only: joins others
  bool epilogue = false;    ///< a root: elementwise ops may follow it in its kernel
  bool prologue = false;    ///< elementwise ops may come before it in its kernel
  bool kernel = true;       ///< runs in a kernel (false: a view on the host)
};
GroupRule getGroupRule(mlir::Operation *op);

/// Whether the launch of this op alone may be dissolved in *buffers*: "concat", "pad", or empty.
llvm::StringRef getDissolveKind(mlir::Operation *op);

/// Groups of the nn ops of a block.
struct Grouping {
  llvm::DenseMap<mlir::Operation *, int64_t> groupOf;
  llvm::SmallVector<llvm::SmallVector<mlir::Operation *>> groups; ///< members in block order
};
Grouping computeGroups(mlir::Block &block);

/// Why `user`, which reads a result of `producer`, is in another group.
std::string explainEdge(const Grouping &grouping, mlir::Operation *producer, mlir::Operation *user);

} // namespace hewn

#endif // HEWN_LIB_STAGE_KERNELS_GROUPING_H
