// Kernels of the CPU target, one by one, against the machine's own FMA peak. Usage: kernel-bench [filter] [cpu]
// Times are thread CPU time, best of many, with the peak loop interleaved.
#include "../../unittests/Target/CPU/KernelHarness.h"
#include "hewn/Target/Target.h"
#include "hewn/Tools/Register.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <ctime>
#include <immintrin.h>

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;
using interp::Tensor;

static double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/// GFLOP/s of independent FMAs, for a fifth of a millisecond.
__attribute__((target("avx512f"))) static double peak512() {
  __m512 a[24] = {}, b = _mm512_set1_ps(1.0f), c = _mm512_set1_ps(0.5f);
  constexpr int kRounds = 40000;
  double start = now();
  for (int k = 0; k < kRounds; ++k) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 24; ++i)
      __asm__ volatile("vfmadd213ps %2,%1,%0" : "+v"(a[i]) : "v"(b), "v"(c));
  }
  return 24.0 * 32 * kRounds / (now() - start) / 1e9;
}
__attribute__((target("avx2,fma"))) static double peak256() {
  __m256 a[12] = {}, b = _mm256_set1_ps(1.0f), c = _mm256_set1_ps(0.5f);
  constexpr int kRounds = 80000;
  double start = now();
  for (int k = 0; k < kRounds; ++k) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; ++i)
      __asm__ volatile("vfmadd213ps %2,%1,%0" : "+x"(a[i]) : "x"(b), "x"(c));
  }
  return 12.0 * 16 * kRounds / (now() - start) / 1e9;
}

namespace {
struct Bench {
  std::string name, text;
  std::vector<std::vector<int64_t>> inputs;
  std::vector<int64_t> output, indices;
  double flops;
};

std::string type(ArrayRef<int64_t> shape, ArrayRef<int64_t> dynamic = {}) {
  std::string text = "tensor<";
  for (auto [index, size] : llvm::enumerate(shape))
    text += (llvm::is_contained(dynamic, (int64_t)index) ? "?" : std::to_string(size)) + "x";
  return text + "f32>";
}

Bench matmul(int64_t m, int64_t k, int64_t n, int64_t lanes, bool dynamic = false) {
  int64_t panel = 2 * lanes, panels = (n + panel - 1) / panel;
  std::vector<int64_t> unknown;
  if (dynamic)
    unknown = {0};
  Bench bench;
  bench.name = llvm::formatv("matmul {0}x{1}x{2}{3}", m, k, n, dynamic ? " dynamic" : "");
  bench.text = llvm::formatv(R"(func.func @f(%m: index, %x: {0}, %w: {1}, %b: {2}) -> {3} {{
    %0 = nn.matmul %x, %w {{rhs_layout = #nn.matrix_layout<panel>, columns = {4} : i64} : ({0}, {1}) -> {3}
    %1 = nn.broadcast %b{6} {{static_sizes = array<i64: {5}, {4}>} : ({2}{7}) -> {3}
    %2 = nn.elementwise %0, %1 {{kind = #nn.kind<add>} : ({3}, {3}) -> {3}
    return %2 : {3} })",
                             type({m, k}, unknown), type({panels, k, panel}), type({n}), type({m, n}, unknown), n,
                             dynamic ? "-9223372036854775808" : std::to_string(m), dynamic ? ", %m" : "",
                             dynamic ? ", index" : "");
  bench.inputs = {{m, k}, {panels, k, panel}, {n}};
  bench.output = {m, n};
  bench.indices = {m};
  bench.flops = 2.0 * m * k * n;
  return bench;
}

Bench conv(int64_t h, int64_t w, int64_t c, int64_t f, int64_t k, int64_t stride, int64_t lanes, bool depthwise = false,
           bool dynamic = false) {
  int64_t panel = depthwise ? lanes : 2 * lanes, panels = (f + panel - 1) / panel, inner = depthwise ? 1 : c;
  int64_t ih = (h - 1) * stride + k, iw = (w - 1) * stride + k;
  std::vector<int64_t> unknown;
  if (dynamic)
    unknown = {2};
  Bench bench;
  bench.name = llvm::formatv("{0} {1}x{1} s{2} {3}x{4} {5}->{6}{7}", depthwise ? "depthwise" : "conv", k, stride, h, w,
                             c, f, dynamic ? " dynamic" : "");
  bench.text = llvm::formatv(R"(func.func @f(%x: {0}, %w: {1}, %b: {2}) -> {3} {{
    %0 = nn.conv %x, %w, %b {{strides = array<i64: {4}, {4}>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = {6} : i64, channels = {5} : i64, layout = #nn.layout<nhwc>, filter_layout = #nn.filter_layout<panel>} : ({0}, {1}, {2}) -> {3}
    %1 = nn.elementwise %0 {{kind = #nn.kind<relu>} : ({3}) -> {3}
    return %1 : {3} })",
                             type({1, ih, iw, c}, unknown), type({panels, k, k, inner, panel}), type({f}),
                             type({1, h, w, f}, unknown), stride, f, depthwise ? c : 1);
  bench.inputs = {{1, ih, iw, c}, {panels, k, k, inner, panel}, {f}};
  bench.output = {1, h, w, f};
  bench.flops = 2.0 * h * w * f * k * k * inner;
  return bench;
}

Bench simple(std::string name, std::string text, std::vector<std::vector<int64_t>> inputs, std::vector<int64_t> output,
             double flops) {
  Bench bench;
  bench.name = std::move(name);
  bench.text = std::move(text);
  bench.inputs = std::move(inputs);
  bench.output = std::move(output);
  bench.flops = flops;
  return bench;
}
} // namespace

int main(int argc, char **argv) {
  std::string filter = argc > 1 ? argv[1] : "", cpu = argc > 2 ? argv[2] : "host";
  DialectRegistry registry;
  hewn::registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  llvm::StringMap<std::string> options;
  options["cpu"] = cpu;
  auto target = lookupTarget(&context, "cpu")->makeAttr(&context, options);
  if (failed(target))
    return 1;
  int64_t lanes = Machine::read(*target).lanes();
  double (*peak)() = lanes == 16 ? peak512 : peak256;

  std::vector<Bench> all;
  // ResNet-50
  all.push_back(conv(112, 112, 3, 64, 7, 2, lanes));
  all.push_back(conv(56, 56, 64, 64, 1, 1, lanes));
  all.push_back(conv(56, 56, 64, 64, 3, 1, lanes));
  all.push_back(conv(56, 56, 64, 256, 1, 1, lanes));
  all.push_back(conv(56, 56, 256, 64, 1, 1, lanes));
  all.push_back(conv(28, 28, 128, 128, 3, 2, lanes));
  all.push_back(conv(28, 28, 128, 128, 3, 1, lanes));
  all.push_back(conv(28, 28, 128, 512, 1, 1, lanes));
  all.push_back(conv(14, 14, 256, 256, 3, 1, lanes));
  all.push_back(conv(14, 14, 1024, 256, 1, 1, lanes));
  all.push_back(conv(14, 14, 256, 1024, 1, 1, lanes));
  all.push_back(conv(7, 7, 512, 512, 3, 1, lanes));
  all.push_back(conv(7, 7, 512, 2048, 1, 1, lanes));
  all.push_back(conv(7, 7, 2048, 512, 1, 1, lanes));
  all.push_back(conv(24, 80, 64, 64, 3, 1, lanes, false, true));
  all.push_back(matmul(1, 2048, 1000, lanes));
  // MobileNetV2
  all.push_back(conv(112, 112, 32, 32, 3, 1, lanes, true));
  all.push_back(conv(56, 56, 96, 96, 3, 2, lanes, true));
  all.push_back(conv(14, 14, 384, 384, 3, 1, lanes, true));
  all.push_back(conv(7, 7, 960, 960, 3, 1, lanes, true));
  all.push_back(conv(112, 112, 16, 96, 1, 1, lanes));
  all.push_back(conv(14, 14, 384, 64, 1, 1, lanes));
  all.push_back(conv(7, 7, 320, 1280, 1, 1, lanes));
  // BERT
  for (bool dynamic : {false, true}) {
    all.push_back(matmul(128, 768, 768, lanes, dynamic));
    all.push_back(matmul(128, 768, 3072, lanes, dynamic));
    all.push_back(matmul(128, 3072, 768, lanes, dynamic));
  }
  all.push_back(matmul(197, 768, 768, lanes, true));
  std::string q = type({1, 12, 128, 64}), dq = type({1, 12, 128, 64}, {2});
  all.push_back(simple(
      "matmul rows 12x128x128x64",
      llvm::formatv(
          "func.func @f(%x: {0}, %y: {1}) -> {1} {{\n%0 = nn.matmul %x, %y : ({0}, {1}) -> {1}\nreturn %0 : {1} }",
          type({12, 128, 128}), type({12, 128, 64})),
      {{12, 128, 128}, {12, 128, 64}}, {12, 128, 64}, 2.0 * 12 * 128 * 128 * 64));
  for (int64_t l : {128, 512})
    for (bool dynamic : {false, true}) {
      std::string t = type({1, 12, l, 64}, dynamic ? ArrayRef<int64_t>{2} : ArrayRef<int64_t>{});
      std::string m = type({1, 1, 1, l}, dynamic ? ArrayRef<int64_t>{3} : ArrayRef<int64_t>{});
      all.push_back(simple(
          llvm::formatv("attention 12x{0}x64{1}", l, dynamic ? " dynamic" : ""),
          llvm::formatv("func.func @f(%q: {0}, %k: {0}, %v: {0}, %m: {1}) -> {0} {{\n%0 = nn.attention %q, %k, %v, %m "
                        "{{scale = 0.125 : f64} : ({0}, {0}, {0}, {1}) -> {0}\nreturn %0 : {0} }",
                        t, m),
          {{1, 12, l, 64}, {1, 12, l, 64}, {1, 12, l, 64}, {1, 1, 1, l}}, {1, 12, l, 64}, 4.0 * 12 * l * l * 64));
    }
  // Rows, elementwise, moves: flops stand for elements.
  auto unary = [&](std::string name, std::string body, std::vector<int64_t> shape) {
    std::string t = type(shape);
    double count = 1;
    for (int64_t size : shape)
      count *= size;
    all.push_back(simple(name,
                         llvm::formatv("func.func @f(%x: {0}) -> {0} {{\n{1}\nreturn %0 : {0} }", t,
                                       llvm::formatv(body.c_str(), t).str()),
                         {shape}, shape, count));
  };
  unary("softmax 1536x128", "%0 = nn.softmax %x {{axis = 1 : i64} : ({0}) -> {0}", {1536, 128});
  unary("norm 128x768", "%0 = nn.norm %x {{axis = 1 : i64, epsilon = 1.0e-5 : f64} : ({0}) -> {0}", {128, 768});
  unary("gelu 128x3072", "%0 = nn.elementwise %x {{kind = #nn.kind<gelu>} : ({0}) -> {0}", {128, 3072});
  unary("relu 1x56x56x256", "%0 = nn.elementwise %x {{kind = #nn.kind<relu>} : ({0}) -> {0}", {1, 56, 56, 256});
  unary("transpose 768x768", "%0 = nn.transpose %x {{perm = array<i64: 1, 0>} : ({0}) -> {0}", {768, 768});
  all.push_back(simple("transpose nchw 3x224x224",
                       llvm::formatv("func.func @f(%x: {0}) -> {1} {{\n%0 = nn.transpose %x {{perm = array<i64: 0, 2, "
                                     "3, 1>} : ({0}) -> {1}\nreturn %0 : {1} }",
                                     type({1, 3, 224, 224}), type({1, 224, 224, 3})),
                       {{1, 3, 224, 224}}, {1, 224, 224, 3}, 3.0 * 224 * 224));
  all.push_back(
      simple("pad 56x56x64",
             llvm::formatv("func.func @f(%x: {0}) -> {1} {{\n%0 = nn.pad %x {{low = array<i64: 0, 1, 1, 0>, high = "
                           "array<i64: 0, 1, 1, 0>, mode = #nn.pad_mode<constant>} : ({0}) -> {1}\nreturn %0 : {1} }",
                           type({1, 56, 56, 64}), type({1, 58, 58, 64})),
             {{1, 56, 56, 64}}, {1, 58, 58, 64}, 58.0 * 58 * 64));
  all.push_back(
      simple("maxpool 56x56x64",
             llvm::formatv("func.func @f(%x: {0}) -> {1} {{\n%0 = nn.pool %x {{kind = #nn.pool<max>, kernel = "
                           "array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = "
                           "array<i64: 0, 0, 0, 0>, layout = #nn.layout<nhwc>} : ({0}) -> {1}\nreturn %0 : {1} }",
                           type({1, 113, 113, 64}), type({1, 56, 56, 64})),
             {{1, 113, 113, 64}}, {1, 56, 56, 64}, 56.0 * 56 * 64 * 9));
  all.push_back(simple("mean 7x7x2048",
                       llvm::formatv("func.func @f(%x: {0}) -> {1} {{\n%0 = nn.reduce %x {{kind = #nn.reduction<mean>, "
                                     "axes = array<i64: 1, 2>} : ({0}) -> {1}\nreturn %0 : {1} }",
                                     type({1, 7, 7, 2048}), type({1, 2048})),
                       {{1, 7, 7, 2048}}, {1, 2048}, 49.0 * 2048));

  llvm::outs() << "kernel                               recipe     GFLOP/s  % of peak      us   object  compile ms\n";
  for (Bench &bench : all) {
    if (!filter.empty() && bench.name.find(filter) == std::string::npos)
      continue;
    double t0 = now();
    auto kernel = CompiledKernel::compile(context, bench.text, *target);
    double compileTime = now() - t0;
    if (!kernel) {
      llvm::outs() << bench.name << ": does not compile\n";
      continue;
    }
    std::vector<Tensor> inputs;
    for (auto [index, shape] : llvm::enumerate(bench.inputs)) {
      Tensor tensor = Tensor::allocate(Float32Type::get(&context), shape);
      auto *data = reinterpret_cast<float *>(tensor.mutableData());
      for (int64_t i = 0; i < tensor.getNumElements(); ++i)
        data[i] = float((i * 7 + index) % 17 - 8) / 8;
      inputs.push_back(tensor);
    }
    bool takesIndex = bench.text.find("%m: index") != std::string::npos;
    kernel->bind(takesIndex ? ArrayRef<int64_t>(bench.indices) : ArrayRef<int64_t>(), inputs,
                 {Tensor::allocate(Float32Type::get(&context), bench.output)});
    int64_t extent = kernel->extent();
    double best = 1e9, top = 0, total = 0;
    for (int round = 0; round < 200 && total < 0.4; ++round) {
      top = std::max(top, peak());
      double start = now();
      kernel->run(0, extent);
      double time = now() - start;
      best = std::min(best, time);
      total += time;
    }
    llvm::outs() << llvm::formatv("{0,-36} {1,-10} {2,8:F1} {3,8:F1} {4,10:F1} {5,8} {6,8:F1}\n", bench.name,
                                  kernel->recipe, bench.flops / best / 1e9, 100 * bench.flops / best / 1e9 / top,
                                  best * 1e6, kernel->object.size(), compileTime * 1e3);
    llvm::outs().flush();
  }
  return 0;
}
