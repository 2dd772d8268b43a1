"""What tests of the running program share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bot.channels.web.browser import Browser
from tests.bot.channels.web.line import STARTED, Line
from tests.bot.counter import Counter, opened


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with opened(tmp_path) as counter:
        yield counter


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    line = Line(tmp_path_factory.mktemp("line"))
    yield line
    line.stop()


@pytest.fixture
def browser(line: Line) -> Iterator[Browser]:
    with Browser(line.url) as browser:
        browser.open()
        yield browser


@pytest.fixture(autouse=True)
def none_left_behind() -> Iterator[None]:
    """A test that fails leaves no line open; lines of a wider scope were started before
    it.
    """
    before = len(STARTED)
    yield
    for line in STARTED[before:]:
        line.end()
