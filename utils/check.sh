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

echo "-- lit"
sed -n '/^Testing Time/,$p' "$LOGS/lit.log"
echo "-- ctest"
sed -n '/tests passed/,$p' "$LOGS/ctest.log"
python3 "$ROOT/utils/count-results.py" "$results/lit.json" "$results/ctest.xml" || status=1
exit $status
