"""The glossary is what the code says: each term stands where the page says, each word
that is stored has its row, and a class name means one thing.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import get_args

import pytest

from dialogs.case.allowance import Clock, TimeUnit
from dialogs.case.clock import LineKind
from dialogs.case.ladder import Rung
from dialogs.case.life import FINDINGS, LEVELS, STATES
from dialogs.case.reactions import AUDIT_KINDS
from dialogs.case.roles import ROLES
from dialogs.understand import CATEGORIES
from tests.dialogs.case.test_order_table import AUDITED
from tests.project import rooms
from tests.project.checkout import ROOT
from tests.yesterday.test_yesterday_works_on import KINDS, STEPS

PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
WHERE = re.compile(r"`([\w/]+\.py)(?:: (\w+))?` \|$", re.M)


def defined(source: str) -> set[str]:
    """Names that a module makes at its top."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


@pytest.mark.parametrize(("path", "name"), sorted(set(WHERE.findall(PAGE))))
def test_a_term_stands_where_the_glossary_says(path: str, name: str) -> None:
    """The file is there and makes that name."""
    source = (ROOT / path).read_text("utf-8")
    assert not name or name in defined(source)


def test_every_row_says_where() -> None:
    """Tables of terms have four columns; the last one names a file."""
    rows = [line for line in PAGE.splitlines() if line.count("|") == 5]
    terms = [row for row in rows if not re.match(r"\| (term|---)|\|---", row)]
    assert len(terms) > 50
    assert [row for row in terms if not WHERE.search(row)] == []


STORED: dict[str, Iterable[str]] = {
    "state of a case": [state.value for state in STATES],
    "role": ROLES,
    "finding": FINDINGS,
    "level": LEVELS,
    "rung": get_args(Rung),
    "category": CATEGORIES,
    "clock": get_args(Clock),
    "unit of time": get_args(TimeUnit),
    "line of the ledger": get_args(LineKind),
    "audit kind of an order": AUDITED.values(),
    "audit kind of a reporter's doing": AUDIT_KINDS.values(),
    "step": STEPS,
    "audit kind of the first release": [
        f"{what}.{kind}" for what, kinds in KINDS.items() for kind in kinds.split()
    ],
}


@pytest.mark.parametrize("what", STORED)
def test_every_stored_word_is_in_the_glossary(what: str) -> None:
    """What lies in a database has its row, so that nobody renames it unawares."""
    told = set(re.findall(r"`([^`]+)`", PAGE))
    assert sorted(set(STORED[what]) - told) == []


def twice() -> dict[str, set[str]]:
    """Class names that stand in more than one module of the product."""
    places = defaultdict(set)
    for module, path in rooms.modules(ROOT).items():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(module)
    return {name: where for name, where in places.items() if len(where) > 1}


def test_a_class_name_means_one_thing() -> None:
    """Those that stand twice on purpose are in the last table, with the reason."""
    section = PAGE.partition("## Names that stand twice")[2]
    excused = set(re.findall(r"^\| `(\w+)` \|", section, re.M))
    assert set(twice()) == excused
