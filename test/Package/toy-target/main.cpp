// The command `hewn` with one more target.
#include "ToyTarget.h"
#include "hewn/Tools/Driver.h"
#include "hewn/Tools/Register.h"
#include "mlir/IR/DialectRegistry.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  hewn::registerAllDialects(registry);
  toy::registerToyTarget(registry);
  return hewn::hewnMain(argc, argv, registry);
}
