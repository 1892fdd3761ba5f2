// Exact packing: a depth-first search that finds a layout below a capacity or proves that there is none.
#ifndef HEWN_LIB_PLANNER_SEARCH_H
#define HEWN_LIB_PLANNER_SEARCH_H

#include "Sections.h"

namespace hewn::planner {

enum class Verdict { Found, Infeasible, Limit };

struct SearchRequest {
  Bytes capacity;             ///< in units
  std::vector<int32_t> order; ///< items by static rank: among equal offsets the earlier is tried first
  int64_t nodeLimit;
  int64_t workLimit;                            ///< in steps of inner loops
  const std::atomic<bool> *stop = nullptr;      ///< asked for by the user
  const std::atomic<int32_t> *winner = nullptr; ///< give up once an attempt of a lower number has decided
  int32_t number = 0;
  double deadline = 0; ///< on the steady clock; 0: none
};

struct SearchOutcome {
  Verdict verdict = Verdict::Limit;
  std::vector<Bytes> offsets; ///< by item, in units, when found
  int64_t nodes = 0, work = 0;
};

/// One depth-first search along one static rank.
SearchOutcome searchLayout(const Sections &sections, const SearchRequest &request);

struct PortfolioRequest {
  Bytes capacity; ///< in units
  int64_t nodeLimit, workLimit;
  uint64_t seed = 1;
  unsigned threads = 1;
  const std::atomic<bool> *stop = nullptr;
  double deadline = 0;
};

/// Many searches with different ranks and limits, in a fixed sequence; the first of the sequence that decides is the
/// answer, whatever the number of threads.
SearchOutcome searchPortfolio(const Sections &sections, const PortfolioRequest &request);

double steadySeconds();

} // namespace hewn::planner

#endif
