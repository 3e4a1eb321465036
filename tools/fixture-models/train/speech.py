#!/usr/bin/env python3
"""Speaks the training sentences with many voices: speech.py COUNT SEED OUT.npz

Needs espeak-ng, flite, festival and the voices that README.md names. An entry is a speaker, a text and samples at 16 kHz.
"""

import multiprocessing
import random
import subprocess
import sys
import tempfile

import numpy

from vocabulary import sentence

RATE = 16_000
ACCENTS = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-029 en-us-nyc".split()
# Names of files in espeak-ng-data/voices/!v. A name that is none falls back to the default voice without an error.
VARIANTS = ("adam Alex Andrea antonio aunty belinda benjamin caleb david Denis Diogo ed edward edward2 Gene2 gustave Henrique "
            "Hugo iven iven2 iven4 Jacky john kaukovalta marcelo max Michael michel miguel Nguyen pablo paul pedro quincy rob "
            "robert steph2 steph3 Storm zac anika f1 f2 f3 f4 f5 grandpa grandma klatt klatt2 klatt4 m1 m2 m3 m4 m5 m6 m7 m8 "
            "norbert sandro shelby travis victor").split()
OTHERS = {"flite-kal16": "kal", "flite-rms": "rms", "flite-slt": "slt", "festival-kal_diphone": "kal",
          "festival-cmu_us_slt_arctic_hts": "slt"}


def voices():
    """Voice to speaker: some speakers have two voices, and half of the variants a second pitch that makes them another."""
    chance = random.Random(7)
    found = dict(OTHERS)
    for variant in VARIANTS:
        for pitch in [50] if chance.random() < 0.5 else [50, chance.choice([20, 80])]:
            voice = f"espeak-{chance.choice(ACCENTS)}+{variant}-{pitch}"
            found[voice] = voice
    return found


def speak(voice, text, chance):
    """Samples within -1...1, cut to the speech."""
    engine, name = voice.split("-", 1)
    stretch = f"{chance.uniform(0.9, 1.25):.2f}"
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        if engine == "espeak":
            variant, pitch = name.rsplit("-", 1)
            subprocess.run(["espeak-ng", "-v", variant, "-p", pitch, "-s", str(chance.randint(115, 185)), "-w", out.name, text],
                           check=True, capture_output=True)
        elif engine == "flite":
            subprocess.run(["flite", "-voice", name, "--setf", f"duration_stretch={stretch}", "-t", text, "-o", out.name],
                           check=True, capture_output=True)
        else:
            script = (f"(voice_{name})\n(Parameter.set 'Duration_Stretch {stretch})\n"
                      f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{out.name}" \'riff)\n')
            subprocess.run(["festival", "--pipe"], input=script.encode(), check=True, capture_output=True)
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", out.name, "-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"],
                             check=True, capture_output=True).stdout
    samples = numpy.frombuffer(raw, numpy.float32)
    level = numpy.convolve(numpy.abs(samples), numpy.ones(160) / 160, "same")
    loud = numpy.flatnonzero(level > max(0.004, 0.01 * level.max()))
    samples = samples[max(0, loud[0] - 320):loud[-1] + 320]
    return samples / numpy.abs(samples).max() * 0.8


def one(job):
    voice, text, seed = job
    return numpy.round(speak(voice, text, random.Random(seed)) * 32767).astype(numpy.int16)


def main():
    count, chance = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    known = voices()
    variants = [voice for voice in known if voice.startswith("espeak")]
    # Balanced by synthesizer, or the speaker models learn which program speaks, not who.
    jobs = [(chance.choice(variants if chance.random() < 0.6 else list(OTHERS)), sentence(chance), number) for number in range(count)]
    with multiprocessing.Pool() as pool:
        spoken = pool.map(one, jobs, chunksize=16)
    numpy.savez(sys.argv[3], speaker=[known[voice] for voice, _, _ in jobs], text=[text for _, text, _ in jobs],
                border=numpy.cumsum([0] + [len(samples) for samples in spoken]), samples=numpy.concatenate(spoken))
    print(f"{count} sentences, {sum(map(len, spoken)) / RATE / 3600:.2f} hours")


if __name__ == "__main__":
    main()
