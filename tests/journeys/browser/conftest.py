"""A real browser and an open line for the journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from tests.bot.channels.web.line import STARTED, Line


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    line = Line(tmp_path_factory.mktemp("line"))
    yield line
    line.stop()


@pytest.fixture(scope="session")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A screenshot as people send them: an avatar and a nickname above what it is
    about.
    """
    path = tmp_path_factory.mktemp("shot") / "shot.png"
    image = Image.new("RGB", (720, 1280), "#ededed")
    draw = ImageDraw.Draw(image)
    draw.ellipse((24, 24, 104, 104), fill="#c0392b")
    draw.rectangle((128, 44, 360, 84), fill="#222222")
    for row in range(6):
        top = 160 + row * 150
        draw.rounded_rectangle((24, top, 620, top + 120), 18, fill="#ffffff")
        for words, wide in enumerate((540, 300 + row * 37 % 200)):
            draw.rectangle(
                (54, top + 28 + words * 40, wide, top + 48 + words * 40), fill="#8a8f8c"
            )
    image.save(path)
    return path


@pytest.fixture(autouse=True)
def none_left_behind() -> Iterator[None]:
    """A test that fails leaves no line open; lines of a wider scope were started before
    it.
    """
    before = len(STARTED)
    yield
    for line in STARTED[before:]:
        line.end()
