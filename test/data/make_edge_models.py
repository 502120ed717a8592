"""Makes tiny ONNX files that test the edges of a server: every element type, unusual shapes, a slow
model, answers that are no number, and files that are broken.

It needs `onnx` (1.23.2). `python make_edge_models.py` writes edge/<model>/1/model.onnx and
edge-broken/<model>/1/model.onnx beside itself, the same bytes each time. One of the broken files is
cut from the example model iris.
"""

import random
from pathlib import Path

import onnx
from onnx import TensorProto, helper

HERE = Path(__file__).parent
IRIS = HERE.parent.parent / "examples" / "models" / "iris" / "1" / "model.onnx"
FLOAT = TensorProto.FLOAT
TYPES = ["bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]
TYPES += ["float16", "float", "double", "string", "bfloat16"]
COLUMN = ["N", 1]
# About 200 ms on one core of a server of 2026.
SLOW_STEPS = 150_000


def value(name, shape, kind=FLOAT):
    """Returns the declaration of an input or output; a dimension given as text is dynamic."""
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, values, kind=FLOAT, shape=()):
    """Returns an initializer, by default a scalar."""
    return helper.make_tensor(name, kind, shape, values)


def model(name, nodes, inputs, outputs, initializers=()):
    """Returns the bytes of a model of opset 18 that every ONNX Runtime since 1.14 can read."""
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(proto, full_check=True)
    return proto.SerializeToString(deterministic=True)


def echo(kind):
    """y = x, of one element type and any two dimensions."""
    element, shape = getattr(TensorProto, kind.upper()), ["N", "M"]
    node = helper.make_node("Identity", ["x"], ["y"])
    return model(f"echo-{kind}", [node], [value("x", shape, element)], [value("y", shape, element)])


def scalar():
    """y = 2 x, without any dimension."""
    node = helper.make_node("Mul", ["x", "two"], ["y"])
    return model("scalar", [node], [value("x", [])], [value("y", [])], [constant("two", [2.0])])


def fixed():
    """y = x + 1, of no other shape than [2, 3]."""
    node = helper.make_node("Add", ["x", "one"], ["y"])
    ends = [value("x", [2, 3])], [value("y", [2, 3])]
    return model("fixed", [node], *ends, [constant("one", [1.0])])


def matrix():
    """y = the matrix x of each row, written out in one line."""
    node = helper.make_node("Flatten", ["x"], ["y"], axis=1)
    return model("matrix", [node], [value("x", ["N", 2, 3])], [value("y", ["N", 6])])


def nan_answer():
    """y = log(x): NaN for negative x, minus infinity for 0."""
    node = helper.make_node("Log", ["x"], ["y"])
    return model("nan-answer", [node], [value("x", COLUMN)], [value("y", COLUMN)])


def two_inputs():
    """sum = a + b."""
    node = helper.make_node("Add", ["a", "b"], ["sum"])
    inputs = [value("a", COLUMN), value("b", COLUMN)]
    return model("two-inputs", [node], inputs, [value("sum", COLUMN)])


def mixing():
    """y = x - the mean of all rows' x: the rows of one run change each other's answers."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["x", "mean"], ["y"]),
    ]
    axes = constant("axes", [0], TensorProto.INT64, (1,))
    return model("mixing", nodes, [value("x", COLUMN)], [value("y", COLUMN)], [axes])


def lookup():
    """y = the number of index x in a table of four; a run with any other index fails."""
    table = constant("table", [10.0, 20.0, 30.0, 40.0], shape=(4,))
    node = helper.make_node("Gather", ["table", "x"], ["y"])
    inputs = [value("x", COLUMN, TensorProto.INT64)]
    return model("lookup", [node], inputs, [value("y", COLUMN)], [table])


def slow():
    """y = x, after SLOW_STEPS products of a square matrix, whatever the number of rows.

    Each element of the matrix is 1 / size, so each product gives the matrix again, without
    rounding. The steps depend on each other and are small, so more cores do not help.
    """
    size = 32
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("MatMul", ["state", "square"], ["product"]),
        ],
        "step",
        [
            value("step", [], TensorProto.INT64),
            value("go", [], TensorProto.BOOL),
            value("state", [size, size]),
        ],
        [value("go_on", [], TensorProto.BOOL), value("product", [size, size])],
    )
    element = constant("value", [1 / size], shape=[1])
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["square"], value=element),
        helper.make_node("Loop", ["steps", "", "square"], ["final"], body=body),
        # The sum of the matrix is its size.
        helper.make_node("ReduceSum", ["final"], ["total"], keepdims=0),
        helper.make_node("Div", ["total", "size"], ["one"]),
        helper.make_node("Mul", ["x", "one"], ["y"]),
    ]
    initializers = [
        constant("shape", [size, size], TensorProto.INT64, [2]),
        constant("steps", [SLOW_STEPS], TensorProto.INT64),
        constant("size", [float(size)]),
    ]
    return model("slow", nodes, [value("x", COLUMN)], [value("y", COLUMN)], initializers)


def edge():
    """Returns the files, by model."""
    return {f"echo-{kind}": echo(kind) for kind in TYPES} | {
        "scalar": scalar(),
        "fixed": fixed(),
        "matrix": matrix(),
        "nan-answer": nan_answer(),
        "two-inputs": two_inputs(),
        "mixing": mixing(),
        "lookup": lookup(),
        "slow": slow(),
    }


def broken():
    """Returns files that no runtime may load, by model."""
    iris = IRIS.read_bytes()
    return {
        "garbage": random.Random(0).randbytes(512),
        "truncated": iris[: len(iris) // 2],
        "empty": b"",
    }


def main():
    for folder, files in ("edge", edge()), ("edge-broken", broken()):
        for name, content in files.items():
            path = HERE / folder / name / "1" / "model.onnx"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


if __name__ == "__main__":
    main()
