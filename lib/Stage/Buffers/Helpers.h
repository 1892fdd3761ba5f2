// Launches that the stage buffers makes itself: copies and fills.
#ifndef HEWN_LIB_STAGE_BUFFERS_HELPERS_H
#define HEWN_LIB_STAGE_BUFFERS_HELPERS_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/IR/BuiltinOps.h"

namespace hewn {

/// A launch that copies `from` to `to`, buffers of equal shapes. Its kernel is an `nn.cast` between equal types.
LaunchOp makeCopy(mlir::OpBuilder &builder, mlir::ModuleOp module, mlir::Location location, mlir::Value from,
                  mlir::Value to);

/// A launch that zeroes a two-dimensional dynamic buffer of `sizes`. Its kernel is an `nn.broadcast` of 0.
LaunchOp makeFill(mlir::OpBuilder &builder, mlir::ModuleOp module, mlir::Location location, mlir::ValueRange sizes,
                  mlir::Value to);

} // namespace hewn

#endif // HEWN_LIB_STAGE_BUFFERS_HELPERS_H
