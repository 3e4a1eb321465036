#!/usr/bin/env python3
"""Makes Tests/Fixtures/audio/three-speakers.flac and, beside it, who speaks when (RTTM).

    tools/fixture-models/conversation.py Tests/Fixtures/audio

Needs espeak-ng, flite and ffmpeg. A conversation that the fixture models get right: see README.md.
"""

import os
import subprocess
import sys

RATE = 16_000
VOICES = {
    "rms": ["flite", "-voice", "rms"],
    "f2": ["espeak-ng", "-v", "en-us+f2", "-s", "150"],
    "m3": ["espeak-ng", "-v", "en-us+m3", "-s", "150"],
}
TURNS = [
    ("rms", "good morning and welcome to the meeting, today we talk about the report for this month"),
    ("f2", "thank you, i have read the report and i will send a short summary to the team tomorrow"),
    ("m3", "please wait a little with that, there are two more numbers that i want to check before friday"),
    ("rms", "that is fine, we can look at the numbers on monday and then close the project"),
    ("m3", "then i will call you on monday morning and bring the new budget with me"),
    ("f2", "very good, and i will print the paper for the teacher and the doctor"),
]
PAUSE = 0.6


def speak(voice, text):
    command = VOICES[voice]
    if command[0] == "flite":
        spoken = subprocess.run([*command, "-t", text, "-o", "/dev/stdout"], check=True, capture_output=True).stdout
    else:
        spoken = subprocess.run([*command, "--stdout", text], check=True, capture_output=True).stdout
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-ar", str(RATE), "-ac", "1", "-af", "loudnorm=I=-20,aresample=16000", "-f", "s16le",
         "pipe:1"], input=spoken, check=True, capture_output=True).stdout
    loud = [place for place in range(0, len(raw), 2) if abs(int.from_bytes(raw[place:place + 2], "little", signed=True)) > 300]
    return raw[loud[0]:loud[-1] + 2]


def main():
    folder = sys.argv[1]
    gap = bytes(2 * int(RATE * PAUSE))
    audio, lines = bytearray(gap), []
    for voice, text in TURNS:
        start = len(audio) / 2 / RATE
        audio += speak(voice, text)
        length = len(audio) / 2 / RATE - start
        lines.append(f"SPEAKER three-speakers 1 {start:.3f} {length:.3f} <NA> <NA> {voice} <NA> <NA>\n")
        audio += gap
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0", "-bitexact",
         "-compression_level", "12", os.path.join(folder, "three-speakers.flac")], input=bytes(audio), check=True)
    with open(os.path.join(folder, "three-speakers.rttm"), "w", encoding="utf-8") as file:
        file.writelines(lines)


if __name__ == "__main__":
    main()
