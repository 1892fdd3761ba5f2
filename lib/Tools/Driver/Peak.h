// What this machine can do, measured in this process.
#ifndef HEWN_LIB_TOOLS_DRIVER_PEAK_H
#define HEWN_LIB_TOOLS_DRIVER_PEAK_H

namespace hewn::driver {

/// Fused multiply-adds on f32 vectors of the widest kind, one thread: FLOP/s. 0 where no such loop is known.
double measurePeakFlops();

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_PEAK_H
