#!/bin/bash
# Importer, runtime, interpreter, array files, planner and Support under AddressSanitizer and UndefinedBehaviorSanitizer: their unit
# tests, and the lit tests of the importer. check-sanitizers.sh [SECONDS] also fuzzes the importer that long.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

seconds=${1:-0}
asan=$ROOT/build/asan
unit=(HewnImportTests HewnInterpreterTests HewnONNXTests HewnPlannerTests HewnRuntimeTests HewnTensorIOTests)
# The shared MLIR is not instrumented: containers that cross its border look overflowed, and its contexts are never torn down.
export ASAN_OPTIONS=detect_container_overflow=0:detect_odr_violation=0:detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1

[ -f "$asan/build.ninja" ] || step "Configuring with sanitizers" asan-configure cmake --preset asan -S "$ROOT" -DHEWN_FUZZERS=ON
step "Building with sanitizers" asan-build ninja -C "$asan" -j "${HEWN_JOBS:-2}" "${unit[@]}" hewn-import hewn-opt hewn-import-fuzzer
for test in "${unit[@]}"; do
  step "$test" "asan-$test" "$asan/unittests/$test" --gtest_brief=1
done
step "Importer tests with sanitizers" asan-lit lit-22 -v -j "${HEWN_JOBS:-2}" "$asan/test" --filter 'Stage/Import|Dialect/ONNX'
if [ "$seconds" -gt 0 ]; then
  mkdir -p "$asan/corpus"
  step "Fuzzing the importer for $seconds s" asan-fuzz "$asan/bin/hewn-import-fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 "$asan/corpus"
fi
