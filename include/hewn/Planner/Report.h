// Reports of finished plans: JSON for machines, SVG and HTML for people.
#ifndef HEWN_PLANNER_REPORT_H
#define HEWN_PLANNER_REPORT_H

#include "hewn/Planner/Residency.h"

namespace hewn::planner {

/// status, peak_bytes, lower_bound_bytes, gap, max_live_bytes, capacity, nodes, seconds, seed, method, offsets.
std::string packingReport(const PackingProblem &problem, const PackingResult &result, const PackingOptions &options);

/// The plan of a graph: the above, and noncompulsory_bytes, noncompulsory_lower_bound, order, pieces, copies.
std::string residencyReport(const Graph &graph, const ResidencyPlan &plan, Bytes capacity);

/// A picture without scripts: steps to the right, addresses up, one box per piece, max live dashed, capacity red.
std::string packingSvg(const PackingProblem &problem, const std::vector<Bytes> &offsets);
std::string residencySvg(const Graph &graph, const ResidencyPlan &plan, Bytes capacity);

/// The picture in a page of its own, with the numbers beside it and a lens that names the box under the pointer.
std::string htmlPage(const std::string &title, const std::string &svg, const std::string &report);

} // namespace hewn::planner

#endif
