"""usage: within.py MEGABYTES COMMAND...    runs a command; fails when its resident memory exceeded the limit or it took 5 seconds."""
import resource
import subprocess
import sys
import time

start = time.monotonic()
status = subprocess.run(sys.argv[2:]).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
if status or peak > int(sys.argv[1]) or time.monotonic() - start > 5:
    sys.exit(f"status {status}, {peak} MB, {time.monotonic() - start:.2f} s")
print(f"resident memory stayed below {sys.argv[1]} MB", flush=True)
