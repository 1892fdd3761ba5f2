// Solvers that are not ours: CBC and HiGHS in process when they were found, any other as a command on an LP file.
#include "Text.h"
#include "hewn/Planner/Mip.h"
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>
#ifdef HEWN_HAVE_CBC
#include <coin/Cbc_C_Interface.h>
#endif
#ifdef HEWN_HAVE_HIGHS
#include <interfaces/highs_c_api.h>
#endif

using namespace hewn::planner;

namespace hewn::planner {
std::unique_ptr<MipSolver> createBuiltinSolver();
}

std::string hewn::planner::writeLp(const MipModel &model) {
  std::string out = "Minimize\n obj:";
  auto term = [&](int64_t coefficient, size_t column, size_t &count) {
    out += coefficient < 0 ? " - " : " + ";
    out += std::to_string(coefficient < 0 ? -coefficient : coefficient) + " x" + std::to_string(column);
    if (++count % 12 == 0)
      out += "\n ";
  };
  size_t count = 0;
  for (size_t j = 0; j < model.cost.size(); ++j)
    term(model.cost[j], j, count);
  out += "\nSubject To\n";
  for (size_t i = 0; i < model.rows.size(); ++i) {
    out += " c" + std::to_string(i) + ":";
    count = 0;
    for (auto [column, coefficient] : model.rows[i].terms)
      term(coefficient, size_t(column), count);
    out += " >= " + std::to_string(model.rows[i].lower) + "\n";
  }
  out += "Binary\n";
  for (size_t j = 0; j < model.cost.size(); ++j)
    out += " x" + std::to_string(j) + "\n";
  return out + "End\n";
}

namespace {
/// Believes nothing but the point, and checks that.
MipResult judge(const MipModel &model, std::vector<uint8_t> x, bool claimsOptimal, double claimedBound,
                const char *who) {
  MipResult result;
  if (!model.isFeasible(x)) {
    result.status = Status::Limit;
    result.error = {4108, std::string(who) + " returned no point, or one that violates a row"};
    return result;
  }
  result.x = std::move(x);
  result.objective = model.objective(result.x);
  result.bound = claimsOptimal ? result.objective : int64_t(std::ceil(std::max(claimedBound, 0.0) - 0.5));
  result.status = claimsOptimal ? Status::Optimal : Status::Feasible;
  return result;
}

struct ExternalSolver final : MipSolver {
  std::string command;
  explicit ExternalSolver(std::string command) : command(std::move(command)) {}
  const char *name() const override { return "external"; }

  MipResult solve(const MipModel &model, const MipOptions &) override {
    MipResult failed;
    failed.status = Status::Invalid;
    char folder[] = "/tmp/hewn-plan-XXXXXX";
    if (!mkdtemp(folder)) {
      failed.error = {4108, "cannot make a temporary folder"};
      return failed;
    }
    std::string lp = std::string(folder) + "/model.lp", sol = std::string(folder) + "/model.sol", line = command;
    std::ofstream(lp) << writeLp(model);
    auto replace = [&](const std::string &what, const std::string &with) {
      for (size_t at = line.find(what); at != std::string::npos; at = line.find(what, at + with.size()))
        line.replace(at, what.size(), with);
    };
    replace("{lp}", lp);
    replace("{sol}", sol);
    int code = std::system((line + " > /dev/null 2>&1").c_str());
    std::ifstream file(sol);
    std::vector<uint8_t> x(model.cost.size(), 0);
    bool any = false, optimal = false;
    for (std::string text; std::getline(file, text);) {
      std::istringstream words(text);
      std::string lower = text;
      for (char &c : lower)
        c = char(std::tolower(static_cast<unsigned char>(c)));
      optimal |= lower.rfind("optimal", 0) == 0;
      // "x7 1" or CBC's "  7 x7  1  0"
      for (std::string word; words >> word;) {
        int64_t column = 0;
        if (word[0] != 'x' || !parseInteger(std::string_view(word).substr(1), column) || column < 0 ||
            column >= int64_t(x.size()))
          continue;
        double value = 0;
        if (words >> value)
          x[size_t(column)] = value > 0.5, any = true;
        break;
      }
    }
    file.close();
    std::remove(lp.c_str());
    std::remove(sol.c_str());
    rmdir(folder);
    if (!any) {
      failed.error = {4108, "'" + command + "' wrote no solution (exit status " + std::to_string(code) + ")"};
      return failed;
    }
    return judge(model, std::move(x), optimal, 0, "the external solver");
  }
};

#ifdef HEWN_HAVE_CBC
struct CbcSolver final : MipSolver {
  const char *name() const override { return "cbc"; }
  MipResult solve(const MipModel &model, const MipOptions &options) override {
    Cbc_Model *cbc = Cbc_newModel();
    Cbc_setParameter(cbc, "log", "0");
    Cbc_setParameter(cbc, "threads", "0");
    Cbc_setParameter(cbc, "randomCbcSeed", "1");
    Cbc_setParameter(cbc, "ratioGap", "0");
    Cbc_setParameter(cbc, "allowableGap", "0.5");
    Cbc_setParameter(cbc, "maxNodes", std::to_string(options.nodeLimit).c_str());
    if (options.timeLimit > 0)
      Cbc_setParameter(cbc, "seconds", std::to_string(options.timeLimit).c_str());
    std::vector<CoinBigIndex> starts;
    std::vector<int> index;
    std::vector<double> value, low(model.cost.size(), 0), high(model.cost.size(), 1),
        cost(model.cost.begin(), model.cost.end());
    std::vector<double> rowLow, rowHigh(model.rows.size(), 1e50);
    std::vector<std::vector<std::pair<int, double>>> byColumn(model.cost.size());
    for (size_t i = 0; i < model.rows.size(); ++i) {
      rowLow.push_back(double(model.rows[i].lower));
      for (auto [column, coefficient] : model.rows[i].terms)
        byColumn[size_t(column)].push_back({int(i), double(coefficient)});
    }
    for (const auto &terms : byColumn) {
      starts.push_back(CoinBigIndex(index.size()));
      for (auto [row, coefficient] : terms)
        index.push_back(row), value.push_back(coefficient);
    }
    starts.push_back(CoinBigIndex(index.size()));
    Cbc_loadProblem(cbc, int(model.cost.size()), int(model.rows.size()), starts.data(), index.data(), value.data(),
                    low.data(), high.data(), cost.data(), rowLow.data(), rowHigh.data());
    for (size_t j = 0; j < model.cost.size(); ++j)
      Cbc_setInteger(cbc, int(j));
    Cbc_solve(cbc);
    MipResult result;
    const double *solution = Cbc_isProvenInfeasible(cbc) ? nullptr : Cbc_getColSolution(cbc);
    if (solution) {
      std::vector<uint8_t> x;
      for (size_t j = 0; j < model.cost.size(); ++j)
        x.push_back(solution[j] > 0.5);
      result = judge(model, std::move(x), Cbc_isProvenOptimal(cbc), Cbc_getBestPossibleObjValue(cbc), "cbc");
    } else {
      result.status = Status::Infeasible;
    }
    result.nodes = Cbc_getNodeCount(cbc);
    Cbc_deleteModel(cbc);
    return result;
  }
};
#endif

#ifdef HEWN_HAVE_HIGHS
struct HighsSolver final : MipSolver {
  const char *name() const override { return "highs"; }
  MipResult solve(const MipModel &model, const MipOptions &options) override {
    void *highs = Highs_create();
    Highs_setBoolOptionValue(highs, "output_flag", 0);
    Highs_setIntOptionValue(highs, "threads", 1);
    Highs_setIntOptionValue(highs, "random_seed", 1);
    Highs_setIntOptionValue(highs, "mip_max_nodes", int(std::min<int64_t>(options.nodeLimit, INT32_MAX)));
    Highs_setDoubleOptionValue(highs, "mip_rel_gap", 0);
    if (options.timeLimit > 0)
      Highs_setDoubleOptionValue(highs, "time_limit", options.timeLimit);
    for (int64_t price : model.cost) {
      Highs_addCol(highs, double(price), 0, 1, 0, nullptr, nullptr);
      Highs_changeColIntegrality(highs, Highs_getNumCol(highs) - 1, 1);
    }
    for (const MipRow &row : model.rows) {
      std::vector<HighsInt> index;
      std::vector<double> value;
      for (auto [column, coefficient] : row.terms)
        index.push_back(column), value.push_back(double(coefficient));
      Highs_addRow(highs, double(row.lower), Highs_getInfinity(highs), HighsInt(index.size()), index.data(),
                   value.data());
    }
    Highs_run(highs);
    MipResult result;
    HighsInt status = Highs_getModelStatus(highs);
    if (status == 8) {
      result.status = Status::Infeasible;
    } else {
      std::vector<double> solution(model.cost.size()), rest(std::max(model.cost.size(), model.rows.size()));
      std::vector<double> rowValues(model.rows.size()), rowDuals(model.rows.size());
      Highs_getSolution(highs, solution.data(), rest.data(), rowValues.data(), rowDuals.data());
      std::vector<uint8_t> x;
      for (double value : solution)
        x.push_back(value > 0.5);
      double bound = 0;
      Highs_getDoubleInfoValue(highs, "mip_dual_bound", &bound);
      result = judge(model, std::move(x), status == 7, bound, "highs");
    }
    int64_t nodes = 0;
    Highs_getInt64InfoValue(highs, "mip_node_count", &nodes);
    result.nodes = nodes;
    Highs_destroy(highs);
    return result;
  }
};
#endif
} // namespace

std::unique_ptr<MipSolver> hewn::planner::createMipSolver(const std::string &name, Error &error) {
  if (name == "builtin")
    return createBuiltinSolver();
#ifdef HEWN_HAVE_CBC
  if (name == "cbc")
    return std::make_unique<CbcSolver>();
#endif
#ifdef HEWN_HAVE_HIGHS
  if (name == "highs")
    return std::make_unique<HighsSolver>();
#endif
  if (name.rfind("external:", 0) == 0)
    return std::make_unique<ExternalSolver>(name.substr(9));
  error = {4108, "solver '" + name + "' is not part of this build"};
  return nullptr;
}
