#!/usr/bin/env python3
"""The engine host beside sherpa-onnx's own Python binding, on the same recording, model and number of threads.

    tools/bench_engine.py [--host PROGRAM] [--minutes 60] [--threads 2] [--rounds 3] [--folder MODEL_FOLDER]

Needs ffmpeg and `pip install sherpa-onnx==2.0.1 numpy`. The recording is made of Tests/Fixtures/audio/sentences.flac,
over and over. The binding runs the loop of its examples: its voice detector, then its recognizer, one stretch at a time.
The default model is the NeMo CTC fixture; a folder with model.onnx and tokens.txt of that layout can be given.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

VAD = ".native/silero-vad/silero_vad_16k_op15.onnx"


def make_recording(path, minutes):
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", "Tests/Fixtures/audio/sentences.flac",
         "-t", str(minutes * 60), path], check=True)


def run_binding(path, folder, threads):
    """Runs in a process of its own and prints what it took."""
    import numpy
    import sherpa_onnx

    started = time.monotonic()
    recognizer = sherpa_onnx.OfflineRecognizer.from_nemo_ctc(
        model=folder + "/model.onnx", tokens=folder + "/tokens.txt", num_threads=threads)
    config = sherpa_onnx.VadModelConfig()
    config.silero_vad.model = VAD
    config.silero_vad.min_silence_duration = 0.25
    config.sample_rate = 16000
    detector = sherpa_onnx.VoiceActivityDetector(config, buffer_size_in_seconds=100)
    first, words = None, 0

    def drain():
        nonlocal first, words
        while not detector.empty():
            stream = recognizer.create_stream()
            stream.accept_waveform(16000, detector.front.samples)
            detector.pop()
            recognizer.decode_stream(stream)
            words += len(stream.result.text.split())
            first = first or time.monotonic() - started

    decoder = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "1", "-ar", "16000", "-"], stdout=subprocess.PIPE)
    while chunk := decoder.stdout.read(512 * 4):
        detector.accept_waveform(numpy.frombuffer(chunk, numpy.float32))
        drain()
    decoder.wait()
    detector.flush()
    drain()
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({
        "wall": time.monotonic() - started, "first": first, "words": words, "peak": own.ru_maxrss / 1024,
        "processor": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime}))


def run_host(program, path, folder, threads):
    started = time.monotonic()
    host = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    order = {
        "order": "bench", "audioPath": os.path.abspath(path), "vadModelPath": os.path.abspath(VAD), "task": "transcribe",
        "hotwords": [], "threads": threads, "device": "cpu", "firstPiece": 0, "resumeAt": 0,
        "model": {"id": "bench", "family": "nemo_ctc", "parameters": {}, "files": {
            "model": os.path.abspath(folder) + "/model.onnx", "tokens": os.path.abspath(folder) + "/tokens.txt"}}}
    host.stdin.write(json.dumps({"transcribe": {"_0": order}}).encode() + b"\n")
    host.stdin.flush()
    first, words = None, 0
    for line in host.stdout:
        kind, values = next(iter(json.loads(line).items()))
        if kind == "piece":
            first = first or time.monotonic() - started
            words += len(values["piece"]["text"].split())
        elif kind in ("done", "failed"):
            break
    wall = time.monotonic() - started
    host.stdin.close()
    host.wait()
    if kind == "failed":
        sys.exit(f"{values['code']}: {values['message']}")
    report = values["report"]
    return {"wall": wall, "first": first, "words": words, "processor": report["processorSeconds"],
            "peak": report["peakMemoryBytes"] / 2**20}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--host", default=".build/release/scriberr-engine")
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--folder", default="Tests/Fixtures/models/nemo-ctc")
    arguments.add_argument("--only", choices=["host"])
    arguments.add_argument("--binding", metavar="WAV", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.binding:
        return run_binding(given.binding, given.folder, given.threads)
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/recording.wav"
        make_recording(path, given.minutes)
        rows = {"host": [], "binding": []}
        for _ in range(given.rounds):
            rows["host"].append(run_host(given.host, path, given.folder, given.threads))
            if given.only:
                continue
            answer = subprocess.run(
                [sys.executable, __file__, "--binding", path, "--folder", given.folder, "--threads", str(given.threads)],
                check=True, capture_output=True, text=True).stdout
            rows["binding"].append(json.loads(answer))
    print(f"{given.minutes:g} minutes, {given.threads} threads, median of {given.rounds} rounds in turn")
    middle = {}
    for name, runs in rows.items():
        if not runs:
            continue
        middle[name] = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print("{0:8} wall {wall:7.2f} s  processor {processor:7.2f} s  first text {first:5.2f} s  peak {peak:6.1f} MiB  "
              "{words:.0f} words".format(name, **middle[name]))
    if len(middle) == 2:
        print("wall ratio {:.2f} (binding / host), processor ratio {:.2f} (host / binding)".format(
            middle["binding"]["wall"] / middle["host"]["wall"],
            middle["host"]["processor"] / middle["binding"]["processor"]))


if __name__ == "__main__":
    main()
