// Lowers nn ops to linalg on tensors.
#include "hewn/Conversion/NNToLinalg/Passes.h"
