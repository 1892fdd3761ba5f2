// Orders for a capacity below the least peak: annealing on the order with a fast Belady evaluation, exact residency
// programs on the best orders that it meets, and a bound for all orders.
#include "Search.h"
#include "hewn/Planner/Order.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace hewn::planner;

int64_t hewn::planner::trafficBound(const Graph &graph, Bytes leastPeak, Bytes capacity,
                                    const ResidencyOptions &options) {
  // In any order some step has `leastPeak` bytes alive; what is resident there fits the capacity, the rest is away, and
  // each tensor that is ever away is loaded again, and stored first if no copy existed. So: the cheapest set of tensors
  // that covers the excess.
  Bytes excess = leastPeak - capacity;
  if (excess <= 0)
    return 0;
  std::vector<int32_t> producer = graph.producers(), uses(graph.tensors.size(), 0);
  for (const Operator &op : graph.ops) {
    for (int32_t tensor : op.in)
      ++uses[size_t(tensor)];
    for (int32_t tensor : op.out)
      ++uses[size_t(tensor)];
  }
  std::vector<std::pair<Bytes, int64_t>> items; // bytes, cost
  Bytes unit = 0;
  for (size_t t = 0; t < graph.tensors.size(); ++t) {
    Bytes bytes = (graph.tensors[t].bytes + options.alignment - 1) / options.alignment * options.alignment;
    if (uses[t] < 2 || bytes == 0)
      continue; // touched once: never away between two touches
    items.push_back({bytes, bytes * (options.loadCost + (producer[t] >= 0 ? options.storeCost : 0))});
    unit = std::gcd(unit, bytes);
  }
  // Fractional cover is a bound already; a knapsack over the excess in units is exact.
  if (unit == 0)
    return 0;
  Bytes need = (excess + unit - 1) / unit;
  double worst = 1e300;
  for (auto [bytes, cost] : items)
    worst = std::min(worst, double(cost) / double(bytes));
  if (need > 100'000)
    return int64_t(worst * double(excess));
  std::vector<int64_t> least(size_t(need) + 1, INT64_MAX / 2);
  least[0] = 0;
  for (auto [bytes, cost] : items)
    for (Bytes have = need; have > 0; --have) {
      Bytes before = std::max<Bytes>(have - bytes / unit, 0);
      least[size_t(have)] = std::min(least[size_t(have)], least[size_t(before)] + cost);
    }
  return least[size_t(need)] >= INT64_MAX / 2 ? 0 : least[size_t(need)];
}

namespace {
class Annealer {
public:
  Annealer(const Graph &graph, Bytes capacity, const ResidencyOptions &residency, uint64_t seed);
  int64_t evaluate(const std::vector<int32_t> &order);
  void anneal(std::vector<int32_t> order, int64_t moves, double hot, const OrderOptions &options, double deadline);

  std::map<int64_t, std::vector<std::vector<int32_t>>> elite; ///< by Belady cost
  size_t eliteSize = 0;

private:
  uint64_t random() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
  }
  bool move(std::vector<int32_t> &order);
  void keep(const std::vector<int32_t> &order, int64_t cost);

  const Graph &graph;
  Bytes capacity;
  const ResidencyOptions &residency;
  uint64_t state;
  std::vector<Bytes> bytes, scratch;
  std::vector<int32_t> producer;
  std::vector<std::vector<int32_t>> touched, before, after; ///< by operator
  std::vector<int32_t> position;
  // evaluation
  std::vector<int32_t> nextUse, firstTouch, head;
  std::vector<uint8_t> resident, backed, pinned;
  std::vector<int32_t> here;
};

Annealer::Annealer(const Graph &graph, Bytes capacity, const ResidencyOptions &residency, uint64_t seed)
    : graph(graph), capacity(capacity), residency(residency), state(seed * 0x9e3779b97f4a7c15ull + 1),
      producer(graph.producers()) {
  size_t n = graph.ops.size();
  touched.resize(n), before.resize(n), after.resize(n), position.resize(n);
  auto round = [&](Bytes b) { return (b + residency.alignment - 1) / residency.alignment * residency.alignment; };
  for (const Tensor &tensor : graph.tensors)
    bytes.push_back(round(tensor.bytes));
  for (size_t op = 0; op < n; ++op) {
    scratch.push_back(round(graph.ops[op].scratch));
    touched[op] = graph.ops[op].in;
    touched[op].insert(touched[op].end(), graph.ops[op].out.begin(), graph.ops[op].out.end());
    for (int32_t tensor : graph.ops[op].in)
      if (int32_t p = producer[size_t(tensor)]; p >= 0)
        before[op].push_back(p), after[size_t(p)].push_back(int32_t(op));
  }
  resident.resize(bytes.size()), backed.resize(bytes.size()), pinned.resize(bytes.size());
}

/// Non-compulsory cost under furthest-next-use; ties and dead tensors are handled, sizes are not looked at.
int64_t Annealer::evaluate(const std::vector<int32_t> &order) {
  size_t n = order.size();
  head.assign(n + 1, 0);
  for (size_t t = 0; t < n; ++t)
    head[t + 1] = head[t] + int32_t(touched[size_t(order[t])].size());
  nextUse.resize(size_t(head[n]));
  firstTouch.assign(bytes.size(), INT32_MAX); // while walking back: the next touch
  for (size_t t = n; t-- > 0;) {
    const std::vector<int32_t> &list = touched[size_t(order[t])];
    for (size_t k = 0; k < list.size(); ++k) {
      nextUse[size_t(head[t]) + k] = firstTouch[size_t(list[k])];
      firstTouch[size_t(list[k])] = int32_t(t);
    }
  }
  std::fill(resident.begin(), resident.end(), uint8_t(0));
  for (size_t tensor = 0; tensor < bytes.size(); ++tensor)
    backed[tensor] = producer[tensor] < 0;
  std::vector<int32_t> &next = firstTouch; // from here on: next use after the present step
  here.clear();
  Bytes used = 0;
  int64_t cost = 0;
  for (size_t t = 0; t < n; ++t) {
    const std::vector<int32_t> &list = touched[size_t(order[t])];
    size_t inputs = graph.ops[size_t(order[t])].in.size();
    for (size_t k = 0; k < list.size(); ++k) {
      auto tensor = size_t(list[k]);
      pinned[tensor] = 1;
      if (!resident[tensor]) {
        resident[tensor] = 1;
        used += bytes[tensor];
        here.push_back(list[k]);
        // The first load of an input is compulsory: it has no copy inside yet, marked by `backed` 1 instead of 2.
        if (k < inputs && !(producer[tensor] < 0 && backed[tensor] == 1))
          cost += residency.loadCost * bytes[tensor];
        if (producer[tensor] < 0)
          backed[tensor] = 2;
      }
      next[tensor] = nextUse[size_t(head[t]) + k];
    }
    while (used + scratch[size_t(order[t])] > capacity) {
      int32_t victim = -1;
      for (int32_t tensor : here)
        if (!pinned[size_t(tensor)] && (victim < 0 || next[size_t(tensor)] > next[size_t(victim)] ||
                                        (next[size_t(tensor)] == next[size_t(victim)] && tensor > victim)))
          victim = tensor;
      if (victim < 0)
        return INT64_MAX / 2;
      auto v = size_t(victim);
      if (!backed[v]) {
        backed[v] = 1;
        cost += residency.storeCost * bytes[v];
      }
      resident[v] = 0;
      used -= bytes[v];
      here.erase(std::find(here.begin(), here.end(), victim));
    }
    size_t kept = 0;
    for (int32_t tensor : here) {
      pinned[size_t(tensor)] = 0;
      if (next[size_t(tensor)] == INT32_MAX)
        resident[size_t(tensor)] = 0, used -= bytes[size_t(tensor)];
      else
        here[kept++] = tensor;
    }
    here.resize(kept);
  }
  return cost;
}

/// Moves a run of one to six operators to another legal place. False: nothing moved.
bool Annealer::move(std::vector<int32_t> &order) {
  auto n = int32_t(order.size());
  int32_t length = 1 + int32_t(random() % 3 == 0 ? random() % 6 : 0);
  if (length >= n)
    return false;
  int32_t from = int32_t(random() % uint64_t(n - length + 1)), low = 0, high = n - length;
  for (int32_t k = 0; k < length; ++k) {
    auto op = size_t(order[size_t(from + k)]);
    for (int32_t p : before[op])
      if (position[size_t(p)] < from)
        low = std::max(low, position[size_t(p)] + 1);
    for (int32_t s : after[op])
      if (position[size_t(s)] >= from + length)
        high = std::min(high, position[size_t(s)] - length);
  }
  if (high <= low)
    return false;
  int32_t to = low + int32_t(random() % uint64_t(high - low + 1));
  if (to == from)
    return false;
  auto at = order.begin();
  if (to < from)
    std::rotate(at + to, at + from, at + from + length);
  else
    std::rotate(at + from, at + from + length, at + to + length);
  for (int32_t k = std::min(from, to); k < std::max(from, to) + length; ++k)
    position[size_t(order[size_t(k)])] = k;
  return true;
}

void Annealer::keep(const std::vector<int32_t> &order, int64_t cost) {
  constexpr size_t kMost = 400;
  if (eliteSize >= kMost && cost >= elite.rbegin()->first)
    return;
  auto &same = elite[cost];
  if (same.size() >= 60)
    return;
  same.push_back(order);
  if (++eliteSize > kMost) {
    auto last = std::prev(elite.end());
    eliteSize -= last->second.size();
    elite.erase(last);
  }
}

void Annealer::anneal(std::vector<int32_t> order, int64_t moves, double hot, const OrderOptions &options,
                      double deadline) {
  for (size_t t = 0; t < order.size(); ++t)
    position[size_t(order[t])] = int32_t(t);
  int64_t cost = evaluate(order), best = cost;
  keep(order, cost);
  std::vector<int32_t> trial;
  for (int64_t m = 0; m < moves && best > 0; ++m) {
    if ((m & 255) == 0 && ((options.stop && options.stop->load()) || (deadline > 0 && steadySeconds() > deadline)))
      return;
    trial = order;
    if (!move(trial))
      continue;
    int64_t next = evaluate(trial);
    double temperature = hot * std::pow(0.003, double(m) / double(moves));
    double chance = double(random() >> 11) / double(uint64_t(1) << 53);
    if (next <= cost || chance < std::exp(double(cost - next) / temperature)) {
      order.swap(trial);
      if (next < cost || (next <= best + best / 10 && (m & 15) == 0))
        keep(order, next);
      cost = next;
      best = std::min(best, cost);
    } else {
      for (size_t t = 0; t < order.size(); ++t)
        position[size_t(order[t])] = int32_t(t);
    }
  }
}
} // namespace

OrderedPlan hewn::planner::planFreeOrder(const Graph &graph, Bytes capacity, const ResidencyOptions &residency,
                                         const OrderOptions &options) {
  OrderedPlan result;
  double start = steadySeconds(), deadline = options.timeLimit > 0 ? start + options.timeLimit : 0;
  result.peak = minimizePeak(graph, options);
  // In place lowers peaks, so the bound without it does not hold with it.
  result.anyOrderBound = residency.inPlace ? 0 : trafficBound(graph, result.peak.lowerBound, capacity, residency);
  std::vector<int32_t> listed(graph.ops.size());
  std::iota(listed.begin(), listed.end(), 0);
  std::set<std::vector<int32_t>> tried;
  auto consider = [&](const std::vector<int32_t> &order) {
    if (!tried.insert(order).second)
      return;
    ResidencyOptions quick = residency;
    quick.mip.nodeLimit = std::min<int64_t>(quick.mip.nodeLimit, 300);
    ResidencyPlan plan = planResidency(graph, order, capacity, quick);
    bool better = plan.hasPlan() && (!result.plan.hasPlan() || plan.cost < result.plan.cost);
    if (better || tried.size() == 1)
      result.plan = std::move(plan);
  };
  auto done = [&] {
    return (result.plan.hasPlan() && result.plan.cost <= result.anyOrderBound) ||
           (options.stop && options.stop->load()) || (deadline > 0 && steadySeconds() > deadline);
  };
  consider(result.peak.order);
  if (!done())
    consider(listed);
  if (!done() && largestFootprint(graph, residency.alignment) <= capacity) {
    Annealer annealer(graph, capacity, residency, options.seed);
    Bytes largest = 0;
    for (const Tensor &tensor : graph.tensors)
      largest = std::max(largest, tensor.bytes);
    constexpr int kRuns = 4;
    for (int run = 0; run < kRuns; ++run)
      annealer.anneal(run % 2 ? listed : result.peak.order, options.moves / kRuns,
                      double(largest) * (run < 2 ? 1.0 : 0.3), options, deadline);
    // Exact plans of the best orders: Belady is a few percent off, in either direction between orders.
    for (const auto &[cost, orders] : annealer.elite)
      for (const std::vector<int32_t> &order : orders) {
        if (int64_t(tried.size()) >= options.exactPlans || done())
          break;
        consider(order);
      }
  }
  result.plan.seconds = steadySeconds() - start;
  return result;
}
