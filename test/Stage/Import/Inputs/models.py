"""Small ONNX models for the tests of the importer.

usage: models.py NAME FILE    one model
       models.py --all DIR    all models that are one file (seeds for the fuzzer)
"""
import os
import sys

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto, helper, numpy_helper

F, I64 = TensorProto.FLOAT, TensorProto.INT64
MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


def value(name, shape=(2, 3), element=F):
    return helper.make_tensor_value_info(name, element, shape)


def tensor(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


def weights(name, *shape):
    count = int(np.prod(shape))
    return tensor(name, np.arange(count, dtype=np.float32).reshape(shape) / 7)


def make(nodes, inputs, outputs, initializers=(), opset=17, functions=(), **graph):
    g = helper.make_graph(list(nodes), "g", inputs, outputs, list(initializers), **graph)
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in sorted({f.domain for f in functions})]
    return helper.make_model(g, opset_imports=imports, ir_version=10, functions=list(functions))


@model
def basic():
    """Names, symbolic dimensions, a large and a small initializer, an operand left out."""
    conv = helper.make_node("Conv", ["x", "w"], ["c"], name="first conv", pads=[1, 1, 1, 1])
    clip = helper.make_node("Clip", ["c", "", "six"], ["y"])
    return make([conv, clip], [value("x", ["N", 3, "?", None])], [value("y", ["N", 8, None, None])],
                [weights("w", 8, 3, 3, 3), tensor("six", np.float32(6))], value_info=[value("c", ["N", 8, "h", "w"])])


@model
def constants():
    """Every form of Constant; what is small stays in the IR."""
    nodes = [helper.make_node("Constant", [], ["big"], value=weights("big_w", 5, 20)),
             helper.make_node("Constant", [], ["small"], value=tensor("t", np.array([1, 2], np.int64))),
             helper.make_node("Constant", [], ["i"], value_int=3),
             helper.make_node("Constant", [], ["f"], value_float=0.5),
             helper.make_node("Constant", [], ["is"], value_ints=[4, 5]),
             helper.make_node("Constant", [], ["fs"], value_floats=[1.5]),
             helper.make_node("Constant", [], ["s"], value_string="text"),
             helper.make_node("Constant", [], ["same"], value=tensor("big_w", np.ones((5, 20), np.float32))),
             helper.make_node("ConstantOfShape", ["small"], ["z"], value=tensor("zero", np.zeros(1, np.int64)))]
    return make(nodes, [value("x")], [value("big", [5, 20]), value("i", [], I64), value("f", []), value("is", [2], I64),
                                      value("fs", [1]), value("z", [1, 2], I64), value("same", [5, 20])])


@model
def typed():
    """Data in typed fields. Packed floats are little-endian bytes already; varints are decoded."""
    data = [helper.make_tensor("f", F, [100], np.arange(100, dtype=np.float32)),
            helper.make_tensor("d", TensorProto.DOUBLE, [2], [1.0, 2.5]),
            helper.make_tensor("i", I64, [3], [1, -2, 1 << 40]),
            helper.make_tensor("h", TensorProto.FLOAT16, [2], [1.0, -0.5]),
            helper.make_tensor("u", TensorProto.UINT8, [3], [1, 2, 3]),
            helper.make_tensor("v", TensorProto.UINT8, [3], [1, 200, 3]),
            helper.make_tensor("w", TensorProto.UINT64, [1], [1 << 63]),
            helper.make_tensor("n", TensorProto.INT4, [3], [1, -2, 3]),
            helper.make_tensor("b", TensorProto.BOOL, [3], [True, False, True])]
    names = [t.name for t in data]
    return make([helper.make_node("Identity", [n], [n + "o"], name=n) for n in names], [value("x")],
                [helper.make_tensor_value_info(t.name + "o", t.data_type, list(t.dims)) for t in data], data, opset=24)


@model
def elements():
    """Every element type of ONNX but strings."""
    nodes, inputs, outputs, initializers = [], [], [], []
    bits = {TensorProto.COMPLEX64: 64, TensorProto.COMPLEX128: 128, TensorProto.DOUBLE: 64, I64: 64, TensorProto.UINT64: 64,
            F: 32, TensorProto.INT32: 32, TensorProto.UINT32: 32, TensorProto.FLOAT16: 16, TensorProto.BFLOAT16: 16,
            TensorProto.INT16: 16, TensorProto.UINT16: 16, TensorProto.UINT4: 4, TensorProto.INT4: 4, TensorProto.FLOAT4E2M1: 4,
            TensorProto.UINT2: 2, TensorProto.INT2: 2, TensorProto.FLOAT6E2M3: 6, TensorProto.FLOAT6E3M2: 6}
    for name, number in sorted(TensorProto.DataType.items(), key=lambda item: item[1]):
        if name in ("UNDEFINED", "STRING"):
            continue
        low = name.lower()
        initializers.append(TensorProto(name=low, dims=[3], data_type=number, raw_data=bytes([1] * ((3 * bits.get(number, 8) + 7) // 8))))
        initializers.append(TensorProto(name=low + "_w", dims=[1025], data_type=number, raw_data=bytes((1025 * bits.get(number, 8) + 7) // 8)))
        inputs.append(value(low + "_x", [2], number))
        nodes.append(helper.make_node("Foo", [low + "_x", low, low + "_w"], [low + "_y"], domain="test"))
        outputs.append(value(low + "_y", [2], number))
    return make(nodes, inputs, outputs, initializers, opset=27)


@model
def branches():
    """Subgraphs see the values around them and have initializers of their own."""
    add = helper.make_node("Add", ["x", "k"], ["t"], name="inner add")
    then = helper.make_graph([add], "then", [], [value("t")], [weights("k", 2, 3)])
    mul = helper.make_node("Mul", ["x", "w"], ["e"])
    other = helper.make_graph([mul], "else", [], [value("e")])
    return make([helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=other)],
                [value("c", [], TensorProto.BOOL), value("x")], [value("y")], [weights("w", 20, 2, 3)])


@model
def loop():
    body = helper.make_graph([helper.make_node("Add", ["v", "x"], ["v2"]), helper.make_node("Identity", ["on"], ["on2"])], "body",
                             [value("i", [], I64), value("on", [], TensorProto.BOOL), value("v")],
                             [value("on2", [], TensorProto.BOOL), value("v2")])
    return make([helper.make_node("Loop", ["n", "", "x"], ["y"], body=body)], [value("n", [], I64), value("x")], [value("y")])


@model
def functions():
    """Local functions, one in the other, with attributes by reference, a default and one that is left out."""
    ref = AttributeProto(name="alpha", type=AttributeProto.FLOAT, ref_attr_name="slope")
    gone = AttributeProto(name="alpha", type=AttributeProto.FLOAT, ref_attr_name="absent")
    leaky = helper.make_node("LeakyRelu", ["a"], ["b"], name="leaky")
    leaky.attribute.append(ref)
    plain = helper.make_node("LeakyRelu", ["b"], ["c"], name="plain")
    plain.attribute.append(gone)
    opsets = [helper.make_opsetid("", 16)]
    inner = helper.make_function("local", "Inner", ["a", "unused"], ["c"], [leaky, plain], opsets, attributes=["absent"],
                                 attribute_protos=[helper.make_attribute("slope", 0.25)])
    call = helper.make_node("Inner", ["p"], ["q"], name="call", domain="local", slope=0.75)
    default = helper.make_node("Inner", ["q"], ["r"], name="default", domain="local")
    outer = helper.make_function("local", "Outer", ["p"], ["r"], [call, default], opsets + [helper.make_opsetid("local", 1)])
    return make([helper.make_node("Outer", ["x"], ["y"], name="top", domain="local")], [value("x")], [value("y")],
                functions=[inner, outer])


@model
def overridable():
    """Before IR version 4 every initializer was an input too."""
    return make([helper.make_node("Add", ["x", "w"], ["y"])], [value("x"), value("w")], [value("y")], [weights("w", 2, 3)])


@model
def untyped_output():
    m = make([helper.make_node("Relu", ["x"], ["y"])], [value("x")], [value("y")])
    m.graph.output[0].ClearField("type")
    return m


@model
def custom():
    m = make([helper.make_node("Foo", ["x"], ["y", "", "z"], domain="com.example", words=["a", "b"], when=2)], [value("x")],
             [value("y"), value("z")])
    m.opset_import.append(helper.make_opsetid("com.example", 3))
    return m


# ---- external data ----------------------------------------------------------------------------------------------------


def external(location, offset=None, length=None, shape=(10, 20)):
    t = TensorProto(name="w", dims=shape, data_type=F, data_location=TensorProto.EXTERNAL)
    for key, entry in [("location", location), ("offset", offset), ("length", length)]:
        if entry is not None:
            t.external_data.add(key=key, value=str(entry))
    return make([helper.make_node("Add", ["x", "w"], ["y"])], [value("x", shape)], [value("y", shape)], [t])


def write_beside(path, name, size):
    """A sparse file beside the model."""
    with open(os.path.join(os.path.dirname(path), name), "wb") as file:
        file.truncate(size)


def external_model(path, kind):
    if kind == "huge":
        write_beside(path, "huge.bin", 2_300_000_000)
        return external("huge.bin", 0, 2_300_000_000, (575_000_000,))
    write_beside(path, "data.bin", 4096)
    if kind == "link":
        link = os.path.join(os.path.dirname(path), "link.bin")
        if not os.path.islink(link):
            os.symlink("/etc/passwd", link)
        return external("link.bin", 0, 800)
    return {
        "good": lambda: external("./data.bin", 64, 800), "rest": lambda: external("data.bin"),
        "small": lambda: external("data.bin", 4, 12, (3,)),
        "escape": lambda: external("../data.bin", 0, 800), "absolute": lambda: external("/etc/passwd", 0, 800),
        "missing": lambda: external("nothing.bin", 0, 800), "folder": lambda: external(".", 0, 800),
        "nameless": lambda: external(None, 0, 800), "beyond": lambda: external("data.bin", 3300, 800),
        "overflow": lambda: external("data.bin", (1 << 64) - 400, 800), "negative": lambda: external("data.bin", -4, 800),
        "lying": lambda: external("data.bin", 0, 801),
    }[kind]()


# ---- models that are wrong --------------------------------------------------------------------------------------------


def wrong(kind):
    relu = lambda a, b, **more: helper.make_node("Relu", [a], [b], **more)
    one = lambda *nodes, **more: make(nodes or [relu("x", "y")], [value("x")], [value("y")], **more)
    raw = lambda dims, data, element=F: TensorProto(name="w", dims=dims, data_type=element, raw_data=data)
    using = lambda t: make([helper.make_node("Add", ["x", "w"], ["y"])], [value("x")], [value("y")], [t])
    if kind == "cycle":
        return one(helper.make_node("Add", ["x", "b"], ["a"], name="one"), relu("a", "b", name="two"), relu("b", "y"))
    if kind == "undefined":
        return one(relu("nowhere", "y", name="lost"))
    if kind == "duplicate":
        return one(relu("x", "y"), relu("x", "y", name="again"))
    if kind == "same_initializers":
        return make([relu("w", "y")], [value("x")], [value("y")], [weights("w", 2, 3), weights("w", 2, 3)])
    if kind == "same_inputs":
        return make([relu("x", "y")], [value("x"), value("x")], [value("y")])
    if kind == "no_output":
        return make([relu("x", "y")], [value("x")], [])
    if kind == "lost_output":
        return make([relu("x", "y")], [value("x")], [value("z")])
    if kind == "huge_dimension":
        return make([relu("x", "y")], [value("x", [1 << 62, 1 << 62])], [value("y")])
    if kind == "negative_dimension":
        return make([relu("x", "y")], [value("x", [-7])], [value("y")])
    if kind == "string_input":
        return make([relu("x", "y")], [value("x", [2], TensorProto.STRING)], [value("y")])
    if kind == "sequence_input":
        return make([relu("x", "y")], [helper.make_tensor_sequence_value_info("x", F, [2])], [value("y")])
    if kind == "unknown_element":
        return make([relu("x", "y")], [value("x", [2], 99)], [value("y")])
    if kind == "short_data":
        return using(raw([2, 3], bytes(23)))
    if kind == "overflowing_tensor":
        return using(raw([1 << 62, 1 << 62, 4], bytes(24)))
    if kind == "negative_tensor":
        return using(raw([-2, 3], bytes(24)))
    if kind == "string_tensor":
        return using(helper.make_tensor("w", TensorProto.STRING, [1], [b"text"]))
    if kind == "wrong_field":
        return using(TensorProto(name="w", dims=[1], data_type=I64, float_data=[1.0]))
    if kind == "few_values":
        return using(TensorProto(name="w", dims=[3], data_type=I64, int64_data=[1, 2]))
    if kind == "many_values":
        return using(TensorProto(name="w", dims=[3], data_type=I64, int64_data=[1, 2, 3, 4]))
    if kind == "schema_inputs":
        return one(helper.make_node("Add", ["x"], ["y"], name="lonely"))
    if kind == "schema_attribute":
        return one(relu("x", "y", slope=1.0))
    if kind == "schema_type":
        return one(helper.make_node("Softmax", ["x"], ["y"], axis=1.5))
    if kind == "constant_name":
        return one(helper.make_node("Constant", [], ["k"], axis=3), relu("x", "y"))
    if kind == "schema_required":
        return one(helper.make_node("Cast", ["x"], ["y"]))
    if kind == "deprecated":
        return one(helper.make_node("Upsample", ["x", "x"], ["y"]))
    if kind == "twice":
        node = helper.make_node("Softmax", ["x"], ["y"], axis=1)
        node.attribute.append(node.attribute[0])
        return one(node)
    if kind == "recursion":
        body = [helper.make_node("F", ["a"], ["b"], name="again", domain="local")]
        f = helper.make_function("local", "F", ["a"], ["b"], body, [helper.make_opsetid("local", 1)])
        return one(helper.make_node("F", ["x"], ["y"], domain="local"), functions=[f])
    if kind == "bomb":  # 10^9 nodes after inlining
        fs = []
        for level in range(9):
            op, domain = (f"F{level - 1}", "local") if level else ("Relu", "")
            nodes = [helper.make_node(op, ["a" if i == 0 else f"t{i - 1}"], [f"t{i}"], domain=domain) for i in range(10)]
            fs.append(helper.make_function("local", f"F{level}", ["a"], ["t9"], nodes, [helper.make_opsetid("", 17)]))
        return one(helper.make_node("F8", ["x"], ["y"], domain="local"), functions=fs)
    if kind == "opset":
        m = one()
        m.opset_import.append(helper.make_opsetid("ai.onnx", 3))
        return m
    if kind == "sparse":
        m = one()
        m.graph.sparse_initializer.add(dims=[3], values=tensor("s", np.ones(1, np.float32)), indices=tensor("i", np.zeros(1, np.int64)))
        return m
    if kind == "no_graph":
        return onnx.ModelProto(ir_version=8)
    raise KeyError(kind)


WRONG = """cycle undefined duplicate same_initializers same_inputs no_output lost_output huge_dimension negative_dimension string_input
sequence_input unknown_element short_data overflowing_tensor negative_tensor string_tensor wrong_field few_values many_values
schema_inputs schema_attribute schema_type constant_name schema_required deprecated twice recursion bomb opset sparse no_graph""".split()


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def write_huge(path):
    """One sparse file of more than 2 GB with its tensor inside: protobuf can neither write nor read it."""
    size = 2_300_000_000
    head = basic()
    head.graph.ClearField("initializer")
    t = TensorProto(name="w", dims=[8, 3, 3, size // 288], data_type=F).SerializeToString()
    t = t + b"\x4a" + varint(size - size % 288)  # raw_data
    six = tensor("six", np.float32(6)).SerializeToString()
    graph = head.graph.SerializeToString() + b"\x2a" + varint(len(six)) + six + b"\x2a" + varint(len(t) + size - size % 288) + t
    head.ClearField("graph")
    with open(path, "wb") as file:
        file.write(head.SerializeToString() + b"\x3a" + varint(len(graph) + size - size % 288) + graph)
        file.truncate(file.tell() + size - size % 288)


def write_deep(path, depth=80):
    """Subgraphs in subgraphs, deeper than protobuf would write."""
    field = lambda number, data: varint(number << 3 | 2) + varint(len(data)) + data
    graph = field(1, helper.make_node("Relu", ["x"], ["d"]).SerializeToString()) + field(12, value("d").SerializeToString())
    for _ in range(depth):
        attribute = field(1, b"then_branch") + varint(20 << 3) + varint(AttributeProto.GRAPH) + field(6, graph)
        node = helper.make_node("If", ["c"], ["d"]).SerializeToString() + field(5, attribute)
        graph = field(1, node) + field(12, value("d").SerializeToString())
    graph += field(11, value("c", [], TensorProto.BOOL).SerializeToString()) + field(11, value("x").SerializeToString())
    with open(path, "wb") as file:
        file.write(onnx.ModelProto(ir_version=8).SerializeToString() + field(7, graph))


def main(name, path):
    if name == "--all":
        os.makedirs(path, exist_ok=True)
        for name, function in MODELS.items():
            main(name, os.path.join(path, name + ".onnx"))
        for name in WRONG:
            if name != "bomb":
                main("wrong:" + name, os.path.join(path, name + ".onnx"))
        write_deep(os.path.join(path, "deep.onnx"))
        return
    if name == "huge":
        return write_huge(path)
    if name == "deep":
        return write_deep(path)
    group, _, kind = name.rpartition(":")
    m = wrong(kind) if group == "wrong" else external_model(path, kind) if group == "external" else MODELS[name]()
    with open(path, "wb") as file:
        file.write(m.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
