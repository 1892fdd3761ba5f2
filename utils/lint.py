#!/usr/bin/env python3
"""House rules that a script can check. lint.py RULE; without a rule it lists them. Prints each finding and fails if there is one."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RULES = {}


def rule(function):
    RULES[function.__name__.replace("_", "-")] = function
    return function


def files(*endings):
    """Files of the project (tracked or new, not ignored) with one of the endings."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        skipped = {"build", ".venv", ".git", "models", "__pycache__"}
        names = []
        for folder, folders, here in os.walk(ROOT):
            folders[:] = [f for f in folders if f not in skipped]
            names += [os.path.relpath(os.path.join(folder, name), ROOT) for name in here]
    return sorted(n for n in names if n.endswith(endings) and os.path.exists(os.path.join(ROOT, n)))


def read(name):
    with open(os.path.join(ROOT, name), errors="replace") as file:
        return file.read()


# Formatting these rebuilds almost everything: to be done together with the next real change to them.
UNFORMATTED = {"include/hewn/Dialect/Hewn/Hewn.h", "include/hewn/Support/Errors.h", "lib/Support/Pch.h"}


@rule
def clang_format():
    """C and C++ files are formatted with clang-format 22."""
    names = [name for name in files(".cpp", ".h", ".c") if name not in UNFORMATTED]
    for start in range(0, len(names), 100):
        done = subprocess.run(["clang-format-22", "--dry-run", "--ferror-limit=1", *names[start:start + 100]], cwd=ROOT, capture_output=True, text=True)
        for name in sorted(set(re.findall(r"^(\S+?):\d+:\d+: (?:warning|error): code should be clang-formatted", done.stderr, re.M))):
            yield f"{name}: run clang-format-22 -i on it"


@rule
def run_lines():
    """What a tool of ours prints is looked at: RUN lines with hewn-opt end in FileCheck, a diff, or verify diagnostics."""
    looked_at = re.compile(r"FileCheck|--?verify-diagnostics|\bdiff\b|\bcmp\b|%python|\bnot\b|\bcount\b|\bgrep\b|> ?%t|-o ")
    for name in files(".mlir", ".test"):
        if not name.startswith("test/") or "/Inputs/" in name or name.startswith("test/Package/"):
            continue
        text = re.sub(r"\\\n\s*(?://|#)\s*RUN:", " ", read(name))
        lines = re.findall(r"RUN:(.*)", text)
        if not lines:
            yield f"{name}: has no RUN line"
        for line in lines:
            if re.search(r"\bhewn-opt\b", line) and not looked_at.search(line):
                yield f"{name}: nobody looks at the output of:{line}"
        if any("FileCheck" in line for line in lines):
            prefixes = re.findall(r"--?check-prefix(?:es)?[= ]([\w,-]+)", text) or ["CHECK"]
            for prefix in {p for group in prefixes for p in group.split(",")}:
                outside = "\n".join(line for line in text.splitlines() if "RUN:" not in line)
                other = any(f"FileCheck %S" in line or "FileCheck %p" in line for line in lines)
                if not other and not re.search(rf"\b{re.escape(prefix)}(?:-[A-Z]+(?:-\d+|\{{\d+\}})?)?:", outside):
                    yield f"{name}: no line with the prefix {prefix}"


@rule
def options():
    """Libraries have no global command-line options: passes take typed options from their .td. (The driver may.)"""
    for name in files(".cpp", ".h"):
        if re.match(r"(lib|include)/", name) and not re.match(r"(lib|include/hewn)/Tools/Driver", name):
            if re.search(r"\bcl::(opt|list|alias)\s*<", read(name)):
                yield f"{name}: uses cl::opt"


@rule
def discarded_results():
    """No driver's result is thrown away."""
    for name in files(".cpp"):
        for number, line in enumerate(read(name).splitlines(), 1):
            if re.search(r"\(void\)\s*(mlir::)?(applyPatterns|applyPartial|applyFull|runPipeline)", line):
                yield f"{name}:{number}: discards a result"


@rule
def length():
    """No source file is longer than 500 lines."""
    for name in files(".cpp", ".h", ".c", ".py"):
        lines = read(name).count("\n")
        if lines > 500 and not re.search(r"Schema|Generated", name):
            yield f"{name}: {lines} lines"


@rule
def purpose():
    """A C or C++ file says in its first line what it is for."""
    for name in files(".cpp", ".h"):
        if not re.match(r"//|/\*", read(name)):
            yield f"{name}: does not start with a comment"


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in RULES:
        sys.exit("\n".join(f"{name:20} {function.__doc__}" for name, function in RULES.items()))
    findings = list(RULES[sys.argv[1]]())
    print("\n".join(findings))
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
