// hewn-import MODEL [NAME=SIZE...]: prints a model in the onnx dialect. For tests of the importer; not installed.
#include "hewn/Stage/Import/Import.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  hewn::ImportOptions options;
  for (int i = 2; i < argc; ++i) {
    auto [name, size] = llvm::StringRef(argv[i]).rsplit('=');
    if (size.getAsInteger(10, options.dims[name.str()])) {
      llvm::errs() << "usage: hewn-import MODEL [NAME=SIZE...]\n";
      return 2;
    }
  }
  if (argc < 2)
    return 2;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module = hewn::importONNX(argv[1], context, options);
  if (!module)
    return 1;
  module->print(llvm::outs());
  llvm::outs() << "\n";
  return 0;
}
