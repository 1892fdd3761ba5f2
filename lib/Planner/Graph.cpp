// Operator graphs: reading and the simple measures.
#include "hewn/Planner/Graph.h"
#include <algorithm>
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

using namespace hewn::planner;
using Json = nlohmann::json;

std::vector<int32_t> Graph::producers() const {
  std::vector<int32_t> producer(tensors.size(), -1);
  for (size_t op = 0; op < ops.size(); ++op)
    for (int32_t tensor : ops[op].out)
      producer[size_t(tensor)] = int32_t(op);
  return producer;
}

static bool readInteger(const Json &object, const char *key, int64_t &value) {
  auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer())
    return false;
  if (found->is_number_unsigned() && found->get<uint64_t>() > uint64_t(INT64_MAX))
    return false;
  value = found->get<int64_t>();
  return true;
}

static std::string readText(const Json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Error hewn::planner::readGraph(std::string_view text, Graph &graph) {
  auto bad = [](const std::string &what) { return Error{4104, what}; };
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object())
    return bad("the graph is not a JSON object");
  auto tensors = json.find("tensors"), ops = json.find("ops");
  if (tensors == json.end() || !tensors->is_array() || ops == json.end() || !ops->is_array())
    return bad("the graph needs the arrays 'tensors' and 'ops'");
  graph.name = readText(json, "name");
  Bytes total = 0;
  auto add = [&](Bytes bytes) {
    if (bytes < 0 || bytes > kMaxBytes - total)
      return false;
    total += bytes;
    return true;
  };
  for (const Json &entry : *tensors) {
    std::string where = "tensor " + std::to_string(graph.tensors.size());
    Tensor tensor;
    if (!entry.is_object() || !readInteger(entry, "bytes", tensor.bytes))
      return bad(where + " has no integer 'bytes'");
    int64_t id = int64_t(graph.tensors.size());
    if (entry.contains("id") && (!readInteger(entry, "id", id) || id != int64_t(graph.tensors.size())))
      return bad(where + ": ids are 0, 1, 2, ... in the order of the array");
    if (!add(tensor.bytes))
      return Error{4101, where + ": the bytes are negative, or all tensors together exceed 2^62"};
    tensor.name = entry.contains("name") ? readText(entry, "name") : readText(entry, "tag");
    graph.tensors.push_back(std::move(tensor));
  }
  std::vector<int32_t> producer(graph.tensors.size(), -1);
  for (const Json &entry : *ops) {
    auto index = int32_t(graph.ops.size());
    std::string where = "operator " + std::to_string(index);
    if (!entry.is_object())
      return bad(where + " is not an object");
    Operator op;
    op.kind = readText(entry, "kind");
    if (entry.contains("scratch") && (!readInteger(entry, "scratch", op.scratch) || !add(op.scratch)))
      return bad(where + " has a malformed 'scratch'");
    for (auto [key, list] : {std::pair<const char *, std::vector<int32_t> *>{"in", &op.in}, {"out", &op.out}}) {
      auto found = entry.find(key);
      if (found == entry.end() || !found->is_array())
        return bad(where + " needs the array '" + key + "'");
      for (const Json &item : *found) {
        if (!item.is_number_integer() || item.get<int64_t>() < 0 ||
            item.get<int64_t>() >= int64_t(graph.tensors.size()))
          return bad(where + " names a tensor that does not exist");
        auto tensor = int32_t(item.get<int64_t>());
        if (std::find(list->begin(), list->end(), tensor) == list->end())
          list->push_back(tensor);
      }
    }
    for (int32_t tensor : op.out) {
      if (producer[size_t(tensor)] >= 0 || std::find(op.in.begin(), op.in.end(), tensor) != op.in.end())
        return bad(where + ": tensor " + std::to_string(tensor) + " is produced twice");
      producer[size_t(tensor)] = index;
    }
    graph.ops.push_back(std::move(op));
  }
  for (size_t op = 0; op < graph.ops.size(); ++op)
    for (int32_t tensor : graph.ops[op].in)
      if (producer[size_t(tensor)] >= int32_t(op))
        return bad("operator " + std::to_string(op) +
                   " reads a tensor that is produced later: list them in an order that runs");
  return {};
}

bool hewn::planner::isTopological(const Graph &graph, const std::vector<int32_t> &order) {
  if (order.size() != graph.ops.size())
    return false;
  std::vector<int32_t> at(graph.ops.size(), -1), producer = graph.producers();
  for (size_t step = 0; step < order.size(); ++step) {
    if (order[step] < 0 || size_t(order[step]) >= at.size() || at[size_t(order[step])] >= 0)
      return false;
    at[size_t(order[step])] = int32_t(step);
    for (int32_t tensor : graph.ops[size_t(order[step])].in)
      if (producer[size_t(tensor)] >= 0 && at[size_t(producer[size_t(tensor)])] < 0)
        return false;
  }
  return true;
}

static Bytes rounded(Bytes bytes, Bytes alignment) { return (bytes + alignment - 1) / alignment * alignment; }

Bytes hewn::planner::largestFootprint(const Graph &graph, Bytes alignment) {
  Bytes largest = 0;
  for (const Operator &op : graph.ops) {
    Bytes sum = rounded(op.scratch, alignment);
    for (int32_t tensor : op.in)
      sum += rounded(graph.tensors[size_t(tensor)].bytes, alignment);
    for (int32_t tensor : op.out)
      sum += rounded(graph.tensors[size_t(tensor)].bytes, alignment);
    largest = std::max(largest, sum);
  }
  return largest;
}

Bytes hewn::planner::peakOf(const Graph &graph, const std::vector<int32_t> &order, Bytes alignment) {
  std::vector<Bytes> change(order.size() + 1, 0);
  std::vector<int32_t> first(graph.tensors.size(), -1), last(graph.tensors.size(), -1);
  for (size_t step = 0; step < order.size(); ++step) {
    const Operator &op = graph.ops[size_t(order[step])];
    change[step] += rounded(op.scratch, alignment);
    change[step + 1] -= rounded(op.scratch, alignment);
    for (const auto *list : {&op.in, &op.out})
      for (int32_t tensor : *list) {
        if (first[size_t(tensor)] < 0)
          first[size_t(tensor)] = int32_t(step);
        last[size_t(tensor)] = int32_t(step);
      }
  }
  for (size_t t = 0; t < first.size(); ++t)
    if (first[t] >= 0) {
      change[size_t(first[t])] += rounded(graph.tensors[t].bytes, alignment);
      change[size_t(last[t]) + 1] -= rounded(graph.tensors[t].bytes, alignment);
    }
  Bytes live = 0, peak = 0;
  for (Bytes delta : change)
    peak = std::max(peak, live += delta);
  return peak;
}
