// Lowers nn ops to linalg on tensors.
#ifndef HEWN_CONVERSION_NNTOLINALG_PASSES_TD
#define HEWN_CONVERSION_NNTOLINALG_PASSES_TD

include "mlir/Pass/PassBase.td"

def NNToLinalg : Pass<"hewn-nn-to-linalg", "::mlir::func::FuncOp"> {
  let summary = "Lower nn ops to linalg on tensors";
  let description = [{
    Every nn op of the function becomes `linalg.generic` (and `linalg.fill`, tensor ops) on tensors. Signedness of element types is dropped: a `ui8` memref
    argument becomes `i8`, unsigned arithmetic is chosen from the nn op's own types. Narrow floats are computed in f32 and rounded once per op; integer sums in
    i64. Numerics: no fast-math flag is set, except `contract` and `reassoc` on the sums of one reduction.

    Requires: functions whose memref arguments are read by `bufferization.to_tensor`. Leaves: no nn op. Padded windows become an `nn.pad` first.
    `skip-attention` leaves `nn.attention` to a schedule that takes it whole.

    Example (test/Conversion/NNToLinalg/lowerings.mlir, `@add`):
    ```mlir
    %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
    becomes
    ```mlir
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {...} ins(%x, %y : ...) outs(%e : tensor<4xf32>) { arith.addf ... }
    ```
  }];
  let options = [Option<"skipAttention", "skip-attention", "bool", "false", "leave nn.attention">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
                           "::mlir::bufferization::BufferizationDialect"];
}

#endif // HEWN_CONVERSION_NNTOLINALG_PASSES_TD
