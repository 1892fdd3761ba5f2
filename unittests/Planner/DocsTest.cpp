// The C++ example of docs/planner.md.
#include "hewn/Planner/Packing.h"
#include <gtest/gtest.h>
#include <tuple>

using namespace hewn::planner;

TEST(Docs, PackingFromCpp) {
  PackingProblem problem;
  for (auto [lower, upper, size] : {std::tuple(0, 9, 4), std::tuple(0, 5, 8), std::tuple(5, 9, 8)}) {
    Buffer buffer;
    buffer.lower = lower, buffer.upper = upper, buffer.size = size;
    problem.buffers.push_back(buffer);
  }
  PackingResult result = pack(problem);
  EXPECT_EQ(result.status, Status::Optimal);
  EXPECT_EQ(result.height, 12);
  EXPECT_EQ(result.lowerBound, 12);
}

TEST(Docs, ThreadsDoNotChangeTheAnswer) {
  // Hard enough for the search to restart: unit widths of sizes that only just fit.
  PackingProblem problem;
  uint64_t state = 5;
  for (int i = 0; i < 60; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    Buffer buffer;
    buffer.lower = int64_t(state >> 33) % 30, buffer.upper = buffer.lower + 1 + int64_t(state >> 40) % 9;
    buffer.size = 1 + int64_t(state >> 50) % 40;
    problem.buffers.push_back(buffer);
  }
  PackingOptions options;
  options.nodeLimit = 30'000;
  PackingResult one = pack(problem, options);
  options.threads = 2;
  PackingResult two = pack(problem, options);
  EXPECT_EQ(one.status, two.status);
  EXPECT_EQ(one.offsets, two.offsets);
  EXPECT_EQ(one.nodes, two.nodes);
  EXPECT_EQ(one.lowerBound, two.lowerBound);
}
