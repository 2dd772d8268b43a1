"""A visitor at a real browser, told in what they do and see; the same with scripts and
without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

PHONE, DESKTOP = (390, 844), (1280, 800)
LOOKS = 60
TABBED = 60  # keys pressed at most until something is found
IGNORED = re.compile("net::ERR_INTERNET_DISCONNECTED|Failed to load resource")


@dataclass
class Visitor:
    """One browser window. `asked`: every address it loaded; `complaints`: errors and
    refused content.
    """

    page: Page
    scripts: bool
    url: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not IGNORED.search(message.text):
            self.complaints.append(message.text)

    def says(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.click("button.send")

    def presses(self, label: str) -> None:
        """A button of the last message that has one of that name."""
        buttons = self.page.locator("#log").get_by_role(
            "button", name=label, exact=True
        )
        buttons.last.click()

    def sees(self, text: str) -> None:
        """Soon, somewhere in the conversation."""
        expect(self.page.locator("#log")).to_contain_text(text)

    def sees_no(self, text: str) -> None:
        expect(self.page.locator("#log")).not_to_contain_text(text)

    def looks_again_for(self, text: str) -> None:
        """Without scripts what comes later is seen at the next look."""
        for _ in range(LOOKS):
            self.page.reload()
            if text in self.page.locator("#log").inner_text():
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{text} does not come")

    def reaches_preview(self) -> None:
        """Answer the one question that may stand before it."""
        self.page.locator(".asks").last.wait_for()
        if not self.page.locator("button[value=send]:enabled").count():
            self.page.locator(".asks .keys button").first.click()
        expect(self.page.locator("button[value=send]:enabled")).to_be_visible()

    @property
    def receipt(self) -> str:
        code = self.page.locator(".code")
        code.wait_for()
        return "-".join(re.findall(r"[0-9A-Z]{4}", code.inner_text()))

    def tabs_to(self, selector: str) -> None:
        """By the Tab key alone."""
        for _ in range(TABBED):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def is_accessible(self) -> None:
        """No violation of any rule that axe knows, on the page as it stands, in the
        light and in the dark.

        The dark differs in colours alone. Nothing moves in these windows: colours would
        be measured wrong in the middle of a fade.
        """
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._axe({})
        self.page.emulate_media(color_scheme="dark")
        self._axe(
            {
                "runOnly": {
                    "type": "rule",
                    "values": ["color-contrast", "link-in-text-block"],
                }
            }
        )
        self.page.emulate_media(color_scheme="light")

    def _axe(self, options: dict[str, Any]) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            "o => axe.run(o)", {"resultTypes": ["violations"], **options}
        )
        told = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in found["violations"]
        ]
        assert not told, told

    def stayed_at_home(self) -> None:
        """Nothing was asked of any other host, and no part of a page was refused or
        broken.
        """
        home = urlsplit(self.url).netloc
        assert {urlsplit(url).netloc for url in self.asked} <= {home}
        assert not self.complaints, self.complaints


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    size: tuple[int, int] = PHONE,
    scripts: bool = True,
    **more: Any,
) -> Iterator[Visitor]:
    phone = size == PHONE
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        has_touch=phone,
        locale="zh-CN",
        **more,
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    visitor = Visitor(page, scripts, url)
    visitor.watch(page)
    page.goto(url)
    try:
        yield visitor
        visitor.stayed_at_home()
    finally:
        context.close()


def screenshot(visitor: Visitor, name: str, folder: Path) -> None:
    """Keep what is seen, small enough for the docs."""
    visitor.page.emulate_media(
        reduced_motion="reduce"
    )  # nothing is caught in the middle of a fade
    visitor.page.mouse.move(0, 0)  # and nothing lights up below the pointer
    visitor.page.wait_for_timeout(100)
    raw = folder / f"{name}.raw.png"
    visitor.page.screenshot(path=raw)
    with Image.open(raw) as image:
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(
            folder / f"{name}.png", optimize=True
        )
    raw.unlink()
