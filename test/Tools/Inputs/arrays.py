"""Files of arrays for run.test: `make` writes them to a folder, `check` reads what hewn wrote there."""
import struct
import sys
import zlib

import numpy as np
import onnx.helper
import onnx.numpy_helper



def write_png(path, pixels):
    """An RGB picture without any library."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


folder = sys.argv[2]
x = np.arange(16, dtype=np.float32).reshape(2, 8) - 8
y = np.maximum(x + np.arange(-4, 4, dtype=np.float32), 0)
if sys.argv[1] == "check":
    got = np.load(f"{folder}/y.npz")
    assert got.files == ["y"] and got["y"].dtype == np.float32 and np.array_equal(got["y"], y)
    sys.exit()
if sys.argv[1] == "picture":
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20
    write_png(f"{folder}/x.png", pixels)
    write_png(f"{folder}/large.png", np.zeros((3, 2, 3), np.uint8))
    np.savez(f"{folder}/picture.npz", x=(pixels.transpose(2, 0, 1)[None] / 255.0).astype(np.float32))
    shape = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["x"], ["y"])], "relu",
        [shape("x", onnx.TensorProto.FLOAT, [1, 3, 2, 2])], [shape("y", onnx.TensorProto.FLOAT, [1, 3, 2, 2])])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8),
              f"{folder}/small.onnx")
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
