// What a converter of one ONNX operator sees: operands, attributes, sizes, known elements, and builders of nn ops.
#ifndef HEWN_LIB_STAGE_GRAPH_CONVERT_CONVERSION_H
#define HEWN_LIB_STAGE_GRAPH_CONVERT_CONVERSION_H

#include "Sizes.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Dialect/ONNX/ONNX.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

namespace hewn::graph {

/// The elements of a small integer or boolean tensor whose elements are sizes: it becomes a tensor only when an
/// ordinary op reads it.
struct KnownElements {
  mlir::Type elementType;
  llvm::SmallVector<int64_t> shape;
  SizeList elements; // row-major
  bool isScalar() const { return shape.empty(); }
};

/// State of one function's conversion: what every onnx value has become.
class Conversion {
public:
  explicit Conversion(mlir::func::FuncOp function);

  /// Rewrites the function; reports every node that it cannot convert, then fails.
  mlir::LogicalResult run();

  mlir::func::FuncOp function;
  mlir::OpBuilder builder;
  Sizes sizes;

  /// The tensor an onnx value has become (made from known elements if need be); null where its node failed.
  mlir::Value tensor(mlir::Value onnx, mlir::Location loc);
  /// The known elements of an onnx value, or null.
  const KnownElements *known(mlir::Value onnx);
  bool isConverted(mlir::Value onnx) const;
  /// Sizes of a tensor in the converted graph.
  SizeList sizesOf(mlir::Value tensor);
  void setSizes(mlir::Value tensor, SizeList list) { tensorSizes[tensor] = std::move(list); }
  mlir::Value materialize(const KnownElements &known, mlir::Location loc);

private:
  mlir::LogicalResult prepareArguments();
  mlir::LogicalResult convert(onnx::NodeOp node);
  mlir::LogicalResult finish();

  llvm::DenseMap<mlir::Value, mlir::Value> tensors;
  llvm::DenseMap<mlir::Value, std::unique_ptr<KnownElements>> knowns;
  llvm::DenseMap<mlir::Value, SizeList> tensorSizes;
};

/// One node under conversion. Builders never return null: an error is kept (`failed`) and the conversion goes on with a
/// value of the best type, so converters read straight down.
class Node {
public:
  Node(Conversion &conversion, onnx::NodeOp op)
      : conversion(conversion), builder(conversion.builder), sizes(conversion.sizes), op(op), loc(op.getLoc()) {}

  Conversion &conversion;
  mlir::OpBuilder &builder;
  Sizes &sizes;
  onnx::NodeOp op;
  mlir::Location loc;
  bool failed = false;

  // Operands.
  unsigned operandCount() { return op.getInputs().size(); }
  bool has(unsigned index);
  mlir::Value operand(unsigned index) { return conversion.tensor(op.getInputs()[index], loc); }
  mlir::Value operandOrNull(unsigned index) { return has(index) ? operand(index) : mlir::Value(); }
  llvm::SmallVector<mlir::Value> operands();
  /// Fails as malformed unless operands [0, count) are there.
  mlir::LogicalResult require(unsigned count);
  const KnownElements *known(unsigned index) { return has(index) ? conversion.known(op.getInputs()[index]) : nullptr; }
  /// Elements of a rank 0 or 1 integer operand as sizes, or as plain numbers; reports what is missing.
  mlir::FailureOr<SizeList> sizeElements(unsigned index);
  mlir::FailureOr<llvm::SmallVector<int64_t>> integerElements(unsigned index);
  mlir::FailureOr<int64_t> integerElement(unsigned index);
  /// Elements of a constant float operand.
  mlir::FailureOr<llvm::SmallVector<double>> realElements(unsigned index);
  bool isUsed(unsigned result) { return result < op.getNumResults() && !op.getResult(result).use_empty(); }

  // Attributes, with ONNX's defaults.
  mlir::Attribute attr(llvm::StringRef name);
  bool hasAttr(llvm::StringRef name) { return (bool)attr(name); }
  /// An attribute that the converter never asked for and that may change the result; "" if there is none.
  llvm::StringRef unreadAttr();
  int64_t integer(llvm::StringRef name, int64_t missing);
  double real(llvm::StringRef name, double missing);
  std::string string(llvm::StringRef name, llvm::StringRef missing);
  std::optional<llvm::SmallVector<int64_t>> integers(llvm::StringRef name);
  /// A list of `count` integers, each `missing` where the attribute is left out.
  llvm::SmallVector<int64_t> integers(llvm::StringRef name, size_t count, int64_t missing);
  /// An axis attribute made non-negative.
  mlir::FailureOr<int64_t> axis(int64_t value, int64_t rank);
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes(llvm::ArrayRef<int64_t> values, int64_t rank);

  // Types and sizes.
  static mlir::RankedTensorType type(mlir::Value value) { return mlir::cast<mlir::RankedTensorType>(value.getType()); }
  static mlir::Type element(mlir::Value value) { return type(value).getElementType(); }
  static int64_t rank(mlir::Value value) { return type(value).getRank(); }
  SizeList shape(mlir::Value value) { return conversion.sizesOf(value); }
  /// Demands that two sizes agree: a fact, an error, or a guard.
  bool expectEqual(mlir::AffineExpr a, mlir::AffineExpr b, const llvm::Twine &what);
  void guardEqual(mlir::AffineExpr a, mlir::AffineExpr b, const llvm::Twine &what);
  /// `static_sizes` and `sizes` of an op.
  std::pair<llvm::SmallVector<int64_t>, llvm::SmallVector<mlir::Value>> split(llvm::ArrayRef<mlir::AffineExpr> list);

  // Errors.
  mlir::LogicalResult invalid(const llvm::Twine &reason);
  mlir::LogicalResult unsupported(const llvm::Twine &reason);

  // Builders.
  template <typename OpTy, typename... Args> OpTy build(mlir::TypeRange elementTypes, Args &&...args) {
    llvm::SmallVector<mlir::Type> placeholders;
    for (mlir::Type type : elementTypes)
      placeholders.push_back(mlir::RankedTensorType::get({}, type));
    OpTy made;
    if constexpr (OpTy::template hasTrait<mlir::OpTrait::OneResult>())
      made = OpTy::create(builder, loc, placeholders[0], std::forward<Args>(args)...);
    else
      made = OpTy::create(builder, loc, placeholders, std::forward<Args>(args)...);
    infer(made);
    return made;
  }
  mlir::Value elementwise(nn::ElementwiseKind kind, mlir::ValueRange inputs, mlir::Type resultElement = {},
                          std::optional<double> alpha = std::nullopt, std::optional<double> beta = std::nullopt);
  mlir::Value broadcast(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> target);
  /// NumPy broadcasting of all values to one shape.
  llvm::SmallVector<mlir::Value> broadcastAll(mlir::ValueRange values);
  mlir::FailureOr<SizeList> broadcastShape(llvm::ArrayRef<SizeList> shapes);
  /// Broadcasts, then applies.
  mlir::Value binary(nn::ElementwiseKind kind, mlir::Value lhs, mlir::Value rhs, mlir::Type resultElement = {});
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> target);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> perm);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  mlir::Value slice(mlir::Value value, llvm::ArrayRef<mlir::AffineExpr> offsets,
                    llvm::ArrayRef<mlir::AffineExpr> target, llvm::ArrayRef<int64_t> steps);
  mlir::Value reduce(mlir::Value value, nn::ReduceKind kind, llvm::ArrayRef<int64_t> axes, bool keepDims);
  /// A rank-0 constant (integers through double are exact up to 2^53).
  mlir::Value scalar(double value, mlir::Type elementType);
  mlir::Value constant(mlir::DenseElementsAttr value);
  mlir::Value tensor(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<mlir::AffineExpr> elements);
  /// A vector over dimension `axis` as a tensor of `rank` dimensions that broadcasts: [C] -> [C, 1, 1].
  mlir::Value alongAxis(mlir::Value vector, int64_t axis, int64_t rank);

private:
  llvm::StringSet<> readAttrs;
  void guardNonNegative(mlir::AffineExpr size);
  void infer(mlir::Operation *made);
};

/// The name of the ONNX node that a location speaks of, or "".
llvm::StringRef nodeName(mlir::Location loc);
/// "'Conv' (node 'name')".
std::string describe(onnx::NodeOp op);

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_CONVERT_CONVERSION_H
