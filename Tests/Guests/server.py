"""A real Scriberr server for clients that others wrote: the built program, a data folder of its own, an account and a key."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = os.environ.get("SCRIBERR_BIN") or str(ROOT / ".build/debug/scriberr")
WELCOME = ROOT / "samples/welcome.wav"
TALK = ROOT / "samples/two-speakers.wav"
# What the model "tiny" was trained to understand.
SENTENCES = ROOT / "Tests/Fixtures/audio/sentences.flac"
# For failures only: a machine may have much else to do.
PATIENCE = 300
PASSWORD = "correct horse battery"


def quiet_port():
    """A free port that nobody gets by chance, so that it is still free when a server that was stopped is started again there."""
    first_by_chance = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_000, max(first_by_chance, 11_000))
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    """Use as a context manager. `environment` goes before the defaults."""

    def __init__(self, environment=None, folder=None):
        self.temporary = None if folder else tempfile.TemporaryDirectory(prefix="scriberr-clients-")
        self.folder = Path(folder or self.temporary.name)
        self.environment = environment or {}
        self.lines = []
        self.port = quiet_port()
        self.token = self.key = None

    def __enter__(self):
        self.install_models()
        self.start()
        account = {"username": "anna", "password": PASSWORD, "confirm_password": PASSWORD}
        self.token = self.call("POST", "auth/register", account)["access_token"]
        self.key = self.call("POST", "api-keys", {"name": "clients"})["key"]
        return self

    def __exit__(self, *_):
        self.stop()
        if self.temporary:
            self.temporary.cleanup()

    def install_models(self):
        """The small models of ours under the names that the catalogue knows or, by a card, makes known."""
        fixtures, models = ROOT / "Tests/Fixtures/models", self.folder / "data/models"
        speakers = models / "diarization-default"
        speakers.mkdir(parents=True, exist_ok=True)
        shutil.copy(fixtures / "diarization/model.onnx", speakers / "model.onnx")
        shutil.copy(fixtures / "diarization/embedding.onnx", speakers / "nemo_en_titanet_small.onnx")
        self.install(models / "tiny", "nemo-ctc", "nemo_ctc", ["en"], model="model.onnx")
        # Takes the task of translating like any Whisper; what it writes then is the English that it hears.
        self.install(
            models / "interpreter", "whisper", "whisper", ["en", "de", "fr", "es"], ["transcription", "translation", "language_detection"],
            encoder="encoder.onnx", decoder="decoder.onnx",
        )
        self.install(
            models / "listener", "zipformer-transducer", "zipformer_transducer", ["en"], ["transcription", "word_timestamps", "hotwords"],
            encoder="encoder.onnx", decoder="decoder.onnx", joiner="joiner.onnx",
        )

    def install(self, place, fixture, family, languages, capabilities=("transcription", "word_timestamps"), **files):
        """A model of ours with a card, called like its folder."""
        files["tokens"] = "tokens.txt"
        place.mkdir(exist_ok=True)
        for name in files.values():
            shutil.copy(ROOT / "Tests/Fixtures/models" / fixture / name, place / name)
        card = {"id": place.name, "family": family, "languages": languages, "capabilities": list(capabilities), "files": files}
        (place / "model.json").write_text(json.dumps(card))

    def start(self):
        """Starts the program, at the port it had before, and waits until it says that it is ready."""
        values = {
            "HOST": "127.0.0.1", "PORT": str(self.port), "LOG_LEVEL": "info", "SPEECH_ENGINE_AUTO_DOWNLOAD": "false",
            "SCRIBERR_NATIVE_DIR": str(ROOT / ".native"),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], cwd=self.folder, env=kept | values | self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        ready = threading.Event()
        threading.Thread(target=self.read_log, args=(self.process, ready), daemon=True).start()
        if not ready.wait(PATIENCE) or not self.url:
            self.process.kill()
            raise RuntimeError("the server did not start:\n" + "\n".join(self.lines[-20:]))

    def read_log(self, process, ready):
        self.url = None
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if '"Scriberr is ready"' in line:
                self.url = json.loads(line)["url"].rstrip("/")
                self.port = int(self.url.rsplit(":", 1)[1])
                ready.set()
        ready.set()

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=PATIENCE)
        if number == signal.SIGTERM and status != 0:
            raise RuntimeError(f"the server ended with status {status}:\n" + "\n".join(self.lines[-20:]))

    def call(self, method, path, body=None, headers=None):
        """A request of our own API; returns the decoded answer, or the bytes of one that is no JSON."""
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, data, timeout=PATIENCE) as response:
            content = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return json.loads(content) if is_json and content else content

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}

    def send(self, method, path, expect=None, **arguments):
        """A request of our own API, with what `requests` takes; returns the answer, which must have the status expected."""
        answer = requests.request(method, f"{self.url}/api/v1/{path}", headers=self.headers, timeout=PATIENCE, **arguments)
        assert expect is None or answer.status_code == expect, (answer.status_code, answer.text)
        return answer

    def ended(self, file):
        """A file that is being imported, once that has ended."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self.call("GET", f"files/{file['id']}")
            if found["status"] != "processing":
                return found
            time.sleep(0.1)
        raise AssertionError("the import did not end")

    def jobs(self):
        """The transcriptions, newest first."""
        return self.call("GET", "transcriptions?limit=100")["items"]


def longer(path, times, folder):
    """A recording several times in a row."""
    result = Path(folder) / f"{Path(path).stem}-{times}.wav"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-stream_loop", str(times - 1), "-i", str(path), "-c", "copy", str(result)]
    subprocess.run(command, check=True)
    return result
