"""What the docs point at is there: files of the project, pages beside the page, and
the headings on them.
"""

from __future__ import annotations

import re
from itertools import count, dropwhile
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


ANCHORED = re.compile(r"\]\(([^)#:\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.M)
FENCED = re.compile(r"^```.*?^```", re.M | re.S)


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def anchors(words: str) -> set[str]:
    """What a page's headings are linked by, as GitHub and GitLab make it: small
    letters, hyphens for spaces, no marks; a second one of a name has -1.
    """
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", words)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        base = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        again = (f"{base}-{number}" for number in count(1))
        found.add(
            base if base not in found else next(dropwhile(found.__contains__, again))
        )
    return found


def lost(words: str, page: Path) -> set[str]:
    """Links to a heading that is not there, here or on another page."""
    found = set()
    for link, anchor in ANCHORED.findall(words):
        target = page.parent / link if link else page
        if target.suffix != ".md" or (link and not target.exists()):
            continue  # what is not there is told elsewhere
        there = target.read_text("utf-8") if link else words
        if anchor not in anchors(there):
            found.add(f"{link}#{anchor}")
    return found


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
    assert lost(words, page) == set()


def test_every_page_that_the_program_names_exists() -> None:
    """In a remedy, on a screen, in a comment."""
    for part in sorted(PARTS):
        for path in (ROOT / part).rglob("*.py"):
            words = path.read_text("utf-8")
            pages_named = set(re.findall(r"\bdocs/[\w./-]+\.md\b", words))
            gone = {page for page in pages_named if not (ROOT / page).exists()}
            assert gone == set(), path


def test_a_file_that_was_moved_would_be_seen() -> None:
    """The control: names in code marks, with a wildcard, of folders, and links."""
    words = "`bot/gone.py`, bot/hotline.py, `tests/gone/test_*.py`, `bot/gone/`."
    assert missing(words) == {"bot/gone.py", "tests/gone/test_*.py", "bot/gone/"}
    assert missing("~/.config/bot/other.py, https://a.example/bot/x.json") == set()
    assert dangling("[a](gone.md#x) [b](design.md)", ROOT / "docs") == {"gone.md"}
    here = ROOT / "docs" / "here.md"
    links = "[a](#一提醒二处置) [b](#gone) [c](design.md#gone) [d](#x-1)"
    headings = "# 一提醒、二处置\n## `x`\n## x\n```\n# gone\n```\n"
    assert lost(headings + links, here) == {"#gone", "design.md#gone"}
