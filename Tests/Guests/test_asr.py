"""whisper-asr-webservice's API, spoken as Bazarr and other clients of it do."""

import base64
import json
import subprocess
import unittest
import urllib.error
import urllib.request

import srt

from server import TALK, WELCOME, Server


def samples(path):
    """A recording as Bazarr sends it: bare samples."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", "16000", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def post(url, content, headers=None, name="audio_file"):
    boundary = "----bazarr"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(url, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"} | (headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=600) as response:
            return response.status, dict(response.headers), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


class ASRWebService(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.basic = {"Authorization": "Basic " + base64.b64encode(f"any:{cls.server.key}".encode()).decode()}

    def asr(self, query="", content=None, path="/asr", headers=None):
        return post(f"{self.server.url}{path}?{query}", content or WELCOME.read_bytes(), self.basic if headers is None else headers)

    def test_bare_samples_become_subtitles(self):
        status, headers, body = self.asr("task=transcribe&language=en&output=srt&encode=false", samples(WELCOME))
        self.assertEqual(status, 200, body)
        cues = list(srt.parse(body))
        self.assertIn("computer", " ".join(cue.content for cue in cues))
        self.assertLess(cues[-1].end.total_seconds(), 9)
        self.assertEqual(headers["Asr-Engine"], "scriberr")
        job = self.server.call("GET", f"transcriptions/{headers['X-Scriberr-Transcription']}")
        self.assertAlmostEqual(job["duration_seconds"], 7.2, delta=0.1)

    def test_every_output(self):
        for output, start in (("txt", "welcome"), ("vtt", "WEBVTT"), ("srt", "1\n"), ("tsv", "start\tend\ttext"), ("json", "{")):
            status, headers, body = self.asr(f"output={output}&language=en")
            self.assertEqual(status, 200, body)
            self.assertTrue(body.startswith(start), body[:80])
            self.assertIn(f".{output}", headers["Content-Disposition"])
        answer = json.loads(body)
        self.assertEqual(set(answer), {"text", "segments", "language"})
        self.assertNotIn("words", answer["segments"][0])
        words = json.loads(self.asr("output=json&word_timestamps=true&language=en")[2])["segments"][0]["words"]
        self.assertLess(words[0]["start"], words[0]["end"])

    def test_speakers(self):
        status, _, body = self.asr("output=json&diarize=true&min_speakers=2&max_speakers=2", TALK.read_bytes())
        self.assertEqual(status, 200, body)
        self.assertEqual({segment["speaker"] for segment in json.loads(body)["segments"]}, {"SPEAKER_00", "SPEAKER_01"})

    def test_the_language(self):
        before = len(self.server.jobs())
        status, _, body = self.asr("encode=false", samples(WELCOME), path="/detect-language")
        self.assertEqual((status, json.loads(body)), (200, {"detected_language": "english", "language_code": "en"}))
        self.assertEqual(len(self.server.jobs()), before)

    def test_what_makes_no_difference_is_named(self):
        _, headers, _ = self.asr("initial_prompt=Hello&vad_filter=true&max_speakers=3&language=en&unknown=1")
        self.assertEqual(headers["X-Scriberr-Ignored-Fields"], "vad_filter, initial_prompt, max_speakers")

    def test_wrong_values(self):
        wrong = {
            "output": "docx", "task": "sing", "language": "klingonese", "encode": "maybe", "word_timestamps": "2",
            "vad_filter": "x", "diarize": "7", "min_speakers": "two",
        }
        for name, value in wrong.items():
            status, _, body = self.asr(f"{name}={value}")
            self.assertEqual((status, json.loads(body)["error"]["field"]), (422, name))
        self.assertEqual(self.asr(content=b"Dear Sir or Madam")[0], 415)

    def test_keys(self):
        self.assertEqual(self.asr(headers={"X-API-Key": self.server.key}, query="language=en")[0], 200)
        self.assertEqual(self.asr(headers={})[0], 401)
        wrong = "Basic " + base64.b64encode(b"any:sk_" + b"0" * 64).decode()
        self.assertEqual(self.asr(headers={"Authorization": wrong})[0], 401)
        self.assertEqual(self.asr(f"api_key={self.server.key}", headers={})[0], 401)


class WithoutKeys(unittest.TestCase):
    def test_only_programs_on_this_machine_need_none(self):
        with Server({"GUESTS_WITHOUT_KEY_ON_LOOPBACK": "true"}) as server:
            content, url = WELCOME.read_bytes(), server.url + "/asr?language=en"
            self.assertEqual(post(url, content)[0], 200)
            for headers in (
                {"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}, {"X-Real-IP": "203.0.113.7"},
                {"Via": "1.1 proxy"}, {"Origin": "http://evil.example"}, {"Host": "evil.example"},
            ):
                self.assertEqual(post(url, content, headers)[0], 401, headers)
            self.assertEqual(post(server.url + "/api/v1/transcriptions:submit", content, name="file")[0], 401)


if __name__ == "__main__":
    unittest.main()
