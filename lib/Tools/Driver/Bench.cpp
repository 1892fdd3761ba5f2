// hewn bench: times a compiled model, and each of its kernels through an executor of its own.
#include "Commands.h"
#include "Library.h"
#include "Peak.h"
#include "Session.h"
#include "TemporaryArtifact.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {
/// The q-quantile of some times.
double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

/// An executor that hands every kernel on to another one and notes how long it took.
class Profiler {
public:
  Profiler(const hewn_model_info &info, const hewn_exec *base) : base(base), times(info.kernel_count) {
    exec = {sizeof(hewn_exec), this, base->threads,
            [](void *self, hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent) {
              static_cast<Profiler *>(self)->run(kernel, buffers, dims, extent);
            }};
    for (int32_t i = 0; i < info.kernel_count; ++i)
      indices[reinterpret_cast<void *>(info.kernels[i].function)] = i;
    launches.resize(info.kernel_count);
  }

  const hewn_exec *getExec() const { return &exec; }
  void startRun() {
    for (std::vector<double> &kernel : times)
      kernel.push_back(0);
    std::fill(launches.begin(), launches.end(), 0);
  }
  int64_t getLaunches(int32_t kernel) const { return launches[kernel]; }
  /// Median over the runs of the time that all launches of a kernel took.
  double getTime(int32_t kernel) const { return quantile(times[kernel], 0.5); }

private:
  void run(hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent) {
    double start = now();
    base->parallel_for(base->self, kernel, buffers, dims, extent);
    double time = now() - start;
    auto index = indices.find(reinterpret_cast<void *>(kernel));
    if (index == indices.end())
      return;
    times[index->second].back() += time;
    ++launches[index->second];
  }

  const hewn_exec *base;
  hewn_exec exec;
  std::map<void *, int32_t> indices;
  std::vector<std::vector<double>> times;
  std::vector<int64_t> launches;
};
} // namespace

/// For each kernel the ONNX nodes in it, from the manifest; empty where it cannot be read.
static llvm::StringMap<std::string> readNodes(StringRef folder, StringRef name) {
  llvm::StringMap<std::string> nodes;
  SmallString<256> path(folder);
  llvm::sys::path::append(path, name + ".json");
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return nodes;
  auto value = llvm::json::parse((*buffer)->getBuffer());
  if (!value) {
    llvm::consumeError(value.takeError()); // the table then has no names of nodes
    return nodes;
  }
  const auto *manifest = value->getAsObject();
  const auto *kernels = manifest ? manifest->getArray("kernels") : nullptr;
  for (const llvm::json::Value &entry : kernels ? *kernels : llvm::json::Array()) {
    const auto *kernel = entry.getAsObject();
    const auto *list = kernel ? kernel->getArray("nodes") : nullptr;
    std::optional<StringRef> id = kernel ? kernel->getString("name") : std::nullopt;
    if (!list || !id)
      continue;
    std::string &text = nodes[*id];
    constexpr size_t kShown = 2;
    for (size_t i = 0; i < std::min(kShown, list->size()); ++i)
      text += (i ? ", " : "") + (*list)[i].getAsString().value_or("").str();
    if (list->size() > kShown)
      text += ", ...";
  }
  return nodes;
}

/// "123.4" or "-" for work that is not known.
static std::string rate(double work, double seconds) {
  if (work <= 0 || seconds <= 0)
    return "-";
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.1f", work / seconds * 1e-9);
  return text;
}

static void printKernels(raw_ostream &os, const hewn_model_info &info, const Profiler &profiler, StringRef folder,
                         double peak) {
  llvm::StringMap<std::string> nodes = readNodes(folder, info.name);
  std::vector<int32_t> order;
  double total = 0;
  for (int32_t i = 0; i < info.kernel_count; ++i) {
    order.push_back(i);
    total += profiler.getTime(i);
  }
  llvm::sort(order, [&](int32_t a, int32_t b) { return profiler.getTime(a) > profiler.getTime(b); });
  os << "\nlaunches   total ms   share   GFLOP/s   of peak      GB/s  kernel\n";
  for (int32_t i : order) {
    const hewn_kernel_info &kernel = info.kernels[i];
    double time = profiler.getTime(i), launches = static_cast<double>(profiler.getLaunches(i));
    double flops = static_cast<double>(kernel.flops) * launches, bytes = static_cast<double>(kernel.bytes) * launches;
    std::string share = "-";
    if (flops > 0 && time > 0 && peak > 0)
      share = llvm::formatv("{0:P0}", flops / time / peak).str();
    os << llvm::format("%8d %10.3f %6.1f%% %9s %9s %9s  %s", static_cast<int>(launches), time * 1e3,
                       total > 0 ? time / total * 100 : 0.0, rate(flops, time).c_str(), share.c_str(),
                       rate(bytes, time).c_str(), kernel.name);
    if (auto names = nodes.find(kernel.name); names != nodes.end() && !names->second.empty())
      os << " (" << names->second << ")";
    os << "\n";
  }
}

static llvm::Error bench(StringRef folder, const CommandLine &line) {
  auto opened = Library::open(folder);
  if (!opened)
    return opened.takeError();
  Library &library = **opened;
  const hewn_model_info &info = library.getInfo();
  Sizes sizes = line.compile.dims;
  auto inputs = makeInputs(getSignature(info), line.run, sizes);
  if (!inputs)
    return inputs.takeError();
  auto exec = library.getExec(line.run.threads);
  if (!exec)
    return exec.takeError();
  if (llvm::Error error = library.prepare(*inputs, sizes))
    return error;

  Profiler profiler(info, *exec);
  profiler.startRun();
  double start = now();
  if (llvm::Error error = library.run(profiler.getExec())) // counts launches; the first warm-up run
    return error;
  double first = now() - start, flops = 0, bytes = 0;
  double unknown = 0; // seconds in kernels whose work depends on sizes
  for (int32_t i = 0; i < info.kernel_count; ++i) {
    if (info.kernels[i].flops < 0 && info.kernels[i].bytes < 0)
      unknown += profiler.getTime(i);
    flops +=
        static_cast<double>(std::max<int64_t>(info.kernels[i].flops, 0)) * static_cast<double>(profiler.getLaunches(i));
    bytes +=
        static_cast<double>(std::max<int64_t>(info.kernels[i].bytes, 0)) * static_cast<double>(profiler.getLaunches(i));
  }
  for (int i = 1; i < line.bench.warmup; ++i)
    if (llvm::Error error = library.run(*exec))
      return error;

  constexpr double kSeconds = 2.0;
  constexpr int kFewest = 5, kMost = 10000;
  std::vector<double> times;
  double begin = now();
  for (int i = 0;
       line.bench.repetitions ? i < line.bench.repetitions : i < kFewest || (i < kMost && now() - begin < kSeconds);
       ++i) {
    start = now();
    if (llvm::Error error = library.run(*exec))
      return error;
    times.push_back(now() - start);
  }
  double median = quantile(times, 0.5);
  raw_ostream &os = llvm::outs();
  os << info.name << ": " << times.size() << " runs on " << (*exec)->threads << " thread"
     << ((*exec)->threads == 1 ? "" : "s") << ", first " << llvm::format("%.3f ms", first * 1e3) << "\n";
  os << llvm::format("  median %.3f ms   min %.3f   10 %% %.3f   90 %% %.3f   max %.3f\n", median * 1e3,
                     quantile(times, 0) * 1e3, quantile(times, 0.1) * 1e3, quantile(times, 0.9) * 1e3,
                     quantile(times, 1) * 1e3);
  os << "  " << rate(flops, median) << " GFLOP/s   " << rate(bytes, median) << " GB/s between kernels"
     << (unknown < 0.01 * first ? "" : " (without kernels whose work depends on sizes)") << "   arena "
     << llvm::format("%.2f MB", static_cast<double>(library.getArenaBytes()) * 1e-6) << "   weights "
     << llvm::format("%.2f MB\n", static_cast<double>(info.weights_bytes) * 1e-6);
  if (!line.bench.kernels)
    return llvm::Error::success();

  int runs = static_cast<int>(std::min<size_t>(times.size(), 20));
  Profiler detail(info, *exec);
  for (int i = 0; i < runs; ++i) {
    detail.startRun();
    if (llvm::Error error = library.run(detail.getExec()))
      return error;
  }
  double peak = measurePeakFlops() * (*exec)->threads;
  os << "  peak of f32 multiply-adds, measured: " << rate(peak, 1) << " GFLOP/s\n";
  printKernels(os, info, detail, folder, peak);
  return llvm::Error::success();
}

int driver::runBench(const DialectRegistry &registry, const CommandLine &line) {
  TemporaryArtifact artifact;
  if (failed(artifact.make(registry, line.compile)))
    return kFailure;
  if (llvm::Error error = bench(artifact.getFolder(), line)) {
    printError(std::move(error));
    return kFailure;
  }
  return kSuccess;
}
