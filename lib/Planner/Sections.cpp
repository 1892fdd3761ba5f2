// Compresses time and sizes of a packing problem that `checkProblem` has accepted.
#include "Sections.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

static std::vector<Interval> ownedParts(const Buffer &buffer) {
  if (buffer.gaps.empty())
    return {{buffer.lower, buffer.upper}};
  std::vector<Interval> gaps = buffer.gaps, parts;
  std::sort(gaps.begin(), gaps.end(), [](const Interval &a, const Interval &b) { return a.lower < b.lower; });
  int64_t at = buffer.lower;
  for (const Interval &gap : gaps) {
    if (gap.lower > at)
      parts.push_back({at, gap.lower});
    at = std::max(at, gap.upper);
  }
  if (at < buffer.upper)
    parts.push_back({at, buffer.upper});
  return parts;
}

Sections::Sections(const PackingProblem &problem) {
  std::vector<int64_t> times;
  // All offsets are multiples of the alignment that all buffers share, so sizes may be rounded up to it, unless the
  // capacity is no multiple and the topmost buffer could use the rest.
  Bytes shared = 0, divisor = 0;
  for (const Buffer &buffer : problem.buffers)
    if (buffer.size > 0)
      shared = std::gcd(shared, buffer.alignment);
  if (shared == 0 || (problem.capacity && *problem.capacity % shared != 0))
    shared = 1;
  auto sizeOf = [&](const Buffer &buffer) { return (buffer.size + shared - 1) / shared * shared; };
  for (const Buffer &buffer : problem.buffers) {
    if (buffer.size == 0)
      continue;
    for (const Interval &part : ownedParts(buffer)) {
      times.push_back(part.lower);
      times.push_back(part.upper);
    }
    divisor = std::gcd(divisor, sizeOf(buffer));
    if (buffer.alignment > 1)
      divisor = std::gcd(divisor, buffer.alignment);
    if (buffer.fixedOffset)
      divisor = std::gcd(divisor, *buffer.fixedOffset);
  }
  unit = std::max<Bytes>(divisor, 1);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  count = times.empty() ? 0 : int32_t(times.size()) - 1;
  auto sectionOf = [&](int64_t time) {
    return int32_t(std::lower_bound(times.begin(), times.end(), time) - times.begin());
  };
  live.assign(size_t(count) + 1, 0);
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    if (buffer.size == 0)
      continue;
    Item item;
    item.size = sizeOf(buffer) / unit;
    item.alignment = std::max<Bytes>(buffer.alignment / unit, 1);
    item.index = int32_t(i);
    if (buffer.fixedOffset)
      item.fixed = *buffer.fixedOffset / unit;
    std::vector<Interval> parts = ownedParts(buffer);
    if (parts.empty())
      continue;
    for (const Interval &part : parts) {
      Span span{sectionOf(part.lower), sectionOf(part.upper)};
      item.spans.push_back(span);
      live[size_t(span.first)] += item.size;
      live[size_t(span.last)] -= item.size;
    }
    item.hull = {item.spans.front().first, item.spans.back().last};
    if (item.spans.size() == 1)
      item.spans.clear();
    items.push_back(std::move(item));
  }
  for (size_t s = 1; s < live.size(); ++s)
    live[s] += live[s - 1];
  live.pop_back();
  for (Bytes bytes : live)
    maxLive = std::max(maxLive, bytes);
}

bool Sections::meet(const Item &a, const Item &b) {
  if (std::max(a.hull.first, b.hull.first) >= std::min(a.hull.last, b.hull.last))
    return false;
  if (a.spans.empty() && b.spans.empty())
    return true;
  bool met = false;
  forEachSpan(a, [&](Span x) {
    forEachSpan(b, [&](Span y) { met |= std::max(x.first, y.first) < std::min(x.last, y.last); });
  });
  return met;
}
