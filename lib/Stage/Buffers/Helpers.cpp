// Launches that the stage buffers makes itself: copies and fills.
#include "Helpers.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace hewn;

/// The private kernel called `prefix` + "_" + number with exactly these arguments, or a new one with an empty body.
static std::pair<KernelOp, bool> getKernel(ModuleOp module, Location location, StringRef prefix,
                                           ArrayRef<Type> arguments, ArrayRef<Type> results) {
  Builder builder(module.getContext());
  FunctionType type = builder.getFunctionType(arguments, results);
  for (auto kernel : module.getOps<KernelOp>())
    if (kernel.getSymName().starts_with(prefix) && kernel.getFunctionType() == type)
      return {kernel, false};
  OperationState state(location, KernelOp::getOperationName());
  state.addAttribute("sym_name", builder.getStringAttr(prefix));
  state.addAttribute("sym_visibility", builder.getStringAttr("private"));
  state.addAttribute("function_type", TypeAttr::get(type));
  state.addRegion();
  auto kernel = cast<KernelOp>(Operation::create(state));
  Block *body = new Block();
  kernel.getBody().push_back(body);
  for (Type argument : arguments)
    body->addArgument(argument, location);
  SymbolTable(module).insert(kernel);
  return {kernel, true};
}

LaunchOp hewn::makeCopy(OpBuilder &builder, ModuleOp module, Location location, Value from, Value to) {
  auto buffer = cast<MemRefType>(to.getType());
  Type type = RankedTensorType::get(buffer.getShape(), buffer.getElementType());
  auto [kernel, fresh] = getKernel(module, location, "k_copy", {type, type}, {type});
  if (fresh) {
    OpBuilder inner = OpBuilder::atBlockEnd(&kernel.getBody().front());
    auto cast = nn::CastOp::create(inner, location, type, kernel.getBody().getArgument(0));
    hewn::ReturnOp::create(inner, location, cast.getResult());
  }
  return LaunchOp::create(builder, location, TypeRange(), kernel.getSymName(), ValueRange(), from, to);
}

LaunchOp hewn::makeFill(OpBuilder &builder, ModuleOp module, Location location, ValueRange sizes, Value to) {
  auto buffer = cast<MemRefType>(to.getType());
  Type element = buffer.getElementType();
  Type type = RankedTensorType::get(buffer.getShape(), element), index = builder.getIndexType();
  SmallVector<Type> arguments(sizes.size(), index);
  arguments.push_back(type);
  auto [kernel, fresh] = getKernel(module, location, "k_fill", arguments, {type});
  if (fresh) {
    OpBuilder inner = OpBuilder::atBlockEnd(&kernel.getBody().front());
    auto scalar = RankedTensorType::get({}, element);
    Value zero = arith::ConstantOp::create(inner, location, scalar,
                                           cast<TypedAttr>(DenseElementsAttr::get(scalar, inner.getZeroAttr(element))));
    auto fill =
        nn::BroadcastOp::create(inner, location, type, zero, kernel.getBody().getArguments().take_front(sizes.size()),
                                cast<RankedTensorType>(type).getShape());
    hewn::ReturnOp::create(inner, location, fill.getResult());
  }
  return LaunchOp::create(builder, location, TypeRange(), kernel.getSymName(), sizes, ValueRange(), to);
}
