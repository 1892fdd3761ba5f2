// Independent checks of finished plans. They share no code with any solver, are quadratic where that is simplest, and
// always run.
#ifndef HEWN_PLANNER_VALIDATOR_H
#define HEWN_PLANNER_VALIDATOR_H

#include "hewn/Planner/Packing.h"

namespace hewn::planner {

/// Empty if `offsets` is a correct packing of `problem` below `capacity`; else a sentence that names the buffers at
/// fault.
std::string validatePacking(const PackingProblem &problem, const std::vector<Bytes> &offsets,
                            std::optional<Bytes> capacity = std::nullopt);

} // namespace hewn::planner

#endif
