// The command line of hewn-plan.
#ifndef HEWN_TOOLS_HEWN_PLAN_OPTIONS_H
#define HEWN_TOOLS_HEWN_PLAN_OPTIONS_H

#include "hewn/Planner/Status.h"
#include <optional>
#include <string>
#include <vector>

namespace hewn::planner {

struct Options {
  std::string input, output, json, svg, html, format, solver = "builtin", order = "keep", model;
  std::optional<int64_t> capacity;
  bool minimize = false, check = false, progress = false, inPlace = false, help = false;
  int64_t nodeLimit = -1, workLimit = -1;
  double timeLimit = 0;
  int64_t threads = 1, seed = 1;
};

/// Fills `options`; the error says what is wrong with the command line.
Error parseOptions(const std::vector<std::string> &arguments, Options &options);

const char *helpText();

} // namespace hewn::planner

#endif
