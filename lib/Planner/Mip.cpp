// The built-in solver: dual simplex with rows and knapsack-cover cuts added as they are violated, depth-first branch
// and bound.
//
// Every bound it uses is recomputed from the duals in integer arithmetic: for multipliers u >= 0 of rows `a x >= b`,
//   sum u b + sum over columns of min over the column's domain of (c - u a) x
// is a lower bound whatever u is. A wrong LP can make the search slow, never the answer wrong.
#include "hewn/Planner/Mip.h"
#include "Search.h"
#include "Simplex.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace hewn::planner;

int64_t MipModel::objective(const std::vector<uint8_t> &x) const {
  int64_t sum = 0;
  for (size_t j = 0; j < cost.size(); ++j)
    sum += x[j] ? cost[j] : 0;
  return sum;
}

bool MipModel::isFeasible(const std::vector<uint8_t> &x) const {
  if (x.size() != cost.size())
    return false;
  return std::all_of(rows.begin(), rows.end(), [&](const MipRow &row) {
    int64_t sum = 0;
    for (auto [column, coefficient] : row.terms)
      sum += x[size_t(column)] ? coefficient : 0;
    return sum >= row.lower;
  });
}

namespace {
using Wide = __int128;
/// Models with more entries than this get no cuts: their relaxations are tight already, and long rows make cuts dear.
constexpr size_t kCutTerms = 60'000;
constexpr int kShift = 24; ///< binary places of multipliers

class BranchAndBound {
public:
  BranchAndBound(const MipModel &model, const MipOptions &options);
  MipResult run();

private:
  struct Branch {
    int32_t column;
    uint8_t value;
    bool second; ///< the other value has been tried
  };

  bool addViolated();
  void addCuts(const MipRow &row);
  void addToSimplex(const MipRow &row);
  int64_t provenBound(std::vector<Wide> *reducedCosts = nullptr) const;
  bool provenInfeasible() const;
  template <typename Multiplier>
  Wide lagrangian(std::vector<Wide> &reduced, double factor, Multiplier &&multiplierOf) const;
  int64_t roundUp(int64_t bound) const;
  void offer(const std::vector<uint8_t> &x);
  void roundToFeasible();
  void fixByReducedCost();
  void fix(int32_t column, uint8_t value);
  void release(int32_t column);
  bool interrupted() const;

  const MipModel &model;
  const MipOptions &options;
  std::vector<MipRow> rows; ///< tightened rows, then cuts: the order of the simplex's rows is in `inSimplex`
  std::vector<int32_t> inSimplex, added;
  std::vector<int8_t> fixed; ///< -1: free
  std::vector<double> point;
  size_t totalTerms = 0;
  double costScale = 1;
  int64_t step = 1; ///< all objectives are multiples of it
  Simplex simplex;
  MipResult result;
  bool hasIncumbent = false;
  double deadline = 0;

  static std::vector<double> scaled(const MipModel &model, double &scale) {
    for (int64_t price : model.cost)
      scale = std::max(scale, std::fabs(double(price)));
    std::vector<double> cost;
    for (int64_t price : model.cost)
      cost.push_back(double(price) / scale);
    return cost;
  }
};

BranchAndBound::BranchAndBound(const MipModel &model, const MipOptions &options)
    : model(model), options(options), fixed(model.cost.size(), -1), simplex(scaled(model, costScale)) {
  step = 0;
  for (int64_t price : model.cost)
    step = std::gcd(step, price);
  step = std::max<int64_t>(step, 1);
  for (MipRow row : model.rows) {
    // With coefficients >= 0, one above the right side is as good as the right side itself.
    bool covering = std::all_of(row.terms.begin(), row.terms.end(), [](auto term) { return term.second >= 0; });
    if (covering) {
      if (row.lower <= 0)
        continue;
      for (auto &term : row.terms)
        term.second = std::min(term.second, row.lower);
    }
    rows.push_back(std::move(row));
  }
  for (const MipRow &row : rows)
    totalTerms += row.terms.size();
  added.assign(rows.size(), -1);
  if (options.timeLimit > 0)
    deadline = steadySeconds() + options.timeLimit;
}

bool BranchAndBound::interrupted() const {
  return result.nodes >= options.nodeLimit || simplex.work >= options.workLimit ||
         (options.stop && options.stop->load()) || (deadline > 0 && steadySeconds() > deadline);
}

int64_t BranchAndBound::roundUp(int64_t bound) const {
  int64_t rest = bound % step;
  return rest == 0 ? bound : bound > 0 ? bound + step - rest : bound - rest;
}

/// The Lagrangian bound of the present duals under the present fixings, exactly.
int64_t BranchAndBound::provenBound(std::vector<Wide> *reducedCosts) const {
  std::vector<Wide> reduced(model.cost.size());
  for (size_t j = 0; j < reduced.size(); ++j)
    reduced[j] = Wide(model.cost[j]) << kShift;
  Wide sum = lagrangian(reduced, costScale, [&](int32_t row) { return simplex.dual(row); });
  if (reducedCosts)
    *reducedCosts = std::move(reduced);
  Wide one = Wide(1) << kShift;
  Wide quotient = sum >= 0 ? (sum + one - 1) / one : -(-sum / one);
  return roundUp(int64_t(quotient));
}

/// Whether the ray that the simplex gave proves that no point is left.
bool BranchAndBound::provenInfeasible() const {
  std::vector<Wide> nothing(model.cost.size(), 0);
  return lagrangian(nothing, 1 << 16, [&](int32_t row) { return simplex.ray(row); }) > 0;
}

template <typename Multiplier>
Wide BranchAndBound::lagrangian(std::vector<Wide> &reduced, double factor, Multiplier &&multiplierOf) const {
  Wide sum = 0;
  for (size_t k = 0; k < inSimplex.size(); ++k) {
    const MipRow &row = rows[size_t(inSimplex[k])];
    double scale = 1;
    for (auto term : row.terms)
      scale = std::max(scale, std::fabs(double(term.second)));
    double exact = std::floor(multiplierOf(int32_t(k)) * factor / scale * double(1 << kShift) + 0.5);
    if (!(exact > 0) || exact > 1e18)
      continue;
    Wide multiplier = Wide(int64_t(exact));
    sum += multiplier * row.lower;
    for (auto [column, coefficient] : row.terms)
      reduced[size_t(column)] -= multiplier * coefficient;
  }
  for (size_t j = 0; j < reduced.size(); ++j)
    if (fixed[j] == 1 || (fixed[j] < 0 && reduced[j] < 0))
      sum += reduced[j];
  return sum;
}

void BranchAndBound::addToSimplex(const MipRow &row) {
  double scale = 1;
  for (auto term : row.terms)
    scale = std::max(scale, std::fabs(double(term.second)));
  std::vector<std::pair<int32_t, double>> terms;
  for (auto [column, coefficient] : row.terms)
    terms.push_back({column, double(coefficient) / scale});
  simplex.addRow(terms, double(row.lower) / scale);
}

/// Knapsack-cover cuts: with the columns Q at 1, what remains of the row must be covered by the others, each of which
/// counts for at most that remainder.
void BranchAndBound::addCuts(const MipRow &row) {
  std::vector<std::pair<int32_t, int64_t>> terms = row.terms, rest;
  for (auto term : terms)
    if (term.second < 0)
      return;
  std::sort(terms.begin(), terms.end(), [&](auto a, auto b) {
    double x = point[size_t(a.first)], y = point[size_t(b.first)];
    return x != y ? x > y : a.first < b.first;
  });
  int64_t remainder = row.lower;
  MipRow best;
  double bestViolation = 1e-4;
  for (size_t q = 0; q < terms.size() && point[size_t(terms[q].first)] > 1e-9; ++q) {
    if (terms[q].second >= remainder) {
      rest.push_back(terms[q]);
      continue;
    }
    remainder -= terms[q].second; // joins Q
    double left = 0;
    MipRow cut;
    cut.lower = remainder;
    auto keep = [&](std::pair<int32_t, int64_t> term) {
      cut.terms.push_back({term.first, std::min(term.second, remainder)});
      left += point[size_t(term.first)] * double(cut.terms.back().second);
    };
    for (auto term : rest)
      keep(term);
    for (size_t k = q + 1; k < terms.size(); ++k)
      keep(terms[k]);
    double violation = 1 - left / double(remainder);
    if (violation > bestViolation)
      bestViolation = violation, best = std::move(cut);
  }
  if (best.terms.empty())
    return;
  addToSimplex(best);
  inSimplex.push_back(int32_t(rows.size()));
  rows.push_back(std::move(best));
  added.push_back(1);
}

/// Adds rows that the present point violates, then cuts. False: there are none.
bool BranchAndBound::addViolated() {
  for (size_t j = 0; j < point.size(); ++j)
    point[j] = simplex.value(int32_t(j));
  size_t before = inSimplex.size(), count = added.size();
  std::vector<std::pair<double, int32_t>> violated;
  for (size_t i = 0; i < count; ++i) {
    if (added[i] >= 0)
      continue;
    double sum = 0, scale = 1;
    for (auto [column, coefficient] : rows[i].terms) {
      sum += double(coefficient) * point[size_t(column)];
      scale = std::max(scale, std::fabs(double(coefficient)));
    }
    double violation = (double(rows[i].lower) - sum) / scale;
    if (violation > 1e-6)
      violated.push_back({-violation, int32_t(i)});
  }
  std::sort(violated.begin(), violated.end());
  for (auto [violation, i] : violated) {
    addToSimplex(rows[size_t(i)]);
    added[size_t(i)] = 1;
    inSimplex.push_back(i);
  }
  if (violated.empty() && totalTerms < kCutTerms && count < 3 * model.rows.size() + 2000)
    for (size_t i = 0; i < added.size() && i < model.rows.size(); ++i)
      if (added[i] >= 0 && rows[i].terms.size() > 2) {
        MipRow row = rows[i];
        addCuts(row);
      }
  return inSimplex.size() > before;
}

void BranchAndBound::offer(const std::vector<uint8_t> &x) {
  if (!model.isFeasible(x))
    return;
  int64_t objective = model.objective(x);
  if (hasIncumbent && objective >= result.objective)
    return;
  hasIncumbent = true;
  result.x = x;
  result.objective = objective;
}

/// Rounds the point up where it is large, repairs rows by their cheapest column, then drops what is not needed.
void BranchAndBound::roundToFeasible() {
  std::vector<uint8_t> x(point.size());
  for (size_t j = 0; j < x.size(); ++j)
    x[j] = fixed[j] >= 0 ? uint8_t(fixed[j]) : point[j] > 0.5;
  for (int pass = 0; pass < 4; ++pass)
    for (const MipRow &row : model.rows) {
      int64_t sum = 0;
      for (auto [column, coefficient] : row.terms)
        sum += x[size_t(column)] ? coefficient : 0;
      while (sum < row.lower) {
        int32_t best = -1;
        double bestPrice = 1e300;
        int64_t bestGain = 0;
        for (auto [column, coefficient] : row.terms) {
          auto j = size_t(column);
          int64_t gain = x[j] ? -coefficient : coefficient;
          if (gain <= 0)
            continue;
          double price =
              (x[j] ? 0.0 : double(model.cost[j]) * (1.001 - point[j])) / double(std::min(gain, row.lower - sum));
          if (price < bestPrice)
            bestPrice = price, best = column, bestGain = gain;
        }
        if (best < 0)
          return;
        x[size_t(best)] ^= 1;
        sum += bestGain;
      }
    }
  if (!model.isFeasible(x))
    return;
  std::vector<int32_t> order;
  for (size_t j = 0; j < x.size(); ++j)
    if (x[j] && model.cost[j] > 0)
      order.push_back(int32_t(j));
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return model.cost[size_t(a)] != model.cost[size_t(b)] ? model.cost[size_t(a)] > model.cost[size_t(b)] : a < b;
  });
  std::vector<std::vector<std::pair<int32_t, int64_t>>> rowsOf(x.size());
  std::vector<int64_t> slack(model.rows.size());
  for (size_t i = 0; i < model.rows.size(); ++i) {
    slack[i] = -model.rows[i].lower;
    for (auto [column, coefficient] : model.rows[i].terms) {
      rowsOf[size_t(column)].push_back({int32_t(i), coefficient});
      slack[i] += x[size_t(column)] ? coefficient : 0;
    }
  }
  for (int32_t j : order) {
    bool spare = std::all_of(rowsOf[size_t(j)].begin(), rowsOf[size_t(j)].end(),
                             [&](auto term) { return slack[size_t(term.first)] >= term.second; });
    if (!spare)
      continue;
    x[size_t(j)] = 0;
    for (auto [i, coefficient] : rowsOf[size_t(j)])
      slack[size_t(i)] -= coefficient;
  }
  offer(x);
}

void BranchAndBound::fix(int32_t column, uint8_t value) {
  fixed[size_t(column)] = int8_t(value);
  simplex.setBounds(column, value, value);
}

void BranchAndBound::release(int32_t column) {
  fixed[size_t(column)] = -1;
  simplex.setBounds(column, 0, 1);
}

/// At the root: a column whose other value would cost more than the incumbent keeps its value for good.
void BranchAndBound::fixByReducedCost() {
  std::vector<Wide> reduced;
  int64_t bound = provenBound(&reduced);
  if (!hasIncumbent)
    return;
  for (size_t j = 0; j < reduced.size(); ++j) {
    if (fixed[j] >= 0)
      continue;
    Wide distance = Wide(result.objective - bound) << 24;
    if (reduced[j] > distance)
      fix(int32_t(j), 0);
    else if (-reduced[j] > distance)
      fix(int32_t(j), 1);
  }
}

MipResult BranchAndBound::run() {
  point.assign(model.cost.size(), 0);
  if (!options.start.empty())
    offer(options.start);
  std::vector<Branch> path;
  bool atRoot = true, complete = false;
  int64_t rootBound = INT64_MIN;
  while (!interrupted()) {
    ++result.nodes;
    bool dead = false, doubtful = false;
    for (int round = 0;; ++round) {
      Simplex::Result lp = simplex.optimize(std::max<int64_t>(options.workLimit - simplex.work, 1));
      if (lp == Simplex::Result::Infeasible) {
        dead = provenInfeasible();
        doubtful = !dead;
        break;
      }
      if (hasIncumbent && provenBound() >= result.objective) {
        dead = true;
        break;
      }
      if (lp == Simplex::Result::Limit || round > (atRoot ? 60 : 6) || !addViolated())
        break;
    }
    for (size_t j = 0; j < point.size(); ++j)
      point[j] = std::clamp(simplex.value(int32_t(j)), 0.0, 1.0);
    if (!dead) {
      roundToFeasible();
      if (atRoot && !doubtful) {
        rootBound = std::max(rootBound, provenBound());
        fixByReducedCost();
      }
      dead = hasIncumbent && provenBound() >= result.objective;
    }
    atRoot = false;
    int32_t branch = -1;
    double best = 1e-6;
    if (!dead)
      for (size_t j = 0; j < point.size(); ++j) {
        if (fixed[j] >= 0)
          continue;
        double fraction = std::min(point[j], 1 - point[j]) * (1 + std::fabs(double(model.cost[j])) / costScale);
        if (fraction > best)
          best = fraction, branch = int32_t(j);
        else if (branch < 0)
          branch = int32_t(j); // no column is fractional, but only a proof or the last column ends a branch
      }
    if (branch >= 0) {
      uint8_t first = point[size_t(branch)] >= 0.4;
      path.push_back({branch, first, false});
      fix(branch, first);
      continue;
    }
    while (!path.empty() && path.back().second) {
      release(path.back().column);
      path.pop_back();
    }
    if (path.empty()) {
      complete = true;
      break;
    }
    path.back().second = true;
    path.back().value ^= 1;
    fix(path.back().column, path.back().value);
  }
  if (complete) {
    result.status = hasIncumbent ? Status::Optimal : Status::Infeasible;
    result.bound = result.objective;
  } else {
    result.status = hasIncumbent ? Status::Feasible : Status::Limit;
    int64_t trivial = 0;
    for (int64_t price : model.cost)
      trivial += std::min<int64_t>(price, 0);
    result.bound = std::max(rootBound, trivial);
  }
  return result;
}

struct BuiltinSolver final : MipSolver {
  const char *name() const override { return "builtin"; }
  MipResult solve(const MipModel &model, const MipOptions &options) override {
    return BranchAndBound(model, options).run();
  }
};
} // namespace

namespace hewn::planner {
std::unique_ptr<MipSolver> createBuiltinSolver() { return std::make_unique<BuiltinSolver>(); }
} // namespace hewn::planner
