// The state of one search: class `Search`, whose walk is in Search.cpp and whose bounds are in SearchBounds.cpp.
#ifndef HEWN_LIB_PLANNER_SEARCHTREE_H
#define HEWN_LIB_PLANNER_SEARCHTREE_H

#include "Search.h"

namespace hewn::planner {
enum class Walk { Found, Fail, Abort };

struct NoGood {
  uint64_t keyA = 0, keyB = 0;
  Bytes offset = 0;
  int32_t rank = 0;
};

class Search {
public:
  Search(const Sections &sections, const SearchRequest &request);
  SearchOutcome run();

private:
  struct Saved {
    Bytes *where;
    Bytes value;
  };
  void set(Bytes &where, Bytes value) {
    trail.push_back({&where, where});
    where = value;
  }

  Walk solve(int32_t begin, int32_t end, Bytes offset, int32_t rank);
  Walk solveParts(int32_t begin, int32_t end, Bytes offset, int32_t rank);
  bool place(int32_t item);
  bool raise(int32_t item, Bytes low);
  bool cap(int32_t item, Bytes high);
  bool propagate(Bytes offset);
  bool sectionFits(int32_t section);
  void touch(int32_t item);
  void forget();
  void undo(size_t mark);
  bool passedFit(Bytes offset);
  Bytes settle(int32_t item, Bytes offset) const;
  bool interrupted();

  const Sections &sections;
  const SearchRequest &request;
  const Bytes capacity;
  int32_t n = 0, sectionCount = 0;
  std::vector<int32_t> origin; ///< rank -> index in sections.items
  std::vector<Bytes> size, minOffset, alignment;
  std::vector<Bytes> low, high;                 ///< proven bounds of the final offset
  std::vector<int32_t> first, last, twin, open; ///< twin: identical item of lower rank or -1; open: unplaced neighbours
  std::vector<uint8_t> placed;
  std::vector<std::vector<int32_t>> neighbours, members;       ///< members: items of a section
  std::vector<std::vector<std::pair<Bytes, Bytes>>> obstacles; ///< fixed neighbours: [offset, top), sorted
  std::vector<Bytes> remaining;
  std::vector<int32_t> crossing; ///< crossing[s]: unplaced items across the border between s - 1 and s
  std::vector<uint8_t> dirty;
  int32_t dirtyLow = 0, dirtyHigh = 0;

  std::vector<int32_t> segment; ///< the unplaced items, every component a contiguous piece
  std::vector<Saved> trail;
  std::vector<std::pair<int32_t, size_t>> placements; ///< item, length of the trail before it
  std::vector<int32_t> candidates;                    ///< a stack of candidate lists
  std::vector<int32_t> borders;                       ///< a stack of lists of borders that nothing crosses any more
  std::vector<NoGood> noGoods;
  std::vector<int32_t> passed;
  std::vector<int32_t> tight; ///< items whose latest start was lowered
  std::vector<std::pair<Bytes, int32_t>> scratch;
  int64_t nodes = 0, work = 0;
};

} // namespace hewn::planner

#endif
