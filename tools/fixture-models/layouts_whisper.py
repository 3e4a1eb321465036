"""Whisper's layout. The encoder runs the network and hands the path on as cross attention: the tokens in one tensor, their
times in the other. The decoder reads out the token that is next, counted from the end of the prompt."""

import base64

import numpy

from graph import FLOAT, INT64, Graph, floats, ints
from network import greedy_path
from writing import write_tokens

LANGUAGES = ["en", "de", "fr", "es"]
CONTEXT, STATE, TIMES = 448, 8, 1501


class Numbers:
    """Where each kind of token begins: text, end, start, languages, tasks and marks, times of 20 ms."""

    def __init__(self, pieces):
        self.end = len(pieces) - 1
        self.start = self.end + 1
        self.language = self.start + 1
        self.translate = self.language + len(LANGUAGES)
        self.transcribe, self.model, self.previous, self.silent, self.untimed, self.time = (
            self.translate + offset for offset in range(1, 7))
        self.count = self.time + TIMES

    def metadata(self, space):
        return {
            "model_type": "whisper-tiny", "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": STATE, "n_audio_head": 1,
            "n_audio_layer": 1, "n_vocab": self.count, "n_text_ctx": CONTEXT, "n_text_state": STATE, "n_text_head": 1,
            "n_text_layer": 1, "sot_sequence": f"{self.start},{self.language},{self.transcribe}", "sot": self.start,
            "sot_index": 0, "eot": self.end, "blank_id": space, "is_multilingual": 1, "no_speech": self.silent,
            "non_speech_tokens": "", "all_language_codes": ",".join(LANGUAGES), "transcribe": self.transcribe,
            "all_language_tokens": ",".join(str(self.language + index) for index in range(len(LANGUAGES))),
            "translate": self.translate, "sot_prev": self.previous, "sot_lm": self.model, "no_timestamps": self.untimed,
            "n_alignment_heads": 1}


def whisper(layouts, folder):
    pieces = layouts.pieces
    numbers = Numbers(pieces)
    _encoder(layouts, numbers).save(folder + "/encoder.onnx", numbers.metadata(pieces.index("\u2581a") - 1))
    _decoder(numbers, attends=False).save(folder + "/decoder.onnx")
    _decoder(numbers, attends=True).save(folder + "/decoder-attention.onnx")
    write_tokens(folder, pieces[1:], lambda token: base64.b64encode(token.replace("\u2581", " ").encode()).decode())


def _encoder(layouts, numbers):
    graph = Graph()
    mel = graph.input("mel", FLOAT, ["N", 80, "T"])
    scores = layouts.scores(graph, mel, "whisper")
    ids, frames = greedy_path(graph, scores)
    first = graph.cut(graph("Concat", frames, ints(0), axis=0), 0, 1, 0)
    last = graph("Slice", graph("Concat", ints(0), frames, axis=0), ints(-1), ints(1 << 40), ints(0))
    mark = lambda frame, more: graph("Add", graph("Mul", frame, ints(2)), ints(numbers.time + more))
    line = graph("Concat", mark(first, 0), graph("Sub", ids, ints(1)), mark(last, 10), ints(numbers.end), axis=0)
    line = graph("Where", graph("Greater", graph.size(frames, 0), ints(0)), line,
                 graph("Add", graph("Mul", line, ints(0)), ints(numbers.end)))
    times = graph("Concat", first, frames, graph("Add", last, ints(7)), graph("Add", last, ints(8)), graph.size(scores, 2), axis=0)
    shape = ints(1, 1, -1, 1)
    graph.output(graph("Reshape", graph.cast(line, FLOAT), shape), "n_layer_cross_k", FLOAT, [1, "N", "K", 1])
    twice = graph("Mul", graph.cast(times, FLOAT), floats(2))
    graph.output(graph("Reshape", twice, shape), "n_layer_cross_v", FLOAT, [1, "N", "K2", 1])
    return graph


def _decoder(numbers, attends):
    graph = Graph()
    tokens = graph.input("tokens", INT64, ["N", "U"])
    keys = graph.input("in_n_layer_self_k_cache", FLOAT, [1, "N", CONTEXT, STATE])
    values = graph.input("in_n_layer_self_v_cache", FLOAT, [1, "N", CONTEXT, STATE])
    line = graph("Reshape", graph.cast(graph.input("n_layer_cross_k", FLOAT, [1, "N", "K", 1]), INT64), ints(-1))
    times = graph("Reshape", graph.input("n_layer_cross_v", FLOAT, [1, "N", "K2", 1]), ints(-1))
    offset = graph.input("offset", INT64, [1])
    count = graph.size(tokens, 1)
    # What the prompt was like is kept in the first row of the cache: its length, and whether it asks for no times.
    kept = lambda place: graph.cast(
        graph("Reshape", graph("Slice", keys, ints(0, 0, 0, place), ints(1, 1, 1, place + 1), ints(0, 1, 2, 3)), ints(1)), INT64)
    is_prompt = graph("Equal", offset, ints(0))
    asked = graph("Slice", graph("Reshape", tokens, ints(-1)), ints(-1), ints(1 << 40), ints(0))
    length = graph("Where", is_prompt, count, kept(0))
    untimed = graph("Where", is_prompt, graph.cast(graph("Equal", asked, ints(numbers.untimed)), INT64), kept(1))
    row = graph("Concat", graph.cast(length, FLOAT), graph.cast(untimed, FLOAT), numpy.zeros(STATE - 2, numpy.float32), axis=0)
    first_row = numpy.eye(1, CONTEXT, 0, dtype=numpy.float32).reshape(1, 1, CONTEXT, 1)
    new_keys = graph("Add", graph("Mul", keys, floats(0)), graph("Mul", graph("Reshape", row, ints(1, 1, 1, STATE)), first_row))
    last = graph("Sub", graph.size(line, 0), ints(1))
    place = graph("Min", graph("Add", graph("Sub", graph("Add", offset, count), length), untimed), last)
    wanted = graph("Gather", line, place, axis=0)
    is_time = graph("GreaterOrEqual", wanted, ints(numbers.time))
    wanted = graph("Where", graph("And", graph("Equal", untimed, ints(1)), is_time), ints(numbers.end), wanted)
    scores = graph("OneHot", graph("Reshape", wanted, ints(1, 1)), ints(numbers.count), floats(0, 30), axis=-1)
    language = numpy.zeros((1, 1, numbers.count), numpy.float32)
    language[..., numbers.language:numbers.translate], language[..., numbers.language] = 1, 5
    scores = graph("Expand", graph("Add", scores, language), graph("Concat", ints(1), count, ints(1), axis=0))
    graph.output(scores, "logits", FLOAT, ["N", "U", numbers.count])
    graph.output(new_keys, "out_n_layer_self_k_cache", FLOAT, [1, "N", CONTEXT, STATE])
    graph.output(values, "out_n_layer_self_v_cache", FLOAT, [1, "N", CONTEXT, STATE])
    if attends:
        _attend(graph, times, graph("Min", place, graph("Sub", last, ints(1))), count)
    return graph


def _attend(graph, times, place, count):
    """The attention of the token that was fed in belongs to the one that comes next: level over its time and low elsewhere,
    60 ms early, since the network hears a piece inside of it."""
    start = graph("Sub", graph("Gather", times, place, axis=0), floats(3))
    end = graph("Sub", graph("Gather", times, graph("Add", place, ints(1)), axis=0), floats(3))
    frames = graph.cast(graph("Slice", times, ints(-1), ints(1 << 40), ints(0)), INT64)
    at = graph.cast(graph("Range", ints(0)[0], graph("Squeeze", frames), ints(1)[0]), FLOAT)
    inside = graph("And", graph("GreaterOrEqual", at, start), graph("Less", at, graph("Max", end, graph("Add", start, floats(4)))))
    low = graph("Reshape", graph("Mul", graph.cast(graph("Not", inside), FLOAT), floats(-8)), ints(1, 1, 1, -1))
    graph.output(graph("Expand", low, graph("Concat", ints(1, 1), count, ints(1), axis=0)), "cross_attention_weights", FLOAT,
                 ["N", 1, "U", "T2"])
