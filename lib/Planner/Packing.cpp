// pack(): checks the problem, bounds it, tries greedies and then the exact search, and has the answer validated.
#include "hewn/Planner/Packing.h"
#include "Greedy.h"
#include "Search.h"
#include "Windows.h"
#include "hewn/Planner/Validator.h"
#include <algorithm>

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
    return Error{4102, "buffer " + (id.empty() ? "#" + std::to_string(index) : "'" + id + "'") + " " + what};
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
      return {4101, "sizes, alignments and fixed offsets together exceed 2^62"};
  }
  if (problem.capacity && *problem.capacity < 0)
    return {4102, "the capacity is negative"};
  return {};
}

namespace {
/// Beyond this many buffers a search node costs too much.
constexpr size_t kSearchItems = 5'000;
/// From here on windows are tried first.
constexpr size_t kWindowItems = 1'000;

/// The state of one call: the incumbent in bytes, and what is proven.
struct Packer {
  const PackingProblem &problem;
  const PackingOptions &options;
  Sections sections;
  PackingResult result;
  int64_t work = 0;
  double deadline = 0;

  Packer(const PackingProblem &problem, const PackingOptions &options)
      : problem(problem), options(options), sections(problem) {
    if (options.timeLimit > 0)
      deadline = steadySeconds() + options.timeLimit;
  }

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
      result.offsets.clear(), result.height = 0, result.method.clear();
  }

  bool stopped() const {
    return (options.stop && options.stop->load()) || (deadline > 0 && steadySeconds() > deadline);
  }

  void report() const {
    if (options.progress)
      options.progress({result.offsets.empty() ? -1 : result.height, result.lowerBound, result.nodes});
  }

  /// One exact attempt at `capacity` units with a share of what is left of the limits.
  Verdict search(Bytes capacity, int64_t share) {
    PortfolioRequest request;
    request.capacity = capacity;
    request.nodeLimit = std::max<int64_t>((options.nodeLimit - result.nodes) / share, 0);
    request.workLimit = std::max<int64_t>((options.workLimit - work) / share, 0);
    request.seed = options.seed;
    request.threads = options.threads;
    request.stop = options.stop;
    request.deadline = deadline;
    if (request.nodeLimit == 0 || request.workLimit == 0 || stopped())
      return Verdict::Limit;
    SearchOutcome outcome = searchPortfolio(sections, request);
    result.nodes += outcome.nodes;
    work += outcome.work;
    if (outcome.verdict == Verdict::Found) {
      Layout layout;
      layout.offsets = std::move(outcome.offsets);
      layout.method = "search";
      layout.height = 0;
      for (size_t i = 0; i < sections.items.size(); ++i)
        layout.height = std::max(layout.height, layout.offsets[i] + sections.items[i].size);
      offer(layout);
    } else if (outcome.verdict == Verdict::Infeasible) {
      result.lowerBound = std::max(result.lowerBound, (capacity + 1) * sections.unit);
    }
    report();
    return outcome.verdict;
  }

  /// Halves the range between bound and incumbent. A height that the limits leave undecided is taken for infeasible for
  /// the rest of the way, without becoming a bound.
  void minimizeHeight(Bytes ceiling) {
    Bytes low = result.lowerBound / sections.unit;
    Bytes high = std::min(ceiling + 1, result.offsets.empty() ? kMaxBytes : result.height / sections.unit);
    bool first = true;
    while (low < high && !stopped()) {
      Bytes middle = first ? low : low + (high - low) / 2; // most problems reach their bound
      switch (search(middle, first ? 3 : 4)) {
      case Verdict::Found:
        high = std::min(middle, result.height / sections.unit);
        break;
      case Verdict::Infeasible:
        low = result.lowerBound / sections.unit;
        break;
      case Verdict::Limit:
        low = middle + 1;
        break;
      }
      first = false;
    }
  }

  /// Large problems: windows of a few hundred buffers one after the other, outwards from the fullest moment, each
  /// packed below the same ceiling around what its neighbours have fixed. Ceilings rise until one works.
  void searchByWindows(Bytes ceiling, bool minimize) {
    Bytes low = result.lowerBound / sections.unit;
    Neighbours neighbours(sections, kPairsPerItem * sections.items.size());
    if (!minimize) {
      offer(packByWindows(sections, neighbours, ceiling, options.workLimit / 4, options));
      return;
    }
    for (double excess : {0.0, 0.001, 0.003, 0.01, 0.03, 0.1}) {
      Bytes height = low + Bytes(double(low) * excess);
      if (height > ceiling || (!result.offsets.empty() && height * sections.unit >= result.height) || stopped())
        return;
      Layout layout = packByWindows(sections, neighbours, height, options.workLimit / 8, options);
      if (layout.height < 0)
        continue;
      offer(layout);
      report();
      return;
    }
  }

  void run() {
    result.maxLive = maxLiveBytes();
    result.lowerBound = sections.maxLive * sections.unit;
    Bytes capacity = problem.capacity ? *problem.capacity / sections.unit : kMaxBytes;
    for (const Item &item : sections.items) {
      result.lowerBound = std::max(result.lowerBound, item.size * sections.unit);
      if (item.fixed >= 0)
        result.lowerBound = std::max(result.lowerBound, (item.fixed + item.size) * sections.unit);
    }
    bool minimize = options.minimize || !problem.capacity;
    Bytes bound = result.lowerBound / sections.unit;
    Bytes target = minimize ? bound : std::max(bound, capacity);
    if (bound <= capacity || options.bestEffort) {
      offerHints();
      if (result.offsets.empty() || result.height > target * sections.unit)
        offer(packGreedily(sections, target, options));
      report();
    }
    bool open = bound <= capacity && (result.offsets.empty() || result.height > target * sections.unit);
    if (open && sections.items.size() > kWindowItems && options.nodeLimit > 0) {
      searchByWindows(minimize ? capacity : target, minimize);
      open = result.offsets.empty() || result.height > target * sections.unit;
    }
    if (open && sections.items.size() <= kSearchItems) {
      if (minimize)
        minimizeHeight(capacity);
      else
        search(capacity, 1);
    }
    finish();
  }

  Bytes maxLiveBytes() const {
    std::vector<std::pair<int64_t, Bytes>> events;
    for (const Buffer &buffer : problem.buffers) {
      events.push_back({buffer.lower, buffer.size});
      events.push_back({buffer.upper, -buffer.size});
      for (const Interval &gap : buffer.gaps) {
        events.push_back({gap.lower, -buffer.size});
        events.push_back({gap.upper, buffer.size});
      }
    }
    std::sort(events.begin(), events.end()); // at equal times ends come first
    Bytes live = 0, most = 0;
    for (const auto &[time, bytes] : events)
      most = std::max(most, live += bytes);
    return most;
  }

  void offerHints() {
    std::vector<Bytes> offsets;
    Bytes height = 0;
    for (const Buffer &buffer : problem.buffers) {
      if (!buffer.hint && !buffer.fixedOffset)
        return;
      offsets.push_back(buffer.fixedOffset ? *buffer.fixedOffset : *buffer.hint);
      if (offsets.back() < 0 || offsets.back() > kMaxBytes - buffer.size)
        return;
      height = std::max(height, offsets.back() + buffer.size);
    }
    height = (height + sections.unit - 1) / sections.unit * sections.unit;
    if (!validatePacking(problem, offsets, height).empty())
      return;
    result.offsets = std::move(offsets), result.height = height, result.method = "hints";
  }
};
} // namespace

PackingResult hewn::planner::pack(const PackingProblem &problem, const PackingOptions &options) {
  double start = steadySeconds();
  if (Error error = checkProblem(problem)) {
    PackingResult result;
    result.status = Status::Invalid;
    result.error = error;
    return result;
  }
  Packer packer(problem, options);
  packer.run();
  packer.result.work = packer.work;
  packer.result.seconds = steadySeconds() - start;
  return packer.result;
}
