// hewn-plan: plans memory from files.
#include "hewn/Planner/Packing.h"
#include <cstdio>

int main() {
  std::puts("hewn-plan: not yet");
  return 2;
}
