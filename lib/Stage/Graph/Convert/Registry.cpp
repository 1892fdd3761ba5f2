// The registry of converters.
#include "Registry.h"

using namespace hewn::graph;

ConvertFn Registry::find(llvm::StringRef domain, llvm::StringRef opType, int64_t since) const {
  auto it = rules.find((domain + ":" + opType).str());
  if (it == rules.end())
    return nullptr;
  for (const Rule &rule : it->second)
    if (rule.first <= since && since <= rule.last)
      return rule.convert;
  return nullptr;
}

const Registry &Registry::get() {
  static const Registry registry = [] {
    Registry all;
    registerElementwise(all);
    registerWindow(all);
    registerMatMul(all);
    registerShape(all);
    registerSplice(all);
    registerIndexed(all);
    registerReduce(all);
    registerNorm(all);
    registerResize(all);
    registerEinsum(all);
    registerAttention(all);
    return all;
  }();
  return registry;
}
