"""Recordings fetched from addresses by a real server."""

import http.server
import os
import shutil
import signal
import sys
import threading
import time
import unittest
import urllib.error
from pathlib import Path

from server import WELCOME, Server


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        content = WELCOME.read_bytes()
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/talk.wav")
            self.end_headers()
        elif self.path == "/episode":
            page = b"<html><head><title>Episode 12: Doors</title></head><body><audio src='/talk.wav' controls></audio></body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)
        elif self.path in ("/talk.wav", "/slow.wav"):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:20_000])
            if self.path == "/slow.wav":
                self.wfile.flush()
                self.server.asked.set()
                self.server.gate.wait(600)
            self.wfile.write(content[20_000:])
        else:
            self.send_error(404)

    def log_message(self, *_):
        pass


def is_running(process):
    """Whether the process behind a folder of /proc is there and not only waited for."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Imports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        cls.site.gate, cls.site.asked = threading.Event(), threading.Event()
        threading.Thread(target=cls.site.serve_forever, daemon=True).start()
        cls.base = f"http://127.0.0.1:{cls.site.server_port}"
        cls.server = Server({"OUTBOUND_ALLOW_PRIVATE": "true"})
        tools = cls.server.folder / "tools"
        tools.mkdir()
        shutil.copy(Path(__file__).with_name("fake-yt-dlp"), tools / "yt-dlp")
        shutil.copy(WELCOME, tools / "recording.wav")
        cls.server.environment["YT_DLP_PATH"] = str(tools / "yt-dlp")
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def start(self, url, route="import-url", **fields):
        return self.server.call("POST", f"files:{route}", {"url": url} | fields)

    def ended(self, file, status="ready"):
        found = self.server.ended(file)
        self.assertEqual(found["status"], status, "\n".join(self.server.lines[-5:]))
        return found

    def test_a_recording_at_an_address(self):
        for path, title in (("/talk.wav", "talk"), ("/moved", "moved")):
            file = self.start(self.base + path)
            self.assertEqual((file["status"], file["size_bytes"], file["title"]), ("processing", 0, title))
            found = self.ended(file)
            self.assertEqual((found["kind"], found["mime_type"], found["size_bytes"]), ("audio", "audio/wav", WELCOME.stat().st_size))
            self.assertEqual(self.server.call("GET", f"files/{file['id']}/audio"), WELCOME.read_bytes())
        self.ended(self.start(self.base + "/nothing"), "failed")

    def test_a_page_of_a_site(self):
        file = self.start("https://www.youtube.com/watch?v=talk", "import-youtube")
        self.assertEqual((file["kind"], file["title"]), ("youtube", "YouTube import"))
        found = self.ended(file)
        self.assertEqual((found["kind"], found["mime_type"]), ("youtube", "audio/wav"))
        self.assertEqual(found["title"], 'A talk: "one" / two')
        self.assertEqual(self.ended(self.start("https://youtu.be/talk", title="Mine"))["title"], "Mine")
        self.ended(self.start("https://youtu.be/private"), "failed")

    def test_deleting_ends_the_program(self):
        file = self.start("https://youtu.be/slow")
        deadline = time.monotonic() + 300
        while not (found := self.fakes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertTrue(found, self.server.call("GET", f"files/{file['id']}"))
        self.server.call("DELETE", f"files/{file['id']}")
        deadline = time.monotonic() + 300
        while any(map(is_running, found)) and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertFalse(any(map(is_running, found)))
        self.assertFalse(self.fakes())

    def fakes(self):
        """The processes of our program that work on a slow page. One that is just becoming another program shows no arguments."""
        program = self.server.environment["YT_DLP_PATH"].encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
                if program in line and b"youtu.be/slow" in line:
                    found.append(entry)
            except OSError:
                pass
        return found

    def test_a_restart_in_the_middle_goes_on(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.site.gate.clear()
            self.site.asked.clear()
            file = self.start(self.base + "/slow.wav", title=f"slow {number}")
            self.assertTrue(self.site.asked.wait(300))
            self.server.stop(number)
            self.site.gate.set()
            self.server.start()
            deadline = time.monotonic() + 300
            while self.server.call("GET", f"files/{file['id']}")["status"] == "processing" and time.monotonic() < deadline:
                time.sleep(0.5)
            self.ended(file)


class RealProgram(unittest.TestCase):
    """yt-dlp itself, on a page of ours; what it does at the sites of others is theirs to test."""

    def test_yt_dlp_finds_the_recording_of_a_page(self):
        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.shutdown)
        base = f"http://127.0.0.1:{site.server_port}"
        settings = {
            "OUTBOUND_ALLOW_PRIVATE": "true", "IMPORT_SITES": "127.0.0.1",
            "YT_DLP_PATH": str(Path(sys.executable).with_name("yt-dlp")),
        }
        with Server(settings) as server:
            file = server.call("POST", "files:import-url", {"url": base + "/episode"})
            found = server.ended(file)
            self.assertEqual((found["status"], found["mime_type"]), ("ready", "audio/wav"), "\n".join(server.lines[-5:]))
            self.assertTrue(found["title"].startswith("Episode 12: Doors"), found["title"])
            self.assertEqual(server.call("GET", f"files/{file['id']}/audio"), WELCOME.read_bytes())
            self.assertEqual(server.ended(server.call("POST", "files:import-url", {"url": base + "/nothing"}))["status"], "failed")
            self.assertEqual(list(server.folder.glob("**/scriberr-site-*")), [])


class Guarded(unittest.TestCase):
    def test_private_addresses_are_refused_and_a_missing_program_says_so(self):
        tools = ":".join(folder for folder in os.environ["PATH"].split(":") if not os.path.exists(folder + "/yt-dlp"))
        with Server({"PATH": tools}) as server:
            for url in ("http://127.0.0.1:1/x", "http://localhost/x", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "ftp://example.org/", ""):
                with self.assertRaises(urllib.error.HTTPError) as caught:
                    server.call("POST", "files:import-url", {"url": url})
                self.assertEqual(caught.exception.code, 422, url)
            file = server.call("POST", "files:import-youtube", {"url": "https://youtu.be/x"})
            self.assertEqual((file["kind"], file["status"], file["size_bytes"]), ("youtube", "processing", 0))
            while server.call("GET", f"files/{file['id']}")["status"] == "processing":
                time.sleep(0.1)
            self.assertEqual(server.call("GET", f"files/{file['id']}")["status"], "failed")
            with self.assertRaises(urllib.error.HTTPError) as caught:
                server.call("POST", "files:import-url", {"url": "https://youtu.be/x"})
            self.assertEqual(caught.exception.code, 503)
            self.assertIn(b"pip install yt-dlp", caught.exception.read())


if __name__ == "__main__":
    unittest.main()
