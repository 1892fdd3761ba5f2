// Registration of everything Hewn adds to MLIR, for tools and for compilers that embed it.
#ifndef HEWN_TOOLS_REGISTER_H
#define HEWN_TOOLS_REGISTER_H

namespace mlir {
class DialectRegistry;
}

namespace hewn {
/// Hewn's dialects, the upstream dialects they use, and all external interface models.
void registerAllDialects(mlir::DialectRegistry &registry);
/// Hewn's passes and named pipelines.
void registerAllPasses();
} // namespace hewn

#endif // HEWN_TOOLS_REGISTER_H
