// From ONNX nodes to the canonical graph: version upgrade, onnx-to-nn, simplification.
#ifndef HEWN_STAGE_GRAPH_PASSES_H
#define HEWN_STAGE_GRAPH_PASSES_H

#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Stage/Graph/Passes.h.inc"

/// The pipeline `hewn-to-graph`: onnx -> graph.
void buildGraphPipeline(mlir::OpPassManager &pm);
void registerGraphPipelines();

#define GEN_PASS_REGISTRATION
#include "hewn/Stage/Graph/Passes.h.inc"

} // namespace hewn

#endif // HEWN_STAGE_GRAPH_PASSES_H
