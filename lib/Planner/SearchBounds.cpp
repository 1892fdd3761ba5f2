// Bounds of offsets: every section is a machine, every unplaced item a job with an earliest and a latest start.
#include "SearchTree.h"
#include <algorithm>

using namespace hewn::planner;

/// Drops what waits for propagation.
void Search::forget() {
  if (dirtyLow < dirtyHigh)
    std::fill(dirty.begin() + dirtyLow, dirty.begin() + dirtyHigh, uint8_t(0));
  dirtyLow = sectionCount, dirtyHigh = 0;
  tight.clear();
}

void Search::touch(int32_t item) {
  auto i = size_t(item);
  std::fill(dirty.begin() + first[i], dirty.begin() + last[i], uint8_t(1));
  dirtyLow = std::min(dirtyLow, first[i]), dirtyHigh = std::max(dirtyHigh, last[i]);
}

/// `item` starts at `bound` or above.
bool Search::raise(int32_t item, Bytes bound) {
  auto i = size_t(item);
  if (bound <= low[i])
    return true;
  set(low[i], bound);
  touch(item);
  if (bound > high[i])
    return false;
  if (high[i] + size[i] < capacity)
    tight.push_back(item);
  return true;
}

/// `item` starts at `bound` or below.
bool Search::cap(int32_t item, Bytes bound) {
  auto i = size_t(item);
  if (bound >= high[i])
    return true;
  set(high[i], bound);
  tight.push_back(item);
  return bound >= low[i];
}

/// Every section is one machine whose time is the height: items are jobs with a release and a deadline.
bool Search::sectionFits(int32_t section) {
  auto &jobs = scratch;
  jobs.clear();
  work += int64_t(members[size_t(section)].size());
  for (int32_t i : members[size_t(section)])
    if (!placed[size_t(i)])
      jobs.push_back({low[size_t(i)], i});
  if (jobs.empty())
    return true;
  std::sort(jobs.begin(), jobs.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
  Bytes sum = 0;
  for (auto [start, item] : jobs) {
    sum += size[size_t(item)];
    if (start + sum > capacity)
      return false;
  }
  if (jobs.size() < 2)
    return true;
  // If no other can be the lowest in this section, the lowest one is.
  auto [start, lowest] = jobs.back();
  if (jobs[jobs.size() - 2].first + sum > capacity) {
    if (!cap(lowest, capacity - sum))
      return false;
    for (size_t j = 0; j + 1 < jobs.size(); ++j)
      if (!raise(jobs[j].second, start + size[size_t(lowest)]))
        return false;
  }
  return true;
}

bool Search::propagate(Bytes offset) {
  bool fits = true;
  for (;;) {
    for (int32_t s = dirtyLow; s < dirtyHigh && fits; ++s)
      if (dirty[size_t(s)]) {
        dirty[size_t(s)] = 0;
        fits = sectionFits(s);
      }
    for (size_t k = 0; k < tight.size() && fits; ++k) {
      auto u = size_t(tight[k]);
      if (placed[u])
        continue;
      work += int64_t(neighbours[u].size());
      for (int32_t other : neighbours[u]) {
        auto v = size_t(other);
        if (placed[v] || low[v] + size[v] <= high[u])
          continue;
        // v cannot end before u has to start: it comes after u
        fits &= raise(other, low[u] + size[u]) && cap(int32_t(u), high[v] - size[u]);
        if (!fits)
          break;
      }
    }
    tight.clear();
    fits = fits && passedFit(offset);
    bool more = !tight.empty();
    for (int32_t s = dirtyLow; s < dirtyHigh && !more; ++s)
      more = dirty[size_t(s)];
    if (!fits || !more)
      break;
  }
  forget();
  return fits;
}

/// An item passed over ends above some neighbour that is still to come and that starts below the item's present top:
/// otherwise it could be pushed down. That gives it a new lowest place.
bool Search::passedFit(Bytes offset) {
  for (bool changed = true; changed;) {
    changed = false;
    for (int32_t item : passed) {
      auto i = size_t(item);
      Bytes lowest = kMaxBytes, top = minOffset[i] + size[i];
      work += int64_t(neighbours[i].size());
      for (int32_t other : neighbours[i]) {
        auto o = size_t(other);
        if (placed[o])
          continue;
        Bytes at = std::max(low[o], offset);
        if (at < top)
          lowest = std::min(lowest, at + size[o]);
      }
      if (lowest > low[i]) {
        changed = true;
        if (!raise(item, std::min(lowest, capacity)))
          return false;
      }
    }
  }
  return true;
}
