// One line per dialect, interface and pass group of Hewn.
#include "hewn/Tools/Register.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Dialect/ONNX/ONNX.h"
#include "hewn/Interpreter/Interpreter.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Graph/Passes.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Layout/Passes.h"
#include "hewn/Stage/Package/Passes.h"
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Stage/Plan/Passes.h"
#include "hewn/Target/CPU/CPUTarget.h"
#include "hewn/Target/CPU/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

void hewn::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<hewn::HewnDialect, hewn::nn::NNDialect, hewn::onnx::ONNXDialect>();
  interp::registerInterpreterModels(registry);
  cpu::registerCPUTarget(registry);
}

void hewn::registerAllPasses() {
  registerGraphPasses();
  registerGraphPipelines();
  registerPlacePasses();
  registerPlacePipelines();
  registerLayoutPasses();
  registerKernelsPasses();
  registerKernelsPipelines();
  registerBuffersPasses();
  registerBuffersPipelines();
  registerNNToLinalgPasses();
  registerCPUPasses();
  registerCPUPipelines();
  registerPlanPasses();
  registerPackagePasses();
  registerPlanPipelines();
}
