"""By keyboard alone, without motion, and within the page's own policy."""

from playwright.sync_api import expect

from world import PATIENCE, WELCOME

FOCUSED = "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.innerText ?? '').trim()"
RING = """() => { const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"""


def tab_to(world, name, key="Tab", most=60):
    """Presses a key until what is named has the focus, and can be seen to have it."""
    page, passed = world.page, []
    for _ in range(most):
        page.keyboard.press(key)
        passed.append(page.evaluate(FOCUSED))
        if passed[-1] == name or passed[-1].startswith(name):
            assert page.evaluate(RING), f"nothing shows that {name} has the focus"
            return
    raise AssertionError(f"no way to {name} by {key}: {passed}")


def the_main_path_goes_by_keyboard_alone(world):
    page = world.page
    world.home()
    choosers = []
    page.once("filechooser", lambda chooser: choosers.append(chooser))
    expect(page.locator(".job").first).to_be_visible()
    tab_to(world, "Skip to content")
    page.keyboard.press("Enter")
    tab_to(world, "Choose files")
    page.keyboard.press("Enter")
    world.holds(lambda: choosers, "the system's own window opens")
    choosers[0].set_files([WELCOME])
    expect(world.row("welcome").first.locator(".badge-completed")).to_have_text("Done", timeout=PATIENCE)
    tab_to(world, "welcome")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="welcome")).to_be_focused()
    page.keyboard.press("Space")
    expect(world.button("Pause", exact=True)).to_be_visible()
    page.keyboard.press("k")
    page.keyboard.press("e")
    expect(page.locator(".segment-field")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Welcome to Scriberr.")
    page.keyboard.press("Enter")
    expect(page.locator(".segment-text").first).to_have_text("Welcome to Scriberr.")
    page.locator("h1").focus()
    tab_to(world, "Export")
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary")
    expect(panel.locator(".preview")).to_contain_text("Welcome to Scriberr.")
    tab_to(world, "Download")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("welcome.")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate(FOCUSED) == "Export"
    tab_to(world, "More actions")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    assert page.evaluate(FOCUSED) == "Delete"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Transcripts")).to_be_attached()
    tab_to(world, "Undo", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="welcome")).to_be_visible()


def whoever_wants_no_motion_gets_none(world):
    page = world.page
    page.emulate_media(reduced_motion="reduce")
    world.home()
    expect(page.locator(".job").first).to_be_visible()
    moving = page.evaluate("document.getAnimations().length")
    times = page.evaluate(
        "[...document.querySelectorAll('*')].filter((element) => getComputedStyle(element).transitionDuration !== '0s').length"
    )
    assert moving == 0 and times == 0, (moving, times)
    page.emulate_media(reduced_motion="no-preference")


def the_policy_of_content_holds_on_every_view(world):
    page = world.page
    for path in ["/", "/settings/profiles", "/settings/keeping", "/t/tr_00000000000000000000000000000000"]:
        answer = page.goto(world.server.url + path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "default-src 'none'" in policy and "unsafe" not in policy, policy
        page.locator("h1").first.wait_for(state="attached")
        inline = page.locator("script:not([src]), style, [style]:not(canvas):not(.menu), [onclick], [onerror], [onload]").count()
        assert inline == 0, f"{inline} inline scripts or styles in {path}"
    # What a stranger might slip in would not run: the browser refuses it, and says so to nobody but us.
    world.inspector.expected += ["Content Security Policy", "TrustedScript"]
    ran = page.evaluate("""async () => {
      const script = document.createElement("script");
      try { script.textContent = "window.ranInline = true"; document.body.append(script); } catch { return "refused"; }
      await new Promise((resolve) => setTimeout(resolve, 50));
      return window.ranInline === true ? "ran" : "refused";
    }""")
    assert ran == "refused", ran
    page.wait_for_timeout(50)
    world.inspector.expected.clear()


STEPS = [the_main_path_goes_by_keyboard_alone, whoever_wants_no_motion_gets_none, the_policy_of_content_holds_on_every_view]
