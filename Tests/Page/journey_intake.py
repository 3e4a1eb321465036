"""Where recordings come from: fifty at once, cut connections, addresses."""

import re

from playwright.sync_api import expect

from world import PATIENCE, WELCOME

# Fifty recordings of a moment each, all of them different, dropped as a file manager drops them.
DROP_FIFTY = """() => {
  const transfer = new DataTransfer();
  for (let number = 1; number <= 50; number += 1) {
    const bytes = new DataView(new ArrayBuffer(44 + 8000));
    const text = (at, words) => [...words].forEach((letter, index) => bytes.setUint8(at + index, letter.charCodeAt(0)));
    text(0, "RIFF"); bytes.setUint32(4, 36 + 8000, true); text(8, "WAVEfmt "); bytes.setUint32(16, 16, true);
    bytes.setUint16(20, 1, true); bytes.setUint16(22, 1, true); bytes.setUint32(24, 8000, true);
    bytes.setUint32(28, 16000, true); bytes.setUint16(32, 2, true); bytes.setUint16(34, 16, true);
    text(36, "data"); bytes.setUint32(40, 8000, true);
    bytes.setInt16(44, number, true);
    transfer.items.add(new File([bytes.buffer], `memo ${String(number).padStart(2, "0")}.wav`, { type: "audio/wav" }));
  }
  const fire = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  fire("dragenter");
  window.wasAsked = !document.querySelector(".drop-veil").hidden;
  fire("drop");
}"""


def fifty_recordings_are_dropped_at_once(world):
    page = world.page
    world.call("POST", "/admin/queue:pause")
    world.home()
    expect(page.locator(".notice")).to_contain_text("The queue is paused")
    page.evaluate(DROP_FIFTY)
    assert page.evaluate("wasAsked"), "nothing showed that files can be dropped"
    expect(page.locator(".uploads-title").first).to_have_text(re.compile(r"\d+ uploads"))
    world.look("library-fifty")
    page.get_by_role("button", name="Cancel: memo 50.wav").click()
    expect(page.locator(".uploads").first).to_be_hidden(timeout=PATIENCE)
    world.holds(lambda: waiting(world) == 49, "49 of 50 recordings wait")
    expect(page.locator(".job", has_text="memo")).to_have_count(49)
    # Those whose turn comes first say why they wait; the list holds further pages too.
    page.reload()
    expect(page.locator(".job").nth(39)).to_contain_text("paused")
    page.get_by_role("searchbox").fill("memo")
    expect(page.locator(".job")).to_have_count(40)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".job")).to_have_count(49)
    for box in page.locator(".job-check").all():
        box.check()
    expect(page.locator(".bulk-count")).to_have_text("49 chosen")
    page.locator(".bulk").get_by_role("button", name="Delete").click()
    expect(page.locator(".job")).to_have_count(0)
    page.get_by_role("region", name="Messages").get_by_role("button", name="Close").last.click()
    world.holds(lambda: waiting(world) == 0, "all of them are deleted")
    world.call("POST", "/admin/queue:resume")


def waiting(world):
    return world.call("GET", "/admin/queue")["queued"]


def an_upload_goes_on_after_a_cut_connection(world):
    page = world.page
    world.home()
    long = world.repeated(WELCOME, 12, "cut.wav")
    seen = []

    def cut(route):
        seen.append(route.request.method)
        # The second piece does not arrive, and neither does the first question how much did.
        if seen.count("PATCH") == 2 and seen[-1] == "PATCH" or seen.count("HEAD") == 1 and seen[-1] == "HEAD":
            return route.abort("connectionreset")
        return route.continue_()

    page.route("**/api/v1/uploads/*", cut)
    world.files(long)
    expect(world.row("cut")).to_be_visible(timeout=PATIENCE)
    page.unroute("**/api/v1/uploads/*")
    assert seen.count("PATCH") >= 3 and seen.count("HEAD") >= 1, seen


def an_upload_goes_on_after_its_tab_was_closed(world):
    page = world.page
    long = world.repeated(WELCOME, 11, "closed.wav")
    sent = []

    def stop(route):
        if route.request.method == "PATCH":
            sent.append(route.request.headers["upload-offset"])
            if len(sent) > 1:
                return route.abort("connectionreset")
        return route.continue_()

    page.route("**/api/v1/uploads/*", stop)
    world.files(long)
    world.holds(lambda: len(sent) > 1, "a piece was sent, and the next cut off")
    page.unroute("**/api/v1/uploads/*")
    world.home()
    begun = []
    page.on("request", lambda request: begun.append(request) if request.url.endswith("/uploads") else None)
    with page.expect_request(lambda request: request.method == "PATCH") as patch:
        world.files(long)
    assert int(patch.value.headers["upload-offset"]) > 0 and begun == [], "it began anew"
    expect(world.row("closed")).to_be_visible(timeout=PATIENCE)
    for title in ["cut", "closed"]:
        world.act(title, "Stop")


def an_address_is_fetched_with_its_progress_and_transcribed(world):
    page = world.page
    world.button("From an address").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("file:///etc/passwd")
    dialog.get_by_role("button", name="Fetch").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    world.look("library-address")
    dialog.get_by_label("Address").fill(world.neighbour.url + "/recordings/slow-episode.wav")
    dialog.get_by_role("button", name="Fetch").click()
    fetched = page.get_by_role("region", name="Fetched from addresses")
    expect(fetched).to_contain_text("slow-episode")
    expect(fetched.locator(".upload-size")).to_have_text("231 kB")
    world.look("library-fetching")
    # Another tab sees it too, and may be the only one that is left.
    page.reload()
    expect(fetched).to_contain_text("slow-episode")
    world.neighbour.goes_on.set()
    expect(fetched).to_be_hidden(timeout=PATIENCE)
    expect(world.row("slow-episode")).to_be_visible()
    expect(world.row("slow-episode").locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)
    world.neighbour.goes_on.clear()


def an_address_that_cannot_be_fetched_says_why(world):
    page = world.page
    world.button("From an address").click()
    page.get_by_role("dialog").get_by_label("Address").fill(world.neighbour.url + "/nothing.mp3")
    page.get_by_role("dialog").get_by_role("button", name="Fetch").click()
    fetched = page.get_by_role("region", name="Fetched from addresses")
    expect(fetched.locator(".upload-problem")).to_contain_text("404")
    world.look("library-fetch-failed")
    fetched.get_by_role("button", name="Try again: nothing").click()
    expect(page.get_by_role("dialog").get_by_label("Address")).to_have_value(world.neighbour.url + "/nothing.mp3")
    page.keyboard.press("Escape")
    expect(fetched).to_be_hidden()


def an_import_that_is_over_before_its_answer_comes_is_shown_as_it_ended(world):
    page = world.page
    origin, asked, is_over = page.evaluate("location.origin"), [], []

    def late(route):
        answer = route.fetch()
        address = f"{origin}/api/v1/files/{answer.json()['id']}"
        while page.context.request.get(address).json()["status"] == "processing":
            pass
        is_over.append(True)
        # What the page asked meanwhile was answered as early, and is as long on its way.
        for other in asked:
            other.fulfill(response=answer)
        route.fulfill(response=answer)

    page.route("**/api/v1/files/file_*", lambda route: route.continue_() if is_over else asked.append(route))
    page.route("**/files:import-url", late)
    world.button("From an address").click()
    page.get_by_role("dialog").get_by_label("Address").fill(world.neighbour.url + "/nothing.mp3")
    page.get_by_role("dialog").get_by_role("button", name="Fetch").click()
    fetched = page.get_by_role("region", name="Fetched from addresses")
    expect(fetched.locator(".upload-problem")).to_contain_text("404")
    page.unroute_all()
    fetched.get_by_role("button", name="Close: nothing").click()
    expect(fetched).to_be_hidden()


STEPS = [
    fifty_recordings_are_dropped_at_once,
    an_upload_goes_on_after_a_cut_connection,
    an_upload_goes_on_after_its_tab_was_closed,
    an_address_is_fetched_with_its_progress_and_transcribed,
    an_address_that_cannot_be_fetched_says_why,
    an_import_that_is_over_before_its_answer_comes_is_shown_as_it_ended,
]
