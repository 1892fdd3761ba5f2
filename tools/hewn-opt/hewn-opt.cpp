// mlir-opt with Hewn's dialects, passes and pipelines.
#include "hewn/Tools/Register.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  hewn::registerAllDialects(registry);
  mlir::registerAllPasses();
  hewn::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Hewn optimizer driver\n", registry));
}
