// Compiles a tensor function as one kernel of the CPU target, in process, and runs it.
#include "KernelHarness.h"
#include "hewn/Target/CPU/Codegen.h"
#include "hewn/Target/CPU/Passes.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

GuardedBytes::GuardedBytes(size_t bytes) {
  size_t page = sysconf(_SC_PAGESIZE);
  size_t whole = llvm::alignTo(std::max<size_t>(bytes, 1), page);
  length = whole + page;
  base = static_cast<char *>(mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(base + whole, page, PROT_NONE);
  start = base + whole - bytes;
}

GuardedBytes::~GuardedBytes() {
  if (base)
    munmap(base, length);
}

CompiledKernel::CompiledKernel() = default;
CompiledKernel::~CompiledKernel() = default;

/// The clone that the stage *buffers* would make of `function`.
static func::FuncOp makeClone(func::FuncOp function) {
  OpBuilder builder(function);
  Location loc = function.getLoc();
  SmallVector<Type> types;
  auto memref = [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return MemRefType::get(tensor.getShape(), tensor.getElementType());
  };
  for (Type type : function.getArgumentTypes())
    types.push_back(type.isIndex() ? type : memref(type));
  for (Type type : function.getResultTypes())
    types.push_back(memref(type));
  auto clone = func::FuncOp::create(builder, loc, "kernel", builder.getFunctionType(types, {}));
  clone.setPrivate();
  clone->setAttr("hewn.kernel", builder.getUnitAttr());
  Block *entry = clone.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping map;
  for (auto [old, argument] : llvm::zip(function.getArguments(), entry->getArguments())) {
    Value value = argument;
    if (!old.getType().isIndex())
      value = bufferization::ToTensorOp::create(builder, loc, old.getType(), argument, /*restrict=*/true);
    map.map(old, value);
  }
  for (Operation &op : function.getBody().front().without_terminator())
    builder.clone(op, map);
  unsigned first = function.getNumArguments();
  for (auto [index, result] : llvm::enumerate(function.getBody().front().getTerminator()->getOperands()))
    bufferization::MaterializeInDestinationOp::create(builder, loc, Type(), map.lookupOrDefault(result),
                                                      entry->getArgument(first + index), /*restrict=*/true,
                                                      /*writable=*/true);
  func::ReturnOp::create(builder, loc);
  function.erase();
  return clone;
}

std::unique_ptr<CompiledKernel> CompiledKernel::compile(MLIRContext &context, StringRef text, TargetAttr target,
                                                        StringRef recipe) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return nullptr;
  (*module)->setAttr(kTargetAttr, target);
  func::FuncOp clone = makeClone(*module->getOps<func::FuncOp>().begin());
  if (!recipe.empty())
    clone->setAttr("hewn.schedule", ScheduleAttr::get(&context, recipe, Builder(&context).getDictionaryAttr({})));
  auto result = std::make_unique<CompiledKernel>();
  PassManager schedule(&context);
  buildCPUPipeline(schedule);
  if (failed(schedule.run(*module)))
    return nullptr;
  result->recipe = clone->getAttrOfType<StringAttr>("hewn.recipe").getValue().str();
  if (getenv("HEWN_DUMP_KERNEL"))
    module->dump();
  for (BlockArgument argument : clone.getArguments()) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type)
      continue;
    auto access = clone.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "hewn.access");
    if (access && access.getValue() == "scratch") {
      result->scratchBytes = type.getNumElements();
      continue;
    }
    result->dynamicDims.emplace_back();
    for (int64_t i = 0; i < type.getRank(); ++i)
      result->dynamicDims.back().push_back(type.isDynamicDim(i));
  }
  PassManager lower(&context);
  lower.addPass(createLowerKernels());
  if (failed(lower.run(*module)))
    return nullptr;
  auto objects = compileKernels(*module, Machine::read(target), 1);
  if (failed(objects) || objects->size() != 1)
    return nullptr;
  result->object = std::string(objects->front().bytes.data(), objects->front().bytes.size());
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit) {
    llvm::errs() << llvm::toString(jit.takeError()) << "\n";
    return nullptr;
  }
  result->jit = std::move(*jit);
  auto generator =
      llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(result->jit->getDataLayout().getGlobalPrefix());
  result->jit->getMainJITDylib().addGenerator(std::move(*generator));
  if (llvm::Error error = result->jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(result->object))) {
    llvm::errs() << llvm::toString(std::move(error)) << "\n";
    return nullptr;
  }
  auto kernel = result->jit->lookup("kernel"), extent = result->jit->lookup("kernel__extent");
  if (!kernel || !extent) {
    llvm::errs() << llvm::toString(kernel ? extent.takeError() : kernel.takeError()) << "\n";
    return nullptr;
  }
  result->kernel = kernel->toPtr<hewn_kernel>();
  result->extentFunction = extent->toPtr<int64_t (*)(const int64_t *)>();
  return result;
}

void CompiledKernel::bind(ArrayRef<int64_t> indices, ArrayRef<interp::Tensor> inputs,
                          ArrayRef<interp::Tensor> outputs) {
  memory.clear();
  buffers.clear();
  sizes.clear();
  dims.assign(indices.begin(), indices.end());
  inputCount = inputs.size();
  unsigned position = 0;
  auto add = [&](const interp::Tensor &tensor, bool copy) {
    size_t bytes = tensor.getBytes().size();
    memory.emplace_back(bytes);
    if (copy)
      memcpy(memory.back().data(), tensor.data(), bytes);
    else
      memset(memory.back().data(), 0xff, bytes);
    buffers.push_back(memory.back().data());
    sizes.push_back(bytes);
    for (auto [index, dynamic] : llvm::enumerate(dynamicDims[position]))
      if (dynamic)
        dims.push_back(tensor.getDim(index));
    ++position;
  };
  for (const interp::Tensor &tensor : inputs)
    add(tensor, true);
  for (const interp::Tensor &tensor : outputs)
    add(tensor, false);
  if (scratchBytes) {
    memory.emplace_back(llvm::alignTo(scratchBytes, 64));
    buffers.push_back(memory.back().data());
  }
  dims.push_back(0); // never empty
}

int64_t CompiledKernel::extent() const { return extentFunction(dims.data()); }
void CompiledKernel::run(int64_t begin, int64_t end) const { kernel(buffers.data(), dims.data(), begin, end); }
ArrayRef<char> CompiledKernel::output(unsigned index) const {
  return {static_cast<const char *>(buffers[inputCount + index]), sizes[inputCount + index]};
}

void hewn::cpu::runSplit(const CompiledKernel &kernel, int64_t parts) {
  int64_t extent = kernel.extent();
  for (int64_t part = parts - 1; part >= 0; --part) {
    int64_t begin = extent * part / parts, end = extent * (part + 1) / parts;
    kernel.run(begin, end);
  }
}
