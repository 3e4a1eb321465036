"""A real server for scripts: the built program with a data folder of its own, on a port the system chose."""

import json
import os
import signal
import subprocess
import threading

import requests


class Server:
    def __init__(self, program, folder, **environment):
        self.program, self.folder, self.port, self.process = program, folder, 0, None
        self.environment = environment
        self.token = None

    def start(self):
        """Starts the server, at the port it had before, and waits until it says that it is ready."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment.update(
            HOST="127.0.0.1", PORT=str(self.port), SPEECH_ENGINE_AUTO_DOWNLOAD="false", **self.environment
        )
        native = os.environ.get("SCRIBERR_NATIVE_DIR")
        if native:
            environment["SCRIBERR_NATIVE_DIR"] = native
        self.process = subprocess.Popen(
            [self.program, "serve"], cwd=self.folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            entry = json.loads(line) if line.startswith("{") else {}
            if entry.get("msg") == "Scriberr is ready":
                self.port = int(entry["url"].rsplit(":", 1)[1])
                break
        else:
            raise SystemExit("the server did not start:\n" + "".join(lines))
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def call(self, method, path, expect=None, **arguments):
        """Sends a request below /api/v1 as the first account, which is made when there is none."""
        if self.token is None:
            form = {"username": "anna", "password": "correct horse", "confirm_password": "correct horse"}
            self.token = requests.post(self.url + "/api/v1/auth/register", json=form).json()["access_token"]
        answer = requests.request(method, f"{self.url}/api/v1/{path}", headers=self.headers, timeout=60, **arguments)
        assert expect is None or answer.status_code == expect, (answer.status_code, answer.text)
        return answer

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}
