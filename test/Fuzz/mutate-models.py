#!/usr/bin/env python3
"""Structured mutations of ONNX models: whatever is changed, the importer answers with a module or a coded error.

usage: mutate-models.py DRIVER [--count N] [--seed S] [--keep DIR] MODEL...

DRIVER is hewn-import, best of a sanitizer build. Models that make it crash, or fail without a code, are kept in DIR.
"""
import argparse
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import onnx
from onnx import AttributeProto, TensorProto

SIZES = [0, 1, 2, 3, 7, -1, -2, 1 << 31, (1 << 31) - 1, 1 << 32, 1 << 40, 1 << 62, (1 << 63) - 1, -(1 << 63)]
LOCATIONS = ["../escape.bin", "/etc/passwd", "link.bin", ".", "", "a/../../x", "data.bin", "./data.bin", "nothing.bin", "x\0y", "//data.bin",
             "~/x", "fifo", "data.bin/", "a" * 5000]


def graphs(model):
    """The graph and all subgraphs."""
    found, rest = [], [model.graph]
    while rest:
        graph = rest.pop()
        found.append(graph)
        for node in graph.node:
            for attribute in node.attribute:
                rest += [attribute.g] if attribute.HasField("g") else []
                rest += list(attribute.graphs)
    return found


def tensors(model):
    for graph in graphs(model):
        yield from graph.initializer
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.HasField("t"):
                    yield attribute.t


class Mutator:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def some(self, items):
        items = list(items)
        return self.r.choice(items) if items else None

    # Each mutation changes the model in place; None: it does not apply.

    def lying_value_shape(self, m):
        value = self.some([v for g in graphs(m) for v in [*g.input, *g.output, *g.value_info]])
        if value is None:
            return
        dims = value.type.tensor_type.shape.dim
        if len(dims) and self.r.random() < 0.8:
            self.some(dims).dim_value = self.some(SIZES)
        else:
            for _ in range(self.r.choice([1, 3, 70])):
                dims.add(dim_value=self.some(SIZES))

    def symbolic_shape(self, m):
        value = self.some([*m.graph.input, *m.graph.output])
        dim = self.some(value.type.tensor_type.shape.dim) if value else None
        if dim is not None:
            dim.dim_param = self.r.choice(["", "?", "N", "x_0", "\n", "\0", "é" * 100, "-1"])

    def lying_tensor_shape(self, m):
        tensor = self.some(tensors(m))
        if tensor is None:
            return
        if len(tensor.dims) and self.r.random() < 0.8:
            tensor.dims[self.r.randrange(len(tensor.dims))] = self.some(SIZES)
        else:
            tensor.dims.extend(self.r.choices(SIZES, k=self.r.choice([1, 2, 70])))

    def tensor_type(self, m):
        tensor = self.some(tensors(m))
        if tensor is not None:
            tensor.data_type = self.r.choice([*range(0, 31), -1, 1 << 30])

    def value_type(self, m):
        value = self.some([v for g in graphs(m) for v in [*g.input, *g.output, *g.value_info]])
        if value is None:
            return
        kind = self.r.randrange(4)
        if kind == 0:
            value.type.tensor_type.elem_type = self.r.choice([*range(0, 31), -1])
        elif kind == 1:
            value.type.sequence_type.elem_type.tensor_type.elem_type = 1
        elif kind == 2:
            value.type.optional_type.elem_type.tensor_type.elem_type = 1
        else:
            value.ClearField("type")

    def tensor_data(self, m):
        tensor = self.some(tensors(m))
        if tensor is None:
            return
        kind = self.r.randrange(6)
        if kind == 0:
            tensor.raw_data = tensor.raw_data[: self.r.randrange(len(tensor.raw_data) + 1)]
        elif kind == 1:
            tensor.ClearField("raw_data")
        elif kind == 2:
            tensor.int32_data.extend([self.r.randrange(-(1 << 31), 1 << 31) for _ in range(self.r.randrange(5))])
        elif kind == 3:
            tensor.ClearField("raw_data")
            tensor.float_data.extend([1.0] * self.r.randrange(9))
        elif kind == 4:
            tensor.ClearField("raw_data")
            tensor.string_data.append(b"text")
        else:
            tensor.raw_data = tensor.raw_data + b"x"

    def external(self, m):
        tensor = self.some(tensors(m))
        if tensor is None:
            return
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=self.some(LOCATIONS))
        number = lambda: self.r.choice(["0", "4", "4096", "-1", "", "x", "1e3", " 8", str(1 << 63), str((1 << 64) - 1), "9" * 40])
        if self.r.random() < 0.7:
            tensor.external_data.add(key="offset", value=number())
        if self.r.random() < 0.7:
            tensor.external_data.add(key="length", value=number())

    def cycle(self, m):
        graph = self.some([g for g in graphs(m) if len(g.node) > 1])
        node = self.some(graph.node) if graph else None
        outputs = [o for n in graph.node for o in n.output] if graph else []
        if node is not None and len(node.input) and outputs:
            node.input[self.r.randrange(len(node.input))] = self.some(outputs)

    def shuffle(self, m):
        graph = self.some([g for g in graphs(m) if len(g.node) > 1])
        if graph is not None:
            i, j = self.r.randrange(len(graph.node)), self.r.randrange(len(graph.node))
            one, two = onnx.NodeProto(), onnx.NodeProto()
            one.CopyFrom(graph.node[i]), two.CopyFrom(graph.node[j])
            graph.node[i].CopyFrom(two), graph.node[j].CopyFrom(one)

    def names(self, m):
        graph = self.some(graphs(m))
        node = self.some(graph.node)
        if node is None:
            return
        names = ["", "x", "main", "\0", "a" * 3000, *[i.name for i in graph.initializer], *[o for n in graph.node for o in n.output][:50]]
        field = self.r.choice([node.input, node.output])
        if len(field) and self.r.random() < 0.8:
            field[self.r.randrange(len(field))] = self.some(names)
        else:
            field.append(self.some(names))

    def operands(self, m):
        node = self.some([n for g in graphs(m) for n in g.node])
        if node is None:
            return
        field = self.r.choice([node.input, node.output])
        if len(field) and self.r.random() < 0.7:
            del field[self.r.randrange(len(field))]
        else:
            field.extend([""] * self.r.randrange(20))

    def operator(self, m):
        node = self.some([n for g in graphs(m) for n in g.node])
        if node is not None:
            node.op_type = self.r.choice(["", "Conv", "If", "Loop", "Constant", "Cast", "Clip", "Foo", "Scan", "SequenceMap", "Upsample"])
            node.domain = self.r.choice([node.domain, "", "ai.onnx", "ai.onnx.ml", "local", "other"])

    def attribute(self, m):
        node = self.some([n for g in graphs(m) for n in g.node if len(n.attribute)])
        if node is None:
            return
        attribute = self.some(node.attribute)
        kind = self.r.randrange(6)
        if kind == 0:
            attribute.type = self.r.randrange(15)
        elif kind == 1:
            attribute.name = self.r.choice(["", "axis", "value", "to", attribute.name + "x", "\0"])
        elif kind == 2:
            node.attribute.add().CopyFrom(attribute)
        elif kind == 3:
            attribute.CopyFrom(AttributeProto(name=attribute.name, type=AttributeProto.INT, i=self.some(SIZES)))
        elif kind == 4:
            attribute.ref_attr_name = "nothing"
        else:
            attribute.CopyFrom(AttributeProto(name=attribute.name, type=AttributeProto.INTS, ints=self.r.choices(SIZES, k=3)))

    def opset(self, m):
        for entry in m.opset_import[:1]:
            entry.version = self.r.choice([0, -1, 1, 5, 9, 11, 13, 18, 1000, 1 << 40])
        if self.r.random() < 0.3:
            m.opset_import.add(domain=self.r.choice(["", "ai.onnx", "x"]), version=3)

    def drop(self, m):
        graph = self.some(graphs(m))
        field = self.some([graph.node, graph.initializer, graph.input, graph.output])
        if len(field):
            del field[self.r.randrange(len(field))]

    def duplicate(self, m):
        graph = self.some(graphs(m))
        field = self.some([graph.node, graph.initializer, graph.input, graph.output, graph.value_info])
        if len(field):
            field.add().CopyFrom(self.some(field))

    def subgraph(self, m):
        node = self.some(m.graph.node)
        if node is not None:
            graph = onnx.GraphProto()
            graph.CopyFrom(self.some(graphs(m)))
            if graph.ByteSize() < 100_000:
                node.attribute.add(name="body", type=AttributeProto.GRAPH).g.CopyFrom(graph)

    def function(self, m):
        node = self.some(m.graph.node)
        if node is not None:
            f = m.functions.add(name=node.op_type, domain=node.domain)
            f.input.extend(node.input), f.output.extend(node.output)
            f.node.add().CopyFrom(self.some(m.graph.node))

    def bytes_of(self, model):
        """A mutated model, and what was done to it."""
        m = onnx.ModelProto()
        m.CopyFrom(model)
        kinds = [self.lying_value_shape, self.symbolic_shape, self.lying_tensor_shape, self.tensor_type, self.value_type, self.tensor_data,
                 self.external, self.cycle, self.shuffle, self.names, self.operands, self.operator, self.attribute, self.opset, self.drop,
                 self.duplicate, self.subgraph, self.function]
        done = self.r.choices(kinds, k=self.r.choice([1, 1, 1, 2, 4]))
        for kind in done:
            kind(m)
        data = m.SerializeToString()
        if self.r.random() < 0.1:
            data = data[: self.r.randrange(len(data) + 1)]
        elif self.r.random() < 0.1 and data:
            data = bytearray(data)
            for _ in range(self.r.randrange(1, 9)):
                data[self.r.randrange(min(len(data), 4096))] = self.r.randrange(256)
        return bytes(data), "+".join(k.__name__ for k in done)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("driver")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", default="mutation-findings")
    options = parser.parse_args()
    seeds = [onnx.load(path, load_external_data=False) for path in options.models]
    mutator, folder, findings, answers, made = Mutator(options.seed), tempfile.mkdtemp(), 0, collections.Counter(), 0
    with open(os.path.join(folder, "data.bin"), "wb") as file:
        file.truncate(4096)
    os.symlink("/etc/passwd", os.path.join(folder, "link.bin"))
    os.mkfifo(os.path.join(folder, "fifo"))
    environment = dict(os.environ, ASAN_OPTIONS="allow_user_poisoning=0", UBSAN_OPTIONS="print_stacktrace=1")
    while made < options.count:
        paths, what = [], {}
        for index in range(min(50, options.count - made)):
            path = os.path.join(folder, f"m{index}.onnx")
            data, what[path] = mutator.bytes_of(mutator.some(seeds))
            with open(path, "wb") as file:
                file.write(data)
            paths.append(path)
        made += len(paths)
        while paths:
            run = subprocess.run([options.driver, "--check", *paths], capture_output=True, text=True, errors="replace", env=environment,
                                 timeout=600)
            answered = re.findall(r"^(\S+\.onnx): (ok|\[HWN1\d\d\d\]|UNCODED)", run.stdout, re.M)
            bad = [path for path, answer in answered if answer == "UNCODED"]
            answers.update(answer for _, answer in answered)
            if len(answered) < len(paths):  # it died in the one that follows
                bad.append(paths[len(answered)])
                print(run.stderr[-3000:])
            for path in bad:
                findings += 1
                os.makedirs(options.keep, exist_ok=True)
                kept = shutil.copy(path, os.path.join(options.keep, f"finding-{options.seed}-{made}-{os.path.basename(path)}"))
                print(f"finding: {kept} ({what[path]}), exit status {run.returncode}")
            paths = paths[len(answered) + 1:]
        if made % 1000 == 0:
            print(f"{made} models, {findings} findings", flush=True)
    shutil.rmtree(folder)
    print(f"{made} mutated models of {len(seeds)}, {findings} findings; answers:", ", ".join(f"{k} {v}" for k, v in sorted(answers.items())))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
