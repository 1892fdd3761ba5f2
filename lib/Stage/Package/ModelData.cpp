// The model's data as LLVM globals, and its public functions. The layouts are those of hewn/Runtime/hewn.h and
// lib/Runtime/runtime.h; RuntimeTests compares them with the C compiler's.
#include "../../Runtime/runtime.h"
#include "Host.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

namespace {
/// Makes constant data: values are built inside the initialiser of the global that holds them.
class DataBuilder {
public:
  explicit DataBuilder(ModuleOp module)
      : module(module), builder(OpBuilder::atBlockEnd(module.getBody())),
        location(UnknownLoc::get(module.getContext())), pointer(LLVM::LLVMPointerType::get(module.getContext())) {}

  /// A field of a struct: an integer of some width, or the address of a symbol (empty: null).
  struct Field {
    unsigned bits = 0; // 0: pointer
    int64_t value = 0;
    std::string symbol;
  };
  static Field i32(int64_t value) { return {32, value, ""}; }
  static Field i64(int64_t value) { return {64, value, ""}; }
  static Field address(StringRef symbol) { return {0, 0, symbol.str()}; }

  /// An array of structs, all of the same fields; the name of the global. Nothing to hold makes a null address.
  std::string structs(ArrayRef<std::vector<Field>> rows, StringRef name = "") {
    if (rows.empty())
      return "";
    SmallVector<Type> types;
    for (const Field &field : rows.front())
      types.push_back(field.bits ? Type(builder.getIntegerType(field.bits)) : Type(pointer));
    auto row = LLVM::LLVMStructType::getLiteral(builder.getContext(), types);
    auto table = LLVM::LLVMArrayType::get(row, rows.size());
    LLVM::GlobalOp global = addGlobal(table, name);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(builder.createBlock(&global.getInitializerRegion()));
    Value all = LLVM::UndefOp::create(builder, location, table);
    for (auto [index, fields] : llvm::enumerate(rows)) {
      Value one = LLVM::UndefOp::create(builder, location, row);
      for (auto [at, field] : llvm::enumerate(fields))
        one = LLVM::InsertValueOp::create(builder, location, one, makeField(field), static_cast<int64_t>(at));
      all = LLVM::InsertValueOp::create(builder, location, all, one, static_cast<int64_t>(index));
    }
    LLVM::ReturnOp::create(builder, location, all);
    return global.getSymName().str();
  }

  /// An array of plain fields.
  std::string array(ArrayRef<Field> fields) {
    std::vector<std::vector<Field>> rows;
    for (const Field &field : fields)
      rows.push_back({field});
    return structs(rows);
  }

  std::string text(StringRef value) {
    std::string bytes = value.str() + '\0';
    auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size());
    LLVM::GlobalOp global = addGlobal(type, "");
    global.setValueAttr(builder.getStringAttr(bytes));
    return global.getSymName().str();
  }

private:
  LLVM::GlobalOp addGlobal(Type type, StringRef name) {
    std::string symbol = name.empty() ? "hewn_data_" + std::to_string(count++) : name.str();
    return LLVM::GlobalOp::create(builder, location, type, /*isConstant=*/true, LLVM::Linkage::Internal, symbol,
                                  Attribute(), /*alignment=*/8);
  }

  Value makeField(const Field &field) {
    if (field.bits)
      return LLVM::ConstantOp::create(builder, location, builder.getIntegerType(field.bits),
                                      builder.getIntegerAttr(builder.getIntegerType(field.bits), field.value));
    if (field.symbol.empty())
      return LLVM::ZeroOp::create(builder, location, pointer);
    return LLVM::AddressOfOp::create(builder, location, pointer, field.symbol);
  }

  ModuleOp module;
  OpBuilder builder;
  Location location;
  LLVM::LLVMPointerType pointer;
  unsigned count = 0;
};
using Field = DataBuilder::Field;
} // namespace

/// hewn_tensor_info[]
static std::string addTensors(DataBuilder &data, ArrayRef<TensorDescription> tensors) {
  std::vector<std::vector<Field>> rows;
  for (const TensorDescription &tensor : tensors) {
    std::vector<Field> sizes, symbols;
    for (int64_t size : tensor.sizes)
      sizes.push_back(DataBuilder::i64(size));
    for (int32_t symbol : tensor.symbols)
      symbols.push_back(DataBuilder::i32(symbol));
    rows.push_back({DataBuilder::address(data.text(tensor.name)), DataBuilder::i32(tensor.dtype),
                    DataBuilder::i32(static_cast<int64_t>(tensor.sizes.size())), DataBuilder::i32(tensor.alignment),
                    DataBuilder::address(data.array(sizes)), DataBuilder::address(data.array(symbols))});
  }
  return data.structs(rows);
}

static constexpr const char *kModel = "hewn_model_data";

/// hewn_rt_model
static void addModel(DataBuilder &data, const ModelDescription &model) {
  std::vector<std::vector<Field>> kernels;
  for (const KernelDescription &kernel : model.kernels)
    kernels.push_back({DataBuilder::address(data.text(kernel.name)), DataBuilder::address(kernel.name),
                       DataBuilder::i64(kernel.flops), DataBuilder::i64(kernel.bytes)});
  std::vector<Field> dims;
  for (const std::string &dim : model.dims)
    dims.push_back(DataBuilder::address(data.text(dim)));
  auto count = [](size_t value) { return DataBuilder::i32(static_cast<int64_t>(value)); };
  std::vector<Field> fields = {DataBuilder::i64(sizeof(hewn_model_info)),
                               DataBuilder::i32(HEWN_ABI),
                               count(model.inputs.size()),
                               count(model.outputs.size()),
                               count(model.dims.size()),
                               DataBuilder::i32(model.outputSizes),
                               count(model.kernels.size()),
                               DataBuilder::address(data.text(model.name)),
                               DataBuilder::address(addTensors(data, model.inputs)),
                               DataBuilder::address(addTensors(data, model.outputs)),
                               DataBuilder::address(data.array(dims)),
                               DataBuilder::i64(model.arenaBytes),
                               DataBuilder::i64(static_cast<int64_t>(model.weightsBytes)),
                               DataBuilder::i64(static_cast<int64_t>(model.weightsHash)),
                               DataBuilder::address(data.text(llvm::join(model.features, ","))),
                               DataBuilder::address(data.structs(kernels)),
                               DataBuilder::address(kHostQuery),
                               DataBuilder::address(kHostMain)};
  data.structs({fields}, kModel);
}

/// NAME_<suffix>(arguments...) { return hewn_rt_<suffix>(&model if bound, arguments...); }
static void addForwarder(ModuleOp host, StringRef name, StringRef suffix, bool bound, ArrayRef<Type> arguments,
                         Type result) {
  OpBuilder builder = OpBuilder::atBlockEnd(host.getBody());
  Location location = UnknownLoc::get(host.getContext());
  auto pointer = LLVM::LLVMPointerType::get(host.getContext());
  SmallVector<Type> all(arguments);
  if (bound)
    all.insert(all.begin(), pointer);
  std::string runtime = ("hewn_rt_" + suffix).str();
  LLVM::LLVMFuncOp::create(builder, location, runtime, LLVM::LLVMFunctionType::get(result, all));
  auto function = LLVM::LLVMFuncOp::create(builder, location, (name + "_" + suffix).str(),
                                           LLVM::LLVMFunctionType::get(result, arguments));
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
  SmallVector<Value> values;
  if (bound)
    values.push_back(LLVM::AddressOfOp::create(builder, location, pointer, kModel));
  llvm::append_range(values, function.getArguments());
  bool isVoid = isa<LLVM::LLVMVoidType>(result);
  auto call = LLVM::CallOp::create(builder, location, isVoid ? TypeRange() : TypeRange(result), runtime, values);
  LLVM::ReturnOp::create(builder, location, call.getResults());
}

void package::addModelData(ModuleOp host, const ModelDescription &model) {
  DataBuilder data(host);
  addModel(data, model);

  MLIRContext *context = host.getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  Type none = LLVM::LLVMVoidType::get(context), i32 = IntegerType::get(context, 32),
       i64 = IntegerType::get(context, 64);
  addForwarder(host, model.name, "load", true, {pointer, pointer}, i32);
  addForwarder(host, model.name, "unload", false, {pointer}, none);
  addForwarder(host, model.name, "query", true, {pointer, pointer, pointer}, i32);
  addForwarder(host, model.name, "run", true, {pointer, pointer, pointer, pointer, pointer, i64, pointer}, i32);
  addForwarder(host, model.name, "message", false, {i32}, pointer);
  addForwarder(host, model.name, "pool_create", false, {i32, pointer}, i32);
  addForwarder(host, model.name, "pool_destroy", false, {pointer}, none);
  addForwarder(host, model.name, "info", true, {}, pointer);
}
