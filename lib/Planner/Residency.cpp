// The residency program: one 0-1 column per gap between two touches, packing behind it, cuts from packing back into it
// (docs/rationale/planner-residency.md).
#include "hewn/Planner/Residency.h"
#include "Search.h"
#include "hewn/Planner/Validator.h"
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace hewn::planner;

static Bytes rounded(Bytes bytes, Bytes alignment) { return (bytes + alignment - 1) / alignment * alignment; }

static bool readsBeforeItWrites(const std::string &kind) {
  static const std::set<std::string> kinds = {"mul", "add",  "sum",     "sub",        "relu",
                                              "bn",  "clip", "sigmoid", "elementwise"};
  return kinds.count(kind) != 0;
}

std::vector<ResidentBuffer> hewn::planner::makeBuffers(const Graph &graph, const std::vector<int32_t> &order,
                                                       Bytes alignment, bool inPlace) {
  std::vector<int32_t> lastUse(graph.tensors.size(), -1), producer = graph.producers(),
                                                          bufferOf(graph.tensors.size(), -1);
  for (size_t step = 0; step < order.size(); ++step)
    for (int32_t tensor : graph.ops[size_t(order[step])].in)
      lastUse[size_t(tensor)] = int32_t(step);
  std::vector<ResidentBuffer> buffers;
  auto touch = [&](int32_t tensor, int32_t step, bool write) {
    auto t = size_t(tensor);
    if (bufferOf[t] < 0) {
      bufferOf[t] = int32_t(buffers.size());
      buffers.emplace_back();
      buffers.back().tensors = {tensor};
      buffers.back().bytes = rounded(graph.tensors[t].bytes, alignment);
      buffers.back().backed = producer[t] < 0;
    }
    std::vector<Touch> &touches = buffers[size_t(bufferOf[t])].touches;
    if (!touches.empty() && touches.back().step == step)
      touches.back().write |= write;
    else
      touches.push_back({step, write});
  };
  for (size_t step = 0; step < order.size(); ++step) {
    const Operator &op = graph.ops[size_t(order[step])];
    if (inPlace && op.out.size() == 1 && readsBeforeItWrites(op.kind) && bufferOf[size_t(op.out[0])] < 0)
      for (int32_t tensor : op.in) {
        auto t = size_t(tensor);
        // The caller's inputs are not ours to overwrite; the operand must die here and have the result's size.
        if (producer[t] < 0 || lastUse[t] != int32_t(step) ||
            graph.tensors[t].bytes != graph.tensors[size_t(op.out[0])].bytes)
          continue;
        bufferOf[size_t(op.out[0])] = bufferOf[t];
        buffers[size_t(bufferOf[t])].tensors.push_back(op.out[0]);
        break;
      }
    for (int32_t tensor : op.in)
      touch(tensor, int32_t(step), false);
    for (int32_t tensor : op.out)
      touch(tensor, int32_t(step), true);
  }
  return buffers;
}

namespace {
struct Gap {
  int32_t buffer, from, to; ///< touches `from` and `from + 1` at these steps: the buffer may be away in (from, to)
  int32_t column;           ///< 1: away
};

class Planner {
public:
  Planner(const Graph &graph, Bytes capacity, const ResidencyOptions &options, ResidencyPlan &plan)
      : graph(graph), capacity(capacity), options(options), plan(plan) {}
  void run();

private:
  bool buildModel();
  std::vector<uint8_t> belady(bool byCost) const;
  std::vector<uint8_t> withStores(const std::vector<uint8_t> &away) const;
  void takePieces(const std::vector<uint8_t> &x);
  PackingProblem packingOf(const std::vector<Piece> &pieces) const;
  bool addPackingCut();
  void makeCopies();
  bool tighten(Bytes slack);

  const Graph &graph;
  Bytes capacity;
  const ResidencyOptions &options;
  ResidencyPlan &plan;
  MipModel model;
  std::vector<Gap> gaps;
  std::vector<std::vector<int32_t>> gapsOf; ///< by buffer: index in `gaps` per pair of touches, -1 if adjacent
  std::vector<std::pair<int32_t, int32_t>> storeRows; ///< (store column, gap column)
  std::vector<Bytes> fixedBytes, throughBytes;
  size_t modelRows = 0; ///< rows of the exact model
};

/// The number of gaps in which the version that touch `j` leaves may be away.
size_t gapsOfVersion(const ResidentBuffer &buffer, size_t j) {
  const std::vector<Touch> &touches = buffer.touches;
  while (j > 0 && !touches[j].write)
    --j;
  size_t count = 0;
  for (size_t k = j; k + 1 < touches.size() && (k == j || !touches[k].write); ++k)
    count += touches[k + 1].step > touches[k].step + 1;
  return count;
}

/// minimise   sum over gaps load * away + sum over versions store * stored
/// subject to stored >= away for each gap of the version, and for each step: what is away covers what is too much.
bool Planner::buildModel() {
  auto steps = plan.order.size();
  fixedBytes.assign(steps, 0);
  throughBytes.assign(steps, 0);
  for (size_t t = 0; t < steps; ++t)
    fixedBytes[t] = rounded(graph.ops[size_t(plan.order[t])].scratch, options.alignment);
  std::vector<MipRow> rows(steps);
  gapsOf.resize(plan.buffers.size());
  for (size_t b = 0; b < plan.buffers.size(); ++b) {
    const ResidentBuffer &buffer = plan.buffers[b];
    for (const Touch &touch : buffer.touches)
      fixedBytes[size_t(touch.step)] += buffer.bytes;
    int32_t storeColumn = -1, storeVersion = -1;
    for (size_t j = 0, version = 0; j + 1 < buffer.touches.size(); ++j) {
      if (buffer.touches[j].write)
        version = j + 1; // 0: the copy that exists outside already
      int32_t from = buffer.touches[j].step, to = buffer.touches[j + 1].step;
      gapsOf[b].push_back(-1);
      if (to <= from + 1)
        continue;
      bool dirty = version > 0 || !buffer.backed;
      int64_t load = options.loadCost * buffer.bytes, store = dirty ? options.storeCost * buffer.bytes : 0;
      bool shared = dirty && gapsOfVersion(buffer, j) > 1;
      Gap gap{int32_t(b), from, to, model.addColumn(shared ? load : load + store)};
      if (shared) {
        if (storeVersion != int32_t(version))
          storeColumn = model.addColumn(store), storeVersion = int32_t(version);
        storeRows.push_back({storeColumn, gap.column});
        model.rows.push_back({{{storeColumn, 1}, {gap.column, -1}}, 0});
      }
      gapsOf[b].back() = int32_t(gaps.size());
      gaps.push_back(gap);
      for (int32_t t = from + 1; t < to; ++t) {
        rows[size_t(t)].terms.push_back({gap.column, buffer.bytes});
        throughBytes[size_t(t)] += buffer.bytes;
      }
    }
  }
  for (size_t t = 0; t < steps; ++t) {
    if (fixedBytes[t] > capacity) {
      const Operator &op = graph.ops[size_t(plan.order[t])];
      plan.status = Status::Infeasible;
      plan.error = {4109, "operator " + std::to_string(plan.order[t]) + " (" + op.kind + ") alone needs " +
                              std::to_string(fixedBytes[t]) + " of " + std::to_string(capacity) + " bytes"};
      return false;
    }
    rows[t].lower = fixedBytes[t] + throughBytes[t] - capacity;
    if (rows[t].lower > 0 && (t == 0 || rows[t].terms != rows[t - 1].terms || rows[t].lower > rows[t - 1].lower))
      model.rows.push_back(rows[t]);
  }
  return true;
}

/// Completes a choice of gaps by the stores that it needs.
std::vector<uint8_t> Planner::withStores(const std::vector<uint8_t> &away) const {
  std::vector<uint8_t> x(model.cost.size(), 0);
  for (size_t g = 0; g < gaps.size(); ++g)
    x[size_t(gaps[g].column)] = away[g];
  for (auto [store, gap] : storeRows)
    x[size_t(store)] |= x[size_t(gap)];
  return x;
}

/// Walks the steps and sends away what is used furthest in the future (or costs least per byte and step) until the step
/// fits.
std::vector<uint8_t> Planner::belady(bool byCost) const {
  std::vector<uint8_t> away(gaps.size(), 0);
  std::vector<std::vector<int32_t>> starting(fixedBytes.size());
  for (size_t g = 0; g < gaps.size(); ++g)
    starting[size_t(gaps[g].from) + 1].push_back(int32_t(g));
  std::vector<int32_t> open;
  Bytes openBytes = 0;
  auto sizeOf = [&](int32_t g) { return plan.buffers[size_t(gaps[size_t(g)].buffer)].bytes; };
  for (size_t t = 0; t < fixedBytes.size(); ++t) {
    for (int32_t g : starting[t])
      open.push_back(g), openBytes += sizeOf(g);
    open.erase(std::remove_if(open.begin(), open.end(),
                              [&](int32_t g) {
                                bool over = gaps[size_t(g)].to <= int32_t(t);
                                openBytes -= over ? sizeOf(g) : 0;
                                return over;
                              }),
               open.end());
    while (openBytes + fixedBytes[t] > capacity && !open.empty()) {
      auto worse = [&](int32_t a, int32_t b) {
        double x = double(gaps[size_t(a)].to) - double(t), y = double(gaps[size_t(b)].to) - double(t);
        if (byCost) {
          x *= double(sizeOf(a)) / double(model.cost[size_t(gaps[size_t(a)].column)] + 1);
          y *= double(sizeOf(b)) / double(model.cost[size_t(gaps[size_t(b)].column)] + 1);
        }
        return x != y ? x < y : a < b;
      };
      auto victim = std::max_element(open.begin(), open.end(), worse);
      away[size_t(*victim)] = 1;
      openBytes -= sizeOf(*victim);
      open.erase(victim);
    }
  }
  return withStores(away);
}

void Planner::takePieces(const std::vector<uint8_t> &x) {
  plan.pieces.clear();
  for (size_t b = 0; b < plan.buffers.size(); ++b) {
    const std::vector<Touch> &touches = plan.buffers[b].touches;
    Piece piece{int32_t(b), touches[0].step, 0, plan.buffers[b].backed};
    for (size_t j = 0; j < touches.size(); ++j) {
      piece.last = touches[j].step + 1;
      int32_t gap = j + 1 < touches.size() ? gapsOf[b][j] : -1;
      if (gap >= 0 && x[size_t(gaps[size_t(gap)].column)]) {
        plan.pieces.push_back(piece);
        piece = {int32_t(b), touches[j + 1].step, 0, true};
      }
    }
    plan.pieces.push_back(piece);
  }
}

PackingProblem Planner::packingOf(const std::vector<Piece> &pieces) const {
  PackingProblem problem;
  problem.capacity = capacity;
  for (const Piece &piece : pieces) {
    Buffer buffer;
    buffer.lower = piece.first, buffer.upper = piece.last;
    buffer.size = plan.buffers[size_t(piece.buffer)].bytes;
    buffer.alignment = options.alignment;
    problem.buffers.push_back(buffer);
  }
  for (size_t t = 0; t < plan.order.size(); ++t)
    if (Bytes scratch = graph.ops[size_t(plan.order[t])].scratch) {
      Buffer buffer;
      buffer.lower = int64_t(t), buffer.upper = int64_t(t) + 1;
      buffer.size = rounded(scratch, options.alignment);
      buffer.alignment = options.alignment;
      problem.buffers.push_back(buffer);
    }
  return problem;
}

/// The pieces cannot be packed: drops pieces one by one while that stays proven, and forbids keeping all gaps of the
/// rest.
bool Planner::addPackingCut() {
  PackingOptions quick = options.packing;
  quick.nodeLimit = 20'000;
  quick.workLimit = 50'000'000;
  std::vector<Piece> core = plan.pieces;
  auto infeasible = [&](const std::vector<Piece> &pieces) {
    return pack(packingOf(pieces), quick).status == Status::Infeasible;
  };
  for (size_t chunk = std::max<size_t>(core.size() / 4, 1);; chunk = std::max<size_t>(chunk / 2, 1)) {
    for (size_t at = 0; at < core.size();) {
      std::vector<Piece> fewer(core.begin(), core.begin() + long(at));
      fewer.insert(fewer.end(), core.begin() + long(std::min(at + chunk, core.size())), core.end());
      if (infeasible(fewer))
        core = std::move(fewer);
      else
        at += chunk;
    }
    if (chunk == 1)
      break;
  }
  MipRow cut;
  cut.lower = 1;
  for (const Piece &piece : core)
    for (int32_t g : gapsOf[size_t(piece.buffer)])
      if (g >= 0 && gaps[size_t(g)].from >= piece.first && gaps[size_t(g)].to < piece.last)
        cut.terms.push_back({gaps[size_t(g)].column, 1});
  if (cut.terms.empty())
    return false;
  model.rows.push_back(std::move(cut));
  modelRows = model.rows.size();
  ++plan.cuts;
  return true;
}

void Planner::makeCopies() {
  plan.copies.clear();
  plan.cost = 0;
  std::map<std::pair<int32_t, int32_t>, bool> stored; // (buffer, version)
  std::vector<std::vector<const Piece *>> byBuffer(plan.buffers.size());
  for (const Piece &piece : plan.pieces)
    byBuffer[size_t(piece.buffer)].push_back(&piece);
  for (size_t b = 0; b < plan.buffers.size(); ++b) {
    const ResidentBuffer &buffer = plan.buffers[b];
    for (size_t p = 0; p < byBuffer[b].size(); ++p) {
      const Piece &piece = *byBuffer[b][p];
      if (piece.loaded)
        plan.copies.push_back({piece.first, int32_t(b), true, p == 0, buffer.bytes});
      if (p + 1 == byBuffer[b].size())
        break;
      int32_t version = -1;
      for (const Touch &touch : buffer.touches)
        if (touch.step < piece.last && touch.write)
          version = touch.step;
      bool clean = version < 0 && buffer.backed;
      if (!clean && !stored[{int32_t(b), version}]) {
        stored[{int32_t(b), version}] = true;
        plan.copies.push_back({piece.last - 1, int32_t(b), false, false, buffer.bytes});
      }
    }
  }
  for (const Copy &copy : plan.copies)
    if (!copy.compulsory)
      plan.cost += copy.bytes * (copy.load ? options.loadCost : options.storeCost);
  std::sort(plan.copies.begin(), plan.copies.end(), [](const Copy &a, const Copy &b) {
    return std::tie(a.step, b.load, a.buffer) < std::tie(b.step, a.load, b.buffer);
  });
}

/// Takes `slack` bytes from every step. False: some operator has not that much to give, and spilling more would not
/// help.
bool Planner::tighten(Bytes slack) {
  model.rows.resize(modelRows);
  bool changed = false;
  std::vector<std::vector<std::pair<int32_t, int64_t>>> terms(fixedBytes.size());
  for (const Gap &gap : gaps)
    for (int32_t t = gap.from + 1; t < gap.to; ++t)
      terms[size_t(t)].push_back({gap.column, plan.buffers[size_t(gap.buffer)].bytes});
  for (size_t t = 0; t < fixedBytes.size(); ++t) {
    Bytes most = std::min(throughBytes[t], fixedBytes[t] + throughBytes[t] - capacity + slack);
    if (most > 0) {
      changed |= fixedBytes[t] + throughBytes[t] - capacity + slack <= throughBytes[t];
      model.rows.push_back({std::move(terms[t]), most});
    }
  }
  return changed;
}

void Planner::run() {
  plan.buffers = makeBuffers(graph, plan.order, options.alignment, options.inPlace);
  if (!buildModel())
    return;
  modelRows = model.rows.size();
  Error error;
  std::unique_ptr<MipSolver> solver = createMipSolver(options.solver, error);
  if (!solver) {
    plan.status = Status::Invalid, plan.error = error;
    return;
  }
  plan.solver = solver->name();
  Bytes slack = 0, step = 0;
  for (const ResidentBuffer &buffer : plan.buffers)
    step = std::gcd(step, buffer.bytes);
  int32_t round = 0;
  for (; round <= 2 * options.packingRounds; ++round) {
    MipOptions mip = options.mip;
    for (bool byCost : {false, true}) {
      std::vector<uint8_t> start = belady(byCost);
      // With slack taken away a step may ask for more than its gaps; the start is then no start.
      if (model.isFeasible(start) && (mip.start.empty() || model.objective(start) < model.objective(mip.start)))
        mip.start = start;
    }
    MipResult solved = solver->solve(model, mip);
    plan.nodes += solved.nodes;
    if (slack == 0)
      plan.lowerBound = std::max(plan.lowerBound, solved.bound);
    if (solved.error) {
      plan.status = Status::Invalid, plan.error = solved.error;
      return;
    }
    if (solved.x.empty()) {
      plan.status = solved.status;
      return;
    }
    takePieces(solved.x);
    makeCopies();
    bool proven = plan.cost == plan.lowerBound || (solved.status == Status::Optimal && slack == 0);
    plan.status = proven ? Status::Optimal : Status::Feasible;
    if (!options.place)
      return;
    PackingProblem problem = packingOf(plan.pieces);
    PackingResult packed = pack(problem, options.packing);
    plan.peakLive = packed.maxLive;
    plan.method = packed.method;
    if (!packed.offsets.empty() && packed.height <= capacity) {
      for (size_t p = 0; p < plan.pieces.size(); ++p)
        plan.pieces[p].offset = packed.offsets[p];
      plan.height = packed.height;
      std::string fault = validateResidency(graph, plan, capacity);
      if (!fault.empty())
        plan.status = Status::Invalid, plan.error = {4001, fault};
      return;
    }
    plan.status = Status::Limit;
    if (packed.status == Status::Infeasible && slack == 0 && round < options.packingRounds && addPackingCut())
      continue;
    // Undecided, or too many cuts: leave room for holes. What follows is a plan, not the best one.
    problem.capacity.reset();
    PackingOptions quick = options.packing;
    quick.nodeLimit = 0;
    slack += std::max<Bytes>((pack(problem, quick).height - capacity) / 2, step);
    if (!tighten(slack))
      break;
  }
}
} // namespace

ResidencyPlan hewn::planner::planResidency(const Graph &graph, const std::vector<int32_t> &order, Bytes capacity,
                                           const ResidencyOptions &options) {
  ResidencyPlan plan;
  double start = steadySeconds();
  plan.order = order;
  if (!isTopological(graph, order)) {
    plan.status = Status::Invalid;
    plan.error = {4104, "the order does not respect the graph"};
    return plan;
  }
  Planner(graph, capacity, options, plan).run();
  plan.seconds = steadySeconds() - start;
  return plan;
}
