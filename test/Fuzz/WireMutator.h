// Changes an ONNX file and keeps its lengths right, so that a change deep inside does not just break the outermost
// message.
#ifndef HEWN_TEST_FUZZ_WIREMUTATOR_H
#define HEWN_TEST_FUZZ_WIREMUTATOR_H

#include "lib/Stage/Import/Wire.h"
#include <random>
#include <string>
#include <vector>

namespace hewn::import {

/// The messages of onnx.proto that the importer reads.
enum class Message : uint8_t {
  None,
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  Value,
  Type,
  TensorType,
  Shape,
  Dim,
  Function,
  Sparse,
  Entry
};

struct WireField {
  unsigned number;
  WireType type;
  uint64_t scalar;
  std::string bytes;
  Message message; ///< not None: `children` hold the content
  std::vector<WireField> children;
};

class WireMutator {
public:
  explicit WireMutator(unsigned seed) : random(seed) {}

  std::string mutate(llvm::StringRef file) {
    std::vector<WireField> root = parse(file, Message::Model, 0);
    for (unsigned rounds = 1 + pick(3); rounds; --rounds) {
      std::vector<std::pair<std::vector<WireField> *, size_t>> all;
      collect(root, all);
      if (all.empty())
        break;
      auto [list, index] = all[pick(all.size())];
      auto [otherList, otherIndex] = all[pick(all.size())];
      change(*list, index, (*otherList)[otherIndex]);
    }
    std::string result;
    write(root, result);
    return result;
  }

private:
  static Message kindOf(Message parent, unsigned number) {
    using M = Message;
    struct Rule {
      M parent;
      unsigned number;
      M child;
    };
    static constexpr Rule rules[] = {
        {M::Model, 7, M::Graph},         {M::Model, 8, M::Entry},      {M::Model, 25, M::Function},
        {M::Graph, 1, M::Node},          {M::Graph, 5, M::Tensor},     {M::Graph, 11, M::Value},
        {M::Graph, 12, M::Value},        {M::Graph, 13, M::Value},     {M::Graph, 15, M::Sparse},
        {M::Node, 5, M::Attribute},      {M::Attribute, 5, M::Tensor}, {M::Attribute, 6, M::Graph},
        {M::Attribute, 10, M::Tensor},   {M::Attribute, 11, M::Graph}, {M::Tensor, 13, M::Entry},
        {M::Value, 2, M::Type},          {M::Type, 1, M::TensorType},  {M::TensorType, 2, M::Shape},
        {M::Shape, 1, M::Dim},           {M::Function, 7, M::Node},    {M::Function, 9, M::Entry},
        {M::Function, 11, M::Attribute}, {M::Function, 12, M::Value},  {M::Sparse, 1, M::Tensor}};
    for (const Rule &rule : rules)
      if (rule.parent == parent && rule.number == number)
        return rule.child;
    return M::None;
  }

  static std::vector<WireField> parse(llvm::StringRef bytes, Message message, unsigned depth) {
    std::vector<WireField> fields;
    for (WireReader field(bytes); field.next();) {
      Message child = field.type() == WireType::Bytes && depth < 40 ? kindOf(message, field.number()) : Message::None;
      WireField next{field.number(), field.type(), field.value(), field.bytes().str(), child, {}};
      if (child != Message::None)
        next.children = parse(field.bytes(), child, depth + 1);
      fields.push_back(std::move(next));
    }
    return fields;
  }

  static void collect(std::vector<WireField> &fields, std::vector<std::pair<std::vector<WireField> *, size_t>> &to) {
    for (size_t i = 0; i < fields.size(); ++i) {
      to.emplace_back(&fields, i);
      collect(fields[i].children, to);
    }
  }

  void change(std::vector<WireField> &list, size_t index, const WireField &other) {
    WireField &field = list[index];
    static constexpr uint64_t numbers[] = {0,   1,    2,        7,          8,          11,         16,    64,
                                           255, 1024, 1u << 31, 1ull << 32, 1ull << 62, 1ull << 63, ~0ull, ~1ull};
    switch (pick(7)) {
    case 0:
      list.erase(list.begin() + index);
      break;
    case 1: {
      WireField copy = field;
      list.insert(list.begin() + pick(list.size() + 1), std::move(copy));
      break;
    }
    case 2:
      std::swap(list[index], list[pick(list.size())]);
      break;
    case 3: { // moves a name, a node, a tensor elsewhere: cycles, duplicates, wrong types
      WireField copy = other;
      copy.number = field.type == copy.type ? field.number : copy.number;
      copy.message = field.type == copy.type && field.message != copy.message ? Message::None : copy.message;
      list[index] = std::move(copy);
      break;
    }
    case 4:
      field.scalar = numbers[pick(std::size(numbers))];
      break;
    case 5:
      field.scalar += pick(2) ? 1 : ~0ull;
      if (field.message == Message::None && !field.bytes.empty())
        field.bytes[pick(field.bytes.size())] = static_cast<char>(random());
      break;
    default:
      if (field.message == Message::None && field.type == WireType::Bytes)
        field.bytes.resize(pick(field.bytes.size() + 4));
      else
        field.number = 1 + pick(26);
    }
  }

  static void putVarint(uint64_t value, std::string &to) {
    for (; value > 127; value >>= 7)
      to.push_back(static_cast<char>(value | 128));
    to.push_back(static_cast<char>(value));
  }

  static void write(const std::vector<WireField> &fields, std::string &to) {
    for (const WireField &field : fields) {
      putVarint(uint64_t(field.number) << 3 | uint64_t(field.type), to);
      std::string content = field.bytes;
      if (field.message != Message::None) {
        content.clear();
        write(field.children, content);
      }
      switch (field.type) {
      case WireType::Varint:
        putVarint(field.scalar, to);
        break;
      case WireType::Fixed64:
      case WireType::Fixed32:
        for (unsigned i = 0; i < (field.type == WireType::Fixed64 ? 8u : 4u); ++i)
          to.push_back(static_cast<char>(field.scalar >> (8 * i)));
        break;
      case WireType::Bytes:
        putVarint(content.size(), to);
        to += content;
      }
    }
  }

  size_t pick(size_t count) { return count ? random() % count : 0; }
  std::minstd_rand random;
};

} // namespace hewn::import

#endif // HEWN_TEST_FUZZ_WIREMUTATOR_H
