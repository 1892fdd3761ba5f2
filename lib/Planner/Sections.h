// The problem as the solvers see it: time compressed to sections with a constant live set, sizes and alignments divided
// by their common divisor, empty buffers gone, identical ones marked.
#ifndef HEWN_LIB_PLANNER_SECTIONS_H
#define HEWN_LIB_PLANNER_SECTIONS_H

#include "hewn/Planner/Packing.h"

namespace hewn::planner {

/// Sections `[first, last)` in which a buffer owns its bytes.
struct Span {
  int32_t first, last;
};

struct Item {
  Bytes size, alignment;   ///< in units of `Sections::unit`
  Span hull;               ///< from the first to the last section
  std::vector<Span> spans; ///< more than one only for buffers with gaps; empty means: the hull
  int32_t index;           ///< in the problem
  Bytes fixed = -1;        ///< fixed offset or -1
};

struct Sections {
  Bytes unit = 1; ///< all sizes, alignments and fixed offsets are multiples of it
  int32_t count = 0;
  std::vector<Item> items;
  std::vector<Bytes> live; ///< sum of sizes by section
  Bytes maxLive = 0;       ///< largest entry of `live`

  explicit Sections(const PackingProblem &problem);
  static bool meet(const Item &a, const Item &b);
};

template <typename Fn> void forEachSpan(const Item &item, Fn &&fn) {
  if (item.spans.empty())
    return fn(item.hull);
  for (Span span : item.spans)
    fn(span);
}

} // namespace hewn::planner

#endif
