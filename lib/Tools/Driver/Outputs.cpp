// Summaries and comparisons of arrays.
#include "Outputs.h"
#include "hewn/Support/Errors.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace hewn;
using namespace hewn::driver;

void driver::printSummary(llvm::raw_ostream &os, llvm::ArrayRef<io::Array> outputs) {
  constexpr int64_t kShown = 4;
  for (const io::Array &output : outputs) {
    double least = INFINITY, most = -INFINITY, sum = 0;
    int64_t count = output.size(), nans = 0;
    for (int64_t i = 0; i < count; ++i) {
      double value = output.at(i);
      nans += std::isnan(value);
      least = std::fmin(least, value);
      most = std::fmax(most, value);
      sum += value;
    }
    os << output.name << ": " << output.describe();
    if (count)
      os << llvm::format("  min %.6g  max %.6g  mean %.6g  [", least, most, sum / static_cast<double>(count));
    for (int64_t i = 0; i < std::min(count, kShown); ++i)
      os << llvm::format(i ? " %.6g" : "%.6g", output.at(i));
    os << (count > kShown ? " ...]" : count ? "]" : "");
    if (nans)
      os << "  NaN: " << nans;
    os << "  hash "
       << llvm::format_hex_no_prefix(llvm::xxh3_64bits(llvm::StringRef(output.bytes.data(), output.bytes.size())), 16)
       << "\n";
  }
}

/// Why the two differ beyond the bound; empty if they do not. `measured` is what was found.
static std::string findDifference(const io::Array &a, const io::Array &b, double relative, double absolute,
                                  std::string &measured) {
  if (a.shape != b.shape)
    return "is " + a.describe() + ", wanted is " + b.describe();
  double difference = 0, most = 0;
  int64_t worst = 0;
  for (int64_t i = 0, e = a.size(); i < e; ++i) {
    double x = a.at(i), y = b.at(i);
    if (std::isnan(x) != std::isnan(y) || ((std::isinf(x) || std::isinf(y)) && x != y))
      return llvm::formatv("element {0} is {1}, wanted is {2}", i, x, y).str();
    if (!std::isfinite(x))
      continue;
    most = std::max(most, std::fabs(y));
    if (std::fabs(x - y) > difference) {
      difference = std::fabs(x - y);
      worst = i;
    }
  }
  double bound = relative * most + absolute;
  llvm::raw_string_ostream(measured) << llvm::format("max|a-b| %.3g (bound %.3g, max|b| %.3g)", difference, bound,
                                                     most);
  if (difference <= bound)
    return "";
  return measured + " at element " + std::to_string(worst);
}

bool driver::compareOutputs(llvm::raw_ostream &os, llvm::ArrayRef<io::Array> outputs, llvm::ArrayRef<io::Array> wanted,
                            double relative, double absolute) {
  bool equal = true;
  for (const io::Array &output : outputs) {
    auto other = llvm::find_if(wanted, [&](const io::Array &array) { return array.name == output.name; });
    std::string measured;
    std::string why = other == wanted.end() ? "is not in the file to compare with"
                                            : findDifference(output, *other, relative, absolute, measured);
    if (why.empty()) {
      os << output.name << ": equal within the bound, " << measured << "\n";
      continue;
    }
    llvm::errs() << "error" << errorText(ErrorCode::CompareMismatch, output.name, why) << "\n";
    equal = false;
  }
  return equal;
}
