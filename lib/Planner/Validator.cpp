// The packing validator: every pair of buffers that is alive together must be apart in addresses.
// It is written to be read, from the definition alone; buffers are only sorted by their first step so that the common
// case is not quadratic.
#include "hewn/Planner/Validator.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

namespace {
/// The parts of the lifetime of `buffer` in which it owns its bytes.
std::vector<Interval> activeParts(const Buffer &buffer) {
  std::vector<Interval> gaps = buffer.gaps, parts;
  std::sort(gaps.begin(), gaps.end(), [](Interval a, Interval b) { return a.lower < b.lower; });
  int64_t start = buffer.lower;
  for (Interval gap : gaps) {
    if (gap.lower > start)
      parts.push_back({start, std::min(gap.lower, buffer.upper)});
    start = std::max(start, gap.upper);
  }
  if (start < buffer.upper)
    parts.push_back({start, buffer.upper});
  return parts;
}

bool meet(const std::vector<Interval> &a, const std::vector<Interval> &b) {
  for (Interval x : a)
    for (Interval y : b)
      if (std::max(x.lower, y.lower) < std::min(x.upper, y.upper))
        return true;
  return false;
}

std::string nameOf(const PackingProblem &problem, size_t index) {
  const std::string &id = problem.buffers[index].id;
  return "buffer " + (id.empty() ? "#" + std::to_string(index) : "'" + id + "'");
}
} // namespace

std::string hewn::planner::validatePacking(const PackingProblem &problem, const std::vector<Bytes> &offsets,
                                           std::optional<Bytes> capacity) {
  const std::vector<Buffer> &buffers = problem.buffers;
  if (offsets.size() != buffers.size())
    return std::to_string(offsets.size()) + " offsets for " + std::to_string(buffers.size()) + " buffers";
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i] < 0)
      return nameOf(problem, i) + " lies below 0";
    if (buffers[i].alignment > 1 && offsets[i] % buffers[i].alignment != 0)
      return nameOf(problem, i) + " is not aligned";
    if (buffers[i].fixedOffset && offsets[i] != *buffers[i].fixedOffset)
      return nameOf(problem, i) + " is not at its fixed offset";
    if (capacity && (buffers[i].size > *capacity || offsets[i] > *capacity - buffers[i].size))
      return nameOf(problem, i) + " ends above the capacity";
  }
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return buffers[a].lower < buffers[b].lower; });
  std::vector<size_t> alive;
  for (size_t i : order) {
    const Buffer &a = buffers[i];
    alive.erase(std::remove_if(alive.begin(), alive.end(), [&](size_t j) { return buffers[j].upper <= a.lower; }),
                alive.end());
    for (size_t j : alive) {
      const Buffer &b = buffers[j];
      bool apart = offsets[i] >= offsets[j] + b.size || offsets[j] >= offsets[i] + a.size;
      if (!apart && meet(activeParts(a), activeParts(b)))
        return nameOf(problem, i) + " overlaps " + nameOf(problem, j);
    }
    if (a.size > 0)
      alive.push_back(i);
  }
  return "";
}
