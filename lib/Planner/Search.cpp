// Depth-first search over bottom-justified layouts (docs/rationale/planner-packing.md has the argument for each rule).
//
// Items are placed in the order of (offset, rank), each at the lowest place its placed neighbours leave. A layout in
// which no item can be pushed down is reached by exactly one such sequence, and if any layout fits then one of these
// does. Everything below prunes nodes under which no such layout is left.
#include "SearchTree.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

static uint64_t mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ull;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93ull;
  x ^= x >> 32;
  return x;
}

Search::Search(const Sections &sections, const SearchRequest &request)
    : sections(sections), request(request), capacity(request.capacity) {
  // Keep only sections with maximal live sets: the others bound nothing.
  std::vector<uint8_t> starts(size_t(sections.count) + 1, 0), ends(size_t(sections.count) + 1, 0);
  for (const Item &item : sections.items)
    forEachSpan(item, [&](Span span) { starts[size_t(span.first)] = 1, ends[size_t(span.last)] = 1; });
  std::vector<int32_t> keptBefore(size_t(sections.count) + 1, 0);
  for (int32_t s = 0, start = 0; s < sections.count; ++s) {
    start |= starts[size_t(s)];
    bool keep = start && ends[size_t(s) + 1];
    if (keep)
      start = 0;
    keptBefore[size_t(s) + 1] = keptBefore[size_t(s)] + keep;
  }
  sectionCount = keptBefore.back();

  std::vector<const Item *> fixed;
  for (int32_t i : request.order)
    if (sections.items[size_t(i)].fixed < 0)
      origin.push_back(i);
    else
      fixed.push_back(&sections.items[size_t(i)]);
  n = int32_t(origin.size());
  auto count = size_t(n);
  size.resize(count), minOffset.resize(count), alignment.resize(count), first.resize(count), last.resize(count);
  low.resize(count), high.resize(count);
  twin.assign(count, -1), open.assign(count, 0), placed.assign(count, 0);
  neighbours.resize(count), obstacles.resize(count), members.resize(size_t(sectionCount));
  remaining.assign(size_t(sectionCount), 0), dirty.assign(size_t(sectionCount), 0);
  crossing.assign(size_t(sectionCount) + 1, 0);
  for (int32_t i = 0; i < n; ++i) {
    const Item &item = sections.items[size_t(origin[size_t(i)])];
    size[size_t(i)] = item.size;
    alignment[size_t(i)] = item.alignment;
    first[size_t(i)] = keptBefore[size_t(item.hull.first)];
    last[size_t(i)] = keptBefore[size_t(item.hull.last)];
    forEachSpan(item, [&](Span span) {
      for (int32_t s = keptBefore[size_t(span.first)]; s < keptBefore[size_t(span.last)]; ++s) {
        members[size_t(s)].push_back(i);
        remaining[size_t(s)] += item.size;
      }
    });
    for (int32_t s = first[size_t(i)] + 1; s < last[size_t(i)]; ++s)
      ++crossing[size_t(s)];
    for (const Item *other : fixed)
      if (Sections::meet(item, *other))
        obstacles[size_t(i)].push_back({other->fixed, other->fixed + other->size});
    std::sort(obstacles[size_t(i)].begin(), obstacles[size_t(i)].end());
  }
  std::vector<int32_t> byStart(origin.size()), alive;
  std::iota(byStart.begin(), byStart.end(), 0);
  std::sort(byStart.begin(), byStart.end(), [&](int32_t a, int32_t b) {
    return first[size_t(a)] != first[size_t(b)] ? first[size_t(a)] < first[size_t(b)] : a < b;
  });
  for (int32_t i : byStart) {
    const Item &item = sections.items[size_t(origin[size_t(i)])];
    size_t kept = 0;
    for (int32_t j : alive) {
      if (last[size_t(j)] <= first[size_t(i)])
        continue;
      alive[kept++] = j;
      const Item &other = sections.items[size_t(origin[size_t(j)])];
      if (!Sections::meet(item, other))
        continue;
      neighbours[size_t(i)].push_back(j);
      neighbours[size_t(j)].push_back(i);
      if (item.size == other.size && item.alignment == other.alignment && item.spans.empty() && other.spans.empty() &&
          first[size_t(i)] == first[size_t(j)] && last[size_t(i)] == last[size_t(j)] && obstacles[size_t(i)].empty() &&
          obstacles[size_t(j)].empty()) {
        int32_t &pair = twin[size_t(std::max(i, j))];
        pair = std::max(pair, std::min(i, j));
      }
    }
    alive.resize(kept);
    alive.push_back(i);
  }
  for (int32_t i = 0; i < n; ++i) {
    open[size_t(i)] = int32_t(neighbours[size_t(i)].size());
    minOffset[size_t(i)] = settle(i, 0);
    segment.push_back(i);
  }
  size_t slots = 1;
  while (slots < (size_t(1) << 20) && int64_t(slots) < 4 * request.nodeLimit)
    slots *= 2;
  noGoods.resize(slots);
}

/// The lowest legal place of `item` at or above `offset` among the fixed items.
Bytes Search::settle(int32_t item, Bytes offset) const {
  auto align = [&](Bytes at) {
    Bytes a = alignment[size_t(item)];
    return a <= 1 ? at : (at + a - 1) / a * a;
  };
  offset = align(offset);
  for (auto [low, top] : obstacles[size_t(item)])
    if (low < offset + size[size_t(item)] && offset < top)
      offset = align(top);
  return offset;
}

bool Search::interrupted() {
  if (++nodes > request.nodeLimit || work > request.workLimit)
    return true;
  if ((nodes & 255) != 0)
    return false;
  if (request.winner && request.winner->load(std::memory_order_relaxed) < request.number)
    return true;
  if (request.stop && request.stop->load(std::memory_order_relaxed))
    return true;
  return request.deadline > 0 && steadySeconds() > request.deadline;
}

/// Puts `item` at its lowest place and raises its neighbours.
bool Search::place(int32_t item) {
  auto at = size_t(item);
  placements.push_back({item, trail.size()});
  placed[at] = 1;
  Bytes top = minOffset[at] + size[at];
  work += int64_t(neighbours[at].size());
  touch(item);
  bool plain = sections.items[size_t(origin[at])].spans.empty();
  for (int32_t s = first[at]; s < last[at]; ++s)
    if (plain || std::binary_search(members[size_t(s)].begin(), members[size_t(s)].end(), item))
      remaining[size_t(s)] -= size[at];
  for (int32_t s = first[at] + 1; s < last[at]; ++s)
    if (--crossing[size_t(s)] == 0)
      borders.push_back(s);
  bool fits = true;
  for (int32_t other : neighbours[at]) {
    auto o = size_t(other);
    --open[o];
    if (placed[o] || minOffset[o] >= top)
      continue;
    set(minOffset[o], obstacles[o].empty() && alignment[o] <= 1 ? top : settle(other, top));
    fits &= raise(other, minOffset[o]);
  }
  return fits;
}

void Search::undo(size_t mark) {
  while (placements.size() > mark) {
    auto [item, length] = placements.back();
    placements.pop_back();
    auto at = size_t(item);
    placed[at] = 0;
    bool plain = sections.items[size_t(origin[at])].spans.empty();
    for (int32_t s = first[at]; s < last[at]; ++s)
      if (plain || std::binary_search(members[size_t(s)].begin(), members[size_t(s)].end(), item))
        remaining[size_t(s)] += size[at];
    for (int32_t s = first[at] + 1; s < last[at]; ++s)
      ++crossing[size_t(s)];
    for (int32_t other : neighbours[at])
      ++open[size_t(other)];
    while (trail.size() > length) {
      *trail.back().where = trail.back().value;
      trail.pop_back();
    }
  }
}

Walk Search::solve(int32_t begin, int32_t end, Bytes offset, int32_t rank) {
  if (begin == end)
    return Walk::Found;
  if (interrupted())
    return Walk::Abort;
  Bytes lowestTop = kMaxBytes;
  work += 4 * (end - begin);
  uint64_t keyA = 0, keyB = 0;
  for (int32_t k = begin; k < end; ++k) {
    auto i = size_t(segment[size_t(k)]);
    lowestTop = std::min(lowestTop, minOffset[i] + size[i]);
    uint64_t h = mix(uint64_t(minOffset[i]) * 0x9e3779b97f4a7c15ull + uint64_t(i) + 1);
    keyA += h;
    keyB += mix(h ^ 0x5bf03635d1f1a2b7ull);
  }
  NoGood &noGood = noGoods[keyA & (noGoods.size() - 1)];
  if (noGood.keyA == keyA && noGood.keyB == keyB &&
      (noGood.offset < offset || (noGood.offset == offset && noGood.rank <= rank)))
    return Walk::Fail;

  auto isPassed = [&](int32_t item) {
    auto i = size_t(item);
    return minOffset[i] < offset || (minOffset[i] == offset && item < rank) || low[i] > minOffset[i];
  };
  passed.clear();
  for (int32_t k = begin; k < end; ++k)
    if (isPassed(segment[size_t(k)]))
      passed.push_back(segment[size_t(k)]);
  size_t known = passed.size();
  for (;;) { // what propagation raises above its lowest place is passed over as well
    if (!propagate(offset)) {
      if (end - begin > 2)
        noGood = {keyA, keyB, offset, rank};
      return Walk::Fail;
    }
    passed.clear();
    for (int32_t k = begin; k < end; ++k)
      if (isPassed(segment[size_t(k)]))
        passed.push_back(segment[size_t(k)]);
    if (passed.size() == known)
      break;
    known = passed.size();
  }
  Bytes latest = lowestTop - 1;
  for (int32_t k = begin; k < end; ++k)
    latest = std::min(latest, high[size_t(segment[size_t(k)])]);
  size_t base = candidates.size();
  for (int32_t k = begin; k < end; ++k) {
    int32_t item = segment[size_t(k)];
    auto i = size_t(item);
    if (!isPassed(item) && minOffset[i] <= latest && (twin[i] < 0 || placed[size_t(twin[i])]))
      candidates.push_back(item);
  }
  std::sort(candidates.begin() + long(base), candidates.end(), [&](int32_t a, int32_t b) {
    return minOffset[size_t(a)] != minOffset[size_t(b)] ? minOffset[size_t(a)] < minOffset[size_t(b)] : a < b;
  });
  size_t count = candidates.size() - base;
  Walk walk = Walk::Fail;
  for (size_t c = 0; c < count && walk == Walk::Fail; ++c) {
    int32_t item = candidates[base + c];
    Bytes at = minOffset[size_t(item)];
    size_t mark = placements.size(), borderMark = borders.size();
    bool alone = open[size_t(item)] == 0;
    auto where = std::find(segment.begin() + begin, segment.begin() + end, item);
    std::swap(*where, segment[size_t(end) - 1]);
    bool fits = place(item);
    if (!fits)
      forget();
    else {
      std::sort(borders.begin() + long(borderMark), borders.end());
      walk = borders.size() > borderMark ? solveParts(begin, end - 1, at, item) : solve(begin, end - 1, at, item);
    }
    borders.resize(borderMark);
    if (walk == Walk::Found)
      break;
    undo(mark);
    if (alone) // it disturbs nobody, so it is not the reason
      break;
  }
  candidates.resize(base);
  if (walk == Walk::Fail && end - begin > 2)
    noGood = {keyA, keyB, offset, rank};
  return walk;
}

/// Nothing unplaced crosses the borders on top of the stack: the parts between them are solved apart, small ones first.
Walk Search::solveParts(int32_t begin, int32_t end, Bytes offset, int32_t rank) {
  std::vector<std::pair<int32_t, int32_t>> parts; // begin, end
  size_t mark = placements.size();
  int32_t from = begin;
  for (int32_t cut : borders) {
    auto middle = std::partition(segment.begin() + from, segment.begin() + end,
                                 [&](int32_t i) { return last[size_t(i)] <= cut; });
    int32_t to = int32_t(middle - segment.begin());
    if (to > from)
      parts.push_back({from, to});
    from = to;
  }
  if (end > from)
    parts.push_back({from, end});
  std::sort(parts.begin(), parts.end(), [](auto a, auto b) {
    int32_t x = a.second - a.first, y = b.second - b.first;
    return x != y ? x < y : a.first < b.first;
  });
  for (auto [low, high] : parts) {
    Walk walk = solve(low, high, offset, rank);
    if (walk != Walk::Found) {
      undo(mark);
      return walk;
    }
  }
  return Walk::Found;
}

SearchOutcome Search::run() {
  SearchOutcome outcome;
  Bytes highest = 0;
  for (const Item &item : sections.items)
    highest = std::max(highest, item.fixed >= 0 ? item.fixed + item.size : item.size);
  Walk walk = Walk::Fail;
  dirtyLow = sectionCount, dirtyHigh = 0;
  bool fits = highest <= capacity;
  for (int32_t i = 0; i < n; ++i)
    fits &= minOffset[size_t(i)] + size[size_t(i)] <= capacity;
  if (fits) {
    for (int32_t i = 0; i < n; ++i) {
      low[size_t(i)] = minOffset[size_t(i)], high[size_t(i)] = capacity - size[size_t(i)];
      touch(i);
    }
    for (int32_t s = 1; s < sectionCount; ++s)
      if (crossing[size_t(s)] == 0)
        borders.push_back(s);
    walk = solveParts(0, n, 0, -1);
  }
  outcome.nodes = nodes;
  outcome.work = work;
  if (walk == Walk::Abort)
    return outcome;
  outcome.verdict = walk == Walk::Found ? Verdict::Found : Verdict::Infeasible;
  if (walk == Walk::Found) {
    outcome.offsets.resize(sections.items.size());
    for (size_t i = 0; i < sections.items.size(); ++i)
      outcome.offsets[i] = sections.items[i].fixed;
    for (int32_t i = 0; i < n; ++i)
      outcome.offsets[size_t(origin[size_t(i)])] = minOffset[size_t(i)];
  }
  return outcome;
}
SearchOutcome hewn::planner::searchLayout(const Sections &sections, const SearchRequest &request) {
  return Search(sections, request).run();
}
