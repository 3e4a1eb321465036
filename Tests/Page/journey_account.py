"""Accounts: the first visit, the session, signing out. The first steps and the last ones."""

import json

from playwright.sync_api import expect

from world import NAME, PASSWORD


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


STEPS = [the_first_visit_makes_the_first_account, the_session_is_in_no_place_that_scripts_can_read]
LAST_STEPS = [
    the_page_speaks_german_too,
    an_address_of_nothing_says_so,
    signing_out_ends_the_session_and_signing_in_begins_another,
    signing_out_everywhere_ends_other_browsers_too,
]
