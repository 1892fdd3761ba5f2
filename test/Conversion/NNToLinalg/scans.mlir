// RUN: hewn-opt %s --pass-pipeline='builtin.module(func.func(hewn-nn-to-linalg))' | FileCheck %s

// CHECK-LABEL: @iota
// CHECK: linalg.generic
// CHECK: arith.muli
// CHECK: arith.addi
func.func @iota(%start: tensor<i32>, %step: tensor<i32>) -> tensor<5xi32> {
  %0 = nn.iota %start, %step {static_sizes = array<i64: 5>} : (tensor<i32>, tensor<i32>) -> tensor<5xi32>
  return %0 : tensor<5xi32>
}

// The sum so far is carried beside the tensor; exclusive stores it before the addition.
// CHECK-LABEL: @exclusive_cumsum
// CHECK: scf.for
// CHECK: scf.for {{.*}} iter_args(%[[T:.*]] = %{{.*}}, %[[SUM:.*]] = %{{.*}})
// CHECK: %[[NEXT:.*]] = arith.addf %[[SUM]]
// CHECK: %[[STORED:.*]] = tensor.insert %[[SUM]] into %[[T]]
// CHECK: scf.yield %[[STORED]], %[[NEXT]]
func.func @exclusive_cumsum(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = nn.cumsum %x {axis = 1 : i64, exclusive} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: @arg_max
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]}
// CHECK: arith.cmpf ogt
// CHECK-NOT: arith.ori
// CHECK: linalg.yield %{{.*}}, %{{.*}} : f32, i64
func.func @arg_max(%x: tensor<2x3xf32>) -> tensor<2x1xi64> {
  %0 = nn.arg_reduce %x {axis = 1 : i64, largest, keep_dims} : (tensor<2x3xf32>) -> tensor<2x1xi64>
  return %0 : tensor<2x1xi64>
}

// The last of equals: an element that is as good replaces the one before.
// CHECK-LABEL: @last_arg_min
// CHECK: arith.cmpf olt
// CHECK: arith.cmpf oeq
// CHECK: arith.ori
func.func @last_arg_min(%x: tensor<2x3xf32>) -> tensor<2xi64> {
  %0 = nn.arg_reduce %x {axis = 1 : i64, select_last} : (tensor<2x3xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// Rows, slots, elements.
// CHECK-LABEL: @topk
// CHECK: scf.for
// CHECK: scf.for
// CHECK: scf.for
// CHECK: tensor.insert
// CHECK: tensor.insert
func.func @topk(%x: tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>) {
  %v, %i = nn.topk %x {axis = 1 : i64, k = 2 : i64, largest} : (tensor<2x5xf32>) -> (tensor<2x2xf32>, tensor<2x2xi64>)
  return %v, %i : tensor<2x2xf32>, tensor<2x2xi64>
}
