// Runs IR given as text through the interpreter, for the tests in this folder.
#ifndef HEWN_UNITTESTS_INTERPRETER_RUN_H
#define HEWN_UNITTESTS_INTERPRETER_RUN_H

#include "hewn/Interpreter/Interpreter.h"
#include "hewn/Tools/Register.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include <vector>

namespace hewn::interp::test {

/// A context with all dialects that collects the text of errors.
class Runner {
public:
  Runner() {
    mlir::DialectRegistry registry;
    hewn::registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    context.getDiagEngine().registerHandler(
        [this](mlir::Diagnostic &diagnostic) { errors += diagnostic.str() + "\n"; });
  }

  /// A tensor of element type `type` ("f32", "i64", ...).
  Tensor tensor(const char *type, llvm::ArrayRef<int64_t> shape, const std::vector<double> &values) {
    Tensor result = Tensor::allocate(mlir::parseType(type, &context), shape);
    for (size_t i = 0; i < values.size(); ++i)
      result.setFloat(i, values[i]);
    return result;
  }

  /// The results of @main of a module; empty after an error.
  std::vector<Tensor> module(const std::string &text, llvm::ArrayRef<Tensor> inputs, const Options &options = {},
                             llvm::StringRef folder = "") {
    errors.clear();
    auto parsed = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!parsed)
      return {};
    WeightProvider weights(folder);
    auto results = interpret(*parsed, "main", inputs, weights, options);
    return mlir::failed(results) ? std::vector<Tensor>() : std::vector<Tensor>(results->begin(), results->end());
  }

  /// The elements of the result of one op: `body` defines %r of type `type` from the arguments `signature`.
  std::vector<double> op(const std::string &signature, const std::string &body, const std::string &type,
                         llvm::ArrayRef<Tensor> inputs) {
    std::string text =
        "func.func @main(" + signature + ") -> " + type + " {\n" + body + "\nreturn %r : " + type + "\n}";
    std::vector<double> values;
    for (const Tensor &result : module(text, inputs))
      for (int64_t i = 0; i < result.getNumElements(); ++i)
        values.push_back(result.getFloat(i));
    return values;
  }

  mlir::MLIRContext context;
  std::string errors;
};

} // namespace hewn::interp::test

#endif // HEWN_UNITTESTS_INTERPRETER_RUN_H
