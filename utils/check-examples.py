#!/usr/bin/env python3
"""Checks that the example of every description in a .td file stands, line by line, in the test that it names.

An example reads `Example (FILE, `@function`):` followed by a fenced block. Its lines must appear in FILE in this order,
inside the function of that name (for a symbol of another kind: from the line that defines it on).
Prints the number of examples; exits with 1 and the missing lines if one does not hold.
"""
import re
import sys
from pathlib import Path

EXAMPLE = re.compile(r"Example \((?P<file>\S+), `@(?P<name>[\w.$-]+)`\):\s*```mlir\n(?P<body>.*?)```", re.S)


def squeeze(line):
    """A line without the spaces that depend on where it stands."""
    return " ".join(line.split())


def function_text(text, name):
    """The test from the definition of a symbol up to the next function."""
    start = re.search(r"^(?!\s*//).*@" + re.escape(name) + r"\b", text, re.M)
    if not start:
        return ""
    end = text.find("\nfunc.func", start.end())
    return text[start.start():end if end >= 0 else len(text)]


def check(td, root):
    """Yields a complaint for every example of one file that its test does not hold."""
    text = td.read_text()
    for example in EXAMPLE.finditer(text):
        path, name = root / example["file"], example["name"]
        if not path.exists():
            yield f"{td}: {path} does not exist"
            continue
        have = [squeeze(line) for line in function_text(path.read_text(), name).splitlines()]
        position = 0
        for line in filter(None, map(squeeze, example["body"].splitlines())):
            try:
                position = have.index(line, position) + 1
            except ValueError:
                yield f"{td}: @{name} in {path} lacks: {line}"
                break


def main():
    root = Path(sys.argv[1])
    files = [Path(name) for name in sys.argv[2:]] or sorted((root / "include").rglob("*.td"))
    complaints = [complaint for td in files for complaint in check(td, root)]
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    print(sum(len(EXAMPLE.findall(td.read_text())) for td in files), "examples")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
