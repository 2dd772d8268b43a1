"""docs/conversation.md and its English sister say what the code does."""

from __future__ import annotations

import re

import pytest

from dialogs.meaning import INTENTS
from tests.dialogs.transcripts import TALKS, acts, played
from tests.project.checkout import ROOT

PAGES = ("conversation.md", "conversation.en.md")
ROW = re.compile(r"^\| `(\w+)` \|", re.M)


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_intent_has_its_row_and_no_other(name: str) -> None:
    assert tuple(ROW.findall(page(name))) == INTENTS


@pytest.mark.parametrize("name", PAGES)
def test_what_each_step_acts_on_is_as_the_code_has_it(name: str) -> None:
    """Rewrite with `python -m tests.dialogs.transcripts`."""
    assert f"```text\n{acts()}\n```" in page(name)


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("name", PAGES)
def test_the_talks_go_as_they_are_shown(name: str, talk: str) -> None:
    """Rewrite with `python -m tests.dialogs.transcripts`."""
    assert f"```text\n{played(talk)}\n```" in page(name)
