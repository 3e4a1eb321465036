"""Chromium, and what every journey wants of it: a page that reports each error, pictures, accessibility rules."""

import contextlib
import os
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from server import ROOT

PICTURES = ROOT / ".build/page"
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
SPOKEN = ROOT / "samples/welcome.wav"
LOOKS = {"light": (1280, 860), "dark": (1280, 860), "phone": (390, 844)}


@contextlib.contextmanager
def chromium():
    """The browser. Its microphone hears one of our samples."""
    arguments = [
        "--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={SPOKEN}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """Collects what a page should never do: errors, messages of the content policy, requests to elsewhere."""

    def __init__(self, home, expected):
        self.home, self.expected, self.problems = home, expected, []

    def follow(self, page):
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _console(self, message):
        # Answers of failure are the journeys' own doing.
        is_expected = message.text.startswith("Failed to load resource") or any(part in message.text for part in self.expected)
        if message.type == "error" and not is_expected:
            self.problems.append(f"console: {message.text}")

    def _request(self, request):
        if not request.url.startswith((self.home, "blob:", "data:")):
            self.problems.append(f"request to {request.url}")
        if re.search(r"eyJ[\w-]+\.[\w-]+\.|rt_|sk_|whsec_", request.url):
            self.problems.append(f"a secret in {request.url}")

    def _dialog(self, dialog):
        if dialog.type != "beforeunload":
            self.problems.append(f"dialog: {dialog.message}")
        dialog.accept()


class Inspector:
    """Looks at views: a picture and the accessibility rules in each look."""

    def __init__(self, is_blind=False):
        self.is_blind = is_blind
        self.findings, self.pictures = [], []
        #: Parts of messages of the console that a step brings about on purpose.
        self.expected = []
        self._axe = Axe()
        PICTURES.mkdir(parents=True, exist_ok=True)

    def look(self, page, name):
        """Takes pictures of the present view and checks it. Leaves it light and wide."""
        if self.is_blind:
            return
        for look, (width, height) in LOOKS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if look == "dark" else "light")
            page.wait_for_timeout(30)
            path = PICTURES / f"{name}-{look}.png"
            page.screenshot(path=path)
            self.pictures.append(path.name)
            for finding in self._axe.run(page).response["violations"]:
                targets = "; ".join(" ".join(map(str, node["target"])) for node in finding["nodes"][:3])
                self.findings.append(f"{name}-{look}: {finding['id']} ({finding['impact']}): {finding['help']}: {targets}")
        page.set_viewport_size({"width": LOOKS["light"][0], "height": LOOKS["light"][1]})
        page.emulate_media(color_scheme="light")
