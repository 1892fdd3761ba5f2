// The canonical graph: one meaning per op, attributes static, broadcasting explicit, ONNX versions and optional
// operands gone.
#ifndef HEWN_DIALECT_NN_NNOPS_TD
#define HEWN_DIALECT_NN_NNOPS_TD

include "hewn/Dialect/NN/NNInterfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::hewn::nn";
  let summary = "Neural-network graphs, canonical form";
  let description = [{
    Ops on ranked tensors, made by `onnx-to-nn`, fused and outlined by the stage *kernels*, gone after *scheduled*.
    Element types keep their signedness: `i8` and `i64` are signed, `ui8` is unsigned, `i1` is a boolean. The meaning of
    every op is the one of the reference interpreter (`lib/Interpreter`).

    Constraints of every op, beside its own:
    - C0: where static, the result has the rank and the sizes that operands and attributes give.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect", "::mlir::affine::AffineDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

//===----------------------------------------------------------------------===//
// Enumerations
//===----------------------------------------------------------------------===//

class NN_EnumAttr<EnumInfo info, string mnemonic> : EnumAttr<NN_Dialect, info, mnemonic> {
  let assemblyFormat = "`<` $value `>`";
}
class NN_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::hewn::nn";
  let genSpecializedAttr = 0;
}
class NN_Case<string name, int value, string str = name> : I32EnumAttrCase<name, value, str>;

/// Kinds of `nn.elementwise`; include/hewn/Dialect/NN/Elementwise.def holds arity, types and formula of each.
def NN_ElementwiseKind : NN_Enum<"ElementwiseKind", "what an elementwise op computes", [
  // unary
  NN_Case<"Abs", 0, "abs">, NN_Case<"Neg", 1, "neg">, NN_Case<"Exp", 2, "exp">, NN_Case<"Log", 3, "log">,
  NN_Case<"Sqrt", 4, "sqrt">, NN_Case<"Reciprocal", 5, "reciprocal">, NN_Case<"Floor", 6, "floor">,
  NN_Case<"Ceil", 7, "ceil">, NN_Case<"Round", 8, "round">, NN_Case<"Sign", 9, "sign">, NN_Case<"Sin", 10, "sin">,
  NN_Case<"Cos", 11, "cos">, NN_Case<"Tan", 12, "tan">, NN_Case<"Asin", 13, "asin">, NN_Case<"Acos", 14, "acos">,
  NN_Case<"Atan", 15, "atan">, NN_Case<"Sinh", 16, "sinh">, NN_Case<"Cosh", 17, "cosh">, NN_Case<"Tanh", 18, "tanh">,
  NN_Case<"Asinh", 19, "asinh">, NN_Case<"Acosh", 20, "acosh">, NN_Case<"Atanh", 21, "atanh">,
  NN_Case<"Erf", 22, "erf">, NN_Case<"Sigmoid", 23, "sigmoid">, NN_Case<"Relu", 24, "relu">,
  NN_Case<"Gelu", 25, "gelu">, NN_Case<"GeluTanh", 26, "gelu_tanh">, NN_Case<"LeakyRelu", 27, "leaky_relu">,
  NN_Case<"Elu", 28, "elu">, NN_Case<"Selu", 29, "selu">, NN_Case<"Celu", 30, "celu">,
  NN_Case<"HardSigmoid", 31, "hard_sigmoid">, NN_Case<"HardSwish", 32, "hard_swish">,
  NN_Case<"Softplus", 33, "softplus">, NN_Case<"Softsign", 34, "softsign">, NN_Case<"Mish", 35, "mish">,
  NN_Case<"ThresholdedRelu", 36, "thresholded_relu">, NN_Case<"Not", 37, "not">, NN_Case<"IsNaN", 38, "isnan">,
  NN_Case<"IsInf", 39, "isinf">, NN_Case<"BitNot", 40, "bit_not">,
  // binary
  NN_Case<"Add", 50, "add">, NN_Case<"Sub", 51, "sub">, NN_Case<"Mul", 52, "mul">, NN_Case<"Div", 53, "div">,
  NN_Case<"Max", 54, "max">, NN_Case<"Min", 55, "min">, NN_Case<"Pow", 56, "pow">, NN_Case<"Mod", 57, "mod">,
  NN_Case<"FMod", 58, "fmod">, NN_Case<"PRelu", 59, "prelu">, NN_Case<"And", 60, "and">, NN_Case<"Or", 61, "or">,
  NN_Case<"Xor", 62, "xor">, NN_Case<"BitAnd", 63, "bit_and">, NN_Case<"BitOr", 64, "bit_or">,
  NN_Case<"BitXor", 65, "bit_xor">, NN_Case<"ShiftLeft", 66, "shift_left">, NN_Case<"ShiftRight", 67, "shift_right">,
  NN_Case<"Equal", 70, "equal">, NN_Case<"Less", 71, "less">, NN_Case<"LessEqual", 72, "less_equal">,
  NN_Case<"Greater", 73, "greater">, NN_Case<"GreaterEqual", 74, "greater_equal">,
  // ternary
  NN_Case<"Select", 90, "select">, NN_Case<"Clip", 91, "clip">
]>;
def NN_ElementwiseKindAttr : NN_EnumAttr<NN_ElementwiseKind, "kind">;

def NN_Layout : NN_Enum<"Layout", "order of an image tensor's dimensions; with n spatial dimensions, not only two", [
  NN_Case<"NCHW", 0, "nchw">, NN_Case<"NHWC", 1, "nhwc">]>;
def NN_LayoutAttr : NN_EnumAttr<NN_Layout, "layout">;

def NN_FilterLayout : NN_Enum<"FilterLayout", "order of a filter's dimensions", [
  NN_Case<"OIHW", 0, "oihw">, NN_Case<"OHWI", 1, "ohwi">, NN_Case<"Panel", 2, "panel">]>;
def NN_FilterLayoutAttr : NN_EnumAttr<NN_FilterLayout, "filter_layout">;

def NN_MatrixLayout : NN_Enum<"MatrixLayout", "order of a matmul's right operand", [
  NN_Case<"Row", 0, "row">, NN_Case<"Panel", 1, "panel">]>;
def NN_MatrixLayoutAttr : NN_EnumAttr<NN_MatrixLayout, "matrix_layout">;

def NN_PoolKind : NN_Enum<"PoolKind", "what a pool computes", [
  NN_Case<"Max", 0, "max">, NN_Case<"Average", 1, "average">, NN_Case<"LpNorm", 2, "lp">]>;
def NN_PoolKindAttr : NN_EnumAttr<NN_PoolKind, "pool">;

def NN_ReduceKind : NN_Enum<"ReduceKind", "what a reduction computes", [
  NN_Case<"Sum", 0, "sum">, NN_Case<"Mean", 1, "mean">, NN_Case<"Max", 2, "max">, NN_Case<"Min", 3, "min">,
  NN_Case<"Prod", 4, "prod">, NN_Case<"L1", 5, "l1">, NN_Case<"L2", 6, "l2">, NN_Case<"SumSquare", 7, "sum_square">,
  NN_Case<"LogSum", 8, "log_sum">, NN_Case<"LogSumExp", 9, "log_sum_exp">]>;
def NN_ReduceKindAttr : NN_EnumAttr<NN_ReduceKind, "reduction">;

def NN_ResizeMode : NN_Enum<"ResizeMode", "interpolation", [
  NN_Case<"Nearest", 0, "nearest">, NN_Case<"Linear", 1, "linear">, NN_Case<"Cubic", 2, "cubic">]>;
def NN_ResizeModeAttr : NN_EnumAttr<NN_ResizeMode, "resize">;

def NN_CoordinateMode : NN_Enum<"CoordinateMode", "where a result sample lies in the input (ONNX's names)", [
  NN_Case<"HalfPixel", 0, "half_pixel">, NN_Case<"PytorchHalfPixel", 1, "pytorch_half_pixel">,
  NN_Case<"AlignCorners", 2, "align_corners">, NN_Case<"Asymmetric", 3, "asymmetric">,
  NN_Case<"HalfPixelSymmetric", 4, "half_pixel_symmetric">]>;
def NN_CoordinateModeAttr : NN_EnumAttr<NN_CoordinateMode, "coordinate">;

def NN_NearestMode : NN_Enum<"NearestMode", "rounding of a nearest resize (ONNX's names)", [
  NN_Case<"RoundPreferFloor", 0, "round_prefer_floor">, NN_Case<"RoundPreferCeil", 1, "round_prefer_ceil">,
  NN_Case<"Floor", 2, "floor">, NN_Case<"Ceil", 3, "ceil">]>;
def NN_NearestModeAttr : NN_EnumAttr<NN_NearestMode, "nearest">;

def NN_PadMode : NN_Enum<"PadMode", "what padding holds", [
  NN_Case<"Constant", 0, "constant">, NN_Case<"Reflect", 1, "reflect">, NN_Case<"Edge", 2, "edge">,
  NN_Case<"Wrap", 3, "wrap">]>;
def NN_PadModeAttr : NN_EnumAttr<NN_PadMode, "pad_mode">;

def NN_ScatterKind : NN_Enum<"ScatterKind", "how an update meets the old element", [
  NN_Case<"None", 0, "none">, NN_Case<"Add", 1, "add">, NN_Case<"Mul", 2, "mul">, NN_Case<"Max", 3, "max">,
  NN_Case<"Min", 4, "min">]>;
def NN_ScatterKindAttr : NN_EnumAttr<NN_ScatterKind, "scatter">;

//===----------------------------------------------------------------------===//
// Base classes
//===----------------------------------------------------------------------===//

defvar NN_Tensor = AnyRankedTensor;

class NN_Op<string mnemonic, list<Trait> traits = []> : Op<NN_Dialect, mnemonic, !listconcat(traits, [
    Pure, DeclareOpInterfaceMethods<NN_ShapeOpInterface>, DeclareOpInterfaceMethods<NN_WorkOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>])> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::reifyResultShapes(::mlir::OpBuilder &builder,
                                                       ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      return ::hewn::nn::reifyShapes(getOperation(), builder, shapes);
    }
  }];
}

//===----------------------------------------------------------------------===//
// Elementwise, type and shape
//===----------------------------------------------------------------------===//

def NN_ElementwiseOp : NN_Op<"elementwise"> {
  let summary = "One scalar function applied to every element";
  let description = [{
    `result[i] = kind(inputs[0][i], inputs[1][i], ...)`. `alpha` and `beta` are the parameters of the kinds that have some
    (ONNX's names and meanings). `div`, `mod` and shifts of integers truncate as ONNX says; integer division by zero gives 0.
    `select` takes an `i1` first; comparisons give `i1`; `clip(x, lo, hi) = min(max(x, lo), hi)`.

    Constraints:
    - C1: the number of inputs is the kind's arity.
    - C2: inputs and result have equal shapes.
    - C3: element types are those of the kind: equal for arithmetic, `i1` results for comparisons, `i1` first for `select`.

    Lifespan: made by `onnx-to-nn` and the fusions of the graph stage; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@elementwise`):
    ```mlir
    %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, NN_ElementwiseKindAttr:$kind, OptionalAttr<F64Attr>:$alpha,
                   OptionalAttr<F64Attr>:$beta);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_CastOp : NN_Op<"cast"> {
  let summary = "Element type conversion";
  let description = [{
    `result[i] = convert(input[i])` by ONNX's Cast: float to integer truncates toward zero (out of range: undefined in ONNX,
    saturating here; NaN gives 0), integer to integer wraps, anything to `i1` is `x != 0`, float to float rounds to nearest even.

    Constraints:
    - C1: input and result have equal shapes.

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@cast`):
    ```mlir
    %0 = nn.cast %x : (tensor<4xf32>) -> tensor<4xi64>
    ```
  }];
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_BroadcastOp : NN_Op<"broadcast", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Explicit broadcasting to a larger shape";
  let description = [{
    Aligns shapes at the last dimension (as NumPy): a dimension of the input that is missing or 1 is repeated.
    `static_sizes` holds the result's sizes, with `sizes` filling the dynamic ones in order.

    Constraints:
    - C1: the result's rank is at least the input's.
    - C2: a static input size is 1 or the result's size. A dynamic input size must equal the result's size at run time.
    - C3: there is one operand in `sizes` for each dynamic entry of `static_sizes`.

    Lifespan: made by `onnx-to-nn`; fused into its users in *kernels*; an indexing map in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@broadcast`):
    ```mlir
    %0 = nn.broadcast %b {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let extraClassDeclaration = [{ ::llvm::SmallVector<::mlir::OpFoldResult> getMixedSizes(); }];
}

def NN_ReshapeOp : NN_Op<"reshape", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Same elements in row-major order under another shape";
  let description = [{
    Constraints:
    - C1: static element counts agree (a dynamic count is guarded where the op is made).
    - C2: there is one operand in `sizes` for each dynamic entry of `static_sizes`.

    Lifespan: made by `onnx-to-nn`; a view of the same buffer in *buffers*.

    Example (test/Dialect/NN/ops.mlir, `@reshape`):
    ```mlir
    %0 = nn.reshape %x, %n {static_sizes = array<i64: -9223372036854775808, 6>} : (tensor<?x2x3xf32>, index) -> tensor<?x6xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let extraClassDeclaration = [{ ::llvm::SmallVector<::mlir::OpFoldResult> getMixedSizes(); }];
}

def NN_TransposeOp : NN_Op<"transpose", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Permutation of dimensions";
  let description = [{
    `result[i_perm[0], i_perm[1], ...] = input[i_0, i_1, ...]`: dimension d of the result is dimension `perm[d]` of the input.

    Constraints:
    - C1: `perm` is a permutation of the input's dimensions.

    Lifespan: made by `onnx-to-nn` and by layout propagation; a kernel of its own or part of one in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@transpose`):
    ```mlir
    %0 = nn.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$perm);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_ConcatOp : NN_Op<"concat"> {
  let summary = "Tensors one after the other along an axis";
  let description = [{
    Constraints:
    - C1: there is at least one input and `axis` is in [0, rank).
    - C2: inputs agree in rank, element type and every size but the axis's.

    Lifespan: made by `onnx-to-nn`; one launch in *kernels*, dissolved into subviews in *buffers* where its parts allow it.

    Example (test/Dialect/NN/ops.mlir, `@concat`):
    ```mlir
    %0 = nn.concat %x, %y {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_SliceOp : NN_Op<"slice", [AttrSizedOperandSegments, AllElementTypesMatch<["input", "result"]>]> {
  let summary = "A strided box of the input";
  let description = [{
    `result[i, j, ...] = input[offset_0 + i * step_0, offset_1 + j * step_1, ...]`. Steps are static and may be negative; offsets and sizes
    may be dynamic (`static_offsets`/`offsets`, `static_sizes`/`sizes`); they are already clamped to the input.

    Constraints:
    - C1: offsets, sizes and steps have one entry per dimension; no step is 0.
    - C2: where static, every element read lies inside the input.

    Lifespan: made by `onnx-to-nn` from Slice and Split; a view in *buffers* or part of a kernel.

    Example (test/Dialect/NN/ops.mlir, `@slice`):
    ```mlir
    %0 = nn.slice %x {static_offsets = array<i64: 0, 1>, static_sizes = array<i64: 2, 2>, steps = array<i64: 1, 1>}
        : (tensor<2x4xf32>) -> tensor<2x2xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`offsets` `(` $offsets^ `)`)? (`sizes` `(` $sizes^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
  let arguments = (ins NN_Tensor:$input, Variadic<Index>:$offsets, Variadic<Index>:$sizes,
                   DenseI64ArrayAttr:$static_offsets, DenseI64ArrayAttr:$static_sizes, DenseI64ArrayAttr:$steps);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedOffsets();
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedSizes();
  }];
}

def NN_PadOp : NN_Op<"pad", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "A border around the input";
  let description = [{
    `low` and `high` give the number of elements before and after each dimension (negative: cut off). `mode = constant` fills
    with `value` (0 when absent).

    Constraints:
    - C1: `low` and `high` have one entry per dimension; no result size is negative.
    - C2: `value`, when present, is a rank-0 tensor of the input's element type.

    Lifespan: made by `onnx-to-nn`, and by the CPU target in front of padded convolutions; a halo of the producer's buffer in *buffers*.

    Example (test/Dialect/NN/ops.mlir, `@pad`):
    ```mlir
    %0 = nn.pad %x {low = array<i64: 1, 1>, high = array<i64: 1, 1>, mode = #nn.pad_mode<constant>} : (tensor<2x3xf32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, Optional<NN_Tensor>:$value, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                   NN_PadModeAttr:$mode);
  let results = (outs NN_Tensor:$result);
  let hasFolder = 1;
}

def NN_IotaOp : NN_Op<"iota"> {
  let summary = "start, start + step, start + 2 step, ...";
  let description = [{
    A rank-1 tensor; `start` and `step` are rank-0 tensors of the result's element type.

    Constraints:
    - C1: start, step and result agree in element type; the result has rank 1.
    - C2: there is one operand in `sizes` for each dynamic entry of `static_sizes`.

    Lifespan: made by `onnx-to-nn` from Range; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@iota`):
    ```mlir
    %0 = nn.iota %start, %step {static_sizes = array<i64: 5>} : (tensor<i64>, tensor<i64>) -> tensor<5xi64>
    ```
  }];
  let arguments = (ins NN_Tensor:$start, NN_Tensor:$step, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs NN_Tensor:$result);
}

//===----------------------------------------------------------------------===//
// Contractions and windows
//===----------------------------------------------------------------------===//

def NN_ConvOp : NN_Op<"conv", [AllElementTypesMatch<["input", "filter", "result"]>]> {
  let summary = "Convolution with 1 to 3 spatial dimensions";
  let description = [{
    For `nchw` and `oihw`: `result[n, f, p] = bias[f] + sum over (c, k) of input[n, g * C/groups + c, p * stride + k * dilation - pad] * filter[f, c, k]`,
    where p and k are spatial vectors and g = f / (F / groups); reads outside the input give zero. `pads` is ONNX's order: all begins,
    then all ends. `nhwc` moves channels last in input and result; `ohwi` in the filter. A `panel` filter has shape
    [ceil(F / NR), k..., C / groups, NR]: output channel f sits in panel f / NR, lane f % NR; lanes beyond F are zero.

    Constraints:
    - C1: input, filter and result ranks fit: 3 to 5, equal (a panel filter has one dimension more); the filter's window is static.
    - C2: strides, dilations (> 0) and pads (2 per dimension, >= 0) have the right lengths.
    - C3: groups divides both channel counts, and the filter's input channels are C / groups; `channels` = F is present exactly for panels.
    - C4: bias, when present, has shape [F] and the input's element type.
    - C5: no result size is negative.

    Lifespan: made by `onnx-to-nn`; the CPU target flips it to `nhwc`/`panel` in *kernels*; gone after *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@conv`):
    ```mlir
    %0 = nn.conv %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, groups = 1 : i64}
        : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$filter, Optional<NN_Tensor>:$bias, DenseI64ArrayAttr:$strides,
                   DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, DefaultValuedAttr<I64Attr, "1">:$groups,
                   DefaultValuedAttr<NN_LayoutAttr, "::hewn::nn::Layout::NCHW">:$layout,
                   DefaultValuedAttr<NN_FilterLayoutAttr, "::hewn::nn::FilterLayout::OIHW">:$filter_layout,
                   OptionalAttr<I64Attr>:$channels);
  let results = (outs NN_Tensor:$result);
  let extraClassDeclaration = [{
    /// Number of spatial dimensions.
    int64_t getSpatialRank() { return (int64_t)getStrides().size(); }
    /// Number of output channels (`channels` for panel filters, else the filter's first size).
    int64_t getOutputChannels();
    /// Sizes of the window, outermost first.
    ::llvm::SmallVector<int64_t> getKernelShape();
    /// Position of the channel dimension in input and result, and of the first spatial one.
    int64_t getChannelDim() { return getLayout() == Layout::NCHW ? 1 : getSpatialRank() + 1; }
    int64_t getFirstSpatialDim() { return getLayout() == Layout::NCHW ? 2 : 1; }
  }];
}

def NN_ConvTransposeOp : NN_Op<"conv_transpose", [AllElementTypesMatch<["input", "filter", "result"]>]> {
  let summary = "Transposed convolution (gradient of a convolution with respect to its input)";
  let description = [{
    Scatter form: `result[n, f, p * stride + k * dilation - pad] += input[n, c, p] * filter[c, f, k]`, plus bias[f]; filter is [C, F / groups, k...] (ONNX).
    Result size: `stride * (in - 1) + output_padding + (k - 1) * dilation + 1 - pad_begin - pad_end`.

    Constraints: as for `nn.conv` (C1 to C5), `output_padding` has one entry per spatial dimension.

    Lifespan: made by `onnx-to-nn`; gone after *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@conv_transpose`):
    ```mlir
    %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        output_padding = array<i64: 0, 0>, groups = 1 : i64} : (tensor<1x3x4x4xf32>, tensor<3x2x2x2xf32>) -> tensor<1x2x8x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, NN_Tensor:$filter, Optional<NN_Tensor>:$bias, DenseI64ArrayAttr:$strides,
                   DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, DenseI64ArrayAttr:$output_padding,
                   DefaultValuedAttr<I64Attr, "1">:$groups,
                   DefaultValuedAttr<NN_LayoutAttr, "::hewn::nn::Layout::NCHW">:$layout);
  let results = (outs NN_Tensor:$result);
}

def NN_MatMulOp : NN_Op<"matmul", [AllElementTypesMatch<["lhs", "rhs", "result"]>]> {
  let summary = "Matrix product, batched or against one shared right matrix";
  let description = [{
    `result[b, m, n] = sum over k of lhs[b, m, k] * rhs[b, k, n]`. The right operand is [B..., K, N] with the lhs's batch sizes, or [K, N]
    shared by all batches. With `rhs_layout = panel` it is shared and has shape [ceil(N / NR), K, NR] (lanes beyond N are zero), and `columns` = N.

    Constraints:
    - C1: ranks fit (lhs >= 2; rhs 2, or the lhs's rank; panel 3).
    - C2: K agrees; batch sizes agree.
    - C3: `columns` is present exactly for panels and fits the number of panels.

    Lifespan: made by `onnx-to-nn` from MatMul and Gemm; the CPU target packs constant right operands in *kernels*; gone after *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@matmul`):
    ```mlir
    %0 = nn.matmul %a, %b : (tensor<2x4x8xf32>, tensor<8x5xf32>) -> tensor<2x4x5xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs,
                   DefaultValuedAttr<NN_MatrixLayoutAttr, "::hewn::nn::MatrixLayout::Row">:$rhs_layout,
                   OptionalAttr<I64Attr>:$columns);
  let results = (outs NN_Tensor:$result);
}

def NN_PoolOp : NN_Op<"pool", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Window reduction over the spatial dimensions";
  let description = [{
    `max`: the largest element inside the input; `average`: the sum over the window divided by the number of elements inside the input, or by the
    window's size including padding with `count_include_pad`; `lp`: `(sum |x|^p)^(1/p)`. `pads` is ONNX's order. `ceil_mode`
    rounds the result size up; a window that would start beyond the input and its begin padding is dropped, and what overhangs the padded input never counts.

    Constraints:
    - C1: input and result have equal ranks, 3 to 5.
    - C2: kernel, strides, dilations (> 0) and pads (>= 0) have the right lengths.
    - C3: no result size is negative.

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@pool`):
    ```mlir
    %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
        pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, NN_PoolKindAttr:$kind, DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                   DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads, UnitAttr:$count_include_pad, UnitAttr:$ceil_mode,
                   DefaultValuedAttr<I64Attr, "2">:$p,
                   DefaultValuedAttr<NN_LayoutAttr, "::hewn::nn::Layout::NCHW">:$layout);
  let results = (outs NN_Tensor:$result);
}

//===----------------------------------------------------------------------===//
// Reductions and rows
//===----------------------------------------------------------------------===//

def NN_ReduceOp : NN_Op<"reduce", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Reduction over axes";
  let description = [{
    The reduced dimensions are dropped, or kept with size 1 with `keep_dims`. An empty reduction gives the neutral element.

    Constraints:
    - C1: `axes` is strictly increasing, inside [0, rank).

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@reduce`):
    ```mlir
    %0 = nn.reduce %x {kind = #nn.reduction<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x3xf32>) -> tensor<2x1xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, NN_ReduceKindAttr:$kind, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs NN_Tensor:$result);
}

def NN_ArgReduceOp : NN_Op<"arg_reduce"> {
  let summary = "Index of the largest or smallest element along an axis";
  let description = [{
    The first such index, or the last with `select_last`; results are i64. NaN compares as in ONNX Runtime: never larger.

    Constraints:
    - C1: `axis` is in [0, rank); the result's element type is i64.

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@arg_reduce`):
    ```mlir
    %0 = nn.arg_reduce %x {axis = 1 : i64, largest, keep_dims} : (tensor<2x3xf32>) -> tensor<2x1xi64>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, UnitAttr:$largest, UnitAttr:$select_last, UnitAttr:$keep_dims);
  let results = (outs NN_Tensor:$result);
}

def NN_SoftmaxOp : NN_Op<"softmax", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "exp(x - max) / sum along an axis, or its logarithm";
  let description = [{
    Constraints:
    - C1: `axis` is in [0, rank); the element type is a float.

    Lifespan: made by `onnx-to-nn`; a row kernel in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@softmax`):
    ```mlir
    %0 = nn.softmax %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs NN_Tensor:$result);
}

def NN_NormOp : NN_Op<"norm", [AttrSizedOperandSegments, AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Normalisation over the dimensions from an axis on";
  let description = [{
    `result = (x - mean) / sqrt(variance + epsilon) * scale + bias`, mean and (biased) variance over dimensions [axis, rank). With `rms` the
    mean is not subtracted and the mean square stands for the variance. `scale` and `bias` have the shape of the normalised dimensions.

    Constraints:
    - C1: `axis` is in [0, rank); the element type is a float; epsilon >= 0.
    - C2: scale and bias, when present, have the shape of dimensions [axis, rank).

    Lifespan: made by `onnx-to-nn` from LayerNormalization, RMSNormalization, InstanceNormalization and GroupNormalization (with reshapes), and from the
    ReduceMean/Sub/Pow/Sqrt/Div chain; a row kernel in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@norm`):
    ```mlir
    %0 = nn.norm %x scale(%s) bias(%b) {axis = 1 : i64, epsilon = 1.0e-5 : f64}
        : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `)`)? (`bias` `(` $bias^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
  let arguments = (ins NN_Tensor:$input, Optional<NN_Tensor>:$scale, Optional<NN_Tensor>:$bias, I64Attr:$axis, F64Attr:$epsilon,
                   UnitAttr:$rms);
  let results = (outs NN_Tensor:$result);
}

def NN_AttentionOp : NN_Op<"attention", [AllElementTypesMatch<["query", "key", "value", "result"]>]> {
  let summary = "softmax(scale * Q K^T + mask) V, by head";
  let description = [{
    query is [B, H, Lq, D], key [B, H, Lk, D], value [B, H, Lk, Dv]; result [B, H, Lq, Dv]. `mask`, when present, is added to the scores and has shape
    [B or 1, H or 1, Lq or 1, Lk]. With `key_transposed` key is [B, H, D, Lk].

    Constraints:
    - C1: ranks are 4; B, H, D and Lk agree.
    - C2: the mask broadcasts to [B, H, Lq, Lk].

    Lifespan: made in the graph stage from MatMul, scaling, Add and Softmax; one kernel in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@attention`):
    ```mlir
    %0 = nn.attention %q, %k, %v {scale = 0.125 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x6x8xf32>) -> tensor<1x2x4x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$query, NN_Tensor:$key, NN_Tensor:$value, Optional<NN_Tensor>:$mask, F64Attr:$scale, UnitAttr:$key_transposed);
  let results = (outs NN_Tensor:$result);
}

def NN_CumSumOp : NN_Op<"cumsum", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Running sum along an axis";
  let description = [{
    `exclusive` leaves the element itself out; `reverse` runs from the end.

    Constraints:
    - C1: `axis` is in [0, rank).

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@cumsum`):
    ```mlir
    %0 = nn.cumsum %x {axis = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, UnitAttr:$exclusive, UnitAttr:$reverse);
  let results = (outs NN_Tensor:$result);
}

def NN_TopKOp : NN_Op<"topk", [AllElementTypesMatch<["input", "values"]>]> {
  let summary = "The k largest or smallest elements along an axis, sorted";
  let description = [{
    Ties go to the smaller index. Results: values and their i64 indices.

    Constraints:
    - C1: `axis` is in [0, rank); k >= 0 and at most the axis's size.
    - C2: the indices' element type is i64.

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@topk`):
    ```mlir
    %v, %i = nn.topk %x {axis = 1 : i64, k = 2 : i64, largest} : (tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)
    ```
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis, I64Attr:$k, UnitAttr:$largest);
  let results = (outs NN_Tensor:$values, NN_Tensor:$indices);
}

//===----------------------------------------------------------------------===//
// Indexed
//===----------------------------------------------------------------------===//

def NN_GatherOp : NN_Op<"gather", [AllElementTypesMatch<["data", "result"]>]> {
  let summary = "Slices of the data chosen by indices along an axis";
  let description = [{
    `result[p, q, r] = data[p, indices[q], r]` with p before and r after `axis`. A negative index counts from the end; an index out of range is an error of
    the interpreter and clamped in compiled code.

    Constraints:
    - C1: `axis` is in [0, rank of data); indices are i32 or i64.

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@gather`):
    ```mlir
    %0 = nn.gather %table, %ids {axis = 0 : i64} : (tensor<100x8xf32>, tensor<2x3xi64>) -> tensor<2x3x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$data, NN_Tensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
}

def NN_GatherElementsOp : NN_Op<"gather_elements", [AllElementTypesMatch<["data", "result"]>]> {
  let summary = "Elements of the data chosen one by one along an axis";
  let description = [{
    `result[i, j, k] = data[i, indices[i, j, k], k]` for axis = 1, and so on.

    Constraints:
    - C1: data and indices have equal ranks; `axis` is in [0, rank); indices are i32 or i64.

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@gather_elements`):
    ```mlir
    %0 = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$data, NN_Tensor:$indices, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
}

def NN_GatherNDOp : NN_Op<"gather_nd", [AllElementTypesMatch<["data", "result"]>]> {
  let summary = "Slices of the data chosen by index vectors";
  let description = [{
    The last dimension of `indices` holds vectors that index the dimensions of data from `batch_dims` on (ONNX's GatherND).

    Constraints:
    - C1: the index vector's length is static and at most rank(data) - batch_dims, batch_dims is less than rank(indices); indices are i32 or i64.

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@gather_nd`):
    ```mlir
    %0 = nn.gather_nd %x, %i {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$data, NN_Tensor:$indices, I64Attr:$batch_dims);
  let results = (outs NN_Tensor:$result);
}

def NN_ScatterElementsOp : NN_Op<"scatter_elements", [AllElementTypesMatch<["data", "updates", "result"]>]> {
  let summary = "A copy of the data with single elements replaced or combined along an axis";
  let description = [{
    ONNX's ScatterElements; updates are applied in row-major order of the indices.

    Constraints:
    - C1: data, indices and updates have equal ranks, indices and updates equal shapes; `axis` is in [0, rank).

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@scatter_elements`):
    ```mlir
    %0 = nn.scatter_elements %x, %i, %u {axis = 0 : i64, kind = #nn.scatter<none>}
        : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$data, NN_Tensor:$indices, NN_Tensor:$updates, I64Attr:$axis, NN_ScatterKindAttr:$kind);
  let results = (outs NN_Tensor:$result);
}

def NN_ScatterNDOp : NN_Op<"scatter_nd", [AllElementTypesMatch<["data", "updates", "result"]>]> {
  let summary = "A copy of the data with slices replaced or combined";
  let description = [{
    ONNX's ScatterND; updates are applied in row-major order of the index vectors.

    Constraints:
    - C1: the index vector's length is static and at most rank(data); updates have shape indices[:-1] + data[length:].

    Lifespan: made by `onnx-to-nn`; lowered to loops in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@scatter_nd`):
    ```mlir
    %0 = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>} : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$data, NN_Tensor:$indices, NN_Tensor:$updates, NN_ScatterKindAttr:$kind);
  let results = (outs NN_Tensor:$result);
}

def NN_ResizeOp : NN_Op<"resize", [AllElementTypesMatch<["input", "result"]>]> {
  let summary = "Resampling of the trailing dimensions";
  let description = [{
    ONNX's Resize: each result sample at x reads the input at the coordinate that `coordinate` gives, interpolated by `mode`. `scales` holds one factor per
    dimension (result size / input size where sizes were given). Sizes are in `static_sizes`/`sizes`.

    Constraints:
    - C1: scales and sizes have one entry per dimension; scales are positive.
    - C2: there is one operand in `sizes` for each dynamic entry of `static_sizes`.

    Lifespan: made by `onnx-to-nn`; lowered to `linalg.generic` in *scheduled*.

    Example (test/Dialect/NN/ops.mlir, `@resize`):
    ```mlir
    %0 = nn.resize %x {mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>, nearest = #nn.nearest<floor>,
        scales = array<f64: 1.0, 1.0, 2.0, 2.0>, static_sizes = array<i64: 1, 3, 8, 8>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$input, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes, DenseF64ArrayAttr:$scales,
                   NN_ResizeModeAttr:$mode, NN_CoordinateModeAttr:$coordinate, NN_NearestModeAttr:$nearest,
                   DefaultValuedAttr<F64Attr, "-0.75">:$cubic_coeff_a, UnitAttr:$exclude_outside);
  let results = (outs NN_Tensor:$result);
}

#endif // HEWN_DIALECT_NN_NNOPS_TD
