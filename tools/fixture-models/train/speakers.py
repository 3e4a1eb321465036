#!/usr/bin/env python3
"""Trains the two networks that tell speakers apart, and writes them.

    speakers.py SPEECH.npz MINUTES TESTS/FIXTURES

MINUTES are of processor time of one thread, for each of the two.
"""

import itertools
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
from recognizer import Block
from sound import RATE, Pool, degrade

WINDOW, FRAME = 160_000, 320
FRAMES = WINDOW // FRAME
ORDERS = list(itertools.permutations(range(3)))
# Which of three speak (1, 2 and 4), as the number of the class. Three at once count as the first two.
CLASSES = numpy.array([0, 1, 2, 4, 3, 5, 6, 4])


class DilatedBlock(Block):
    def __init__(self, width, kernel, dilation):
        super().__init__(width, kernel, 2 * width)
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2 * dilation, dilation=dilation, groups=width, bias=False)


class Spectrum(nn.Module):
    """Log-mel features of samples; the Fourier transform is a convolution, so that it exports as one."""

    hop, pad = 160, 120

    def __init__(self, size=512, window=400, bands=64):
        super().__init__()
        shape = numpy.hanning(window + 1)[:-1]
        turn = numpy.arange(size // 2 + 1)[:, None] * numpy.arange(window) * 2 * numpy.pi / size
        basis = numpy.concatenate([numpy.cos(turn), numpy.sin(turn)]) * shape
        to_mel = lambda hertz: 1127 * numpy.log(1 + hertz / 700)
        edges = numpy.linspace(to_mel(60), to_mel(7_600), bands + 2)
        lines = to_mel(numpy.arange(size // 2 + 1) * RATE / size)[:, None]
        rise, fall = (lines - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - lines) / (edges[2:] - edges[1:-1])
        self.register_buffer("basis", torch.tensor(basis[:, None], dtype=torch.float32))
        self.register_buffer("mel", torch.tensor(numpy.minimum(rise, fall).clip(0), dtype=torch.float32))

    def forward(self, x):
        wave = nn.functional.conv1d(x, self.basis, stride=self.hop, padding=self.pad) ** 2
        power = wave[:, :wave.shape[1] // 2] + wave[:, wave.shape[1] // 2:]
        return torch.log(power.transpose(1, 2) @ self.mel + 1e-7).transpose(1, 2)


class Segmentation(nn.Module):
    def __init__(self, speakers, width=96):
        super().__init__()
        self.spectrum = Spectrum()
        self.conv1, self.norm1 = nn.Conv1d(64, width, 5, 2, 2, bias=False), nn.BatchNorm1d(width)
        self.fine = nn.ModuleList(DilatedBlock(width, 7, 1) for _ in range(2))
        self.conv2, self.norm2 = nn.Conv1d(width, width, 4, 2, 1, bias=False), nn.BatchNorm1d(width)
        self.coarse = nn.ModuleList(DilatedBlock(width, 9, 1) for _ in range(2))
        # Only for the training: who of all speakers speaks. Without it, it takes many times as long.
        self.identity = nn.Linear(width, speakers)
        self.recurrent = nn.GRU(width, width, 2, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * width, 2 * 7)

    def forward(self, x):
        x = self.spectrum(x)
        x = (x - x.mean(2, keepdim=True) / 2 + 4) / 4
        x = torch.relu(self.norm1(self.conv1(x)))
        for block in self.fine:
            x = block(x)
        x = torch.relu(self.norm2(self.conv2(x)))
        for block in self.coarse:
            x = block(x)
        x = torch.relu(x).transpose(1, 2)
        scores = self.out(self.recurrent(x)[0])
        return torch.log_softmax(scores.reshape(len(x), -1, 7), 2), self.identity(x)


class Embedding(nn.Module):
    def __init__(self, speakers, width=96, size=64):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv1d(80, width, 5, 1, 2, bias=False), nn.BatchNorm1d(width)
        self.blocks = nn.ModuleList(DilatedBlock(width, 5, dilation) for dilation in (1, 2, 3))
        self.widen = nn.Conv1d(width, 2 * width, 1)
        self.out, self.norm2 = nn.Linear(4 * width, size, bias=False), nn.BatchNorm1d(size)
        self.known = nn.Parameter(torch.randn(speakers, size) * 0.1)

    def forward(self, x):
        x = (x - x.mean(2, keepdim=True)) / 3
        x = torch.relu(self.norm1(self.conv1(x)))
        for block in self.blocks:
            x = block(x)
        x = torch.relu(self.widen(x))
        mean = x.mean(2)
        spread = ((x - mean[:, :, None]) ** 2).mean(2)
        return self.norm2(self.out(torch.cat([mean, (spread + 1e-4).sqrt()], 1)))


def choose(pool, count, chance):
    """Speakers, half of the time those that no variant of one synthesizer is."""
    rare = [name for name in pool.of if not name.startswith("espeak")]
    while True:
        names = [str(chance.choice(rare if chance.random() < 0.5 else list(pool.of))) for _ in range(count)]
        if len(set(names)) == count:
            return names


def conversation(pool, chance, seconds):
    """Samples, and turns as (start, end, speaker): up to three people, pauses, and one breaking in on another at times."""
    audio, turns = numpy.zeros(int((seconds + 20) * RATE), numpy.float32), []
    names = choose(pool, int(chance.choice([0, 1, 2, 3], p=[0.03, 0.15, 0.42, 0.4])), chance)
    loudness = {name: 10 ** (chance.uniform(-6, 3) / 20) / 2 for name in names}
    place = int(chance.uniform(0, 1.5) * RATE)
    while names and place < seconds * RATE:
        name = str(chance.choice(names))
        begun = place
        for _ in range(chance.choice([1, 2, 3], p=[0.6, 0.3, 0.1])):
            spoken = pool.audio(int(chance.choice(pool.of[name]))) * loudness[name]
            if place + len(spoken) > len(audio):
                break
            audio[place:place + len(spoken)] += spoken
            turns.append((place / RATE, (place + len(spoken)) / RATE, name))
            place += len(spoken) + int(chance.uniform(0.02, 0.2) * RATE)
        kind = chance.random()
        if kind < 0.15 and place - begun > RATE:
            place -= int(chance.uniform(0.2, 1.2) * RATE)
        else:
            place += int((chance.uniform(0, 0.6) if kind < 0.9 else chance.uniform(0.8, 3)) * RATE)
    return audio[:int(seconds * RATE)], turns


def windows(pool, chance, names, count=24):
    """A batch of samples, of who speaks in each frame (three places), and of which of all speakers do."""
    x, said = numpy.zeros((count, 1, WINDOW), numpy.float32), numpy.zeros((count, FRAMES, 3), numpy.int64)
    who = numpy.zeros((count, FRAMES // 2, len(names)), numpy.float32)
    times = (numpy.arange(FRAMES) + 0.5) * FRAME / RATE
    for row in range(count):
        audio, turns = conversation(pool, chance, 14)
        start = chance.uniform(0, 4)
        first = int(start * RATE)
        x[row, 0] = degrade(audio[first:first + WINDOW], chance)
        heard = []
        for begin, end, name in sorted(turns):
            if end <= start or begin >= start + WINDOW / RATE:
                continue
            heard += [name] if name not in heard else []
            frames = (times >= begin - start) & (times < end - start)
            said[row, frames, heard.index(name)] = 1
            who[row, frames[::2], names.index(name)] = 1
    return x, said, who


def classes(said):
    return torch.from_numpy(CLASSES[said @ numpy.array([1, 2, 4])])


def train(model, minutes, peak, loss_of):
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    begun, step = time.process_time(), 0
    while (done := (time.process_time() - begun) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * done) + 1e-3)
        loss = loss_of(done)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2)
        optimizer.step()
        step += 1
        if step % 25 == 0:
            print(f"step {step}, {100 * done:.0f} %, loss {loss.item():.3f}", flush=True)


def train_segmentation(pool, minutes, chance):
    names = list(pool.of)
    model = Segmentation(len(names))

    def loss_of(done):
        x, said, who = windows(pool, chance, names)
        scores, identity = model(torch.from_numpy(x))
        # Speakers have no order: the one that fits best counts.
        each = [nn.functional.nll_loss(scores.transpose(1, 2), classes(said[..., list(order)]), reduction="none").mean(1)
                for order in ORDERS]
        known = nn.functional.binary_cross_entropy_with_logits(identity, torch.from_numpy(who))
        return torch.stack(each).min(0).values.mean() + 10 * known

    train(model, minutes, 2.5e-3, loss_of)
    return model.eval()


def train_embedding(pool, minutes, chance):
    names = list(pool.of)
    rare = [index for index, name in enumerate(names) if not name.startswith("espeak")]
    features = [[fronts.features(degrade(pool.audio(index), chance), "zipformer_ctc") for index in pool.of[name][:60]]
                for name in names]
    model = Embedding(len(names))

    def crop(speaker, length):
        frames = features[speaker][chance.integers(len(features[speaker]))]
        while len(frames) < length:
            frames = numpy.concatenate([frames, features[speaker][chance.integers(len(features[speaker]))]])
        start = chance.integers(0, len(frames) - length + 1)
        return frames[start:start + length].T

    def loss_of(done):
        length = int(chance.uniform(30, 260))
        count = max(16, min(96, 9_600 // length))
        speakers = numpy.where(chance.random(count) < 0.4, chance.choice(rare, count), chance.integers(0, len(names), count))
        x = torch.from_numpy(numpy.stack([crop(speaker, length) for speaker in speakers]).astype(numpy.float32))
        alike = nn.functional.normalize(model(x), dim=1) @ nn.functional.normalize(model.known, dim=1).T
        wanted = torch.from_numpy(speakers)
        margin = 0.25 * min(1, 3 * done) * nn.functional.one_hot(wanted, len(names))
        return nn.functional.cross_entropy(20 * (alike - margin), wanted)

    train(model, minutes, 3e-3, loss_of)
    return model.eval()


def main():
    pool, minutes = Pool(sys.argv[1]), float(sys.argv[2])
    folder = os.path.join(sys.argv[3], "models", "diarization")
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = numpy.random.default_rng(1)
    export.segmentation(train_segmentation(pool, minutes, chance), folder + "/model.onnx")
    export.embedding(train_embedding(pool, minutes, chance), folder + "/embedding.onnx")


if __name__ == "__main__":
    main()
