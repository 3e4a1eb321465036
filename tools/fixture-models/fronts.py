"""The features that sherpa-onnx computes for each family, and what their bins look like on our audio."""

import subprocess

import kaldi_native_fbank
import numpy

RATE = 16_000


def options(family):
    fbank = kaldi_native_fbank.FbankOptions()
    frame, mel = fbank.frame_opts, fbank.mel_opts
    frame.dither, frame.snip_edges, mel.num_bins = 0, False, 80
    frame.window_type, mel.low_freq, mel.high_freq = "povey", 20, -400
    if family in ("nemo_ctc", "nemo_transducer", "canary"):
        frame.remove_dc_offset, mel.low_freq, mel.is_librosa = False, 0, True
        frame.window_type = "povey" if family == "nemo_transducer" else "hann"
        mel.high_freq = 0 if family == "nemo_ctc" else -400
    if family in ("sense_voice", "paraformer"):
        frame.window_type, mel.high_freq, frame.snip_edges = "hamming", 0, True
    return fbank


def features(audio, family):
    """(frames, 80) of samples within -1...1."""
    if family == "whisper":
        return whisper_features(audio)
    if family in ("sense_voice", "paraformer"):
        audio = audio * 32768
    fbank = kaldi_native_fbank.OnlineFbank(options(family))
    fbank.accept_waveform(RATE, audio.tolist())
    fbank.input_finished()
    return numpy.stack([fbank.get_frame(index) for index in range(fbank.num_frames_ready)])


def whisper_features(audio):
    wanted = kaldi_native_fbank.WhisperFeatureOptions()
    wanted.dim = 80
    mel = kaldi_native_fbank.OnlineWhisperFbank(wanted)
    mel.accept_waveform(RATE, audio.tolist())
    mel.input_finished()
    frames = numpy.stack([mel.get_frame(index) for index in range(mel.num_frames_ready)])
    logarithms = numpy.log10(numpy.maximum(frames, 1e-10))
    return (numpy.maximum(logarithms, logarithms.max() - 8) + 4) / 4


def read(path):
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"],
        check=True, capture_output=True).stdout
    return numpy.frombuffer(raw, numpy.float32)


# The logarithm of the least energy there can be, on samples within -1...1.
FLOOR = -15.9


def statistics(family, network, audio):
    """Mean and deviation per bin for another front end than the network was trained on: its own, moved by how the two
    front ends differ on the same audio, silence left out."""
    own, other = features(audio, "zipformer_ctc"), features(audio, family)
    own, other = (frames[:min(len(own), len(other))] for frames in (own, other))
    heard = own.min(1) > FLOOR + 3
    own, other = own[heard], other[heard]
    mean = network.mean + other.mean(0) - own.mean(0)
    deviation = network.deviation * other.std(0) / own.std(0)
    return mean.astype(numpy.float32), deviation.astype(numpy.float32)


def silence(network):
    """What a bin of digital silence is to the network, in deviations from its mean."""
    return ((FLOOR - network.mean) / network.deviation).astype(numpy.float32)
