# emit-from.sh MODEL FOLDER STAGE: the artifact made by way of STAGE, as text and as bytecode, is that in FOLDER/direct.
set -e
for suffix in mlir mlirbc; do
  hewn compile "$1" --emit="$3" -o "$2/ir/$3.$suffix"
  hewn compile "$2/ir/$3.$suffix" -o "$2/$3-$suffix"
  diff -r "$2/direct" "$2/$3-$suffix"
done
