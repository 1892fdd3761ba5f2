// Integer programs with 0-1 columns and integer data, and whoever can solve them: the built-in solver always, others
// when present.
#ifndef HEWN_PLANNER_MIP_H
#define HEWN_PLANNER_MIP_H

#include "hewn/Planner/Status.h"
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace hewn::planner {

/// sum of coefficient * column >= lower
struct MipRow {
  std::vector<std::pair<int32_t, int64_t>> terms;
  int64_t lower = 0;
};

/// minimise cost * x over x in {0, 1}^n
struct MipModel {
  std::vector<int64_t> cost;
  std::vector<MipRow> rows;

  int32_t addColumn(int64_t price) {
    cost.push_back(price);
    return int32_t(cost.size()) - 1;
  }
  int64_t objective(const std::vector<uint8_t> &x) const;
  bool isFeasible(const std::vector<uint8_t> &x) const;
};

struct MipOptions {
  int64_t nodeLimit = 20'000;
  int64_t workLimit = 4'000'000'000; ///< floating-point operations of the built-in solver, about
  double timeLimit = 0;              ///< seconds; 0: none
  std::vector<uint8_t> start;        ///< a feasible point, or empty
  const std::atomic<bool> *stop = nullptr;
};

struct MipResult {
  Status status = Status::Limit; ///< Optimal, Feasible, Infeasible, Limit; Invalid when the solver cannot run
  Error error;
  std::vector<uint8_t> x;
  int64_t objective = 0;
  int64_t bound = 0; ///< as the solver claims it; the built-in solver proves it in integer arithmetic
  int64_t nodes = 0;
};

class MipSolver {
public:
  virtual ~MipSolver() = default;
  virtual const char *name() const = 0;
  virtual MipResult solve(const MipModel &model, const MipOptions &options) = 0;
};

/// "builtin", "cbc", "highs" or "external:COMMAND"; null and an error if there is no such solver here. In COMMAND, {lp}
/// is replaced by the model's path and {sol} by the path where the solver has to write `name value` lines (CBC's and
/// HiGHS's formats are read too).
std::unique_ptr<MipSolver> createMipSolver(const std::string &name, Error &error);

/// The model in CPLEX LP format; columns are x0, x1, ...
std::string writeLp(const MipModel &model);

} // namespace hewn::planner

#endif
