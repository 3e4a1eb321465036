"""The spoken sentences, and what happens to them on their way to a microphone."""

import numpy

RATE = 16_000


class Pool:
    def __init__(self, path):
        data = numpy.load(path)
        self.border, self.samples = data["border"], data["samples"]
        self.text, self.speaker = [str(text) for text in data["text"]], [str(name) for name in data["speaker"]]
        self.of = {name: [index for index, other in enumerate(self.speaker) if other == name] for name in sorted(set(self.speaker))}

    def __len__(self):
        return len(self.text)

    def audio(self, index):
        return self.samples[self.border[index]:self.border[index + 1]].astype(numpy.float32) / 32768


def noise(count, chance):
    """White, pink, brown or humming noise of deviation one."""
    white = numpy.fft.rfft(chance.standard_normal(count))
    place = numpy.arange(1, len(white) + 1)
    kind = chance.integers(4)
    if kind == 1:
        white = white / numpy.sqrt(place)
    elif kind == 2:
        white = white / place
    elif kind == 3:
        white = white * numpy.exp(-(((place / len(white) - chance.uniform(0.02, 0.3)) / 0.03) ** 2)) + white / place
    heard = numpy.fft.irfft(white, count)
    return heard / (heard.std() + 1e-9)


def degrade(audio, chance):
    """A telephone's band, noise and another level; nothing moves in time."""
    if chance.random() < 0.25:
        spectrum = numpy.fft.rfft(audio)
        spectrum[int(len(spectrum) * chance.uniform(0.42, 0.7)):] = 0
        audio = numpy.fft.irfft(spectrum, len(audio))
    if chance.random() < 0.6:
        audio = audio + noise(len(audio), chance) * max(0.01, audio.std()) * 10 ** (-chance.uniform(3, 35) / 20)
    return (audio / (numpy.abs(audio).max() + 1e-6) * 10 ** (chance.uniform(-30, -0.5) / 20)).astype(numpy.float32)


def reverberate(audio, chance):
    count = int(RATE * chance.uniform(0.1, 0.4))
    room = chance.standard_normal(count) * numpy.exp(-numpy.arange(count) / (count / 6.9))
    room[0] = 6
    size = 1 << (len(audio) + count).bit_length()
    heard = numpy.fft.irfft(numpy.fft.rfft(audio, size) * numpy.fft.rfft(room / numpy.sqrt((room ** 2).sum()), size), size)
    return heard[:len(audio)]
