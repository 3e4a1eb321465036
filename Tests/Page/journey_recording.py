"""The microphone. It hears one of our samples."""

from playwright.sync_api import expect

from world import PATIENCE


def a_recording_is_made_and_transcribed(world):
    page = world.page
    world.home()
    world.button("Record").click()
    expect(page.locator(".recorder-note")).to_have_text("Kept on the server", timeout=PATIENCE)
    world.until("document.querySelector('.level').ariaValueNow > 0.2")
    world.look("recording")
    # A short loss of the connection costs nothing: pieces wait in the page.
    page.route("**/pieces/*", lambda route: route.abort("connectionreset"))
    expect(page.locator(".recorder-note")).to_have_text("No connection; kept here for now")
    page.unroute("**/pieces/*")
    expect(page.locator(".recorder-note")).to_have_text("Kept on the server")
    world.button("Stop and transcribe").click()
    row = page.locator(".job", has_text="Recording of")
    expect(row.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)
    job = row.get_attribute("data-id")
    assert world.call("GET", f"/transcriptions/{job}")["duration_seconds"] >= 5
    world.call("DELETE", f"/transcriptions/{job}")
    expect(row).to_have_count(0)


def a_recording_survives_the_page_that_made_it(world):
    page = world.page
    world.home()
    world.button("Record").click()
    expect(page.locator(".recorder-note")).to_have_text("Kept on the server", timeout=PATIENCE)
    # The tab is closed in the middle; another one finds what came until then.
    tab = world.context.new_page()
    page.close()
    world.page = tab
    tab.set_default_timeout(120_000)
    tab.goto(world.server.url)
    expect(tab.locator(".notice")).to_contain_text("was not finished")
    world.look("recording-unfinished")
    world.button("Transcribe it").click()
    row = tab.locator(".job", has_text="Recording of")
    expect(row.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)


STEPS = [a_recording_is_made_and_transcribed, a_recording_survives_the_page_that_made_it]
