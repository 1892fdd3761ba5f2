#!/usr/bin/env python3
"""Keeps the outputs that README.md and docs/ show real. A page that says

    <!-- output of: COMMAND -->            or   <!-- output of: COMMAND (first N lines) -->

is followed by a fenced block with what that command prints in a shell at the project's root, tools of build/release/bin first in
the path. Without --check the blocks are rewritten; with it, differences are printed and the script fails.
"""
import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BLOCK = re.compile(r"<!-- output of: (?P<command>.*?)(?: \(first (?P<lines>\d+) lines\))? -->\n```(?P<language>\w*)\n(?P<text>.*?)```\n", re.S)


def pages():
    yield os.path.join(ROOT, "README.md")
    for folder, _, files in sorted(os.walk(os.path.join(ROOT, "docs"))):
        yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".md"))


def output(command, lines, folder):
    environment = dict(os.environ, OUT=folder, PYTHON=sys.executable)
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"error: {command}\n{done.stdout}")
    text = done.stdout.rstrip().splitlines()
    if lines and len(text) > int(lines):
        text = text[:int(lines)] + ["..."]
    return "".join(line.rstrip() + "\n" for line in text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"))
    args = parser.parse_args()
    os.environ["PATH"] = os.pathsep.join([args.bin, "/usr/lib/llvm-22/bin", os.environ["PATH"]])
    count, stale = 0, False
    with tempfile.TemporaryDirectory() as folder:
        for path in pages():
            with open(path) as file:
                old = file.read()

            def fresh(match):
                text = output(match["command"], match["lines"], folder)
                head = match[0][: match.start("text") - match.start()]
                return f"{head}{text}```\n"

            new, here = BLOCK.subn(fresh, old)
            count += here
            if new == old:
                continue
            if args.check:
                stale = True
                print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), os.path.relpath(path, ROOT), "now")))
            else:
                with open(path, "w") as file:
                    file.write(new)
    if stale:
        sys.exit("outputs in the documentation are out of date, run utils/refresh-outputs.py")
    print(f"{count} outputs")


if __name__ == "__main__":
    main()
