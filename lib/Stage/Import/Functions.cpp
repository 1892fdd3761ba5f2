// Local functions of a model are inlined where they are called.
#include "GraphBuilder.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

std::string GraphBuilder::getFunctionKey(StringRef domain, StringRef name, StringRef overload) {
  // Lengths, because the names of a hostile file may hold any separator.
  if (domain == "ai.onnx")
    domain = "";
  return llvm::formatv("{0}:{1}:{2}{3}{4}", domain.size(), name.size(), domain, name, overload);
}

const Function *GraphBuilder::findFunction(const Node &node) const {
  return functions.empty() ? nullptr : functions.lookup(getFunctionKey(node.domain, node.op, node.overload));
}

const Param *GraphBuilder::resolve(const Param &attribute, const Frame &frame) {
  return attribute.reference.empty() ? &attribute : frame.attributes.lookup(attribute.reference);
}

LogicalResult GraphBuilder::inlineFunction(const Function &function, const Node &node, Scope &outer,
                                           const Frame &caller, Call &call) {
  llvm::scope_exit leave([&] { --depth; });
  if (++depth > kMaxDepth)
    return emitCoded(call.loc, ErrorCode::ModelTooLarge, quote(call.name),
                     llvm::formatv("subgraphs and functions are nested deeper than {0}", kMaxDepth));
  inlinedBytes += function.size;
  for (const Frame *frame = &caller; frame; frame = frame->caller)
    if (frame->function == &function)
      return malformed(call, "its function calls itself");
  if (node.inputs.size() > function.inputs.size() || node.outputs.size() > function.outputs.size())
    return malformed(call, "it has more inputs or outputs than its function");

  Frame frame;
  frame.caller = &caller;
  frame.function = &function;
  frame.opsets = &function.opsets;
  frame.prefix = call.name.substr(0, 1024) + "/";
  for (const Param &attribute : function.defaults)
    frame.attributes[attribute.name] = &attribute;
  for (const Param &attribute : node.attributes)
    if (const Param *value = resolve(attribute, caller))
      frame.attributes[attribute.name] = value;

  Scope scope;
  scope.block = outer.block;
  if (failed(declareTypes(function.values, scope)))
    return failure();
  for (auto [index, name] : llvm::enumerate(function.inputs)) {
    StringRef given = index < node.inputs.size() ? node.inputs[index] : StringRef();
    bool failed = false;
    Value value = given.empty() ? getNone(call.loc) : lookup(given, outer, failed);
    if (failed)
      return failure();
    if (!value)
      return undefined(call, given, outer);
    if (mlir::failed(define(name, value, scope, call)))
      return failure();
  }
  for (auto [inner, given] : llvm::zip(function.outputs, node.outputs))
    if (Type type = outer.types.lookup(given))
      scope.types[inner] = type;
  if (failed(buildNodes(function.nodes, scope, frame)))
    return failure();
  for (auto [inner, given] : llvm::zip(function.outputs, node.outputs)) {
    if (given.empty())
      continue;
    bool failed = false;
    Value value = lookup(inner, scope, failed);
    if (!value)
      return malformed(call, "nothing defines the output '" + quote(inner) + "' of its function");
    if (mlir::failed(define(given, value, outer, call)))
      return failure();
  }
  return success();
}
