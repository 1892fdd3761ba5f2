// The command `hewn` as a function, so that a program with further targets is ten lines:
//
//   int main(int argc, char **argv) {
//     mlir::DialectRegistry registry;
//     hewn::registerAllDialects(registry);
//     hewn::addTarget<ToyTarget>(registry);
//     return hewn::hewnMain(argc, argv, registry);
//   }
#ifndef HEWN_TOOLS_DRIVER_H
#define HEWN_TOOLS_DRIVER_H

namespace mlir {
class DialectRegistry;
}

namespace hewn {

/// Runs `hewn <command>` and returns its exit code (0 done, 1 error, 2 bad command line, 3 outputs differ, 4 nodes not
/// supported). `registry` holds the dialects and targets that the command knows.
int hewnMain(int argc, char **argv, mlir::DialectRegistry &registry);

} // namespace hewn

#endif // HEWN_TOOLS_DRIVER_H
