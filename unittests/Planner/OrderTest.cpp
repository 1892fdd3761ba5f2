// Orders against all topological orders of small graphs.
#include "hewn/Planner/Order.h"
#include "RandomGraph.h"
#include <cstdlib>
#include <gtest/gtest.h>

using namespace hewn::planner;

namespace {
template <typename Fn> void forEachOrder(const Graph &graph, std::vector<int32_t> &prefix, Fn &&fn) {
  if (prefix.size() == graph.ops.size())
    return fn(prefix);
  std::vector<int32_t> producer = graph.producers();
  for (size_t op = 0; op < graph.ops.size(); ++op) {
    auto done = [&](int32_t which) { return std::find(prefix.begin(), prefix.end(), which) != prefix.end(); };
    bool ready = !done(int32_t(op));
    for (int32_t tensor : graph.ops[op].in)
      ready = ready && (producer[size_t(tensor)] < 0 || done(producer[size_t(tensor)]));
    if (!ready)
      continue;
    prefix.push_back(int32_t(op));
    forEachOrder(graph, prefix, fn);
    prefix.pop_back();
  }
}

int instances() {
  const char *text = std::getenv("HEWN_PLANNER_INSTANCES");
  return text ? std::atoi(text) / 5 : 200;
}
} // namespace

TEST(Order, LeastPeakMatchesBruteForce) {
  std::mt19937 random(11);
  int better = 0;
  for (int round = 0; round < 2 * instances(); ++round) {
    Graph graph = randomGraph(random, 4 + int(random() % 5), 3 + int(random() % 20));
    Bytes least = kMaxBytes, first = -1;
    std::vector<int32_t> prefix;
    forEachOrder(graph, prefix, [&](const std::vector<int32_t> &order) {
      Bytes peak = peakOf(graph, order);
      first = first < 0 ? peak : first;
      least = std::min(least, peak);
    });
    PeakOrder result = minimizePeak(graph);
    ASSERT_TRUE(isTopological(graph, result.order));
    ASSERT_EQ(result.peak, least) << "round " << round;
    ASSERT_EQ(result.lowerBound, least) << "round " << round;
    ASSERT_EQ(peakOf(graph, result.order), least) << "round " << round;
    better += least < first;
  }
  EXPECT_GT(better, 10);
}

TEST(Order, FreeOrderAgainstBruteForce) {
  std::mt19937 random(12);
  int optimal = 0, total = 0;
  for (int round = 0; round < instances() / 2; ++round) {
    Graph graph = randomGraph(random, 4 + int(random() % 4), 3 + int(random() % 20));
    Bytes low = largestFootprint(graph), high = minimizePeak(graph).peak;
    Bytes capacity = low + Bytes(random() % uint64_t(high - low + 1));
    ResidencyOptions residency;
    residency.place = false;
    int64_t least = INT64_MAX;
    std::vector<int32_t> prefix;
    forEachOrder(graph, prefix, [&](const std::vector<int32_t> &order) {
      ResidencyPlan plan = planResidency(graph, order, capacity, residency);
      ASSERT_EQ(plan.status, Status::Optimal);
      least = std::min(least, plan.cost);
    });
    OrderOptions options;
    options.moves = 4000;
    OrderedPlan result = planFreeOrder(graph, capacity, residency, options);
    ASSERT_TRUE(result.plan.hasPlan());
    ASSERT_LE(result.anyOrderBound, least) << "round " << round;
    ASSERT_GE(result.plan.cost, least) << "round " << round;
    if (capacity < high) {
      ASSERT_GT(result.anyOrderBound, 0) << "round " << round;
    }
    optimal += result.plan.cost == least;
    ++total;
  }
  EXPECT_GE(optimal * 100, total * 97);
}

TEST(Order, LimitsKeepAPlan) {
  std::mt19937 random(13);
  Graph graph = randomGraph(random, 60, 50);
  OrderOptions options;
  options.stateLimit = 3;
  PeakOrder result = minimizePeak(graph, options);
  EXPECT_TRUE(isTopological(graph, result.order));
  EXPECT_LE(result.lowerBound, result.peak);
}
