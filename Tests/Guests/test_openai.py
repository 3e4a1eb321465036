"""OpenAI's own Python package against a real server."""

import io
import threading
import unittest

import httpx2 as httpx
import openai

from server import SENTENCES, TALK, WELCOME, Server, longer

AGAIN = {"X-Stainless-Retry-Count": "1"}


def recording(path=WELCOME):
    return (path.name, path.read_bytes(), "audio/wav")


class WatchedFile(io.BytesIO):
    """A file that tells when it was read to its end."""

    def __init__(self, content):
        super().__init__(content)
        self.was_read = threading.Event()

    def read(self, *arguments):
        data = super().read(*arguments)
        if not data:
            self.was_read.set()
        return data


class OpenAI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server({"OPENAI_MODEL_ALIASES": "house-model=tiny, usual=default"})
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = openai.OpenAI(base_url=cls.server.url + "/v1", api_key=cls.server.key, max_retries=0, timeout=600)

    def transcribe(self, **fields):
        fields = {"model": "whisper-1", "file": recording()} | fields
        # Sent as a repetition, so that one job of the server serves every test that asks for the same.
        return self.client.audio.transcriptions.create(extra_headers=AGAIN, **fields)

    def refused(self, param, status=400, **fields):
        with self.assertRaises(openai.APIStatusError) as caught:
            self.transcribe(**fields)
        self.assertEqual((caught.exception.status_code, caught.exception.param), (status, param))
        self.assertTrue(caught.exception.body["message"])
        return caught.exception

    def test_json(self):
        answer = self.transcribe()
        self.assertIn("computer", answer.text)
        self.assertEqual(answer.text, answer.text.strip())
        self.assertEqual(answer.usage.type, "duration")
        self.assertAlmostEqual(answer.usage.seconds, 8, delta=1)

    def test_text_formats(self):
        text = self.transcribe().text
        self.assertEqual(self.transcribe(response_format="text").strip(), text)
        subtitles = self.transcribe(response_format="srt")
        self.assertTrue(subtitles.startswith("1\n00:00:0"), subtitles)
        captions = self.transcribe(response_format="vtt")
        self.assertTrue(captions.startswith("WEBVTT\n"), captions)
        for answer in (subtitles, captions):
            self.assertIn("computer", answer.replace("\n", " "))

    def test_verbose_json(self):
        answer = self.transcribe(response_format="verbose_json")
        self.assertEqual((answer.language, answer.words), ("english", None))
        self.assertAlmostEqual(float(answer.duration), 7.2, delta=0.2)
        self.assertTrue(answer.segments)
        for segment in answer.segments:
            self.assertLess(segment.start, segment.end)
            self.assertTrue(segment.text.startswith(" "))
            for field in ("id", "seek", "tokens", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob"):
                self.assertIsNotNone(getattr(segment, field), field)

    def test_words(self):
        answer = self.transcribe(response_format="verbose_json", timestamp_granularities=["word"])
        self.assertIsNone(answer.segments)
        self.assertEqual([word.word for word in answer.words], answer.text.split())
        times = [(word.start, word.end) for word in answer.words]
        self.assertEqual(times, sorted(times))
        both = self.transcribe(response_format="verbose_json", timestamp_granularities=["word", "segment"])
        self.assertTrue(both.words and both.segments)

    def test_speakers(self):
        fields = {"file": recording(TALK), "model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json"}
        answer = self.transcribe(**fields, chunking_strategy="auto")
        self.assertEqual({segment.speaker for segment in answer.segments}, {"A", "B"})
        self.assertEqual(answer.segments[0].speaker, "A")
        self.assertTrue(answer.text.startswith("A: "), answer.text)
        events = list(self.transcribe(**fields, stream=True))
        segments = [event for event in events if event.type == "transcript.text.segment"]
        self.assertEqual([(s.start, s.speaker) for s in segments], [(s.start, s.speaker) for s in answer.segments])
        self.assertEqual(events[-1].type, "transcript.text.done")

    def test_logprobs(self):
        self.assertEqual(self.transcribe(model="tiny", file=recording(SENTENCES), include=["logprobs"]).logprobs, [])
        # The offline model tells how sure it is of a word.
        answer = self.transcribe(include=["logprobs"])
        self.assertEqual(len(answer.logprobs), len(answer.text.split()))
        for entry in answer.logprobs:
            self.assertLessEqual(entry.logprob, 0)
            self.assertEqual(bytes(int(byte) for byte in entry.bytes).decode(), entry.token)
        self.refused("include[]", include=["logprobs"], response_format="text")
        self.refused("include[]", include=["secrets"])

    def test_stream_grows_while_the_job_runs(self):
        # Long enough to be running still when its first words have come and its state was asked.
        long = longer(WELCOME, 12, self.server.folder)
        stream = self.client.audio.transcriptions.create(model="whisper-1", file=recording(long), stream=True)
        deltas, state = [], None
        for event in stream:
            if event.type == "transcript.text.delta":
                deltas.append(event.delta)
                if state is None:
                    job = stream.response.headers["x-scriberr-transcription"]
                    state = self.server.call("GET", f"transcriptions/{job}")["status"]
        self.assertEqual(state, "processing")
        self.assertGreater(len(deltas), 1)
        self.assertEqual(event.type, "transcript.text.done")
        self.assertEqual("".join(deltas), event.text)
        self.assertGreater(event.text.count("computer"), 3)

    def test_a_client_that_gives_up_and_sends_again_joins_the_running_job(self):
        long = longer(TALK, 5, self.server.folder)
        before = len(self.server.jobs())
        hasty = self.client.with_options(timeout=httpx.Timeout(60, read=1), max_retries=2)
        # Nobody gets an answer in time from a queue that stands still.
        self.server.call("POST", "admin/queue:pause")
        with self.assertRaises(openai.APITimeoutError):
            hasty.audio.transcriptions.create(model="whisper-1", file=recording(long))
        self.server.call("POST", "admin/queue:resume")
        answer = self.client.audio.transcriptions.create(model="whisper-1", file=recording(long), extra_headers=AGAIN)
        self.assertIn("report", answer.text)
        jobs = self.server.jobs()
        self.assertEqual(len(jobs) - before, 1)
        self.assertEqual(len(self.server.call("GET", f"transcriptions/{jobs[0]['id']}/executions")["items"]), 1)
        files = self.server.call("GET", "files?limit=100")["items"]
        self.assertEqual(len([file for file in files if file["title"] == long.stem]), 1)

    def test_two_at_once_share_one_job(self):
        long = longer(WELCOME, 3, self.server.folder)
        before, answers = len(self.server.jobs()), []
        files = {form: WatchedFile(long.read_bytes()) for form in ("text", "json", "srt")}

        def ask(form):
            file = (long.name, files[form], "audio/wav")
            answers.append(self.client.audio.transcriptions.create(model="whisper-1", file=file, response_format=form))

        # The job is not over before the last one has asked.
        self.server.call("POST", "admin/queue:pause")
        threads = [threading.Thread(target=ask, args=(form,)) for form in files]
        for thread in threads:
            thread.start()
        for file in files.values():
            self.assertTrue(file.was_read.wait(300))
        self.server.call("POST", "admin/queue:resume")
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 3)
        self.assertEqual(len(self.server.jobs()) - before, 1)

    def test_aliases_and_models(self):
        names = {model.id for model in self.client.models.list()}
        self.assertLessEqual({"whisper-1", "gpt-4o-transcribe", "house-model", "usual", "tiny", "pocketsphinx-en-us"}, names)
        self.assertEqual(self.client.models.retrieve("whisper-1").object, "model")
        self.assertEqual(self.client.models.retrieve("tiny").owned_by, "local")
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.models.retrieve("some/other/model")
        self.assertEqual(caught.exception.code, "model_not_found")
        answer = self.client.audio.transcriptions.with_raw_response.create(model="house-model", file=recording(TALK), language="en-US")
        self.assertEqual(answer.headers["x-scriberr-model"], "tiny")
        answer = self.client.audio.transcriptions.with_raw_response.create(
            model="usual", file=recording(), prompt="Hello.", temperature=0.2, extra_headers=AGAIN
        )
        self.assertEqual(answer.headers["x-scriberr-ignored-fields"], "prompt, temperature")
        self.assertEqual(answer.headers["x-scriberr-warnings"], "OFFLINE_FALLBACK")

    def test_languages_and_keywords(self):
        self.assertTrue(self.transcribe(model="tiny", file=recording(SENTENCES), extra_body={"languages": ["de", "en"]}).text)
        self.refused("languages[]", model="tiny", extra_body={"languages": ["de", "fr"]})
        self.refused("languages[]", language="en", extra_body={"languages": ["en"]})
        self.refused("language", model="tiny", language="de")
        self.refused("language", language="klingonese")
        self.refused("keywords[]", model="tiny", extra_body={"keywords": ["Scriberr"]})
        self.refused("keywords[]", extra_body={"keywords": ["<script>"]})
        answer = self.transcribe(model="listener", file=recording(SENTENCES), extra_body={"keywords": ["monday", "red door"]})
        self.assertIn("monday", answer.text)
        job = self.server.jobs()[0]
        self.assertEqual(self.server.call("GET", f"transcriptions/{job['id']}")["options"]["hotwords"], ["monday", "red door"])

    def translate(self, **fields):
        fields = {"model": "interpreter", "file": recording(SENTENCES)} | fields
        return self.client.audio.translations.create(extra_headers=AGAIN, **fields)

    def test_translations_in_every_format(self):
        text = self.translate().text
        self.assertTrue(text.startswith("he will open the red door on monday"), text)
        job = self.server.jobs()[0]
        self.assertEqual(self.server.call("GET", f"transcriptions/{job['id']}")["options"]["task"], "translate")
        self.assertEqual(self.translate(response_format="text").strip(), text)
        self.assertTrue(self.translate(response_format="srt").startswith("1\n00:00:0"))
        self.assertTrue(self.translate(response_format="vtt").startswith("WEBVTT\n"))
        answer = self.translate(response_format="verbose_json")
        self.assertEqual((answer.text, answer.language), (text, "english"))
        self.assertTrue(answer.segments)
        raw = self.client.audio.translations.with_raw_response.create(
            model="interpreter", file=recording(SENTENCES), prompt="Doors.", temperature=0.5, extra_headers=AGAIN
        )
        self.assertEqual(raw.headers["x-scriberr-ignored-fields"], "prompt, temperature")

    def test_translations_that_cannot_be(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.audio.translations.create(model="tiny", file=recording())
        self.assertEqual(caught.exception.param, "model")
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.audio.translations.create(model="whisper-1", file=recording(), response_format="diarized_json")
        self.assertEqual(caught.exception.param, "response_format")

    def test_wrong_values(self):
        self.refused("response_format", response_format="waltz")
        self.refused("model", status=404, model="gpt-9")
        self.refused("temperature", temperature=7)
        self.refused("timestamp_granularities[]", response_format="verbose_json", timestamp_granularities=["syllable"])
        self.refused("timestamp_granularities[]", timestamp_granularities=["word"])
        self.refused("chunking_strategy", chunking_strategy={"type": "client_vad"})
        self.refused("chunking_strategy", chunking_strategy={"type": "server_vad", "threshold": 3})
        self.refused("stream", stream=True, response_format="srt")
        self.refused("known_speaker_names[]", known_speaker_names=["Ann"])
        reference = "data:audio/wav;base64," + "A" * 200_000
        self.refused("known_speaker_references[]", known_speaker_references=[reference])
        self.refused("file", file=("letter.mp3", b"Dear Sir or Madam", "audio/mpeg"))
        self.assertTrue(self.transcribe(chunking_strategy={"type": "server_vad", "silence_duration_ms": 300}).text)

    def test_keys(self):
        stranger = self.client.with_options(api_key="sk_" + "0" * 64)
        with self.assertRaises(openai.AuthenticationError) as caught:
            stranger.models.list()
        self.assertEqual((caught.exception.code, caught.exception.type), ("invalid_api_key", "invalid_request_error"))
        reader = self.server.call("POST", "api-keys", {"name": "reader", "scopes": ["read"]})["key"]
        self.assertTrue(list(self.client.with_options(api_key=reader).models.list()))
        with self.assertRaises(openai.PermissionDeniedError):
            self.client.with_options(api_key=reader).audio.transcriptions.create(model="whisper-1", file=recording())
        answer = httpx.post(self.server.url + "/v1/audio/transcriptions")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (401, "invalid_api_key"))
        unknown = httpx.get(self.server.url + "/v1/chat/completions", headers={"Authorization": f"Bearer {self.server.key}"})
        self.assertEqual((unknown.status_code, unknown.json()["error"]["type"]), (404, "invalid_request_error"))

    def test_the_path_without_version(self):
        client = self.client.with_options(base_url=self.server.url)
        answer = client.audio.transcriptions.create(model="whisper-1", file=recording(), extra_headers=AGAIN)
        self.assertIn("computer", answer.text)


if __name__ == "__main__":
    unittest.main()
