// RUN: hewn-opt %s --hewn-cpu-lower-kernels --split-input-file --verify-diagnostics

// expected-error @below {{has no function that gives its number of iterations (@no_extent__extent)}}
func.func private @no_extent(%begin: index, %end: index) attributes {hewn.kernel} {
  return
}

// -----

// expected-error @below {{does not end with the two index arguments of its range}}
func.func private @no_range(%x: memref<8xf32>) attributes {hewn.kernel} {
  return
}
func.func private @no_range__extent() -> index {
  %c = arith.constant 1 : index
  return %c : index
}

// -----

// expected-error @below {{has argument 0 with offset 4; the host adds offsets to pointers}}
func.func private @offset(%x: memref<8xf32, strided<[1], offset: 4>>, %begin: index, %end: index) attributes {hewn.kernel} {
  return
}
func.func private @offset__extent() -> index {
  %c = arith.constant 1 : index
  return %c : index
}

// -----

// expected-error @below {{which is neither index nor strided memref}}
func.func private @tensor(%x: tensor<8xf32>, %begin: index, %end: index) attributes {hewn.kernel} {
  return
}
func.func private @tensor__extent() -> index {
  %c = arith.constant 1 : index
  return %c : index
}
