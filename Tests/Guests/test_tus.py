"""Uploads with tuspy: over a line that breaks every megabyte, and across a server that is killed."""

import hashlib
import os
import random
import signal
import socket
import tempfile
import threading
import time
import unittest
import wave

import requests
from server import Server
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

MEGABYTE = 1 << 20


class BreakingLine:
    """Carries connections to the server and breaks each one after a megabyte."""

    def __init__(self, server):
        self.server, self.breaks = server, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.server.port))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self.carry, args=(near, far, MEGABYTE), daemon=True).start()
            threading.Thread(target=self.carry, args=(far, near, None), daemon=True).start()

    def carry(self, source, target, limit):
        sent = 0
        try:
            while data := source.recv(65536):
                target.sendall(data if limit is None else data[: limit - sent])
                sent += len(data)
                if limit is not None and sent >= limit:
                    self.breaks += 1
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            # What was not read yet makes this a reset, which is how lines break.
            end.close()


def record(path, megabytes):
    """Writes a recording of noise."""
    noise = random.Random(megabytes)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        for _ in range(megabytes):
            file.writeframes(noise.randbytes(MEGABYTE))


def kill_after(server, line, breaks):
    """Kills the server once the line broke so often, and starts it again."""
    while line.breaks < breaks:
        time.sleep(0.001)
    server.stop(signal.SIGKILL)
    server.start()


class Tus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server({"UPLOAD_LIMIT_MB": "16"}).__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def recording(self, name, megabytes):
        path = os.path.join(self.place.name, name)
        record(path, megabytes)
        return path

    def client(self, base=None):
        return tus.TusClient((base or self.server.url) + "/api/v1/uploads", headers=self.server.headers)

    def check_file(self, uploader, path):
        """The upload has become a file with the same bytes."""
        upload = uploader.url.rsplit("/", 1)[1]
        state = self.server.call("GET", f"uploads/{upload}")
        audio = self.server.call("GET", f"files/{state['file_id']}/audio")
        with open(path, "rb") as file:
            self.assertEqual(hashlib.sha256(audio).digest(), hashlib.sha256(file.read()).digest(), "other bytes came back")
        return self.server.call("GET", f"files/{state['file_id']}")

    def test_a_line_that_breaks_every_megabyte_and_a_server_that_is_killed(self):
        path = self.recording("long talk.wav", 8)
        line = BreakingLine(self.server)
        uploader = self.client(line.url).uploader(path, metadata={"filename": "long talk.wav"}, retries=200, retry_delay=0.1)
        restart = threading.Thread(target=kill_after, args=(self.server, line, 4))
        restart.start()
        uploader.upload()
        restart.join()
        self.assertGreaterEqual(line.breaks, 8)
        file = self.check_file(uploader, path)
        self.assertEqual(file["title"], "long talk")
        self.assertGreater(file["duration_seconds"], 250)

    def test_pieces_with_checksums_across_a_killed_and_a_stopped_server(self):
        path = self.recording("checked.wav", 5)
        how = {"chunk_size": 256 * 1024, "upload_checksum": True}
        uploader = self.client().uploader(path, retries=3, retry_delay=0.1, **how)
        uploader.upload(stop_at=2 * MEGABYTE)
        self.server.stop(signal.SIGKILL)
        self.server.start()
        resumed = self.client().uploader(path, url=uploader.url, **how)
        self.assertEqual(resumed.offset, 2 * MEGABYTE)
        resumed.upload(stop_at=3 * MEGABYTE)
        self.server.stop()
        self.server.start()
        last = self.client().uploader(path, url=uploader.url, **how)
        self.assertEqual(last.offset, 3 * MEGABYTE)
        last.upload()
        self.check_file(last, path)

    def test_a_stop_in_the_middle_of_a_piece_keeps_what_had_come(self):
        server = self.server
        announcement = dict(server.headers, **{"Tus-Resumable": "1.0.0", "Upload-Length": str(3 * MEGABYTE)})
        location = requests.post(server.url + "/api/v1/uploads", headers=announcement).headers["Location"]
        staged = server.folder / "data/uploads/.partial" / location.rsplit("/", 1)[1]
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(
                f"PATCH {location} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\nTus-Resumable: 1.0.0\r\n"
                f"Upload-Offset: 0\r\nContent-Length: {3 * MEGABYTE}\r\n"
                f"Content-Type: application/offset+octet-stream\r\n\r\n".encode()
            )
            line.sendall(bytes(MEGABYTE))
            while not staged.exists() or staged.stat().st_size < MEGABYTE:
                time.sleep(0.01)
            server.stop()
            self.assertNotIn(b"408", line.recv(64), "the stop is to end it, not the patience with those who send nothing")
        server.start()
        headers = dict(server.headers, **{"Tus-Resumable": "1.0.0"})
        offset = requests.head(server.url + location, headers=headers).headers["Upload-Offset"]
        self.assertEqual(int(offset), MEGABYTE)

    def test_a_form_in_the_middle_of_a_stop_leaves_nothing_behind(self):
        server = self.server
        uploads = server.folder / "data/uploads"
        before = sorted(uploads.rglob("file_*"))
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        with socket.create_connection(("127.0.0.1", server.port)) as line:
            line.sendall(
                f"POST /api/v1/transcriptions:submit HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\n"
                f"Content-Length: {3 * MEGABYTE}\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n".encode()
            )
            line.sendall(head + bytes(MEGABYTE))
            while sorted(uploads.rglob("file_*")) == before:
                time.sleep(0.01)
            server.stop()
            self.assertNotIn(b"408", line.recv(64), "the stop is to end it, not the patience with those who send nothing")
        self.assertEqual(sorted(uploads.rglob("file_*")), before)
        server.start()
        self.assertEqual(server.jobs(), [])

    def test_a_text_and_a_file_beyond_the_limit_are_refused(self):
        path = os.path.join(self.place.name, "notes.txt")
        with open(path, "w") as file:
            file.write("Dear Sir or Madam, " * 100)
        with self.assertRaises(TusUploadFailed) as caught:
            self.client().uploader(path, metadata={"filename": "notes.txt"}).upload()
        self.assertEqual(caught.exception.status_code, 415)
        with self.assertRaises(TusCommunicationError) as caught:
            self.client().uploader(self.recording("big.wav", 17)).upload()
        self.assertEqual(caught.exception.status_code, 413)


if __name__ == "__main__":
    unittest.main()
