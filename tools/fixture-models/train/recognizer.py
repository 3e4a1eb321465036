#!/usr/bin/env python3
"""Trains the acoustic network and writes zipformer-ctc/model.onnx and trained.json.

    recognizer.py SPEECH.npz MINUTES TESTS/FIXTURES TRAINED.json

MINUTES are of processor time of one thread; 15 gave a word error rate of about 17 % on sentences it had not seen.
"""

import json
import math
import os
import sys
import time

import numpy
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import export
import fronts
from sound import Pool, degrade, reverberate
from vocabulary import Pieces

FAMILIES = ["zipformer_ctc", "nemo_ctc", "whisper"]


class Block(nn.Module):
    def __init__(self, width, kernel, inner):
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width, bias=False)
        self.first = nn.BatchNorm1d(width)
        self.widen = nn.Conv1d(width, inner, 1)
        self.narrow = nn.Conv1d(inner, width, 1, bias=False)
        self.second = nn.BatchNorm1d(width)

    def forward(self, x):
        return x + self.second(self.narrow(torch.relu(self.widen(self.first(self.depthwise(x))))))


class Recognizer(nn.Module):
    def __init__(self, pieces, width=144, blocks=8):
        super().__init__()
        self.conv1 = nn.Conv1d(80, width, 5, 2, 2, bias=False)
        self.norm1 = nn.BatchNorm1d(width)
        self.conv2 = nn.Conv1d(width, width, 5, 2, 2, bias=False)
        self.norm2 = nn.BatchNorm1d(width)
        self.blocks = nn.ModuleList(Block(width, 9, 2 * width) for _ in range(blocks))
        self.out = nn.Conv1d(width, pieces, 1)

    def forward(self, x):
        x = torch.relu(self.norm2(self.conv2(torch.relu(self.norm1(self.conv1(x))))))
        for block in self.blocks:
            x = nn.functional.dropout(block(x), 0.05, self.training)
        return torch.log_softmax(self.out(torch.relu(x)), 1)


def example(pool, pieces, chance):
    """Features of one to four sentences or of noise alone, the front end they are of, and the pieces that are said."""
    audio, labels = [], []
    for index in chance.integers(0, len(pool), chance.choice([0, 1, 2, 3, 4], p=[0.025, 0.425, 0.3, 0.15, 0.1])):
        spoken = pool.audio(index)
        if chance.random() < 0.15:
            places = numpy.arange(0, len(spoken) - 1, chance.uniform(0.9, 1.1))
            spoken = numpy.interp(places, numpy.arange(len(spoken)), spoken)
        audio += [spoken, numpy.zeros(int(16_000 * chance.uniform(0.1, 0.9)))]
        labels += pieces.encode(pool.text[index])
    margin = [numpy.zeros(int(16_000 * chance.choice([0.02, 0.1, 0.3, 0.8]))) for _ in range(2)]
    whole = numpy.concatenate([margin[0], *audio, margin[1]]) if audio else numpy.zeros(int(16_000 * chance.uniform(1, 4))) + 1e-6
    if chance.random() < 0.25:
        whole = reverberate(whole, chance)
    family = FAMILIES[chance.integers(len(FAMILIES))]
    return fronts.features(degrade(whole, chance), family).astype(numpy.float16), family, labels


def statistics(examples):
    found = {}
    for family in FAMILIES:
        frames = numpy.concatenate([features for features, other, _ in examples if other == family]).astype(numpy.float32)
        found[family] = frames.mean(0), frames.std(0) + 1e-3
    return found


def masked(features, family, statistics, chance):
    """Normalized, with a few stretches of bins and of time blotted out."""
    mean, deviation = statistics[family]
    x = numpy.clip((features.astype(numpy.float32) - mean) / deviation, -4, 4)
    for _ in range(2):
        low = chance.integers(0, 80)
        x[:, low:low + chance.integers(0, 12)] = 0
    for _ in range(1 + len(x) // 150):
        start = chance.integers(0, len(x))
        x[start:start + chance.integers(0, 12)] = 0
    return x


def train(model, examples, statistics, minutes, chance):
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2, betas=(0.9, 0.98))
    begun, step, order = time.process_time(), 0, []
    while (done := (time.process_time() - begun) / (60 * minutes)) < 1:
        if not order:
            by_length = sorted(range(len(examples)), key=lambda index: len(examples[index][0]) + chance.uniform(0, 60))
            order = [by_length[start:start + 12] for start in range(0, len(by_length), 12)]
            chance.shuffle(order)
        batch = [examples[index] for index in order.pop()]
        inputs = [masked(features, family, statistics, chance) for features, family, _ in batch]
        lengths = [len(x) for x in inputs]
        # Behind the end the last frame goes on.
        x = numpy.stack([numpy.pad(x, ((0, max(lengths) - len(x)), (0, 0)), "edge") for x in inputs]).transpose(0, 2, 1)
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 150) * (0.5 + 0.5 * math.cos(math.pi * done) + 1e-3)
        labels = [torch.tensor(said, dtype=torch.long) for _, _, said in batch]
        loss = nn.functional.ctc_loss(
            model(torch.from_numpy(x)).permute(2, 0, 1), torch.cat(labels), torch.tensor([(n + 3) // 4 for n in lengths]),
            torch.tensor([len(said) for said in labels]), zero_infinity=True, reduction="sum") / sum(len(said) + 1 for said in labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f"step {step}, {100 * done:.0f} %, loss {loss.item():.3f}", flush=True)


def main():
    speech, minutes, fixtures, trained = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = numpy.random.default_rng(0)
    folder = os.path.join(fixtures, "models", "zipformer-ctc")
    pool, pieces = Pool(speech), Pieces(folder + "/tokens.txt")
    examples = [example(pool, pieces, chance) for _ in range(len(pool))]
    found = statistics(examples)
    model = Recognizer(len(pieces.all))
    train(model, examples, found, minutes, chance)
    export.recognizer(model.eval(), *found["zipformer_ctc"], folder + "/model.onnx")
    with open(trained, "w", encoding="utf-8") as file:
        json.dump({family: {"mean": [round(float(v), 4) for v in mean], "deviation": [round(float(v), 4) for v in deviation]}
                   for family, (mean, deviation) in found.items() if family != "zipformer_ctc"}, file, indent=1)


if __name__ == "__main__":
    main()
