// RUN: hewn-opt %s --nn-fuse-attention --canonicalize | FileCheck %s

!q = tensor<1x2x4x8xf32>
!kt = tensor<1x2x8x6xf32>
!k = tensor<1x2x6x8xf32>
!s = tensor<1x2x4x6xf32>

// CHECK-LABEL: @scaled_scores
// CHECK-NEXT: nn.attention %arg0, %arg1, %arg2 {key_transposed, scale = 5.000000e-01 : f64}
// CHECK-NEXT: return
func.func @scaled_scores(%q: !q, %kt: !kt, %v: !k) -> !q {
  %c = arith.constant dense<2.0> : tensor<f32>
  %0 = nn.matmul %q, %kt : (!q, !kt) -> !s
  %cb = nn.broadcast %c {static_sizes = array<i64: 1, 2, 4, 6>} : (tensor<f32>) -> !s
  %1 = nn.elementwise %0, %cb {kind = #nn.kind<div>} : (!s, !s) -> !s
  %2 = nn.softmax %1 {axis = 3 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3 : !q
}

// A scale at the query, a key that is transposed, and a mask per key position.
// CHECK-LABEL: @scaled_query_and_mask
// CHECK-SAME: %[[Q:[a-z0-9]+]]: tensor<1x2x4x8xf32>, %[[K:[a-z0-9]+]]: tensor<1x2x6x8xf32>, %[[V:[a-z0-9]+]]: tensor<1x2x6x8xf32>, %[[M:[a-z0-9]+]]: tensor<1x1x1x6xf32>
// CHECK-NEXT: nn.attention %[[Q]], %[[K]], %[[V]], %[[M]] {scale = 2.500000e-01 : f64}
// CHECK-NEXT: return
func.func @scaled_query_and_mask(%q: !q, %k: !k, %v: !k, %m: tensor<1x1x1x6xf32>) -> !q {
  %c = arith.constant dense<0.25> : tensor<f32>
  %cb = nn.broadcast %c {static_sizes = array<i64: 1, 2, 4, 8>} : (tensor<f32>) -> !q
  %qs = nn.elementwise %q, %cb {kind = #nn.kind<mul>} : (!q, !q) -> !q
  %kt = nn.transpose %k {perm = array<i64: 0, 1, 3, 2>} : (!k) -> !kt
  %0 = nn.matmul %qs, %kt : (!q, !kt) -> !s
  %mb = nn.broadcast %m {static_sizes = array<i64: 1, 2, 4, 6>} : (tensor<1x1x1x6xf32>) -> !s
  %1 = nn.elementwise %0, %mb {kind = #nn.kind<add>} : (!s, !s) -> !s
  %2 = nn.softmax %1 {axis = 3 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3 : !q
}

// The key's heads are split by the same transposition that transposes it.
// CHECK-LABEL: @key_from_rows
// CHECK: %[[K:.*]] = nn.transpose %arg1 {perm = array<i64: 0, 2, 1, 3>}
// CHECK: nn.attention %arg0, %[[K]], %arg2 {scale = 1.000000e+00 : f64}
func.func @key_from_rows(%q: !q, %k: tensor<1x6x2x8xf32>, %v: !k) -> !q {
  %kt = nn.transpose %k {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x6x2x8xf32>) -> !kt
  %0 = nn.matmul %q, %kt : (!q, !kt) -> !s
  %2 = nn.softmax %0 {axis = 3 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3 : !q
}

// CHECK-LABEL: @negative_softmax_of_another_axis
// CHECK-NOT: nn.attention
// CHECK: return
func.func @negative_softmax_of_another_axis(%q: !q, %kt: !kt, %v: !k) -> !q {
  %0 = nn.matmul %q, %kt : (!q, !kt) -> !s
  %2 = nn.softmax %0 {axis = 2 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3 : !q
}

// CHECK-LABEL: @negative_probabilities_are_a_result
// CHECK-NOT: nn.attention
// CHECK: return
func.func @negative_probabilities_are_a_result(%q: !q, %kt: !kt, %v: !k) -> (!q, !s) {
  %0 = nn.matmul %q, %kt : (!q, !kt) -> !s
  %2 = nn.softmax %0 {axis = 3 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3, %2 : !q, !s
}

// CHECK-LABEL: @negative_scores_are_no_product
// CHECK-NOT: nn.attention
// CHECK: return
func.func @negative_scores_are_no_product(%s: !s, %v: !k) -> !q {
  %2 = nn.softmax %s {axis = 3 : i64} : (!s) -> !s
  %3 = nn.matmul %2, %v : (!s, !k) -> !q
  return %3 : !q
}
