"""expect-code.py CODE COMMAND...: succeeds if the command ends with exactly that exit code."""
import subprocess
import sys

code = subprocess.call(sys.argv[2:])
if code != int(sys.argv[1]):
    sys.exit(f"exit code {code}, expected {sys.argv[1]}")
