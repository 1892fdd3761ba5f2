#!/bin/sh
# Fuzzes the ONNX importer under ASan and UBSan. usage: utils/fuzz-importer.sh [MINUTES [MUTATIONS]]   (10 and 10000)
# First libFuzzer for MINUTES, from small models; then MUTATIONS structured mutations of those models and of $HEWN_FUZZ_MODELS.
# Exit status 0: no crash, no sanitizer report, no error without a code. HEWN_PYTHON: a python with the onnx package.
set -eu
cd "$(dirname "$0")/.."
minutes=${1:-10}
mutations=${2:-10000}
if [ -z "${HEWN_PYTHON:-}" ]; then
  HEWN_PYTHON=python3
  [ -x .venv/bin/python ] && HEWN_PYTHON=.venv/bin/python
fi
build=build/fuzz
corpus=$build/corpus

echo "== build the fuzzer"
[ -f $build/build.ninja ] || cmake --preset fuzz >/dev/null
ninja -C $build hewn-import-fuzzer hewn-import

echo "== make the seeds"
"$HEWN_PYTHON" test/Stage/Import/Inputs/models.py --all $build/seeds
mkdir -p $corpus $build/findings

if [ "$minutes" != 0 ]; then
  echo "== libFuzzer, $minutes minutes"
  ASAN_OPTIONS=allow_user_poisoning=0 nice $build/bin/hewn-import-fuzzer -max_total_time=$((minutes * 60)) -max_len=16384 -timeout=20 \
    -rss_limit_mb=3000 -print_final_stats=1 -artifact_prefix=$build/findings/ $corpus $build/seeds 2>$build/fuzz.log || {
    tail -n 40 $build/fuzz.log
    exit 1
  }
  grep -E '^(Done|stat::number|stat::average)' $build/fuzz.log
fi

if [ "$mutations" != 0 ]; then
  echo "== $mutations structured mutations"
  nice "$HEWN_PYTHON" test/Fuzz/mutate-models.py $build/bin/hewn-import --count "$mutations" --keep $build/findings \
    $build/seeds/basic.onnx $build/seeds/branches.onnx $build/seeds/constants.onnx $build/seeds/custom.onnx $build/seeds/functions.onnx \
    $build/seeds/loop.onnx $build/seeds/overridable.onnx $build/seeds/typed.onnx ${HEWN_FUZZ_MODELS:-}
fi
echo "no findings"
