// libFuzzer target: whatever the bytes, the importer gives a module that verifies or an error with a code.
#include "WireMutator.h"
#include "hewn/Stage/Import/Import.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" const char *__asan_default_options() { return "allow_user_poisoning=0"; }

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  if (seed % 4 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string result = hewn::import::WireMutator(seed).mutate({reinterpret_cast<char *>(data), size});
  size = std::min(result.size(), maxSize);
  std::copy_n(result.begin(), size, data);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context keeps every attribute ever made, so it is replaced now and then.
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned runs = 0;
  if (runs++ % 512 == 0)
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  std::string first;
  mlir::ScopedDiagnosticHandler handler(context.get(), [&](mlir::Diagnostic &diagnostic) {
    if (first.empty())
      first = diagnostic.str();
  });
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  mlir::OwningOpRef<mlir::ModuleOp> module = hewn::importONNXBuffer(bytes, "fuzz.onnx", "", *context);
  if (module) {
    module->print(llvm::nulls());
  } else if (!llvm::StringRef(first).starts_with("[HWN1")) {
    llvm::errs() << "an error without a code: " << first << "\n";
    abort();
  }
  return 0;
}
