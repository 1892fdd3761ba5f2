// Lowers nn ops to linalg on tensors.
#ifndef HEWN_CONVERSION_NNTOLINALG_PASSES_H
#define HEWN_CONVERSION_NNTOLINALG_PASSES_H

#include "mlir/Pass/Pass.h"

namespace hewn {

#define GEN_PASS_DECL
#include "hewn/Conversion/NNToLinalg/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "hewn/Conversion/NNToLinalg/Passes.h.inc"

} // namespace hewn

#endif // HEWN_CONVERSION_NNTOLINALG_PASSES_H
