// ONNX graphs as they are in the file: one generic op for every operator, domain and version.
#ifndef HEWN_DIALECT_ONNX_ONNXOPS_TD
#define HEWN_DIALECT_ONNX_ONNXOPS_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::hewn::onnx";
  let summary = "ONNX graphs, exactly as in the file";
  let description = [{
    A module made by the importer holds `hewn.weight` ops for its initializers and one `func.func @main` whose arguments and results carry `hewn.name` and
    `hewn.dims`. Module attributes: `onnx.opset` (dictionary: domain to version; the empty domain is spelled `ai.onnx`), `onnx.ir_version`, `onnx.producer`.
    A value of unknown rank is `tensor<*xT>`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

class ONNX_Op<string mnemonic, list<Trait> traits = []> : Op<ONNX_Dialect, mnemonic, traits>;

def ONNX_NoneOp : ONNX_Op<"none", [Pure]> {
  let summary = "An operand that is left out";
  let description = [{
    Stands for an optional operand that the file leaves empty.

    Lifespan: made by the importer; gone after `onnx-to-nn`.

    Example (test/Dialect/ONNX/ops.mlir, `@none`):
    ```mlir
    %none = onnx.none : none
    ```
  }];
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def ONNX_NodeOp : ONNX_Op<"node"> {
  let summary = "One node of an ONNX graph";
  let description = [{
    `op_type`, `domain` (empty: ai.onnx) and `since` (the operator version in force under the model's opset) name the operator; the schema table
    (`hewn/Dialect/ONNX/Schema.h`) knows its operands, attributes and types. `params` holds the node's attributes under their ONNX names: integers as i64, floats as f32,
    strings, arrays of these (DenseI64ArrayAttr, DenseF32ArrayAttr, ArrayAttr of strings) and tensors as DenseElementsAttr, or as FlatSymbolRefAttr of a `hewn.weight` when large.
    Graph attributes are `bodies`, named in order by `body_names`. The op's location is the ONNX node name. Results that the node does not name have type `none`; a result whose
    type the file does not state is `tensor<*xf32>` until `onnx-to-nn` computes it.

    Constraints (checked by the verifier against the schema table where the operator is known):
    - C1: required operands are present; there are not more operands or results than the schema allows.
    - C2: attributes exist in the schema (names that begin with "__" are free), have its types, and required ones are present.
    - C3: `bodies` and `body_names` have equal length.

    Lifespan: made by the importer; rewritten by the version upgrade; gone after `onnx-to-nn`.

    Example (test/Dialect/ONNX/ops.mlir, `@conv`):
    ```mlir
    %y = onnx.node "Conv" since 11 (%x, %w) {strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x3x3xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$inputs, StrAttr:$op_type, DefaultValuedAttr<StrAttr, "\"\"">:$domain, I64Attr:$since,
                   DictionaryAttr:$params, OptionalAttr<StrArrayAttr>:$body_names);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region VariadicRegion<AnyRegion>:$bodies);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What ONNX says about this version of the operator; null for operators that are not of ONNX.
    const ::hewn::onnx::Schema *getSchema();
    /// What contradicts the schema (C1, C2), in words that follow the operator's name.
    ::std::optional<::std::string> checkSchema();

    // By the names of the schema. Operands and results that are left out are null.
    ::mlir::Value getInput(::llvm::StringRef name);
    ::mlir::Value getOutput(::llvm::StringRef name);
    /// The operands from `name` on.
    ::mlir::OperandRange getVariadicInput(::llvm::StringRef name);
    /// A param as given, else its default in the schema, else null (or nullopt).
    ::mlir::Attribute getParam(::llvm::StringRef name);
    ::std::optional<int64_t> getInt(::llvm::StringRef name);
    ::std::optional<float> getFloat(::llvm::StringRef name);
    ::std::optional<::llvm::StringRef> getString(::llvm::StringRef name);
    ::std::optional<::llvm::ArrayRef<int64_t>> getInts(::llvm::StringRef name);
    /// A graph attribute; null when the node has none of that name.
    ::mlir::Region *getBody(::llvm::StringRef name);
  }];
}

def ONNX_YieldOp : ONNX_Op<"yield", [Terminator, Pure]> {
  let summary = "Ends a graph attribute";
  let description = [{
    Lifespan: that of the node around it.

    Example (test/Dialect/ONNX/ops.mlir, `@if`):
    ```mlir
    onnx.yield %0 : tensor<2xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

#endif // HEWN_DIALECT_ONNX_ONNXOPS_TD
