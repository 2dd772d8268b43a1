"""For everybody: by keyboard alone, with a screen reader, in both lights, in both
languages.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.channels.web.line import Line
from tests.journeys.browser.visitor import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser

SENTENCE = "街道要求我们社区每周把同一份台账报五次，王主任（13812345678）天天在群里催。"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_any_screen(
    browser: Browser, line: Line, shot: Path, size: tuple[int, int]
) -> None:
    with visiting(browser, line.url, size) as visitor:
        page = visitor.page
        visitor.is_accessible()
        page.click(".menu summary")
        visitor.is_accessible()
        page.keyboard.press("Escape")
        visitor.says(SENTENCE)
        page.locator(".asks").wait_for()
        visitor.is_accessible()
        visitor.reaches_preview()
        page.set_input_files("#file", shot)
        expect(page.locator(".pictures img")).to_be_visible()
        visitor.is_accessible()
        for chip in ("unit", "follow", "pictures", "masks", "cancel"):
            page.click(f"button[value={chip}]:enabled")
            expect(page.locator("button[value=send]:enabled")).to_have_count(0)
            visitor.is_accessible()
            page.locator(
                "button[value=back]:enabled, button[value=done]:enabled"
            ).last.click()
            expect(page.locator("button[value=send]:enabled")).to_be_visible()
        page.get_by_role("link", name="裁剪、涂黑").click()
        page.get_by_role("button", name="加一块").click()
        visitor.is_accessible()
        page.get_by_role("link", name="不改了").click()
        page.click("button[value=send]:enabled")
        receipt = visitor.receipt
        page.click(".receipt summary")
        visitor.is_accessible()
        visitor.says(receipt)
        expect(page.locator(".story")).to_be_visible()
        visitor.is_accessible()
        page.goto(f"{line.url}/note")
        visitor.is_accessible()
        page.goto(f"{line.url}/nowhere")
        visitor.is_accessible()
        visitor.complaints.clear()  # the browser does say that /nowhere is not found


@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_would_find_it(browser: Browser, line: Line, light: str) -> None:
    """The control: words that can hardly be read, in one of the two lights only."""
    with visiting(browser, line.url) as visitor:
        visitor.page.evaluate(
            """([light, colour]) => {
              const sheet = new CSSStyleSheet();
              sheet.replaceSync(
                `@media (prefers-color-scheme: ${light}) { .bubble * { color: ${colour}
                !important } }`);
              document.adoptedStyleSheets = [sheet];
            }""",
            [light, {"light": "#ccc", "dark": "#444"}[light]],
        )
        with pytest.raises(AssertionError, match="color-contrast"):
            visitor.is_accessible()


def test_a_report_by_keyboard_alone(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url, DESKTOP) as visitor:
        page = visitor.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.type("街道让我们每天在三个群里打卡，还要截图")
        page.keyboard.press("Enter")
        page.locator(".asks").wait_for()
        if not page.locator("button[value=send]:enabled").count():
            page.locator(".asks").focus()
            visitor.tabs_to(".asks .keys button")
            page.keyboard.press("Enter")
        page.locator("button[value=send]:enabled").wait_for()
        visitor.tabs_to("button[value=when]:enabled")
        page.keyboard.press("Space")
        page.locator("button[value='is:daily']:enabled").wait_for()
        visitor.tabs_to("button[value='is:daily']:enabled")
        page.keyboard.press("Enter")
        visitor.sees("时间频次：天天都有")
        visitor.tabs_to("button[value=send]:enabled")
        page.keyboard.press("Enter")
        assert len(visitor.receipt) == 19
        visitor.tabs_to("button.copy")


def test_a_box_is_painted_by_keyboard(browser: Browser, line: Line, shot: Path) -> None:
    with visiting(browser, line.url, DESKTOP) as visitor:
        page = visitor.page
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        page.set_input_files("#file", shot)
        page.locator(".pictures a").wait_for()
        visitor.tabs_to(".pictures a")
        page.keyboard.press("Enter")
        page.locator("#add").wait_for()
        visitor.tabs_to("#add")
        page.keyboard.press("Enter")
        box = page.locator("rect.paint")
        before = box.get_attribute("x"), box.get_attribute("width")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowRight")
        after = box.get_attribute("x"), box.get_attribute("width")
        assert int(after[0] or 0) < int(before[0] or 0) and int(after[1] or 0) > int(
            before[1] or 0
        )
        page.keyboard.press("Delete")
        expect(box).to_have_count(0)


def test_nothing_is_wider_than_the_screen(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.says(
            "https://" + "a" * 300 + " 街道要求同一份台账每周报五次 " + "长" * 200
        )
        visitor.reaches_preview()
        fits_every_screen(visitor.page)
        visitor.presses("送出")
        assert len(visitor.receipt) == 19
        fits_every_screen(visitor.page)


def fits_every_screen(page: Page) -> None:
    for width in (320, 360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_target_is_large_enough_for_a_thumb(browser: Browser, line: Line) -> None:
    """44 CSS pixels high; masks stand inside a sentence and are exempt, as in WCAG
    2.5.5.
    """
    with visiting(browser, line.url) as visitor:
        visitor.says(SENTENCE)
        visitor.reaches_preview()
        low = visitor.page.evaluate(
            """() =>
    [...document.querySelectorAll('button, summary, textarea, a[href]')]
              .filter((e) => e.offsetParent && !e.closest('.masked') &&
              !e.classList.contains('skip'))
              .filter((e) => e.getBoundingClientRect().height < 44).map((e) =>
              e.outerHTML)"""
        )
        assert low == []


def test_english_from_the_menu(browser: Browser, line: Line) -> None:
    with visiting(browser, line.url) as visitor:
        visitor.page.click(".menu summary")
        visitor.page.get_by_role("button", name="English").first.click()
        expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
        visitor.sees("Please do not use your office's network or devices")
        visitor.is_accessible()
