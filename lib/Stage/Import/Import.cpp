// From a file to a module, under the user's options.
#include "hewn/Stage/Import/Import.h"
#include "GraphBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

/// Module attributes of the onnx stage.
static LogicalResult setAttributes(ModuleOp module, const Model &model, StringRef file) {
  Builder builder(module.getContext());
  NamedAttrList opsets;
  for (auto [domain, version] : model.opsets) {
    StringRef name = domain.empty() ? "ai.onnx" : domain;
    if (version < 1 || opsets.get(name))
      return emitCoded(module.getLoc(), ErrorCode::ModelMalformed, quote(file),
                       "it imports the operator set '" + quote(name) + "' twice or with version " +
                           std::to_string(version));
    opsets.append(builder.getStringAttr(name), builder.getI64IntegerAttr(version));
  }
  module->setAttr("onnx.opset", opsets.getDictionary(module.getContext()));
  module->setAttr("onnx.ir_version", builder.getI64IntegerAttr(model.irVersion));
  if (!model.producer.empty())
    module->setAttr("onnx.producer",
                    builder.getStringAttr(llvm::Twine(model.producer) + (model.producerVersion.empty() ? "" : " ") +
                                          model.producerVersion));
  module->setAttr(kStageAttr, builder.getStringAttr("onnx"));
  return success();
}

static OwningOpRef<ModuleOp> importSource(Source &source, StringRef file, StringRef folder, MLIRContext &context,
                                          const ImportOptions &options) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, HewnDialect, onnx::ONNXDialect>();
  Location loc = NameLoc::get(StringAttr::get(&context, file));
  auto fail = [&](ErrorCode code, const auto &...arguments) {
    emitCoded(loc, code, arguments...);
    return nullptr;
  };
  for (const auto &[name, size] : options.dims)
    if (size < 1)
      return fail(ErrorCode::DimensionInvalid, quote(name), size);
  Model model;
  std::optional<ReadError> error = readModel(source, model);
  if (source.changed())
    return fail(ErrorCode::FileChanged, quote(file));
  if (error)
    return fail(error->tooLarge ? ErrorCode::ModelTooLarge : ErrorCode::ModelMalformed, quote(file), error->what);
  if (!model.graph)
    return fail(ErrorCode::ModelMalformed, quote(file), "it holds no graph");

  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  if (failed(setAttributes(*module, model, file)))
    return nullptr;
  ExternalFiles external(folder);
  TensorReader tensors(&context, file, source, external);
  Dims dims(options.dims);
  GraphBuilder graph(*module, model, tensors, dims);
  if (failed(graph.buildMain(loc)))
    return nullptr;
  if (std::optional<std::string> unused = dims.unused())
    return fail(ErrorCode::DimensionUnknown, quote(*unused), dims.list());
  if (failed(verify(*module)))
    return fail(ErrorCode::ModelMalformed, quote(file), "the module made from it does not verify");
  if (source.changed())
    return fail(ErrorCode::FileChanged, quote(file));
  return module;
}

OwningOpRef<ModuleOp> hewn::importONNXBuffer(StringRef bytes, StringRef file, StringRef folder, MLIRContext &context,
                                             const ImportOptions &options) {
  Source source(bytes);
  return importSource(source, file, folder, context, options);
}

OwningOpRef<ModuleOp> hewn::importONNX(StringRef path, MLIRContext &context, const ImportOptions &options) {
  std::error_code error;
  std::unique_ptr<Source> source = Source::open(path, error);
  if (!source)
    return emitCoded(NameLoc::get(StringAttr::get(&context, path)), ErrorCode::FileUnreadable, quote(path),
                     error.message()),
           nullptr;
  StringRef folder = llvm::sys::path::parent_path(path);
  return importSource(*source, llvm::sys::path::filename(path), folder.empty() ? "." : folder, context, options);
}
