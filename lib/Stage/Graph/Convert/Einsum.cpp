// Einsum of one or two operands: transpositions, a batched matrix product, a transposition back.
#include "Registry.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

namespace {
/// The parsed equation: one letter per dimension.
struct Equation {
  SmallVector<std::string> operands;
  std::string result;
};
} // namespace

static FailureOr<Equation> parse(Node &node) {
  std::string text = node.string("equation", "");
  llvm::erase_if(text, [](char c) { return c == ' '; });
  if (StringRef(text).contains('.'))
    return node.unsupported("an ellipsis in its equation");
  auto [left, right] = StringRef(text).split("->");
  Equation equation;
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  for (StringRef part : parts)
    equation.operands.push_back(part.str());
  if (StringRef(text).contains("->")) {
    equation.result = right.str();
  } else {
    // Without an arrow: the letters that occur once, in alphabetical order.
    std::map<char, int> counts;
    for (char c : left)
      if (llvm::isAlpha(c))
        ++counts[c];
    for (auto [letter, count] : counts)
      if (count == 1)
        equation.result += letter;
  }
  for (const std::string &letters : llvm::concat<const std::string>(equation.operands, ArrayRef(&equation.result, 1)))
    for (size_t i = 0; i < letters.size(); ++i) {
      if (!llvm::isAlpha(letters[i]))
        return node.invalid("its equation has the letter '" + Twine(letters[i]) + "'");
      if (letters.find(letters[i], i + 1) != std::string::npos)
        return node.unsupported("a letter occurs twice in one term of its equation");
    }
  return equation;
}

static bool has(StringRef letters, char letter) { return letters.contains(letter); }

/// Sums away the letters that `keep` does not want.
static Value sumOthers(Node &node, Value value, std::string &letters, StringRef keep) {
  SmallVector<int64_t> axes;
  std::string left;
  for (auto [position, letter] : llvm::enumerate(letters))
    if (has(keep, letter))
      left += letter;
    else
      axes.push_back(position);
  letters = left;
  return axes.empty() ? value : node.reduce(value, nn::ReduceKind::Sum, axes, /*keepDims=*/false);
}

static Value permute(Node &node, Value value, StringRef from, StringRef to) {
  SmallVector<int64_t> perm;
  for (char letter : to)
    perm.push_back(from.find(letter));
  return node.transpose(value, perm);
}

static Results convertEinsum(Node &node) {
  if (failed(node.require(std::max(1u, node.operandCount()))))
    return failure();
  FailureOr<Equation> equation = parse(node);
  if (failed(equation))
    return failure();
  size_t count = equation->operands.size();
  if (count != node.operandCount())
    return node.invalid("its equation has " + Twine(count) + " terms for " + Twine(node.operandCount()) + " operands");
  if (count > 2)
    return node.unsupported("more than two operands");
  std::map<char, AffineExpr> extents;
  for (unsigned index = 0; index < count; ++index) {
    StringRef letters = equation->operands[index];
    SizeList shape = node.shape(node.operand(index));
    if (letters.size() != shape.size())
      return node.invalid("a term of its equation does not have its operand's rank");
    for (auto [letter, size] : llvm::zip(letters, shape)) {
      auto [it, inserted] = extents.try_emplace(letter, size);
      if (!inserted && !node.expectEqual(it->second, size, "sizes of one letter differ"))
        return failure();
    }
  }
  StringRef result = equation->result;
  if (llvm::any_of(result, [&](char letter) { return !extents.count(letter); }))
    return node.invalid("the result of its equation has a letter that no operand has");

  std::string a = equation->operands[0];
  if (count == 1) {
    Value x = sumOthers(node, node.operand(0), a, result);
    return SmallVector<Value>{permute(node, x, a, result)};
  }
  std::string b = equation->operands[1];
  Value lhs = sumOthers(node, node.operand(0), a, result.str() + b),
        rhs = sumOthers(node, node.operand(1), b, result.str() + a);
  // Letters in both and the result count batches; in both only, they are contracted; the others are rows and columns.
  std::string batch, rows, columns, inner;
  for (char letter : a)
    (has(b, letter) ? (has(result, letter) ? batch : inner) : rows) += letter;
  for (char letter : b)
    if (!has(a, letter))
      columns += letter;
  auto product = [&](StringRef letters) {
    SizeList sizes;
    for (char letter : letters)
      sizes.push_back(extents[letter]);
    return node.sizes.product(sizes);
  };
  auto extentsOf = [&](StringRef letters) {
    SizeList sizes;
    for (char letter : letters)
      sizes.push_back(extents[letter]);
    return sizes;
  };
  lhs = node.reshape(permute(node, lhs, a, batch + rows + inner), {product(batch), product(rows), product(inner)});
  rhs =
      node.reshape(permute(node, rhs, b, batch + inner + columns), {product(batch), product(inner), product(columns)});
  if (node.failed)
    return failure();
  Value y = node.reshape(matmul(node, lhs, rhs), extentsOf(batch + rows + columns));
  return SmallVector<Value>{permute(node, y, batch + rows + columns, result)};
}

void hewn::graph::registerEinsum(Registry &registry) { registry.add("Einsum", convertEinsum); }
