// hewn-import [--locations] MODEL [NAME=SIZE...]: prints a model in the onnx dialect.
// hewn-import --check MODEL...: imports each model, prints a line for each; every failure must carry a code.
// For tests of the importer; not installed.
#include "hewn/Stage/Import/Import.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

/// "MODEL: ok" or "MODEL: [HWN1...]: ...", before the next model is touched. False for an error without a code.
static bool check(StringRef path) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string text;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    if (text.empty())
      text = diagnostic.str();
  });
  outs() << path << ": ";
  outs().flush();
  mlir::OwningOpRef<mlir::ModuleOp> module = hewn::importONNX(path, context);
  if (module) {
    module->print(nulls());
    text = "ok";
  }
  bool coded = module || StringRef(text).starts_with("[HWN1");
  outs() << (coded ? "" : "UNCODED: ") << text << "\n";
  outs().flush();
  return coded;
}

int main(int argc, char **argv) {
  SmallVector<StringRef> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "--check") {
    bool coded = true;
    for (StringRef path : ArrayRef(arguments).drop_front())
      coded &= check(path);
    return coded ? 0 : 3;
  }
  bool locations = !arguments.empty() && arguments.front() == "--locations";
  if (locations)
    arguments.erase(arguments.begin());
  hewn::ImportOptions options;
  for (StringRef argument : ArrayRef(arguments).drop_front(std::min<size_t>(1, arguments.size()))) {
    auto [name, size] = argument.rsplit('=');
    if (size.getAsInteger(10, options.dims[name.str()]))
      arguments.clear();
  }
  if (arguments.empty()) {
    errs() << "usage: hewn-import [--locations] MODEL [NAME=SIZE...] | --check MODEL...\n";
    return 2;
  }
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module = hewn::importONNX(arguments.front(), context, options);
  if (!module)
    return 1;
  mlir::OpPrintingFlags flags;
  if (locations)
    flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/true);
  module->print(outs(), flags);
  outs() << "\n";
  return 0;
}
