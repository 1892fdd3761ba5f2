// Weights made from weights.
#include "ComputedWeight.h"

using namespace mlir;
using namespace hewn;

WeightOp hewn::computeWeight(SymbolTable &symbols, LoadWeightOp load, llvm::StringRef suffix,
                             llvm::function_ref<Value(OpBuilder &, Location, Value)> compute) {
  Location loc = load.getLoc();
  Operation *source = symbols.lookup(load.getWeight());
  OpBuilder builder(source->getBlock(), std::next(source->getIterator()));
  auto made = WeightOp::create(builder, loc, (load.getWeight() + suffix).str(), StringAttr(),
                               load.getResult().getType(), SourceAttr());
  builder.setInsertionPointToStart(&made.getBody().emplaceBlock());
  Value value = LoadWeightOp::create(builder, loc, load.getResult().getType(), load.getWeightAttr());
  value = compute(builder, loc, value);
  ReturnOp::create(builder, loc, value);
  made.setType(value.getType());
  symbols.insert(made); // makes the name unique
  return made;
}
