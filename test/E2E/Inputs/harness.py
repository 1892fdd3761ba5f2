"""What the end-to-end tests share: feeds, the compiled model, ONNX Runtime as the oracle, the bound between them."""
import importlib.util
import os
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime

RELATIVE, ABSOLUTE = 1e-4, 1e-5


class Failure(Exception):
    """A finding; its text is what the test prints."""


def ocr_model(name):
    """A model file of the package rapidocr-onnxruntime, found without importing the package."""
    spec = importlib.util.find_spec("rapidocr_onnxruntime")
    return os.path.join(spec.submodule_search_locations[0], "models", name)


def picture(random, shape):
    """Blocks of one colour with noise on them: unlike plain noise it does not average out."""
    blocks = random.standard_normal(shape[:2] + (8, 8), np.float32)
    rows = np.minimum(np.arange(shape[2]) * 8 // max(shape[2], 1), 7)
    columns = np.minimum(np.arange(shape[3]) * 8 // max(shape[3], 1), 7)
    noise = random.standard_normal(shape, np.float32)
    return np.float32(0.8) * blocks[:, :, rows][:, :, :, columns] + np.float32(0.4) * noise


def words(random, shape):
    """A line of random letters as a picture model sees it: -1..1, black on white."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (shape[3], shape[2]), "white")
    text = "".join(random.choice(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "), 3 * shape[3] // shape[2]))
    height = min(48, shape[2])
    for top in range(0, shape[2] - height + 1, height):
        ImageDraw.Draw(image).text((4, top + 4), text, font=ImageFont.load_default(size=height * 2 // 3), fill="black")
    pixels = np.asarray(image, np.float32) / 127.5 - 1.0
    return np.ascontiguousarray(np.broadcast_to(pixels.transpose(2, 0, 1)[None], shape))


def signature(model):
    """[(name, numpy dtype, [size or symbolic name])] of the inputs that no initializer feeds."""
    stored = {weight.name for weight in model.graph.initializer}
    found = []
    for value in model.graph.input:
        if value.name not in stored:
            tensor = value.type.tensor_type
            dims = [d.dim_value if d.HasField("dim_value") else d.dim_param or "?" for d in tensor.shape.dim]
            found.append((value.name, onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type), dims))
    return found


def parse_sizes(text):
    """`NAME=N,NAME=1x3x48x320` as the `sizes` of feed."""
    sizes = {}
    for item in filter(None, text.split(",")):
        name, _, value = item.rpartition("=")
        sizes[name] = tuple(map(int, value.split("x"))) if "x" in value else int(value)
    return sizes


def feed(model, seed, sizes, kind="picture"):
    """One array per input. `sizes` gives the values of symbolic dimensions, or the whole shape, by name."""
    random, arrays = np.random.default_rng(seed), {}
    for name, dtype, dims in signature(model):
        shape = sizes[name] if name in sizes else tuple(d if isinstance(d, int) else sizes[d] for d in dims)
        if name == "attention_mask":
            array = np.ones(shape, dtype)
            array[:, shape[1] - 1 - seed % 5:] = 0
        elif name == "token_type_ids":
            array = random.integers(0, 2, shape).astype(dtype)
        elif dtype == np.bool_:
            array = random.integers(0, 2, shape).astype(dtype)
        elif np.issubdtype(dtype, np.integer):
            array = random.integers(0, 100, shape).astype(dtype)
        elif len(shape) == 4 and shape[1] == 3:
            array = (words if kind == "words" else picture)(random, shape)
        else:
            array = random.standard_normal(shape, np.float32).astype(dtype)
        arrays[name] = array
    return arrays


def call(*command):
    """Runs a tool; a failure shows its whole output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def compile_model(path, directory, options=()):
    call("hewn", "compile", path, "-o", directory, *options)


def run_model(target, arrays, *options):
    """Runs an artifact (or, interpreted, a model or stage file) on arrays; returns its outputs by name."""
    with tempfile.TemporaryDirectory() as folder:
        given, got = os.path.join(folder, "in.npz"), os.path.join(folder, "out.npz")
        np.savez(given, **arrays)
        call("hewn", "run", target, "--inputs", given, "--outputs", got, *options)
        with np.load(got) as outputs:
            return {name: outputs[name] for name in outputs.files}


def oracle(path):
    """A function from feeds to outputs, computed by ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda arrays: dict(zip(names, session.run(names, arrays)))


def bound(want):
    finite = np.abs(want[np.isfinite(want)]) if want.size else np.zeros(0)
    return RELATIVE * (finite.max() if finite.size else 0) + ABSOLUTE


def distance(got, want):
    """Largest difference; equal infinities and NaNs at equal places count as equal."""
    if not want.size:
        return 0.0
    difference = np.abs(got.astype(np.float64) - want.astype(np.float64))
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference)).max()


def compare(got, want, what):
    """Raises a Failure unless every output has the oracle's type, shape and, within the bound, values. Returns the worst share of it."""
    worst = 0.0
    if set(got) != set(want):
        raise Failure(f"{what}: outputs {sorted(got)}, expected {sorted(want)}")
    for name, expected in want.items():
        actual = got[name]
        if actual.dtype != expected.dtype or actual.shape != expected.shape:
            raise Failure(f"{what}: output '{name}' is {actual.dtype}{list(actual.shape)}, expected {expected.dtype}{list(expected.shape)}")
        if not np.issubdtype(expected.dtype, np.floating):
            if not np.array_equal(actual, expected):
                raise Failure(f"{what}: output '{name}' differs in {np.count_nonzero(actual != expected)} of {expected.size} elements")
            continue
        far, allowed = distance(actual, expected), bound(expected)
        if far > allowed:
            raise Failure(f"{what}: output '{name}' is off by {far:.3g}, allowed are {allowed:.3g} (largest value {np.abs(expected).max():.3g})")
        worst = max(worst, far / allowed)
    return worst


def same_bits(a, b, what):
    for name in a:
        if a[name].tobytes() != b[name].tobytes():
            raise Failure(f"{what}: output '{name}' differs in its bits")


def must_differ(a, b):
    """Two feeds must give outputs that are far apart, else a test that compares them proves little."""
    for name in a:
        if np.issubdtype(a[name].dtype, np.floating) and a[name].shape == b[name].shape:
            if distance(a[name], b[name]) <= 100 * bound(b[name]):
                raise Failure(f"output '{name}' hardly depends on the input: the test is too weak")
