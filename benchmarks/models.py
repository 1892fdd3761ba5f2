#!/usr/bin/env python3
"""Compiled models beside ONNX Runtime: compile time and memory, time of a run on one core, speedup of two threads.

  models.py NAME... [--pairs 21] [--core N] [--cpu-time] [--models DIR] [--sizes x=1x3x320x480]      names as in utils/make-models.py, ocr:FILE, or a path

Both run in one process that is pinned to one core, with one thread each, in turns; the ratio is the median over the pairs. The
table says which part of the bound the results differ by.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "test", "E2E", "Inputs"), os.path.join(ROOT, "benchmarks")]
import compiled_model  # noqa: E402
import harness  # noqa: E402
import onnx  # noqa: E402

SIZES = {"sequence": 128, "x": (1, 3, 48, 320), "N": 1, "rows": 64}


def find_model(name, folder):
    if name.startswith("ocr:"):
        return harness.ocr_model(name[4:])
    if name.endswith(".onnx"):
        return name
    path = os.path.join(folder, f"{name}.onnx")
    if not os.path.exists(path):
        subprocess.run([sys.executable, os.path.join(ROOT, "utils", "make-models.py"), name, "-o", folder], check=True)
    return path


def watch(process, peak):
    """The largest anonymous memory of a process, in MiB."""
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                for line in status:
                    if line.startswith("RssAnon"):
                        peak[0] = max(peak[0], int(line.split()[1]) / 1024)
        except OSError:
            pass
        time.sleep(0.005)


def compile_model(path, folder):
    """(seconds, MiB of anonymous memory) of `hewn compile`."""
    start, peak = time.perf_counter(), [0.0]
    process = subprocess.Popen(["hewn", "compile", path, "-o", folder])
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    process.wait()
    seconds = time.perf_counter() - start
    watcher.join()
    if process.returncode:
        raise SystemExit(f"error: hewn compile {path} failed")
    return seconds, peak[0]


def onnxruntime_runner(path, arrays):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda: dict(zip(names, session.run(names, arrays)))


def in_turns(one, other, pairs, clock=time.perf_counter):
    """Times of both, [(one, other)], the order changing from pair to pair."""
    times = []
    for i in range(pairs + 2):
        pair = {}
        for function in ((one, other) if i % 2 else (other, one)):
            start = clock()
            function()
            pair[function] = clock() - start
        times.append((pair[one], pair[other]))
    return times[2:]


def median_ratio(times):
    return statistics.median(a / b for a, b in times)


def measure(path, pairs, core, clock, sizes):
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, memory = compile_model(path, folder)
        seconds = min(seconds, compile_model(path, folder)[0])
        everywhere = os.sched_getaffinity(0)
        arrays = harness.feed(onnx.load(path, load_external_data=False), 1, sizes)
        model = compiled_model.CompiledModel(folder)
        os.sched_setaffinity(0, {core})
        ours = model.bind(arrays, model.pool(1))
        theirs = onnxruntime_runner(path, arrays)
        want = theirs()
        worst = harness.compare({k: np.array(v) for k, v in ours().items()}, want, os.path.basename(path))
        times = in_turns(ours, theirs, pairs, clock)
        os.sched_setaffinity(0, everywhere)
        alone, together = (model.bind(arrays, model.pool(threads)) for threads in (1, 2))
        speedup = median_ratio(in_turns(alone, together, pairs)) if len(everywhere) > 1 else float("nan")
    ms = [1000 * statistics.median(column) for column in zip(*times)]
    return [f"{seconds:.2f}", f"{memory:.0f}", f"{ms[0]:.2f}", f"{ms[1]:.2f}", f"{median_ratio(times):.3f}", f"{speedup:.2f}", f"{100 * worst:.2g} %"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--pairs", type=int, default=21)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--cpu-time", action="store_true", help="for machines that others use too: count processor time, not wall time")
    parser.add_argument("--models", default=os.path.join(ROOT, "build", "models"))
    parser.add_argument("--sizes", default="", help="sizes of symbolic dimensions or whole shapes: NAME=N,NAME=1x3x48x320")
    args = parser.parse_args()
    sizes = {**SIZES, **harness.parse_sizes(args.sizes)}
    os.environ["PATH"] = os.pathsep.join([os.path.join(ROOT, "build", "release", "bin"), os.environ["PATH"]])
    clock = time.process_time if args.cpu_time else time.perf_counter
    columns = ["compile s", "RssAnon MiB", "hewn ms", "ort ms", "hewn/ort", "2 threads", "of bound"]
    print("| model | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for name in args.names:
        row = measure(find_model(name, args.models), args.pairs, args.core, clock, sizes)
        print(f"| {name} | " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
