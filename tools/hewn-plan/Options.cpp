// Parses `--name=value`, `--name value` and flags; no exceptions, no globals.
#include "Options.h"
#include <charconv>
#include <cmath>
#include <functional>
#include <map>

using namespace hewn::planner;

const char *hewn::planner::helpText() {
  return R"(usage: hewn-plan FILE [options]

Plans memory. FILE is a packing problem (.csv, MiniMalloc's columns), an operator graph (.json) or a Glow trace (.txt);
'-' reads a CSV from standard input.

  --capacity=N        bytes available; without it the height is minimised
  --minimize          find the least height, also below a capacity
  -o OUT              CSV with an offset column (graphs: the plan as JSON)
  --check             FILE already has offsets: only check them
  --order=keep|free   graphs: keep the listed operator order, or look for a better one
  --in-place          graphs: let elementwise operators overwrite an input
  --solver=NAME       builtin, cbc, highs or external:COMMAND (with {lp} and {sol} in it)
  --json=FILE         machine-readable report ('-': standard output)
  --svg=FILE, --html=FILE   a picture of the plan
  --node-limit=N, --work-limit=N   limits that give the same answer on every machine
  --time-limit=S      seconds
  --threads=N         1 or 2; the answer is the same
  --seed=N            seed of the search's restarts
  --model=NAME        traces: only this model
  --format=csv|json|glow   instead of guessing from the extension
  --progress          print incumbents and bounds to standard error

exit: 0 optimal, or a plan within the capacity; 3 a plan that is not proven optimal; 4 proven infeasible; 5 a limit was
reached without a plan; 1 malformed input; 2 wrong usage
)";
}

namespace {
bool parseNumber(const std::string &text, int64_t &value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

using Setter = std::function<bool(const std::string &)>;

Setter text(std::string &target) {
  return [&](const std::string &value) {
    target = value;
    return !value.empty();
  };
}

Setter number(int64_t &target, int64_t least, int64_t most) {
  return [&target, least, most](const std::string &value) {
    return parseNumber(value, target) && target >= least && target <= most;
  };
}

Setter oneOf(std::string &target, std::vector<std::string> words) {
  return [&target, words](const std::string &value) {
    target = value;
    for (const std::string &word : words)
      if (value == word)
        return true;
    return false;
  };
}
} // namespace

Error hewn::planner::parseOptions(const std::vector<std::string> &arguments, Options &options) {
  const std::map<std::string, bool *> flags = {
      {"--minimize", &options.minimize}, {"--check", &options.check}, {"--progress", &options.progress},
      {"--in-place", &options.inPlace},  {"--help", &options.help},   {"-h", &options.help},
  };
  const std::map<std::string, Setter> values = {
      {"--capacity",
       [&](const std::string &value) {
         options.capacity = 0;
         return parseNumber(value, *options.capacity) && *options.capacity >= 0;
       }},
      {"-o", text(options.output)},
      {"--json", text(options.json)},
      {"--svg", text(options.svg)},
      {"--html", text(options.html)},
      {"--model", text(options.model)},
      {"--order", oneOf(options.order, {"keep", "free"})},
      {"--format", oneOf(options.format, {"csv", "json", "glow"})},
      {"--solver",
       [&](const std::string &value) {
         options.solver = value;
         return value == "builtin" || value == "cbc" || value == "highs" ||
                (value.rfind("external:", 0) == 0 && value.size() > 9);
       }},
      {"--node-limit", number(options.nodeLimit, 0, INT64_MAX)},
      {"--work-limit", number(options.workLimit, 0, INT64_MAX)},
      {"--threads", number(options.threads, 1, 64)},
      {"--seed", number(options.seed, 0, INT64_MAX)},
      {"--time-limit",
       [&](const std::string &value) {
         char *end = nullptr;
         options.timeLimit = std::strtod(value.c_str(), &end);
         return end && !*end && !value.empty() && std::isfinite(options.timeLimit) && options.timeLimit >= 0;
       }},
  };
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string &argument = arguments[i];
    if (auto flag = flags.find(argument); flag != flags.end()) {
      *flag->second = true;
      continue;
    }
    size_t equal = argument.find('=');
    std::string name = argument.substr(0, equal);
    if (auto value = values.find(name); value != values.end()) {
      if (equal == std::string::npos && i + 1 == arguments.size())
        return {4107, "option " + name + " needs a value"};
      std::string given = equal == std::string::npos ? arguments[++i] : argument.substr(equal + 1);
      if (!value->second(given))
        return {4107, "'" + given + "' is not a value of option " + name};
      continue;
    }
    if (argument.size() > 1 && argument[0] == '-')
      return {4107, "unknown option '" + argument + "'"};
    if (!options.input.empty())
      return {4107, "more than one file: '" + options.input + "' and '" + argument + "'"};
    options.input = argument;
  }
  if (options.input.empty() && !options.help)
    return {4107, "no file given"};
  return {};
}
