// Which function converts which ONNX operator.
#ifndef HEWN_LIB_STAGE_GRAPH_CONVERT_REGISTRY_H
#define HEWN_LIB_STAGE_GRAPH_CONVERT_REGISTRY_H

#include "Conversion.h"
#include "llvm/ADT/StringMap.h"

namespace hewn::graph {

using Results = mlir::FailureOr<llvm::SmallVector<mlir::Value>>;
using ConvertFn = Results (*)(Node &);

class Registry {
public:
  struct Rule {
    int64_t first, last; // range of `since`
    ConvertFn convert;
  };
  void add(llvm::StringRef opType, ConvertFn convert, int64_t first = 1,
           int64_t last = std::numeric_limits<int64_t>::max(), llvm::StringRef domain = "") {
    rules[(domain + ":" + opType).str()].push_back({first, last, convert});
  }
  ConvertFn find(llvm::StringRef domain, llvm::StringRef opType, int64_t since) const;
  bool knowsOperator(llvm::StringRef domain, llvm::StringRef opType) const {
    return rules.contains((domain + ":" + opType).str());
  }
  /// All converters of Hewn.
  static const Registry &get();

private:
  llvm::StringMap<llvm::SmallVector<Rule, 1>> rules;
};

// One function per family; Registry::get calls them all.
void registerElementwise(Registry &registry);
void registerWindow(Registry &registry);
void registerMatMul(Registry &registry);
void registerShape(Registry &registry);
void registerSplice(Registry &registry);
void registerIndexed(Registry &registry);
void registerReduce(Registry &registry);
void registerNorm(Registry &registry);
void registerResize(Registry &registry);
void registerEinsum(Registry &registry);
void registerAttention(Registry &registry);

/// NumPy's matmul of two values.
mlir::Value matmul(Node &node, mlir::Value lhs, mlir::Value rhs);

/// Offset and element count of a slice of one dimension.
std::pair<mlir::AffineExpr, mlir::AffineExpr> clampSlice(Sizes &sizes, mlir::AffineExpr start, mlir::AffineExpr end,
                                                         int64_t step, mlir::AffineExpr size);

/// The MLIR type of an ONNX TensorProto.DataType, or null.
mlir::Type elementType(mlir::MLIRContext *context, int64_t onnxType);

/// Integer operators on known elements: the results' elements where they are known too (Shape, Gather, Concat, ...).
std::optional<llvm::SmallVector<KnownElements>> evaluateKnown(Node &node);

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_CONVERT_REGISTRY_H
