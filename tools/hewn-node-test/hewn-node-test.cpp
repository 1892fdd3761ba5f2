// hewn-node-test MANIFEST [PIPELINE]: imports and interprets many small models in one process. For test/ONNX; not
// installed. The manifest is JSON: [{"name": ..., "folder": ..., "inputs": {NAME: {"shape": [...], "file": ...}}},
// ...], inputs being raw bytes in the element type of the model. For each case one line of JSON is printed: the stage
// it reached, the text of its errors, and the outputs, whose bytes are written beside the inputs.
#include "Compiled.h"
#include "hewn/Interpreter/Interpreter.h"
#include "hewn/Stage/Import/Import.h"
#include "hewn/Tools/Register.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hewn;

namespace {

/// Reads the inputs of a case in the order of the function's arguments.
FailureOr<SmallVector<interp::Tensor>> readInputs(FunctionOpInterface function, const llvm::json::Object &inputs,
                                                  StringRef folder) {
  SmallVector<interp::Tensor> tensors;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, kNameAttr);
    auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[i]);
    const llvm::json::Object *input = name ? inputs.getObject(name.getValue()) : nullptr;
    if (!input || !type || !interp::getElementKind(type.getElementType()))
      return function.emitError("argument ") << i << " has no input, or a type that tensors do not have";
    interp::Shape shape;
    for (const llvm::json::Value &size : *input->getArray("shape"))
      shape.push_back(*size.getAsInteger());
    auto buffer = llvm::MemoryBuffer::getFile((folder + "/" + *input->getString("file")).str());
    if (!buffer ||
        static_cast<int64_t>((*buffer)->getBufferSize()) != interp::Tensor::checkedBytes(type.getElementType(), shape))
      return function.emitError("the file of argument ") << i << " does not fit its type";
    std::shared_ptr<llvm::MemoryBuffer> keep(std::move(*buffer));
    tensors.push_back(interp::Tensor::view(type.getElementType(), shape, keep->getBufferStart(), keep));
  }
  return tensors;
}

llvm::json::Value describeOutput(const interp::Tensor &tensor, StringRef folder, unsigned index) {
  std::string file = "out_" + std::to_string(index) + ".bin", type;
  llvm::raw_string_ostream(type) << tensor.getElementType();
  std::error_code error;
  llvm::raw_fd_ostream(folder.str() + "/" + file, error) << StringRef(tensor.data(), tensor.getBytes().size());
  llvm::json::Array shape;
  for (int64_t size : tensor.getShape())
    shape.push_back(size);
  return llvm::json::Object{{"type", type}, {"shape", std::move(shape)}, {"file", file}};
}

/// Runs one case; gives the stage that it reached: "import", "graph", "compile", "run" (each: failed there) or "done".
StringRef runCase(const llvm::json::Object &test, bool compile, MLIRContext &context, llvm::json::Array &outputs) {
  StringRef folder = *test.getString("folder");
  OwningOpRef<ModuleOp> module = importONNX((folder + "/model.onnx").str(), context);
  if (!module)
    return "import";
  PassManager pm(&context);
  if (failed(parsePassPipeline("hewn-to-graph", pm)) || failed(pm.run(*module)))
    return "graph";
  auto function = module->lookupSymbol<FunctionOpInterface>("main");
  auto inputs = readInputs(function, *test.getObject("inputs"), folder);
  if (failed(inputs))
    return "run";
  FailureOr<SmallVector<interp::Tensor>> results = failure();
  if (compile) {
    SmallVector<RankedTensorType> types;
    for (Type type : function.getResultTypes())
      types.push_back(cast<RankedTensorType>(type));
    if (failed(compileTo(*module, folder)))
      return "compile";
    results = runCompiled(UnknownLoc::get(&context), folder, *inputs, types);
  } else {
    interp::WeightProvider weights(folder);
    results = interp::interpret(*module, "main", *inputs, weights);
  }
  if (failed(results))
    return "run";
  for (auto [index, result] : llvm::enumerate(*results))
    outputs.push_back(describeOutput(result, folder, index));
  return "done";
}
} // namespace

int main(int argc, char **argv) {
  auto manifest = argc > 1 ? llvm::MemoryBuffer::getFile(argv[1]) : std::error_code();
  if (!manifest) {
    llvm::errs() << "usage: hewn-node-test MANIFEST [--compile]\n";
    return 2;
  }
  auto tests = llvm::json::parse((*manifest)->getBuffer());
  if (!tests) {
    llvm::errs() << llvm::toString(tests.takeError()) << "\n";
    return 2;
  }
  registerAllPasses();
  DialectRegistry registry;
  hewn::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  std::string errors;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      errors += diagnostic.str() + "\n";
  });
  for (const llvm::json::Value &test : *tests->getAsArray()) {
    errors.clear();
    llvm::json::Array outputs;
    StringRef stage = runCase(*test.getAsObject(), argc > 2 && StringRef(argv[2]) == "--compile", context, outputs);
    llvm::outs() << llvm::json::Value(llvm::json::Object{{"name", *test.getAsObject()->getString("name")},
                                                         {"stage", stage},
                                                         {"errors", llvm::json::fixUTF8(errors)},
                                                         {"outputs", std::move(outputs)}})
                 << "\n";
    llvm::outs().flush();
  }
  return 0;
}
