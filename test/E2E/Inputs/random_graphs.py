"""Small random operator graphs: `make(family, seed)` gives (model, sizes of its symbolic dimensions, of which there may be two sets).

Shapes are chosen to be awkward: odd channels, single rows, sizes around the vector width, strides, groups, broadcasting.
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
FAMILIES = {}


def family(function):
    FAMILIES[function.__name__.replace("_", "-")] = function
    return function


class Builder:
    def __init__(self, random):
        self.random, self.nodes, self.weights, self.inputs, self.count = random, [], [], [], 0

    def pick(self, *choices):
        return choices[self.random.integers(len(choices))]

    def size(self, largest=70):
        """Mostly small, often next to a multiple of 8."""
        size = self.pick(1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 47, 64, 65, int(self.random.integers(1, largest + 1)))
        return min(size, largest)

    def input(self, shape, element=FLOAT):
        name = f"in{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def weight(self, array, dtype=np.float32):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array, dtype), name))
        return name

    def normal(self, *shape, scale=1.0):
        return self.weight(self.random.standard_normal(shape) * scale)

    def node(self, op, *inputs, outputs=1, **attributes):
        names = [f"t{self.count + i}" for i in range(outputs)]
        self.count += outputs
        self.nodes.append(helper.make_node(op, list(inputs), names, f"{op}_{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def model(self, *results):
        outputs = [helper.make_empty_tensor_value_info(name) for name in results]
        graph = helper.make_graph(self.nodes, "random", self.inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        return infer(model)


def infer(model):
    """ONNX's own inference gives the outputs their element types and, where it can, shapes."""
    import onnx

    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    known = {value.name: value for value in inferred.graph.value_info}
    for output in inferred.graph.output:
        if output.type.WhichOneof("value") is None:
            output.CopyFrom(known[output.name])
    onnx.checker.check_model(inferred)
    return inferred


ACTIVATIONS = ["Relu", "Sigmoid", "Tanh", "HardSwish", "Erf", "Abs", "Neg", "Softplus", "Elu", "LeakyRelu", "HardSigmoid", "Exp"]


def activate(b, x):
    op = b.pick("", "Relu", "Clip", "Sigmoid", "HardSwish", "LeakyRelu", "swish", "PRelu")
    if op == "Clip":
        return b.node("Clip", x, b.weight(0), b.weight(6))
    if op == "swish":
        return b.node("Mul", x, b.node("Sigmoid", x))
    if op == "PRelu":
        return b.node("PRelu", x, b.weight([0.1]))
    return b.node(op, x) if op else x


@family
def conv(b):
    n, kind = b.pick(1, 1, 2), b.pick("plain", "plain", "grouped", "depthwise")
    groups = {"plain": 1, "grouped": b.pick(2, 3, 4), "depthwise": b.size(40)}[kind]
    cin = groups * (1 if kind == "depthwise" else b.size(35))
    cout = groups * (b.pick(1, 1, 2) if kind == "depthwise" else b.size(35))
    kernel = [b.pick(1, 1, 3, 3, 5, 2, 7) for _ in range(2)]
    dilations = [b.pick(1, 1, 2) for _ in range(2)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    height, width = (r + b.size(30) for r in reach)
    attributes = dict(strides=[b.pick(1, 1, 2, 3) for _ in range(2)], dilations=dilations, group=groups, kernel_shape=kernel)
    if b.pick(True, True, False):
        attributes["pads"] = [int(b.random.integers(0, r)) for r in reach + reach]
    else:
        attributes["auto_pad"] = b.pick("VALID", "SAME_UPPER", "SAME_LOWER")
        attributes["dilations"] = [1, 1]
    dynamic = b.pick(False, False, True) and "pads" in attributes
    x = b.input(["N", cin, "H", "W"] if dynamic else [n, cin, height, width])
    fan_in = cin // groups * kernel[0] * kernel[1]
    operands = [x, b.normal(cout, cin // groups, *kernel, scale=fan_in ** -0.5)]
    if b.pick(True, False):
        operands.append(b.normal(cout))
    y = b.node("Conv", *operands, **attributes)
    if b.pick(True, False):
        statistics = [b.normal(cout), b.normal(cout), b.normal(cout), b.weight(b.random.uniform(0.5, 2, cout))]
        y = b.node("BatchNormalization", y, *statistics)
    y = activate(b, y)
    if cin == cout and b.pick(True, False):
        y = b.node("Add", y, b.node("Conv", x, b.normal(cout, cin, 1, 1, scale=cin ** -0.5), strides=attributes["strides"])) \
            if attributes.get("pads") == [0, 0, 0, 0] and kernel == [1, 1] else b.node("Relu", y)
    return b.model(y), [dict(N=n, H=height, W=width), dict(N=1, H=height + 3, W=width + 1)]


@family
def conv_chain(b):
    """Convolutions in a row with a residual sum, a concat and a squeeze-and-excite gate."""
    c, size = b.size(24), b.pick(7, 8, 14, 20)
    x = b.input([1, c, size, size])
    one = activate(b, b.node("Conv", x, b.normal(c, c, 3, 3, scale=(9 * c) ** -0.5), pads=[1] * 4))
    two = activate(b, b.node("Conv", one, b.normal(c, 1, 3, 3, scale=1 / 3), b.normal(c), pads=[1] * 4, group=c))
    gate = b.node("GlobalAveragePool", two)
    gate = b.node("Relu", b.node("Conv", gate, b.normal(4, c, 1, 1, scale=c ** -0.5)))
    gate = b.node("HardSigmoid", b.node("Conv", gate, b.normal(c, 4, 1, 1)), alpha=0.2, beta=0.5)
    three = b.node("Add", x, b.node("Mul", two, gate))
    joined = b.node("Concat", one, three, x, axis=1)
    y = b.node("Conv", joined, b.normal(5, 3 * c, 1, 1, scale=(3 * c) ** -0.5))
    return b.model(y, three), [{}]


@family
def pool(b):
    c, kernel = b.size(20), [b.pick(1, 2, 3, 5) for _ in range(2)]
    height, width = (k + b.size(25) for k in kernel)
    attributes = dict(kernel_shape=kernel, strides=[b.pick(1, 2, 3) for _ in range(2)])
    if b.pick(True, False):
        attributes["pads"] = [int(b.random.integers(0, (k + 1) // 2 + 1)) if k > 1 else 0 for k in kernel + kernel]
        attributes["pads"] = [min(p, k - 1) for p, k in zip(attributes["pads"], kernel + kernel)]
    attributes["ceil_mode"] = 0
    op = b.pick("MaxPool", "AveragePool", "AveragePool")
    if op == "AveragePool":
        attributes["count_include_pad"] = b.pick(0, 1)
    x = b.input(["N", c, "H", "W"] if b.pick(True, False) else [2, c, height, width])
    y = b.node(op, x, **attributes)
    z = b.node(b.pick("GlobalAveragePool", "GlobalMaxPool"), x)
    return b.model(y, z), [dict(N=2, H=height, W=width), dict(N=1, H=height + 2, W=width + 5)]


@family
def matmul(b):
    m, n, k = b.size(), b.size(), b.size()
    batch = b.pick([], [], [b.size(3)], [2, b.size(3)])
    a_batch = [1 if batch and b.pick(True, False) else d for d in batch][b.pick(0, len(batch)):]
    rows = b.pick("M", m)
    a = b.input(a_batch + [rows, k])
    if b.pick(True, False):
        right = b.normal(k, n, scale=k ** -0.5)
    else:
        right = b.input(batch + [k, n])
    y = b.node("MatMul", a, right)
    if b.pick(True, False):
        y = b.node("Add", y, b.normal(n))
    y = activate(b, y)
    return b.model(y), [dict(M=m), dict(M=m + 9)]


@family
def gemm(b):
    m, n, k = b.size(), b.size(), b.size()
    ta, tb = b.pick(0, 1), b.pick(0, 1)
    a = b.input([k, m] if ta else ["M", k])
    m = m if ta else m
    w = b.normal(*([n, k] if tb else [k, n]), scale=k ** -0.5)
    operands = [a, w]
    if b.pick(True, True, False):
        operands.append(b.normal(*b.pick([n], [1, n], [1], [1, 1])))
    y = b.node("Gemm", *operands, transA=ta, transB=tb, alpha=b.pick(1.0, 0.5), beta=b.pick(1.0, 2.0))
    return b.model(activate(b, y)), [dict(M=m), dict(M=m + 1)]


@family
def elementwise(b):
    shape = [b.size(12) for _ in range(b.pick(1, 2, 3, 4))]
    symbols = [f"D{i}" if b.pick(True, False) else d for i, d in enumerate(shape)]
    x, y = b.input(symbols), b.input(symbols)
    values = [x, y]
    for _ in range(b.pick(2, 4, 7)):
        if b.pick(True, False):
            v = b.node(b.pick(*ACTIVATIONS), b.pick(*values))
            values.append(b.node("Clip", v, b.weight(-3), b.weight(3)) if b.pick(True, False) else b.node("Tanh", v))
        else:
            other = b.pick(*values, b.normal(), b.normal(shape[-1]) if isinstance(symbols[-1], int) else b.normal(1), b.normal(1))
            values.append(b.node(b.pick("Add", "Sub", "Mul", "Max", "Min"), b.pick(*values), other))
    chosen = b.node("Where", b.node(b.pick("Less", "Greater"), values[-1], values[-2]), values[-1], x)
    return b.model(chosen), [{f"D{i}": d for i, d in enumerate(shape)}, {f"D{i}": d + 2 for i, d in enumerate(shape)}]


@family
def broadcast(b):
    shape = [b.size(9) for _ in range(b.pick(2, 3, 4))]
    drop = lambda: [1 if b.pick(True, False) else d for d in shape][b.pick(0, 0, 1):]
    y = b.node(b.pick("Add", "Mul", "Sub"), b.input(drop()), b.input(drop()))
    y = b.node(b.pick("Add", "Mul", "Max"), b.input(shape), y)
    return b.model(b.node("Expand", y, b.weight([2] + shape, np.int64))), [{}]


@family
def reduce(b):
    rank = b.pick(2, 3, 4)
    shape = [b.size(20) for _ in range(rank)]
    axes = sorted(b.random.choice(rank, b.pick(1, 1, 2), replace=False).tolist())
    x = b.input(["D0"] + shape[1:])
    keep = b.pick(0, 1)
    results = [b.node(b.pick("ReduceMean", "ReduceMax", "ReduceL2", "ReduceMin"), x, axes=axes, keepdims=keep)]
    results.append(b.node("ReduceSum", x, b.weight(axes, np.int64), keepdims=keep))
    results.append(b.node("Softmax", x, axis=int(b.random.integers(-rank, rank))))
    return b.model(*results), [dict(D0=shape[0]), dict(D0=shape[0] + 3)]


@family
def norm(b):
    c = b.size(100)
    x = b.input(["B", "S", c])
    y = b.node("LayerNormalization", x, b.normal(c), b.normal(c), axis=-1, epsilon=1e-5)
    mean = b.node("ReduceMean", x, axes=[-1], keepdims=1)
    centred = b.node("Sub", x, mean)
    square = b.node("Pow", centred, b.weight(2))
    root = b.node("Sqrt", b.node("Add", b.node("ReduceMean", square, axes=[-1], keepdims=1), b.weight(1e-3)))
    z = b.node("Add", b.node("Mul", b.node("Div", centred, root), b.normal(c)), b.normal(c))
    return b.model(y, z), [dict(B=2, S=b.size(20)), dict(B=1, S=7)]


@family
def attention(b):
    heads, size, width = b.pick(1, 2, 3), b.pick(4, 8, 15, 16, 32), b.size(40)
    hidden = heads * size
    x = b.input([1, "S", hidden])

    def project(perm):
        y = b.node("Add", b.node("MatMul", x, b.normal(hidden, hidden, scale=hidden ** -0.5)), b.normal(hidden))
        y = b.node("Reshape", y, b.weight([0, 0, heads, size], np.int64))
        return b.node("Transpose", y, perm=perm)

    scores = b.node("MatMul", project([0, 2, 1, 3]), project([0, 2, 3, 1]))
    scores = b.node("Mul", scores, b.weight(size ** -0.5))
    y = b.node("MatMul", b.node("Softmax", scores, axis=-1), project([0, 2, 1, 3]))
    y = b.node("Reshape", b.node("Transpose", y, perm=[0, 2, 1, 3]), b.weight([0, 0, hidden], np.int64))
    y = b.node("MatMul", y, b.normal(hidden, hidden, scale=hidden ** -0.5))
    return b.model(b.node("Add", x, y)), [dict(S=width), dict(S=width + 17)]


@family
def shape(b):
    """Transposes, reshapes, concats, splits, slices, pads, squeezes."""
    dims = [b.size(9), 2 * b.size(6), b.size(9)]
    x = b.input(dims)
    perm = b.random.permutation(3).tolist()
    y = b.node("Relu", b.node("Transpose", x, perm=perm))
    y = b.node("Concat", y, b.node("Transpose", x, perm=perm), axis=b.pick(0, 1, 2))
    left, right = b.node("Split", x, axis=1, outputs=2)
    z = b.node("Concat", right, b.node("Tanh", left), axis=1)
    z = b.node("Slice", z, b.weight([0, 0], np.int64), b.weight([9999, 9999], np.int64), b.weight([0, 2], np.int64),
               b.weight([b.pick(1, 2), b.pick(1, 3)], np.int64))
    z = b.node("Pad", z, b.weight(b.random.integers(0, 3, 6), np.int64), b.weight(b.pick(0.0, 1.5)))
    w = b.node("Unsqueeze", b.node("Reshape", x, b.weight([-1, dims[0]], np.int64)), b.weight([0], np.int64))
    return b.model(y, z, w), [{}]


@family
def resize(b):
    c, height, width = b.size(9), b.size(12), b.size(12)
    x = b.input([1, c, height, width] if b.pick(True, False) else [1, c, "H", "W"])
    scale = b.pick(2.0, 2.0, 3.0)
    mode = b.pick(dict(mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
                  dict(mode="linear", coordinate_transformation_mode="half_pixel"))
    y = b.node("Resize", x, "", b.weight([1, 1, scale, scale]), **mode)
    z = b.node("ConvTranspose", x, b.normal(c, b.pick(1, 3, 8), 2, 2), strides=[2, 2])
    return b.model(y, z), [dict(H=height, W=width), dict(H=height + 1, W=width + 4)]


@family
def gather(b):
    rows, c = b.size(30), b.size(30)
    ids = b.input(["S"], INT64)
    table = b.normal(200, c)
    x = b.node("Gather", table, ids, axis=0)
    y = b.node("Gather", x, b.weight(b.random.integers(0, c, 3), np.int64), axis=1)
    z = b.node("Cast", b.node("Equal", ids, b.weight(7, np.int64)), to=FLOAT)
    return b.model(x, y, z), [dict(S=rows), dict(S=rows + 1)]


def make(name, seed):
    return FAMILIES[name](Builder(np.random.default_rng([seed, sorted(FAMILIES).index(name)])))
