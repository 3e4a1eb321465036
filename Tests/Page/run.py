"""One person's way through the page, on a real server with real audio, step by step.

Each step is a sentence; the first that fails ends the run (unless `--keep-going` is given) with a picture of what was there.
`--no-look` leaves out pictures and accessibility rules, which take most of the time.
Ends with one line, `N passed, N failed`.
"""

import contextlib
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from playwright.sync_api import expect

import journey_access
import journey_account
import journey_care
import journey_intake
import journey_library
import journey_recording
import journey_settings
import journey_speakers
import journey_transcript
import neighbour
import server
import texts
from browser import PICTURES, Inspector, Watch, chromium
from world import World, own_models


STEPS = [
    *journey_account.STEPS,
    *journey_library.STEPS,
    *journey_transcript.STEPS,
    *journey_speakers.STEPS,
    *journey_recording.STEPS,
    *journey_intake.STEPS,
    *journey_library.LATER_STEPS,
    *journey_access.STEPS,
    *journey_settings.STEPS,
    *journey_care.STEPS,
    *journey_account.LAST_STEPS,
]


# What was deleted can be taken back for a moment; a busy machine may need more of it to get there.
LONG_MOMENT = """{
  const wait = window.setTimeout.bind(window);
  window.setTimeout = (run, milliseconds, ...rest) => wait(run, milliseconds === 8_000 ? 600_000 : milliseconds, ...rest);
}"""


@contextlib.contextmanager
def everything():
    """The server, its neighbour, the browser, and folders that go with them."""
    with contextlib.ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory(prefix=f"scriberr-{name}-")) for name in ["files", "models", "beside"]]
        beside = stack.enter_context(neighbour.beside(folders[2]))
        settings = {
            "SPEECH_ENGINE_MODELS_DIR": own_models(folders[1]), "SPEECH_ENGINE_MIRROR_URL": beside.url, "OUTBOUND_ALLOW_PRIVATE": "true",
        }
        running = stack.enter_context(server.running(**settings))
        yield Path(folders[0]), beside, running, stack.enter_context(chromium())


def main():
    begin = time.monotonic()
    shutil.rmtree(PICTURES, ignore_errors=True)
    passed, failures = 0, []
    with everything() as (folder, beside, running, browser):
        inspector = Inspector(is_blind="--no-look" in sys.argv)
        watch = Watch(running.url, inspector.expected)
        permissions = ["microphone", "clipboard-read", "clipboard-write"]
        context = browser.new_context(
            viewport={"width": 1280, "height": 860}, locale="en-GB", accept_downloads=True, permissions=permissions
        )
        context.add_init_script(LONG_MOMENT)
        context.on("page", watch.follow)
        page = context.new_page()
        page.set_default_timeout(120_000)
        expect.set_options(timeout=120_000)
        world = World(running, beside, context, page, inspector, folder)
        for step in STEPS:
            name = step.__name__.replace("_", " ")
            try:
                before = time.monotonic()
                step(world)
                passed += 1
                print(f"✔ {name} ({time.monotonic() - before:.1f} s)", flush=True)
            except Exception:
                traceback.print_exc()
                world.page.screenshot(path=PICTURES / f"failed-{step.__name__}.png")
                failures.append(name)
                print(f"✘ {name}: see {PICTURES.relative_to(server.ROOT)}/failed-{step.__name__}.png", flush=True)
                if "--keep-going" not in sys.argv:
                    break
        problems = watch.problems + inspector.findings + texts.problems()
    for problem in problems:
        print("✘", problem)
    failed = len(failures) + len(problems)
    seen = f"{len(inspector.pictures)} pictures in {PICTURES.relative_to(server.ROOT)}/, {len(inspector.findings)} accessibility findings"
    print(f"{seen}, {time.monotonic() - begin:.0f} seconds")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
