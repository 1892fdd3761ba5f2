#!/usr/bin/env python3
"""test.py TOY_HEWN CLANG FOLDER: compiles a model for the toy target, runs it, compares with ONNX Runtime; exit status 77: not possible here."""
import os
import subprocess
import sys

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
toy, clang, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
at = lambda name: os.path.join(folder, name)

subprocess.run([sys.executable, f"{root}/utils/make-models.py", "mlp", "resnet-tiny", "-o", folder], check=True)
done = subprocess.run([toy, "compile", at("mlp.onnx"), "--target=toy", "-o", at("out")], stderr=subprocess.PIPE, text=True, check=True)
assert not done.stderr, done.stderr
subprocess.run([clang, "-O1", "-Wno-override-module", at("out/model.ll"), f"{here}/run.c", "-lm", "-o", at("run")], check=True)
session = onnxruntime.InferenceSession(at("mlp.onnx"))
for rows in (1, 5, 33):
    x = np.random.default_rng(rows).standard_normal((rows, 24), np.float32)
    x.tofile(at("x.raw"))
    subprocess.run([at("run"), at("x.raw"), at("y.raw"), str(rows)], check=True)
    got, (want,) = np.fromfile(at("y.raw"), np.float32).reshape(rows, 24), session.run(None, {"x": x})
    worst, bound = np.abs(got - want).max(), 1e-4 * np.abs(want).max() + 1e-5
    print(f"{rows} rows: off by {worst:.2g}, allowed are {bound:.2g}")
    assert worst <= bound

# What the target cannot take is refused, in its own words.
done = subprocess.run([toy, "compile", at("resnet-tiny.onnx"), "--target=toy", "-o", at("refused")], stderr=subprocess.PIPE, text=True)
assert done.returncode == 1 and "the toy machine has no unit for nn.conv" in done.stderr, done.stderr
