// Shrinks a .mlir file that makes a script exit with 1:
//   hewn-reduce crash.mlir --reduction-tree='traversal-mode=0 test=script.sh'
#include "hewn/Tools/Register.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  hewn::registerAllDialects(registry);
  mlir::registerAllPasses();
  hewn::registerAllPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
