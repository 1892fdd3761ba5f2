// Bufferizes the host function, dissolves concats, ties, and clones kernels per signature.
#ifndef HEWN_STAGE_BUFFERS_PASSES_TD
#define HEWN_STAGE_BUFFERS_PASSES_TD

include "mlir/Pass/PassBase.td"

def BufferizeHost : Pass<"hewn-bufferize-host", "::mlir::ModuleOp"> {
  let summary = "Host functions on memrefs: inputs, outputs, sizes";
  let description = [{
    A host function holds launches, weights and reshapes only, so its bufferization is linear: each out gets a `memref.alloc`, a reshape becomes a view,
    a returned value is written straight into the caller's memref where its buffer is the function's own, else by a copy launch. The arguments become: inputs,
    outputs (memrefs of identity layout, `hewn.access` = "read" or "write"), then one index per distinct symbolic dimension (`hewn.dim` = its name). All size arithmetic and the
    guards stand at entry.

    Requires: the stage *kernels*.
    Guarantees: no tensor is left in a host function; allocs have identity layout.
    Does not: share or place buffers.

    Example (test/Stage/Buffers/bufferize-host.mlir, `@main`), before:
    ```mlir
    func.func @main(%x: tensor<?x8xf32> {hewn.name = "x", hewn.dims = ["N", ""]}) -> (tensor<?x2x4xf32> {hewn.name = "y", hewn.dims = ["N", "", ""]}) {
      %c0 = arith.constant 0 : index
      %c9 = arith.constant 9 : index
      %n = tensor.dim %x, %c0 : tensor<?x8xf32>
      %e = tensor.empty(%n) : tensor<?x8xf32>
      %0 = hewn.launch @relu dims() ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> (tensor<?x8xf32>)
      %small = arith.cmpi ult, %n, %c9 : index
    ```
  }];
  let dependentDialects = ["::hewn::HewnDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def Dissolve : Pass<"hewn-dissolve", "::mlir::ModuleOp"> {
  let summary = "Concats and zero pads become views of one buffer";
  let description = [{
    A concat's parts are written where they belong: each part's buffer becomes a subview of the whole, and the launch goes. A pad's input is written into the
    interior of the padded buffer, whose border small fill launches zero. Launches run from the last to the first, so that a concat of concats, or a pad of a
    concat, dissolves into one buffer.

    A part qualifies if its buffer is an alloc that launches alone use. Parts of a concat that do not are copied; a concat without any part that
    qualifies, and a pad whose input or output does not, stay launches.

    Requires: `hewn-bufferize-host`.
    Guarantees: every buffer still has one meaning per byte: parts are disjoint and no launch but the parts' writes the whole before its first reader.

    Example (test/Stage/Buffers/dissolve.mlir, `@concat_of_two`), before:
    ```mlir
    func.func @concat_of_two(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
      %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
      %1 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
      %2 = nn.concat %0, %1 {axis = 1 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
      return %2 : tensor<4x16xf32>
    }
    ```
  }];
  let dependentDialects = ["::hewn::HewnDialect", "::hewn::nn::NNDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def TieBuffers : Pass<"hewn-tie-buffers", "::mlir::ModuleOp"> {
  let summary = "Elementwise kernels write over an input that dies there";
  let description = [{
    The out's alloc is replaced by the input's if the kernel is elementwise, reads that input at the index that it writes and nowhere else, the types are equal, and the input's buffer
    has no later use.

    Requires: `hewn-bufferize-host`; runs before kernels are cloned, since a tie is part of a clone's key.

    Example (test/Stage/Buffers/tie.mlir, `@relu_in_place`), before:
    ```mlir
    func.func @relu_in_place(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x1xf32>) {
      %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
      %1 = nn.reduce %0 {kind = #nn.reduction<sum>, axes = array<i64: 1>, keep_dims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
      %2 = nn.elementwise %0, %w {kind = #nn.kind<add>} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
      %3 = nn.matmul %2, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
      return %3, %1 : tensor<4x4xf32>, tensor<4x1xf32>
    }
    ```
  }];
}

def CloneKernels : Pass<"hewn-clone-kernels", "::mlir::ModuleOp"> {
  let summary = "One function on memrefs per kernel and signature";
  let description = [{
    The signature is the kernel, which operands are the same buffer, and the type of each distinct buffer without its offset (the host adds the offset to the pointer).
    The clone takes the launch's dims, then the distinct buffers in order; each has `hewn.access` ("read", "write", "readwrite") and `hewn.align`, the
    alignment in bytes that all its launches have in common.

    Requires: `hewn-bufferize-host`.
    Guarantees: no `hewn.kernel` is left.

    Example (test/Stage/Buffers/clone-kernels.mlir, `@main`), before:
    ```mlir
    func.func @main(%x: memref<?x8xf32> {hewn.access = "read", hewn.dims = ["N", ""]}, %out: memref<?x8xf32> {hewn.access = "write", hewn.dims = ["N", ""]}, %n: index {hewn.dim = "N"}) {
      %a = memref.alloc(%n) : memref<?x8xf32>
      %w = memref.alloc(%n) : memref<?x32xf32>
      %left = memref.subview %w[0, 0] [%n, 8] [1, 1] : memref<?x32xf32> to memref<?x8xf32, strided<[32, 1]>>
      %right = memref.subview %w[0, 24] [%n, 8] [1, 1] : memref<?x32xf32> to memref<?x8xf32, strided<[32, 1], offset: 24>>
      %b = memref.alloc(%n) : memref<?x8xf32>
      %rows = memref.subview %b[0, 0] [%n, 8] [1, 1] : memref<?x8xf32> to memref<?x8xf32, strided<[8, 1]>>
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect"];
}

def VerifyBuffers : Pass<"hewn-verify-buffers", "::mlir::ModuleOp"> {
  let summary = "Check what the stage buffers promises, and mark the module with it";
  let description = [{
    Host functions hold no tensors, launches call functions whose buffers fit, sizes and guards stand at entry, and no kernel is left uncloned.

    Example (test/Stage/Buffers/verify-buffers-errors.mlir), what it rejects:
    ```mlir
    %0 = bufferization.to_tensor %x : memref<4xf32> to tensor<4xf32>
    ```
  }];
}

#endif // HEWN_STAGE_BUFFERS_PASSES_TD
