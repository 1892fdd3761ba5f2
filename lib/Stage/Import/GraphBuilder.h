// Builds onnx ops from the structure of a file.
#ifndef HEWN_LIB_STAGE_IMPORT_GRAPHBUILDER_H
#define HEWN_LIB_STAGE_IMPORT_GRAPHBUILDER_H

#include "Tensors.h"
#include "Types.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/ONNX/ONNX.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace hewn::import {

/// The names of one graph. A subgraph sees those of the graph around it, a function body only its own.
struct Scope {
  Scope *parent = nullptr;
  mlir::Block *block = nullptr;
  llvm::StringMap<mlir::Value> values;
  llvm::StringMap<const Tensor *> initializers; ///< not yet materialised
  llvm::StringMap<mlir::Type> types;            ///< what the file states about values
  llvm::ArrayRef<Node> nodes;
  mlir::Operation *lastConstant = nullptr; ///< initializers lie at the top of the block
};

/// A function body being inlined, or the model's graph.
struct Frame {
  const Frame *caller = nullptr;
  const Function *function = nullptr;
  const Opsets *opsets = nullptr;
  llvm::StringMap<const Param *> attributes; ///< of the call, under the function's names; null: left out
  std::string prefix;                        ///< of node names
};

class GraphBuilder {
public:
  GraphBuilder(mlir::ModuleOp module, const Model &model, TensorReader &tensors, Dims &dims);

  /// Adds `@main`.
  mlir::LogicalResult buildMain(mlir::Location loc);

private:
  /// A node on its way to becoming an op, for messages.
  struct Call {
    mlir::Location loc;
    std::string name;
    StringRef op;
  };

  mlir::LogicalResult declare(const Graph &graph, Scope &scope);
  mlir::LogicalResult declareTypes(llvm::ArrayRef<ValueInfo> values, Scope &scope);
  mlir::LogicalResult buildNodes(llvm::ArrayRef<Node> nodes, Scope &scope, const Frame &frame);
  mlir::LogicalResult buildNode(const Node &node, Scope &scope, const Frame &frame);
  mlir::LogicalResult buildOp(const Node &node, Scope &scope, const Frame &frame, Call &call);
  mlir::LogicalResult buildConstant(const Node &node, const Param &attribute, Scope &scope, Call &call);
  mlir::LogicalResult buildBody(const Graph &graph, mlir::Region &region, Scope &scope, const Frame &frame, Call &call);
  mlir::LogicalResult inlineFunction(const Function &function, const Node &node, Scope &scope, const Frame &frame,
                                     Call &call);
  mlir::FailureOr<mlir::Attribute> convert(const Param &attribute, Call &call);
  mlir::FailureOr<mlir::Attribute> convertTensor(const Tensor &tensor, Call &call);

  /// The attribute that `attribute` stands for: itself, or what the call of the function around it gives. Null: none.
  const Param *resolve(const Param &attribute, const Frame &frame);
  const Function *findFunction(const Node &node) const;
  static std::string getFunctionKey(StringRef domain, StringRef name, StringRef overload);
  int64_t getOpset(StringRef domain, const Frame &frame) const;
  mlir::Value lookup(StringRef name, Scope &scope, bool &failed);
  mlir::LogicalResult define(StringRef name, mlir::Value value, Scope &scope, Call &call);
  mlir::FailureOr<mlir::Value> materialize(const Tensor &tensor, StringRef name, mlir::Location loc);
  mlir::FailureOr<WeightOp> getWeight(const Tensor &tensor, const TensorData &data, StringRef name, mlir::Location loc);
  mlir::Value getNone(mlir::Location loc);
  mlir::LogicalResult undefined(const Call &call, StringRef name, const Scope &scope);
  mlir::LogicalResult malformed(const Call &call, const llvm::Twine &why);

  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  const Model &model;
  TensorReader &tensors;
  Dims &dims;
  llvm::DenseMap<const Tensor *, WeightOp> weights;
  llvm::StringMap<unsigned> symbols;
  llvm::StringMap<const Function *> functions;
  uint64_t nodeCount = 0, inlinedBytes = 0;
  unsigned depth = 0;
};

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_GRAPHBUILDER_H
