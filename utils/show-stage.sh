#!/bin/bash
# show-stage.sh STAGE [CPU]: the example of docs/stages (one dense layer) at a stage, without locations and long constants.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-.venv/bin/python}" utils/make-models.py tiny -o "$folder"
hewn compile "$folder/tiny.onnx" --cpu="${2:-x86-64-v3}" --emit="$1" |
  hewn-opt --mlir-elide-elementsattrs-if-larger=4 --no-implicit-module |
  sed "s#$folder#models#"
