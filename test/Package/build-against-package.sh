#!/bin/bash
# build-against-package.sh SOURCE PACKAGE BUILD [cmake options]: configures and builds SOURCE with find_package(Hewn) from PACKAGE.
set -euo pipefail
source=$1 package=$2 build=$3
shift 3
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DHewn_DIR="$package" "$@"
grep -q "^Hewn_DIR:[A-Z]*=$package\$" "$build/CMakeCache.txt" # not some other package
cmake --build "$build"
