// First fit and best fit along five static orders, after the fixed items.
#include "Greedy.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

static Bytes roundUp(Bytes value, Bytes alignment) {
  return alignment <= 1 ? value : (value + alignment - 1) / alignment * alignment;
}

namespace {
/// What is placed, sorted by offset, in plain arrays so that the scan for a hole runs at memory speed.
struct Placed {
  std::vector<int32_t> first, last, item;
  std::vector<Bytes> offset, top;

  void insert(const Item &what, int32_t index, Bytes at) {
    size_t pos = size_t(std::upper_bound(offset.begin(), offset.end(), at) - offset.begin());
    first.insert(first.begin() + long(pos), what.hull.first);
    last.insert(last.begin() + long(pos), what.hull.last);
    item.insert(item.begin() + long(pos), index);
    offset.insert(offset.begin() + long(pos), at);
    top.insert(top.begin() + long(pos), at + what.size);
  }
};
} // namespace

Layout hewn::planner::placeInOrder(const Sections &sections, const std::vector<int32_t> &order, bool bestFit) {
  Layout layout;
  layout.offsets.assign(sections.items.size(), 0);
  layout.height = 0;
  Placed placed;
  auto put = [&](int32_t i, Bytes at) {
    placed.insert(sections.items[size_t(i)], i, at);
    layout.offsets[size_t(i)] = at;
    layout.height = std::max(layout.height, at + sections.items[size_t(i)].size);
  };
  for (int32_t i : order)
    if (sections.items[size_t(i)].fixed >= 0)
      put(i, sections.items[size_t(i)].fixed);
  for (int32_t i : order) {
    const Item &item = sections.items[size_t(i)];
    if (item.fixed >= 0)
      continue;
    Bytes at = 0, chosen = -1, chosenRoom = kMaxBytes;
    for (size_t p = 0, e = placed.offset.size(); p < e; ++p) {
      if (placed.first[p] >= item.hull.last || placed.last[p] <= item.hull.first || placed.top[p] <= at)
        continue;
      const Item &other = sections.items[size_t(placed.item[p])];
      if ((!item.spans.empty() || !other.spans.empty()) && !Sections::meet(item, other))
        continue;
      Bytes room = placed.offset[p] - at;
      if (room >= item.size && room < chosenRoom) {
        chosen = at, chosenRoom = room;
        if (!bestFit)
          break;
      }
      at = roundUp(placed.top[p], item.alignment);
    }
    put(i, chosen >= 0 ? chosen : at);
  }
  return layout;
}

Layout hewn::planner::packGreedily(const Sections &sections, Bytes target, const PackingOptions &options) {
  const std::vector<Item> &items = sections.items;
  auto length = [&](int32_t i) { return items[size_t(i)].hull.last - items[size_t(i)].hull.first; };
  std::vector<Bytes> fullest(items.size(), 0); // the largest live sum that the item is part of
  for (size_t i = 0; i < items.size(); ++i)
    forEachSpan(items[i], [&](Span span) {
      for (int32_t s = span.first; s < span.last; ++s)
        fullest[i] = std::max(fullest[i], sections.live[size_t(s)]);
    });
  using Key = std::function<double(int32_t)>;
  const std::pair<const char *, Key> orders[] = {
      {"size", [&](int32_t i) { return double(items[size_t(i)].size); }},
      {"area", [&](int32_t i) { return double(items[size_t(i)].size) * double(length(i)); }},
      {"length", [&](int32_t i) { return double(length(i)); }},
      {"max-live", [&](int32_t i) { return double(fullest[size_t(i)]); }},
      {"time", [&](int32_t i) { return -double(items[size_t(i)].hull.first); }},
  };
  Layout best;
  for (const auto &[name, key] : orders) {
    std::vector<int32_t> order(items.size());
    std::vector<double> keys(items.size());
    for (size_t i = 0; i < items.size(); ++i)
      order[i] = int32_t(i), keys[i] = key(int32_t(i));
    std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      if (keys[size_t(a)] != keys[size_t(b)])
        return keys[size_t(a)] > keys[size_t(b)];
      if (items[size_t(a)].size != items[size_t(b)].size)
        return items[size_t(a)].size > items[size_t(b)].size;
      return length(a) != length(b) ? length(a) > length(b) : a < b;
    });
    for (bool bestFit : {false, true}) {
      Layout layout = placeInOrder(sections, order, bestFit);
      if (best.height < 0 || layout.height < best.height) {
        best = std::move(layout);
        best.method = std::string(bestFit ? "best-fit:" : "first-fit:") + name;
      }
      if (best.height <= target || (options.stop && options.stop->load()))
        return best;
    }
  }
  return best;
}
