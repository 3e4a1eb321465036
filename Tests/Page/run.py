"""One person's way through the page, on a real server with real audio, step by step.

Each step is a sentence; the first that fails ends the run with a picture of what was there. Ends with one line,
`N passed, N failed`.
"""

import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from playwright.sync_api import expect

import server
import texts
from browser import PICTURES, Inspector, Watch, chromium
from journeys import STEPS, World


def main():
    begin = time.monotonic()
    shutil.rmtree(PICTURES, ignore_errors=True)
    passed, failure = 0, None
    with tempfile.TemporaryDirectory(prefix="scriberr-files-") as folder, server.running() as running, chromium() as browser:
        watch, inspector = Watch(running.url), Inspector()
        context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB", accept_downloads=True, permissions=["microphone", "clipboard-read", "clipboard-write"])
        context.on("page", watch.follow)
        page = context.new_page()
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        world = World(running, context, page, inspector, Path(folder))
        for step in STEPS:
            name = step.__name__.replace("_", " ")
            try:
                before = time.monotonic()
                step(world)
                passed += 1
                print(f"✔ {name} ({time.monotonic() - before:.1f} s)", flush=True)
            except Exception:
                failure = name
                traceback.print_exc()
                world.page.screenshot(path=PICTURES / "failed.png")
                print(f"✘ {name}: see {PICTURES.relative_to(server.ROOT)}/failed.png", flush=True)
                break
        problems = watch.problems + inspector.findings + texts.problems()
    for problem in problems:
        print("✘", problem)
    failed = (1 if failure else 0) + len(problems)
    print(f"{len(inspector.pictures)} pictures in {PICTURES.relative_to(server.ROOT)}/, {len(inspector.findings)} accessibility findings, {time.monotonic() - begin:.0f} seconds")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
