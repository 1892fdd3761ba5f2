#!/usr/bin/env python3
"""Runs hewn-plan on the instances of a data folder and prints one line each; with --minimalloc=PATH interleaved with that peer.

usage: run.py DATA [--hewn-plan=PATH] [--minimalloc=PATH] [--pairs=N]

DATA holds minimalloc/*.csv, glow/*.txt, idealloc/**/*.csv and memgraphs/*.json + results.csv. Times are CPU seconds of the child.
"""
import csv
import glob
import json
import os
import resource
import subprocess
import sys
import tempfile


def run(*command):
    """Output, exit status and CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, done.returncode, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def minimalloc(plan, peer, data, pairs):
    ours_sum = theirs_sum = 0
    for path in sorted(glob.glob(os.path.join(data, "minimalloc", "[A-K].*.csv"))):
        capacity = path.split(".")[-2]
        ours, theirs = [], []
        with tempfile.NamedTemporaryFile(suffix=".csv") as out:
            for _ in range(pairs):
                ours.append(run(plan, path, "--capacity=" + capacity, "-o", out.name)[2])
                if peer:
                    theirs.append(run(peer, "--capacity=" + capacity, "--input=" + path, "--output=" + out.name + ".peer")[2])
            valid = run(plan, out.name, "--check", "--capacity=" + capacity)[0].strip()
        ours_sum += sorted(ours)[len(ours) // 2]
        line = f"{os.path.basename(path)[0]}: {valid}, median CPU s {sorted(ours)[len(ours) // 2]:.3f}"
        if theirs:
            theirs_sum += sorted(theirs)[len(theirs) // 2]
            line += f", MiniMalloc {sorted(theirs)[len(theirs) // 2]:.3f}"
        print(line, flush=True)
    print(f"sum {ours_sum:.3f}" + (f", MiniMalloc {theirs_sum:.3f}, ratio {ours_sum / theirs_sum:.3f}" if theirs_sum else ""))


def large(plan, data):
    for path in sorted(glob.glob(os.path.join(data, "idealloc", "*", "*.csv"))):
        text, _, seconds = run(plan, path, "--json=-")
        report = json.loads(text)
        print(f"{os.path.basename(path)}: {report['status']}, height / bound "
              f"{report['peak_bytes'] / report['lower_bound_bytes']:.5f}, {seconds:.2f} CPU s", flush=True)
    for path in glob.glob(os.path.join(data, "glow", "Memory*.txt")):
        lines = run(plan, path)[0].splitlines()
        print(f"glow: {sum(': optimal' in line for line in lines)} of {len(lines)} proven at their bound")


def graphs(plan, data):
    with open(os.path.join(data, "memgraphs", "results.csv")) as file:
        for row in csv.DictReader(file):
            path = os.path.join(data, "memgraphs", row["graph"] + ".json")
            for order, known in (("keep", row["optimal_listed_order"]), ("free", row["best_known_free_order"])):
                text, _, seconds = run(plan, path, "--capacity=" + row["budget_bytes"], "--order=" + order, "--json=-")
                report = json.loads(text)
                print(f"{row['graph']} {row['budget_bytes']} {order}: {report['status']}, {report.get('noncompulsory_bytes')} bytes, "
                      f"bound {report['noncompulsory_lower_bound']}, known {known}, {seconds:.2f} CPU s", flush=True)


def main():
    data, options = None, {"hewn-plan": "hewn-plan", "minimalloc": "", "pairs": "1"}
    for argument in sys.argv[1:]:
        if argument.startswith("--") and "=" in argument:
            name, value = argument[2:].split("=", 1)
            if name not in options:
                sys.exit(f"unknown option --{name}\n{__doc__}")
            options[name] = value
        elif argument.startswith("-") or data:
            sys.exit(__doc__)
        else:
            data = argument
    if not data:
        sys.exit(__doc__)
    minimalloc(options["hewn-plan"], options["minimalloc"], data, int(options["pairs"]))
    large(options["hewn-plan"], data)
    graphs(options["hewn-plan"], data)


if __name__ == "__main__":
    main()
