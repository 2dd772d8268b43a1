"""docs/conversation.md and its English sister say what the code does."""

from __future__ import annotations

import re

import pytest

from dialogs.meaning import INTENTS
from tests.dialogs.transcripts import BLOCK, blocks
from tests.project.checkout import ROOT

PAGES = ("conversation.md", "conversation.en.md")
ROW = re.compile(r"^\| `(\w+)` \|", re.M)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_intent_has_its_row_and_no_other(name: str) -> None:
    assert tuple(ROW.findall(page(name))) == INTENTS


@pytest.mark.parametrize("name", PAGES)
def test_steps_and_talks_are_as_they_are_shown(name: str) -> None:
    """Rewrite with `python -m tests.dialogs.transcripts`."""
    shown = [found[0] for found in BLOCK.finditer(page(name))]
    assert shown == [f"```text\n{block}\n```" for block in blocks()]
