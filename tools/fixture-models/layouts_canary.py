"""Canary's layout."""

import numpy

from graph import FLOAT, INT32, INT64, Graph, count_up, floats, ints, one_hot
from writing import write_tokens

STOP = "."


def canary(layouts, folder):
    """An encoder that holds the greedy path and a decoder that reads it out, as many tokens on as it has states. It looks
    its prompt up in them too: with <|pnc|> there is a full stop, and another target language is named first."""
    languages = ["en", "es", "de", "fr"]
    special = ["<|endoftext|>", "<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>", "<|pnc|>", "<|nopnc|>",
               "<|itn|>", "<|noitn|>", "<|timestamp|>", "<|notimestamp|>", "<|diarize|>", "<|nodiarize|>"]
    names = ["\u2581english", "\u2581spanish", "\u2581german", "\u2581french"]
    tokens = layouts.pieces[1:] + [STOP] + names + special + [f"<|{code}|>" for code in languages]
    number = {token: index for index, token in enumerate(tokens)}
    end, width = number["<|endoftext|>"], 4
    graph = Graph()
    x = graph.input("x", FLOAT, ["N", "T", 80])
    graph.input("x_len", INT64, ["N"])
    ids, _ = layouts.path(graph, graph("Transpose", x, perm=[0, 2, 1]), "canary")
    ids = graph("Sub", ids, ints(1))
    rows = graph("Add", graph("Div", graph.size(x, 1), ints(4)), ints(2))
    line = graph("ScatterElements", graph("Expand", ints(end), rows), count_up(graph, graph.size(ids, 0)), ids, axis=0)
    states = graph("Unsqueeze", graph.cast(line, FLOAT), ints(0, 2))
    graph.output(states, "encoder_states", FLOAT, ["N", "T2", 1])
    graph.output(graph.kept(graph.cast(rows, FLOAT), "x_len"), "encoded_lengths", FLOAT, ["N"])
    graph.output(graph("Expand", floats(1), graph("Concat", ints(1), rows, axis=0)), "enc_mask", FLOAT, ["N", "T2"])
    graph.save(folder + "/encoder.onnx", {
        "model_type": "EncDecMultiTaskModel", "vocab_size": len(tokens), "normalize_type": "", "subsampling_factor": 4,
        "feat_dim": 80, "num_decoder_layers": 1, "decoder_hidden_size": width})

    graph = Graph()
    given = graph.input("decoder_input_ids", INT32, ["N", 2])
    before = graph.input("decoder_hidden_states", FLOAT, ["N", "L", width])
    heard = graph.input("encoder_embeddings", FLOAT, ["N", "T2", 1])
    mask = graph.input("encoder_mask", FLOAT, ["N", "T2"])
    row = graph("Unsqueeze", graph.cast(graph.cut(given, 0, 1, 1), FLOAT), ints(2))
    after = graph("Concat", before, graph("Expand", row, ints(1, 1, width)), axis=1)
    prompt = graph("Concat", graph("Reshape", graph("Slice", after, ints(0), ints(1), ints(2)), ints(-1)),
                   numpy.full(9, -1, numpy.float32), axis=0)
    at = lambda place: graph.cast(graph.cut(prompt, place, place + 1, 0), INT64)
    translates = graph.cast(graph("Not", graph("Equal", at(3), at(4))), INT64)
    index = graph("Sub", graph("Sub", graph.size(after, 1), ints(9)), translates)
    line = graph("Reshape", graph.cast(heard, INT64), ints(-1))
    length = graph("Squeeze", graph("ReduceSum", graph.cast(graph("Less", line, ints(end)), INT64), ints(0), keepdims=1))
    length = graph("Reshape", length, ints(1))
    safe = graph("Max", graph("Min", index, graph("Sub", graph.size(line, 0), ints(1))), ints(0))
    wanted = graph("Gather", line, safe, axis=0)
    is_stop = graph("And", graph("And", graph("Equal", index, length), graph("Greater", length, ints(0))),
                    graph("Equal", at(5), ints(number["<|pnc|>"])))
    wanted = graph("Where", is_stop, ints(number[STOP]), wanted)
    name = graph("Add", graph("Sub", at(4), ints(number["<|en|>"])), ints(number[names[0]]))
    wanted = graph("Where", graph("Less", index, ints(0)), name, wanted)
    wanted = graph("Where", graph("Greater", index, length), ints(end), wanted)
    graph.output(graph.kept(one_hot(graph, graph("Reshape", wanted, ints(1, 1)), len(tokens)), mask), "logits", FLOAT,
                 ["N", 1, len(tokens)])
    graph.output(after, "decoder_hidden_states_out", FLOAT, ["N", "L2", width])
    graph.save(folder + "/decoder.onnx")
    write_tokens(folder, tokens)
