// First fit and best fit along five static orders, after the fixed items.
#include "Greedy.h"
#include <algorithm>
#include <numeric>

using namespace hewn::planner;

static Bytes roundUp(Bytes value, Bytes alignment) {
  return alignment <= 1 ? value : (value + alignment - 1) / alignment * alignment;
}

namespace {
/// A hole for `item` among occupied ranges that come sorted by offset: the lowest, or the tightest that is large
/// enough.
class HoleFinder {
public:
  HoleFinder(const Item &item, bool bestFit) : item(item), bestFit(bestFit) {}

  /// False: the answer is final.
  bool occupied(Bytes offset, Bytes top) {
    if (top <= at)
      return true;
    Bytes room = offset - at;
    if (room >= item.size && room < chosenRoom) {
      chosen = at, chosenRoom = room;
      if (!bestFit)
        return false;
    }
    at = roundUp(top, item.alignment);
    return true;
  }
  Bytes place() const { return chosen >= 0 ? chosen : at; }

private:
  const Item &item;
  bool bestFit;
  Bytes at = 0, chosen = -1, chosenRoom = kMaxBytes;
};

/// All that is placed, sorted by offset, in plain arrays so that the scan runs at memory speed. For problems where most
/// meet most.
struct Placed {
  std::vector<int32_t> first, last, item;
  std::vector<Bytes> offset, top;

  void insert(const Item &what, int32_t index, Bytes at) {
    auto pos = std::upper_bound(offset.begin(), offset.end(), at) - offset.begin();
    first.insert(first.begin() + pos, what.hull.first);
    last.insert(last.begin() + pos, what.hull.last);
    item.insert(item.begin() + pos, index);
    offset.insert(offset.begin() + pos, at);
    top.insert(top.begin() + pos, at + what.size);
  }
};
} // namespace

Neighbours::Neighbours(const Sections &sections, size_t limit) {
  const std::vector<Item> &items = sections.items;
  std::vector<int32_t> byStart(items.size());
  std::iota(byStart.begin(), byStart.end(), 0);
  std::sort(byStart.begin(), byStart.end(), [&](int32_t a, int32_t b) {
    int32_t x = items[size_t(a)].hull.first, y = items[size_t(b)].hull.first;
    return x != y ? x < y : a < b;
  });
  auto sweep = [&](auto &&pair) {
    std::vector<int32_t> alive;
    size_t count = 0;
    for (int32_t i : byStart) {
      size_t kept = 0;
      for (int32_t j : alive)
        if (items[size_t(j)].hull.last > items[size_t(i)].hull.first) {
          alive[kept++] = j;
          if ((items[size_t(i)].spans.empty() && items[size_t(j)].spans.empty()) ||
              Sections::meet(items[size_t(i)], items[size_t(j)]))
            pair(i, j), ++count;
        }
      if (count > limit)
        return false;
      alive.resize(kept);
      alive.push_back(i);
    }
    return true;
  };
  std::vector<size_t> degree(items.size() + 1, 0);
  known = sweep([&](int32_t i, int32_t j) { ++degree[size_t(i)], ++degree[size_t(j)]; });
  if (!known)
    return;
  starts.assign(items.size() + 1, 0);
  for (size_t i = 0; i < items.size(); ++i)
    starts[i + 1] = starts[i] + degree[i];
  list.resize(starts.back());
  std::vector<size_t> at(starts.begin(), starts.end() - 1);
  sweep([&](int32_t i, int32_t j) { list[at[size_t(i)]++] = j, list[at[size_t(j)]++] = i; });
}

Layout hewn::planner::placeInOrder(const Sections &sections, const Neighbours &neighbours,
                                   const std::vector<int32_t> &order, bool bestFit) {
  Layout layout;
  layout.offsets.assign(sections.items.size(), -1);
  layout.height = 0;
  Placed placed;
  std::vector<std::pair<Bytes, Bytes>> around;
  auto put = [&](int32_t i, Bytes at) {
    if (!neighbours.known)
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
    HoleFinder finder(item, bestFit);
    if (neighbours.known) {
      around.clear();
      for (size_t k = neighbours.starts[size_t(i)]; k < neighbours.starts[size_t(i) + 1]; ++k) {
        auto j = size_t(neighbours.list[k]);
        if (layout.offsets[j] >= 0)
          around.push_back({layout.offsets[j], layout.offsets[j] + sections.items[j].size});
      }
      std::sort(around.begin(), around.end());
      for (auto [offset, top] : around)
        if (!finder.occupied(offset, top))
          break;
    } else {
      for (size_t p = 0, e = placed.offset.size(); p < e; ++p) {
        if (placed.first[p] >= item.hull.last || placed.last[p] <= item.hull.first)
          continue;
        const Item &other = sections.items[size_t(placed.item[p])];
        if ((!item.spans.empty() || !other.spans.empty()) && !Sections::meet(item, other))
          continue;
        if (!finder.occupied(placed.offset[p], placed.top[p]))
          break;
      }
    }
    put(i, finder.place());
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
  Neighbours neighbours(sections, kPairsPerItem * items.size());
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
      Layout layout = placeInOrder(sections, neighbours, order, bestFit);
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
