// Least peak over all orders: best-first search over downsets of the graph.
#include "Search.h"
#include "hewn/Planner/Order.h"
#include <algorithm>
#include <queue>
#include <unordered_map>

using namespace hewn::planner;

namespace {
using Set = std::vector<uint64_t>;

struct SetHash {
  size_t operator()(const Set &set) const {
    uint64_t h = 0x9e3779b97f4a7c15ull;
    for (uint64_t word : set) {
      h = (h ^ word) * 0xd6e8feb86659fd93ull;
      h ^= h >> 32;
    }
    return size_t(h);
  }
};

bool has(const Set &set, int32_t op) { return set[size_t(op) / 64] >> (op % 64) & 1; }

/// The graph as the search needs it.
struct Web {
  const Graph &graph;
  Bytes alignment;
  std::vector<int32_t> producer;
  std::vector<std::vector<int32_t>> consumers, successors; ///< by tensor, by operator
  std::vector<std::vector<int32_t>> predecessors;

  Web(const Graph &graph, Bytes alignment) : graph(graph), alignment(alignment), producer(graph.producers()) {
    consumers.resize(graph.tensors.size());
    successors.resize(graph.ops.size()), predecessors.resize(graph.ops.size());
    for (size_t op = 0; op < graph.ops.size(); ++op)
      for (int32_t tensor : graph.ops[op].in) {
        consumers[size_t(tensor)].push_back(int32_t(op));
        if (int32_t before = producer[size_t(tensor)]; before >= 0) {
          predecessors[op].push_back(before);
          successors[size_t(before)].push_back(int32_t(op));
        }
      }
  }
  Bytes bytes(int32_t tensor) const {
    return (graph.tensors[size_t(tensor)].bytes + alignment - 1) / alignment * alignment;
  }
  Bytes scratch(int32_t op) const { return (graph.ops[size_t(op)].scratch + alignment - 1) / alignment * alignment; }
  bool ready(const Set &done, int32_t op) const {
    return !has(done, op) && std::all_of(predecessors[size_t(op)].begin(), predecessors[size_t(op)].end(),
                                         [&](int32_t before) { return has(done, before); });
  }
  /// What the step of `op` adds to the live bytes, and what of that and of the rest dies with it.
  std::pair<Bytes, Bytes> effect(const Set &done, int32_t op) const {
    Bytes born = 0, dying = 0;
    for (int32_t tensor : graph.ops[size_t(op)].out) {
      born += bytes(tensor);
      if (consumers[size_t(tensor)].empty())
        dying += bytes(tensor);
    }
    for (int32_t tensor : graph.ops[size_t(op)].in) {
      bool touched = producer[size_t(tensor)] >= 0, left = false;
      for (int32_t other : consumers[size_t(tensor)])
        if (other != op) {
          touched |= has(done, other);
          left |= !has(done, other);
        }
      if (!touched)
        born += bytes(tensor);
      if (!left)
        dying += bytes(tensor);
    }
    return {born, dying};
  }
};

struct State {
  Set done;
  Bytes peak, live;
  int32_t parent;            ///< state
  std::vector<int32_t> path; ///< operators since the parent
  int32_t count;
};

/// Runs at once what neither raises the peak nor the live bytes: an order that runs it later is no better.
void runSafe(const Web &web, State &state, const std::vector<int32_t> &hints) {
  std::vector<int32_t> open = hints;
  while (!open.empty()) {
    int32_t op = open.back();
    open.pop_back();
    if (!web.ready(state.done, op))
      continue;
    auto [born, dying] = web.effect(state.done, op);
    if (born > dying || state.live + born + web.scratch(op) > state.peak)
      continue;
    state.done[size_t(op) / 64] |= uint64_t(1) << (op % 64);
    state.live += born - dying;
    state.path.push_back(op);
    ++state.count;
    for (int32_t next : web.successors[size_t(op)])
      open.push_back(next);
    // A tensor may now have one consumer left, which has become safe.
    for (int32_t tensor : web.graph.ops[size_t(op)].in)
      for (int32_t other : web.consumers[size_t(tensor)])
        if (!has(state.done, other))
          open.push_back(other);
  }
}

State step(const Web &web, const State &from, int32_t parent, int32_t op) {
  State next{from.done, from.peak, from.live, parent, {op}, from.count + 1};
  auto [born, dying] = web.effect(from.done, op);
  next.peak = std::max(next.peak, from.live + born + web.scratch(op));
  next.live += born - dying;
  next.done[size_t(op) / 64] |= uint64_t(1) << (op % 64);
  std::vector<int32_t> hints;
  for (size_t other = 0; other < web.graph.ops.size(); ++other)
    if (web.ready(next.done, int32_t(other)))
      hints.push_back(int32_t(other));
  runSafe(web, next, hints);
  return next;
}

std::vector<int32_t> trace(const std::vector<State> &states, int32_t at) {
  std::vector<std::vector<int32_t>> parts;
  for (; at >= 0; at = states[size_t(at)].parent)
    parts.push_back(states[size_t(at)].path);
  std::vector<int32_t> order;
  for (size_t p = parts.size(); p-- > 0;)
    order.insert(order.end(), parts[p].begin(), parts[p].end());
  return order;
}

/// Width-limited layers by number of operators; keeps the states with the least (peak, live).
std::vector<int32_t> beam(const Web &web, State root, size_t width) {
  std::vector<State> states{std::move(root)};
  std::vector<std::vector<int32_t>> layers(web.graph.ops.size() + 1);
  layers[size_t(states[0].count)].push_back(0);
  for (auto &layer : layers) {
    std::sort(layer.begin(), layer.end(), [&](int32_t a, int32_t b) {
      const State &x = states[size_t(a)], &y = states[size_t(b)];
      return std::tie(x.peak, x.live, a) < std::tie(y.peak, y.live, b);
    });
    std::unordered_map<Set, bool, SetHash> seen;
    size_t kept = 0;
    for (int32_t at : layer) {
      if (kept == width)
        break;
      if (!seen.emplace(states[size_t(at)].done, true).second)
        continue;
      ++kept;
      if (size_t(states[size_t(at)].count) == web.graph.ops.size())
        return trace(states, at);
      for (size_t op = 0; op < web.graph.ops.size(); ++op)
        if (web.ready(states[size_t(at)].done, int32_t(op))) {
          State next = step(web, states[size_t(at)], at, int32_t(op));
          layers[size_t(next.count)].push_back(int32_t(states.size()));
          states.push_back(std::move(next));
        }
    }
    if (&layer != &layers.front())
      for (int32_t at : layer)
        Set().swap(states[size_t(at)].done);
  }
  return {};
}
} // namespace

PeakOrder hewn::planner::minimizePeak(const Graph &graph, const OrderOptions &options) {
  PeakOrder result;
  result.lowerBound = largestFootprint(graph, options.alignment);
  if (graph.ops.empty())
    return result;
  Web web(graph, options.alignment);
  double deadline = options.timeLimit > 0 ? steadySeconds() + options.timeLimit : 0;
  State root{Set((graph.ops.size() + 63) / 64, 0), result.lowerBound, 0, -1, {}, 0};
  std::vector<int32_t> hints;
  for (size_t op = 0; op < graph.ops.size(); ++op)
    hints.push_back(int32_t(op));
  runSafe(web, root, hints);
  std::vector<State> states{root};
  std::unordered_map<Set, Bytes, SetHash> best{{root.done, root.peak}};
  // Least peak first, then the state that is furthest.
  auto later = [&](int32_t a, int32_t b) {
    const State &x = states[size_t(a)], &y = states[size_t(b)];
    return std::tie(x.peak, y.count, a) > std::tie(y.peak, x.count, b);
  };
  std::priority_queue<int32_t, std::vector<int32_t>, decltype(later)> queue(later);
  queue.push(0);
  while (!queue.empty()) {
    int32_t at = queue.top();
    queue.pop();
    result.lowerBound = std::max(result.lowerBound, states[size_t(at)].peak);
    if (size_t(states[size_t(at)].count) == graph.ops.size()) {
      result.order = trace(states, at);
      result.peak = states[size_t(at)].peak;
      break;
    }
    if (best[states[size_t(at)].done] < states[size_t(at)].peak)
      continue;
    if (++result.states > options.stateLimit || (options.stop && options.stop->load()) ||
        (deadline > 0 && steadySeconds() > deadline))
      break;
    for (size_t op = 0; op < graph.ops.size(); ++op) {
      if (!web.ready(states[size_t(at)].done, int32_t(op)))
        continue;
      State next = step(web, states[size_t(at)], at, int32_t(op));
      auto [found, fresh] = best.emplace(next.done, next.peak);
      if (!fresh && found->second <= next.peak)
        continue;
      found->second = next.peak;
      states.push_back(std::move(next));
      queue.push(int32_t(states.size()) - 1);
    }
    Set().swap(states[size_t(at)].done);
  }
  if (result.order.empty()) {
    result.order = beam(web, root, 50);
    std::vector<int32_t> listed(graph.ops.size());
    for (size_t op = 0; op < listed.size(); ++op)
      listed[op] = int32_t(op);
    if (result.order.empty() ||
        peakOf(graph, listed, options.alignment) < peakOf(graph, result.order, options.alignment))
      result.order = listed;
    result.peak = peakOf(graph, result.order, options.alignment);
  }
  return result;
}
