"""A server of its own for one run, with its data in a folder that goes with it."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The server runs in a folder of its own.
PROGRAM = str(Path(os.environ.get("SCRIBERR_BIN") or ROOT / ".build/debug/scriberr").absolute())
# For failures only: a machine may have much else to do.
START_SECONDS = 300


class Server:
    """The running program, and its API for what a test wants to do behind the page's back."""

    def __init__(self, process, port, log):
        self.process, self.port, self.log = process, port, log
        self.url = f"http://localhost:{port}"

    def call(self, method, path, body=None, headers=None):
        """One request; answers the status and the JSON of the answer, or its bytes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        try:
            connection.request(method, "/api/v1" + path, body=data, headers=headers or {})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        is_json = (answer.getheader("Content-Type") or "").startswith("application/json")
        return answer.status, json.loads(content) if is_json and content else content

    def sign_in(self, name, password):
        """Headers that act for an account."""
        status, answer = self.call("POST", "/auth/login", {"username": name, "password": password})
        assert status == 200, answer
        return {"Authorization": "Bearer " + answer["access_token"]}


@contextlib.contextmanager
def running(**settings):
    """Starts the server, offline, and stops it; the end of its log is shown when it does not start."""
    with tempfile.TemporaryDirectory(prefix="scriberr-page-") as folder:
        log = Path(folder) / "server.log"
        environment = os.environ | {
            "PORT": "0", "HOST": "127.0.0.1", "SPEECH_ENGINE_AUTO_DOWNLOAD": "false", "TMPDIR": folder,
            **{name: str(value) for name, value in settings.items()},
        }
        with open(log, "wb") as output:
            process = subprocess.Popen([PROGRAM, "serve"], cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            yield Server(process, ready_port(process, log), log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(300)


def ready_port(process, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r'"url":"http://[^"]*?:(\d+)', log.read_text(errors="replace").replace("\\/", "/"))
        if found:
            return int(found.group(1))
        time.sleep(0.05)
    raise SystemExit("The server did not start. The end of its log:\n" + log.read_text(errors="replace")[-3000:])
