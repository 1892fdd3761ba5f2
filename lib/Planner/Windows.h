// Packing of long problems piece by piece.
#ifndef HEWN_LIB_PLANNER_WINDOWS_H
#define HEWN_LIB_PLANNER_WINDOWS_H

#include "Greedy.h"

namespace hewn::planner {

/// A layout below `ceiling` units, or none (height -1): no proof of anything. `workLimit` is shared by all windows.
Layout packByWindows(const Sections &sections, const Neighbours &neighbours, Bytes ceiling, int64_t workLimit,
                     const PackingOptions &options);

} // namespace hewn::planner

#endif
