// RUN: hewn-opt %s --verify-diagnostics --split-input-file

// Every message of the verifiers of hewn, once.

// expected-error @+1 {{needs either a source or a region that computes it (C1)}}
"hewn.weight"() <{sym_name = "neither", type = tensor<2xf32>}> ({}) : () -> ()

// -----

// expected-error @+1 {{needs either a source or a region that computes it (C1)}}
"hewn.weight"() <{sym_name = "both", type = tensor<2xf32>, source = #hewn.source<"model.onnx", 0, 8>}> ({
  %0 = arith.constant dense<1.0> : tensor<2xf32>
  hewn.return %0 : tensor<2xf32>
}) : () -> ()

// -----

// expected-error @+1 {{has type 'tensor<?xf32>', not a static ranked tensor (C2)}}
hewn.weight @dynamic : tensor<?xf32> source #hewn.source<"model.onnx", 0, 8>

// -----

// expected-error @+1 {{has a source of 7 bytes at 0, but its type takes 8 (C2)}}
hewn.weight @short : tensor<2xf32> source #hewn.source<"model.onnx", 0, 7>

// -----

// expected-error @+1 {{has a source of 8 bytes at -8, but its type takes 8 (C2)}}
hewn.weight @before_the_file : tensor<2xf32> source #hewn.source<"model.onnx", -8, 8>

// -----

// expected-error @+1 {{but its type takes -1 (C2)}}
hewn.weight @huge : tensor<4611686018427387904x4xf32> source #hewn.source<"model.onnx", 0, 0>

// -----

// expected-error @+1 {{has a region that does not return one value of type 'tensor<2xf32>' (C3)}}
hewn.weight @other_type : tensor<2xf32> {
  %0 = arith.constant dense<1.0> : tensor<3xf32>
  hewn.return %0 : tensor<3xf32>
}

// -----

func.func @missing() {
  // expected-error @+1 {{refers to 'nothing', which is not a weight (C1)}}
  %0 = hewn.load_weight @nothing : tensor<2xf32>
  return
}

// -----

hewn.weight @w : tensor<2xf32> source #hewn.source<"model.onnx", 0, 8>
func.func @other_type() {
  // expected-error @+1 {{has type 'tensor<3xf32>', but the weight has type 'tensor<2xf32>' (C1)}}
  %0 = hewn.load_weight @w : tensor<3xf32>
  return
}

// -----

// expected-error @+1 {{has an index argument behind a tensor (C1)}}
hewn.kernel @index_behind(%x: tensor<4xf32>, %n: index, %out: tensor<4xf32>) -> tensor<4xf32> {
  hewn.return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{has trailing arguments that differ from its result types (C1)}}
hewn.kernel @no_out(%x: tensor<3xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  hewn.return %0 : tensor<4xf32>
}

// -----

hewn.kernel @returns(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{has operand types that differ from the kernel's result types (C1)}}
  hewn.return %x, %x : tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @stray_return() {
  // expected-error @+1 {{stands in neither a kernel nor a weight}}
  hewn.return
}

// -----

func.func @no_kernel(%x: tensor<4xf32>) {
  // expected-error @+1 {{refers to 'nothing', which is not a kernel (C1)}}
  %0 = hewn.launch @nothing dims() ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> (tensor<4xf32>)
  return
}

// -----

hewn.kernel @k(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  hewn.return %x : tensor<4xf32>
}
func.func @few_operands(%x: tensor<4xf32>) {
  // expected-error @+1 {{passes 1 operands to 'k', which takes 2 (C1)}}
  %0 = hewn.launch @k dims() ins() outs(%x : tensor<4xf32>) -> (tensor<4xf32>)
  return
}

// -----

hewn.kernel @k(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  hewn.return %x : tensor<4xf32>
}
func.func @other_operand(%x: tensor<4xf32>, %y: tensor<5xf32>) {
  // expected-error @+1 {{passes 'tensor<5xf32>' as operand 0 of 'k', which takes 'tensor<4xf32>' (C1)}}
  %0 = hewn.launch @k dims() ins(%y : tensor<5xf32>) outs(%x : tensor<4xf32>) -> (tensor<4xf32>)
  return
}

// -----

hewn.kernel @k(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  hewn.return %x : tensor<4xf32>
}
func.func @other_result(%x: tensor<4xf32>) {
  // expected-error @+1 {{has result types that differ from those of its tensor outs (C2)}}
  %0 = hewn.launch @k dims() ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> (tensor<5xf32>)
  return
}

// -----

func.func @no_function(%x: tensor<4xf32>) {
  // expected-error @+1 {{refers to '@cpu::@main', which is not a function (C1)}}
  %0 = hewn.invoke @cpu::@main ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> (tensor<4xf32>)
  return
}
