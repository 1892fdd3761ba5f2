// Operator order: the least peak over all orders, exactly where the downsets can be counted, and orders that move few
// bytes at a capacity below it, with a bound that holds for every order.
#ifndef HEWN_PLANNER_ORDER_H
#define HEWN_PLANNER_ORDER_H

#include "hewn/Planner/Residency.h"

namespace hewn::planner {

struct OrderOptions {
  Bytes alignment = 1;
  int64_t stateLimit = 1'000'000; ///< downsets that the exact search may visit
  int64_t moves = 2'000'000;      ///< annealing steps in all
  int64_t exactPlans = 400;       ///< residency programs solved on promising orders
  uint64_t seed = 1;
  double timeLimit = 0; ///< seconds; 0: none
  const std::atomic<bool> *stop = nullptr;
};

struct PeakOrder {
  std::vector<int32_t> order;
  Bytes peak = 0, lowerBound = 0; ///< equal: proven
  int64_t states = 0;
};

/// Shortest path over downsets, where the length of a path is its largest live sum. Falls back to a narrow beam at the
/// limit.
PeakOrder minimizePeak(const Graph &graph, const OrderOptions &options = {});

/// What every order must move beyond the compulsory, given that no order has a peak below `leastPeak`.
int64_t trafficBound(const Graph &graph, Bytes leastPeak, Bytes capacity, const ResidencyOptions &options);

struct OrderedPlan {
  ResidencyPlan plan;        ///< `lowerBound` is that of its order
  int64_t anyOrderBound = 0; ///< of the non-compulsory copies, for all orders
  PeakOrder peak;
  bool proven() const { return plan.hasPlan() && plan.cost == anyOrderBound; }
};

/// Looks for an order and a plan in it that move few bytes.
OrderedPlan planFreeOrder(const Graph &graph, Bytes capacity, const ResidencyOptions &residency,
                          const OrderOptions &options = {});

} // namespace hewn::planner

#endif
