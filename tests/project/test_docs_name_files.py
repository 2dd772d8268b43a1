"""What the docs point at is there: files of the project, and pages beside the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.checkout import PARTS, ROOT

FOLDERS = "|".join(sorted(PARTS | {"docs", "tests"}))
ENDINGS = "py|md|toml|sql|json|jsonl|html|js|css|lock"
# `bot/hotline.py`, `tests/proofs/test_*.py`, `bot/lab/bench/`; nothing within a longer
# path of somewhere else
NAMED = re.compile(
    rf"(?<![\w./~$-])(?:{FOLDERS})/(?:[\w*./-]+\.(?:{ENDINGS})\b|[\w/-]+/(?![\w*.]))"
)
LINKED = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def missing(words: str) -> set[str]:
    """Paths of the project that are named there and do not exist."""
    return {path for path in NAMED.findall(words) if not any(ROOT.glob(path))}


def dangling(words: str, folder: Path) -> set[str]:
    """Links to files beside the page that lead nowhere."""
    return {link for link in LINKED.findall(words) if not (folder / link).exists()}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_file_that_the_docs_name_exists(page: Path) -> None:
    words = page.read_text("utf-8")
    assert missing(words) == set()
    assert dangling(words, page.parent) == set()


def test_a_file_that_was_moved_would_be_seen() -> None:
    """The control: names in code marks, with a wildcard, of folders, and links."""
    words = "`bot/gone.py`, bot/hotline.py, `tests/gone/test_*.py`, `bot/gone/`."
    assert missing(words) == {"bot/gone.py", "tests/gone/test_*.py", "bot/gone/"}
    assert missing("~/.config/bot/other.py, https://a.example/bot/x.json") == set()
    assert dangling("[a](gone.md#x) [b](design.md)", ROOT / "docs") == {"gone.md"}
