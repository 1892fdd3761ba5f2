// Files that hold packing problems: MiniMalloc's CSV and Glow's allocation traces.
#ifndef HEWN_PLANNER_FILES_H
#define HEWN_PLANNER_FILES_H

#include "hewn/Planner/Packing.h"
#include <string_view>

namespace hewn::planner {

/// Columns by name, in any order: `id` (or `buffer`, `buffer_id`), `lower` (or `start`, `begin`), `upper` (exclusive)
/// or `end` (inclusive), `size`; optional `alignment`, `hint`, `gaps` ("3-5 8-9", half-open), `offset` (fixed).
Error readCsv(std::string_view text, PackingProblem &problem);

/// The same columns, with `offset` last.
std::string writeCsv(const PackingProblem &problem, const std::vector<Bytes> &offsets);

struct GlowTrace {
  std::string name;
  PackingProblem problem;
  Bytes expected = 0; ///< the arena that the trace says Glow's own allocator reaches
};

/// MODEL, ALIGN, ALLOC, FREE, MEM, EFF lines; sizes are rounded up to ALIGN, time counts the ALLOC and FREE lines of a
/// model.
Error readGlow(std::string_view text, std::vector<GlowTrace> &traces);

} // namespace hewn::planner

#endif
