"""Webhooks of the real server to a real receiver, checked with the standardwebhooks package.

    webhooks.py PROGRAM RECORDING
"""

import http.server
import json
import queue
import signal
import sys
import tempfile
import threading

from server import Server
from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """Takes deliveries; the path says how it behaves. What came is queued by path."""

    def __init__(self, port=0):
        self.came, self.counts, self.release = {}, {}, threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self.path, dict(self.headers.items()), body.decode())
                status = receiver.behave(self.path)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/redirected")
                self.send_header("Content-Length", "2")
                self.end_headers()
                try:
                    self.wfile.write(b"ok")
                except OSError:
                    pass

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def queue(self, path):
        return self.came.setdefault(path, queue.Queue())

    def take(self, path, headers, body):
        self.counts[path] = self.counts.get(path, 0) + 1
        self.queue(path).put((headers, body))

    def behave(self, path):
        if path == "/slow":
            self.release.wait(30)
        if path == "/twice" and self.counts[path] <= 2:
            return 503
        return {"/redirect": 302, "/gone": 410}.get(path, 200)

    def next(self, path, secret, wanted=None):
        """The next delivery there, once it verifies; of this type when one is wanted."""
        while True:
            headers, body = self.queue(path).get(timeout=60)
            Webhook(secret).verify(body, headers)
            message = json.loads(body)
            if wanted is None or message["type"] == wanted:
                return {name.lower(): value for name, value in headers.items()}, message

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def subscribe(server, receiver, path, *events):
    body = {"url": f"http://127.0.0.1:{receiver.port}{path}", "events": list(events) or ["file.ready"]}
    return server.call("POST", "webhooks", json=body, expect=201).json()


def upload(server, recording, title):
    with open(recording, "rb") as file:
        return server.call("POST", "files", files={"file": file}, data={"title": title}, expect=201).json()


def signatures_and_rotation(server, receiver, recording):
    hook = subscribe(server, receiver, "/ok")
    first = upload(server, recording, "one")
    headers, message = receiver.next("/ok", hook["secret"])
    assert message["data"]["id"] == first["id"] and message["type"] == "file.ready", message
    new = server.call("POST", f"webhooks/{hook['id']}:rotate-secret", expect=200).json()
    assert new["secret"] != hook["secret"]
    upload(server, recording, "two")
    raw, body = receiver.queue("/ok").get(timeout=60)
    for secret in (new["secret"], hook["secret"]):
        Webhook(secret).verify(body, raw)
    try:
        Webhook("whsec_" + "A" * 43 + "=").verify(body, raw)
        raise AssertionError("a wrong secret verified")
    except WebhookVerificationError:
        pass
    assert raw["webhook-id"] > headers["webhook-id"], "later events have greater ids"
    listed = server.call("GET", "webhooks", expect=200).text
    assert "whsec_" not in listed, "a secret is shown once"
    tested = server.call("POST", f"webhooks/{hook['id']}:test", expect=200).json()
    assert tested["status"] == "delivered" and tested["last_status"] == 200, tested
    receiver.next("/ok", new["secret"], "webhook.test")
    print("signatures verify, before and after a rotation")
    return dict(hook, secret=new["secret"])


def slow_and_failing(server, receiver, recording, fast):
    slow = subscribe(server, receiver, "/slow")
    twice = subscribe(server, receiver, "/twice")
    upload(server, recording, "three")
    receiver.queue("/slow").get(timeout=60)
    receiver.next("/ok", fast["secret"], "file.ready")
    ids = [receiver.next("/twice", twice["secret"])[0]["webhook-id"] for _ in range(3)]
    assert len(set(ids)) == 1, "every attempt has the same id"
    delivery = until(lambda: first(server, twice, "delivered"))
    tries = server.call("GET", f"webhook-deliveries/{delivery['id']}").json()["tries"]
    assert [attempt["status"] for attempt in tries] == [503, 503, 200], tries
    server.call("POST", f"webhook-deliveries/{delivery['id']}:replay", expect=202)
    assert receiver.next("/twice", twice["secret"])[0]["webhook-id"] == ids[0]
    receiver.release.set()
    for hook in (slow, twice):
        server.call("DELETE", f"webhooks/{hook['id']}", expect=204)
    print("a slow receiver holds nobody up; a failing one is tried again; a delivery can be replayed")


def redirect_and_gone(server, receiver, recording):
    watch = subscribe(server, receiver, "/watch", "webhook.disabled")
    redirect = subscribe(server, receiver, "/redirect")
    gone = subscribe(server, receiver, "/gone")
    upload(server, recording, "four")
    _, message = receiver.next("/watch", watch["secret"], "webhook.disabled")
    assert message["data"]["id"] == gone["id"], message
    assert server.call("GET", f"webhooks/{gone['id']}").json()["enabled"] is False
    failed = until(lambda: first(server, redirect, "failed"))
    assert "redirect" in failed["last_error"], failed
    assert "/redirected" not in receiver.counts, "a redirect was followed"
    print("redirects are not followed; 410 disables, with an event")


def across_a_kill(server, receiver, recording):
    port = receiver.port
    hook = subscribe(server, receiver, "/later")
    receiver.close()
    file = upload(server, recording, "five")
    until(lambda: (first(server, hook, "pending") or {}).get("attempts"))
    server.stop(signal.SIGKILL)
    receiver = Receiver(port)
    server.start()
    _, message = receiver.next("/later", hook["secret"])
    assert message["data"]["id"] == file["id"], message
    print("what was not delivered before kill -9 comes after it")
    return receiver


def callback(server, receiver, recording):
    url = f"http://127.0.0.1:{receiver.port}/callback"
    with open(recording, "rb") as file:
        job = server.call(
            "POST", "transcriptions:submit", files={"file": file}, data={"callback_url": url}, expect=202
        ).json()
    _, message = receiver.next("/callback", job["callback_secret"])
    assert message["type"] == "transcription.completed" and message["data"]["id"] == job["id"], message
    print("a job's callback hears of its end")


def no_private_addresses(program, folder, recording):
    server, receiver = Server(program, folder).start(), Receiver()
    try:
        server.call("GET", "auth/me")
        for host in ("127.0.0.1", "10.0.0.8", "[::1]", "169.254.169.254", "0x7f000001", "2130706433"):
            body = {"url": f"http://{host}:{receiver.port}/private"}
            server.call("POST", "webhooks", json=body, expect=422)
        # A name is looked up when something is sent, and the address that was checked is the one that is connected to.
        body = {"url": f"http://localhost:{receiver.port}/private", "events": ["file.ready"]}
        answer = server.call("POST", "webhooks", json=body)
        if answer.status_code == 201:
            tested = server.call("POST", f"webhooks/{answer.json()['id']}:test", expect=200).json()
            assert tested["status"] == "failed" and tested["last_status"] is None, tested
        assert receiver.counts == {}, receiver.counts
        print("private addresses are not spoken to unless allowed")
    finally:
        server.stop()


def first(server, hook, status):
    items = server.call("GET", f"webhooks/{hook['id']}/deliveries?status={status}", expect=200).json()["items"]
    return items[0] if items else None


def until(condition, patience=60):
    """Waits for what the server will show; the patience is for failures only."""
    pause = threading.Event()
    for _ in range(patience * 20):
        if found := condition():
            return found
        pause.wait(0.05)
    raise AssertionError("it did not happen")


def main():
    program, recording = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        receiver = Receiver()
        server = Server(
            program, folder, WEBHOOK_RETRY_DELAYS="200ms,200ms,200ms,1s,1s,1s,1s", WEBHOOK_TIMEOUT="5s", OUTBOUND_ALLOW_PRIVATE="true"
        ).start()
        try:
            server.call("GET", "auth/me", expect=200)
            fast = signatures_and_rotation(server, receiver, recording)
            slow_and_failing(server, receiver, recording, fast)
            redirect_and_gone(server, receiver, recording)
            callback(server, receiver, recording)
            across_a_kill(server, receiver, recording)
        finally:
            server.stop()
        no_private_addresses(program, other, recording)


if __name__ == "__main__":
    main()
