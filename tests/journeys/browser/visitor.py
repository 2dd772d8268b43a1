"""A visitor at a real browser, told in what they do and see; the same with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

PHONE, DESKTOP = (390, 844), (1280, 800)
TABBED = 60  # keys pressed at most until something is found
IGNORED = re.compile("net::ERR_INTERNET_DISCONNECTED|Failed to load resource")


@dataclass
class Visitor:
    """One browser window. `asked`: every address it loaded; `complaints`: errors and refused content."""

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
        buttons = self.page.locator("#log").get_by_role("button", name=label, exact=True)
        buttons.last.click()

    def sees(self, text: str) -> None:
        """Soon, somewhere in the conversation."""
        expect(self.page.locator("#log")).to_contain_text(text)

    def sees_no(self, text: str) -> None:
        expect(self.page.locator("#log")).not_to_contain_text(text)

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
        """No violation of any rule that axe knows, on the page as it stands."""
        self.page.wait_for_timeout(300)  # colours are measured wrong in the middle of a fade
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
        assert told == []

    def stayed_at_home(self) -> None:
        """Nothing was asked of any other host, and no part of a page was refused or broken."""
        home = urlsplit(self.url).netloc
        assert {urlsplit(url).netloc for url in self.asked} <= {home}
        assert self.complaints == []


@contextmanager
def visiting(
    browser: Browser, url: str, size: tuple[int, int] = PHONE, scripts: bool = True, **more: Any
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
    visitor.page.wait_for_timeout(400)
    raw = folder / f"{name}.raw.png"
    visitor.page.screenshot(path=raw)
    with Image.open(raw) as image:
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(
            folder / f"{name}.png", optimize=True
        )
    raw.unlink()
