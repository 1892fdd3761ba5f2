// What happens to the outputs of a run: a summary, a file, a comparison.
#ifndef HEWN_LIB_TOOLS_DRIVER_OUTPUTS_H
#define HEWN_LIB_TOOLS_DRIVER_OUTPUTS_H

#include "hewn/TensorIO/TensorIO.h"

namespace hewn::driver {

/// A line per output: type, smallest, largest and mean value, the first values, a hash of the bytes.
void printSummary(llvm::raw_ostream &os, llvm::ArrayRef<io::Array> outputs);

/// Compares each output with the one of its name: max|a-b| against relative * max|b| + absolute. Prints a line per
/// output; false if one is beyond the bound, of another shape, or missing in `wanted`.
bool compareOutputs(llvm::raw_ostream &os, llvm::ArrayRef<io::Array> outputs, llvm::ArrayRef<io::Array> wanted,
                    double relative, double absolute);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_OUTPUTS_H
