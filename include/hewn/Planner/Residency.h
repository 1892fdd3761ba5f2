// Residency: for a fixed operator order and a capacity, which tensors stay in fast memory between two uses, which are
// written back and loaded again, and where each resident piece lies.
#ifndef HEWN_PLANNER_RESIDENCY_H
#define HEWN_PLANNER_RESIDENCY_H

#include "hewn/Planner/Graph.h"
#include "hewn/Planner/Mip.h"
#include "hewn/Planner/Packing.h"

namespace hewn::planner {

struct Touch {
  int32_t step;
  bool write; ///< a copy outside is stale from here on
};

/// One or several tensors that share one place (in-place results): everything that is placed and moved as a unit.
struct ResidentBuffer {
  std::vector<int32_t> tensors;
  Bytes bytes = 0;            ///< rounded up to the alignment
  bool backed = false;        ///< a valid copy exists outside before the first touch
  std::vector<Touch> touches; ///< by step
};

/// A buffer while it stays at one address, `[first, last)` in steps.
struct Piece {
  int32_t buffer, first, last;
  bool loaded; ///< copied in before step `first`; otherwise produced there
  Bytes offset = 0;
};

struct Copy {
  int32_t step, buffer; ///< loads happen before the step, stores after it
  bool load, compulsory;
  Bytes bytes;
};

struct ResidencyOptions {
  Bytes alignment = 1;
  bool inPlace = false;
  int64_t loadCost = 1, storeCost = 1; ///< per byte: 1 and 1 count bytes
  std::string solver = "builtin";
  MipOptions mip;
  PackingOptions packing = quickPacking();
  int32_t packingRounds = 20; ///< how many cuts from packing failures
  bool place = true;          ///< false: only the byte model

  /// A tenth of a second at most: where packing stays undecided, the model is asked for more slack instead.
  static PackingOptions quickPacking() {
    PackingOptions options;
    options.workLimit = 30'000'000;
    return options;
  }
};

struct ResidencyPlan {
  Status status = Status::Limit;
  Error error;
  std::vector<int32_t> order;
  std::vector<ResidentBuffer> buffers;
  std::vector<Piece> pieces;
  std::vector<Copy> copies;
  int64_t cost = 0, lowerBound = 0; ///< of the non-compulsory copies
  Bytes height = 0, peakLive = 0;
  int64_t nodes = 0, cuts = 0;
  double seconds = 0;
  std::string solver, method;
  bool hasPlan() const { return status == Status::Optimal || status == Status::Feasible; }
};

/// Plans `graph` in `order` within `capacity` bytes. `Optimal` means: no plan for this order moves fewer bytes, and
/// this one is placed.
ResidencyPlan planResidency(const Graph &graph, const std::vector<int32_t> &order, Bytes capacity,
                            const ResidencyOptions &options = {});

/// The model of `planResidency`, for other solvers and for tests.
std::vector<ResidentBuffer> makeBuffers(const Graph &graph, const std::vector<int32_t> &order, Bytes alignment,
                                        bool inPlace);

/// Empty if the plan is right: every operator finds its operands, nothing overlaps, nothing is lost. Shares no code
/// with the planner.
std::string validateResidency(const Graph &graph, const ResidencyPlan &plan, Bytes capacity);

} // namespace hewn::planner

#endif
