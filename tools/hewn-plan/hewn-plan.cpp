// hewn-plan: plans memory from files. Everything it knows is in the planner library; here are files, signals and exit
// codes.
#include "Options.h"
#include "hewn/Planner/Files.h"
#include "hewn/Planner/Order.h"
#include "hewn/Planner/Report.h"
#include "hewn/Planner/Validator.h"
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <numeric>
#include <sstream>

using namespace hewn::planner;

namespace {
std::atomic<bool> stopRequested{false};

extern "C" void onInterrupt(int) { stopRequested = true; }

enum Exit { Done = 0, BadInput = 1, BadUsage = 2, NotProven = 3, ProvenInfeasible = 4, LimitReached = 5 };

int fail(const Error &error, int code = BadInput) {
  std::fprintf(stderr, "%s\n", error.str().c_str());
  return code;
}

Error readFile(const std::string &path, std::string &text) {
  std::stringstream stream;
  if (path == "-") {
    stream << std::cin.rdbuf();
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file || !(stream << file.rdbuf()))
      return {4106, "cannot read '" + path + "'"};
  }
  text = stream.str();
  return {};
}

Error writeFile(const std::string &path, const std::string &text) {
  if (path == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return {};
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file ? Error{} : Error{4106, "cannot write '" + path + "'"};
}

int exitCode(Status status, bool capacityAsked) {
  switch (status) {
  case Status::Optimal:
    return Done;
  case Status::Feasible:
    return capacityAsked ? Done : NotProven;
  case Status::Infeasible:
    return ProvenInfeasible;
  case Status::Limit:
    return LimitReached;
  case Status::Invalid:
    return BadInput;
  }
  return BadInput;
}

PackingOptions packingOptions(const Options &options) {
  PackingOptions packing;
  packing.minimize = options.minimize;
  if (options.nodeLimit >= 0)
    packing.nodeLimit = options.nodeLimit;
  if (options.workLimit >= 0)
    packing.workLimit = options.workLimit;
  packing.timeLimit = options.timeLimit;
  packing.threads = unsigned(options.threads);
  packing.seed = uint64_t(options.seed);
  packing.stop = &stopRequested;
  if (options.progress)
    packing.progress = [](const PackingProgress &p) {
      std::fprintf(stderr, "height %lld, bound %lld, nodes %lld\n", (long long)p.height, (long long)p.lowerBound,
                   (long long)p.nodes);
    };
  return packing;
}

void summarize(const char *name, const PackingResult &result) {
  std::printf("%s%s%s", name, *name ? ": " : "", toString(result.status));
  if (result.hasPlan())
    std::printf(", height %lld", (long long)result.height);
  std::printf(", lower bound %lld, max live %lld", (long long)result.lowerBound, (long long)result.maxLive);
  if (result.hasPlan())
    std::printf(", gap %.4f %%, by %s", 100 * result.gap(), result.method.c_str());
  std::printf(", %lld nodes, %.3f s\n", (long long)result.nodes, result.seconds);
}

Error writePictures(const Options &options, const std::string &title, const std::string &svg,
                    const std::string &report) {
  if (!options.svg.empty())
    if (Error error = writeFile(options.svg, svg))
      return error;
  if (!options.html.empty())
    return writeFile(options.html, htmlPage(title, svg, report));
  return {};
}

int planCsv(const Options &options, const std::string &text) {
  PackingProblem problem;
  if (Error error = readCsv(text, problem))
    return fail(error);
  problem.capacity = options.capacity;
  if (Error error = checkProblem(problem))
    return fail(error);
  if (options.check) {
    std::vector<Bytes> offsets;
    for (const Buffer &buffer : problem.buffers) {
      if (!buffer.fixedOffset)
        return fail({4107, "--check needs a file with an offset for each buffer"}, BadUsage);
      offsets.push_back(*buffer.fixedOffset);
    }
    std::string fault = validatePacking(problem, offsets, problem.capacity);
    std::printf("%s\n", fault.empty() ? "valid" : fault.c_str());
    return fault.empty() ? Done : ProvenInfeasible;
  }
  PackingOptions packing = packingOptions(options);
  PackingResult result = pack(problem, packing);
  if (options.output != "-" && options.json != "-")
    summarize("", result);
  if (!options.output.empty() && result.hasPlan())
    if (Error error = writeFile(options.output, writeCsv(problem, result.offsets)))
      return fail(error);
  if (!options.json.empty())
    if (Error error = writeFile(options.json, packingReport(problem, result, packing)))
      return fail(error);
  if (result.hasPlan())
    if (Error error = writePictures(options, options.input, packingSvg(problem, result.offsets),
                                    packingReport(problem, result, packing)))
      return fail(error);
  return exitCode(result.status, options.capacity && !options.minimize);
}

int planGraph(const Options &options, const std::string &text) {
  Graph graph;
  if (Error error = readGraph(text, graph))
    return fail(error);
  std::vector<int32_t> order(graph.ops.size());
  std::iota(order.begin(), order.end(), 0);
  ResidencyOptions residency;
  residency.inPlace = options.inPlace;
  residency.solver = options.solver;
  residency.packing.stop = residency.mip.stop = &stopRequested;
  residency.mip.timeLimit = options.timeLimit;
  if (options.nodeLimit >= 0)
    residency.mip.nodeLimit = options.nodeLimit;
  if (options.workLimit >= 0)
    residency.mip.workLimit = options.workLimit;
  OrderOptions ordering;
  ordering.timeLimit = options.timeLimit;
  ordering.seed = uint64_t(options.seed);
  ordering.stop = &stopRequested;
  bool free = options.order == "free";
  Bytes capacity = options.capacity ? *options.capacity
                   : free           ? minimizePeak(graph, ordering).peak
                                    : peakOf(graph, order);
  ResidencyPlan plan;
  if (free) {
    OrderedPlan ordered = planFreeOrder(graph, capacity, residency, ordering);
    plan = std::move(ordered.plan);
    // From here on the bound has to hold for every order.
    if (plan.status == Status::Optimal && !ordered.proven())
      plan.status = Status::Feasible;
    plan.lowerBound = ordered.anyOrderBound;
    if (options.json != "-" && options.output != "-")
      std::printf("least peak over all orders %lld%s; ", (long long)ordered.peak.peak,
                  ordered.peak.peak == ordered.peak.lowerBound ? " (proven)" : "");
  } else {
    plan = planResidency(graph, order, capacity, residency);
  }
  if (plan.error)
    std::fprintf(stderr, "%s\n", plan.error.str().c_str());
  std::string report = residencyReport(graph, plan, capacity);
  if (options.json != "-" && options.output != "-") {
    std::printf("%s", toString(plan.status));
    if (plan.hasPlan())
      std::printf(", %lld bytes moved, lower bound %lld, height %lld of %lld", (long long)plan.cost,
                  (long long)plan.lowerBound, (long long)plan.height, (long long)capacity);
    std::printf(", solver %s, %lld nodes, %lld cuts, %.3f s\n", plan.solver.c_str(), (long long)plan.nodes,
                (long long)plan.cuts, plan.seconds);
  }
  for (const std::string &path : {options.json, options.output})
    if (!path.empty())
      if (Error error = writeFile(path, report))
        return fail(error);
  if (plan.hasPlan())
    if (Error error = writePictures(options, graph.name, residencySvg(graph, plan, capacity), report))
      return fail(error);
  return exitCode(plan.status, false);
}

int planGlow(const Options &options, const std::string &text) {
  std::vector<GlowTrace> traces;
  if (Error error = readGlow(text, traces))
    return fail(error);
  int worst = Done;
  for (GlowTrace &trace : traces) {
    if (!options.model.empty() && trace.name != options.model)
      continue;
    trace.problem.capacity = options.capacity;
    PackingResult result = pack(trace.problem, packingOptions(options));
    if (result.error)
      return fail(result.error);
    summarize(trace.name.c_str(), result);
    worst = std::max(worst, exitCode(result.status, options.capacity && !options.minimize));
  }
  return worst;
}
} // namespace

int main(int argc, char **argv) {
  Options options;
  if (Error error = parseOptions({argv + 1, argv + argc}, options))
    return fail(error, BadUsage);
  if (options.help) {
    std::fputs(helpText(), stdout);
    return Done;
  }
  std::string text;
  if (Error error = readFile(options.input, text))
    return fail(error);
  std::signal(SIGINT, onInterrupt);
  std::string format = options.format;
  if (format.empty()) {
    auto endsWith = [&](const char *ending) {
      std::string tail(ending);
      return options.input.size() >= tail.size() &&
             options.input.compare(options.input.size() - tail.size(), tail.size(), tail) == 0;
    };
    format = endsWith(".json") ? "json" : endsWith(".txt") ? "glow" : "csv";
  }
  if (format == "csv")
    return planCsv(options, text);
  if (format == "glow")
    return planGlow(options, text);
  return planGraph(options, text);
}
