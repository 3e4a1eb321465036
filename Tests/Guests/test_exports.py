"""Every export of a real server, read back by programs that others wrote."""

import re
import sys
import time
import unittest
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import srt

from server import ROOT, TALK, WELCOME, Server, longer

sys.path.insert(0, str(ROOT / "Tests/ExportReaders"))
import check

FORMATS = (
    "txt", "json", "srt", "vtt", "md", "docx", "csv", "tsv", "ass", "ttml", "lrc", "audacity", "ctm", "rttm", "seglst",
    "podcast", "whisper", "whisperx", "verbose_json", "diarized_json",
)
VARIANTS = {
    "plain": "&speakers=false", "speakers": "&speakers=true&times=true&speaker_names=SPEAKER_00%3DAnn%20%26%20Co",
    "words": "&preset=social&words=true&newline=crlf",
}


def seconds(delta):
    return delta.total_seconds()


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.jobs = {
            "welcome": cls.submit(WELCOME, "welcome", "{}"),
            "talk": cls.submit(TALK, "Two / speakers: \u201ctalk\u201d", '{"diarization":true}'),
            "long": cls.submit(longer(TALK, 3, cls.server.folder), "long", '{"diarization":true}'),
        }
        for job in cls.jobs.values():
            cls.wait(job)

    @classmethod
    def submit(cls, path, title, options):
        boundary = uuid.uuid4().hex
        fields = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("title", title), ("options", options))
        )
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
        body = (fields + head).encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        request = urllib.request.Request(f"{cls.server.url}/api/v1/transcriptions:submit", body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        request.add_header("X-API-Key", cls.server.key)
        with urllib.request.urlopen(request, timeout=300) as response:
            return check.json.load(response)["id"]

    @classmethod
    def wait(cls, job):
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            state = cls.server.call("GET", f"transcriptions/{job}?wait=30s")
            if state["status"] not in ("queued", "processing"):
                assert state["status"] == "completed", state
                return
        raise TimeoutError(job)

    def get(self, job, query="", headers=None):
        request = urllib.request.Request(f"{self.server.url}/api/v1/transcriptions/{self.jobs[job]}/transcript{query}")
        request.add_header("X-API-Key", self.server.key)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                return response.status, dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def test_independent_readers_accept_every_format(self):
        folder = self.server.folder / "exports"
        folder.mkdir()
        for job in self.jobs:
            for variant, query in VARIANTS.items():
                for name in FORMATS:
                    status, _, content = self.get(job, f"?format={name}{query}")
                    self.assertEqual(status, 200, content[:200])
                    (folder / f"{job}.{variant}.{name}").write_bytes(content)
        self.assertEqual(check.main(str(folder), least=9), 0)

    def test_subtitles_keep_the_rules_of_their_preset(self):
        presets = {
            "default": (2, 42, 1, 7, 0.04), "netflix": (2, 42, 0.833, 7, 0.084), "podcast": (2, 32, 1, 7, 0.04), "social": (1, 22, 0.5, 3, 0.001),
        }
        for preset, (lines, width, least, most, gap) in presets.items():
            cues = list(srt.parse(self.get("long", f"?format=srt&speakers=false&preset={preset}")[2].decode()))
            self.assertGreater(len(cues), 5)
            for cue, following in zip(cues, cues[1:] + [None]):
                texts = cue.content.split("\n")
                self.assertLessEqual(len(texts), lines, (preset, cue))
                self.assertTrue(all(len(text) <= width or " " not in text for text in texts), (preset, cue))
                length = seconds(cue.end) - seconds(cue.start)
                self.assertLessEqual(length, most + 0.001, (preset, cue))
                room = seconds(following.start) - seconds(cue.end) if following else 60
                self.assertGreaterEqual(room, gap - 0.0011, (preset, cue))
                if room > gap + 0.002:
                    self.assertGreaterEqual(length, least - 0.001, (preset, cue))

    def test_options_change_what_they_say(self):
        self.assertIn(b"<v SPEAKER_00>", self.get("talk", "?format=vtt")[2])
        self.assertIn(b"<v Ann>", self.get("talk", "?format=vtt&speaker_names=SPEAKER_00=Ann")[2])
        self.assertNotIn(b"<v ", self.get("talk", "?format=vtt&speakers=false")[2])
        self.assertTrue(re.search(rb"<00:00:0\d\.\d{3}>", self.get("talk", "?format=vtt&words=true")[2]))
        self.assertIn(b"\r\n", self.get("talk", "?format=srt&newline=crlf")[2])
        self.assertRegex(self.get("talk", "?format=txt&times=true&speakers=true")[2].decode(), r"^\[00:00:0\d\] SPEAKER_0")
        narrow = list(srt.parse(self.get("talk", "?format=srt&speakers=false&max_chars=20&max_lines=1")[2].decode()))
        self.assertTrue(all(len(cue.content) <= 20 for cue in narrow))
        short = list(srt.parse(self.get("talk", "?format=srt&max_duration=1.5")[2].decode()))
        self.assertTrue(all(seconds(cue.end - cue.start) <= 1.501 for cue in short))

    def test_a_wrong_value_of_each_option_names_it(self):
        wrong = {
            "format": "waltz", "preset": "cinema", "max_lines": "0", "max_chars": "3", "max_cps": "fast", "min_duration": "-1",
            "max_duration": "0", "gap": "5", "speakers": "some", "times": "2", "words": "x", "speaker_names": "Ann", "newline": "cr",
            "color": "red",
        }
        for name, value in wrong.items():
            query = f"?{name}={value}" if name == "format" else f"?format=srt&{name}={value}"
            status, _, content = self.get("welcome", query)
            self.assertEqual((status, check.json.loads(content)["error"]["field"]), (422, name))

    def test_accept_chooses_and_the_file_has_a_clean_name(self):
        for accept, kind in (("text/vtt", "text/vtt"), ("application/x-subrip, text/vtt;q=0.5", "application/x-subrip"), ("application/json", "application/json"), ("*/*", "application/json")):
            _, headers, _ = self.get("talk", headers={"Accept": accept})
            self.assertEqual(headers["Content-Type"].split(";")[0], kind)
        _, headers, _ = self.get("talk", "?format=srt")
        self.assertEqual(
            headers["Content-Disposition"],
            "attachment; filename=\"Two _ speakers_ talk.srt\"; filename*=UTF-8''Two%20%5F%20speakers%5F%20%E2%80%9Ctalk%E2%80%9D%2Esrt",
        )


if __name__ == "__main__":
    unittest.main()
