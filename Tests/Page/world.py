"""What the steps share: the server, the page, and how they wait."""

import json
import shutil
import time
import wave
from pathlib import Path

from server import ROOT

NAME, PASSWORD = "alice", "correct horse"
NASTY = '<img src=x onerror="document.title=1">'
# For failures only: a machine may have much else to do.
PATIENCE = 300_000
WELCOME, TWO_SPEAKERS = ROOT / "samples/welcome.wav", ROOT / "samples/two-speakers.wav"
THREE_SPEAKERS = ROOT / "Tests/Fixtures/audio/three-speakers.flac"


class World:
    """One server, one browser, and what was learned on the way."""

    def __init__(self, server, neighbour, context, page, inspector, folder):
        self.server, self.neighbour, self.context, self.page = server, neighbour, context, page
        self.inspector, self.folder = inspector, folder
        self.headers = None

    def look(self, name):
        """Takes the pictures of the present view and checks its accessibility."""
        self.inspector.look(self.page, name)

    def button(self, name, exact=False):
        return self.page.get_by_role("button", name=name, exact=exact)

    def api(self):
        """Headers that act for the account behind the page's back."""
        if self.headers is None or self.server.call("GET", "/auth/me", headers=self.headers)[0] == 401:
            self.headers = self.server.sign_in(NAME, PASSWORD)
        return self.headers

    def call(self, method, path, body=None, headers=None):
        """One request behind the page's back; answers what it answers when it is done."""
        status, answer = self.server.call(method, path, body, self.api() | (headers or {}))
        assert status < 300, (method, path, status, answer)
        return answer

    def until(self, expression):
        """Waits for something in the page to be true. The page's own policy lets no expression be evaluated inside it."""
        deadline = time.monotonic() + PATIENCE / 1_000
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never became true: {expression}"
            self.page.wait_for_timeout(25)

    def holds(self, condition, what):
        """Waits for something outside of the page to be true."""
        deadline = time.monotonic() + PATIENCE / 1_000
        while not condition():
            assert time.monotonic() < deadline, f"never became true: {what}"
            self.page.wait_for_timeout(25)

    def row(self, title):
        return self.page.locator(".job", has=self.page.get_by_role("link", name=title, exact=True))

    def files(self, *paths):
        """Chooses files to upload."""
        self.page.locator("input[type=file]").set_input_files(list(paths))

    def act(self, title, item):
        """Chooses from a job's menu."""
        self.row(title).first.get_by_role("button", name=f"Actions for {title}").click()
        self.page.get_by_role("menuitem", name=item).click()

    def home(self):
        self.page.goto(self.server.url)

    def repeated(self, source, times, name):
        """A recording that says the same several times."""
        target = self.folder / name
        with wave.open(str(source)) as heard, wave.open(str(target), "wb") as made:
            made.setparams(heard.getparams())
            frames = heard.readframes(heard.getnframes())
            for _ in range(times):
                made.writeframes(frames)
        return target


def own_models(folder):
    """A folder with two small models of our own: one that writes quickly, one that tells speakers apart."""
    cards = {
        "nemo-ctc": {"family": "nemo_ctc", "languages": ["en"], "files": {"model": "model.onnx", "tokens": "tokens.txt"}},
        "diarization": {
            "family": "diarization", "files": {"segmentation": "model.onnx", "embedding": "embedding.onnx"},
            "parameters": {"threshold": "0.7"},
        },
    }
    for name, card in cards.items():
        shutil.copytree(ROOT / "Tests/Fixtures/models" / name, Path(folder) / name)
        text = json.dumps({"id": f"own-{name}", "name": f"Our {name}", "licence": "ours"} | card)
        (Path(folder) / name / "model.json").write_text(text)
    return folder
