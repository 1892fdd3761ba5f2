// Small text helpers of the file readers: split, and numbers that refuse what does not fit.
#ifndef HEWN_LIB_PLANNER_TEXT_H
#define HEWN_LIB_PLANNER_TEXT_H

#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hewn::planner {

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

/// The pieces between separators, trimmed; empty ones are kept unless the separator is a blank.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (size_t from = 0; from <= text.size();) {
    size_t to = text.find(separator, from);
    if (to == std::string_view::npos)
      to = text.size();
    std::string_view piece = trim(text.substr(from, to - from));
    if (separator != ' ' || !piece.empty())
      pieces.push_back(piece);
    from = to + 1;
  }
  return pieces;
}

inline bool parseInteger(std::string_view text, int64_t &value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

} // namespace hewn::planner

#endif
