#!/usr/bin/env python3
"""Word error rate and word times of every fixture model, through the engine host: tools/fixture-models/figures.py [HOST]

Without arguments the built debug host is used. Times are compared with words.tsv: when espeak-ng says that each word begins.
"""

import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MODELS, AUDIO = ROOT + "/Tests/Fixtures/models/", ROOT + "/Tests/Fixtures/audio/"
LAYOUTS = [
    # Folder, family, files by role, parameters.
    ("nemo-ctc", "nemo_ctc", {"model": "model.onnx"}, {}),
    ("zipformer-ctc", "zipformer_ctc", {"model": "model.onnx"}, {}),
    ("nemo-tdt", "nemo_transducer", {role: role + ".onnx" for role in ("encoder", "decoder", "joiner")}, {}),
    ("zipformer-transducer", "zipformer_transducer", {role: role + ".onnx" for role in ("encoder", "decoder", "joiner")}, {}),
    ("whisper", "whisper", {"encoder": "encoder.onnx", "decoder": "decoder.onnx"}, {}),
    ("whisper", "whisper", {"encoder": "encoder.onnx", "decoder": "decoder-attention.onnx"}, {"token_timestamps": "1"}),
    ("moonshine", "moonshine",
     {role: role + ".onnx" for role in ("preprocessor", "encoder", "uncached_decoder", "cached_decoder")}, {}),
    ("moonshine-merged", "moonshine", {"encoder": "encoder.ort", "merged_decoder": "decoder.ort"}, {}),
    ("sense-voice", "sense_voice", {"model": "model.onnx"}, {}),
    ("canary", "canary", {"encoder": "encoder.onnx", "decoder": "decoder.onnx"}, {}),
    ("paraformer", "paraformer", {"model": "model.onnx"}, {}),
]


def transcribe(host, folder, family, files, parameters, path):
    paths = {role: f"{MODELS}{folder}/{name}" for role, name in (files | {"tokens": "tokens.txt"}).items()}
    order = {
        "order": "figures", "audioPath": path, "task": "transcribe", "hotwords": [], "threads": 0, "device": "cpu",
        "vadModelPath": ROOT + "/.native/silero-vad/silero_vad_16k_op15.onnx", "firstPiece": 0, "resumeAt": 0,
        "model": {"id": folder, "family": family, "parameters": parameters, "files": paths}}
    child = subprocess.Popen([host], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=os.environ | {"SCRIBERR_NATIVE_DIR": ROOT + "/.native"})
    # Its input stays open until the order is done: the host ends with it.
    child.stdin.write(json.dumps({"transcribe": {"_0": order}}).encode() + b"\n")
    child.stdin.flush()
    words = []
    for line in child.stdout:
        kind, values = next(iter(json.loads(line).items()))
        if kind == "failed":
            sys.exit(f"{folder}: {values['code']} {values['message']}")
        if kind == "piece":
            words += values["piece"]["words"]
        if kind == "done":
            break
    child.stdin.close()
    child.wait()
    return [(word["start"], word["word"].strip(".").lower()) for word in words]


def aligned(said, heard):
    """How many edits make one list of words out of the other, and which words stand for each other."""
    table = [[(row + column, None) for column in range(len(heard) + 1)] for row in range(len(said) + 1)]
    for row in range(1, len(said) + 1):
        for column in range(1, len(heard) + 1):
            same = said[row - 1] == heard[column - 1]
            table[row][column] = min(
                (table[row - 1][column - 1][0] + (not same), 0 if same else 1), (table[row - 1][column][0] + 1, 2),
                (table[row][column - 1][0] + 1, 3))
    pairs, row, column = [], len(said), len(heard)
    while row and column:
        step = table[row][column][1]
        if step == 0:
            pairs.append((row - 1, column - 1))
        row, column = row - (step != 3), column - (step != 2)
    return table[-1][-1][0], pairs


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else ROOT + "/.build/debug/scriberr-engine"
    with open(AUDIO + "words.tsv", encoding="utf-8") as file:
        said = [(float(time), word) for time, word in (line.rstrip("\n").split("\t") for line in file)]
    print(f"sentences.flac, {len(said)} words; starts against the truth in seconds")
    for folder, family, files, parameters in LAYOUTS:
        heard = transcribe(host, folder, family, files, parameters, AUDIO + "sentences.flac")
        edits, pairs = aligned([word for _, word in said], [word for _, word in heard])
        errors = [heard[right][0] - said[left][0] for left, right in pairs]
        sizes = sorted(map(abs, errors))
        print(f"{folder + ' ' + ' '.join(parameters):26} word error rate {100 * edits / len(said):5.1f} %, start median "
              f"{statistics.median(errors):+.3f}, size median {statistics.median(sizes):.3f}, "
              f"90 % {sizes[int(0.9 * (len(sizes) - 1))]:.3f}, most {sizes[-1]:.3f}")


if __name__ == "__main__":
    main()
