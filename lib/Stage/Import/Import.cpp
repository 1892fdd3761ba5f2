// From a file to a module: mapping, reading, checking the user's options.
#include "hewn/Stage/Import/Import.h"
#include "GraphBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
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

OwningOpRef<ModuleOp> hewn::importONNXBuffer(StringRef bytes, StringRef file, StringRef folder, MLIRContext &context,
                                             const ImportOptions &options) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, HewnDialect, onnx::ONNXDialect>();
  Location loc = NameLoc::get(StringAttr::get(&context, file));
  for (const auto &[name, size] : options.dims)
    if (size < 1)
      return emitCoded(loc, ErrorCode::DimensionInvalid, quote(name), size), nullptr;
  Model model;
  if (std::optional<ReadError> error = readModel(bytes, model))
    return emitCoded(loc, error->tooLarge ? ErrorCode::ModelTooLarge : ErrorCode::ModelMalformed, quote(file),
                     error->what),
           nullptr;
  if (!model.graph)
    return emitCoded(loc, ErrorCode::ModelMalformed, quote(file), "it holds no graph"), nullptr;

  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  if (failed(setAttributes(*module, model, file)))
    return nullptr;
  ExternalFiles external(folder);
  TensorReader tensors(&context, file, bytes, external);
  Dims dims(options.dims);
  GraphBuilder graph(*module, model, tensors, dims);
  if (failed(graph.buildMain(loc)))
    return nullptr;
  if (std::optional<std::string> unused = dims.unused())
    return emitCoded(loc, ErrorCode::DimensionUnknown, quote(*unused), dims.list()), nullptr;
  if (failed(verify(*module)))
    return emitCoded(loc, ErrorCode::ModelMalformed, quote(file), "the module made from it does not verify"), nullptr;
  return module;
}

OwningOpRef<ModuleOp> hewn::importONNX(StringRef path, MLIRContext &context, const ImportOptions &options) {
  // Small files are read, so that one that shrinks meanwhile does no harm; large ones are mapped.
  constexpr uint64_t kReadLimit = 16 << 20;
  Location loc = NameLoc::get(StringAttr::get(&context, path));
  llvm::sys::fs::file_status before, after;
  std::error_code code = llvm::sys::fs::status(path, before);
  if (!code && before.type() != llvm::sys::fs::file_type::regular_file)
    code =
        std::make_error_code(before.type() == llvm::sys::fs::file_type::directory_file ? std::errc::is_a_directory
                                                                                       : std::errc::invalid_argument);
  if (code)
    return emitCoded(loc, ErrorCode::FileUnreadable, quote(path), code.message()), nullptr;
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/before.getSize() <= kReadLimit);
  if (!buffer)
    return emitCoded(loc, ErrorCode::FileUnreadable, quote(path), buffer.getError().message()), nullptr;
  StringRef folder = llvm::sys::path::parent_path(path);
  OwningOpRef<ModuleOp> module = importONNXBuffer((*buffer)->getBuffer(), llvm::sys::path::filename(path),
                                                  folder.empty() ? "." : folder, context, options);
  if (!module)
    return nullptr;
  if (llvm::sys::fs::status(path, after) || after.getSize() != before.getSize() ||
      after.getLastModificationTime() != before.getLastModificationTime())
    return emitCoded(loc, ErrorCode::FileChanged, quote(path)), nullptr;
  return module;
}
