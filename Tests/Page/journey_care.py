"""What people have done stays theirs: sessions that end, accounts that change, texts half written, tabs nobody looked at."""

import re

from playwright.sync_api import expect

from world import NAME, PASSWORD, PATIENCE, WELCOME

OTHER, OTHER_PASSWORD = "bernd", "battery staple"
# A tab is hidden for as long as its stream needs to be given back, without waiting for it.
HIDE = """{
  window.setTimeoutBefore ??= window.setTimeout;
  window.setTimeout = (run, milliseconds, ...rest) => window.setTimeoutBefore(run, milliseconds === 15_000 ? 0 : milliseconds, ...rest);
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = """{
  window.setTimeout = window.setTimeoutBefore;
  delete document.hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def sign_in(page, name, password):
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name=f"Account {name}")).to_be_visible()


def sign_out(page, name):
    page.get_by_role("button", name=f"Account {name}").click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def end_sessions(world):
    """As another device does it."""
    world.call("POST", "/auth/logout-all")


def titles(world, headers=None):
    status, answer = world.server.call("GET", "/transcriptions?limit=100", headers=headers or world.api())
    assert status == 200, answer
    return [item["title"] for item in answer["items"]]


def transcript(world, title):
    """A finished transcript, made behind the page's back."""
    status, file = world.server.call(
        "POST", f"/files?title={title}", *form(WELCOME.read_bytes(), f"{title}.wav", world.api())
    )
    assert status < 300, file
    job = world.call("POST", "/transcriptions", {"file_id": file["id"], "title": title, "options": {"language": "en", "diarization": False}})
    world.holds(lambda: world.call("GET", f"/transcriptions/{job['id']}")["status"] == "completed", "it is transcribed")
    return job["id"]


def form(data, name, headers):
    line = "scriberr-page-boundary"
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: audio/wav\r\n\r\n'
    return head.encode() + data + f"\r\n--{line}--\r\n".encode(), headers | {"Content-Type": f"multipart/form-data; boundary={line}"}


def text_of(world, job):
    return world.call("GET", f"/transcriptions/{job}/transcript")["segments"][0]["text"]


def a_session_goes_on_when_its_token_has_run_out(world):
    page = world.page
    world.context.clear_cookies(name="scriberr_access_token")
    page.goto(world.server.url + "/settings/account")
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()


def a_wrong_password_is_told_and_signs_nobody_out(world):
    page = world.page
    page.get_by_label("Present password").fill("not this one")
    page.get_by_label("New password").fill(OTHER_PASSWORD)
    page.get_by_label("Password again").fill(OTHER_PASSWORD)
    world.button("Change password").click()
    problem = page.locator(".form-problem:not([hidden])")
    expect(problem).to_have_text("The password is wrong.")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password", exact=True).fill("not this one")
    world.button("Change username").click()
    expect(problem).to_have_count(2)
    expect(world.button("Account alice")).to_be_visible()


def another_name_is_shown_at_once(world):
    page = world.page
    for name in ["anna", NAME]:
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        world.button("Change username").click()
        expect(world.button(f"Account {name}")).to_be_visible()
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.locator(".card", has_text=NAME)).to_contain_text("you")


def uploads_wait_for_the_account_that_chose_them(world):
    page = world.page
    world.call("POST", "/admin/users", {"username": OTHER, "password": OTHER_PASSWORD, "role": "user"})
    world.home()
    held = []
    page.route("**/api/v1/uploads/*", lambda route: held.append(route))
    chosen = [world.repeated(WELCOME, times, f"mine {times}.wav") for times in [2, 3, 4]]
    world.files(*chosen)
    world.holds(lambda: len(held) == 2, "two uploads are on their way")
    sign_out(page, NAME)
    page.unroute("**/api/v1/uploads/*")
    sign_in(page, OTHER, OTHER_PASSWORD)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    expect(page.get_by_text("mine 4.wav")).to_be_hidden()
    theirs = world.server.sign_in(OTHER, OTHER_PASSWORD)
    assert titles(world, theirs) == [], titles(world, theirs)
    sign_out(page, OTHER)
    sign_in(page, NAME, PASSWORD)
    world.holds(lambda: {"mine 2", "mine 3", "mine 4"} <= set(titles(world)), "all three came to their own account")
    assert titles(world, theirs) == [], titles(world, theirs)
    for name in ["mine 2", "mine 3", "mine 4"]:
        expect(world.row(name)).to_be_visible()


def another_tab_shows_who_is_signed_in_now(world):
    page = world.page
    tab = world.context.new_page()
    tab.goto(world.server.url)
    sign_out(tab, NAME)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(tab, OTHER, OTHER_PASSWORD)
    expect(page.get_by_role("button", name=f"Account {OTHER}")).to_be_visible()
    expect(page.locator(".job")).to_have_count(0)
    # A new password ends every session, with a word about it.
    tab.goto(world.server.url + "/settings/account")
    tab.get_by_label("Present password").fill(OTHER_PASSWORD)
    tab.get_by_label("New password").fill(OTHER_PASSWORD + "!")
    tab.get_by_label("Password again").fill(OTHER_PASSWORD + "!")
    tab.get_by_role("button", name="Change password").click()
    expect(tab.locator(".toast", has_text="The password is changed. Sign in again.")).to_be_visible()
    sign_in(tab, NAME, PASSWORD)
    tab.close()
    expect(page.get_by_role("button", name=f"Account {NAME}")).to_be_visible()


def what_was_typed_is_saved_when_the_view_is_left(world):
    page = world.page
    world.care = transcript(world, "care")
    open_editor(world).fill("Saved on the way out.")
    page.get_by_role("link", name="Back to all transcripts").click()
    expect(world.row("care")).to_be_visible()
    world.row("care").get_by_role("link").click()
    expect(page.locator(".segment-text").first).to_have_text("Saved on the way out.")
    assert text_of(world, world.care) == "Saved on the way out."


def open_editor(world):
    page = world.page
    page.goto(f"{world.server.url}/t/{world.care}")
    page.locator(".segment").first.hover()
    page.locator(".segment").first.get_by_role("button", name="Edit the text at").click()
    return page.locator(".segment-field")


def what_is_typed_stays_when_the_segment_is_drawn_anew(world):
    page = world.page
    field = open_editor(world)
    field.fill("Half written")
    first = page.locator(".segment").first
    first.get_by_role("button", name="Speaker: Unknown. Change").click()
    page.get_by_role("menuitem", name="Somebody else …").click()
    page.get_by_label("Name", exact=True).fill("Carla")
    world.button("Save").last.click()
    expect(first.locator(".speaker-tag")).to_have_text("Carla")
    expect(field).to_have_value("Half written")
    page.locator('[data-tool="undo"]').click()
    expect(first.get_by_role("button", name="Speaker: Unknown. Change")).to_be_attached()
    expect(field).to_have_value("Half written")
    # Somebody else's change of it is shown beside it.
    segment = world.call("GET", f"/transcriptions/{world.care}/transcript")["segments"][0]["id"]
    field.press("Escape")
    expect(field).to_have_count(0)
    assert segment


def what_was_typed_outlasts_the_session(world):
    page = world.page
    field = open_editor(world)
    field.fill("Written before the end.")
    end_sessions(world)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, NAME, PASSWORD)
    expect(page.locator(".segment-field")).to_have_value("Written before the end.")
    page.locator(".segment-field").press("Enter")
    expect(page.locator(".segment-text").first).to_have_text("Written before the end.")
    world.holds(lambda: text_of(world, world.care) == "Written before the end.", "it is saved")


def leaving_the_page_with_something_typed_asks_first(world):
    page = world.page
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    field = open_editor(world)
    field.press("End")
    field.press_sequentially("!")
    page.reload()
    assert asked == ["beforeunload"], asked


def places_are_replaced_one_by_one(world):
    page = world.page
    open_editor(world).fill("beta and beta and beta")
    page.locator(".segment-field").press("Enter")
    expect(page.locator(".segment-text").first).to_have_text("beta and beta and beta")
    page.keyboard.press("Control+f")
    page.get_by_role("searchbox", name="Find").fill("beta")
    expect(page.locator(".find-count")).to_have_text("1 of 3")
    page.get_by_label("Replace with").fill("betatron")
    world.button("Replace", exact=True).click()
    expect(page.locator(".segment-text").first).to_have_text("betatron and beta and beta")
    expect(page.locator(".find-count")).to_have_text("2 of 3")
    world.button("Replace", exact=True).click()
    expect(page.locator(".segment-text").first).to_have_text("betatron and betatron and beta")
    page.get_by_role("searchbox", name="Find").fill("ss")
    expect(page.locator(".find-count")).to_have_text("Nothing found")
    page.get_by_role("searchbox", name="Find").press("Escape")


def a_click_is_heard_and_the_space_bar_pauses(world):
    page = world.page
    page.locator(".segment").first.hover()
    world.button("Play from 0:00").first.click()
    expect(world.button("Pause", exact=True)).to_be_visible()
    page.locator(".wave").click(position={"x": 5, "y": 10})
    page.keyboard.press(" ")
    expect(world.button("Play", exact=True)).to_be_visible()
    page.locator(".segment-text").first.dblclick(position={"x": 20, "y": 8})
    expect(page.locator(".segment-field")).to_be_focused()
    expect(world.button("Play", exact=True)).to_be_visible()
    page.locator(".segment-field").press("Escape")


def a_tab_that_was_hidden_catches_up(world):
    page = world.page
    page.get_by_role("link", name="Back to all transcripts").click()
    expect(world.row("care")).to_be_visible()
    box = world.row("mine 2").locator(".job-check")
    box.check()
    page.evaluate(HIDE)
    world.call("PATCH", f"/transcriptions/{world.care}", {"title": "care again"})
    transcript(world, "meanwhile")
    page.evaluate(SHOW)
    expect(world.row("care again")).to_be_visible()
    expect(page.locator(".job").first).to_contain_text("meanwhile")
    expect(box).to_be_checked()
    page.evaluate(HIDE)
    page.evaluate(SHOW)
    expect(world.row("meanwhile")).to_be_visible()
    expect(box).to_be_checked()
    box.uncheck()
    world.row("care again").get_by_role("link").click()
    expect(page.locator(".segment-text").first).to_have_text("betatron and betatron and beta")
    page.evaluate(HIDE)
    world.call("PATCH", f"/transcriptions/{world.care}", {"title": "care"})
    headers = world.api() | {"If-Match": "*"}
    segment = world.call("GET", f"/transcriptions/{world.care}/transcript")["segments"][0]["id"]
    world.call(
        "PATCH", f"/transcriptions/{world.care}/transcript", {"operations": [{"op": "set_text", "segment": segment, "text": "From elsewhere."}]},
        headers,
    )
    page.evaluate(SHOW)
    expect(page.get_by_role("heading", name="care", exact=True)).to_be_visible()
    expect(page.locator(".segment-text").first).to_have_text("From elsewhere.")


def a_lost_connection_is_told(world):
    page = world.page
    page.evaluate(HIDE)
    page.route("**/api/v1/events?*", lambda route: route.abort("connectionrefused"))
    page.evaluate(SHOW)
    expect(page.locator(".connection")).to_contain_text("cannot be reached")
    page.unroute("**/api/v1/events?*")
    expect(page.locator(".connection")).to_be_empty()


def a_list_by_state_holds_what_is_in_it(world):
    page = world.page
    world.call("POST", "/admin/queue:pause")
    page.goto(world.server.url + "/?status=queued")
    world.files(world.repeated(WELCOME, 5, "waits.wav"))
    expect(world.row("waits")).to_be_visible()
    expect(page.locator(".job")).to_have_count(1)
    tab = world.context.new_page()
    tab.goto(world.server.url + "/?status=completed")
    expect(tab.get_by_role("link", name="care", exact=True)).to_be_visible()
    world.call("POST", "/admin/queue:resume")
    expect(world.row("waits")).to_have_count(0, timeout=PATIENCE)
    expect(tab.get_by_role("link", name="waits", exact=True)).to_be_visible(timeout=PATIENCE)
    tab.close()


def rows_stand_in_their_order_and_come_back_to_their_place(world):
    page = world.page
    page.goto(world.server.url + "/?sort=title")
    expect(world.row("care")).to_be_visible()
    # What the list says of a job is there from the first read on.
    expect(world.row("care")).to_contain_text("English")
    world.files(world.repeated(WELCOME, 6, "middle.wav"))
    expect(world.row("middle")).to_be_visible()
    shown = page.locator(".job-title").all_inner_texts()
    assert shown == sorted(shown, key=str.lower), shown
    page.get_by_role("searchbox").fill("mine")
    expect(page.locator(".job")).to_have_count(3)
    world.act("mine 3", "Delete")
    expect(page.locator(".job")).to_have_count(2)
    world.button("Undo").click()
    expect(page.locator(".job-title")).to_have_text(["mine 2", "mine 3", "mine 4"])


def going_back_shows_the_list_as_it_was_left(world):
    page = world.page
    page.set_viewport_size({"width": 1280, "height": 300})
    page.evaluate("scrollTo(0, 150)")
    for back in [lambda: page.get_by_role("link", name="Back to all transcripts").click(), page.go_back]:
        world.until("scrollY === 150")
        page.evaluate("document.querySelector('.job-title').click()")
        expect(page.locator(".page-title")).to_have_text("mine 2")
        back()
        expect(page.locator(".job-title")).to_have_text(["mine 2", "mine 3", "mine 4"])
    world.until("scrollY === 150")
    page.set_viewport_size({"width": 1280, "height": 860})


def what_was_deleted_is_gone_after_signing_out(world):
    page = world.page
    world.act("mine 3", "Delete")
    expect(page.locator(".job")).to_have_count(2)
    sign_out(page, NAME)
    sign_in(page, NAME, PASSWORD)
    assert "mine 3" not in titles(world), titles(world)


def without_a_profile_nothing_comes_from_the_default_one(world):
    page = world.page
    options = {"diarization": True, "speakers": 2, "language": "sv"}
    profile = world.call("POST", "/profiles", {"name": "Usual", "is_default": True, "options": options})
    world.home()
    page.locator(".intake-options summary").click()
    page.get_by_label("Profile").select_option("")
    world.files(world.repeated(WELCOME, 7, "plain.wav"))
    expect(world.row("plain")).to_be_visible()
    job = world.call("GET", "/transcriptions?q=plain")["items"][0]["id"]
    made = world.call("GET", f"/transcriptions/{job}")["options"]
    got = [made[name] for name in ["diarization", "speakers", "language"]]
    assert got == [False, None, None], made
    world.call("DELETE", f"/profiles/{profile['id']}")


def a_language_that_was_chosen_stays_for_models_that_name_none(world):
    offered = world.page.evaluate("""async () => {
      const { languageChoices } = await import("/web/js/core/models.js");
      return languageChoices({ languages: [] }, "gsw").map(([code]) => code);
    }""")
    assert {"", "sv", "gsw"} <= set(offered), offered


def a_recording_waits_for_its_account(world):
    page = world.page
    world.home()
    world.button("Record", exact=True).click()
    note = page.locator(".recorder-note")
    expect(note).to_have_text("Kept on the server", timeout=PATIENCE)
    end_sessions(world)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(note).to_contain_text("Signed out")
    world.button("Stop and transcribe").click()
    sign_in(page, NAME, PASSWORD)
    row = page.locator(".job", has_text="Recording of").first
    expect(row.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)
    expect(page.locator(".recorder")).to_have_count(0)
    expect(world.button("Record", exact=True)).to_be_enabled()


def a_recording_whose_microphone_goes_away_says_so(world):
    page = world.page
    page.add_init_script("""{
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => (window.heard = await ask(wanted));
    }""")
    world.home()
    world.button("Record", exact=True).click()
    expect(page.locator(".recorder-note")).to_have_text("Kept on the server", timeout=PATIENCE)
    # One recording at a time, whichever view began it.
    page.get_by_role("link", name="Settings").first.click()
    expect(page.get_by_role("heading", level=1, name="Profiles")).to_be_visible()
    page.locator(".brand").click()
    expect(world.button("Record", exact=True)).to_be_disabled()
    page.evaluate("heard.getTracks().forEach((track) => track.stop())")
    expect(page.locator(".recorder-note")).to_contain_text("The microphone is gone")
    world.button("Stop and transcribe").click()
    expect(page.locator(".recorder")).to_have_count(0, timeout=PATIENCE)
    expect(world.button("Record", exact=True)).to_be_enabled()


def a_webhook_keeps_the_events_that_have_no_box(world):
    page = world.page
    events = ["transcription.completed", "file.failed", "transcription.deleted"]
    hook = world.call("POST", "/webhooks", {"url": world.neighbour.url + "/kept", "events": events})
    page.goto(world.server.url + "/settings/webhooks")
    card = page.locator(".card", has_text="/kept")
    card.get_by_role("button", name=re.compile("Actions for")).click()
    page.get_by_role("menuitem", name="Edit").click()
    page.get_by_label("Description").fill("Kept")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator(".card", has_text="Kept")).to_be_visible()
    assert set(world.call("GET", f"/webhooks/{hook['id']}")["events"]) == set(events)
    world.call("DELETE", f"/webhooks/{hook['id']}")


STEPS = [
    a_session_goes_on_when_its_token_has_run_out,
    a_wrong_password_is_told_and_signs_nobody_out,
    another_name_is_shown_at_once,
    uploads_wait_for_the_account_that_chose_them,
    another_tab_shows_who_is_signed_in_now,
    what_was_typed_is_saved_when_the_view_is_left,
    what_is_typed_stays_when_the_segment_is_drawn_anew,
    what_was_typed_outlasts_the_session,
    leaving_the_page_with_something_typed_asks_first,
    places_are_replaced_one_by_one,
    a_click_is_heard_and_the_space_bar_pauses,
    a_tab_that_was_hidden_catches_up,
    a_lost_connection_is_told,
    a_list_by_state_holds_what_is_in_it,
    rows_stand_in_their_order_and_come_back_to_their_place,
    going_back_shows_the_list_as_it_was_left,
    what_was_deleted_is_gone_after_signing_out,
    without_a_profile_nothing_comes_from_the_default_one,
    a_language_that_was_chosen_stays_for_models_that_name_none,
    a_recording_waits_for_its_account,
    a_recording_whose_microphone_goes_away_says_so,
    a_webhook_keeps_the_events_that_have_no_box,
]
