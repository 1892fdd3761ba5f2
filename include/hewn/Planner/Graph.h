// Operator graphs: what runs, what each operator touches, and in which orders it may run.
#ifndef HEWN_PLANNER_GRAPH_H
#define HEWN_PLANNER_GRAPH_H

#include "hewn/Planner/Status.h"
#include <string>
#include <string_view>
#include <vector>

namespace hewn::planner {

struct Tensor {
  std::string name;
  Bytes bytes = 0;
};

struct Operator {
  std::string kind;
  std::vector<int32_t> in, out; ///< tensors; no repeats within a list
  Bytes scratch = 0;            ///< owned during its own step only
};

/// A tensor without a producer is an input: a copy of it exists outside. One without a consumer is an output.
struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Operator> ops;

  std::vector<int32_t> producers() const; ///< by tensor: operator or -1
};

/// The JSON of the data folder: `tensors` with `bytes`, `ops` with `kind`, `in`, `out`, optional `scratch`.
Error readGraph(std::string_view text, Graph &graph);

/// Whether every operator comes after the producers of its operands.
bool isTopological(const Graph &graph, const std::vector<int32_t> &order);

/// The largest footprint of one operator: below it nothing fits.
Bytes largestFootprint(const Graph &graph, Bytes alignment = 1);

/// The largest sum of tensors alive at one step, without spills.
Bytes peakOf(const Graph &graph, const std::vector<int32_t> &order, Bytes alignment = 1);

} // namespace hewn::planner

#endif
