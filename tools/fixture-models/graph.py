"""Writes ONNX graphs by hand: no exporter stands between a layout and what a library expects of it."""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT32, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL
END = numpy.iinfo(numpy.int64).max


def ints(*values):
    return numpy.array(values, numpy.int64)


def floats(*values):
    return numpy.array(values, numpy.float32)


class Graph:
    """Nodes are added by calling the graph with an operator's name; what comes back is the name of the output."""

    def __init__(self):
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, kind, shape):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, array):
        name = f"c{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def weight(self, array):
        """A large weight, in 8 bits with a scale per output channel: a quarter of its size. Folded when it is loaded."""
        scale = numpy.abs(array).reshape(len(array), -1).max(1).astype(numpy.float32) / 127 + 1e-12
        scale = scale.reshape(-1, *[1] * (array.ndim - 1))
        whole = numpy.clip(numpy.round(array / scale), -127, 127).astype(numpy.int8)
        return self("Mul", self("Cast", whole, to=FLOAT), scale)

    def __call__(self, operator, *inputs, outputs=1, **attributes):
        names = [f"t{len(self.nodes)}_{index}" for index in range(outputs)]
        inputs = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def cut(self, value, start, end, axis):
        return self("Slice", value, ints(start), ints(end), ints(axis))

    def size(self, value, axis):
        """The length of an axis, as a list of one number."""
        return self("Shape", value, start=axis, end=axis + 1)

    def cast(self, value, kind):
        return self("Cast", value, to=kind)

    def kept(self, value, *unused):
        """`value`, with inputs that a layout has and we don't need tied to it, or they would be lost."""
        for name in unused:
            nothing = self("ReduceSum", self("Mul", self.cast(name, FLOAT), floats(0)), keepdims=0)
            value = self("Add", value, self("Cast", nothing, to=FLOAT))
        return value

    def model(self, metadata):
        graph = helper.make_graph(self.nodes, "fixture", self.inputs, self.outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="scriberr")
        for key, value in metadata.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, str(value)
        onnx.checker.check_model(model, full_check=True)
        return model

    def save(self, path, metadata=()):
        onnx.save(self.model(dict(metadata)), path)


def one_hot(graph, ids, count):
    """(…) whole numbers to (…, count) scores: 20 at the number, 0 elsewhere."""
    return graph("OneHot", ids, ints(count), floats(0, 20), axis=-1)


def count_up(graph, length):
    """0, 1, … below a length that is a list of one number."""
    return graph("Range", ints(0)[0], graph("Squeeze", length), ints(1)[0])
