#!/usr/bin/env python3
"""Writes well-known network architectures as ONNX files with seeded random weights.

  make-models.py NAME... -o DIR [--external] [--list]

The weights are He-scaled and batch norms carry running statistics that fit them, so values stay bounded through all layers and
every layer matters for the result. Equal names give equal bytes.
"""
import argparse
import math
import os
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Graph:
    """Nodes and weights in the order in which they are made; `node` returns the name of the (first) output."""

    def __init__(self, name):
        self.name = name
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.moments = {}  # expected square of the elements of an activation

    def input(self, name, element, shape):
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        self.moments[name] = 1.0
        return name

    def output(self, name, shape, element=TensorProto.FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, element, shape))

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def constant(self, name, values, dtype=np.int64):
        return self.weight(name, np.array(values, dtype))

    def he(self, name, shape, fan_in):
        values = self.random.standard_normal(shape, np.float32)
        return self.weight(name, values * np.float32(math.sqrt(2.0 / fan_in)))

    def node(self, op, inputs, name, output=None, **attributes):
        output = output or f"{name}_output"
        self.nodes.append(helper.make_node(op, inputs, [output], name, **attributes))
        return output

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="make-models", ir_version=8)


# Convolutional networks ----------------------------------------------------------------------------------------------------


def conv_norm(g, x, name, cin, cout, kernel, stride=1, group=1, scale=1.0, activation=None):
    """Conv without bias, BatchNormalization with statistics of that convolution, activation."""
    fan_in = cin // group * kernel * kernel
    pad = kernel // 2
    y = g.node("Conv", [x, g.he(f"{name}.weight", (cout, cin // group, kernel, kernel), fan_in)], f"/{name}/Conv",
               kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, dilations=[1, 1], group=group)
    variance = 2.0 * g.moments[x]
    normal = lambda: g.random.standard_normal(cout, np.float32)
    parameters = [
        g.weight(f"{name}.norm.weight", np.float32(scale) * (1 + np.float32(0.1) * normal())),
        g.weight(f"{name}.norm.bias", np.float32(0.1) * normal()),
        g.weight(f"{name}.norm.running_mean", np.float32(0.1 * math.sqrt(variance)) * normal()),
        g.weight(f"{name}.norm.running_var", np.float32(variance) * g.random.uniform(0.7, 1.3, cout).astype(np.float32)),
    ]
    y = g.node("BatchNormalization", [y] + parameters, f"/{name}/BatchNormalization", epsilon=1e-5)
    g.moments[y] = scale * scale + 0.03
    if activation == "relu":
        y = relu(g, y, name)
    elif activation == "relu6":
        moment = g.moments[y] / 2
        y = g.node("Clip", [y, "relu6.min", "relu6.max"], f"/{name}/Clip")
        g.moments[y] = moment
    return y


def relu(g, x, name):
    y = g.node("Relu", [x], f"/{name}/Relu")
    g.moments[y] = g.moments[x] / 2
    return y


def add(g, a, b, name):
    y = g.node("Add", [a, b], f"/{name}/Add")
    g.moments[y] = g.moments[a] + g.moments[b]
    return y


def classifier(g, x, channels, classes):
    x = g.node("GlobalAveragePool", [x], "/avgpool/GlobalAveragePool")
    x = g.node("Flatten", [x], "/Flatten", axis=1)
    bias = g.weight("fc.bias", np.float32(0.1) * g.random.standard_normal(classes, np.float32))
    g.node("Gemm", [x, g.he("fc.weight", (classes, channels), channels), bias], "/fc/Gemm", "logits", transB=1)
    g.output("logits", [1, classes])


def resnet(name, blocks, width, image, classes):
    """He et al. 2015 with bottleneck blocks; strides in the 3x3 convolution (version 1.5)."""
    g = Graph(name)
    x = g.input("image", TensorProto.FLOAT, [1, 3, image, image])
    x = conv_norm(g, x, "conv1", 3, width, 7, 2, activation="relu")
    moment = g.moments[x]
    x = g.node("MaxPool", [x], "/maxpool/MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    g.moments[x] = 3 * moment
    cin = width
    for stage, count in enumerate(blocks):
        mid = width << stage
        for block in range(count):
            n = f"layer{stage + 1}.{block}"
            stride = 2 if stage and not block else 1
            skip = x
            if not block:
                skip = conv_norm(g, x, f"{n}.downsample", cin, 4 * mid, 1, stride)
            y = conv_norm(g, x, f"{n}.conv1", cin, mid, 1, activation="relu")
            y = conv_norm(g, y, f"{n}.conv2", mid, mid, 3, stride, activation="relu")
            y = conv_norm(g, y, f"{n}.conv3", mid, 4 * mid, 1, scale=0.5)
            x = relu(g, add(g, y, skip, n), n)
            cin = 4 * mid
    classifier(g, x, cin, classes)
    return g.model()


MOBILENET = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def mobilenet(name, table, last, image, classes):
    """Sandler et al. 2018: rows of (expansion, channels, repetitions, stride)."""
    g = Graph(name)
    g.constant("relu6.min", 0, np.float32)
    g.constant("relu6.max", 6, np.float32)
    x = g.input("image", TensorProto.FLOAT, [1, 3, image, image])
    x = conv_norm(g, x, "features.0", 3, 32, 3, 2, activation="relu6")
    cin, index = 32, 1
    for expansion, channels, count, first_stride in table:
        for block in range(count):
            stride, mid, n = (1 if block else first_stride), cin * expansion, f"features.{index}"
            y = x if expansion == 1 else conv_norm(g, x, f"{n}.expand", cin, mid, 1, activation="relu6")
            y = conv_norm(g, y, f"{n}.depthwise", mid, mid, 3, stride, group=mid, activation="relu6")
            y = conv_norm(g, y, f"{n}.project", mid, channels, 1)
            x = add(g, x, y, n) if stride == 1 and cin == channels else y
            cin, index = channels, index + 1
    x = conv_norm(g, x, f"features.{index}", cin, last, 1, activation="relu6")
    classifier(g, x, last, classes)
    return g.model()


# Transformers --------------------------------------------------------------------------------------------------------------


class Bert:
    """Devlin et al. 2018 as exporters write it: decomposed attention and Erf-gelu, LayerNormalization as one node. With
    `sequence` = None the sequence length is symbolic and the shapes inside are computed from Shape nodes."""

    def __init__(self, name, layers, hidden, heads, vocabulary, sequence):
        self.g = Graph(name)
        self.layers, self.hidden, self.heads, self.vocabulary, self.sequence = layers, hidden, heads, vocabulary, sequence

    def layer_norm(self, x, name, output=None):
        g, r = self.g, self.g.random
        scale = g.weight(f"{name}.weight", 1 + np.float32(0.1) * r.standard_normal(self.hidden, np.float32))
        bias = g.weight(f"{name}.bias", np.float32(0.1) * r.standard_normal(self.hidden, np.float32))
        return g.node("LayerNormalization", [x, scale, bias], f"/{name}/LayerNormalization", output, axis=-1, epsilon=1e-12)

    def dense(self, x, name, cin, cout):
        g = self.g
        y = g.node("MatMul", [x, g.he(f"{name}.weight", (cin, cout), cin)], f"/{name}/MatMul")
        bias = g.weight(f"{name}.bias", np.float32(0.1) * g.random.standard_normal(cout, np.float32))
        return g.node("Add", [bias, y], f"/{name}/Add")

    def reshape(self, x, name, tail):
        """To [1, sequence, tail...]."""
        g = self.g
        if self.sequence:
            shape = g.constant(f"{name}.shape", [1, self.sequence] + tail)
        else:
            sizes = g.node("Shape", [x], f"/{name}/Shape")
            length = g.node("Gather", [sizes, "one"], f"/{name}/Gather", axis=0)
            length = g.node("Unsqueeze", [length, "axis_0"], f"/{name}/Unsqueeze")
            parts = ["axis_1", length] + [g.constant(f"{name}.size{i}", [size]) for i, size in enumerate(tail)]
            shape = g.node("Concat", parts, f"/{name}/Concat", axis=0)
        return g.node("Reshape", [x, shape], f"/{name}/Reshape", allowzero=0)

    def embeddings(self):
        g, shape = self.g, [1, self.sequence or "sequence"]
        ids = g.input("input_ids", TensorProto.INT64, shape)
        mask = g.input("attention_mask", TensorProto.INT64, shape)
        kinds = g.input("token_type_ids", TensorProto.INT64, shape)
        table = lambda name, rows: g.weight(f"embeddings.{name}.weight", g.random.standard_normal((rows, self.hidden), np.float32))
        words = g.node("Gather", [table("word", self.vocabulary), ids], "/embeddings/word/Gather")
        types = g.node("Gather", [table("type", 2), kinds], "/embeddings/type/Gather")
        if self.sequence:
            positions = g.constant("embeddings.position_ids", [range(self.sequence)])
        else:
            positions = g.constant("embeddings.position_ids", [range(512)])
            length = g.node("Gather", [g.node("Shape", [ids], "/embeddings/Shape"), "one"], "/embeddings/Gather", axis=0)
            length = g.node("Unsqueeze", [length, "axis_0"], "/embeddings/Unsqueeze")
            positions = g.node("Slice", [positions, "axis_0", length, "axis_1", "axis_1"], "/embeddings/Slice")
        places = g.node("Gather", [table("position", 512), positions], "/embeddings/position/Gather")
        x = g.node("Add", [words, types], "/embeddings/Add")
        return self.layer_norm(g.node("Add", [x, places], "/embeddings/Add_1"), "embeddings.norm"), mask

    def mask_bias(self, mask):
        """0 where the mask is 1, the lowest float where it is 0; shape [1, 1, 1, sequence]."""
        g = self.g
        y = g.node("Unsqueeze", [mask, "axis_1"], "/Unsqueeze")
        y = g.node("Unsqueeze", [y, "axis_2"], "/Unsqueeze_1")
        y = g.node("Cast", [y], "/Cast", to=TensorProto.FLOAT)
        y = g.node("Sub", [g.constant("mask.one", 1, np.float32), y], "/Sub")
        return g.node("Mul", [y, g.constant("mask.lowest", np.finfo(np.float32).min, np.float32)], "/Mul")

    def layer(self, x, bias, name):
        g, hidden, size = self.g, self.hidden, self.hidden // self.heads
        split = lambda part, perm: g.node(
            "Transpose",
            [self.reshape(self.dense(x, f"{name}.{part}", hidden, hidden), f"{name}.{part}.split", [self.heads, size])],
            f"/{name}/{part}/Transpose", perm=perm)
        query, key, value = split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])
        y = g.node("MatMul", [query, key], f"/{name}/attention/MatMul")
        y = g.node("Div", [y, g.constant(f"{name}.scale", math.sqrt(size), np.float32)], f"/{name}/attention/Div")
        y = g.node("Add", [y, bias], f"/{name}/attention/Add")
        y = g.node("Softmax", [y], f"/{name}/attention/Softmax", axis=-1)
        y = g.node("MatMul", [y, value], f"/{name}/attention/MatMul_1")
        y = g.node("Transpose", [y], f"/{name}/attention/Transpose", perm=[0, 2, 1, 3])
        y = self.reshape(y, f"{name}.merge", [hidden])
        y = self.dense(y, f"{name}.attention.output", hidden, hidden)
        x = self.layer_norm(g.node("Add", [y, x], f"/{name}/attention/Add_1"), f"{name}.attention.norm")
        y = self.dense(x, f"{name}.intermediate", hidden, 4 * hidden)
        half = g.node("Div", [y, g.constant(f"{name}.sqrt2", math.sqrt(2), np.float32)], f"/{name}/gelu/Div")
        half = g.node("Add", [g.node("Erf", [half], f"/{name}/gelu/Erf"), g.constant(f"{name}.one", 1, np.float32)], f"/{name}/gelu/Add")
        y = g.node("Mul", [y, half], f"/{name}/gelu/Mul")
        y = g.node("Mul", [y, g.constant(f"{name}.half", 0.5, np.float32)], f"/{name}/gelu/Mul_1")
        y = self.dense(y, f"{name}.output", 4 * hidden, hidden)
        return g.node("Add", [y, x], f"/{name}/output/Add_1")

    def model(self):
        g, shape = self.g, [1, self.sequence or "sequence", self.hidden]
        g.constant("axis_1", [1])
        g.constant("axis_2", [2])
        if not self.sequence:
            g.constant("axis_0", [0])
            g.constant("one", 1)
        x, mask = self.embeddings()
        bias = self.mask_bias(mask)
        for i in range(self.layers):
            last = i == self.layers - 1
            x = self.layer_norm(self.layer(x, bias, f"layer.{i}"), f"layer.{i}.norm", "last_hidden_state" if last else None)
        g.output("last_hidden_state", shape)
        first = g.node("Gather", [x, g.constant("zero", 0)], "/pooler/Gather", axis=1)
        bias = g.weight("pooler.bias", np.float32(0.1) * g.random.standard_normal(self.hidden, np.float32))
        y = g.node("Gemm", [first, g.he("pooler.weight", (self.hidden, self.hidden), 8 * self.hidden), bias], "/pooler/Gemm", transB=1)
        g.node("Tanh", [y], "/pooler/Tanh", "pooler_output")
        g.output("pooler_output", [1, self.hidden])
        return g.model()


def tiny(name):
    """One dense layer over any number of rows: what the pages of docs/stages show."""
    g = Graph(name)
    x = g.input("x", TensorProto.FLOAT, ["rows", 16])
    y = g.node("MatMul", [x, g.he("weight", (16, 32), 16)], "dense")
    y = g.node("Add", [y, g.weight("bias", np.float32(0.1) * g.random.standard_normal(32, np.float32))], "bias_add")
    g.node("Relu", [y], "relu", "y")
    g.output("y", ["rows", 32])
    return g.model()


def mlp(name):
    """Two dense layers with a gate between them: matrix products and elementwise functions only."""
    g = Graph(name)
    x = g.input("x", TensorProto.FLOAT, ["rows", 24])
    y = g.node("MatMul", [x, g.he("first", (24, 40), 24)], "first/MatMul")
    y = g.node("Add", [y, g.weight("bias", g.random.standard_normal(40, np.float32))], "first/Add")
    y = g.node("Mul", [y, g.node("Sigmoid", [y], "gate/Sigmoid")], "gate/Mul")
    y = g.node("MatMul", [y, g.he("second", (40, 24), 40)], "second/MatMul")
    g.node("Add", [y, x], "residual", "y")
    g.output("y", ["rows", 24])
    return g.model()


MODELS = {
    "tiny": tiny,
    "mlp": mlp,
    "resnet50": lambda name: resnet(name, [3, 4, 6, 3], 64, 224, 1000),
    "mobilenetv2": lambda name: mobilenet(name, MOBILENET, 1280, 224, 1000),
    "bert-base": lambda name: Bert(name, 12, 768, 12, 30522, 128).model(),
    "bert-base-dynamic": lambda name: Bert(name, 12, 768, 12, 30522, None).model(),
    "resnet-tiny": lambda name: resnet(name, [1, 1], 16, 64, 10),
    "mobilenet-tiny": lambda name: mobilenet(name, [(1, 8, 1, 1), (6, 12, 2, 2), (6, 20, 2, 2)], 64, 64, 10),
    "bert-tiny": lambda name: Bert(name, 2, 64, 4, 100, 24).model(),
    "bert-tiny-dynamic": lambda name: Bert(name, 2, 64, 4, 100, None).model(),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of " + ", ".join(MODELS))
    parser.add_argument("-o", "--output", default=".", metavar="DIR")
    parser.add_argument("--external", action="store_true", help="weights in NAME.data beside NAME.onnx")
    parser.add_argument("--list", action="store_true", help="print the names")
    args = parser.parse_args()
    if args.list:
        print("\n".join(MODELS))
    os.makedirs(args.output, exist_ok=True)
    for name in args.names:
        if name not in MODELS:
            parser.error(f"unknown model '{name}'; known: {', '.join(MODELS)}")
        path = os.path.join(args.output, f"{name}.onnx")
        temporary = f"{path}.part"
        options = dict(save_as_external_data=True, location=f"{name}.data") if args.external else {}
        data = os.path.join(args.output, f"{name}.data")
        if os.path.exists(data):
            os.remove(data)
        onnx.save_model(MODELS[name](name), temporary, **options)
        os.replace(temporary, path)


if __name__ == "__main__":
    main()
