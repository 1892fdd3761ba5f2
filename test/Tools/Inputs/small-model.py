"""Writes a small convolutional network; with `--unsupported`, one with two nodes that Hewn does not take."""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(0)


def weight(name, *shape):
    return numpy_helper.from_array((rng.standard_normal(shape) * 0.3).astype(np.float32), name)


nodes = [
    helper.make_node("Conv", ["x", "w", "b"], ["c"], name="conv1", pads=[1, 1, 1, 1]),
    helper.make_node("Relu", ["c"], ["r"], name="relu1"),
    helper.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"),
    helper.make_node("Flatten", ["p"], ["f"], name="flat"),
    helper.make_node("Gemm", ["f", "w2", "b2"], ["y"], name="fc", transB=1),
    helper.make_node("Softmax", ["y"], ["z"], name="softmax"),
]
if "--unsupported" in sys.argv:
    nodes[1] = helper.make_node("Custom", ["c"], ["r"], name="first_bad", domain="com.example")
    nodes[5] = helper.make_node("Custom", ["y"], ["z"], name="second_bad", domain="com.example")
graph = helper.make_graph(
    nodes, "small",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 16, 16])],
    [helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 10])],
    [weight("w", 16, 3, 3, 3), weight("b", 16), weight("w2", 10, 16), weight("b2", 10)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)],
                          ir_version=8)
onnx.save(model, sys.argv[1])
