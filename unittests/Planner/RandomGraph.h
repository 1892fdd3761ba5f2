// Random operator graphs for tests.
#ifndef HEWN_UNITTESTS_PLANNER_RANDOMGRAPH_H
#define HEWN_UNITTESTS_PLANNER_RANDOMGRAPH_H

#include "hewn/Planner/Graph.h"
#include <algorithm>
#include <random>

inline hewn::planner::Graph randomGraph(std::mt19937 &random, int ops, int largest) {
  auto upTo = [&](int n) { return int(random() % unsigned(n)); };
  hewn::planner::Graph graph;
  graph.tensors.push_back({"in", 1 + upTo(largest)});
  for (int i = 0; i < ops; ++i) {
    hewn::planner::Operator op;
    op.kind = upTo(3) ? "conv" : "add";
    for (int k = 0, count = 1 + upTo(2); k < count; ++k) {
      int newest = int(graph.tensors.size()) - 1, pick = std::max(0, newest - upTo(std::min(newest + 1, 5)));
      if (std::find(op.in.begin(), op.in.end(), pick) == op.in.end())
        op.in.push_back(pick);
    }
    if (upTo(4) == 0)
      op.scratch = 1 + upTo(largest);
    op.out.push_back(int32_t(graph.tensors.size()));
    graph.tensors.push_back({"t", 1 + upTo(largest)});
    if (op.kind == "add" && upTo(2))
      graph.tensors.back().bytes = graph.tensors[size_t(op.in[0])].bytes;
    graph.ops.push_back(op);
  }
  return graph;
}

#endif
