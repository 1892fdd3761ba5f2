// Runs a model file through the reference interpreter.
#include "Interpret.h"
#include "hewn/Interpreter/Interpreter.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

FailureOr<std::vector<io::Array>> driver::interpretModel(Session &session, ModuleOp module, const Signature &signature,
                                                         ArrayRef<io::Array> inputs) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  SmallVector<interp::Tensor> arguments;
  for (auto [type, array] : llvm::zip_equal(main.getArgumentTypes(), inputs))
    arguments.push_back(
        interp::Tensor::view(cast<RankedTensorType>(type).getElementType(), array.shape, array.bytes.data(), nullptr));
  interp::WeightProvider weights(session.getModelFolder());
  session.say("interpreting");
  FailureOr<SmallVector<interp::Tensor>> results = interp::interpret(module, "main", arguments, weights);
  if (failed(results))
    return failure();
  std::vector<io::Array> outputs;
  for (auto [spec, tensor] : llvm::zip_equal(signature.outputs, *results)) {
    io::Array array{spec.name, spec.dtype, {tensor.getShape().begin(), tensor.getShape().end()}, {}};
    array.bytes.assign(tensor.getBytes().begin(), tensor.getBytes().end());
    outputs.push_back(std::move(array));
  }
  return outputs;
}

FailureOr<LoadedModel> driver::loadForInterpreter(Session &session) {
  LoadedModel model;
  Stage stage;
  model.module = session.load(stage);
  if (!model.module)
    return failure();
  if (stage > Stage::Kernels)
    return reportError(ErrorCode::StageInput, session.getOptions().model,
                       "the interpreter takes the stages onnx to kernels");
  if (stage < Stage::Graph && failed(session.advance(*model.module, stage, Stage::Graph, ".")))
    return failure();
  auto main = model.module->lookupSymbol<func::FuncOp>("main");
  if (!main)
    return reportError(ErrorCode::StageInput, session.getOptions().model, "there is no function @main");
  FailureOr<Signature> signature = getSignature(main);
  if (failed(signature))
    return failure();
  model.signature = std::move(*signature);
  return model;
}
