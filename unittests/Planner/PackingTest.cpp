// Packing on cases small enough to draw.
#include "hewn/Planner/Validator.h"
#include <gtest/gtest.h>

using namespace hewn::planner;

static Buffer buffer(int64_t lower, int64_t upper, Bytes size, Bytes alignment = 1) {
  Buffer b;
  b.lower = lower, b.upper = upper, b.size = size, b.alignment = alignment;
  return b;
}

TEST(Packing, DisjointLifetimesShare) {
  PackingProblem problem{{buffer(0, 2, 64), buffer(2, 4, 64)}, std::nullopt};
  PackingResult result = pack(problem);
  EXPECT_EQ(result.status, Status::Optimal);
  EXPECT_EQ(result.height, 64);
}

TEST(Packing, ConflictsStack) {
  PackingProblem problem{{buffer(0, 3, 64), buffer(2, 4, 32)}, std::nullopt};
  PackingResult result = pack(problem);
  EXPECT_EQ(result.status, Status::Optimal);
  EXPECT_EQ(result.height, 96);
}

TEST(Packing, MaxLiveAboveCapacityIsAProof) {
  PackingProblem problem{{buffer(0, 3, 64), buffer(2, 4, 32)}, 95};
  EXPECT_EQ(pack(problem).status, Status::Infeasible);
}

TEST(Packing, GapsAreFreeForOthers) {
  Buffer outer = buffer(0, 10, 64);
  outer.gaps = {{3, 6}};
  PackingProblem problem{{outer, buffer(3, 6, 64)}, std::nullopt};
  EXPECT_EQ(pack(problem).height, 64);
}

TEST(Packing, HugeSizesAreRefused) {
  PackingProblem problem{{buffer(0, 3, kMaxBytes), buffer(2, 4, kMaxBytes)}, std::nullopt};
  PackingResult result = pack(problem);
  EXPECT_EQ(result.status, Status::Invalid);
  EXPECT_EQ(result.error.code, 4101u);
}

TEST(Validator, NamesTheOverlap) {
  PackingProblem problem{{buffer(0, 3, 64), buffer(2, 4, 32)}, std::nullopt};
  EXPECT_EQ(validatePacking(problem, {0, 32}), "buffer #1 overlaps buffer #0");
  EXPECT_EQ(validatePacking(problem, {0, 64}), "");
}
