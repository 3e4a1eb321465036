"""Another server on this machine: a mirror of models, a receiver of webhooks, and a site with recordings."""

import contextlib
import http.server
import tarfile
import threading
from pathlib import Path

from server import ROOT

ARCHIVE = "sherpa-onnx-whisper-distil-small.en"


class Neighbour:
    """What the tests say to it and hear from it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        #: What webhooks brought, oldest first.
        self.received = []
        #: The status that webhooks are answered with.
        self.answer = 200
        #: Slow downloads send half, and the rest when this is set.
        self.goes_on = threading.Event()
        self.url = None
        self.pack_model()

    def pack_model(self):
        """A model of ours, packed as the catalogue's `distil-small-en` is published."""
        place = self.folder / "asr-models"
        place.mkdir()
        names = {"encoder.onnx": "encoder.int8.onnx", "decoder.onnx": "decoder.int8.onnx", "tokens.txt": "tokens.txt"}
        with tarfile.open(place / f"{ARCHIVE}.tar.bz2", "w:bz2") as archive:
            for own, published in names.items():
                archive.add(ROOT / "Tests/Fixtures/models/whisper" / own, f"{ARCHIVE}/distil-small.en-{published}")

    def content(self, path):
        """The bytes at an address; None for nothing."""
        if path.startswith("/recordings/"):
            return (ROOT / "samples/welcome.wav").read_bytes()
        file = self.folder / path.lstrip("/")
        return file.read_bytes() if file.is_file() else None


@contextlib.contextmanager
def beside(folder):
    """Runs the neighbour."""
    neighbour = Neighbour(folder)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = neighbour.content(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            half = len(content or b"") // 2
            with contextlib.suppress(ConnectionError):
                self.wfile.write((content or b"")[:half])
                if content and "slow" in self.path or self.path.endswith(".bz2"):
                    # A byte now and then: who says nothing for long is given up.
                    while not neighbour.goes_on.wait(1):
                        self.wfile.write(content[half:half + 1])
                        half += 1
                self.wfile.write((content or b"")[half:])

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            neighbour.received.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(neighbour.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        neighbour.url = f"http://localhost:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield neighbour
        finally:
            neighbour.goes_on.set()
            server.shutdown()
            thread.join()
