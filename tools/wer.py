#!/usr/bin/env python3
"""Word error rate and speed of the engine host on recordings with known texts.

    tools/wer.py [--host PROGRAM] [--model CARD.json] [--threads N] WAV=TEXT... | --asterisk COUNT

A pair names a recording and its text, or @FILE with the text. --asterisk takes prompts of Debian's package
asterisk-core-sounds-en-wav (8 kHz, one speaker). The default model is PocketSphinx' US English; a card is a JSON
object like the host's ModelFiles: {"id", "family", "files": {role: path}, "parameters": {}}.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import time

POCKETSPHINX = "/usr/share/pocketsphinx/model/en-us/"
ASTERISK = "/usr/share/asterisk/sounds/en_US_f_Allison/"
ASTERISK_TEXTS = "/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"


def words(text):
    """Lower-case words without punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def errors(wanted, found):
    """The least number of words to insert, delete or replace."""
    row = list(range(len(found) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def asterisk_prompts(count):
    """Prompts that are sentences: 6 to 25 words, no digits or brackets; evenly chosen from all of them."""
    with gzip.open(ASTERISK_TEXTS, "rt", encoding="utf-8") as file:
        lines = [line.strip().partition(": ") for line in file if not line.startswith(";")]
    fit = []
    for name, _, text in lines:
        path = ASTERISK + name + ".wav"
        if 6 <= len(words(text)) <= 25 and not re.search(r"[\d\[\](){}<>/*#]", text) and os.path.exists(path):
            fit.append((path, text))
    fit.sort()
    return [fit[i * len(fit) // count] for i in range(min(count, len(fit)))]


class Host:
    """A running engine host."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.event()

    def event(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the host ended with status {self.process.wait()}")
        return next(iter(json.loads(line).items()))

    def transcribe(self, **order):
        """The pieces and the report of one order."""
        self.process.stdin.write(json.dumps({"transcribe": {"_0": order}}).encode() + b"\n")
        self.process.stdin.flush()
        pieces = []
        while True:
            kind, values = self.event()
            if kind == "piece":
                pieces.append(values["piece"])
            elif kind == "done":
                return pieces, values["report"]
            elif kind == "failed":
                sys.exit(f"{values['code']}: {values['message']} {values.get('detail', '')}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--host", default=".build/debug/scriberr-engine")
    arguments.add_argument("--vad", default=".native/silero-vad/silero_vad_16k_op15.onnx")
    arguments.add_argument("--model")
    arguments.add_argument("--threads", type=int, default=0)
    arguments.add_argument("--asterisk", type=int, default=0, metavar="COUNT")
    arguments.add_argument("--verbose", action="store_true")
    arguments.add_argument("pairs", nargs="*", metavar="WAV=TEXT")
    given = arguments.parse_args()
    pairs = asterisk_prompts(given.asterisk)
    for pair in given.pairs:
        path, _, text = pair.partition("=")
        pairs.append((path, open(text[1:], encoding="utf-8").read() if text.startswith("@") else text))
    model = json.load(open(given.model, encoding="utf-8")) if given.model else {
        "id": "pocketsphinx-en-us", "family": "pocketsphinx", "parameters": {},
        "files": {"hmm": POCKETSPHINX + "en-us", "dict": POCKETSPHINX + "cmudict-en-us.dict",
                  "lm": POCKETSPHINX + "en-us.lm.bin"}}
    host = Host(given.host)
    wrong = total = 0
    audio = processor = 0.0
    started = time.monotonic()
    for number, (path, text) in enumerate(pairs):
        pieces, report = host.transcribe(
            order=str(number), audioPath=os.path.abspath(path), model=model, vadModelPath=os.path.abspath(given.vad),
            task="transcribe", hotwords=[], threads=given.threads, device="cpu", firstPiece=0, resumeAt=0)
        found = words(" ".join(piece["text"] for piece in pieces))
        missed = errors(words(text), found)
        if given.verbose:
            print(f"{missed:3d} of {len(words(text)):3d}  {' '.join(found)}  [{text}]")
        wrong += missed
        total += len(words(text))
        audio += report["audioSeconds"]
        processor += report["processorSeconds"]
    wall = time.monotonic() - started
    print(f"{len(pairs)} recordings, {total} words, {audio:.1f} s: word error rate {100 * wrong / max(total, 1):.1f} %, "
          f"processor {processor / audio:.3f} and wall time {wall / audio:.3f} of real time")


if __name__ == "__main__":
    main()
