// A bounded dual simplex on a dictionary (basic variables in terms of non-basic ones). Always dual feasible, so bounds
// may change and rows may be added at any time, and `optimize` goes on from where it stands. Floating point: its
// answers are hints, nobody's proof.
#ifndef HEWN_LIB_PLANNER_SIMPLEX_H
#define HEWN_LIB_PLANNER_SIMPLEX_H

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace hewn::planner {

class Simplex {
public:
  enum class Result { Optimal, Infeasible, Limit };

  explicit Simplex(std::vector<double> cost);

  /// sum of coefficient * column >= lower; returns the row's number.
  int32_t addRow(const std::vector<std::pair<int32_t, double>> &terms, double lower);
  void setBounds(int32_t column, double lower, double upper);
  Result optimize(int64_t workLimit);

  double value(int32_t column) const;
  double objective() const;
  double dual(int32_t row) const; ///< >= 0
  /// After Infeasible: multipliers >= 0 of the rows under which their sum cannot hold within the bounds.
  double ray(int32_t row) const { return row < int32_t(rays.size()) ? rays[static_cast<std::size_t>(row)] : 0; }
  int64_t work = 0; ///< multiplications so far

private:
  struct Variable {
    double lower = 0, upper = 1;
    bool atUpper = false;
    int32_t place = 0; ///< >= 0: non-basic column; < 0: basic row ~place
  };

  void refresh();
  void pivot(int32_t row, int32_t column);
  double atBound(int32_t column) const;

  int32_t columns;
  std::vector<Variable> variables;        ///< structural, then one per row
  std::vector<std::vector<double>> table; ///< by basic row: coefficients of the non-basic columns
  std::vector<double> constants, values;  ///< by basic row
  std::vector<int32_t> basic, nonbasic;   ///< variable by row, by column
  std::vector<double> reduced;            ///< reduced costs by column
  double offset = 0;                      ///< constant of the objective
  std::vector<int32_t> touched;
  std::vector<double> rays;
};

} // namespace hewn::planner

#endif
