// JSON reports of packings and of residency plans.
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

std::string hewn::planner::residencyReport(const Graph &graph, const ResidencyPlan &plan, Bytes capacity) {
  JsonWriter json;
  json.open('{');
  json.field("status", toString(plan.status));
  if (plan.error)
    json.field("error", plan.error.str());
  json.field("graph", graph.name);
  json.field("capacity_bytes", capacity);
  if (plan.hasPlan()) {
    json.field("peak_bytes", plan.height);
    json.field("max_live_bytes", plan.peakLive);
    json.field("noncompulsory_bytes", plan.cost);
  }
  json.field("noncompulsory_lower_bound", plan.lowerBound);
  if (plan.hasPlan())
    json.field("gap", plan.cost > 0 ? double(plan.cost - plan.lowerBound) / double(plan.cost) : 0.0);
  json.field("largest_footprint_bytes", largestFootprint(graph));
  json.field("solver", plan.solver);
  json.field("nodes", plan.nodes);
  json.field("packing_cuts", plan.cuts);
  json.field("seconds", plan.seconds);
  if (plan.hasPlan()) {
    json.key("order").list(plan.order);
    json.key("pieces").open('[');
    for (const Piece &piece : plan.pieces) {
      const ResidentBuffer &buffer = plan.buffers[size_t(piece.buffer)];
      json.open('{');
      json.key("tensors").list(buffer.tensors);
      json.field("first", int64_t(piece.first)).field("last", int64_t(piece.last));
      json.field("offset", piece.offset).field("bytes", buffer.bytes).field("loaded", piece.loaded);
      json.close();
    }
    json.close();
    json.key("copies").open('[');
    for (const Copy &copy : plan.copies) {
      json.open('{');
      json.field("step", int64_t(copy.step)).field("kind", copy.load ? "load" : "store");
      json.field("tensor", int64_t(plan.buffers[size_t(copy.buffer)].tensors[0]));
      json.field("bytes", copy.bytes).field("compulsory", copy.compulsory);
      json.close();
    }
    json.close();
  }
  json.close();
  return json.str() + "\n";
}
