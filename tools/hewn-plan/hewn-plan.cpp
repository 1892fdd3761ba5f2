// hewn-plan: plans memory from files. Everything it knows is in the planner library; here are files, signals and exit
// codes.
#include "Options.h"
#include "hewn/Planner/Files.h"
#include "hewn/Planner/Report.h"
#include "hewn/Planner/Validator.h"
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
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
  return exitCode(result.status, options.capacity && !options.minimize);
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
  return fail({4107, "operator graphs are not supported yet"}, BadUsage);
}
