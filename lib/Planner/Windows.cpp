// Windows of a few hundred buffers, packed outwards from the fullest moment; what earlier windows placed is fixed for
// later ones.
#include "Windows.h"
#include "Search.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

namespace {
constexpr size_t kWindow = 250;

class Windows {
public:
  Windows(const Sections &sections, const Neighbours &neighbours, Bytes ceiling, int64_t workLimit,
          const PackingOptions &options)
      : sections(sections), neighbours(neighbours), ceiling(ceiling), work(workLimit), options(options) {}
  Layout run();

private:
  bool pack(const std::vector<int32_t> &fresh);

  const Sections &sections;
  const Neighbours &neighbours;
  Bytes ceiling;
  int64_t work;
  const PackingOptions &options;
  Layout layout;
  std::vector<int32_t> seen;
  int32_t stamp = 0;
};

/// Packs the fresh items around what is placed.
bool Windows::pack(const std::vector<int32_t> &fresh) {
  std::vector<int32_t> subset = fresh;
  int64_t pairs = 0;
  ++stamp;
  for (int32_t i : fresh)
    for (size_t k = neighbours.starts[size_t(i)]; k < neighbours.starts[size_t(i) + 1]; ++k, ++pairs) {
      int32_t j = neighbours.list[k];
      if (layout.offsets[size_t(j)] >= 0 && seen[size_t(j)] != stamp) {
        seen[size_t(j)] = stamp;
        subset.push_back(j);
      }
    }
  PackingProblem problem;
  problem.capacity = ceiling;
  std::vector<int32_t> back;
  for (int32_t i : subset) {
    const Item &item = sections.items[size_t(i)];
    Buffer buffer;
    buffer.lower = item.hull.first, buffer.upper = item.hull.last;
    buffer.size = item.size, buffer.alignment = item.alignment;
    int32_t end = item.hull.first;
    forEachSpan(item, [&](Span span) {
      if (span.first > end)
        buffer.gaps.push_back({end, span.first});
      end = span.last;
    });
    if (Bytes fixed = item.fixed >= 0 ? item.fixed : layout.offsets[size_t(i)]; fixed >= 0)
      buffer.fixedOffset = fixed;
    problem.buffers.push_back(std::move(buffer));
  }
  PackingOptions quick;
  quick.nodeLimit = 20'000;
  quick.workLimit = std::min<int64_t>(work, 40'000'000);
  quick.seed = options.seed;
  quick.stop = options.stop;
  PackingResult result = hewn::planner::pack(problem, quick);
  work -= result.work + pairs + 500 * int64_t(subset.size());
  if (result.offsets.empty() || result.height > ceiling)
    return false;
  for (size_t k = 0; k < fresh.size(); ++k)
    layout.offsets[size_t(fresh[k])] = result.offsets[k];
  return true;
}

Layout Windows::run() {
  const std::vector<Item> &items = sections.items;
  layout.offsets.assign(items.size(), -1);
  seen.assign(items.size(), 0);
  if (!neighbours.known)
    return {};
  auto fullest = int32_t(std::max_element(sections.live.begin(), sections.live.end()) - sections.live.begin());
  std::vector<int32_t> right, left, first;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].hull.first <= fullest && fullest < items[i].hull.last)
      first.push_back(int32_t(i));
    else
      (items[i].hull.first > fullest ? right : left).push_back(int32_t(i));
  }
  if (first.size() > 4 * kWindow)
    return {}; // too much is alive at once for windows to be small
  std::sort(right.begin(), right.end(), [&](int32_t a, int32_t b) {
    int32_t x = items[size_t(a)].hull.first, y = items[size_t(b)].hull.first;
    return x != y ? x < y : a < b;
  });
  std::sort(left.begin(), left.end(), [&](int32_t a, int32_t b) {
    int32_t x = items[size_t(a)].hull.last, y = items[size_t(b)].hull.last;
    return x != y ? x > y : a < b;
  });
  // The first window takes its surroundings along.
  size_t r = 0, l = 0;
  while (first.size() < kWindow && (r < right.size() || l < left.size())) {
    if (r < right.size())
      first.push_back(right[r++]);
    if (l < left.size())
      first.push_back(left[l++]);
  }
  bool fits = pack(first);
  for (auto [list, at] : {std::pair<std::vector<int32_t> *, size_t *>{&right, &r}, {&left, &l}}) {
    size_t begin = *at; // of the last three windows
    while (fits && *at < list->size()) {
      size_t end = std::min(list->size(), *at + kWindow);
      fits = work > 0 && !(options.stop && options.stop->load()) &&
             pack({list->begin() + long(*at), list->begin() + long(end)});
      // A window that does not fit takes back those before it.
      for (size_t from = *at; !fits && work > 0 && from > begin;) {
        from = from > begin + kWindow ? from - kWindow : begin;
        std::vector<int32_t> again(list->begin() + long(from), list->begin() + long(end));
        for (int32_t i : again)
          layout.offsets[size_t(i)] = -1;
        fits = pack(again);
      }
      *at = end;
      begin = std::max(begin, end > 3 * kWindow ? end - 3 * kWindow : 0);
    }
  }
  if (!fits)
    return {};
  layout.height = 0;
  for (size_t i = 0; i < items.size(); ++i)
    layout.height = std::max(layout.height, layout.offsets[i] + items[i].size);
  layout.method = "windows";
  return std::move(layout);
}
} // namespace

Layout hewn::planner::packByWindows(const Sections &sections, const Neighbours &neighbours, Bytes ceiling,
                                    int64_t workLimit, const PackingOptions &options) {
  return Windows(sections, neighbours, ceiling, workLimit, options).run();
}
