"""Trained networks as ONNX files. Normalization layers are folded into the convolutions before them."""

import numpy

from graph import FLOAT, INT64, Graph, floats, ints


def array(parameter):
    return parameter.detach().numpy()


def folded(convolution, norm):
    scale = array(norm.weight) / numpy.sqrt(array(norm.running_var) + norm.eps)
    bias = array(convolution.bias) if convolution.bias is not None else 0
    weight = array(convolution.weight)
    return weight * scale.reshape(-1, *[1] * (weight.ndim - 1)), (bias - array(norm.running_mean)) * scale + array(norm.bias)


def half(graph, weight):
    """A weight in 16 bits; unpacked when it is loaded."""
    return graph("Cast", weight.astype(numpy.float16), to=FLOAT)


def convolve(graph, x, convolution, norm=None):
    weight, bias = folded(convolution, norm) if norm else (array(convolution.weight), array(convolution.bias))
    return graph("Conv", x, half(graph, weight), bias.astype(numpy.float32), strides=list(convolution.stride),
                 pads=list(convolution.padding) * 2, group=convolution.groups, dilations=list(convolution.dilation))


def block(graph, x, layers):
    inside = graph("Relu", convolve(graph, convolve(graph, x, layers.depthwise, layers.first), layers.widen))
    return graph("Add", x, convolve(graph, inside, layers.narrow, layers.second))


def recognizer(model, mean, deviation, path):
    """The layout of zipformer CTC."""
    graph = Graph()
    x, lengths = graph.input("x", FLOAT, ["N", "T", 80]), graph.input("x_lens", INT64, ["N"])
    x = graph("Transpose", x, perm=[0, 2, 1])
    x = graph("Div", graph("Sub", x, mean.reshape(1, 80, 1)), deviation.reshape(1, 80, 1))
    x = graph("Clip", x, floats(-4)[0], floats(4)[0])
    x = graph("Relu", convolve(graph, x, model.conv1, model.norm1))
    x = graph("Relu", convolve(graph, x, model.conv2, model.norm2))
    for layers in model.blocks:
        x = block(graph, x, layers)
    scores = graph("LogSoftmax", convolve(graph, graph("Relu", x), model.out), axis=1)
    graph.output(graph("Transpose", scores, perm=[0, 2, 1]), "log_probs", FLOAT, ["N", "T2", model.out.out_channels])
    graph.output(graph("Div", graph("Add", lengths, ints(3)), ints(4)), "log_probs_len", INT64, ["N"])
    graph.save(path, {"model_type": "zipformer2_ctc", "version": "1", "model_author": "scriberr"})


def segmentation(model, path):
    """The layout of pyannote's segmentation: samples in, scores of the seven sets of up to two of three speakers out."""
    graph = Graph()
    x = graph.input("x", FLOAT, ["N", 1, "T"])
    basis, lines = array(model.spectrum.basis), model.spectrum.basis.shape[0] // 2
    pad = model.spectrum.pad
    wave = graph("Conv", x, half(graph, basis), strides=[model.spectrum.hop], pads=[pad, pad])
    squares = graph("Mul", wave, wave)
    power = graph("Add", graph.cut(squares, 0, lines, 1), graph.cut(squares, lines, 2 * lines, 1))
    mel = graph("MatMul", graph("Transpose", power, perm=[0, 2, 1]), half(graph, array(model.spectrum.mel)))
    x = graph("Transpose", graph("Log", graph("Add", mel, floats(1e-7))), perm=[0, 2, 1])
    x = graph("Sub", x, graph("Mul", graph("ReduceMean", x, axes=[2]), floats(0.5)))
    x = graph("Div", graph("Add", x, floats(4)), floats(4))
    x = graph("Relu", convolve(graph, x, model.conv1, model.norm1))
    for layers in model.fine:
        x = block(graph, x, layers)
    x = graph("Relu", convolve(graph, x, model.conv2, model.norm2))
    for layers in model.coarse:
        x = block(graph, x, layers)
    x = graph("Transpose", graph("Relu", x), perm=[2, 0, 1])
    for layer in range(model.recurrent.num_layers):
        x = _recurrent(graph, x, model.recurrent, layer)
    x = graph("MatMul", graph("Transpose", x, perm=[1, 0, 2]), half(graph, array(model.out.weight).T))
    x = graph("Reshape", graph("Add", x, array(model.out.bias)), ints(0, -1, 7))
    graph.output(graph("LogSoftmax", x, axis=2), "y", FLOAT, ["N", "T2", 7])
    graph.save(path, {
        "num_speakers": 3, "powerset_max_classes": 2, "num_classes": 7, "sample_rate": 16_000, "window_size": 160_000,
        "receptive_field_size": 320, "receptive_field_shift": 320, "model_type": "pyannote-segmentation-3.0", "version": "1"})


def _recurrent(graph, x, recurrent, layer):
    """The library's gates stand in another order than ONNX wants them: reset, update, new."""
    size = recurrent.hidden_size

    def both(name):
        found = [array(getattr(recurrent, f"{name}_l{layer}{way}")) for way in ("", "_reverse")]
        return [numpy.concatenate([gates[size:2 * size], gates[:size], gates[2 * size:]]) for gates in found]

    bias = numpy.stack([numpy.concatenate(pair) for pair in zip(both("bias_ih"), both("bias_hh"))])
    y, _ = graph("GRU", x, half(graph, numpy.stack(both("weight_ih"))), half(graph, numpy.stack(both("weight_hh"))), bias,
                 outputs=2, hidden_size=size, direction="bidirectional", linear_before_reset=1)
    return graph("Reshape", graph("Transpose", y, perm=[0, 2, 1, 3]), ints(0, 0, 2 * size))


def embedding(model, path):
    """The layout of wespeaker: features in, a direction out that is the speaker's."""
    graph = Graph()
    x = graph("Transpose", graph.input("feats", FLOAT, ["B", "T", 80]), perm=[0, 2, 1])
    x = graph("Div", graph("Sub", x, graph("ReduceMean", x, axes=[2])), floats(3))
    x = graph("Relu", convolve(graph, x, model.conv1, model.norm1))
    for layers in model.blocks:
        x = block(graph, x, layers)
    x = graph("Relu", convolve(graph, x, model.widen))
    mean = graph("ReduceMean", x, axes=[2])
    away = graph("Sub", x, mean)
    spread = graph("Sqrt", graph("Add", graph("ReduceMean", graph("Mul", away, away), axes=[2]), floats(1e-4)))
    whole = graph("Squeeze", graph("Concat", mean, spread, axis=1), ints(2))
    weight, bias = folded(model.out, model.norm2)
    graph.output(graph("Add", graph("MatMul", whole, half(graph, weight.T)), bias.astype(numpy.float32)), "embs", FLOAT,
                 ["B", model.out.out_features])
    graph.save(path, {
        "framework": "wespeaker", "language": "English", "url": "none", "comment": "scriberr", "sample_rate": 16_000,
        "output_dim": model.out.out_features, "normalize_samples": 1})
