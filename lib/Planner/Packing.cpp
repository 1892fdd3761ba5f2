// pack(): checks the problem, bounds it, tries greedies and then the exact search, and has the answer validated.
#include "hewn/Planner/Packing.h"
#include "Greedy.h"
#include "hewn/Planner/Validator.h"
#include <algorithm>
#include <chrono>

using namespace hewn::planner;

const char *hewn::planner::toString(Status status) {
  switch (status) {
  case Status::Optimal:
    return "optimal";
  case Status::Feasible:
    return "feasible";
  case Status::Infeasible:
    return "infeasible";
  case Status::Limit:
    return "limit";
  case Status::Invalid:
    return "invalid";
  }
  return "invalid";
}

std::string Error::str() const { return code ? "error[HWN" + std::to_string(code) + "]: " + message : ""; }

Error hewn::planner::checkProblem(const PackingProblem &problem) {
  Bytes total = 0;
  auto bad = [&](size_t index, const char *what) {
    const std::string &id = problem.buffers[index].id;
    return Error{4002, "buffer " + (id.empty() ? "#" + std::to_string(index) : "'" + id + "'") + " " + what};
  };
  auto add = [&](Bytes bytes) {
    if (bytes > kMaxBytes - total)
      return false;
    total += bytes;
    return true;
  };
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    if (buffer.size < 0)
      return bad(i, "has a negative size");
    if (buffer.lower >= buffer.upper)
      return bad(i, "has an empty lifetime (lower must be less than upper)");
    if (buffer.alignment < 1)
      return bad(i, "has an alignment below 1");
    if (buffer.fixedOffset && *buffer.fixedOffset < 0)
      return bad(i, "has a negative fixed offset");
    if (buffer.fixedOffset && *buffer.fixedOffset % buffer.alignment != 0)
      return bad(i, "has a fixed offset that is not a multiple of its alignment");
    for (const Interval &gap : buffer.gaps)
      if (gap.lower >= gap.upper || gap.lower < buffer.lower || gap.upper > buffer.upper)
        return bad(i, "has a gap that is empty or outside its lifetime");
    if (!add(buffer.size) || !add(buffer.alignment - 1) || !add(buffer.fixedOffset.value_or(0)))
      return {4001, "sizes, alignments and fixed offsets together exceed 2^62"};
  }
  if (problem.capacity && *problem.capacity < 0)
    return {4002, "the capacity is negative"};
  return {};
}

namespace {
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The state of one call: the incumbent in bytes, and what is proven.
struct Packer {
  const PackingProblem &problem;
  const PackingOptions &options;
  Sections sections;
  PackingResult result;

  Packer(const PackingProblem &problem, const PackingOptions &options)
      : problem(problem), options(options), sections(problem) {}

  /// Takes a layout if it is lower than the incumbent and the validator agrees.
  void offer(const Layout &layout) {
    if (layout.height < 0)
      return;
    Bytes height = layout.height * sections.unit;
    if (!result.offsets.empty() && height >= result.height)
      return;
    std::vector<Bytes> offsets(problem.buffers.size(), 0);
    for (size_t i = 0; i < problem.buffers.size(); ++i)
      offsets[i] = problem.buffers[i].fixedOffset.value_or(0);
    for (size_t i = 0; i < sections.items.size(); ++i)
      offsets[size_t(sections.items[i].index)] = layout.offsets[i] * sections.unit;
    if (!validatePacking(problem, offsets, height).empty())
      return;
    result.offsets = std::move(offsets);
    result.height = height;
    result.method = layout.method;
  }

  void finish() {
    bool has = !result.offsets.empty() || problem.buffers.empty();
    if (problem.capacity && result.lowerBound > *problem.capacity)
      result.status = Status::Infeasible;
    else if (has && result.height == result.lowerBound)
      result.status = Status::Optimal;
    else if (has && (!problem.capacity || result.height <= *problem.capacity))
      result.status = Status::Feasible;
    else
      result.status = Status::Limit;
    if (problem.capacity && result.height > *problem.capacity && !options.bestEffort)
      result.offsets.clear();
  }

  void run() {
    result.maxLive = sections.maxLive * sections.unit;
    result.lowerBound = result.maxLive;
    for (const Item &item : sections.items)
      if (item.fixed >= 0)
        result.lowerBound = std::max(result.lowerBound, (item.fixed + item.size) * sections.unit);
    Bytes target = result.lowerBound;
    if (problem.capacity && !options.minimize)
      target = std::max(target, *problem.capacity);
    if (!problem.capacity || result.lowerBound <= *problem.capacity || options.bestEffort)
      offer(packGreedily(sections, target / sections.unit, options));
    finish();
  }
};
} // namespace

PackingResult hewn::planner::pack(const PackingProblem &problem, const PackingOptions &options) {
  double start = now();
  if (Error error = checkProblem(problem)) {
    PackingResult result;
    result.status = Status::Invalid;
    result.error = error;
    return result;
  }
  Packer packer(problem, options);
  packer.run();
  packer.result.seconds = now() - start;
  return packer.result;
}
