"""The acoustic network that every layout wraps: log-mel features in, scores of word pieces out, one frame each 40 ms.

Its weights are read from the zipformer CTC fixture, so that every other layout can be made again without training.
"""

import dataclasses

import numpy
import onnx
from onnx import numpy_helper

from graph import floats

BINS = 80
BLANK = 0


@dataclasses.dataclass
class Convolution:
    weight: numpy.ndarray
    bias: numpy.ndarray
    stride: int
    pad: int
    groups: int
    # What the graph does with the output: nothing, rectify it, or add it to the input of the block.
    then: str = ""


class Network:
    """Two convolutions that halve the frame rate each, blocks of three with a bypass, and one for the scores."""

    def __init__(self, path, tokens):
        model = onnx.load(path)
        values = {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Cast" and node.input[0] in values:
                values[node.output[0]] = values[node.input[0]].astype(numpy.float32)
        find = {kind: next(n for n in model.graph.node if n.op_type == kind) for kind in ("Sub", "Div")}
        self.mean = values[find["Sub"].input[1]].reshape(BINS)
        self.deviation = values[find["Div"].input[1]].reshape(BINS)
        self.convolutions = [self._convolution(node, values) for node in model.graph.node if node.op_type == "Conv"]
        with open(tokens, encoding="utf-8") as file:
            self.pieces = [line.rsplit(" ", 1)[0] for line in file]

    @staticmethod
    def _convolution(node, values):
        options = {a.name: list(a.ints) or a.i for a in node.attribute}
        return Convolution(
            values[node.input[1]], values[node.input[2]], options["strides"][0], options["pads"][0], options["group"])

    def scores(self, graph, features, mean, deviation, least=None):
        """Adds the network to a graph. `features` are (1, 80, frames), scores (1, pieces, frames / 4), not normalized.
        Bins are raised to `least` deviations, where a front end lets them fall lower than the one of the training."""
        shape = (1, BINS, 1)
        x = graph("Div", graph("Sub", features, mean.reshape(shape)), deviation.reshape(shape))
        if least is not None:
            x = graph("Max", x, least.reshape(shape))
        x = graph("Clip", x, floats(-4)[0], floats(4)[0])
        first, second, *blocks, last = self.convolutions
        x = graph("Relu", self._add(graph, x, first))
        x = graph("Relu", self._add(graph, x, second))
        for index in range(0, len(blocks), 3):
            depthwise, widen, narrow = blocks[index:index + 3]
            inside = graph("Relu", self._add(graph, self._add(graph, x, depthwise), widen))
            x = graph("Add", x, self._add(graph, inside, narrow))
        return self._add(graph, graph("Relu", x), last)

    @staticmethod
    def _add(graph, x, convolution):
        return graph(
            "Conv", x, graph.weight(convolution.weight), convolution.bias, strides=[convolution.stride],
            pads=[convolution.pad] * 2, group=convolution.groups)


def greedy_path(graph, scores):
    """What is heard by the best score of each frame: ids of the pieces and the frames where each begins, both (count)."""
    best = graph("Squeeze", graph("ArgMax", scores, axis=1, keepdims=0), numpy.array([0]))
    before = graph("Concat", numpy.array([BLANK]), graph.cut(best, 0, -1, 0), axis=0)
    begins = graph("And", graph("Not", graph("Equal", best, before)), graph("Not", graph("Equal", best, numpy.array([BLANK]))))
    frames = graph("Squeeze", graph("NonZero", begins), numpy.array([0]))
    return graph("Gather", best, frames, axis=0), frames
