"""Files of arrays for run.test: `make` writes them to a folder, `check` reads what hewn wrote there."""
import sys

import numpy as np
import onnx.helper
import onnx.numpy_helper

folder = sys.argv[2]
x = np.arange(16, dtype=np.float32).reshape(2, 8) - 8
y = np.maximum(x + np.arange(-4, 4, dtype=np.float32), 0)
if sys.argv[1] == "check":
    got = np.load(f"{folder}/y.npz")
    assert got.files == ["y"] and got["y"].dtype == np.float32 and np.array_equal(got["y"], y)
    sys.exit()
np.savez(f"{folder}/x.npz", x=x, unrelated=np.zeros(3))
np.savez_compressed(f"{folder}/deflated.npz", x=x)
np.save(f"{folder}/x.npy", x)
np.save(f"{folder}/fortran.npy", np.asfortranarray(x))
np.save(f"{folder}/double.npy", x.astype(np.float64))
np.savez(f"{folder}/wrong-names.npz", z=x)
np.savez(f"{folder}/wanted.npz", y=y)
other = y.copy()
other[1, 7] += 1
np.savez(f"{folder}/other.npz", y=other)
with open(f"{folder}/x.pb", "wb") as file:
    file.write(onnx.numpy_helper.from_array(x, "x").SerializeToString())
with open(f"{folder}/typed.pb", "wb") as file:
    file.write(onnx.helper.make_tensor("x", onnx.TensorProto.FLOAT, x.shape, x.flatten()).SerializeToString())
with open(f"{folder}/x.npz", "rb") as whole, open(f"{folder}/cut.npz", "wb") as cut:
    cut.write(whole.read()[:-30])
