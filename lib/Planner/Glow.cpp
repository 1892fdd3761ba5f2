// Reads Glow's allocation traces.
#include "Text.h"
#include "hewn/Planner/Files.h"
#include <unordered_map>

using namespace hewn::planner;

Error hewn::planner::readGlow(std::string_view text, std::vector<GlowTrace> &traces) {
  std::unordered_map<int64_t, size_t> alive;
  int64_t time = 0, alignment = 1;
  size_t number = 0;
  auto bad = [&](const char *what) { return Error{4105, "line " + std::to_string(number) + ": " + what}; };
  for (size_t from = 0; from < text.size();) {
    size_t to = text.find('\n', from);
    if (to == std::string_view::npos)
      to = text.size();
    std::string_view line = trim(text.substr(from, to - from));
    from = to + 1;
    ++number;
    if (line.empty() || line.front() == '#')
      continue;
    std::vector<std::string_view> words = split(line, ' ');
    if (words[0] == "MODEL" || words[0] == "NAME") {
      if (!alive.empty())
        return bad("the model before this one frees too few buffers");
      traces.emplace_back();
      traces.back().name = words.size() > 1 ? std::string(words[1]) : "";
      time = 0, alignment = 1;
      continue;
    }
    if (traces.empty())
      return bad("no MODEL line before this one");
    GlowTrace &trace = traces.back();
    int64_t a = 0, b = 0;
    if (words[0] == "EFF")
      continue;
    if (words.size() < 2 || !parseInteger(words[1], a) || (words.size() > 2 && !parseInteger(words[2], b)))
      return bad("a number is missing or malformed");
    if (words[0] == "ALIGN") {
      if (a < 1 || a > kMaxBytes)
        return bad("the alignment is out of range");
      alignment = a;
    } else if (words[0] == "ALLOC") {
      if (words.size() != 3 || b < 0 || b > kMaxBytes - alignment)
        return bad("ALLOC takes an id and a size below 2^62");
      if (!alive.emplace(a, trace.problem.buffers.size()).second)
        return bad("the buffer is allocated already");
      Buffer buffer;
      buffer.id = std::to_string(a);
      buffer.lower = time++;
      buffer.upper = buffer.lower + 1;
      buffer.size = (b + alignment - 1) / alignment * alignment;
      buffer.alignment = alignment;
      trace.problem.buffers.push_back(std::move(buffer));
    } else if (words[0] == "FREE") {
      auto found = alive.find(a);
      if (found == alive.end())
        return bad("the buffer is not allocated");
      trace.problem.buffers[found->second].upper = time++;
      alive.erase(found);
    } else if (words[0] == "MEM") {
      trace.expected = a;
    } else {
      return bad("unknown keyword");
    }
  }
  if (!alive.empty())
    return {4105, "the last model frees too few buffers"};
  return {};
}
