"""On which rules a paper rests: by what the case is, never before a rule was there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dialogs.case.bases import Basis, cited
from dialogs.case.rules import Rules, parse

RULES = Rules.default()
PAGE = Path(__file__).parents[3] / "docs" / "units.md"
GENERAL = "《整治形式主义为基层减负若干规定》"
NOTICE = "《关于解决形式主义突出问题为基层减负的通知》"
APPS = "《政务移动互联网应用程序规范化管理办法》（国办函〔2026〕12号）"
FINGERTIP = "《关于防治“指尖上的形式主义”的若干意见》"
CERTIFICATES = (
    "《关于改进和规范基层群众性自治组织出具证明工作的指导意见》（民发〔2020〕20号）"
)


@pytest.mark.parametrize(
    ("category", "filed", "electronic", "titles"),
    [
        ("forms", "2026-11-23", False, (GENERAL,)),  # a ledger on paper
        ("forms", "2026-11-23", True, (APPS,)),
        ("forms", "2026-01-24", True, (GENERAL,)),  # a day too early
        ("forms", "2026-01-25", True, (APPS,)),
        ("fingertip", "2026-11-23", True, (FINGERTIP, APPS)),
        ("fingertip", "2025-06-01", True, (FINGERTIP,)),
        ("fingertip", "2023-12-17", True, (NOTICE,)),
        ("meetings", "2026-11-23", False, (f"{GENERAL}第二部分",)),
        ("meetings", "2024-08-05", False, (NOTICE,)),
        ("signage", "2026-11-23", False, (GENERAL,)),
        ("certificates", "2026-11-23", False, (CERTIFICATES,)),
        ("certificates", "2020-02-28", False, (NOTICE,)),
        ("other", "2019-03-10", False, ()),
    ],
)
def test_what_is_cited(
    category: str, filed: str, electronic: bool, titles: tuple[str, ...]
) -> None:
    day = date.fromisoformat(filed)
    bases = RULES.bases.values()
    assert cited(bases, category, day, electronic=electronic) == titles


def test_a_deployment_edits_them() -> None:
    """One goes, one is added, and the others stay."""
    own = parse(
        '[bases.apps]\ntitle = ""\n'
        '[bases.town]\ntitle = "《某市规定》"\nsince = 2026-05-01\n'
        'categories = ["forms"]\n'
    )
    day = date(2026, 11, 23)
    assert cited(own.bases.values(), "forms", day, electronic=True) == ("《某市规定》",)
    assert cited(own.bases.values(), "meetings", day, electronic=False) == (
        f"{GENERAL}第二部分",
    )


def test_only_what_may_be_left_out_has_a_default() -> None:
    assert Basis(title="《某办法》", since=date(2026, 1, 1)).categories == ()


@pytest.mark.parametrize("name", RULES.bases)
def test_the_page_for_units_lists_them(name: str) -> None:
    basis = RULES.bases[name]
    what = "、".join(basis.categories) or "总的"
    if basis.electronic:
        what += "（线上的）"
    row = f"| `{name}` | {basis.title} | {basis.since} | {what} |"
    assert row in PAGE.read_text("utf-8")
