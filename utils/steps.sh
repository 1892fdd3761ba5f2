# Sourced by the scripts of this folder: every step is one line, long steps show how far they are, a failure names its cause.
# Output of the commands goes to build/log/STEP.log.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$ROOT/build/release
LOGS=$ROOT/build/log
PYTHON=$ROOT/.venv/bin/python
export PATH=$BUILD/bin:/usr/lib/llvm-22/bin:$PATH
mkdir -p "$LOGS"

# die MESSAGE: the last line a failing script prints.
die() {
  echo "error: $*" >&2
  exit 1
}

# done_already WHAT: a step that found nothing to do.
done_already() { printf '%-44s up to date\n' "$1"; }

# progress LOG: how far a build or test run is, read from the last "[n/m]" (ninja) or "(n of m)" (lit) of its log; else its last line.
progress() {
  local at
  at=$(tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' | grep -oE '^\[[0-9]+/[0-9]+\]|\([0-9]+ of [0-9]+\)' | tail -1)
  [ -n "$at" ] && echo "$at" || tail -n 1 "$1" 2>/dev/null | cut -c 1-60
}

# step NAME LOG CMD...: runs CMD with its output in LOG; prints one line with the time; on failure the end of the log, and exits.
step() {
  local name=$1 log=$LOGS/$2.log start=$SECONDS shown=0 pid status now
  shift 2
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    sleep 0.2
    now=$((SECONDS - start))
    if [ -t 1 ]; then
      [ $now -gt $shown ] && printf '\r\033[K%-44s %s s  %s' "$name" $now "$(progress "$log")"
      shown=$now
    elif [ $now -ge $((shown + 30)) ]; then
      printf '%-44s %s s so far  %s\n' "$name" $now "$(progress "$log")"
      shown=$now
    fi
  done
  if wait $pid; then status=0; else status=$?; fi
  [ -t 1 ] && printf '\r\033[K'
  if [ $status = 0 ]; then
    printf '%-44s done in %d s\n' "$name" $((SECONDS - start))
    return
  fi
  printf '%-44s FAILED after %d s\n' "$name" $((SECONDS - start))
  tail -n 25 "$log" >&2
  explain "$log"
  die "$name failed; the whole output is in ${log#"$ROOT/"}"
}

# explain LOG: the missing thing, in one line, for failures that have a usual cause.
explain() {
  local log=$1 missing
  missing=$(grep -oE "Unable to locate package [^ ]+|Package '[^']+' has no installation candidate|No matching distribution found for [^ ]+|Could not find a package configuration file provided by \"[^\"]+\"|No module named '[^']+'|[^ ]+: command not found|No space left on device|Temporary failure (in name resolution|resolving)[^)]*" "$log" | sort -u | head -3)
  [ -z "$missing" ] || printf 'missing: %s\n' "$missing" >&2
}

# configure and build: a no-op build costs less than a second.
build() {
  [ -f "$BUILD/build.ninja" ] || step "Configuring the build" configure cmake --preset release -S "$ROOT"
  if [ $# -gt 0 ] && ninja -C "$BUILD" -n "$@" 2>/dev/null | tail -1 | grep -q 'no work to do'; then
    done_already "Building"
    return
  fi
  step "Building" build ninja -C "$BUILD" -j "${HEWN_JOBS:-2}" "$@"
}
