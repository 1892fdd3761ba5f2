#!/bin/bash
# One command from a fresh clone to a model that reads: installs, builds, compiles PP-OCR's recognition model with Hewn, renders
# a line of text to a picture and reads it back with the compiled library.
#   utils/quickstart.sh [--text "any words"]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

text="Hewn reads this line"
while [ $# -gt 0 ]; do
  case $1 in
  --text)
    [ $# -ge 2 ] || die "--text needs a value"
    text=$2
    shift 2
    ;;
  --text=*)
    text=${1#--text=}
    shift
    ;;
  -h | --help)
    sed -n '2,4s/^# \?//p' "$0"
    exit 0
    ;;
  *) die "unknown option '$1' (usage: utils/quickstart.sh [--text \"any words\"])" ;;
  esac
done

work=$ROOT/build/quickstart
demo=$ROOT/utils/ocr-demo.py
mkdir -p "$work"

"$ROOT/utils/setup-deps.sh"
build hewn

model=$("$PYTHON" "$demo" model) || die "the demo model is missing: package rapidocr-onnxruntime in .venv"
if [ "$work/model/model.json" -nt "$BUILD/bin/hewn" ] && [ "$work/model/model.json" -nt "$model" ]; then
  done_already "Compiling the model"
else
  rm -rf "$work/model"
  step "Compiling the model" compile hewn compile "$model" -o "$work/model" --name=model
fi
step "Rendering the text to text.png" render "$PYTHON" "$demo" render "$text" "$work/text.png"
step "Preparing the picture" prepare "$PYTHON" "$demo" prepare "$work/text.png" "$work/input.npz"
step "Running the compiled model" run hewn run "$work/model" --inputs "$work/input.npz" --outputs "$work/output.npz"
echo "picture: build/quickstart/text.png"
printf 'read:    %s\n' "$("$PYTHON" "$demo" decode "$work/output.npz")"
