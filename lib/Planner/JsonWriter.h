// A small writer of indented JSON: enough for reports, and nothing else.
#ifndef HEWN_LIB_PLANNER_JSONWRITER_H
#define HEWN_LIB_PLANNER_JSONWRITER_H

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace hewn::planner {

class JsonWriter {
public:
  JsonWriter &open(char bracket) {
    begin();
    out += bracket;
    closers += bracket == '{' ? '}' : ']';
    fresh = true;
    return *this;
  }
  JsonWriter &close() {
    char closer = closers.back();
    closers.pop_back();
    if (!fresh)
      line();
    out += closer;
    fresh = false;
    return *this;
  }
  JsonWriter &key(const std::string &name) {
    begin();
    quote(name);
    out += ": ";
    afterKey = true;
    return *this;
  }
  JsonWriter &value(int64_t number) { return raw(std::to_string(number)); }
  JsonWriter &value(bool truth) { return raw(truth ? "true" : "false"); }
  JsonWriter &value(const char *text) { return value(std::string(text)); }
  JsonWriter &value(double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", number);
    return raw(text);
  }
  JsonWriter &value(const std::string &text) {
    begin();
    quote(text);
    return *this;
  }
  /// Numbers in one line.
  template <typename T> JsonWriter &list(const std::vector<T> &numbers) {
    std::string text = "[";
    for (size_t i = 0; i < numbers.size(); ++i)
      text += (i ? ", " : "") + std::to_string(numbers[i]);
    return raw(text + "]");
  }
  template <typename T> JsonWriter &field(const std::string &name, const T &content) {
    key(name);
    return value(content);
  }
  const std::string &str() const { return out; }

private:
  void line() { out += "\n" + std::string(2 * closers.size(), ' '); }
  void begin() {
    if (afterKey) {
      afterKey = false;
      return;
    }
    if (!closers.empty()) {
      if (!fresh)
        out += ",";
      line();
    }
    fresh = false;
  }
  JsonWriter &raw(const std::string &text) {
    begin();
    out += text;
    return *this;
  }
  void quote(const std::string &text) {
    out += '"';
    for (unsigned char c : text) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += char(c);
      } else if (c < 0x20) {
        char code[8];
        std::snprintf(code, sizeof code, "\\u%04x", c);
        out += code;
      } else {
        out += char(c);
      }
    }
    out += '"';
  }

  std::string out, closers;
  bool fresh = true, afterKey = false;
};

} // namespace hewn::planner

#endif
