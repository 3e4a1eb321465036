"""SenseVoice and Paraformer: both are fed stacks of seven frames, six apart, and have them normalized by the library."""

import numpy

from graph import END, FLOAT, INT32, INT64, Graph, count_up, floats, ints, one_hot
from network import BLANK, greedy_path
from writing import numbers_of, write_tokens

# One more piece than the network knows, for layouts whose options ask for punctuation.
STOP = "."


def sense_voice(layouts, folder):
    """The greedy path laid out anew at 60 ms, behind the four tags that the family begins with."""
    languages = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12}
    tags = ["<|zh|>", "<|en|>", "<|yue|>", "<|ja|>", "<|ko|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>", "<|woitn|>"]
    tokens = layouts.pieces + [STOP] + tags
    number = {token: index for index, token in enumerate(tokens)}
    mean, deviation = layouts.statistics("sense_voice")
    graph = Graph()
    x = graph.input("x", FLOAT, ["N", "T", 560])
    length = graph.input("x_length", INT32, ["N"])
    language = graph.input("language", INT32, ["N"])
    text_norm = graph.input("text_norm", INT32, ["N"])
    ids, frames = greedy_path(graph, layouts.normalized_scores(graph, unstacked(graph, x)))
    with_stop = graph.cast(graph("And", graph("Equal", text_norm, numpy.array([14], numpy.int32)),
                                 graph("Greater", graph.size(ids, 0), ints(0))), INT64)
    stops = graph("Expand", ints(number[STOP]), with_stop)
    last = graph("Add", graph("ReduceMax", graph("Concat", ints(0), frames, axis=0), keepdims=1), ints(6))
    ids = graph("Concat", ids, stops, axis=0)
    frames = graph("Concat", frames, graph("Expand", last, with_stop), axis=0)
    slots = slots_of(graph, ids, frames)
    rows = graph("Reshape", graph.size(x, 1), ints(1))
    fits = graph("Less", slots, rows)
    ids, slots = (graph("Compress", value, fits, axis=0) for value in (ids, slots))
    line = graph("ScatterElements", graph("Expand", ints(BLANK), rows), slots, ids, axis=0)
    names = numpy.full(13, number["<|en|>"], numpy.int64)
    for code, index in languages.items():
        names[index] = number.get(f"<|{code}|>", number["<|en|>"])
    heads = [graph("Gather", names, graph.cast(language, INT64), axis=0),
             ints(number["<|NEUTRAL|>"], number["<|Speech|>"]),
             graph("Where", graph("Equal", text_norm, numpy.array([14], numpy.int32)),
                   ints(number["<|withitn|>"]), ints(number["<|woitn|>"]))]
    whole = graph("Unsqueeze", graph("Concat", *heads, line, axis=0), ints(0))
    graph.output(graph.kept(one_hot(graph, whole, len(tokens)), length), "logits", FLOAT, ["N", "T2", len(tokens)])
    metadata = {f"lang_{code}": index for code, index in languages.items()}
    graph.save(folder + "/model.onnx", metadata | {
        "model_type": "sense_voice_ctc", "vocab_size": len(tokens), "lfr_window_size": 7, "lfr_window_shift": 6,
        "normalize_samples": 0, "with_itn": 14, "without_itn": 15, "comment": "scriberr fixture",
        "neg_mean": numbers_of(-numpy.tile(mean, 7)), "inv_stddev": numbers_of(1 / numpy.tile(deviation, 7))})
    write_tokens(folder, tokens)


def paraformer(layouts, folder):
    """All tokens at once, and beside them the peaks of the alignment: where in time each was heard."""
    pieces = layouts.pieces[1:]
    texts = [piece.removeprefix("\u2581") or piece for piece in pieces]
    tokens = ["<blank>", "<s>", "</s>"] + texts + [text + "@@" for text in texts] + ["<unk>"]
    starts = numpy.array([piece.startswith("\u2581") for piece in layouts.pieces] + [True])
    mean, deviation = layouts.statistics("paraformer")
    graph = Graph()
    x = graph.input("speech", FLOAT, ["N", "T", 560])
    length = graph.input("speech_lengths", INT32, ["N"])
    ids, frames = greedy_path(graph, layouts.normalized_scores(graph, unstacked(graph, x)))
    # A token is written with @@ when the next one goes on with its word.
    next_ids = graph.cut(graph("Concat", ids, ints(len(layouts.pieces)), axis=0), 1, END, 0)
    goes_on = graph("Not", graph("Gather", starts, next_ids, axis=0))
    written = graph("Add", graph("Add", ids, ints(2)), graph("Mul", graph.cast(goes_on, INT64), ints(len(texts))))
    line = graph("Unsqueeze", graph("Concat", written, ints(2), axis=0), ints(0))
    graph.output(graph.kept(one_hot(graph, line, len(tokens)), length), "logits", FLOAT, ["N", "K", len(tokens)])
    graph.output(graph.cast(graph.size(line, 1), INT32), "token_num", INT32, ["N"])
    # One peak more than tokens, three places to an input frame of 60 ms: two to a frame of ours.
    places = graph("Mul", graph.size(x, 1), ints(3))
    end = graph("Sub", places, ints(1))
    peaks = graph("Concat", graph("Mul", frames, ints(2)), end, axis=0)
    line = graph("ScatterElements", graph("Expand", floats(0), places), peaks,
                 graph("Expand", floats(1), graph("Shape", peaks)), axis=0)
    line = graph("Unsqueeze", line, ints(0))
    graph.output(line, "us_alphas", FLOAT, ["N", "P"])
    graph.output(line, "us_cif_peak", FLOAT, ["N", "P"])
    graph.save(folder + "/model.onnx", {
        "model_type": "paraformer", "vocab_size": len(tokens), "lfr_window_size": 7, "lfr_window_shift": 6,
        "neg_mean": numbers_of(-numpy.tile(mean, 7)), "inv_stddev": numbers_of(1 / numpy.tile(deviation, 7))})
    write_tokens(folder, tokens)


def unstacked(graph, x):
    """(1, T, 7 * 80) stacks of seven frames, six apart, to (1, 80, 6 * T) single ones."""
    frames = graph("Reshape", graph.cut(x, 0, 480, 2), ints(1, -1, 80))
    return graph("Transpose", frames, perm=[0, 2, 1])


def slots_of(graph, ids, frames):
    """Places at 60 ms for tokens heard at 40 ms: in order, and one apart where the same token comes twice."""
    same = graph("Equal", ids, graph("Concat", ints(-1), graph.cut(ids, 0, -1, 0), axis=0))
    steps = graph("CumSum", graph("Add", graph.cast(same, INT64), ints(1)), numpy.array(0, numpy.int64))
    wish = graph("Sub", graph("Div", graph("Mul", frames, ints(2)), ints(3)), steps)
    # The running maximum: each against all before it.
    count = graph.size(ids, 0)
    order = count_up(graph, count)
    earlier = graph("LessOrEqual", graph("Unsqueeze", order, ints(0)), graph("Unsqueeze", order, ints(1)))
    table = graph("Where", earlier, graph("Unsqueeze", wish, ints(0)), ints(-(1 << 40)))
    # A column of its own keeps the maximum of nothing from being asked for.
    table = graph("Concat", table, graph("Expand", ints(-(1 << 40)), graph("Concat", count, ints(1), axis=0)), axis=1)
    return graph("Add", graph("ReduceMax", table, axes=[1], keepdims=0), steps)
