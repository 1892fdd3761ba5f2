#!/usr/bin/env python3
"""Compiles a model and compares it with ONNX Runtime on two inputs, with one and with two threads (equal bits).

  check-model.py MODEL.onnx|ocr:FILE [--sizes NAME=N,NAME=1x3x48x320 ...] [--kind picture|words] [--interpret] [-- COMPILE OPTIONS]

Every --sizes is one more set of sizes for the same artifact. With --interpret also the reference interpreter is compared, on the
model and on the stages graph, placed and kernels.
"""
import argparse
import os
import sys
import tempfile

import harness
import onnx


def check(path, all_sizes, kind, interpret, options):
    model = onnx.load(path, load_external_data=False)
    reference = harness.oracle(path)
    with tempfile.TemporaryDirectory() as folder:
        artifact, stages = os.path.join(folder, "model"), os.path.join(folder, "stages")
        harness.compile_model(path, artifact, list(options) + ([f"--dump-stages={stages}"] if interpret else []))
        for sizes in all_sizes:
            wants = []
            for seed in (1, 2):
                arrays = harness.feed(model, seed, sizes, kind)
                want = reference(arrays)
                one = harness.run_model(artifact, arrays, "--threads", "1")
                worst = harness.compare(one, want, f"compiled, seed {seed}, sizes {sizes}")
                harness.same_bits(one, harness.run_model(artifact, arrays, "--threads", "2"), "two threads against one")
                wants.append(want)
                print(f"sizes {sizes}, seed {seed}: {100 * worst:.2g} % of the bound")
            harness.must_differ(*wants)
        if interpret:
            for target in [path] + stage_files(stages):
                got = harness.run_model(target, arrays, "--interpret", "--weights", os.path.dirname(os.path.abspath(path)))
                worst = harness.compare(got, want, f"interpreted {os.path.basename(target)}")
                print(f"interpreted {os.path.basename(target)}: {100 * worst:.2g} % of the bound")


def stage_files(folder):
    """The dumps of the stages that the interpreter runs."""
    names = sorted(os.listdir(folder))
    chosen = [n for stage in ("graph", "placed", "kernels") for n in names if n.split(".")[0].endswith(stage)]
    if len(chosen) < 3:
        raise harness.Failure(f"no dump for one of the stages graph, placed, kernels among {names}")
    return [os.path.join(folder, n) for n in chosen]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--sizes", action="append", default=[])
    parser.add_argument("--kind", default="picture")
    parser.add_argument("--interpret", action="store_true")
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    path = harness.ocr_model(args.model[4:]) if args.model.startswith("ocr:") else args.model
    try:
        check(path, [harness.parse_sizes(s) for s in args.sizes] or [{}], args.kind, args.interpret, args.options)
    except harness.Failure as failure:
        sys.exit(f"FAILED: {failure}")
    print("all equal within the bound")


if __name__ == "__main__":
    main()
