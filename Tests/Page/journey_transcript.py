"""One transcript: listening, editing, finding, versions, exports."""

from playwright.sync_api import expect


def a_transcript_plays_and_a_click_on_a_word_jumps_there(world):
    page = world.page
    page.get_by_role("link", name="two-speakers", exact=True).click()
    expect(page.locator(".segment").first).to_be_visible()
    expect(page.get_by_role("heading", name="two-speakers")).to_be_visible()
    world.until("document.querySelector('.wave').getAttribute('aria-valuemax') > 3")
    world.button("Play", exact=True).click()
    world.until("document.querySelector('.wave').getAttribute('aria-valuenow') >= 1")
    expect(page.locator(".segment.is-spoken")).to_have_count(1)
    world.until("CSS.highlights.get('spoken').size === 1")
    world.button("Pause", exact=True).click()
    # It is heard at once, and may be over soon.
    page.evaluate("""new MutationObserver(([{ target }]) => (window.wasHeard ||= target.ariaLabel === "Pause"))
      .observe(document.querySelector(".play-button"), { attributes: true })""")
    box = page.locator(".segment-text").last.bounding_box()
    page.mouse.click(box["x"] + 40, box["y"] + 12)
    expect(page.locator(".segment").last).to_have_class("segment is-spoken" if page.locator(".segment").count() > 1 else "segment begins is-spoken")
    world.until("window.wasHeard")
    page.evaluate("document.querySelector('.play-button').getAttribute('aria-label') === 'Pause' && document.querySelector('.play-button').click()")
    world.look("transcript")


def the_keys_play_skip_and_walk_through_segments(world):
    page = world.page
    page.locator("h1").focus()
    position = "Number(document.querySelector('.wave').getAttribute('aria-valuenow'))"
    for _ in range(10):
        page.keyboard.press("j")
    world.until(f"{position} === 0")
    page.keyboard.press("ArrowRight")
    world.until(f"{position} === 5")
    page.keyboard.press("k")
    expect(world.button("Pause", exact=True)).to_be_visible()
    page.keyboard.press(" ")
    expect(world.button("Play", exact=True)).to_be_visible()
    # How far it played depends on how quickly it was paused.
    page.keyboard.press("j")
    page.keyboard.press("j")
    world.until(f"{position} === 0")
    page.keyboard.press("l")
    world.until(f"{position} === 10")
    page.keyboard.press("ArrowLeft")
    world.until(f"{position} === 5")
    page.keyboard.press("l")
    world.until(f"{position} === 15")
    page.keyboard.press("ArrowLeft")
    world.until(f"{position} === 10")
    lit = "[...document.querySelectorAll('.segment')].findIndex((item) => item.classList.contains('is-spoken'))"
    before = page.evaluate(lit)
    page.keyboard.press("ArrowUp")
    world.until(f"{lit} === {before} - 1")
    page.keyboard.press("ArrowDown")
    world.until(f"{lit} === {before}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    world.look("transcript-keys")
    page.keyboard.press("Escape")


def a_segment_is_given_to_somebody_who_gets_a_name(world):
    page = world.page
    page.locator(".segment").first.hover()
    page.locator(".segment").first.get_by_role("button", name="Speaker: Unknown. Change").click()
    page.get_by_role("menuitem", name="Somebody else …").click()
    page.get_by_label("Name").fill("Anna")
    world.button("Save").click()
    expect(page.locator(".segment").first.locator(".speaker-tag")).to_have_text("Anna")
    world.button("Speakers").click()
    page.get_by_label("Name of Anna").fill("Anna Bell")
    page.get_by_label("Name of Anna").press("Enter")
    expect(page.locator(".segment").first.locator(".speaker-tag")).to_have_text("Anna Bell")
    world.look("transcript-speakers")
    page.get_by_role("complementary").get_by_role("button", name="Close").click()


def text_is_edited_in_its_place_undone_and_done_again(world):
    page = world.page
    first = page.locator(".segment").first
    world.original = first.locator(".segment-text").inner_text()
    first.hover()
    first.get_by_role("button", name="Edit the text at").click()
    field = first.get_by_role("textbox")
    expect(field).to_be_focused()
    world.look("transcript-editing")
    field.fill("Good morning everybody, this was written by hand.")
    field.press("Enter")
    expect(first.locator(".segment-text")).to_have_text("Good morning everybody, this was written by hand.")
    page.keyboard.press("Control+z")
    expect(page.locator(".segment").first.locator(".segment-text")).to_have_text(world.original)
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".segment").first.locator(".segment-text")).to_have_text("Good morning everybody, this was written by hand.")


def find_and_replace_go_through_the_whole_text(world):
    page = world.page
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox", name="Find").fill("everybody")
    expect(page.locator(".find-count")).to_have_text("1 of 1")
    world.look("transcript-find")
    page.get_by_label("Replace with").fill("all of you")
    world.button("Replace all").click()
    expect(page.locator(".segment-text").first).to_have_text("Good morning all of you, this was written by hand.")
    page.get_by_role("searchbox", name="Find").press("Escape")


def two_who_edit_the_same_are_told(world):
    page = world.page
    job = page.url.rsplit("/", 1)[1]
    page.locator(".segment").first.hover()
    world.button("Edit the text at").first.click()
    page.locator(".segment-field").fill("Mine.")
    headers = world.api() | {"If-Match": "*"}
    segment = world.server.call("GET", f"/transcriptions/{job}/transcript", headers=headers)[1]["segments"][0]["id"]
    operation = {"op": "set_text", "segment": segment, "text": "Theirs."}
    status, answer = world.server.call("PATCH", f"/transcriptions/{job}/transcript", {"operations": [operation]}, headers)
    assert status == 200, answer
    page.locator(".segment-field").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("changed this transcript meanwhile")
    world.look("transcript-conflict")
    world.button("Make my change again").click()
    expect(page.locator(".segment-text").first).to_have_text("Mine.")


def every_version_is_listed_and_an_earlier_one_comes_back(world):
    page = world.page
    world.button("Versions").click()
    panel = page.get_by_role("complementary")
    expect(panel.locator(".version").first).to_contain_text("by alice")
    expect(panel.locator(".version").last).to_contain_text("the engine")
    world.look("transcript-versions")
    panel.locator(".version").last.get_by_role("button", name="Look").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(world.original)
    dialog.get_by_role("button", name="Go back to this").click()
    expect(page.locator(".segment-text").first).to_have_text(world.original)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def every_export_shows_a_preview_and_can_be_downloaded(world):
    page = world.page
    world.button("Export").click()
    panel = page.get_by_role("complementary")
    preview = panel.locator(".preview")
    expect(preview).to_contain_text(world.original[:20])
    formats = panel.get_by_label("Format")
    count = formats.locator("option").count()
    assert count >= 18, count
    formats.select_option("srt")
    expect(preview).to_contain_text("-->")
    world.look("transcript-export")
    with page.expect_download() as download:
        panel.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "two-speakers.srt"
    assert "-->" in open(download.value.path()).read()
    panel.get_by_role("button", name="Close").click()


def what_made_the_text_is_told(world):
    page = world.page
    world.button("Details").click()
    panel = page.get_by_role("complementary")
    expect(panel.locator(".facts")).to_contain_text("Model")
    expect(panel.locator(".attempts li")).to_have_count(1)
    world.look("transcript-details")
    panel.get_by_role("button", name="Close").click()


STEPS = [
    a_transcript_plays_and_a_click_on_a_word_jumps_there,
    the_keys_play_skip_and_walk_through_segments,
    a_segment_is_given_to_somebody_who_gets_a_name,
    text_is_edited_in_its_place_undone_and_done_again,
    find_and_replace_go_through_the_whole_text,
    two_who_edit_the_same_are_told,
    every_version_is_listed_and_an_earlier_one_comes_back,
    every_export_shows_a_preview_and_can_be_downloaded,
    what_made_the_text_is_told,
]
