"""The layout of zipformer transducers."""

import numpy

from graph import FLOAT, INT64, Graph, floats, ints
from network import BLANK
from writing import write_tokens


def zipformer_transducer(layouts, folder):
    """A transducer whose decoder does something: it hands on the last token, and the joiner silences that one while the
    encoder says that it is still being said. Without the decoder every token would come out several times."""
    count = len(layouts.pieces)
    graph = Graph()
    x = graph.input("x", FLOAT, ["N", "T", 80])
    lengths = graph.input("x_lens", INT64, ["N"])
    scores = layouts.scores(graph, graph("Transpose", x, perm=[0, 2, 1]), "zipformer_ctc")
    scores = graph("LogSoftmax", scores, axis=1)
    best = graph("ArgMax", scores, axis=1, keepdims=1)
    before = graph("Concat", graph("Mul", graph.cut(best, 0, 1, 2), ints(0)), graph.cut(best, 0, -1, 2), axis=2)
    goes_on = graph("And", graph("Equal", best, before), graph("Not", graph("Equal", best, ints(BLANK))))
    joined = graph("Concat", scores, graph.cast(goes_on, FLOAT), axis=1)
    graph.output(graph("Transpose", joined, perm=[0, 2, 1]), "encoder_out", FLOAT, ["N", "T2", count + 1])
    graph.output(graph("Div", graph("Add", lengths, ints(3)), ints(4)), "encoder_out_lens", INT64, ["N"])
    graph.save(folder + "/encoder.onnx", {"model_type": "zipformer2", "version": "1", "model_author": "scriberr"})

    graph = Graph()
    context = graph.input("y", INT64, ["N", 2])
    last = graph("Max", graph("Squeeze", graph.cut(context, 1, 2, 1), ints(1)), ints(0))
    graph.output(graph("OneHot", last, ints(count), floats(0, 1), axis=-1), "decoder_out", FLOAT, ["N", count])
    graph.save(folder + "/decoder.onnx", {"vocab_size": count, "context_size": 2})

    graph = Graph()
    encoder = graph.input("encoder_out", FLOAT, ["N", count + 1])
    decoder = graph.input("decoder_out", FLOAT, ["N", count])
    goes_on = graph("Mul", graph.cut(encoder, count, count + 1, 1), floats(40))
    to_blank = numpy.eye(1, count, BLANK, dtype=numpy.float32)
    silenced = graph("Sub", graph.cut(encoder, 0, count, 1), graph("Mul", graph("Sub", decoder, to_blank), goes_on))
    graph.output(silenced, "logit", FLOAT, ["N", count])
    graph.save(folder + "/joiner.onnx", {"joiner_dim": count})
    write_tokens(folder, layouts.pieces)
