"""One open line for all tests that only ask it things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.web.browser import Browser
from tests.bot.web.line import Line


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
