// What every stage of the planner may answer, and how it says so to users: plain values, no exceptions.
#ifndef HEWN_PLANNER_STATUS_H
#define HEWN_PLANNER_STATUS_H

#include <cstdint>
#include <string>

namespace hewn::planner {

/// Bytes, addresses and times. Every sum the planner forms stays below 2^62; larger input is refused with HWN4101.
using Bytes = int64_t;
constexpr Bytes kMaxBytes = Bytes(1) << 62;

enum class Status {
  Optimal,    ///< a plan, and a proof that none is better
  Feasible,   ///< a plan that meets the request, or the best one found, with a bound below it
  Infeasible, ///< a proof that no plan meets the request
  Limit,      ///< a work or time limit ended the search before a plan was found
  Invalid,    ///< the problem is malformed: see the error
};

/// "optimal", "feasible", ...: the words of reports.
const char *toString(Status status);

/// A coded error, `error[HWN####]: message`. Code 0 means no error.
struct Error {
  unsigned code = 0;
  std::string message;
  explicit operator bool() const { return code != 0; }
  std::string str() const;
};

} // namespace hewn::planner

#endif
