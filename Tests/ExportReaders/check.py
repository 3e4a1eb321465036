"""Reads exported transcripts with programs that others wrote and compares what they find with the canonical JSON.

    tools/check-exports             makes the samples and runs this
    check.py FOLDER                 reads samples that are there already
"""

import csv
import glob
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

import docx
import meeteval
import pysubs2
import srt
import webvtt
from markdown_it import MarkdownIt

WORD_JOINER = "\u2060"
counts = {}


def letters(text):
    """What is left of a text without spaces and word joiners, in any order: cues are sorted by time."""
    return sorted(c for c in text if not c.isspace() and c != WORD_JOINER and c != "\ufeff")


def same(reader, found, expected):
    assert letters(found) == letters(expected), f"{reader}: {found[:200]!r} is not {expected[:200]!r}"


def in_order(reader, times):
    reached = 0
    for start, end in times:
        assert reached <= start < end, f"{reader}: {start} to {end} after {reached}"
        reached = end


def seconds(clock):
    return sum(float(part) * unit for part, unit in zip(clock.split(":"), (3600, 60, 1)))


def count(reader):
    counts[reader] = counts.get(reader, 0) + 1


def ffmpeg(path, kind):
    """The text of the subtitles as ffmpeg decodes them, without markup."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", kind, "-i", path, "-f", "ass", "-"]
    result = subprocess.run(command, capture_output=True, check=True)
    assert not result.stderr, f"ffmpeg: {result.stderr.decode()[:300]}"
    return pysubs2.SSAFile.from_string(result.stdout.decode(), format_="ass")


def check_srt(base, sample, words):
    with open(base + "srt", encoding="utf-8", newline="") as file:
        cues = list(srt.parse(file.read()))
    in_order("srt", [(c.start.total_seconds(), c.end.total_seconds()) for c in cues])
    assert [c.index for c in cues] == list(range(1, len(cues) + 1)), "srt: numbers"
    if ".plain." in base:
        same("srt", " ".join(c.content for c in cues), words)
    count("srt")
    if cues:
        in_order("pysubs2 srt", [(e.start, e.end) for e in pysubs2.load(base + "srt", encoding="utf-8")])
        assert len(ffmpeg(base + "srt", "srt")) == len(cues), "ffmpeg srt"
        count("ffmpeg srt")


def check_vtt(base, sample, words):
    cues = webvtt.read(base + "vtt")
    in_order("webvtt-py", [(seconds(c.start), seconds(c.end)) for c in cues])
    if ".plain." in base:
        same("webvtt-py", " ".join(unescaped(c.text) for c in cues), words)
    if ".speakers." in base:
        assert len([c for c in cues if c.voice]) == len([c for c in cues if c.raw_text.startswith("<v ")]), "vtt voices"
    count("webvtt-py")
    if len(cues):
        found = ffmpeg(base + "vtt", "webvtt")
        assert len(found) == len(cues), "ffmpeg vtt"
        count("ffmpeg vtt")


def unescaped(text):
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def check_ass(base, sample, words):
    events = pysubs2.load(base + "ass", encoding="utf-8")
    in_order("pysubs2", [(e.start, e.end) for e in events])
    found = " ".join(e.plaintext for e in events).replace("｛", "{").replace("｝", "}")
    same("pysubs2", found, words)
    count("pysubs2 ass")
    if len(events):
        assert len(ffmpeg(base + "ass", "ass")) == len(events), "ffmpeg ass"
        count("ffmpeg ass")


def check_ttml(base, sample, words):
    space = "{http://www.w3.org/ns/ttml}"
    paragraphs = list(xml.parse(base + "ttml").getroot().iter(space + "p"))
    in_order("ttml", [(seconds(p.get("begin")), seconds(p.get("end"))) for p in paragraphs])
    same("ttml", " ".join("".join(p.itertext()) for p in paragraphs), words)
    count("xml ttml")


def check_lrc(base, sample, words):
    if ".plain." not in base:
        return
    lines = open(base + "lrc", encoding="utf-8").read().splitlines()
    same("lrc", " ".join(line.split("]", 1)[1] for line in lines if not line.startswith("[ti:")), words)
    if words:
        found = ffmpeg(base + "lrc", "lrc")
        assert len(found) >= 1, "ffmpeg lrc"
        count("ffmpeg lrc")


def check_tables(base, sample, words):
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        with open(base + name, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(io.StringIO(file.read()), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if name == "csv" else csv.QUOTE_NONE))
        assert all(None not in row and None not in row.values() for row in rows), f"{name}: columns"
        expected = sample["words"] if name == "csv" and ".words." in base else sample["segments"]
        assert len(rows) == len(expected), f"{name}: rows"
        if name == "csv":
            assert not [c for row in rows for c in (row["speaker"], row.get("text") or row.get("word")) if c and c[0] in "=+-@"], "csv: formula"
        elif ".plain." in base:
            same("tsv", " ".join(row["text"] for row in rows), " ".join(s["text"] for s in sample["segments"]))
    count("csv and tsv")


def check_documents(base, sample, words):
    paragraphs = [p.text for p in docx.Document(base + "docx").paragraphs]
    assert paragraphs, "docx: no title"
    found = " ".join(paragraphs[1:])
    assert all(letter in found for letter in set(sample["text"]) if not letter.isspace()), "docx: text"
    if ".plain." in base and sample["segments"]:
        for segment in sample["segments"]:
            assert " ".join(segment["text"].split()) in found, "docx: segment"
    count("python-docx")


def check_markdown(base, sample, words):
    tokens = MarkdownIt("commonmark").parse(open(base + "md", encoding="utf-8", newline="").read())
    kinds = {token.type for token in tokens}
    assert kinds <= {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"}, f"md: {kinds}"
    pieces = [piece for opening, token in zip(tokens, tokens[1:]) if opening.type == "paragraph_open" for piece in token.children]
    kinds = {piece.type for piece in pieces}
    # Times are code and speakers strong; anything else would be markup that somebody said.
    assert kinds <= {"text", "softbreak", "code_inline", "strong_open", "strong_close"}, f"md: {kinds}"
    if ".plain." in base:
        assert "strong_open" not in kinds, "md: a speaker"
        same("markdown-it-py", " ".join(piece.content for piece in pieces if piece.type == "text"), words or sample["text"])
    count("markdown-it-py")


def check_json(base, sample, words):
    read = lambda name: json.load(open(base + name, encoding="utf-8"))
    texts = [s["text"].strip() for s in sample["segments"]]
    assert [s["text"].strip() for s in read("whisper")["segments"]] == texts, "whisper"
    assert [s["text"] for s in read("whisperx")["segments"]] == texts, "whisperx"
    assert [s["body"] for s in read("podcast")["segments"]] == texts, "podcast"
    assert [s["text"].strip() for s in read("verbose_json")["segments"]] == texts, "verbose_json"
    assert [s["text"] for s in read("diarized_json")["segments"]] == texts, "diarized_json"
    count("json")


def check_scoring(base, sample, words):
    if sample["segments"]:
        seglst = meeteval.io.load(base + "seglst", format="seglst")
        assert [s["words"] for s in seglst] == [s["text"].strip() for s in sample["segments"]], "seglst"
        count("meeteval seglst")
    labeled = [s for s in sample["segments"] if s.get("speaker")]
    if labeled:
        assert len(meeteval.io.load(base + "rttm", format="rttm").lines) == len(labeled), "rttm"
        count("meeteval rttm")
    if sample["words"]:
        lines = meeteval.io.load(base + "ctm", format="ctm").lines
        assert len(lines) == len(sample["words"]), "ctm"
        count("meeteval ctm")


def main(folder, least=60):
    """Reads every sample in a folder, at least so many; answers how many checks failed."""
    samples = sorted(glob.glob(os.path.join(folder, "*.json")))
    assert len(samples) >= least, f"only {len(samples)} samples in {folder}"
    failures = 0
    for path in samples:
        sample = json.load(open(path, encoding="utf-8"))
        words = " ".join(s["text"] for s in sample["segments"])
        for check in (check_srt, check_vtt, check_ass, check_ttml, check_lrc, check_tables, check_documents, check_markdown, check_json, check_scoring):
            try:
                check(path[: -len("json")], sample, words)
            except Exception as error:
                failures += 1
                print(f"{os.path.basename(path)} {check.__name__}: {type(error).__name__} {error}")
    for reader, number in sorted(counts.items()):
        print(f"{number:5} files read by {reader}")
    print(f"{len(samples)} samples, {failures} failures")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
