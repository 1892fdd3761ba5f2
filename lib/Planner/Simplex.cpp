// Dual simplex: the most violated basic variable leaves, the ratio test keeps all reduced costs on their side.
#include "Simplex.h"
#include <algorithm>
#include <cmath>

using namespace hewn::planner;

static constexpr double kFeasible = 1e-7, kZero = 1e-11, kPivot = 1e-7, kInfinity = 1e300, kCost = 1e-9;

Simplex::Simplex(std::vector<double> cost) : columns(int32_t(cost.size())), reduced(std::move(cost)) {
  variables.resize(size_t(columns));
  for (int32_t j = 0; j < columns; ++j) {
    nonbasic.push_back(j);
    variables[size_t(j)].place = j;
  }
}

/// Where a non-basic variable sits.
double Simplex::atBound(int32_t column) const {
  const Variable &variable = variables[size_t(nonbasic[size_t(column)])];
  return variable.atUpper ? variable.upper : variable.lower;
}

int32_t Simplex::addRow(const std::vector<std::pair<int32_t, double>> &terms, double lower) {
  std::vector<double> line(size_t(columns), 0.0);
  double constant = -lower;
  for (auto [column, coefficient] : terms) {
    int32_t place = variables[size_t(column)].place;
    if (place >= 0) {
      line[size_t(place)] += coefficient;
      continue;
    }
    const std::vector<double> &other = table[size_t(~place)];
    for (size_t j = 0; j < line.size(); ++j)
      line[j] += coefficient * other[j];
    constant += coefficient * constants[size_t(~place)];
    work += columns;
  }
  Variable slack;
  slack.upper = kInfinity;
  slack.place = ~int32_t(basic.size());
  basic.push_back(int32_t(variables.size()));
  variables.push_back(slack);
  table.push_back(std::move(line));
  constants.push_back(constant);
  return int32_t(variables.size()) - columns - 1;
}

void Simplex::setBounds(int32_t column, double lower, double upper) {
  variables[size_t(column)].lower = lower;
  variables[size_t(column)].upper = upper;
}

void Simplex::refresh() {
  std::vector<double> at(static_cast<size_t>(columns));
  for (int32_t j = 0; j < columns; ++j)
    at[size_t(j)] = atBound(j);
  values.resize(table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    double sum = constants[i];
    for (size_t j = 0; j < at.size(); ++j)
      sum += table[i][j] * at[j];
    values[i] = sum;
  }
  work += int64_t(table.size()) * columns;
}

void Simplex::pivot(int32_t row, int32_t column) {
  std::vector<double> &line = table[size_t(row)];
  double inverse = 1 / line[size_t(column)];
  touched.clear();
  for (int32_t j = 0; j < columns; ++j) {
    if (j == column)
      continue;
    double &entry = line[size_t(j)];
    if (std::fabs(entry) < kZero) {
      entry = 0;
      continue;
    }
    entry *= -inverse;
    touched.push_back(j);
  }
  line[size_t(column)] = inverse;
  constants[size_t(row)] *= -inverse;
  auto substitute = [&](std::vector<double> &other, double &constant) {
    double factor = other[size_t(column)];
    if (std::fabs(factor) < kZero) {
      other[size_t(column)] = 0;
      return;
    }
    for (int32_t j : touched)
      other[size_t(j)] += factor * line[size_t(j)];
    other[size_t(column)] = factor * inverse;
    constant += factor * constants[size_t(row)];
    work += int64_t(touched.size());
  };
  for (size_t i = 0; i < table.size(); ++i)
    if (i != size_t(row))
      substitute(table[i], constants[i]);
  substitute(reduced, offset);
  work += int64_t(table.size()) + columns;
  std::swap(basic[size_t(row)], nonbasic[size_t(column)]);
  variables[size_t(basic[size_t(row)])].place = ~row;
  variables[size_t(nonbasic[size_t(column)])].place = column;
}

Simplex::Result Simplex::optimize(int64_t workLimit) {
  int64_t limit = work + workLimit;
  // Bounds may have changed: a non-basic variable sits where its reduced cost asks for, and stays if it asks for
  // nothing.
  for (int32_t j = 0; j < columns; ++j) {
    Variable &variable = variables[size_t(nonbasic[size_t(j)])];
    if (std::fabs(reduced[size_t(j)]) > kCost || variable.upper >= kInfinity)
      variable.atUpper = reduced[size_t(j)] < 0 && variable.upper < kInfinity;
  }
  refresh();
  bool fresh = true;
  for (int64_t iteration = 1;; ++iteration) {
    if (work > limit)
      return Result::Limit;
    if (iteration % 64 == 0)
      refresh();
    int32_t row = -1;
    double worst = kFeasible;
    bool below = false;
    for (size_t i = 0; i < table.size(); ++i) {
      const Variable &variable = variables[size_t(basic[i])];
      double low = variable.lower - values[i], high = values[i] - variable.upper;
      if (low > worst)
        worst = low, row = int32_t(i), below = true;
      if (high > worst)
        worst = high, row = int32_t(i), below = false;
    }
    if (row < 0) {
      // Values drift: look again at fresh ones before saying so.
      if (fresh)
        return Result::Optimal;
      refresh();
      fresh = true;
      continue;
    }
    fresh = false;
    // The entering variable moves the leaving one towards its bound at the least loss of reduced cost.
    const std::vector<double> &line = table[size_t(row)];
    int32_t entering = -1;
    double least = kInfinity;
    for (int pass = 0; pass < 2; ++pass) {
      double strongest = 0;
      for (int32_t j = 0; j < columns; ++j) {
        double slope = below ? line[size_t(j)] : -line[size_t(j)];
        const Variable &variable = variables[size_t(nonbasic[size_t(j)])];
        if (std::fabs(slope) < kPivot || variable.lower == variable.upper)
          continue;
        if ((slope > 0) == variable.atUpper)
          continue;
        double distance = std::max(0.0, variable.atUpper ? -reduced[size_t(j)] : reduced[size_t(j)]);
        double ratio = distance / std::fabs(slope);
        if (pass == 0)
          least = std::min(least, ratio + 1e-9 / std::fabs(slope));
        else if (ratio <= least && std::fabs(slope) > strongest)
          strongest = std::fabs(slope), entering = j;
      }
      work += columns;
      if (least == kInfinity) {
        rays.assign(variables.size() - size_t(columns), 0.0);
        if (basic[size_t(row)] >= columns)
          rays[size_t(basic[size_t(row)] - columns)] = 1;
        for (int32_t j = 0; j < columns; ++j)
          if (nonbasic[size_t(j)] >= columns)
            rays[size_t(nonbasic[size_t(j)] - columns)] = std::max(0.0, below ? -line[size_t(j)] : line[size_t(j)]);
        return Result::Infeasible;
      }
    }
    // Values first: they need the column as it is now.
    Variable &leaving = variables[size_t(basic[size_t(row)])];
    double target = below ? leaving.lower : leaving.upper;
    double step = (target - values[size_t(row)]) / line[size_t(entering)];
    double entered = atBound(entering) + step;
    for (size_t i = 0; i < table.size(); ++i)
      values[i] += table[i][size_t(entering)] * step;
    leaving.atUpper = !below;
    pivot(row, entering);
    values[size_t(row)] = entered;
  }
}

double Simplex::value(int32_t column) const {
  int32_t place = variables[size_t(column)].place;
  return place >= 0 ? atBound(place) : values[size_t(~place)];
}

double Simplex::objective() const {
  double sum = offset;
  for (int32_t j = 0; j < columns; ++j)
    sum += reduced[size_t(j)] * atBound(j);
  return sum;
}

double Simplex::dual(int32_t row) const {
  int32_t place = variables[size_t(columns + row)].place;
  return place >= 0 ? std::max(0.0, reduced[size_t(place)]) : 0;
}
