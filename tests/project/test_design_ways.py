"""The four ways that the design page tells: every stop is there, none goes back."""

import re

import pytest

from tests.project.checkout import ROOT

PAGE = (ROOT / "docs" / "design.md").read_text("utf-8")
SECTION = PAGE.partition("## Four ways, file by file")[2].partition("\n## ")[0]
WAYS = re.findall(r"^\*\*(.+?)\*\*\n\n(.+?)(?=\n\n|\Z)", SECTION, re.M | re.S)
STOP = re.compile(r"^\d+\. `([\w/]+\.py)` `(\w+)`:", re.M)


def test_there_are_four_ways() -> None:
    assert len(WAYS) == 4


@pytest.mark.parametrize(("title", "told"), WAYS, ids=[title for title, _ in WAYS])
def test_a_way_is_short_and_never_goes_back(title: str, told: str) -> None:
    """At most twelve stops, each in a file of its own."""
    stops = STOP.findall(told)
    assert len(stops) == len(re.findall(r"^\d+\. ", told, re.M))
    assert 8 <= len(stops) <= 12
    files = [path for path, _ in stops]
    assert len(set(files)) == len(files)


@pytest.mark.parametrize(("path", "name"), sorted(set(STOP.findall(SECTION))))
def test_a_stop_is_in_its_file(path: str, name: str) -> None:
    """What is named there is defined there."""
    source = (ROOT / path).read_text("utf-8")
    assert re.search(rf"^\s*(?:async def|def|class) {name}\b", source, re.M)
