// Size expressions: normal form, comparison, materialisation.
#include "Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace hewn::graph;

SizeList Sizes::constants(ArrayRef<int64_t> values) const {
  return llvm::map_to_vector<4>(values, [&](int64_t value) { return constant(value); });
}

std::optional<int64_t> Sizes::known(AffineExpr expr) {
  auto constant = dyn_cast<AffineConstantExpr>(expr);
  return constant ? std::optional(constant.getValue()) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Normal form
//===----------------------------------------------------------------------===//

AffineExpr Sizes::symbol(const Symbol &symbol) {
  for (auto [position, other] : llvm::enumerate(symbols))
    if (other.kind == symbol.kind && other.tensor == symbol.tensor && other.dim == symbol.dim &&
        other.lhs == symbol.lhs && other.rhs == symbol.rhs)
      return getAffineSymbolExpr(position, context);
  symbols.push_back(symbol);
  return getAffineSymbolExpr(symbols.size() - 1, context);
}

AffineExpr Sizes::dim(Value tensor, int64_t dim) {
  int64_t size = cast<RankedTensorType>(tensor.getType()).getDimSize(dim);
  return ShapedType::isDynamic(size) ? symbol({Kind::Dim, tensor, dim, {}, {}}) : constant(size);
}

AffineExpr Sizes::ofValue(Value index) {
  if (AffineExpr expr = expressions.lookup(index))
    return expr;
  if (auto number = getConstantIntValue(index))
    return constant(*number);
  return symbol({Kind::Value, index, 0, {}, {}});
}

unsigned Sizes::atom(AffineExpr expr) {
  auto [it, inserted] = atomIds.try_emplace(expr, atoms.size());
  if (inserted)
    atoms.push_back(expr);
  return it->second;
}

int64_t Sizes::checkedAdd(int64_t a, int64_t b) {
  int64_t result;
  overflow |= llvm::AddOverflow(a, b, result);
  return result;
}
int64_t Sizes::checkedMul(int64_t a, int64_t b) {
  int64_t result;
  overflow |= llvm::MulOverflow(a, b, result);
  return result;
}

void Sizes::accumulate(Polynomial &sum, const Monomial &monomial, int64_t coefficient) {
  int64_t &value = sum[monomial];
  value = checkedAdd(value, coefficient);
  if (value == 0)
    sum.erase(monomial);
}

/// (c * q + r) floordiv c = q + r floordiv c, and (x floordiv a + k) floordiv b = (x + a * k) floordiv (a * b).
Sizes::Polynomial Sizes::expandDivision(const Polynomial &lhs, int64_t divisor, bool remainder) {
  Polynomial quotient, rest;
  for (const auto &[monomial, coefficient] : lhs) {
    int64_t modulo = ((coefficient % divisor) + divisor) % divisor;
    accumulate(quotient, monomial, (coefficient - modulo) / divisor);
    accumulate(rest, monomial, modulo);
  }
  if (rest.empty() || (rest.size() == 1 && rest.begin()->first.empty()))
    return remainder ? rest : quotient;
  AffineExpr numerator = rebuild(rest);
  if (remainder) {
    Polynomial result;
    accumulate(result, {atom(numerator % divisor)}, 1);
    return result;
  }
  // One floor division plus a constant: the constant moves inside.
  int64_t offset = rest.begin()->first.empty() ? rest.begin()->second : 0;
  auto last = std::prev(rest.end());
  if (rest.size() == (offset ? 2 : 1) && last->first.size() == 1 && last->second == 1) {
    auto inner = dyn_cast<AffineBinaryOpExpr>(atoms[last->first.front()]);
    if (inner && inner.getKind() == AffineExprKind::FloorDiv)
      if (auto innerDivisor = known(inner.getRHS())) {
        int64_t both = checkedMul(*innerDivisor, divisor);
        Polynomial shifted = expand(inner.getLHS());
        accumulate(shifted, {}, checkedMul(*innerDivisor, offset));
        if (both > 0) {
          for (const auto &[monomial, coefficient] : expandDivision(shifted, both, false))
            accumulate(quotient, monomial, coefficient);
          return quotient;
        }
      }
  }
  accumulate(quotient, {atom(getAffineBinaryOpExpr(AffineExprKind::FloorDiv, numerator, constant(divisor)))}, 1);
  return quotient;
}

Sizes::Polynomial Sizes::expand(AffineExpr expr) {
  Polynomial result;
  if (auto number = known(expr)) {
    accumulate(result, {}, *number);
    return result;
  }
  if (isa<AffineSymbolExpr>(expr) || atomIds.count(expr)) {
    accumulate(result, {atom(expr)}, 1);
    return result;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Polynomial lhs = expand(binary.getLHS()), rhs = expand(binary.getRHS());
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    for (const auto &[monomial, coefficient] : rhs)
      accumulate(lhs, monomial, coefficient);
    return lhs;
  case AffineExprKind::Mul:
    for (const auto &[a, x] : lhs)
      for (const auto &[b, y] : rhs) {
        Monomial both = a;
        both.append(b.begin(), b.end());
        llvm::sort(both);
        accumulate(result, both, checkedMul(x, y));
      }
    return result;
  default:
    break;
  }
  auto divisor = known(rebuild(rhs));
  if (!divisor || *divisor <= 0) {
    // Shape functions divide by attributes only, which are positive; keep anything else as it is.
    accumulate(result, {atom(expr)}, 1);
    return result;
  }
  if (binary.getKind() == AffineExprKind::CeilDiv)
    accumulate(lhs, {}, *divisor - 1);
  return expandDivision(lhs, *divisor, binary.getKind() == AffineExprKind::Mod);
}

AffineExpr Sizes::rebuild(const Polynomial &polynomial) {
  AffineExpr sum = constant(0);
  // Constant last, as affine maps print it: the empty monomial is the smallest.
  for (const auto &[monomial, coefficient] : llvm::reverse(polynomial)) {
    if (monomial.empty()) {
      sum = sum + coefficient;
      continue;
    }
    AffineExpr term = atoms[monomial.front()];
    for (unsigned factor : ArrayRef(monomial).drop_front())
      term = term * atoms[factor];
    sum = sum + term * coefficient;
  }
  return sum;
}

AffineExpr Sizes::normalize(AffineExpr expr) { return rebuild(expand(expr)); }

AffineExpr Sizes::sub(AffineExpr a, AffineExpr b) {
  Polynomial difference = expand(a);
  for (const auto &[monomial, coefficient] : expand(b))
    accumulate(difference, monomial, checkedMul(coefficient, -1));
  return rebuild(difference);
}

AffineExpr Sizes::mul(AffineExpr a, AffineExpr b) {
  auto x = known(a), y = known(b);
  if (x && y)
    return constant(checkedMul(*x, *y));
  return normalize(a * b);
}

AffineExpr Sizes::product(ArrayRef<AffineExpr> factors) {
  AffineExpr result = constant(1);
  for (AffineExpr factor : factors)
    result = mul(result, factor);
  return result;
}

bool Sizes::isNonNegative(AffineExpr expr) {
  if (auto number = known(expr))
    return *number >= 0;
  if (nonNegative.contains(expr))
    return true;
  if (auto position = dyn_cast<AffineSymbolExpr>(expr)) {
    Symbol symbol = symbols[position.getPosition()];
    switch (symbol.kind) {
    case Kind::Dim:
      return true;
    case Kind::Value:
      return false;
    case Kind::Max:
      return isNonNegative(symbol.lhs) || isNonNegative(symbol.rhs);
    default:
      return isNonNegative(symbol.lhs) && isNonNegative(symbol.rhs);
    }
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  if (binary.getKind() == AffineExprKind::Mod)
    return true;
  return isNonNegative(binary.getLHS()) && isNonNegative(binary.getRHS());
}

/// Ends such as INT32_MAX stand for "to the end" in exported models.
static bool isInfinite(AffineExpr expr) {
  return Sizes::known(expr).value_or(0) >= std::numeric_limits<int32_t>::max();
}

AffineExpr Sizes::min(AffineExpr a, AffineExpr b) {
  if (isInfinite(b) || isAtLeast(b, a))
    return a;
  if (isInfinite(a) || isAtLeast(a, b))
    return b;
  return symbol({Kind::Min, {}, 0, a, b});
}

AffineExpr Sizes::max(AffineExpr a, AffineExpr b) {
  if (isAtLeast(a, b))
    return a;
  if (isAtLeast(b, a))
    return b;
  return symbol({Kind::Max, {}, 0, a, b});
}

AffineExpr Sizes::divide(AffineExpr a, AffineExpr b) {
  auto x = known(a), y = known(b);
  if (y == 0)
    return constant(0);
  if (x && y)
    return constant(*y == -1 ? checkedMul(*x, -1) : *x / *y);
  if (y && *y > 0 && isNonNegative(a))
    return normalize(a.floorDiv(*y));
  // Exact division by a product of sizes: every term has all its factors.
  Polynomial lhs = expand(a), rhs = expand(b);
  if (rhs.size() == 1) {
    auto &[factors, coefficient] = *rhs.begin();
    Polynomial quotient;
    for (auto &[monomial, value] : lhs) {
      Monomial rest;
      std::set_difference(monomial.begin(), monomial.end(), factors.begin(), factors.end(), std::back_inserter(rest));
      if (value % coefficient != 0 || rest.size() + factors.size() != monomial.size())
        return symbol({Kind::Divide, {}, 0, a, b});
      accumulate(quotient, rest, value / coefficient);
    }
    return rebuild(quotient);
  }
  return symbol({Kind::Divide, {}, 0, a, b});
}

AffineExpr Sizes::remainder(AffineExpr a, AffineExpr b) {
  auto x = known(a), y = known(b);
  if (y == 0)
    return constant(0);
  if (x && y)
    return constant(*y == -1 ? 0 : *x % *y);
  if (y && *y > 0 && isNonNegative(a))
    return normalize(a % *y);
  if (isKnown(sub(a, mul(divide(a, b), b)), 0))
    return constant(0);
  return symbol({Kind::Remainder, {}, 0, a, b});
}

AffineExpr Sizes::representative(AffineExpr expr) const {
  for (auto it = merged.find(expr); it != merged.end(); it = merged.find(expr))
    expr = it->second;
  return expr;
}

void Sizes::assumeEqual(AffineExpr a, AffineExpr b) {
  a = representative(a), b = representative(b);
  if (a == b)
    return;
  auto simplicity = [&](AffineExpr expr) {
    if (known(expr))
      return 2;
    auto position = dyn_cast<AffineSymbolExpr>(expr);
    return position && symbols[position.getPosition()].kind == Kind::Dim ? 1 : 0;
  };
  if (simplicity(b) > simplicity(a))
    std::swap(a, b);
  merged[b] = a;
}

//===----------------------------------------------------------------------===//
// Materialisation
//===----------------------------------------------------------------------===//

Value Sizes::materialize(OpBuilder &builder, Location loc, AffineExpr expr) {
  Value &value = values[expr];
  if (value)
    return value;
  Value made = build(builder, loc, expr);
  expressions.try_emplace(made, expr);
  return values[expr] = made; // building may have moved the map
}

Value Sizes::buildSymbol(OpBuilder &builder, Location loc, unsigned position) {
  Symbol symbol = symbols[position];
  if (symbol.kind == Kind::Value)
    return symbol.tensor;
  if (symbol.kind == Kind::Dim) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(symbol.tensor.getParentBlock());
    return tensor::DimOp::create(builder, loc, symbol.tensor, symbol.dim);
  }
  Value lhs = materialize(builder, loc, symbol.lhs), rhs = materialize(builder, loc, symbol.rhs);
  switch (symbol.kind) {
  case Kind::Min:
    return arith::MinSIOp::create(builder, loc, lhs, rhs);
  case Kind::Max:
    return arith::MaxSIOp::create(builder, loc, lhs, rhs);
  case Kind::Divide:
    return arith::DivSIOp::create(builder, loc, lhs, rhs);
  default:
    return arith::RemSIOp::create(builder, loc, lhs, rhs);
  }
}

Value Sizes::build(OpBuilder &builder, Location loc, AffineExpr expr) {
  if (auto number = known(expr))
    return arith::ConstantIndexOp::create(builder, loc, *number);
  if (auto position = dyn_cast<AffineSymbolExpr>(expr))
    return buildSymbol(builder, loc, position.getPosition());
  if (expr.isPureAffine()) {
    SmallVector<AffineExpr> replacement(symbols.size());
    SmallVector<Value> operands;
    for (unsigned position = 0; position < symbols.size(); ++position)
      if (expr.isFunctionOfSymbol(position)) {
        replacement[position] = getAffineSymbolExpr(operands.size(), context);
        operands.push_back(materialize(builder, loc, getAffineSymbolExpr(position, context)));
      }
    AffineMap map = AffineMap::get(0, operands.size(), expr.replaceSymbols(replacement));
    return affine::AffineApplyOp::create(builder, loc, map, operands);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = materialize(builder, loc, binary.getLHS()), rhs = materialize(builder, loc, binary.getRHS());
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(builder, loc, lhs, rhs);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(builder, loc, lhs, rhs);
  case AffineExprKind::Mod: {
    // Floor semantics: the divisor is a positive constant.
    Value quotient = arith::FloorDivSIOp::create(builder, loc, lhs, rhs);
    return arith::SubIOp::create(builder, loc, lhs, arith::MulIOp::create(builder, loc, quotient, rhs));
  }
  default:
    return arith::FloorDivSIOp::create(builder, loc, lhs, rhs);
  }
}
