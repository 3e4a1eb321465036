"""Waits for the server whose log lies in a folder, makes an account and a few things in it, and prints shell settings.

    prepare.py FOLDER PROCESS RECORDING
"""

import json
import os
import sys
import time
import urllib.request
import uuid


def address(folder, process):
    """Where the server listens, as soon as it does."""
    while True:
        for line in open(os.path.join(folder, "log"), encoding="utf-8", errors="replace"):
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry.get("msg") == "Scriberr is ready":
                return entry["url"].replace("localhost", "127.0.0.1")
        os.kill(process, 0)  # Throws when the server has ended.
        time.sleep(0.05)


def send(base, path, body, headers, kind="application/json"):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=body, headers={"Content-Type": kind, **headers}, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def upload(base, path, headers):
    boundary = uuid.uuid4().hex
    head = 'Content-Disposition: form-data; name="file"; filename="welcome.wav"\r\nContent-Type: audio/wav'
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + open(path, "rb").read() + f"\r\n--{boundary}--\r\n".encode()
    return send(base, "/api/v1/files", body, headers, f"multipart/form-data; boundary={boundary}")


def wait(base, job, headers):
    """Returns once the job has ended: what is asked about it afterwards is answered the same each time."""
    while True:
        request = urllib.request.Request(f"{base}/api/v1/transcriptions/{job}?wait=30s", headers=headers)
        with urllib.request.urlopen(request) as answer:
            if json.load(answer)["status"] not in ("queued", "processing"):
                return


def main():
    folder, process, recording = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    base = address(folder, process)
    person = {"username": "anna", "password": "correct horse", "confirm_password": "correct horse"}
    session = send(base, "/api/v1/auth/register", person, {})
    headers = {"Authorization": "Bearer " + session["access_token"]}
    key = send(base, "/api/v1/api-keys", {"name": "check", "scopes": ["admin"]}, headers)
    file = upload(base, recording, headers)
    job = send(base, "/api/v1/transcriptions", {"file_id": file["id"]}, headers)
    wait(base, job["id"], headers)
    profile = send(base, "/api/v1/profiles", {"name": "Meetings"}, headers)
    values = {
        "BASE": base, "TOKEN": session["access_token"], "KEY": key["key"], "FILE": file["id"], "JOB": job["id"],
        "PROFILE": profile["id"],
    }
    for name, value in values.items():
        print(f"export {name}='{value}'")


main()
