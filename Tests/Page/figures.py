"""Measures how quick the page is, in Chromium on this machine, and prints what it found and how.

- First paint: the time from the navigation's start to `first-contentful-paint` of the signed-in library and of the sign-in
  view, by the browser's own Performance API, cold (a new profile) and warm; the median of several.
- Scrolling: a transcript of 30 thousand words in 3 hours is scrolled by a script, so many pixels each frame; the times between
  the frames as requestAnimationFrame tells them, and how long the page's main thread works for one (`TaskDuration` of the
  DevTools protocol). Chromium draws without a graphics card here, so the main thread's share is what is the page's own.
- Finding: the time from the input event to the frame in which the first hit is in view and marked.

The server is `SCRIBERR_BIN`, or the debug build.
"""

import random
import statistics
import time

import server
from browser import chromium

NAME, PASSWORD = "alice", "correct horse"
WORDS, HOURS = 30_000, 3
VOCABULARY = "the a of and to in people work night morning report window office floor number yesterday quietly because".split()


def transcript():
    """A document of many segments by three speakers, and a rare word in some of them."""
    chance = random.Random(7)
    step = HOURS * 3600 / WORDS
    segments, words, texts = [], [], []
    while len(words) < WORDS:
        start, count, speaker = len(words) * step, chance.randint(6, 16), f"SPEAKER_0{chance.randint(0, 2)}"
        spoken = [chance.choice(VOCABULARY) for _ in range(count)]
        if len(segments) % 50 == 0:
            spoken[2] = "zebra"
        for word in spoken:
            at = len(words) * step
            words.append({"start": round(at, 3), "end": round(at + step * 0.9, 3), "word": word, "confidence": round(chance.random(), 2), "speaker": speaker})
        text = " ".join(spoken).capitalize() + "."
        texts.append(text)
        segments.append({"id": f"seg_{len(segments) + 1:06}", "start": round(start, 3), "end": words[-1]["end"], "speaker": speaker, "text": text})
    return {"text": " ".join(texts), "segments": segments, "words": words}


def prepare(running):
    """An account with one finished job that says all that; answers the job's id."""
    status, answer = running.call("POST", "/auth/register", {"username": NAME, "password": PASSWORD, "confirm_password": PASSWORD})
    assert status == 200, answer
    headers = {"Authorization": "Bearer " + answer["access_token"]}
    boundary = "figures"
    audio = (server.ROOT / "samples/welcome.wav").read_bytes()
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="long.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    body = head.encode() + audio + f"\r\n--{boundary}--\r\n".encode()
    status, job = running.call("POST", "/transcriptions:submit", body, headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    assert status == 202, job
    while running.call("GET", f"/transcriptions/{job['id']}?wait=30s", headers=headers)[1]["status"] != "completed":
        pass
    before = time.monotonic()
    status, answer = running.call("PATCH", f"/transcriptions/{job['id']}/transcript", {"transcript": transcript()}, headers | {"If-Match": "*"})
    assert status == 200, answer
    print(f"storing {WORDS} words as a new version: {(time.monotonic() - before) * 1000:.0f} ms")
    return job["id"]


PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def painted(page, url):
    page.goto(url)
    while (found := page.evaluate(PAINT)) is None:
        page.wait_for_timeout(10)
    return found


def sign_in(page, url):
    page.goto(url)
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".job").first.wait_for()


def measure_paint(browser, url):
    cold = []
    for _ in range(7):
        context = browser.new_context(locale="en-GB")
        cold.append(painted(context.new_page(), url))
        context.close()
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sign_in(page, url)
    warm = [painted(page, url) for _ in range(7)]
    print(f"first contentful paint, sign-in, new profile: median {statistics.median(cold):.0f} ms, worst {max(cold):.0f} ms of 7")
    print(f"first contentful paint, library, signed in:   median {statistics.median(warm):.0f} ms, worst {max(warm):.0f} ms of 7")
    return page


SCROLL = """async ([pixels, frames]) => {
  scrollTo(0, 0);
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < frames; frame += 1) {
    scrollBy(0, pixels);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return [times, scrollY];
}"""


def main_thread_seconds(session):
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"]


def measure_scrolling(page, url, job):
    before = time.monotonic()
    page.goto(f"{url}/t/{job}")
    page.locator(".segment").first.wait_for()
    count = page.locator(".segment").count()
    print(f"opening it until the first segment is there: {(time.monotonic() - before) * 1000:.0f} ms ({count} segments)")
    page.wait_for_timeout(1000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    for pixels, what in [(20, "reading on"), (100, "quickly"), (600, "leafing")]:
        busy = main_thread_seconds(session)
        times, way = page.evaluate(SCROLL, [pixels, 300])
        busy = (main_thread_seconds(session) - busy) / len(times) * 1000
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95)]
        late = sum(1 for milliseconds in times if milliseconds > 25)
        print(
            f"scrolling {what}, {pixels} pixels a frame ({way:.0f} in all): {1000 * len(times) / sum(times):.1f} frames a second; "
            f"median {statistics.median(times):.1f} ms, 95 % {p95:.1f} ms, worst {max(times):.0f} ms, {late} of {len(times)} late; "
            f"main thread {busy:.1f} ms a frame"
        )


FOUND = """async (word) => {
  const field = document.querySelector('.find-bar [name=find]');
  const begin = performance.now();
  field.value = word;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const isLit = () => {
    const box = document.querySelector('.has-current')?.getBoundingClientRect();
    return box && box.top < innerHeight && box.bottom > 0 && CSS.highlights.get('found').size > 0;
  };
  while (!isLit()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return [performance.now() - begin, document.querySelector('.find-count').textContent];
}"""


def measure_finding(page):
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.keyboard.press("Control+f")
    for word in ["zebra", "e"]:
        milliseconds, text = page.evaluate(FOUND, word)
        print(f"finding “{word}”: {milliseconds:.0f} ms until the first hit is in view and marked ({text})")
        page.evaluate("document.querySelector('.find-bar [name=find]').value = ''")
        page.evaluate("document.querySelector('.find-bar [name=find]').dispatchEvent(new Event('input', { bubbles: true }))")
        page.wait_for_timeout(500)


def main():
    with server.running() as running, chromium() as browser:
        job = prepare(running)
        page = measure_paint(browser, running.url)
        page.set_viewport_size({"width": 1280, "height": 860})
        measure_scrolling(page, running.url, job)
        measure_finding(page)


if __name__ == "__main__":
    main()
