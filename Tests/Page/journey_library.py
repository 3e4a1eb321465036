"""The library: uploads, the list, what is done with jobs."""

import shutil
import zipfile

from playwright.sync_api import expect

from world import NASTY, PATIENCE, TWO_SPEAKERS, WELCOME


def recordings_are_uploaded_several_at_once_and_their_jobs_are_watched(world):
    page = world.page
    nasty = world.folder / f"{NASTY}.wav"
    shutil.copy(WELCOME, nasty)
    (world.folder / "notes.mp3").write_text("This is no recording at all.")
    # Nothing is over before it was looked at.
    world.call("POST", "/admin/queue:pause")
    page.locator("input[type=file]").set_input_files([TWO_SPEAKERS, nasty, world.folder / "notes.mp3"])
    expect(world.row("two-speakers")).to_be_visible()
    expect(world.row(NASTY)).to_be_visible()
    expect(page.locator(".upload-problem")).to_have_count(1)
    world.call("POST", "/admin/queue:resume")
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


def a_paused_queue_is_seen_and_goes_on(world):
    page = world.page
    page.goto(world.server.url + "/settings/queue")
    world.button("Pause").click()
    expect(page.locator(".notice")).to_contain_text("Paused since")
    world.look("settings-queue")
    page.goto(world.server.url)
    expect(page.locator(".notice")).to_contain_text("The queue is paused")
    page.locator("input[type=file]").set_input_files([WELCOME])
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


def several_transcripts_are_exported_at_once(world):
    page = world.page
    world.home()
    count = page.locator(".job").count()
    expect(page.locator(".job-check").first).to_be_visible()
    count = page.locator(".job").count()
    for box in page.locator(".job-check").all():
        box.check()
    page.locator(".bulk").get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    done = page.locator('.job[data-status="completed"]').count()
    expect(dialog.get_by_role("heading", level=2)).to_contain_text(f"Export {done} transcript")
    assert 2 <= done < count, (done, count)
    expect(dialog).to_contain_text("left out")
    dialog.get_by_label("Format").select_option("docx")
    world.look("library-export")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert len(names) == done and all(name.endswith(".docx") for name in names), names
    page.locator(".bulk").get_by_role("button", name="Choose none").click()


STEPS = [
    recordings_are_uploaded_several_at_once_and_their_jobs_are_watched,
    a_title_that_looks_like_markup_stays_text,
    searching_and_filtering_narrow_the_list,
]
LATER_STEPS = [
    a_paused_queue_is_seen_and_goes_on,
    several_transcripts_are_exported_at_once,
    a_job_is_transcribed_again_with_other_settings,
    what_is_deleted_can_be_taken_back_for_a_moment,
]
