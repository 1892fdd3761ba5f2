// The exact search against every order of placement, on random instances that are small enough.
#include "hewn/Planner/Validator.h"
#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

using namespace hewn::planner;

namespace {
bool overlap(const Buffer &a, const Buffer &b) {
  for (int64_t t = std::max(a.lower, b.lower); t < std::min(a.upper, b.upper); ++t) {
    auto resting = [t](const Buffer &x) {
      return std::any_of(x.gaps.begin(), x.gaps.end(), [t](Interval g) { return g.lower <= t && t < g.upper; });
    };
    if (!resting(a) && !resting(b))
      return true;
  }
  return false;
}

/// The least height over all orders: each buffer goes to the lowest aligned place above the earlier ones it meets that
/// misses the fixed ones. Some order reproduces any bottom-justified layout, so this is the optimum.
Bytes leastHeight(const std::vector<Buffer> &buffers) {
  std::vector<size_t> order;
  Bytes best = kMaxBytes, base = 0;
  for (size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].fixedOffset)
      base = std::max(base, *buffers[i].fixedOffset + buffers[i].size);
    else
      order.push_back(i);
  do {
    std::vector<Bytes> at(buffers.size(), -1);
    Bytes height = base;
    for (size_t i : order) {
      Bytes place = 0;
      for (size_t j : order)
        if (at[j] >= 0 && overlap(buffers[i], buffers[j]))
          place = std::max(place, at[j] + buffers[j].size);
      auto hits = [&](Bytes x) {
        if (x % buffers[i].alignment)
          return true;
        for (const Buffer &f : buffers)
          if (f.fixedOffset && overlap(buffers[i], f) && x < *f.fixedOffset + f.size &&
              *f.fixedOffset < x + buffers[i].size)
            return true;
        return false;
      };
      while (hits(place))
        ++place;
      at[i] = place;
      height = std::max(height, place + buffers[i].size);
    }
    best = std::min(best, height);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

/// Instances per test; the nightly run sets HEWN_PLANNER_INSTANCES to 100000.
int instances() {
  const char *text = std::getenv("HEWN_PLANNER_INSTANCES");
  return text ? std::atoi(text) : 1500;
}

void compare(bool withGaps, bool withAlignment, bool withFixed, unsigned seed) {
  std::mt19937 random(seed);
  auto upTo = [&](int n) { return int(random() % unsigned(n)); };
  for (int round = 0; round < instances(); ++round) {
    PackingProblem problem;
    int n = 3 + upTo(4), steps = 3 + upTo(6), largest = 2 + upTo(12);
    for (int i = 0; i < n; ++i) {
      Buffer buffer;
      buffer.lower = upTo(steps);
      buffer.upper = buffer.lower + 1 + upTo(steps);
      buffer.size = 1 + upTo(largest);
      if (withAlignment)
        buffer.alignment = 1 + upTo(4);
      if (withGaps && buffer.upper - buffer.lower > 2 && upTo(2)) {
        int64_t from = buffer.lower + upTo(int(buffer.upper - buffer.lower));
        buffer.gaps = {{from, from + 1}};
        if (buffer.upper - buffer.lower == 1)
          buffer.gaps.clear();
      }
      problem.buffers.push_back(buffer);
    }
    if (withFixed) {
      problem.buffers[0].fixedOffset = problem.buffers[0].alignment * upTo(8);
    }
    Bytes least = leastHeight(problem.buffers);
    Bytes shared = 0;
    for (const Buffer &buffer : problem.buffers)
      shared = std::gcd(shared, buffer.alignment);
    PackingOptions options;
    options.threads = 1 + unsigned(round % 2);
    PackingResult result = pack(problem, options);
    ASSERT_EQ(result.status, Status::Optimal) << "round " << round;
    ASSERT_EQ(result.height, (least + shared - 1) / shared * shared) << "round " << round;
    ASSERT_EQ(validatePacking(problem, result.offsets, result.height), "");
    problem.capacity = least - 1;
    ASSERT_EQ(pack(problem, options).status, Status::Infeasible) << "round " << round;
    problem.capacity = least;
    PackingResult exact = pack(problem, options);
    ASSERT_TRUE(exact.status == Status::Optimal || exact.status == Status::Feasible) << "round " << round;
  }
}
} // namespace

TEST(BruteForce, Plain) { compare(false, false, false, 1); }
TEST(BruteForce, Alignment) { compare(false, true, false, 2); }
TEST(BruteForce, Gaps) { compare(true, false, false, 3); }
TEST(BruteForce, Fixed) { compare(false, false, true, 4); }
TEST(BruteForce, Everything) { compare(true, true, true, 5); }
