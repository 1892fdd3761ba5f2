// File readers on damaged input: an error with a code, or a problem that passes its own checks; never more.
#include "hewn/Planner/Files.h"
#include "hewn/Planner/Graph.h"
#include <gtest/gtest.h>
#include <random>

using namespace hewn::planner;

namespace {
const char kCsv[] =
    "id,lower,upper,size,alignment,gaps,hint\na,0,9,128,64,2-4 5-6,0\nb,3,7,4611686018427387904,1,,-1\nc,1,2,3,4,,\n";
const char kGlow[] =
    "# text\nMODEL m\nALIGN 64\nALLOC 1 100\nALLOC 2 9223372036854775807\nFREE 1\nFREE 2\nMEM 128\nEFF 0.5\n";
const char kGraph[] = R"({"name":"g","tensors":[{"id":0,"bytes":18446744073709551615},{"id":1,"bytes":4,"hwc":[1,2]}],
"ops":[{"id":0,"kind":"conv","in":[0],"out":[1],"scratch":1e3}]})";

/// Replaces, drops, doubles or inserts a few bytes.
std::string damaged(const std::string &text, std::mt19937 &random) {
  static const char interesting[] = "0123456789-,.\n{}[]\"eE+ \tMODALFR\0\xff";
  std::string out = text;
  for (int k = 0, count = 1 + int(random() % 6); k < count && !out.empty(); ++k) {
    size_t at = random() % out.size();
    char c = interesting[random() % (sizeof interesting - 1)];
    switch (random() % 5) {
    case 0:
      out[at] = c;
      break;
    case 1:
      out.erase(at, 1 + random() % 8);
      break;
    case 2:
      out.insert(at, 1 + random() % 3, c);
      break;
    case 3:
      out.insert(at, out.substr(at, random() % 20));
      break;
    case 4:
      out.resize(at);
      break;
    }
  }
  return out;
}

bool isPlannerCode(const Error &error) { return error.code / 100 == 41 && !error.message.empty(); }
} // namespace

TEST(Files, DamagedCsv) {
  std::mt19937 random(21);
  int good = 0;
  for (int round = 0; round < 20000; ++round) {
    PackingProblem problem;
    Error error = readCsv(damaged(kCsv, random), problem);
    if (!error)
      error = checkProblem(problem);
    if (error) {
      ASSERT_TRUE(isPlannerCode(error)) << error.str();
      continue;
    }
    ++good;
    PackingOptions options;
    options.nodeLimit = 1000;
    ASSERT_NE(pack(problem, options).status, Status::Invalid);
  }
  EXPECT_GT(good, 10);
}

TEST(Files, DamagedTrace) {
  std::mt19937 random(22);
  for (int round = 0; round < 20000; ++round) {
    std::vector<GlowTrace> traces;
    Error error = readGlow(damaged(kGlow, random), traces);
    for (const GlowTrace &trace : traces)
      if (!error)
        error = checkProblem(trace.problem);
    ASSERT_TRUE(!error || isPlannerCode(error)) << error.str();
  }
}

TEST(Files, DamagedGraph) {
  std::mt19937 random(23);
  for (int round = 0; round < 20000; ++round) {
    Graph graph;
    Error error = readGraph(damaged(kGraph, random), graph);
    ASSERT_TRUE(!error || isPlannerCode(error)) << error.str();
  }
}

TEST(Files, CsvRoundTrip) {
  PackingProblem problem, again;
  ASSERT_FALSE(readCsv("buffer,start,end,size,alignment,gaps\na,0,4,8,4,1-2\nb,2,9,16,8,\n", problem));
  EXPECT_EQ(problem.buffers[0].upper, 5); // `end` is inclusive
  ASSERT_FALSE(readCsv(writeCsv(problem, {0, 8}), again));
  EXPECT_EQ(again.buffers[0].id, "a");
  EXPECT_EQ(again.buffers[0].gaps.size(), 1u);
  EXPECT_EQ(again.buffers[1].fixedOffset, std::optional<Bytes>(8));
}
