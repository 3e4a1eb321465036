#!/usr/bin/env python3
"""Makes the recognizers of Tests/Fixtures/models out of one of them, zipformer-ctc: the trained network in every other layout.

    tools/fixture-models/layouts.py Tests/Fixtures [NAME ...]

`make fixtures` calls it with the Python packages that it needs. README.md tells what each layout proves.
"""

import json
import os
import sys

import numpy

import fronts
from layouts_canary import canary
from layouts_funasr import paraformer, sense_voice
from layouts_moonshine import moonshine, moonshine_merged
from layouts_nemo import nemo_ctc, nemo_tdt
from layouts_whisper import whisper
from layouts_zipformer import zipformer_transducer
from network import Network, greedy_path

ALL = {
    "nemo-ctc": nemo_ctc, "nemo-tdt": nemo_tdt, "whisper": whisper, "zipformer-transducer": zipformer_transducer,
    "moonshine": moonshine, "moonshine-merged": moonshine_merged, "sense-voice": sense_voice, "canary": canary,
    "paraformer": paraformer,
}


class Layouts:
    """The network, with what a layout asks of it."""

    def __init__(self, network, audio):
        self.network, self.audio, self.pieces = network, audio, network.pieces
        with open(os.path.join(os.path.dirname(__file__), "trained.json"), encoding="utf-8") as file:
            self.trained = json.load(file)

    def statistics(self, family):
        """Mean and deviation per bin: as the training saw them, or derived where it did not see the family's front end."""
        if family == "zipformer_ctc":
            return self.network.mean, self.network.deviation
        if family in self.trained:
            return tuple(numpy.array(self.trained[family][key], numpy.float32) for key in ("mean", "deviation"))
        return fronts.statistics(family, self.network, self.audio)

    def scores(self, graph, features, family):
        return self.network.scores(graph, features, *self.statistics(family))

    def normalized_scores(self, graph, features):
        """For features that the library has normalized. It has them in 16 bits, where silence lies much lower."""
        unit = numpy.zeros(80, numpy.float32), numpy.ones(80, numpy.float32)
        return self.network.scores(graph, features, *unit, least=fronts.silence(self.network))

    def path(self, graph, features, family):
        return greedy_path(graph, self.scores(graph, features, family))


def main():
    fixtures, names = sys.argv[1], sys.argv[2:] or list(ALL)
    source = os.path.join(fixtures, "models", "zipformer-ctc")
    network = Network(source + "/model.onnx", source + "/tokens.txt")
    layouts = Layouts(network, fronts.read(os.path.join(fixtures, "audio", "sentences.flac")))
    for name in names:
        folder = os.path.join(fixtures, "models", name)
        os.makedirs(folder, exist_ok=True)
        ALL[name](layouts, folder)
        print(name, *(f"{file} {os.path.getsize(os.path.join(folder, file))}" for file in sorted(os.listdir(folder))))


if __name__ == "__main__":
    main()
