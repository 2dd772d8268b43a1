"""Two of the scripts in a real browser, with our own scripts running, on a line that is
served.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.doors import Came, Door, Row, fitting, row_as_text, rows_of
from tests.journeys.playing import played
from tests.journeys.script import Script, all_scripts
from tests.journeys.served import ServedStage

PATIENCE = 30.0  # seconds until an answer is missed
STILL = 0.4  # seconds after which nothing more comes
PHONE = {"width": 390, "height": 844}
SHOWN = ("02_wrong_turns", "06_first_a_life")


class BrowserDoor:
    name = "browser"

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url
        self._seen: set[str] = set()

    async def opens(self) -> None:
        await self._page.goto(self._url)

    async def says(self, words: str) -> None:
        await self._page.fill("#text", words)
        await self._done(self._page.click("button.send"))

    async def picks(self, labels: Sequence[str], times: int = 1) -> bool:
        for row in reversed(await self._rows()):
            label = fitting(labels, list(row.keys))
            if label is None:
                continue
            button = self._page.locator(f"#{row.id} button[value='{row.keys[label]}']")
            for _ in range(times):
                await self._done(button.first.click())
            return True
        return False

    async def shows(self, picture: bytes) -> None:
        raise NotImplementedError

    async def edits(self, old: str, new: str) -> bool:
        return False

    async def looks(self) -> list[Came]:
        rows = await self._rows()
        new = [row for row in rows if row.id not in self._seen and not row.mine]
        self._seen |= {row.id for row in rows}
        return [Came(row_as_text(row), tuple(row.keys)) for row in new]

    async def offered(self) -> list[str]:
        return [label for row in await self._rows() for label in row.keys]

    @property
    def traces(self) -> list[str]:
        return []

    async def _done(self, doing: object) -> None:
        """Until the answer stands there and nothing more comes."""
        before = [row.id for row in await self._rows()]
        await doing  # type: ignore[misc]
        until = time.monotonic() + PATIENCE
        last = before
        since = time.monotonic()
        while time.monotonic() < until:
            rows = await self._rows()
            now = [row.id for row in rows]
            if now != last:
                last = now
                since = time.monotonic()
            is_answered = now != before and bool(rows) and not rows[-1].mine
            if is_answered and time.monotonic() - since > STILL:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("no answer in the browser")

    async def _rows(self) -> list[Row]:
        return rows_of(await self._page.content())


class BrowserStage(ServedStage):
    """A hotline that is deployed, and one real browser before it."""

    def __init__(self, folder: Path, server: BotApi, page: Page) -> None:
        super().__init__(folder, server)
        self._page = page

    def _door(self, name: str, remembered: bool) -> Door:
        return BrowserDoor(self._page, self.deployment.url)


@asynccontextmanager
async def opened_page(chromium: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        yield await browser.new_page(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
        await browser.close()


async def plays(script: Script, folder: Path, server: BotApi, chromium: str) -> None:
    async with opened_page(chromium) as page:
        stage = BrowserStage(folder, server, page)
        try:
            await played(stage, script, "web")
        finally:
            await stage.close()


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    "script",
    [script for script in all_scripts() if script.name in SHOWN],
    ids=lambda one: one.name,
)
def test_journey_in_a_browser(
    script: Script, chromium: str, server: BotApi, tmp_path: Path
) -> None:
    """In a thread of its own: other tests' Playwright keeps a loop in this one."""
    with ThreadPoolExecutor(1) as aside:
        playing = plays(script, tmp_path, server, chromium)
        aside.submit(asyncio.run, playing).result()
