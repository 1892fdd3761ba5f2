"""A compiled model in this process, through its C interface (include/hewn/Runtime/hewn.h)."""
import ctypes
import glob
import os

import numpy as np

DTYPES = {1: "f4", 2: "u1", 3: "i1", 4: "u2", 5: "i2", 6: "i4", 7: "i8", 9: "?", 10: "f2", 11: "f8", 12: "u4", 13: "u8"}
I32, I64, POINTER = ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", I32), ("rank", I32), ("alignment", I32),
                ("sizes", ctypes.POINTER(I64)), ("symbols", ctypes.POINTER(I32))]


class ModelInfo(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("abi", I32), ("input_count", I32), ("output_count", I32), ("dim_count", I32),
                ("output_size_count", I32), ("kernel_count", I32), ("name", ctypes.c_char_p),
                ("inputs", ctypes.POINTER(TensorInfo)), ("outputs", ctypes.POINTER(TensorInfo)),
                ("dims", ctypes.POINTER(ctypes.c_char_p)), ("arena_bytes", I64)]


def aligned(bytes_, alignment=64):
    """Zeros at an aligned address."""
    raw = np.zeros(bytes_ + alignment, np.uint8)
    start = -raw.ctypes.data % alignment
    return raw[start:start + bytes_]


class CompiledModel:
    def __init__(self, folder):
        (path,) = glob.glob(os.path.join(folder, "lib*.so"))
        self.library = ctypes.CDLL(os.path.abspath(path))
        self.name = os.path.basename(path)[3:-3]
        self.function("info").restype = ctypes.POINTER(ModelInfo)
        self.function("message").restype = ctypes.c_char_p
        self.info = self.function("info")().contents
        self.weights = POINTER()
        self.call("load", None, ctypes.byref(self.weights))

    def function(self, name):
        return getattr(self.library, f"{self.name}_{name}")

    def call(self, name, *arguments):
        status = self.function(name)(*arguments)
        if status:
            raise RuntimeError(f"HWN{status}: {self.function('message')(status).decode()}")

    def pool(self, threads):
        """An executor; as None it is the built-in pool of all allowed processors."""
        pool = POINTER()
        self.call("pool_create", I32(threads), ctypes.byref(pool))
        return pool

    def bind(self, arrays, pool):
        """A function without arguments that runs the model on `arrays` and returns its outputs by name (the same memory each time)."""
        info, symbols = self.info, {}
        inputs = []
        for i in range(info.input_count):
            tensor = info.inputs[i]
            array = arrays[tensor.name.decode()]
            copy = aligned(array.nbytes).view(DTYPES[tensor.dtype]).reshape(array.shape)
            copy[...] = array
            inputs.append(copy)
            symbols.update({tensor.symbols[d]: array.shape[d] for d in range(tensor.rank) if tensor.sizes[d] < 0})
        dims = (I64 * max(1, info.dim_count))(*[symbols.get(d, 1) for d in range(info.dim_count)])
        sizes, arena_bytes = (I64 * max(1, info.output_size_count))(), I64()
        self.call("query", dims, ctypes.byref(arena_bytes), sizes)
        outputs = {}
        for i in range(info.output_count):
            tensor = info.outputs[i]
            shape = [tensor.sizes[d] if tensor.sizes[d] >= 0 else sizes[tensor.symbols[d]] for d in range(tensor.rank)]
            dtype = np.dtype(DTYPES[tensor.dtype])
            outputs[tensor.name.decode()] = aligned(int(np.prod(shape)) * dtype.itemsize).view(dtype).reshape(shape)
        arena = aligned(arena_bytes.value)
        ins = (POINTER * max(1, len(inputs)))(*[array.ctypes.data for array in inputs])
        outs = (POINTER * max(1, len(outputs)))(*[array.ctypes.data for array in outputs.values()])
        keep = (inputs, outputs, arena, dims)  # the closure below holds only addresses

        def run(keep=keep):
            self.call("run", self.weights, ins, outs, dims, POINTER(arena.ctypes.data), ctypes.c_size_t(arena.nbytes), pool)
            return outputs

        return run
