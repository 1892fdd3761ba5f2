// Reports of finished plans: JSON for machines, SVG and HTML for people.
#ifndef HEWN_PLANNER_REPORT_H
#define HEWN_PLANNER_REPORT_H

#include "hewn/Planner/Packing.h"

namespace hewn::planner {

/// status, peak_bytes, lower_bound_bytes, gap, max_live_bytes, capacity, nodes, seconds, seed, method, offsets.
std::string packingReport(const PackingProblem &problem, const PackingResult &result, const PackingOptions &options);

} // namespace hewn::planner

#endif
