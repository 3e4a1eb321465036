"""Uploads with tuspy, a tus client of others: over a line that breaks every megabyte, and across a server that is killed.

    tus_uploads.py PROGRAM
"""

import hashlib
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
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


def check_file(server, uploader, path):
    """The upload has become a file with the same bytes."""
    upload = uploader.url.rsplit("/", 1)[1]
    state = server.call("GET", f"uploads/{upload}", expect=200).json()
    audio = server.call("GET", f"files/{state['file_id']}/audio", expect=200).content
    with open(path, "rb") as file:
        assert hashlib.sha256(audio).digest() == hashlib.sha256(file.read()).digest(), "other bytes came back"
    return server.call("GET", f"files/{state['file_id']}").json()


def over_a_breaking_line(server, folder):
    path = os.path.join(folder, "long talk.wav")
    record(path, 8)
    line = BreakingLine(server)
    client = tus.TusClient(line.url + "/api/v1/uploads", headers=server.headers)
    uploader = client.uploader(path, metadata={"filename": "long talk.wav"}, retries=200, retry_delay=0.1)
    restart = threading.Thread(target=kill_after, args=(server, line, 4))
    restart.start()
    uploader.upload()
    restart.join()
    assert line.breaks >= 8, line.breaks
    file = check_file(server, uploader, path)
    assert file["title"] == "long talk" and file["duration_seconds"] > 250, file
    print(f"8 MiB over {line.breaks} broken connections, with the server killed in between")


def kill_after(server, line, breaks):
    """Kills the server once the line broke so often, and starts it again."""
    while line.breaks < breaks:
        time.sleep(0.001)
    server.stop(signal.SIGKILL)
    server.start()


def across_a_killed_server(server, folder):
    path = os.path.join(folder, "checked.wav")
    record(path, 5)
    client = tus.TusClient(server.url + "/api/v1/uploads", headers=server.headers)
    uploader = client.uploader(path, chunk_size=256 * 1024, upload_checksum=True, retries=3, retry_delay=0.1)
    uploader.upload(stop_at=2 * MEGABYTE)
    server.stop(signal.SIGKILL)
    server.start()
    resumed = client.uploader(path, url=uploader.url, chunk_size=256 * 1024, upload_checksum=True)
    assert resumed.offset == 2 * MEGABYTE, resumed.offset
    resumed.upload(stop_at=3 * MEGABYTE)
    assert server.stop(signal.SIGTERM) == 0
    server.start()
    last = client.uploader(path, url=uploader.url, chunk_size=256 * 1024, upload_checksum=True)
    assert last.offset == 3 * MEGABYTE, last.offset
    last.upload()
    check_file(server, last, path)
    print("5 MiB with checksums across a killed and a stopped server")


def stopped_in_the_middle(server, folder):
    announcement = dict(server.headers, **{"Tus-Resumable": "1.0.0", "Upload-Length": str(3 * MEGABYTE)})
    location = requests.post(server.url + "/api/v1/uploads", headers=announcement).headers["Location"]
    staged = os.path.join(server.folder, "data/uploads/.partial", location.rsplit("/", 1)[1])
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(
            f"PATCH {location} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\nTus-Resumable: 1.0.0\r\n"
            f"Upload-Offset: 0\r\nContent-Length: {3 * MEGABYTE}\r\n"
            f"Content-Type: application/offset+octet-stream\r\n\r\n".encode()
        )
        line.sendall(bytes(MEGABYTE))
        while not os.path.exists(staged) or os.path.getsize(staged) < MEGABYTE:
            time.sleep(0.01)
        begin = time.monotonic()
        assert server.stop(signal.SIGTERM) == 0
        seconds = time.monotonic() - begin
    assert seconds < 20, f"the stop took {seconds:.1f} s"
    server.start()
    headers = dict(server.headers, **{"Tus-Resumable": "1.0.0"})
    offset = requests.head(server.url + location, headers=headers).headers["Upload-Offset"]
    assert int(offset) == MEGABYTE, offset
    print(f"a stop in the middle of a piece took {seconds:.1f} s and kept what had come")


def refusals(server, folder):
    path = os.path.join(folder, "notes.txt")
    with open(path, "w") as file:
        file.write("Dear Sir or Madam, " * 100)
    client = tus.TusClient(server.url + "/api/v1/uploads", headers=server.headers)
    try:
        client.uploader(path, metadata={"filename": "notes.txt"}).upload()
        raise AssertionError("a text was taken for a recording")
    except TusUploadFailed as error:
        assert error.status_code == 415, error.status_code
    big = os.path.join(folder, "big.wav")
    record(big, 17)
    try:
        client.uploader(big).upload()
        raise AssertionError("a file beyond the limit was taken")
    except TusCommunicationError as error:
        assert error.status_code == 413, error.status_code
    print("a text and a file beyond the limit are refused")


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = Server(sys.argv[1], folder, UPLOAD_LIMIT_MB="16").start()
        try:
            server.call("GET", "auth/me", expect=200)
            over_a_breaking_line(server, folder)
            across_a_killed_server(server, folder)
            stopped_in_the_middle(server, folder)
            refusals(server, folder)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
