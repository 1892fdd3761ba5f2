// Plays a residency plan step by step on abstract bytes: which buffer and version each resident piece holds, and what
// lies outside. Shares no code with the planner.
#include "hewn/Planner/Residency.h"
#include <map>

using namespace hewn::planner;

std::string hewn::planner::validateResidency(const Graph &graph, const ResidencyPlan &plan, Bytes capacity) {
  const std::vector<Piece> &pieces = plan.pieces;
  auto name = [](int32_t buffer) { return "buffer " + std::to_string(buffer); };
  for (size_t a = 0; a < pieces.size(); ++a) {
    Bytes size = plan.buffers[size_t(pieces[a].buffer)].bytes;
    if (pieces[a].offset < 0 || size > capacity || pieces[a].offset > capacity - size)
      return name(pieces[a].buffer) + " leaves the memory";
    for (size_t b = 0; b < a; ++b) {
      Bytes other = plan.buffers[size_t(pieces[b].buffer)].bytes;
      if (pieces[a].first < pieces[b].last && pieces[b].first < pieces[a].last &&
          pieces[a].offset < pieces[b].offset + other && pieces[b].offset < pieces[a].offset + size)
        return name(pieces[a].buffer) + " overlaps " + name(pieces[b].buffer);
    }
  }
  std::vector<int32_t> bufferOf(graph.tensors.size(), -1);
  for (size_t b = 0; b < plan.buffers.size(); ++b)
    for (int32_t tensor : plan.buffers[b].tensors) {
      if (graph.tensors[size_t(tensor)].bytes > plan.buffers[b].bytes)
        return name(int32_t(b)) + " is too small";
      bufferOf[size_t(tensor)] = int32_t(b);
    }
  // What each buffer's resident bytes and its copy outside hold: a tensor, or -1.
  std::map<int32_t, int32_t> resident, outside;
  std::vector<bool> produced(graph.tensors.size(), false);
  for (const Operator &op : graph.ops)
    for (int32_t tensor : op.out)
      produced[size_t(tensor)] = true;
  for (size_t tensor = 0; tensor < graph.tensors.size(); ++tensor)
    if (!produced[tensor] && bufferOf[tensor] >= 0)
      outside[bufferOf[tensor]] = int32_t(tensor);
  for (size_t step = 0; step < plan.order.size(); ++step) {
    auto now = int32_t(step);
    for (const Piece &piece : pieces)
      if (piece.last == now)
        resident.erase(piece.buffer);
    for (const Piece &piece : pieces)
      if (piece.first == now)
        resident[piece.buffer] = -1;
    for (const Copy &copy : plan.copies)
      if (copy.load && copy.step == now) {
        if (!resident.count(copy.buffer) || !outside.count(copy.buffer))
          return name(copy.buffer) + " is loaded at step " + std::to_string(step) + " without a place or a copy";
        resident[copy.buffer] = outside[copy.buffer];
      }
    const Operator &op = graph.ops[size_t(plan.order[step])];
    for (int32_t tensor : op.in) {
      auto found = resident.find(bufferOf[size_t(tensor)]);
      if (found == resident.end() || found->second != tensor)
        return "step " + std::to_string(step) + " does not find tensor " + std::to_string(tensor);
    }
    for (int32_t tensor : op.out) {
      if (!resident.count(bufferOf[size_t(tensor)]))
        return "step " + std::to_string(step) + " has no place for tensor " + std::to_string(tensor);
      resident[bufferOf[size_t(tensor)]] = tensor;
    }
    for (const Copy &copy : plan.copies)
      if (!copy.load && copy.step == now) {
        if (!resident.count(copy.buffer))
          return name(copy.buffer) + " is stored at step " + std::to_string(step) + " but is not there";
        outside[copy.buffer] = resident[copy.buffer];
      }
  }
  return "";
}
