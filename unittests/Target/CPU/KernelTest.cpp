// Kernels of every recipe against the interpreter: exact inputs, ragged sizes, split ranges, guard pages.
#include "KernelHarness.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Interpreter/Interpreter.h"
#include "hewn/Target/Target.h"
#include "hewn/Tools/Register.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;
using interp::Tensor;

namespace {
MLIRContext &getContext() {
  static MLIRContext *context = [] {
    DialectRegistry registry;
    hewn::registerAllDialects(registry);
    auto *made = new MLIRContext(registry);
    made->loadAllAvailableDialects();
    return made;
  }();
  return *context;
}

TargetAttr getTarget(StringRef cpu) {
  llvm::StringMap<std::string> options;
  options["cpu"] = cpu.str();
  getContext().getOrLoadDialect<HewnDialect>();
  auto target = lookupTarget(&getContext(), "cpu")->makeAttr(&getContext(), options);
  return succeeded(target) ? *target : TargetAttr();
}

bool hostRuns(TargetAttr target) {
  if (cast<IntegerAttr>(target.getConfig().get("vector_bits")).getInt() == 512)
    return __builtin_cpu_supports("avx512f");
  return __builtin_cpu_supports("avx2");
}

/// Eighths in [-1, 1]: products are multiples of 1/64, so that sums are exact in f32 in any order.
Tensor makeInput(Type element, ArrayRef<int64_t> shape, unsigned seed) {
  Tensor tensor = Tensor::allocate(element, shape);
  uint32_t state = seed * 2654435761u + 12345;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i) {
    state = state * 1664525u + 1013904223u;
    int64_t number = int64_t((state >> 16) % 17) - 8;
    if (tensor.isFloat())
      tensor.setFloat(i, number / 8.0);
    else
      tensor.setInteger(i, element.isInteger(1) ? (number & 1) : element.isUnsignedInteger() ? number + 8 : number);
  }
  return tensor;
}

struct Case {
  std::string text;                         // one func.func on tensors
  std::vector<std::vector<int64_t>> shapes; // of its tensor arguments
  std::vector<int64_t> indices = {};        // its index arguments
  double relative = 0;                      // bound: relative * max|expected| (0: exact)
  std::string recipe = "";                  // forced; else chosen
  std::string expectedRecipe = "";
};

void check(const Case &test, StringRef cpu) {
  TargetAttr target = getTarget(cpu);
  ASSERT_TRUE(target);
  if (!hostRuns(target))
    GTEST_SKIP() << "this machine does not run " << cpu.str();
  auto kernel = CompiledKernel::compile(getContext(), test.text, target, test.recipe);
  ASSERT_TRUE(kernel) << test.text;
  if (!test.expectedRecipe.empty())
    EXPECT_EQ(kernel->recipe, test.expectedRecipe) << test.text;
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(test.text, &getContext());
  auto function = *module->getOps<func::FuncOp>().begin();
  std::vector<Tensor> inputs, arguments;
  for (int64_t index : test.indices)
    arguments.push_back(Tensor::scalar(IndexType::get(&getContext()), index));
  unsigned seed = 1;
  for (Type type : function.getArgumentTypes())
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      inputs.push_back(makeInput(tensor.getElementType(), test.shapes[seed - 1], seed));
      ++seed;
      arguments.push_back(inputs.back());
    }
  interp::WeightProvider weights;
  auto expected = interp::interpret(*module, function.getName(), arguments, weights);
  ASSERT_TRUE(succeeded(expected));
  std::vector<std::vector<char>> first;
  for (int64_t parts : {1, 2, 5}) {
    kernel->bind(test.indices, inputs, *expected);
    runSplit(*kernel, parts);
    for (auto [index, want] : llvm::enumerate(*expected)) {
      ArrayRef<char> bytes = kernel->output(index);
      Tensor got = Tensor::view(want.getElementType(), want.getShape(), bytes.data(), nullptr);
      if (parts == 1) {
        first.emplace_back(bytes.begin(), bytes.end());
        double bound = 0;
        if (want.isFloat())
          for (int64_t i = 0; i < want.getNumElements(); ++i)
            bound = std::max(bound, std::fabs(want.getFloat(i)));
        bound *= test.relative;
        for (int64_t i = 0; i < want.getNumElements(); ++i) {
          if (!want.isFloat()) {
            ASSERT_EQ((int64_t)got.getInteger(i), (int64_t)want.getInteger(i))
                << "element " << i << " of " << test.text;
            continue;
          }
          double a = got.getFloat(i), b = want.getFloat(i);
          ASSERT_TRUE((std::isnan(a) && std::isnan(b)) || a == b || std::fabs(a - b) <= bound)
              << "element " << i << ": " << a << " instead of " << b << " in " << test.text << " recipe "
              << kernel->recipe;
        }
      } else {
        ASSERT_EQ(bytes, ArrayRef<char>(first[index])) << "split in " << parts << ": " << test.text;
      }
    }
  }
}

class Kernels : public ::testing::TestWithParam<const char *> {
protected:
  void check(const Case &test) { ::check(test, GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(CPUs, Kernels, ::testing::Values("x86-64-v3", "x86-64-v4"));

std::string type(ArrayRef<int64_t> shape, StringRef element = "f32", ArrayRef<int64_t> dynamic = {}) {
  std::string text = "tensor<";
  for (auto [index, size] : llvm::enumerate(shape))
    text += (llvm::is_contained(dynamic, (int64_t)index) ? "?" : std::to_string(size)) + "x";
  return text + element.str() + ">";
}

#include "KernelCases.inc"
} // namespace
