#!/usr/bin/env python3
"""Writes lib/Dialect/ONNX/Schema.inc: every version of every ONNX operator, from the `onnx` package.

usage: generate-onnx-schema.py FILE            write the table
       generate-onnx-schema.py --check FILE    compare; exit status 1 if it would change
"""
import sys

import numpy
import onnx
from onnx import TensorProto, defs

KINDS = {"Single": "Single", "Optional": "Optional", "Variadic": "Variadic"}
ELEMENTS = {  # tensor(...) of the schemas -> TensorProto.DataType
    "float": TensorProto.FLOAT, "uint8": TensorProto.UINT8, "int8": TensorProto.INT8, "uint16": TensorProto.UINT16,
    "int16": TensorProto.INT16, "int32": TensorProto.INT32, "int64": TensorProto.INT64, "string": TensorProto.STRING,
    "bool": TensorProto.BOOL, "float16": TensorProto.FLOAT16, "double": TensorProto.DOUBLE, "uint32": TensorProto.UINT32,
    "uint64": TensorProto.UINT64, "complex64": TensorProto.COMPLEX64, "complex128": TensorProto.COMPLEX128,
    "bfloat16": TensorProto.BFLOAT16, "float8e4m3fn": TensorProto.FLOAT8E4M3FN, "float8e4m3fnuz": TensorProto.FLOAT8E4M3FNUZ,
    "float8e5m2": TensorProto.FLOAT8E5M2, "float8e5m2fnuz": TensorProto.FLOAT8E5M2FNUZ, "uint4": TensorProto.UINT4,
    "int4": TensorProto.INT4, "float4e2m1": TensorProto.FLOAT4E2M1, "float8e8m0": TensorProto.FLOAT8E8M0,
    "uint2": TensorProto.UINT2, "int2": TensorProto.INT2, "float6e2m3": TensorProto.FLOAT6E2M3, "float6e3m2": TensorProto.FLOAT6E3M2,
}
OTHERS = {"seq": 40, "optional": 41, "map": 42, "sparse_tensor": 43, "opaque": 44}


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def mask(types):
    bits = 0
    for name in types:
        kind, _, rest = name.partition("(")
        bits |= 1 << (ELEMENTS[rest[:-1]] if kind == "tensor" else OTHERS[kind])
    return bits


def default(attribute):
    """The default value as text; lists are separated by commas."""
    if not attribute.default_value or not attribute.default_value.name:
        return None
    value = onnx.helper.get_attribute_value(attribute.default_value)
    one = lambda v: v.decode() if isinstance(v, bytes) else repr(v) if isinstance(v, int) else str(numpy.float32(v))
    return ",".join(one(v) for v in value) if isinstance(value, list) else one(value)


class Pool:
    """Sequences of table lines; equal sequences are stored once."""

    def __init__(self):
        self.lines, self.places = [], {}

    def place(self, sequence):
        key = tuple(sequence)
        if key not in self.places:
            self.places[key] = len(self.lines)
            self.lines += sequence
        return f"{self.places[key] if sequence else 0}, {len(sequence)}"


def count(number):  # variadic operators have no limit
    return min(number, 0x7FFFFFFF)


def generate():
    formals, params, constraints, schemas = Pool(), Pool(), Pool(), []
    everything = defs.get_all_schemas_with_history()
    for s in sorted(everything, key=lambda s: (s.domain, s.name, s.since_version)):
        types = {c.type_param_str: mask(c.allowed_type_strs) for c in s.type_constraints}
        for formal in list(s.inputs) + list(s.outputs):
            types.setdefault(formal.type_str, mask([formal.type_str]) if "(" in formal.type_str else 0)
        line = lambda f: f"{{{quote(f.name)}, {quote(f.type_str)}, FormalKind::{KINDS[f.option.name]}, {int(f.is_homogeneous)}}}"
        attributes = []
        for a in sorted(s.attributes.values(), key=lambda a: a.name):
            text = default(a)
            kind = a.type.name.title().replace("_", "")
            attributes.append(f"{{{quote(a.name)}, ParamKind::{kind}, {int(a.required)}, {'nullptr' if text is None else quote(text)}}}")
        schemas.append(
            f"{{{quote(s.domain)}, {quote(s.name)}, {s.since_version}, {int(s.deprecated)}, "
            f"{s.min_input}, {count(s.max_input)}, {s.min_output}, {count(s.max_output)}, "
            f"{formals.place([line(f) for f in s.inputs])}, {formals.place([line(f) for f in s.outputs])}, "
            f"{params.place(attributes)}, "
            f"{constraints.place([f'{{{quote(n)}, 0x{m:x}}}' for n, m in sorted(types.items())])}}}")
    text = [f"// Made by utils/generate-onnx-schema.py from onnx {onnx.__version__}. Do not edit.",
            f"// {len(schemas)} versions of {len({(s.domain, s.name) for s in everything})} operators. Fields: Schema.cpp."]
    for name, kind, lines in [("kFormals", "Formal", formals.lines), ("kParams", "Param", params.lines),
                              ("kConstraints", "TypeConstraint", constraints.lines), ("kRows", "Row", schemas)]:
        text += [f"static constexpr {kind} {name}[] = {{", *(line + "," for line in lines), "};"]
    return "\n".join(text) + "\n"


def main(arguments):
    if arguments[:1] == ["--check"] and len(arguments) == 2:
        text = open(arguments[1]).read()
        if text == generate():
            print("unchanged")
            return 0
        made = text.partition("from ")[2].partition(". ")[0]
        print(f"{arguments[1]} differs from what onnx {onnx.__version__} gives (it was made from {made}): run {sys.argv[0]} {arguments[1]}")
        return 1
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    with open(arguments[0], "w") as file:
        file.write(generate())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
