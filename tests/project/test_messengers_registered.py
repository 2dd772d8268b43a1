"""One more messenger is one line of `bot/messengers.py`: whoever goes through them
names none.
"""

from pathlib import Path

import pytest

from bot.messengers import MESSENGERS
from tests.project.checkout import ROOT

GO_THROUGH = (
    "bot/app.py",
    "bot/site.py",
    "bot/sweeps.py",
    "bot/cli/serve.py",
    "bot/desk/alerts.py",
    "bot/ops/checkup.py",
    "bot/outbox/sender.py",
    "scheduler/bell.py",
)
# the pages' host and port are everybody's setting, named after the web chat
PLATFORMS = [one.name for one in MESSENGERS if one.name != "web"]


def named(file: Path) -> list[str]:
    """Which messengers a file names, in whatever case."""
    source = file.read_text("utf-8").lower()
    return [name for name in PLATFORMS if name in source]


@pytest.mark.parametrize("path", GO_THROUGH)
def test_whoever_goes_through_the_messengers_names_none(path: str) -> None:
    assert named(ROOT / path) == []


def test_a_name_would_be_seen() -> None:
    """The control: where they are registered, they are named."""
    assert named(ROOT / "bot/messengers.py") == PLATFORMS != []


def test_every_name_is_its_own() -> None:
    """Addresses and rows are told apart by it."""
    names = [one.name for one in MESSENGERS]
    assert len(set(names)) == len(names)
