// One line per dialect, interface and pass group of Hewn.
#include "hewn/Tools/Register.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Dialect/ONNX/ONNX.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

void hewn::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<hewn::HewnDialect, hewn::nn::NNDialect, hewn::onnx::ONNXDialect>();
}

void hewn::registerAllPasses() {}
