// Lowers nn ops to linalg on tensors.
#ifndef HEWN_CONVERSION_NNTOLINALG_PASSES_H
#define HEWN_CONVERSION_NNTOLINALG_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
namespace affine {
class AffineDialect;
}
namespace arith {
class ArithDialect;
}
namespace bufferization {
class BufferizationDialect;
}
namespace func {
class FuncOp;
}
namespace linalg {
class LinalgDialect;
}
namespace math {
class MathDialect;
}
namespace scf {
class SCFDialect;
}
namespace tensor {
class TensorDialect;
}
} // namespace mlir

namespace hewn {

/// One pattern per nn op.
void populateNNToLinalgPatterns(mlir::RewritePatternSet &patterns);
/// Lowers all nn ops of `function` (but nn.attention where told) and drops signedness.
llvm::LogicalResult lowerNNToLinalg(mlir::func::FuncOp function, bool skipAttention = false);

#define GEN_PASS_DECL
#include "hewn/Conversion/NNToLinalg/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "hewn/Conversion/NNToLinalg/Passes.h.inc"

} // namespace hewn

#endif // HEWN_CONVERSION_NNTOLINALG_PASSES_H
