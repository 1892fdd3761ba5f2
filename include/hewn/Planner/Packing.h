// Packing: give buffers with known lifetimes offsets in one address range so that buffers alive together never share
// bytes. Lifetimes are half-open, `[lower, upper)`. The answer depends on the problem and the options only, never on
// the clock, unless a time limit is asked for and reached.
#ifndef HEWN_PLANNER_PACKING_H
#define HEWN_PLANNER_PACKING_H

#include "hewn/Planner/Status.h"
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hewn::planner {

/// A part of a lifetime, `[lower, upper)`.
struct Interval {
  int64_t lower = 0, upper = 0;
};

struct Buffer {
  std::string id;                   ///< for reports only; may be empty
  int64_t lower = 0, upper = 0;     ///< alive in [lower, upper)
  Bytes size = 0;                   ///< may be 0: such a buffer conflicts with nothing
  Bytes alignment = 1;              ///< the offset is a multiple of it; need not be a power of two
  std::optional<Bytes> fixedOffset; ///< must lie exactly there
  std::optional<Bytes> hint;        ///< an offset to start from, not a demand
  std::vector<Interval> gaps;       ///< parts of the lifetime in which its bytes are free for others
};

struct PackingProblem {
  std::vector<Buffer> buffers;
  /// With a capacity any layout below it will do, unless `minimize` is set. Without one the height is minimised.
  std::optional<Bytes> capacity;
};

struct PackingProgress {
  Bytes height, lowerBound; ///< height is -1 before the first plan
  int64_t nodes;
};

struct PackingOptions {
  bool minimize = false;             ///< look for the least height even if a capacity is given
  int64_t nodeLimit = 20'000'000;    ///< search nodes in all; 0: heuristics only
  int64_t workLimit = 2'000'000'000; ///< inner-loop steps of the search in all, about 3 ns each
  uint64_t seed = 1;                 ///< of the search's restarts
  double timeLimit = 0;              ///< seconds; 0: none. The only option that makes answers depend on the machine
  unsigned threads = 1;              ///< 1 or 2; both give the same answer
  bool bestEffort = false;           ///< over-capacity problems still return the lowest layout found
  std::function<void(const PackingProgress &)> progress;
  const std::atomic<bool> *stop = nullptr; ///< set by a signal handler: return the incumbent
};

struct PackingResult {
  Status status = Status::Limit;
  Error error;                ///< set when Invalid
  std::vector<Bytes> offsets; ///< by buffer; empty without a plan
  Bytes height = 0;           ///< largest offset + size, rounded up to the alignment that all buffers share
  Bytes lowerBound = 0;       ///< proven: no layout is lower
  Bytes maxLive = 0;          ///< largest sum of sizes alive together (sizes as given)
  int64_t nodes = 0;          ///< search nodes
  int64_t work = 0;           ///< inner-loop steps of the search
  double seconds = 0;
  std::string method; ///< what found the plan: "first-fit:size", "search", ...
  bool hasPlan() const { return !offsets.empty() || status == Status::Optimal || status == Status::Feasible; }
  double gap() const { return height > 0 ? double(height - lowerBound) / double(height) : 0; }
};

/// Packs, and checks its own answer with `validatePacking` before returning it.
PackingResult pack(const PackingProblem &problem, const PackingOptions &options = {});

/// What is wrong with the problem itself (negative sizes, empty lifetimes, sums beyond 2^62, ...), if anything.
Error checkProblem(const PackingProblem &problem);

} // namespace hewn::planner

#endif
