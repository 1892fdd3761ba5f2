// y = relu(x + w) for x of any number N of rows: a model at the stage *planned*, with kernels that need no scheduler.
module attributes {hewn.stage = "planned"} {
  module @cpu attributes {hewn.target = #hewn.target<"cpu", {cpu = "x86-64", features = "", extensions = [], triple = "x86_64-pc-linux-gnu"}>} {
    hewn.weight @w : tensor<8xf32> source #hewn.source<"bias.bin", 4, 32>
    hewn.weight @same : tensor<8xf32> source #hewn.source<"bias.bin", 4, 32>
    func.func @main(%x: memref<?x8xf32> {hewn.name = "x", hewn.access = "read", hewn.dims = ["N", ""]},
                    %y: memref<?x8xf32> {hewn.name = "y", hewn.access = "write", hewn.dims = ["N", ""]},
                    %n: index {hewn.dim = "N"}, %arena: memref<?xi8> {hewn.arena}) {
      %c0 = arith.constant 0 : index
      %c100 = arith.constant 100 : index
      %few = arith.cmpi ule, %n, %c100 : index
      hewn.guard %few, 6004, "N is larger than 100"
      %w = hewn.load_weight @w : memref<8xf32>
      %same = hewn.load_weight @same : memref<8xf32>
      %t = memref.view %arena[%c0][%n] : memref<?xi8> to memref<?x8xf32>
      hewn.launch @add dims() ins(%x, %w : memref<?x8xf32>, memref<8xf32>) outs(%t : memref<?x8xf32>) {hewn.nodes = ["add0"]}
      hewn.launch @relu dims() ins(%t : memref<?x8xf32>) outs(%y : memref<?x8xf32>) {hewn.nodes = ["relu0"]}
      return
    }
    func.func @main_query(%n: index {hewn.dim = "N"}) -> (index, index) {
      %c32 = arith.constant 32 : index
      %bytes = arith.muli %n, %c32 : index
      return %bytes, %n : index, index
    }
    func.func private @add(%x: memref<?x8xf32>, %w: memref<8xf32>, %t: memref<?x8xf32>, %begin: index, %end: index) attributes {hewn.kernel} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %begin to %end step %c1 {
        scf.for %j = %c0 to %c8 step %c1 {
          %a = memref.load %x[%i, %j] : memref<?x8xf32>
          %b = memref.load %w[%j] : memref<8xf32>
          %c = arith.addf %a, %b : f32
          memref.store %c, %t[%i, %j] : memref<?x8xf32>
        }
      }
      return
    }
    func.func private @add__extent(%n: index, %m: index) -> index {
      return %n : index
    }
    func.func private @relu(%t: memref<?x8xf32>, %y: memref<?x8xf32>, %begin: index, %end: index) attributes {hewn.kernel} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %zero = arith.constant 0.0 : f32
      scf.for %i = %begin to %end step %c1 {
        scf.for %j = %c0 to %c8 step %c1 {
          %a = memref.load %t[%i, %j] : memref<?x8xf32>
          %c = arith.maximumf %a, %zero : f32
          memref.store %c, %y[%i, %j] : memref<?x8xf32>
        }
      }
      return
    }
    func.func private @relu__extent(%n: index, %m: index) -> index {
      return %n : index
    }
  }
}
