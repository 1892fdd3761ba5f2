// Greedy layouts: the first plans, found in microseconds to seconds, and the yardstick of everything after them.
#ifndef HEWN_LIB_PLANNER_GREEDY_H
#define HEWN_LIB_PLANNER_GREEDY_H

#include "Sections.h"

namespace hewn::planner {

struct Layout {
  std::vector<Bytes> offsets; ///< by item, in units
  Bytes height = -1;          ///< -1: none
  std::string method;
};

/// Above this, scanning all that is placed is quicker than collecting neighbours.
constexpr size_t kPairsPerItem = 300;

/// Who meets whom, unless there are more than `limit` pairs.
struct Neighbours {
  bool known = false;
  std::vector<size_t> starts;
  std::vector<int32_t> list;
  Neighbours(const Sections &sections, size_t limit);
};

/// Places the items in the given order, each at the lowest (or tightest) place that is free for its whole life.
Layout placeInOrder(const Sections &sections, const Neighbours &neighbours, const std::vector<int32_t> &order,
                    bool bestFit);

/// The best of all greedies; stops early at `target` units.
Layout packGreedily(const Sections &sections, Bytes target, const PackingOptions &options);

} // namespace hewn::planner

#endif
