"""Pages that an operator must be able to read stand in Chinese and in English, and the
two say the same: as many headings, rows, items and blocks, and the same words of code.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.project.checkout import ROOT

PAGES = ("operations", "threats", "conversation")
BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
CODE = re.compile(r"`([^`\n]+)`")
CHINESE = re.compile("[\u4e00-\u9fff]")
HEADING = re.compile(r"^#+ ", re.M)
ROW = re.compile(r"^\|.*\|$", re.M)
ITEM = re.compile(r"^(?:\*|\d+\.) ", re.M)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def shape(words: str) -> dict[str, object]:
    """What must be equal in both languages.

    levels: of the headings, in order. cells: of each row of a table, in order.
    steps: the lines of blocks of code, without what is explained behind #.
    """
    prose = BLOCK.sub("", words)
    blocks = "\n".join(BLOCK.findall(words)).splitlines()
    return {
        "levels": [len(found.strip()) for found in HEADING.findall(prose)],
        "cells": [row.count("|") for row in ROW.findall(prose)],
        "items": len(ITEM.findall(prose)),
        "steps": [line.partition("#")[0].strip() for line in blocks],
    }


def codes(words: str) -> Counter[str]:
    """Words of code, each as often as it stands there; those that are told in the
    page's own language are left out.
    """
    found = Counter(CODE.findall(BLOCK.sub("", words)))
    spoken = {"jianfu VERB --help", "jianfu restore FILE"}
    return Counter(
        {
            word: times
            for word, times in found.items()
            if word not in spoken and not CHINESE.search(word)
        }
    )


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_shape(name: str) -> None:
    assert shape(page(f"{name}.md")) == shape(page(f"{name}.en.md"))


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_name_the_same_code(name: str) -> None:
    """Commands, files, settings, modes: what is typed is the same in any language."""
    assert codes(page(f"{name}.md")) == codes(page(f"{name}.en.md"))


@pytest.mark.parametrize("name", PAGES)
def test_each_language_leads_to_the_other(name: str) -> None:
    assert f"]({name}.en.md)" in page(f"{name}.md")
    assert f"]({name}.md)" in page(f"{name}.en.md")


def test_a_page_that_fell_behind_would_be_seen() -> None:
    """The control: a row more, an item more, another command, another heading."""
    here = "# A\n\n| a | b |\n\n* one `x`\n\n```sh\nrun  # so\n```\n"
    assert shape(here) == shape(here.replace("# so", "# anders"))
    for there in (
        here.replace("| a | b |", "| a | b |\n| c | d |"),
        here.replace("* one", "* one\n* two"),
        here.replace("run", "stop"),
        here.replace("# A\n", "## A\n"),
    ):
        assert shape(there) != shape(here)
    assert codes(here) != codes(here.replace("`x`", "`y`"))
