// The JSON report of a packing.
#include "hewn/Planner/Report.h"
#include "JsonWriter.h"

using namespace hewn::planner;

std::string hewn::planner::packingReport(const PackingProblem &problem, const PackingResult &result,
                                         const PackingOptions &options) {
  JsonWriter json;
  json.open('{');
  json.field("status", toString(result.status));
  if (result.error)
    json.field("error", result.error.str());
  json.field("buffers", int64_t(problem.buffers.size()));
  if (problem.capacity)
    json.field("capacity_bytes", *problem.capacity);
  if (result.hasPlan())
    json.field("peak_bytes", result.height);
  json.field("lower_bound_bytes", result.lowerBound);
  json.field("max_live_bytes", result.maxLive);
  if (result.hasPlan())
    json.field("gap", result.gap());
  json.field("method", result.method);
  json.field("solver", "builtin");
  json.field("seed", int64_t(options.seed));
  json.field("nodes", result.nodes);
  json.field("seconds", result.seconds);
  json.key("offsets").list(result.offsets);
  json.close();
  return json.str() + "\n";
}
