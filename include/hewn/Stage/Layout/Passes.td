// Passes that a target may put at the start of *kernels*: order of dimensions, padding, packing of weights.
#ifndef HEWN_STAGE_LAYOUT_PASSES_TD
#define HEWN_STAGE_LAYOUT_PASSES_TD

include "mlir/Pass/PassBase.td"

def FlipLayout : Pass<"hewn-flip-layout", "::mlir::func::FuncOp"> {
  let summary = "Turns images from nchw to nhwc and moves the transpositions to the graph's edges";
  let description = [{
    Every op that has a layout (conv, conv_transpose, pool) is put between two transpositions; each transposition back to nchw then sinks through the ops below it (elementwise, cast, broadcast,
    concat, pad, slice, resize, reduce, softmax) and meets its inverse, so that what is left stands where a reshape, a matmul or the function's end needs the old order. A
    transposition that only moves dimensions of size 1 becomes a reshape.

    Requires: nn ops on tensors. Guarantees: no op of layout `nchw` is left; values are unchanged.
    Does not: touch filters (see `hewn-pack-weights`), or move transpositions that the model itself has.

    Example (test/Stage/Layout/flip-layout.mlir, `@conv_relu`), before:
    ```mlir
    %0 = nn.conv %x, %w {...} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
    %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    ```
    after: transpose %x to 1x8x8x3, conv with `layout = nhwc` and relu on 1x6x6x4, one transpose back.
  }];
  let dependentDialects = ["::hewn::nn::NNDialect"];
}

def ConvPadsToPad : Pass<"hewn-conv-pads-to-pad", "::mlir::func::FuncOp"> {
  let summary = "Takes the padding of convolutions out into nn.pad";
  let description = [{
    The pad becomes a halo of the producer's buffer in *buffers*, where it costs a border fill; inside a kernel it would cost a test per element.

    Requires: nhwc convolutions. Guarantees: `pads` of every conv of layout nhwc are zero.

    Example (test/Stage/Layout/conv-pads-to-pad.mlir, `@pads`), before:
    ```mlir
    %0 = nn.conv %x, %w {..., pads = array<i64: 1, 1, 1, 1>, layout = #nn.layout<nhwc>}
    ```
    after: `nn.pad` by one on both sides of the two spatial dimensions, conv with zero pads.
  }];
  let dependentDialects = ["::hewn::nn::NNDialect"];
}

def ConvTransposeToConv : Pass<"hewn-conv-transpose-to-conv", "::mlir::ModuleOp"> {
  let summary = "Turns transposed convolutions whose windows do not overlap into a 1x1 convolution and a rearrangement";
  let description = [{
    With kernel = stride and no padding every input pixel makes a block of its own: a 1x1 convolution with F * prod(k) output channels, whose result is reshaped to
    [n, h, w, kh, kw, f], transposed to [n, h, kh, w, kw, f] and reshaped to the image. The filter becomes a computed weight; a bias is added last.

    Requires: layout nhwc, a filter that is a `hewn.load_weight`. Does not: touch overlapping or padded windows, groups, dilations.

    Example (test/Stage/Layout/conv-transpose-to-conv.mlir, `@upsample`), before:
    ```mlir
    %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, ..., layout = #nn.layout<nhwc>}
        : (tensor<1x4x4x3xf32>, tensor<3x5x2x2xf32>, tensor<5xf32>) -> tensor<1x8x8x5xf32>
    ```
    after: `nn.conv` to tensor<1x4x4x20xf32>, reshape, transpose, reshape.
  }];
  let dependentDialects = ["::hewn::nn::NNDialect", "::hewn::HewnDialect", "::mlir::tensor::TensorDialect", "::mlir::affine::AffineDialect"];
}

def PackWeights : Pass<"hewn-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Packs constant filters and matrices into panels";
  let description = [{
    A filter or right matrix that is a `hewn.load_weight` becomes a new computed weight in `panel` layout: pad the output channels or columns to whole panels, reshape, transpose. The panel
    holds 2 * `lanes` channels where their number is a multiple of that or there are more than that, else `lanes`; a filter of a depthwise convolution uses `lanes`. A constant becomes a weight first.

    Requires: nhwc convolutions. Guarantees: evaluating the computed weights gives the packed bytes; results are unchanged.
    Does not: pack filters whose groups straddle panels.

    Example (test/Stage/Layout/pack-weights.mlir, `@matmul`), before:
    ```mlir
    %w = hewn.load_weight @w : tensor<8x48xf32>
    %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x48xf32>) -> tensor<4x48xf32>
    ```
    after: `hewn.weight @w_panel : tensor<2x8x32xf32> { pad to 8x64, reshape to 8x2x32, transpose }` and a matmul with `rhs_layout = panel, columns = 48`.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", "0", "Elements of a vector register; 0: those of the module's target, else 16">];
  let dependentDialects = ["::hewn::nn::NNDialect", "::hewn::HewnDialect"];
}

#endif // HEWN_STAGE_LAYOUT_PASSES_TD
