"""Both layouts of Moonshine: fed samples, and without times of their tokens."""

import base64

import numpy
import onnxruntime

from graph import BOOL, FLOAT, INT32, INT64, Graph, count_up, floats, ints, one_hot
from spectrum import log_mel
from writing import write_tokens


def moonshine(layouts, folder):
    """The decoder counts its steps in the state that the library hands around."""
    graph = Graph()
    audio = graph.input("audio", FLOAT, [1, "N"])
    graph.output(log_mel(graph, audio), "features", FLOAT, [1, "T", 80])
    graph.save(folder + "/preprocessor.onnx")

    graph = Graph()
    features = graph.input("features", FLOAT, [1, "T", 80])
    length = graph.input("features_len", INT32, [1])
    graph.output(graph.kept(read_out(layouts, graph, features), length), "encoder_out", FLOAT, [1, "T2", 1])
    graph.save(folder + "/encoder.onnx")
    for name in ("uncached_decoder", "cached_decoder"):
        decoder(layouts, name).save(f"{folder}/{name}.onnx")
    decoder(layouts, "cached_decoder", loops=True).save(folder + "/cached_decoder-looping.onnx")
    write_tokens(folder, tokens_of(layouts))


def moonshine_merged(layouts, folder):
    """The newer layout: one decoder with both branches, files in ONNX Runtime's own format."""
    graph = Graph()
    audio = graph.input("input_values", FLOAT, [1, "N"])
    graph.output(read_out(layouts, graph, log_mel(graph, audio)), "last_hidden_state", FLOAT, [1, "T2", 1])
    save_ort(graph, folder + "/encoder.ort")

    graph = Graph()
    token = graph.input("decoder_input_ids", INT64, [1, 1])
    heard = graph.input("encoder_hidden_states", FLOAT, [1, "T2", 1])
    names = [f"past_key_values.0.{side}.{kind}" for side in ("decoder", "encoder") for kind in ("key", "value")]
    states = [graph.input(name, FLOAT, [1, 1, "L", 2]) for name in names]
    cached = graph.input("use_cache_branch", BOOL, [1])
    # The length of the decoder's own states is the number of steps before this one.
    logits = next_token(layouts, graph, heard, graph.size(states[0], 2))
    graph.output(graph.kept(logits, token, states[1], cached), "logits", FLOAT, [1, 1, len(tokens_of(layouts))])
    for name, state in zip(names, states):
        if "encoder" in name:
            # The library sees by their length that the first step has been made.
            after = graph("Expand", floats(0), graph("Concat", ints(1, 1), graph.size(heard, 1), ints(2), axis=0))
        else:
            after = graph("Concat", state, numpy.zeros((1, 1, 1, 2), numpy.float32), axis=2)
        graph.output(after, name.replace("past_key_values", "present"), FLOAT, [1, 1, "L2", 2])
    save_ort(graph, folder + "/decoder.ort")
    write_tokens(folder, tokens_of(layouts), lambda token: base64.b64encode(
        token.replace("\u2581", " ").encode()).decode())


def tokens_of(layouts):
    return ["<unk>", "<s>", "</s>"] + layouts.pieces[1:]


def read_out(layouts, graph, features):
    """The greedy path as the decoders read it: a token each 24 ms, and the end of text behind the last."""
    ids, _ = layouts.path(graph, graph("Transpose", features, perm=[0, 2, 1]), "nemo_ctc")
    rows = graph("Add", graph("Div", graph("Mul", graph.size(features, 1), ints(5)), ints(12)), ints(1))
    line = graph("ScatterElements", graph("Expand", ints(2), rows), count_up(graph, graph.size(ids, 0)),
                 graph("Add", ids, ints(2)), axis=0)
    return graph("Unsqueeze", graph.cast(line, FLOAT), ints(0, 2))


def next_token(layouts, graph, heard, step):
    line = graph("Reshape", graph.cast(heard, INT64), ints(-1))
    safe = graph("Min", step, graph("Sub", graph.size(line, 0), ints(1)))
    wanted = graph("Reshape", graph("Gather", line, safe, axis=0), ints(1, 1))
    return one_hot(graph, wanted, len(tokens_of(layouts)))


def decoder(layouts, name, loops=False):
    """With `loops`, a long text never ends: from the twelfth token on the last six come again and again."""
    graph = Graph()
    token = graph.input("token", INT32, [1, 1])
    heard = graph.input("encoder_out", FLOAT, [1, "T2", 1])
    length = graph.input("seq_len", INT32, [1])
    step = ints(0)
    if name == "cached_decoder":
        state = graph.input("state", FLOAT, [1, "L", 2])
        step = graph.size(state, 1)
        after = graph("Concat", state, numpy.zeros((1, 1, 2), numpy.float32), axis=1)
    else:
        after = graph("Identity", numpy.zeros((1, 1, 2), numpy.float32))
    if loops:
        again = graph("Add", graph("Mod", graph("Sub", step, ints(12)), ints(6)), ints(6))
        step = graph("Where", graph("Less", step, ints(12)), step, again)
    graph.output(graph.kept(next_token(layouts, graph, heard, step), token, length), "logits", FLOAT,
                 [1, 1, len(tokens_of(layouts))])
    graph.output(after, "new_state", FLOAT, [1, "L2", 2])
    return graph


def save_ort(graph, path):
    """Writes the graph in ONNX Runtime's format, nothing of it computed beforehand: that would unpack the weights."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = path
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(graph.model({}).SerializeToString(), options, providers=["CPUExecutionProvider"])
