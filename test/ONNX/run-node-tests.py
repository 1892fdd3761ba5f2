#!/usr/bin/env python3
"""Runs ONNX's own node tests through the importer, the graph stage and the reference interpreter, or as compiled code.

The `onnx` package makes the cases (models, inputs and outputs); `hewn-node-test` runs them. expected-failures.txt lists, with
a reason, the cases and operators that Hewn does not take. A case that fails and is not listed, or passes although it is, is an error.

  run-node-tests.py --tool build/release/bin/hewn-node-test [--filter REGEX] [--compile] [--verbose]
"""
import argparse
import collections
import json
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx

LIST = Path(__file__).with_name("expected-failures.txt")
TYPES = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "i1": np.bool_, "i8": np.int8, "i16": np.int16,
         "i32": np.int32, "i64": np.int64, "ui8": np.uint8, "ui16": np.uint16, "ui32": np.uint32, "ui64": np.uint64}

# Operands that decide shapes or axes. Hewn takes them as constants only, as models have them; the cases pass them as inputs.
CONSTANTS = {"AffineGrid": [1], "CenterCropPad": [1], "ConstantOfShape": [0], "CumSum": [1], "CumProd": [1], "Dropout": [1, 2],
             "Expand": [1], "OneHot": [1], "Pad": [1, 3], "Range": [0, 1, 2], "Reshape": [1], "Resize": [1, 2, 3],
             "Slice": [1, 2, 3, 4], "Split": [1], "Squeeze": [1], "Tile": [1], "TopK": [1], "Trilu": [1], "Unsqueeze": [1],
             "Upsample": [1], "BlackmanWindow": [0], "HannWindow": [0], "HammingWindow": [0],
             **{f"Reduce{kind}": [1] for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum",
                                                  "SumSquare")}}


def make_constants(case):
    """The model with the inputs that CONSTANTS names as initializers, and the inputs that are left with their arrays."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    names = {node.input[index] for node in model.graph.node for index in CONSTANTS.get(node.op_type, [])
             if index < len(node.input)}
    inputs = [(info, np.asarray(array)) for info, array in zip(case.model.graph.input, case.data_sets[0][0])]
    del model.graph.input[:]
    for info, array in inputs:
        if info.name in names:
            if case.model.graph.node[0].op_type == "OneHot":
                array = array.astype(np.int64)  # the depth: some cases give it as a float
            model.graph.initializer.append(onnx.numpy_helper.from_array(array, info.name))
        else:
            model.graph.input.append(info)
    return model, [(info, array) for info, array in inputs if info.name not in names]


def to_array(value):
    """A value of a case as an array, where it is one."""
    return onnx.numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value


def collect(pattern):
    """The cases of the package whose inputs and outputs are plain arrays, and the names of the others."""
    from onnx.backend.test.case.node import collect_testcases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case for case in collect_testcases(None) if re.search(pattern, case.name)]
    plain, others = [], []
    for case in cases:
        inputs, outputs = ([to_array(value) for value in values] for values in case.data_sets[0])
        case.data_sets[0] = (inputs, outputs)
        arrays = all(isinstance(a, (np.ndarray, np.generic)) and a.dtype != object for a in [*inputs, *outputs])
        (plain if arrays else others).append(case)
    return plain, others


def export(case, folder):
    """Writes a case for the tool; gives its entry in the manifest."""
    folder.mkdir()
    model, inputs = make_constants(case)
    onnx.save(model, folder / "model.onnx")
    entries = {}
    for index, (info, array) in enumerate(inputs):
        array = np.ascontiguousarray(array).reshape(array.shape)
        (folder / f"in_{index}.bin").write_bytes(array.tobytes())
        entries[info.name] = {"shape": list(array.shape), "file": f"in_{index}.bin"}
    return {"name": case.name, "folder": str(folder), "inputs": entries}


def run(tool, compiled, manifest, folder):
    """Runs the tool until every case has an answer; a case that ends the process is answered by 'crash'."""
    results = {}
    while pending := [entry for entry in manifest if entry["name"] not in results]:
        path = folder / "manifest.json"
        path.write_text(json.dumps(pending))
        done = subprocess.run([tool, path, *(["--compile"] if compiled else [])], capture_output=True, text=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        results.update((answer["name"], answer) for answer in answers)
        if len(answers) < len(pending):
            if done.returncode == 2:
                sys.exit(done.stderr)
            name = pending[len(answers)]["name"]
            results[name] = {"name": name, "stage": "crash", "errors": done.stderr[-2000:], "outputs": []}
    return results


def difference(case, answer, folder):
    """What is wrong with the outputs of a case that ran, or None. Tolerances are the case's own, as in onnx.backend."""
    wanted = case.data_sets[0][1]
    if len(answer["outputs"]) != len(wanted):
        return f"{len(answer['outputs'])} outputs, not {len(wanted)}"
    for index, (output, want) in enumerate(zip(answer["outputs"], wanted)):
        raw, kind = (folder / output["file"]).read_bytes(), output["type"]
        if kind == "bf16":
            got = (np.frombuffer(raw, np.uint16).astype(np.uint32) << 16).view(np.float32)
            want = np.asarray(want).astype(np.float32)
        else:
            got = np.frombuffer(raw, TYPES[kind])
            if got.dtype != np.asarray(want).dtype:
                return f"output {index} has type {got.dtype}, not {np.asarray(want).dtype}"
        got = got.reshape(output["shape"])
        if got.shape != np.shape(want):
            return f"output {index} has shape {got.shape}, not {np.shape(want)}"
        try:
            np.testing.assert_allclose(got, want, rtol=case.rtol, atol=case.atol)
        except AssertionError as error:
            return f"output {index} differs: " + " ".join(str(error).split())[:300]
    return None


def read_list():
    """{entry: reason}. An entry is a pattern of case names, or @Operator for the cases whose model has that operator."""
    entries = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            entry, _, reason = line.partition(" ")
            entries[entry] = reason.strip()
    return entries


def operators(graph):
    """The operators of a graph and of its subgraphs, those of other domains with their domain."""
    for node in graph.node:
        yield node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from operators(attribute.g)


def expected_entry(case, entries):
    """The entry of the list that a case falls under, or None."""
    for operator in operators(case.model.graph):
        if f"@{operator}" in entries:
            return f"@{operator}"
    return next((entry for entry in entries if entry[0] != "@" and re.fullmatch(entry, case.name)), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--compile", action="store_true", help="run compiled code instead of the interpreter")
    parser.add_argument("--filter", default="")
    parser.add_argument("--verbose", action="store_true", help="print every failure, also expected ones")
    parser.add_argument("--keep", help="write the cases into this folder and leave them there")
    args = parser.parse_args()

    cases, others = collect(args.filter)
    expected = read_list()
    matches = {case.name: expected_entry(case, expected) for case in cases + others}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(args.keep or temporary)
        manifest = [export(case, folder / case.name) for case in cases]
        results = run(args.tool, args.compile, manifest, folder)
        failures = {case.name: "not arrays" for case in others}
        stages = collections.Counter()
        for case in cases:
            answer = results[case.name]
            stages[answer["stage"]] += 1
            why = f"{answer['stage']}: {answer['errors'].strip()}"
            if answer["stage"] == "done":
                why = difference(case, answer, folder / case.name)
            if why:
                failures[case.name] = why

    bad = 0
    for name, pattern in sorted(matches.items()):
        if (name in failures) == (pattern is not None) and not (args.verbose and name in failures):
            continue
        unexpected = (name in failures) != (pattern is not None)
        bad += unexpected
        label = "UNEXPECTED " if unexpected else ""
        print(f"{label}{'FAIL' if name in failures else 'PASS'} {name}: {failures.get(name, expected.get(pattern, ''))}")
    used = set(matches.values())
    for pattern in expected:
        if pattern not in used and not args.filter:
            bad += 1
            print(f"UNUSED {pattern}")
    print(f"{len(matches)} cases: {len(matches) - len(failures)} pass, {len(failures)} fail, {bad} unexpected; "
          f"stages {dict(stages)}")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
