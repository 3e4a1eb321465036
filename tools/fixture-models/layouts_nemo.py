"""The layouts of NeMo and of zipformer CTC."""

import numpy

from graph import FLOAT, INT32, INT64, Graph, floats, ints
from network import BLANK
from writing import write_tokens


def blank_last(pieces):
    """NeMo has the blank behind all pieces: the order of the classes, and their names."""
    order = [*range(1, len(pieces)), BLANK]
    return numpy.array(order), [pieces[index] for index in order]


def nemo_ctc(layouts, folder):
    order, tokens = blank_last(layouts.pieces)
    graph = Graph()
    features = graph.input("audio_signal", FLOAT, ["N", 80, "T"])
    graph.input("length", INT64, ["N"])
    scores = graph("LogSoftmax", graph("Gather", layouts.scores(graph, features, "nemo_ctc"), order, axis=1), axis=1)
    graph.output(graph("Transpose", scores, perm=[0, 2, 1]), "logprobs", FLOAT, ["N", "T2", len(tokens)])
    graph.save(folder + "/model.onnx", {
        "model_type": "EncDecCTCModelBPE", "vocab_size": len(tokens) - 1, "subsampling_factor": 4, "normalize_type": "NA"})
    write_tokens(folder, tokens)


def nemo_tdt(layouts, folder):
    """The encoder's output holds the joined scores already: a frame that goes on with a piece counts as blank, and the
    scores of the durations say how far the next piece is, up to four frames. The joiner hands them through."""
    order, tokens = blank_last(layouts.pieces)
    count, blank, hidden, durations = len(tokens), len(tokens) - 1, 16, 5
    graph = Graph()
    features = graph.input("audio_signal", FLOAT, ["N", 80, "T"])
    lengths = graph.input("length", INT64, ["N"])
    scores = graph("LogSoftmax", graph("Gather", layouts.scores(graph, features, "nemo_transducer"), order, axis=1), axis=1)
    best = graph("ArgMax", scores, axis=1, keepdims=1)
    first = graph("Add", graph("Mul", graph.cut(best, 0, 1, 2), ints(0)), ints(blank))
    is_blank = graph("Equal", best, ints(blank))
    is_same = graph("Equal", best, graph("Concat", first, graph.cut(best, 0, -1, 2), axis=2))
    only_blank = numpy.full((1, count, 1), -20, numpy.float32)
    only_blank[0, blank] = 0
    heard = graph("Where", graph("And", is_same, graph("Not", is_blank)), only_blank, scores)
    quiet = graph.cast(graph("Or", is_same, is_blank), FLOAT)
    run, distance = None, floats(1)
    for ahead in (1, 2, 3):
        behind = graph("Mul", graph.cut(quiet, 0, ahead, 2), floats(0))
        shifted = graph("Concat", graph("Slice", quiet, ints(ahead), ints(1 << 40), ints(2)), behind, axis=2)
        run = shifted if run is None else graph("Mul", run, shifted)
        distance = graph("Add", distance, run)
    steps = numpy.arange(durations, dtype=numpy.float32)[None, :, None]
    duration_scores = graph("Mul", graph("Abs", graph("Sub", distance, steps)), floats(-10))
    graph.output(graph("Concat", heard, duration_scores, axis=1), "outputs", FLOAT, ["N", count + durations, "T2"])
    graph.output(graph("Div", graph("Add", lengths, ints(3)), ints(4)), "encoded_lengths", INT64, ["N"])
    graph.save(folder + "/encoder.onnx", {
        "model_type": "EncDecRNNTBPEModel", "vocab_size": blank, "subsampling_factor": 4, "normalize_type": "",
        "pred_rnn_layers": 1, "pred_hidden": hidden, "feat_dim": 80, "url": "scriberr/fixture/tdt"})
    _tdt_decoder(count, hidden).save(folder + "/decoder.onnx")
    _tdt_joiner(count + durations, hidden).save(folder + "/joiner.onnx")
    write_tokens(folder, tokens)


def _tdt_decoder(count, hidden):
    graph = Graph()
    targets = graph.input("targets", INT32, ["N", "U"])
    lengths = graph.input("target_length", INT32, ["N"])
    states = [graph.input(name, FLOAT, [1, "N", hidden]) for name in ("states.1", "onnx::Slice_3")]
    table = numpy.random.default_rng(0).standard_normal((count, hidden)).astype(numpy.float32)
    graph.output(graph("Transpose", graph("Gather", table, targets, axis=0), perm=[0, 2, 1]), "outputs", FLOAT, ["N", hidden, "U"])
    graph.output(lengths, "prednet_lengths", INT32, ["N"])
    for state, name in zip(states, ("states", "states.2")):
        graph.output(state, name, FLOAT, [1, "N", hidden])
    return graph


def _tdt_joiner(count, hidden):
    graph = Graph()
    encoder = graph.input("encoder_outputs", FLOAT, ["N", count, "T"])
    decoder = graph.input("decoder_outputs", FLOAT, ["N", hidden, "U"])
    nothing = graph("Mul", graph("ReduceSum", graph("Transpose", decoder, perm=[0, 2, 1]), ints(2), keepdims=1), floats(0))
    joined = graph("Add", graph("Unsqueeze", graph("Transpose", encoder, perm=[0, 2, 1]), ints(2)),
                   graph("Unsqueeze", nothing, ints(1)))
    graph.output(joined, "outputs", FLOAT, ["N", "T", "U", count])
    return graph
