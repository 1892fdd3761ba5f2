#!/bin/bash
# Dependencies, build, all tests. Ends with the summaries of lit and ctest and one line "N passed, N failed, N skipped".
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

"$ROOT/utils/setup-deps.sh"
build

results=$BUILD/results
mkdir -p "$results"
rm -f "$results"/*
status=0
# check NAME LOG CMD...: like step, but a failure does not end the script; the other suite still runs.
check() { (step "$@") || status=1; }
check "Running the lit suite" lit lit-22 -v -j "${HEWN_JOBS:-2}" --output "$results/lit.json" "$BUILD/test"
check "Running ctest" ctest ctest --test-dir "$BUILD" -E '^lit$' -j "${HEWN_JOBS:-2}" --output-on-failure \
  --output-junit "$results/ctest.xml"

# Importer, runtime, interpreter, array files and planner once more, under ASan and UBSan.
sanitized=$ROOT/build/asan
[ -f "$sanitized/build.ninja" ] || step "Configuring the sanitizer build" configure-asan cmake --preset asan -S "$ROOT"
step "Building with sanitizers" build-asan ninja -C "$sanitized" -j "${HEWN_JOBS:-2}" sanitized-tests
check "Running ctest under the sanitizers" ctest-asan ctest --test-dir "$sanitized" -L sanitized -j "${HEWN_JOBS:-2}" \
  --output-on-failure --output-junit "$results/ctest-asan.xml"

echo "-- lit"
sed -n '/^Testing Time/,$p' "$LOGS/lit.log"
echo "-- ctest"
sed -n '/tests passed/,$p' "$LOGS/ctest.log"
echo "-- ctest under the sanitizers"
sed -n '/tests passed/,$p' "$LOGS/ctest-asan.log"
python3 "$ROOT/utils/count-results.py" "$results/lit.json" "$results/ctest.xml" "$results/ctest-asan.xml" || status=1
exit $status
