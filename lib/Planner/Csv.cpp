// Reads and writes MiniMalloc's CSV.
#include "Text.h"
#include "hewn/Planner/Files.h"
#include <map>

using namespace hewn::planner;

namespace {
enum class Column { Id, Lower, Upper, End, Size, Alignment, Hint, Gaps, Offset };

const std::map<std::string_view, Column> kColumns = {
    {"id", Column::Id},         {"buffer", Column::Id},           {"buffer_id", Column::Id}, {"lower", Column::Lower},
    {"start", Column::Lower},   {"begin", Column::Lower},         {"upper", Column::Upper},  {"end", Column::End},
    {"size", Column::Size},     {"alignment", Column::Alignment}, {"hint", Column::Hint},    {"gaps", Column::Gaps},
    {"offset", Column::Offset},
};

Error bad(size_t line, const std::string &what) { return {4103, "line " + std::to_string(line) + ": " + what}; }

bool parseGaps(std::string_view text, std::vector<Interval> &gaps) {
  for (std::string_view piece : split(text, ' ')) {
    size_t dash = piece.find('-', 1);
    Interval gap;
    if (dash == std::string_view::npos || !parseInteger(piece.substr(0, dash), gap.lower) ||
        !parseInteger(piece.substr(dash + 1), gap.upper))
      return false;
    gaps.push_back(gap);
  }
  return true;
}
} // namespace

Error hewn::planner::readCsv(std::string_view text, PackingProblem &problem) {
  std::vector<Column> columns;
  size_t number = 0;
  for (size_t from = 0; from < text.size();) {
    size_t to = text.find('\n', from);
    if (to == std::string_view::npos)
      to = text.size();
    std::string_view line = trim(text.substr(from, to - from));
    from = to + 1;
    ++number;
    if (line.empty())
      continue;
    std::vector<std::string_view> fields = split(line, ',');
    if (columns.empty()) {
      unsigned seen = 0;
      for (std::string_view field : fields) {
        auto found = kColumns.find(field);
        if (found == kColumns.end())
          return bad(number, "unknown column '" + std::string(field.substr(0, 40)) + "'");
        if (seen & (1u << unsigned(found->second)))
          return bad(number, "column '" + std::string(field) + "' occurs twice");
        seen |= 1u << unsigned(found->second);
        columns.push_back(found->second);
      }
      auto has = [&](Column column) { return (seen >> unsigned(column)) & 1; };
      if (!has(Column::Lower) || !has(Column::Size) || has(Column::Upper) == has(Column::End))
        return bad(number, "the header needs the columns lower, upper (or end) and size");
      continue;
    }
    if (fields.size() != columns.size())
      return bad(number, std::to_string(fields.size()) + " fields instead of " + std::to_string(columns.size()));
    Buffer buffer;
    for (size_t c = 0; c < fields.size(); ++c) {
      int64_t value = 0;
      bool isText = columns[c] == Column::Id || columns[c] == Column::Gaps;
      if (!isText && fields[c].empty() &&
          (columns[c] == Column::Alignment || columns[c] == Column::Hint || columns[c] == Column::Offset))
        continue;
      if (!isText && !parseInteger(fields[c], value))
        return bad(number, "'" + std::string(fields[c].substr(0, 40)) + "' is not a 64-bit integer");
      switch (columns[c]) {
      case Column::Id:
        buffer.id = std::string(fields[c]);
        break;
      case Column::Lower:
        buffer.lower = value;
        break;
      case Column::Upper:
        buffer.upper = value;
        break;
      case Column::End:
        if (value == INT64_MAX)
          return bad(number, "the end is too large");
        buffer.upper = value + 1;
        break;
      case Column::Size:
        buffer.size = value;
        break;
      case Column::Alignment:
        buffer.alignment = value;
        break;
      case Column::Hint:
        if (value >= 0)
          buffer.hint = value;
        break;
      case Column::Offset:
        buffer.fixedOffset = value;
        break;
      case Column::Gaps:
        if (!parseGaps(fields[c], buffer.gaps))
          return bad(number, "gaps are written as 'lower-upper lower-upper ...'");
        break;
      }
    }
    problem.buffers.push_back(std::move(buffer));
  }
  if (columns.empty())
    return {4103, "the file is empty"};
  return {};
}

std::string hewn::planner::writeCsv(const PackingProblem &problem, const std::vector<Bytes> &offsets) {
  bool alignment = false, gaps = false;
  for (const Buffer &buffer : problem.buffers)
    alignment |= buffer.alignment != 1, gaps |= !buffer.gaps.empty();
  std::string out =
      std::string("id,lower,upper,size") + (alignment ? ",alignment" : "") + (gaps ? ",gaps" : "") + ",offset\n";
  for (size_t i = 0; i < problem.buffers.size(); ++i) {
    const Buffer &buffer = problem.buffers[i];
    out += buffer.id.empty() ? std::to_string(i) : buffer.id;
    for (int64_t value : {buffer.lower, buffer.upper, buffer.size})
      out += "," + std::to_string(value);
    if (alignment)
      out += "," + std::to_string(buffer.alignment);
    if (gaps) {
      out += ",";
      for (size_t g = 0; g < buffer.gaps.size(); ++g)
        out += (g ? " " : "") + std::to_string(buffer.gaps[g].lower) + "-" + std::to_string(buffer.gaps[g].upper);
    }
    out += "," + std::to_string(offsets[i]) + "\n";
  }
  return out;
}
