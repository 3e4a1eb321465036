#!/usr/bin/env python3
"""Makes Tests/Fixtures/audio/sentences.flac and, beside it, what is said when (seconds, text) and when each word begins.

    tools/fixture-models/sentences.py Tests/Fixtures/audio

Needs espeak-ng and ffmpeg. The sentences are ones that the fixture models recognize without error: they show that the
way from a recording to words works, and say nothing about how well the models hear.
"""

import io
import os
import subprocess
import sys
import wave

from espeak_words import word_starts

RATE = 16_000
SPEED = 145
# Voice, sentence, pause behind it in seconds. The short pause is one that piece rules join over.
SENTENCES = [
    ("en-us", "he will open the red door on monday", 1.9),
    ("en-us+f2", "four seven two nine one", 0.6),
    ("en-us+f2", "zero five eight three six two", 1.9),
    ("en-us+m7", "she will send the red report on friday", 1.9),
    ("en-us+f4", "one two three four five six", 1.0),
]


def speak(voice, text):
    """16-bit samples at RATE, silence at both ends cut off, and the seconds that were cut off before."""
    spoken = subprocess.run(["espeak-ng", "-v", voice, "-s", str(SPEED), "--stdout", text], check=True, capture_output=True)
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-ar", str(RATE), "-ac", "1", "-f", "s16le", "pipe:1"],
        input=spoken.stdout, check=True, capture_output=True).stdout
    loud = [i for i in range(0, len(raw), 2) if abs(int.from_bytes(raw[i:i + 2], "little", signed=True)) > 300]
    return raw[loud[0]:loud[-1] + 2], loud[0] / 2 / RATE


def main():
    folder = sys.argv[1]
    audio, lines, words = bytearray(2 * RATE * 6 // 10), [], []
    for voice, text, pause in SENTENCES:
        start = len(audio) / 2 / RATE
        spoken, cut = speak(voice, text)
        audio += spoken
        for word, time in zip(text.split(), word_starts(voice, SPEED, text)):
            words.append(f"{max(start, start + time - cut):.3f}\t{word}\n")
        lines.append(f"{start:.3f}\t{len(audio) / 2 / RATE:.3f}\t{text}\n")
        audio += bytes(2 * int(RATE * pause))
    memory = io.BytesIO()
    with wave.open(memory, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(audio)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", "pipe:0", "-bitexact", "-compression_level", "12",
         os.path.join(folder, "sentences.flac")], input=memory.getvalue(), check=True)
    for name, rows in (("sentences.tsv", lines), ("words.tsv", words)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.writelines(rows)


if __name__ == "__main__":
    main()
