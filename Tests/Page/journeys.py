"""The steps, in their order. Each begins where the one before ended."""

import json
import shutil
import time

from playwright.sync_api import expect

from server import ROOT

NAME, PASSWORD = "alice", "correct horse"
NASTY = '<img src=x onerror="document.title=1">'
PATIENCE = 60_000


class World:
    """What the steps share."""

    def __init__(self, server, context, page, inspector, folder):
        self.server, self.context, self.page, self.inspector, self.folder = server, context, page, inspector, folder

    def look(self, name):
        self.inspector.look(self.page, name)

    def button(self, name, exact=False):
        return self.page.get_by_role("button", name=name, exact=exact)

    def api(self):
        return self.server.sign_in(NAME, PASSWORD)

    def until(self, expression):
        """Waits for something in the page to be true. The page's own policy lets no expression be evaluated inside it."""
        deadline = time.monotonic() + 20
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"never became true: {expression}"
            self.page.wait_for_timeout(25)

    def row(self, title):
        return self.page.locator(".job", has=self.page.get_by_role("link", name=title, exact=True))


def the_first_visit_makes_the_first_account(world):
    page = world.page
    page.goto(world.server.url)
    expect(page.get_by_role("heading", name="Welcome to Scriberr")).to_be_visible()
    world.look("first-visit")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password again").fill("short")
    world.button("Create account").click()
    expect(page.get_by_role("alert")).to_contain_text("8")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    world.button("Create account").click()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    world.look("library-empty")


def the_session_is_in_no_place_that_scripts_can_read(world):
    page = world.page
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in stored and "rt_" not in stored and json.loads(stored)[2] == "", stored
    cookies = {cookie["name"]: cookie for cookie in world.context.cookies()}
    for name in ["scriberr_access_token", "scriberr_refresh_token"]:
        assert cookies[name]["httpOnly"] and cookies[name]["sameSite"] == "Strict", cookies[name]
    page.reload()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def recordings_are_uploaded_several_at_once_and_their_jobs_are_watched(world):
    page = world.page
    nasty = world.folder / f"{NASTY}.wav"
    shutil.copy(ROOT / "samples/welcome.wav", nasty)
    (world.folder / "notes.mp3").write_text("This is no recording at all.")
    page.locator("input[type=file]").set_input_files([ROOT / "samples/two-speakers.wav", nasty, world.folder / "notes.mp3"])
    expect(world.row("two-speakers")).to_be_visible()
    expect(world.row(NASTY)).to_be_visible()
    expect(page.locator(".upload-problem")).to_have_count(1)
    expect(page.locator(".job .bar").first).to_be_visible(timeout=PATIENCE)
    world.look("library-running")
    world.button("Close: notes.mp3").click()
    for title in ["two-speakers", NASTY]:
        expect(world.row(title).locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)


def a_title_that_looks_like_markup_stays_text(world):
    assert world.page.locator("main img").count() == 0
    assert world.page.title() == "Transcripts – Scriberr"
    expect(world.page.get_by_role("link", name=NASTY, exact=True)).to_be_visible()


def searching_and_filtering_narrow_the_list(world):
    page = world.page
    page.get_by_role("searchbox").fill("two-speak")
    expect(page.locator(".job")).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing like this")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    world.look("library-nothing-found")
    page.get_by_role("searchbox").fill("")
    page.get_by_label("State", exact=True).select_option("failed")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_label("State", exact=True).select_option("")
    expect(page.locator(".job")).to_have_count(2)
    world.look("library")


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
    box = page.locator(".segment-text").last.bounding_box()
    page.mouse.click(box["x"] + 40, box["y"] + 12)
    expect(page.locator(".segment").last).to_have_class("segment is-spoken" if page.locator(".segment").count() > 1 else "segment begins is-spoken")
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


def a_recording_survives_the_page_that_made_it(world):
    page = world.page
    page.get_by_role("link", name="Back to all transcripts").first.click()
    world.button("Record").click()
    expect(page.locator(".recorder-note")).to_have_text("Kept on the server", timeout=PATIENCE)
    world.look("recording")
    # The tab is closed in the middle; another one finds what came until then.
    tab = world.context.new_page()
    page.close()
    world.page = tab
    tab.set_default_timeout(20_000)
    tab.goto(world.server.url)
    expect(tab.locator(".notice")).to_contain_text("was not finished")
    world.look("recording-unfinished")
    world.button("Transcribe it").click()
    row = tab.locator(".job", has_text="Recording of")
    expect(row.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)


def a_paused_queue_is_seen_and_goes_on(world):
    page = world.page
    page.goto(world.server.url + "/settings/queue")
    world.button("Pause").click()
    expect(page.locator(".notice")).to_contain_text("Paused since")
    world.look("settings-queue")
    page.goto(world.server.url)
    expect(page.locator(".notice")).to_contain_text("The queue is paused")
    page.locator("input[type=file]").set_input_files([ROOT / "samples/welcome.wav"])
    row = world.row("welcome")
    expect(row).to_contain_text("the queue is paused")
    row.get_by_role("button", name="Actions for welcome").click()
    page.get_by_role("menuitem", name="Stop").click()
    expect(row.locator(".badge-canceled")).to_have_text("Canceled")
    status, answer = world.server.call("POST", "/admin/queue:resume", headers=world.api())
    assert status == 200, answer
    expect(page.locator(".notice")).to_have_count(0)


def a_job_is_transcribed_again_with_other_settings(world):
    page = world.page
    world.row("welcome").get_by_role("button", name="Actions for welcome").click()
    page.get_by_role("menuitem", name="Transcribe again …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Model")).to_be_visible()
    world.look("library-again")
    dialog.get_by_label("Model").select_option("pocketsphinx-en-us")
    dialog.get_by_role("button", name="Transcribe", exact=True).click()
    expect(world.row("welcome")).to_have_count(2)
    expect(world.row("welcome").first.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)


def what_is_deleted_can_be_taken_back_for_a_moment(world):
    page = world.page
    count = page.locator(".job").count()
    page.locator(".job-check").first.check()
    page.locator(".job-check").nth(1).check()
    expect(page.locator(".bulk-count")).to_have_text("2 chosen")
    world.look("library-chosen")
    page.locator(".bulk").get_by_role("button", name="Delete").click()
    expect(page.locator(".job")).to_have_count(count - 2)
    world.button("Undo").click()
    expect(page.locator(".job")).to_have_count(count)
    row = world.row("two-speakers")
    row.get_by_role("button", name="Actions for two-speakers").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(row).to_have_count(0)
    # Leaving the page deletes at once what still waits.
    page.goto(world.server.url + "/settings/profiles")
    page.goto(world.server.url)
    expect(page.locator(".job")).to_have_count(count - 1)
    items = world.server.call("GET", "/transcriptions?q=two-speakers", headers=world.api())[1]["items"]
    assert items == [], items


def profiles_keys_models_and_users_are_set(world):
    page = world.page
    page.goto(world.server.url + "/settings")
    world.button("New profile").click()
    page.get_by_label("Name", exact=True).fill("Interviews")
    page.get_by_label("Tell speakers apart").check()
    page.get_by_label("Number of speakers").fill("2")
    world.look("settings-profile")
    page.get_by_label("Use it when nothing else is said").check()
    world.button("Save").click()
    expect(page.locator(".card")).to_contain_text("Interviews")
    world.look("settings-profiles")
    page.get_by_role("link", name="Models").click()
    expect(page.locator(".card", has_text="pocketsphinx-en-us")).to_contain_text("Installed")
    world.look("settings-models")
    page.get_by_role("link", name="API keys").click()
    world.button("New key").click()
    page.get_by_label("What it is for").fill("Backup")
    world.button("Save").click()
    key = page.locator(".secret").inner_text()
    assert key.startswith("sk_"), key
    assert world.server.call("GET", "/files", headers={"X-API-Key": key})[0] == 200
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.locator(".card")).to_contain_text("Backup")
    world.look("settings-keys")
    page.get_by_role("link", name="Webhooks").click()
    world.button("New webhook").click()
    page.get_by_label("Address").fill("https://hooks.example.com/scriberr")
    world.look("settings-webhook")
    world.button("Save").click()
    assert page.locator(".secret").inner_text().startswith("whsec_")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.locator(".card")).to_contain_text("hooks.example.com")
    world.look("settings-webhooks")
    page.get_by_role("link", name="Users").click()
    world.button("New user").click()
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("battery staple")
    world.button("Add").click()
    expect(page.locator(".card", has_text="bob")).to_be_visible()
    world.look("settings-users")


def the_page_speaks_german_too(world):
    page = world.page
    page.goto(world.server.url + "/settings/account")
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    world.look("settings-account")
    page.get_by_label("Language of this page").select_option("de")
    expect(page.get_by_role("heading", name="Konto")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.get_by_label("Sprache dieser Seite").select_option("en")
    expect(page.get_by_role("heading", name="Account")).to_be_visible()


def an_address_of_nothing_says_so(world):
    page = world.page
    page.goto(world.server.url + "/t/tr_00000000000000000000000000000000")
    expect(page.get_by_role("heading", name="There is no such transcript")).to_be_visible()
    world.look("transcript-gone")


def signing_out_ends_the_session_and_signing_in_begins_another(world):
    page = world.page
    world.button("Account alice").click()
    world.look("account-menu")
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert world.context.cookies() == [], world.context.cookies()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    world.look("sign-in")
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill("wrong password")
    world.button("Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Password").fill(PASSWORD)
    world.button("Sign in").click()
    expect(page.get_by_role("button", name="Account alice")).to_be_visible()


def signing_out_everywhere_ends_other_browsers_too(world):
    other = world.context.browser.new_context(locale="en-GB")
    page = other.new_page()
    page.goto(world.server.url)
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".job").first).to_be_visible()
    world.button("Account alice").click()
    world.page.get_by_role("menuitem", name="Sign out on all devices").click()
    expect(world.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    other.close()


STEPS = [
    the_first_visit_makes_the_first_account,
    the_session_is_in_no_place_that_scripts_can_read,
    recordings_are_uploaded_several_at_once_and_their_jobs_are_watched,
    a_title_that_looks_like_markup_stays_text,
    searching_and_filtering_narrow_the_list,
    a_transcript_plays_and_a_click_on_a_word_jumps_there,
    the_keys_play_skip_and_walk_through_segments,
    a_segment_is_given_to_somebody_who_gets_a_name,
    text_is_edited_in_its_place_undone_and_done_again,
    find_and_replace_go_through_the_whole_text,
    two_who_edit_the_same_are_told,
    every_version_is_listed_and_an_earlier_one_comes_back,
    every_export_shows_a_preview_and_can_be_downloaded,
    what_made_the_text_is_told,
    a_recording_survives_the_page_that_made_it,
    a_paused_queue_is_seen_and_goes_on,
    a_job_is_transcribed_again_with_other_settings,
    what_is_deleted_can_be_taken_back_for_a_moment,
    profiles_keys_models_and_users_are_set,
    the_page_speaks_german_too,
    an_address_of_nothing_says_so,
    signing_out_ends_the_session_and_signing_in_begins_another,
    signing_out_everywhere_ends_other_browsers_too,
]
