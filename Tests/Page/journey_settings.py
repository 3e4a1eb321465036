"""Settings: profiles, models, keys, webhooks, users, keeping."""

import json

from playwright.sync_api import expect

from world import PATIENCE


def open_section(world, name):
    if "/settings" not in world.page.url:
        world.page.goto(world.server.url + "/settings")
    world.page.get_by_role("link", name=name, exact=True).click()
    expect(world.page.get_by_role("heading", level=1, name=name)).to_be_visible()


def a_profile_is_made_of_what_its_model_can_do(world):
    page = world.page
    open_section(world, "Profiles")
    world.button("New profile").click()
    page.get_by_label("Name", exact=True).fill("Interviews")
    page.get_by_label("Model").select_option("own-nemo-ctc")
    expect(page.get_by_label("Task")).to_have_count(0)
    page.get_by_label("Model").select_option("whisper-small")
    expect(page.get_by_label("Task")).to_be_visible()
    page.get_by_label("Model").select_option("own-nemo-ctc")
    page.get_by_label("Tell speakers apart").check()
    page.get_by_label("Number of speakers").fill("2")
    world.look("settings-profile")
    page.get_by_label("Use it when nothing else is said").check()
    world.button("Save").click()
    expect(page.locator(".card")).to_contain_text("Interviews")
    world.look("settings-profiles")


def a_model_is_downloaded_and_removed(world):
    page = world.page
    open_section(world, "Models")
    expect(page.locator(".card", has_text="pocketsphinx-en-us")).to_contain_text("Installed")
    world.look("settings-models")
    card = page.locator(".card", has=page.get_by_text("distil-small-en", exact=True))
    card.get_by_role("button", name="Download").click()
    expect(card.get_by_role("progressbar")).to_be_visible()
    card.scroll_into_view_if_needed()
    world.look("settings-model-downloading")
    # It is still under way when the page comes back.
    page.reload()
    expect(card.get_by_role("progressbar")).to_be_visible()
    world.neighbour.goes_on.set()
    expect(card).to_contain_text("Installed", timeout=PATIENCE)
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(card.get_by_role("button", name="Download")).to_be_visible()
    world.neighbour.goes_on.clear()
    broken = page.locator(".card", has=page.get_by_text("whisper-tiny-en", exact=True))
    broken.get_by_role("button", name="Download").click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    expect(broken).to_contain_text("did not work")
    page.get_by_role("alert").get_by_role("button", name="Close").click()


def a_key_is_shown_once(world):
    page = world.page
    open_section(world, "API keys")
    world.button("New key").click()
    page.get_by_label("What it is for").fill("Backup")
    world.button("Save").click()
    key = page.locator(".secret").inner_text()
    assert key.startswith("sk_"), key
    assert world.server.call("GET", "/files", headers={"X-API-Key": key})[0] == 200
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.locator(".card")).to_contain_text("Backup")
    world.look("settings-keys")
    world.button("Revoke: Backup").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(page.locator(".card")).to_have_count(0)
    assert world.server.call("GET", "/files", headers={"X-API-Key": key})[0] == 401


def choose(world, item):
    world.page.locator(".card").get_by_role("button", name="Actions for").click()
    world.page.get_by_role("menuitem", name=item).click()


def a_webhook_is_tested_and_its_deliveries_are_sent_again(world):
    page, neighbour = world.page, world.neighbour
    open_section(world, "Webhooks")
    world.button("New webhook").click()
    page.get_by_label("Address").fill(neighbour.url + "/hook")
    world.look("settings-webhook")
    world.button("Save").click()
    assert page.locator(".secret").inner_text().startswith("whsec_")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.locator(".card")).to_contain_text(neighbour.url)
    world.look("settings-webhooks")
    choose(world, "Send a test")
    expect(page.locator(".toast", has_text="The test arrived.")).to_be_visible()
    assert "Webhook-Signature" in {name.title() for name in neighbour.received[-1][0]}
    neighbour.answer = 500
    choose(world, "Send a test")
    expect(page.get_by_role("alert")).to_contain_text("500")
    neighbour.answer = 200
    choose(world, "Deliveries")
    log = page.get_by_role("dialog", name="Deliveries")
    expect(log.locator(".delivery")).to_have_count(2)
    expect(log.locator(".delivery").first).to_contain_text("HTTP 500")
    expect(log.locator(".delivery").last).to_contain_text("Arrived")
    world.look("settings-deliveries")
    before = len(neighbour.received)
    log.locator(".delivery").first.get_by_role("button", name="Send again").click()
    world.holds(lambda: len(neighbour.received) > before, "the delivery came again")
    assert json.loads(neighbour.received[-1][1])["type"], neighbour.received[-1]
    expect(log.locator(".badge-failed")).to_have_count(0)
    page.keyboard.press("Escape")


def rules_say_how_long_things_are_kept(world):
    page = world.page
    open_section(world, "Keeping")
    expect(page.locator(".figures li").first).to_contain_text("Recordings")
    page.get_by_label("Recordings after days").fill("0")
    page.get_by_label("Transcripts after days").fill("90")
    page.get_by_label("Recordings as soon as their transcript is done").check()
    world.button("Save").click()
    expect(page.locator(".toast", has_text="The rules are saved.")).to_be_visible()
    expect(page.get_by_label("Transcripts after days")).to_have_value("90")
    expect(page.get_by_role("heading", name="Goes next")).to_be_visible()
    world.look("settings-keeping")
    page.get_by_label("Recordings after days").fill("")
    page.get_by_label("Transcripts after days").fill("")
    page.get_by_label("Recordings as soon as their transcript is done").uncheck()
    world.button("Save").click()
    expect(page.get_by_role("heading", name="Goes next")).to_have_count(0)
    rules = world.call("GET", "/retention")
    assert rules["audio_days"] is None and rules["delete_audio_after_success"] is False, rules


def another_account_is_made_and_locked_out(world):
    page = world.page
    open_section(world, "Users")
    world.button("New user").click()
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password").fill("battery staple")
    world.button("Add").click()
    bob = page.locator(".card", has_text="bob")
    expect(bob).to_be_visible()
    world.look("settings-users")
    bob.get_by_role("button", name="Actions for bob").click()
    page.get_by_role("menuitem", name="Lock out").click()
    expect(bob).to_contain_text("Locked out")
    assert world.server.call("POST", "/auth/login", {"username": "bob", "password": "battery staple"})[0] == 401


STEPS = [
    a_profile_is_made_of_what_its_model_can_do,
    a_model_is_downloaded_and_removed,
    a_key_is_shown_once,
    a_webhook_is_tested_and_its_deliveries_are_sent_again,
    rules_say_how_long_things_are_kept,
    another_account_is_made_and_locked_out,
]
