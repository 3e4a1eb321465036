"""Webhooks of the real server to a real receiver, checked with the standardwebhooks package."""

import http.server
import json
import queue
import signal
import threading
import unittest

from server import WELCOME, Server, quiet_port
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
            self.release.wait(600)
        if path == "/twice" and self.counts[path] <= 2:
            return 503
        return {"/redirect": 302, "/gone": 410}.get(path, 200)

    def next(self, path, secret, wanted=None):
        """The next delivery there, once it verifies; of this type when one is wanted."""
        while True:
            headers, body = self.queue(path).get(timeout=300)
            Webhook(secret).verify(body, headers)
            message = json.loads(body)
            if wanted is None or message["type"] == wanted:
                return {name.lower(): value for name, value in headers.items()}, message

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def until(condition, patience=300):
    """Waits for what the server will show; the patience is for failures only."""
    pause = threading.Event()
    for _ in range(patience * 20):
        if found := condition():
            return found
        pause.wait(0.05)
    raise AssertionError("it did not happen")


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server({
            "WEBHOOK_RETRY_DELAYS": "200ms,200ms,200ms,1s,1s,1s,1s", "WEBHOOK_TIMEOUT": "60s", "OUTBOUND_ALLOW_PRIVATE": "true",
        }).__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(lambda: self.receiver.close())

    def subscribe(self, path, *events):
        body = {"url": f"http://127.0.0.1:{self.receiver.port}{path}", "events": list(events) or ["file.ready"]}
        hook = self.server.send("POST", "webhooks", json=body, expect=201).json()
        self.addCleanup(self.server.send, "DELETE", f"webhooks/{hook['id']}")
        return hook

    def upload(self, title):
        with open(WELCOME, "rb") as file:
            return self.server.send("POST", "files", files={"file": file}, data={"title": title}, expect=201).json()

    def submit(self, **fields):
        with open(WELCOME, "rb") as file:
            return self.server.send("POST", "transcriptions:submit", files={"file": file}, data=fields, expect=202).json()

    def first(self, hook, status):
        items = self.server.send("GET", f"webhooks/{hook['id']}/deliveries?status={status}", expect=200).json()["items"]
        return items[0] if items else None

    def test_signatures_verify_before_and_after_a_rotation(self):
        server, receiver = self.server, self.receiver
        hook = self.subscribe("/ok")
        file = self.upload("one")
        headers, message = receiver.next("/ok", hook["secret"])
        self.assertEqual((message["data"]["id"], message["type"]), (file["id"], "file.ready"))
        new = server.send("POST", f"webhooks/{hook['id']}:rotate-secret", expect=200).json()
        self.assertNotEqual(new["secret"], hook["secret"])
        self.upload("two")
        raw, body = receiver.queue("/ok").get(timeout=300)
        for secret in (new["secret"], hook["secret"]):
            Webhook(secret).verify(body, raw)
        with self.assertRaises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 43 + "=").verify(body, raw)
        self.assertGreater(raw["webhook-id"], headers["webhook-id"], "later events have greater ids")
        self.assertNotIn("whsec_", server.send("GET", "webhooks", expect=200).text, "a secret is shown once")
        self.assertNotIn(hook["secret"].encode(), b"".join(path.read_bytes() for path in (server.folder / "data").glob("scriberr.db*")))
        tested = server.send("POST", f"webhooks/{hook['id']}:test", expect=200).json()
        self.assertEqual((tested["status"], tested["last_status"]), ("delivered", 200))
        receiver.next("/ok", new["secret"], "webhook.test")

    def test_a_slow_receiver_holds_nobody_up_and_a_failing_one_is_tried_again(self):
        server, receiver = self.server, self.receiver
        fast, slow, twice = self.subscribe("/ok"), self.subscribe("/slow"), self.subscribe("/twice")
        self.upload("three")
        receiver.queue("/slow").get(timeout=300)
        receiver.next("/ok", fast["secret"], "file.ready")
        ids = [receiver.next("/twice", twice["secret"])[0]["webhook-id"] for _ in range(3)]
        self.assertEqual(len(set(ids)), 1, "every attempt has the same id")
        delivery = until(lambda: self.first(twice, "delivered"))
        tries = server.send("GET", f"webhook-deliveries/{delivery['id']}").json()["tries"]
        self.assertEqual([attempt["status"] for attempt in tries], [503, 503, 200])
        server.send("POST", f"webhook-deliveries/{delivery['id']}:replay", expect=202)
        self.assertEqual(receiver.next("/twice", twice["secret"])[0]["webhook-id"], ids[0])
        receiver.release.set()

    def test_redirects_are_not_followed_and_410_disables_with_an_event(self):
        server, receiver = self.server, self.receiver
        watch = self.subscribe("/watch", "webhook.disabled")
        redirect, gone = self.subscribe("/redirect"), self.subscribe("/gone")
        self.upload("four")
        _, message = receiver.next("/watch", watch["secret"], "webhook.disabled")
        self.assertEqual(message["data"]["id"], gone["id"])
        self.assertIs(server.send("GET", f"webhooks/{gone['id']}").json()["enabled"], False)
        failed = until(lambda: self.first(redirect, "failed"))
        self.assertIn("redirect", failed["last_error"])
        self.assertNotIn("/redirected", receiver.counts, "a redirect was followed")

    def test_a_job_tells_its_callback_and_so_does_its_retry(self):
        receiver = self.receiver
        job = self.submit(callback_url=f"http://127.0.0.1:{receiver.port}/callback")
        _, message = receiver.next("/callback", job["callback_secret"])
        self.assertEqual((message["type"], message["data"]["id"]), ("transcription.completed", job["id"]))
        retried = self.server.send("POST", f"transcriptions/{job['id']}:retry", expect=202).json()
        _, message = receiver.next("/callback", job["callback_secret"])
        self.assertEqual((message["type"], message["data"]["id"]), ("transcription.completed", retried["id"]))

    def test_what_was_not_delivered_before_kill_9_comes_after_it(self):
        # Many attempts, so that the message is not given up before the server is killed.
        delays = ",".join(["200ms"] + ["2s"] * 49)
        server = Server({"WEBHOOK_RETRY_DELAYS": delays, "OUTBOUND_ALLOW_PRIVATE": "true"})
        with server:
            self.server = server
            self.receiver.close()
            self.receiver = Receiver(quiet_port())
            port = self.receiver.port
            hook = self.subscribe("/later")
            self.receiver.close()
            file = self.upload("five")
            until(lambda: (self.first(hook, "pending") or {}).get("attempts"))
            server.stop(signal.SIGKILL)
            self.receiver = Receiver(port)
            server.start()
            _, message = self.receiver.next("/later", hook["secret"])
            self.assertEqual(message["data"]["id"], file["id"])
            self.doCleanups()


class Guarded(unittest.TestCase):
    def test_private_addresses_are_not_spoken_to_unless_allowed(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        with Server() as server:
            for host in ("127.0.0.1", "10.0.0.8", "[::1]", "169.254.169.254", "0x7f000001", "2130706433"):
                server.send("POST", "webhooks", json={"url": f"http://{host}:{receiver.port}/private"}, expect=422)
            # A name is looked up when something is sent, and the address that was checked is the one that is connected to.
            body = {"url": f"http://localhost:{receiver.port}/private", "events": ["file.ready"]}
            hook = server.send("POST", "webhooks", json=body, expect=201).json()
            tested = server.send("POST", f"webhooks/{hook['id']}:test", expect=200).json()
            self.assertEqual((tested["status"], tested["last_status"]), ("failed", None))
            self.assertEqual(receiver.counts, {})


if __name__ == "__main__":
    unittest.main()
