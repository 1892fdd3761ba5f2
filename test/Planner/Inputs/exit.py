"""exit.py CODE COMMAND...: passes on the output and succeeds if the command ends with exactly this code."""
import subprocess
import sys

run = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
sys.stdout.buffer.write(run.stdout)
if run.returncode != int(sys.argv[1]):
    sys.exit(f"exit status {run.returncode} instead of {sys.argv[1]}")
