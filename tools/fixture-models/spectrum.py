"""Log-mel features computed by the graph itself, for families that are fed samples. The same numbers as the front end of
NeMo CTC gives, but for the frames at both ends."""

import numpy

from graph import FLOAT, floats, ints

WINDOW, HOP, BINS, MELS, RATE = 400, 160, 257, 80, 16_000
# Frame 0 is centred on the middle of the first hop.
LEAD = WINDOW // 2 - HOP // 2


def mel_weights():
    """(257, 80) triangles of Slaney's mel scale up to half the sampling rate, each of area one."""
    step, corner, log_step = 200 / 3, 1_000.0, numpy.log(6.4) / 27

    def to_mel(hertz):
        return hertz / step if hertz < corner else corner / step + numpy.log(hertz / corner) / log_step

    def to_hertz(mel):
        linear = mel * step
        return numpy.where(linear < corner, linear, corner * numpy.exp(log_step * (mel - corner / step)))

    edges = to_hertz(numpy.linspace(0, to_mel(RATE / 2), MELS + 2))
    lines = numpy.linspace(0, RATE / 2, BINS)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = numpy.minimum((lines - low) / (middle - low), (high - lines) / (high - middle)).clip(0)
    return (triangles * 2 / (high - low)).T.astype(numpy.float32)


def log_mel(graph, audio):
    """Samples (1, count) to features (1, frames, 80)."""
    before = graph("Concat", floats(0)[None], graph.cut(audio, 0, -1, 1), axis=1)
    sharper = graph("Sub", audio, graph("Mul", before, floats(0.97)[0]))
    padded = graph("Pad", sharper, ints(0, LEAD, 0, WINDOW + HOP))
    window = numpy.zeros(512, numpy.float32)
    window[:WINDOW] = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(WINDOW) / (WINDOW - 1))
    lines = graph("STFT", padded, numpy.array(HOP, numpy.int64), window, onesided=1)
    power = graph("ReduceSum", graph("Mul", lines, lines), ints(-1), keepdims=0)
    energies = graph("MatMul", power, mel_weights())
    frames = graph("Div", graph("Add", graph.size(audio, 1), ints(HOP // 2)), ints(HOP))
    wanted = graph("Slice", energies, ints(0), frames, ints(1))
    return graph("Log", graph("Max", wanted, floats(numpy.finfo(numpy.float32).eps)[0]))
