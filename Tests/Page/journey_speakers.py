"""A job that runs, and who speaks in it."""

import re

from playwright.sync_api import expect

from world import PATIENCE, THREE_SPEAKERS


# Writes down how many segments there are whenever that changes.
COUNT_SEGMENTS = """() => {
  window.counts = [];
  const look = () => {
    const count = document.querySelectorAll(".segment").length;
    if (window.counts.at(-1) !== count) window.counts.push(count);
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


def text_grows_while_the_job_runs(world):
    page = world.page
    world.home()
    world.call("POST", "/admin/queue:pause")
    world.files(THREE_SPEAKERS)
    page.get_by_role("link", name="three-speakers", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="three-speakers")).to_be_visible()
    page.evaluate(COUNT_SEGMENTS)
    world.call("POST", "/admin/queue:resume")
    expect(page.locator(".run-state .bar")).to_be_visible(timeout=PATIENCE)
    world.holds(lambda: page.locator(".segment").count() > 0 and page.locator(".run-state .bar").count() == 0, "the job ends with text")
    counts = page.evaluate("window.counts")
    assert len([count for count in counts if count > 0]) >= 2, f"the text came all at once: {counts}"
    expect(page.locator(".run-state .bar")).to_have_count(0)


def speakers_are_told_apart_when_somebody_asks(world):
    page = world.page
    world.button("Speakers", exact=True).click()
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("Speakers were not told apart.")
    panel.get_by_label("Number of speakers").fill("99")
    panel.get_by_role("button", name="Tell speakers apart").click()
    expect(panel.get_by_role("alert")).to_be_visible()
    world.look("transcript-apart")
    panel.get_by_label("Number of speakers").fill("3")
    panel.get_by_label("Model").select_option("own-diarization")
    world.call("POST", "/admin/queue:pause")
    panel.get_by_role("button", name="Tell speakers apart").click()
    expect(panel.get_by_text("You can go on reading")).to_be_visible()
    world.look("transcript-apart-waiting")
    # Whoever comes back finds it as it stands.
    page.reload()
    world.button("Speakers", exact=True).click()
    expect(panel.get_by_text("You can go on reading")).to_be_visible()
    world.call("POST", "/admin/queue:resume")
    # It is the transcript's own business, and no entry in the library.
    expect(panel.locator(".speaker")).to_have_count(3, timeout=PATIENCE)
    expect(panel.get_by_role("heading", name="Tell them apart anew")).to_be_visible()
    world.look("transcript-three-speakers")
    items = world.call("GET", "/transcriptions?q=three-speakers")["items"]
    assert len(items) == 1, items


def two_speakers_who_are_one_are_joined(world):
    page = world.page
    panel = page.get_by_role("complementary")
    panel.get_by_label("Name of Speaker 1").fill("Anna")
    panel.get_by_label("Name of Speaker 1").press("Enter")
    expect(page.locator(".speaker-tag", has_text="Anna").first).to_be_visible()
    panel.get_by_label("Speaker 3 is the same as").select_option("Speaker 2")
    expect(panel.locator(".speaker")).to_have_count(2)
    page.locator("h1").focus()
    page.keyboard.press("Control+z")
    expect(panel.locator(".speaker")).to_have_count(3)
    panel.get_by_role("button", name="Listen to Anna").click()
    expect(world.button("Pause", exact=True)).to_be_visible()
    world.button("Pause", exact=True).click()


def a_segment_is_given_to_another_speaker(world):
    page = world.page
    first = page.locator(".segment").first
    before = first.locator(".speaker-tag").inner_text()
    first.locator(".speaker-tag").click()
    page.get_by_role("menuitemradio", name="Speaker 2").click()
    expect(page.locator(".segment").first.locator(".speaker-tag")).to_have_text("Speaker 2")
    assert before == "Anna", before
    # Exports name people as the page does.
    job = page.url.rsplit("/", 1)[1]
    text = world.call("GET", f"/transcriptions/{job}/transcript?format=txt&speakers=true").decode()
    assert "Anna:" in text and re.search(r"SPEAKER_0?1:|Speaker 2:", text), text[:200]
    page.get_by_role("complementary").get_by_role("button", name="Close").click()


STEPS = [
    text_grows_while_the_job_runs,
    speakers_are_told_apart_when_somebody_asks,
    two_speakers_who_are_one_are_joined,
    a_segment_is_given_to_another_speaker,
]
