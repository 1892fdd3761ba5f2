#!/usr/bin/env python3
"""Compiles random graphs of one family and compares them with ONNX Runtime, on one and two threads (equal bits).

  check-random.py FAMILY COUNT [--first SEED] [--keep DIR] [-- COMPILE OPTIONS]

A finding prints its seed; `check-random.py FAMILY 1 --first SEED --keep DIR` repeats it and leaves the model in DIR.
"""
import argparse
import os
import sys
import tempfile

import harness
import onnx
import random_graphs


def check(family, seed, folder, options):
    model, all_sizes = random_graphs.make(family, seed)
    path, artifact = os.path.join(folder, f"{family}-{seed}.onnx"), os.path.join(folder, f"{family}-{seed}")
    onnx.save_model(model, path)
    reference = harness.oracle(path)
    harness.compile_model(path, artifact, options)
    worst = 0.0
    symbolic = any(isinstance(d, str) for _, _, dims in harness.signature(model) for d in dims)
    for sizes in all_sizes if symbolic else all_sizes[:1]:
        arrays = harness.feed(model, seed, sizes)
        want = reference(arrays)
        got = harness.run_model(artifact, arrays, "--threads", "1")
        worst = max(worst, harness.compare(got, want, f"sizes {sizes}"))
        harness.same_bits(got, harness.run_model(artifact, arrays, "--threads", "2"), "two threads against one")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=sorted(random_graphs.FAMILIES))
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep")
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for seed in range(args.first, args.first + args.count):
            try:
                print(f"{args.family} {seed}: {100 * check(args.family, seed, folder, args.options):.2g} % of the bound")
            except harness.Failure as failure:
                failures += 1
                print(f"FAILED: {args.family} {seed}: {failure}")
    sys.exit(f"{failures} of {args.count} failed" if failures else 0)


if __name__ == "__main__":
    main()
