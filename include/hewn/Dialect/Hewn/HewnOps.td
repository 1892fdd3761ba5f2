// What holds a compiled program together: targets, weights, kernels, launches, guards.
#ifndef HEWN_DIALECT_HEWN_HEWNOPS_TD
#define HEWN_DIALECT_HEWN_HEWNOPS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Hewn_Dialect : Dialect {
  let name = "hewn";
  let cppNamespace = "::hewn";
  let summary = "Targets, weights, kernels and launches";
  let description = [{
    Argument attributes of a model's function: `hewn.name` (the model's name of an input or output, StringAttr) and `hewn.dims` (ArrayAttr of
    StringAttr: the symbolic name of each dimension, empty where static).
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::memref::MemRefDialect"];
  let useDefaultAttributePrinterParser = 1;
}

class Hewn_Op<string mnemonic, list<Trait> traits = []> : Op<Hewn_Dialect, mnemonic, traits>;

def Hewn_TargetAttr : AttrDef<Hewn_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "A target and everything its passes may know of the machine";
  let description = [{
    `name` is the name under which the target registered; `config` is the target's own (for `cpu`: `triple`, `cpu`, `features`, `vector_bits`, `l1`, `l2`, `l3` in
    bytes). Passes read this attribute, never the command line.

    Example: `#hewn.target<"cpu", {cpu = "znver4", triple = "x86_64-unknown-linux-gnu"}>`
  }];
  let parameters = (ins StringRefParameter<"target name">:$name, "::mlir::DictionaryAttr":$config);
  let assemblyFormat = "`<` $name `,` $config `>`";
}

def Hewn_SourceAttr : AttrDef<Hewn_Dialect, "Source"> {
  let mnemonic = "source";
  let summary = "A slice of a file: where the bytes of a weight lie";
  let description = [{
    Path (relative paths: to the model's folder), byte offset and length.

    Example: `#hewn.source<"model.onnx", 1024, 4096>`
  }];
  let parameters = (ins StringRefParameter<"path">:$file, "int64_t":$offset, "int64_t":$length);
  let assemblyFormat = "`<` $file `,` $offset `,` $length `>`";
}

def Hewn_ScheduleAttr : AttrDef<Hewn_Dialect, "Schedule"> {
  let mnemonic = "schedule";
  let summary = "How a kernel is to be computed: decided by one pass, applied by another";
  let description = [{
    `recipe` names a way of the target, `config` holds its numbers (for `cpu`: see `hewn-cpu-choose-schedule`). It stands on a kernel clone as `hewn.schedule`.

    Example: `#hewn.schedule<"tile", {rows = 8 : i64, vectors = 2 : i64}>`
  }];
  let parameters = (ins StringRefParameter<"recipe">:$recipe, "::mlir::DictionaryAttr":$config);
  let assemblyFormat = "`<` $recipe `,` $config `>`";
}

def Hewn_WeightOp : Hewn_Op<"weight", [Symbol, IsolatedFromAbove]> {
  let summary = "A named constant tensor whose bytes live outside the IR";
  let description = [{
    Either `source` says where the little-endian bytes lie, or the region computes the tensor from other weights (const-eval: read by
    `hewn.load_weight`, yielded by `hewn.return`) and is evaluated once, when the artifact is written.

    Constraints:
    - C1: exactly one of `source` and a non-empty region.
    - C2: the type is a static ranked tensor; the source's length is its size in bytes.
    - C3: the region yields one value of the weight's type.

    Lifespan: made by the importer and by const-eval; consumed by the artifact writer.

    Example (test/Dialect/Hewn/ops.mlir, `@w`):
    ```mlir
    hewn.weight @w : tensor<2x3xf32> source #hewn.source<"model.onnx", 128, 24>
    hewn.weight @wt : tensor<3x2xf32> {
      %0 = hewn.load_weight @w : tensor<2x3xf32>
      %1 = nn.transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
      hewn.return %1 : tensor<3x2xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$sym_visibility, TypeAttr:$type, OptionalAttr<Hewn_SourceAttr>:$source);
  let regions = (region MaxSizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `:` $type (`source` $source^) : ($body)? attr-dict";
  let hasVerifier = 1;
}

def Hewn_LoadWeightOp : Hewn_Op<"load_weight", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "The value of a weight";
  let description = [{
    A tensor, or after bufferization a read-only memref with identity layout.

    Constraints:
    - C1: the symbol names a `hewn.weight` of the result's shape and element type.

    Lifespan: made by the importer; lowered to an address in the weights file by the target.

    Example (test/Dialect/Hewn/ops.mlir, `@w`):
    ```mlir
    %0 = hewn.load_weight @w : tensor<2x3xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$weight);
  let results = (outs AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$result);
  let assemblyFormat = "$weight attr-dict `:` type($result)";
}

def Hewn_KernelOp : Hewn_Op<"kernel", [FunctionOpInterface, IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "An outlined fusion group";
  let description = [{
    Arguments: first the `index` values of a launch's `dims`, then its `ins`, then its `outs` (tensors of the results' types, contents undefined). The body holds nn and q ops
    and returns one tensor per out with `hewn.return`.

    Constraints:
    - C1: leading arguments are `index`, the rest ranked tensors (or memrefs); the trailing ones have the result types, in order.

    Lifespan: made by `hewn-outline-kernels`; cloned into `func.func` on memrefs in *buffers*; gone after *scheduled*.

    Example (test/Dialect/Hewn/ops.mlir, `@relu`):
    ```mlir
    hewn.kernel @relu(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
      %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
      hewn.return %0 : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<StrAttr>:$sym_visibility, TypeAttrOf<FunctionType>:$function_type,
                   OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def Hewn_ReturnOp : Hewn_Op<"return", [Pure, Terminator, ReturnLike]> {
  let summary = "Ends a kernel or the region of a weight";
  let description = [{
    Constraints:
    - C1: operands have the result types of the kernel, or the type of the weight.

    Lifespan: that of its parent.

    Example (test/Dialect/Hewn/ops.mlir, `@relu`):
    ```mlir
    hewn.return %0 : tensor<4xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let hasVerifier = 1;
}

def Hewn_LaunchOp : Hewn_Op<"launch", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "Runs a kernel into destinations";
  let description = [{
    Destination style: on tensors, result i is `outs[i]` overwritten by the kernel (its old contents are not read); on memrefs there are no results. After cloning, the kernel is a
    `func.func` whose arguments are dims, then the distinct buffers.

    Constraints:
    - C1: the symbol names a kernel or function in the nearest symbol table whose arguments fit the operands.
    - C2: result types equal the types of tensor outs.

    Lifespan: made by `hewn-outline-kernels`; lowered to a call of the executor by the target.

    Example (test/Dialect/Hewn/ops.mlir, `@launch`):
    ```mlir
    %0 = hewn.launch @relu dims() ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> (tensor<4xf32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Index>:$dims, Variadic<AnyType>:$inputs, Variadic<AnyType>:$inits);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $kernel `dims` `(` $dims `)` `ins` `(` ($inputs^ `:` type($inputs))? `)` `outs` `(` ($inits^ `:` type($inits))? `)`
    attr-dict (`->` `(` type($results)^ `)`)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{ ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); } }];
}

def Hewn_InvokeOp : Hewn_Op<"invoke", [AttrSizedOperandSegments, DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "Runs a region of the graph on its target";
  let description = [{
    Like `hewn.launch`, across modules: the callee is a function of a nested module with a `hewn.target`. Its results are computed into `outs`.

    Constraints:
    - C1: the symbol names a function in a nested module; operands fit its arguments and results its result types.

    Lifespan: made by the partitioner; gone when the target's artifact is made.

    Example (test/Dialect/Hewn/ops.mlir, `@invoke`):
    ```mlir
    %0 = hewn.invoke @cpu::@main ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> (tensor<4xf32>)
    ```
  }];
  let arguments = (ins SymbolRefAttr:$callee, Variadic<AnyType>:$inputs, Variadic<AnyType>:$inits);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $callee `ins` `(` ($inputs^ `:` type($inputs))? `)` `outs` `(` ($inits^ `:` type($inits))? `)` attr-dict (`->` `(` type($results)^ `)`)?
  }];
  let extraClassDeclaration = [{ ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitsMutable(); } }];
}

def Hewn_GuardOp : Hewn_Op<"guard"> {
  let summary = "A condition that must hold at run time";
  let description = [{
    If `condition` is false the run ends with status `code` (an HWN6xxx number) and `message`. Guards protect what types cannot say: equal dynamic sizes, broadcasting
    between dynamic sizes, element counts of reshapes.

    Lifespan: made by `onnx-to-nn`; checked at entry of the compiled function and by the interpreter.

    Example (test/Dialect/Hewn/ops.mlir, `@guard`):
    ```mlir
    hewn.guard %same, 6004, "sizes of a and b differ"
    ```
  }];
  let arguments = (ins I1:$condition, I64Attr:$code, StrAttr:$message);
  let assemblyFormat = "$condition `,` $code `,` $message attr-dict";
}

#endif // HEWN_DIALECT_HEWN_HEWNOPS_TD
