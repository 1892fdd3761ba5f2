#!/usr/bin/env python3
"""Every op and every pass has a description with an example that a test runs.

A description says `Example (test/PATH, `@function`)` and shows it in a fenced block; the first block must occur in that test (white
space aside; "..." stands for anything), and so must the function. `--missing-ok N` tolerates N findings.
"""
import argparse
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
docs = __import__("make-docs")

EXAMPLE = re.compile(r"Example \((test/[^,)]+)(?:, `(@[\w.]+)`)?\)[^`]*?```(?:mlir)?\n(.*?)```", re.S)


def records(path):
    """(what, name, description) of the ops and passes that a file defines itself."""
    command = [f"{docs.LLVM}/bin/llvm-tblgen", "-dump-json", "-I", f"{docs.ROOT}/include", "-I", f"{docs.LLVM}/include", path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"error: {' '.join(command)}\n{done.stderr}")
    table = json.loads(done.stdout)
    with open(path) as file:
        text = file.read()
    for kind, name in [("op", "Op")] + [("pass", "PassBase")]:
        for key in table["!instanceof"].get(name, []):
            if not re.search(rf"\b{key}\b", text):
                continue
            record = table[key]
            title = f"{table[record['opDialect']['def']]['name']}.{record['opName']}" if kind == "op" else record["argument"]
            yield kind, title, record.get("description") or "", record.get("summary") or ""


def squeeze(text):
    return re.sub(r"\s+", "", text)


def problem(description, summary):
    if not summary.strip():
        return "has no summary"
    if not description.strip():
        return "has no description"
    found = EXAMPLE.search(description)
    if not found:
        return "has no `Example (test/..., `@function`)` with a fenced block"
    path, function, example = found.groups()
    full = os.path.join(docs.ROOT, path)
    if not os.path.exists(full):
        return f"names {path}, which does not exist"
    with open(full) as file:
        text = file.read()
    if function and not re.search(re.escape(function) + r"\b", text):
        return f"names {function}, which is not in {path}"
    pieces = [re.escape(squeeze(piece)) for piece in example.split("...")]
    if not re.search(".*?".join(pieces), squeeze(text), re.S):
        return f"shows an example that is not in {path}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing-ok", type=int, default=0)
    args = parser.parse_args()
    count, bad = 0, []
    for path, _ in list(docs.sources(r"\w+Ops\.td")) + list(docs.sources(r"Passes\.td")):
        for kind, title, description, summary in records(path):
            count += 1
            why = problem(description, summary)
            if why:
                bad.append(f"{kind} {title} {why} ({os.path.relpath(path, docs.ROOT)})")
    print("\n".join(bad))
    print(f"{count} ops and passes, {len(bad)} without a tested example")
    sys.exit(len(bad) > args.missing_ok or not count)


if __name__ == "__main__":
    main()
