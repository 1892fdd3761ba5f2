// hewn: compile, run, bench and check models.
#include "hewn/Tools/Driver.h"
#include "hewn/Tools/Register.h"
#include "mlir/IR/DialectRegistry.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  hewn::registerAllDialects(registry);
  return hewn::hewnMain(argc, argv, registry);
}
