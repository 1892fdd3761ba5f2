// Graphs, nodes and subgraphs -> onnx ops.
#include "GraphBuilder.h"
#include "hewn/Dialect/ONNX/Schema.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

GraphBuilder::GraphBuilder(ModuleOp module, const Model &model, TensorReader &tensors, Dims &dims)
    : module(module), builder(module.getContext()), model(model), tensors(tensors), dims(dims) {
  symbols["main"] = 0;
  for (const Function &function : model.functions)
    functions.try_emplace(getFunctionKey(function.domain, function.name, function.overload), &function);
}

LogicalResult GraphBuilder::malformed(const Call &call, const llvm::Twine &why) {
  return emitCoded(call.loc, ErrorCode::NodeMalformed, quote(call.name), quote(call.op), why.str());
}

//===----------------------------------------------------------------------===//
// The model's graph
//===----------------------------------------------------------------------===//

LogicalResult GraphBuilder::buildMain(Location loc) {
  const Graph &graph = *model.graph;
  auto fail = [&](const llvm::Twine &why) {
    return LogicalResult(emitCoded(loc, ErrorCode::GraphMalformed, quote(graph.name), why.str()));
  };
  if (!graph.sparse.empty())
    return emitCoded(loc, ErrorCode::ElementTypeUnsupported, quote(graph.sparse.front()), "it is a sparse tensor");
  if (graph.outputs.empty())
    return fail("it has no outputs");
  Scope scope;
  Frame frame;
  frame.opsets = &model.opsets;
  if (failed(declare(graph, scope)))
    return failure();

  // Arguments: the inputs that no initializer gives a value to.
  dims.reserve(graph.inputs);
  dims.reserve(graph.outputs);
  SmallVector<Type> types;
  SmallVector<const ValueInfo *> inputs;
  SmallVector<DictionaryAttr> attributes;
  auto convert = [&](const ValueInfo &value, StringRef what) -> FailureOr<Type> {
    std::string why;
    SmallVector<std::string> names;
    Type type = getType(builder.getContext(), value, dims, why, &names);
    if (!type && getElementType(builder.getContext(), value.type.element))
      return fail(what + " '" + quote(value.name) + "': " + why);
    if (!type)
      return emitCoded(loc, ErrorCode::ElementTypeUnsupported, (what + " " + quote(value.name)).str(), why);
    SmallVector<StringRef> refs(names.begin(), names.end());
    attributes.push_back(builder.getDictionaryAttr({builder.getNamedAttr(kNameAttr, builder.getStringAttr(value.name)),
                                                    builder.getNamedAttr(kDimsAttr, builder.getStrArrayAttr(refs))}));
    return type;
  };
  llvm::StringSet<> seen;
  for (const ValueInfo &input : graph.inputs) {
    if (input.name.empty() || !seen.insert(input.name).second)
      return fail("two inputs are called '" + quote(input.name) + "', or an input has no name");
    if (scope.initializers.contains(input.name))
      continue;
    FailureOr<Type> type = convert(input, "input");
    if (failed(type))
      return failure();
    types.push_back(*type);
    inputs.push_back(&input);
  }
  seen.clear();
  size_t arguments = attributes.size();
  for (const ValueInfo &output : graph.outputs) {
    if (output.name.empty() || !seen.insert(output.name).second)
      return fail("two outputs are called '" + quote(output.name) + "', or an output has no name");
    if (output.type.kind == ValueType::Missing || output.type.element == UNDEFINED) { // it follows from the nodes
      attributes.push_back(
          builder.getDictionaryAttr(builder.getNamedAttr(kNameAttr, builder.getStringAttr(output.name))));
      continue;
    }
    FailureOr<Type> type = convert(output, "output");
    if (failed(type))
      return failure();
    scope.types[output.name] = *type;
  }

  auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType(types, {}));
  module.push_back(function);
  Block *block = function.addEntryBlock();
  scope.block = block;
  builder.setInsertionPointToStart(block);
  for (auto [input, argument] : llvm::zip_equal(inputs, block->getArguments())) {
    argument.setLoc(NameLoc::get(builder.getStringAttr(input->name)));
    scope.values[input->name] = argument;
  }
  if (failed(buildNodes(graph.nodes, scope, frame)))
    return failure();
  SmallVector<Value> results;
  for (const ValueInfo &output : graph.outputs) {
    bool failed = false;
    Value value = lookup(output.name, scope, failed);
    if (failed)
      return failure();
    if (!value)
      return fail("nothing defines its output '" + quote(output.name) + "'");
    results.push_back(value);
  }
  builder.setInsertionPointToEnd(block);
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(types, TypeRange(ValueRange(results))));
  // Names of the results' dimensions, for those whose type the file states truly.
  for (auto [output, value, attrs] :
       llvm::zip_equal(graph.outputs, results, MutableArrayRef(attributes).drop_front(arguments)))
    if (value.getType() != scope.types.lookup(output.name))
      attrs = builder.getDictionaryAttr(builder.getNamedAttr(kNameAttr, attrs.get(kNameAttr)));
  function.setAllArgAttrs(ArrayRef(attributes).take_front(arguments));
  function.setAllResultAttrs(ArrayRef(attributes).drop_front(arguments));
  return success();
}

/// What the file states about the types of values. Types that are no tensors are not stated.
LogicalResult GraphBuilder::declareTypes(ArrayRef<ValueInfo> values, Scope &scope) {
  for (const ValueInfo &value : values) {
    if (value.type.kind != ValueType::TensorKind)
      continue;
    std::string why;
    Type type = getType(builder.getContext(), value, dims, why);
    if (!type) // also: no element type at all, as shape inference writes it for what it does not know
      continue;
    scope.types[value.name] = type;
  }
  return success();
}

LogicalResult GraphBuilder::declare(const Graph &graph, Scope &scope) {
  if (failed(declareTypes(graph.values, scope)) || failed(declareTypes(graph.outputs, scope)))
    return failure();
  for (const Tensor &tensor : graph.initializers) {
    Location loc = NameLoc::get(builder.getStringAttr(tensor.name));
    if (tensor.name.empty() || !scope.initializers.try_emplace(tensor.name, &tensor).second)
      return emitCoded(loc, ErrorCode::GraphMalformed, quote(graph.name),
                       "two initializers are called '" + quote(tensor.name) + "', or one has no name");
    if (failed(tensors.inspect(tensor, loc)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

Value GraphBuilder::lookup(StringRef name, Scope &scope, bool &failed) {
  for (Scope *at = &scope; at; at = at->parent) {
    if (Value value = at->values.lookup(name))
      return value;
    const Tensor *tensor = at->initializers.lookup(name);
    if (!tensor)
      continue;
    OpBuilder::InsertionGuard guard(builder);
    if (at->lastConstant)
      builder.setInsertionPointAfter(at->lastConstant);
    else
      builder.setInsertionPointToStart(at->block);
    FailureOr<Value> value = materialize(*tensor, name, NameLoc::get(builder.getStringAttr(name)));
    if (mlir::failed(value)) {
      failed = true;
      return {};
    }
    at->lastConstant = value->getDefiningOp();
    return at->values[name] = *value;
  }
  return {};
}

LogicalResult GraphBuilder::define(StringRef name, Value value, Scope &scope, Call &call) {
  if (scope.initializers.contains(name) || !scope.values.try_emplace(name, value).second)
    return malformed(call, "its output '" + quote(name) + "' is defined twice");
  return success();
}

Value GraphBuilder::getNone(Location loc) { return onnx::NoneOp::create(builder, loc, builder.getNoneType()); }

int64_t GraphBuilder::getOpset(StringRef domain, const Frame &frame) const {
  for (const Opsets *opsets : {frame.opsets, &model.opsets})
    for (auto [known, version] : *opsets)
      if (known == domain || (domain.empty() && known == "ai.onnx"))
        return version;
  return 1;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

LogicalResult GraphBuilder::buildNodes(ArrayRef<Node> nodes, Scope &scope, const Frame &frame) {
  scope.nodes = nodes;
  for (const Node &node : nodes)
    if (failed(buildNode(node, scope, frame)))
      return failure();
  return success();
}

/// The attributes of Constant that are numbers.
static bool isConstantValue(StringRef name, Param::Kind kind) {
  return (name == "value" && kind == Param::TensorKind) || (name == "value_int" && kind == Param::Int) ||
         (name == "value_float" && kind == Param::Float) || (name == "value_ints" && kind == Param::Ints) ||
         (name == "value_floats" && kind == Param::Floats);
}

LogicalResult GraphBuilder::buildNode(const Node &node, Scope &scope, const Frame &frame) {
  StringRef own = !node.name.empty() ? node.name : node.outputs.empty() ? node.op : node.outputs.front();
  std::string name = frame.prefix + own.str();
  Call call{NameLoc::get(builder.getStringAttr(name)), name, node.op};
  inlinedBytes += frame.function ? name.size() : 0;
  if (++nodeCount > kMaxNodes || inlinedBytes > kMaxInlined)
    return emitCoded(
        call.loc, ErrorCode::ModelTooLarge, quote(name),
        llvm::formatv("more than {0} nodes or {1} bytes of functions after inlining", kMaxNodes, kMaxInlined));
  if (node.op.empty())
    return malformed(call, "it names no operator");
  if (const Function *function = findFunction(node))
    return inlineFunction(*function, node, scope, frame, call);
  if (node.op == "Constant" && (node.domain.empty() || node.domain == "ai.onnx") && node.attributes.size() == 1)
    if (const Param *value = resolve(node.attributes.front(), frame))
      if (isConstantValue(node.attributes.front().name, value->kind))
        return buildConstant(node, *value, scope, call);
  return buildOp(node, scope, frame, call);
}

LogicalResult GraphBuilder::undefined(const Call &call, StringRef name, const Scope &scope) {
  for (const Scope *at = &scope; at; at = at->parent)
    for (const Node &node : at->nodes)
      if (llvm::is_contained(node.outputs, name))
        return malformed(call, "it uses '" + quote(name) + "', which node '" +
                                   quote(node.name.empty() ? name : node.name) +
                                   "' defines only later: a cycle, or nodes that are not in topological order");
  return malformed(call, "it uses '" + quote(name) + "', which nothing defines");
}

LogicalResult GraphBuilder::buildOp(const Node &node, Scope &scope, const Frame &frame, Call &call) {
  // Operands. A value left out at the end is no operand at all.
  SmallVector<Value> operands;
  size_t used = node.inputs.size();
  while (used && node.inputs[used - 1].empty())
    --used;
  for (StringRef input : ArrayRef(node.inputs).take_front(used)) {
    bool failed = false;
    Value value = input.empty() ? getNone(call.loc) : lookup(input, scope, failed);
    if (failed)
      return failure();
    if (!value)
      return undefined(call, input, scope);
    operands.push_back(value);
  }
  SmallVector<Type> results;
  for (StringRef output : node.outputs) {
    Type type = builder.getNoneType();
    if (!output.empty())
      type = scope.types.lookup(output);
    results.push_back(type ? type : UnrankedTensorType::get(builder.getF32Type()));
  }

  NamedAttrList params;
  SmallVector<std::pair<std::string, const Graph *>> bodies;
  llvm::StringSet<> given;
  for (const Param &written : node.attributes) {
    const Param *attribute = resolve(written, frame);
    if (!attribute)
      continue;
    if (written.name.empty())
      return malformed(call, "it has an attribute without a name");
    if (!given.insert(written.name).second)
      return malformed(call, "attribute '" + quote(written.name) + "' is given twice");
    if (attribute->kind == Param::GraphKind || attribute->kind == Param::Graphs) {
      if (attribute != &written)
        return malformed(call, "attribute '" + quote(written.name) + "' passes a graph to a function");
      for (const Graph &graph : attribute->graphs)
        bodies.emplace_back(written.name.str(), &graph);
      continue;
    }
    FailureOr<mlir::Attribute> value = convert(*attribute, call);
    if (failed(value))
      return failure();
    params.append(builder.getStringAttr(written.name), *value);
  }

  OperationState state(call.loc, onnx::NodeOp::getOperationName());
  auto &properties = state.getOrAddProperties<onnx::NodeOp::Properties>();
  StringRef domain = node.domain == "ai.onnx" ? "" : node.domain;
  properties.op_type = builder.getStringAttr(node.op);
  properties.domain = builder.getStringAttr(domain);
  int64_t opset = getOpset(domain, frame);
  const onnx::Schema *schema = onnx::lookupSchema(domain, node.op, opset);
  properties.since = builder.getI64IntegerAttr(schema ? schema->since : opset);
  properties.params = params.getDictionary(builder.getContext());
  if (!bodies.empty()) {
    SmallVector<StringRef> names;
    for (auto &[name, graph] : bodies)
      names.push_back(name);
    properties.body_names = builder.getStrArrayAttr(names);
  }
  state.addOperands(operands);
  state.addTypes(results);
  for (size_t i = 0; i < bodies.size(); ++i)
    state.addRegion();
  Operation *op = builder.create(state);
  for (auto [body, region] : llvm::zip_equal(bodies, op->getRegions()))
    if (failed(buildBody(*body.second, region, scope, frame, call)))
      return failure();
  if (std::optional<std::string> wrong = cast<onnx::NodeOp>(op).checkSchema())
    return emitCoded(call.loc, ErrorCode::NodeInvalid, quote(call.name), quote(node.op) + " " + quote(*wrong, 300));
  for (auto [name, result] : llvm::zip_equal(node.outputs, op->getResults()))
    if (!name.empty() && failed(define(name, result, scope, call)))
      return failure();
  return success();
}

LogicalResult GraphBuilder::buildBody(const Graph &graph, Region &region, Scope &outer, const Frame &frame,
                                      Call &call) {
  llvm::scope_exit leave([&] { --depth; });
  if (++depth > kMaxDepth)
    return emitCoded(call.loc, ErrorCode::ModelTooLarge, quote(call.name),
                     llvm::formatv("subgraphs and functions are nested deeper than {0}", kMaxDepth));
  if (!graph.sparse.empty())
    return malformed(call, "its subgraph has the sparse initializer '" + quote(graph.sparse.front()) + "'");
  OpBuilder::InsertionGuard guard(builder);
  Scope scope;
  scope.parent = &outer;
  scope.block = builder.createBlock(&region);
  if (failed(declare(graph, scope)) || failed(declareTypes(graph.inputs, scope)))
    return failure();
  for (const ValueInfo &input : graph.inputs) {
    if (scope.initializers.contains(input.name))
      continue;
    Type type = scope.types.lookup(input.name);
    Value argument = scope.block->addArgument(type ? type : UnrankedTensorType::get(builder.getF32Type()),
                                              NameLoc::get(builder.getStringAttr(input.name)));
    if (input.name.empty() || failed(define(input.name, argument, scope, call)))
      return malformed(call, "its subgraph has an input without a name of its own");
  }
  if (failed(buildNodes(graph.nodes, scope, frame)))
    return failure();
  SmallVector<Value> results;
  for (const ValueInfo &output : graph.outputs) {
    bool failed = false;
    Value value = lookup(output.name, scope, failed);
    if (failed)
      return failure();
    if (!value)
      return malformed(call, "nothing defines the output '" + quote(output.name) + "' of its subgraph");
    results.push_back(value);
  }
  builder.setInsertionPointToEnd(scope.block);
  onnx::YieldOp::create(builder, call.loc, results);
  return success();
}
