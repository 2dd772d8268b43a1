"""The table of orders: complete, consistent, and what the docs show."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args

import pytest

import dialogs.case.story  # noqa: F401 - what reporters read becomes known
from dialogs.case.deciding import RULES
from dialogs.case.life import ORDERED, TRANSITIONS
from dialogs.case.order_row import Field, OrderRow
from dialogs.case.order_table import BY_NAME, MOVES, ORDERS, UNIT_ORDERS, may, who_may
from dialogs.case.orders import Order
from dialogs.case.reactions import AUDIT_KINDS, Reaction
from dialogs.case.roles import HOTLINE, ROLES
from dialogs.texts import CHINESE
from tests.project.checkout import ROOT

SUPERVISOR_S = ("grant", "supervise")
UNITS = ("arrive", "answer", "extend", "return", "rectified")
AUDITED = {
    "claim": "case.claim",
    "release": "case.release",
    "accept": "case.accept",
    "decline": "case.decline",
    "ask": "case.ask",
    "wait": "case.wait",
    "resume": "case.resume",
    "reply": "case.reply",
    "undo": "case.undo",
    "assign": "case.assign",
    "arrive": "case.arrive",
    "answer": "case.answer",
    "return": "case.return",
    "refuse-return": "case.refusereturn",
    "extend": "case.extend",
    "grant": "case.grantextend",
    "supervise": "case.supervise",
    "whistle": "case.whistle",
    "find": "case.find",
    "rectify": "case.rectify",
    "close": "case.close",
    "reopen": "case.reopen",
    "merge": "case.merge",
    "unmerge": "case.unmerge",
    "note": "case.note",
    "urgent": "case.urgent",
    "not-urgent": "case.noturgent",
    "category": "case.category",
    "redate": "case.redate",
    "send-back": "case.sendback",
    "correct-finding": "case.correctfinding",
    "rectified": "case.rectified",
    "hand-over": "case.handover",
}  # as they stand in audit chains since the first release


def test_every_order_has_one_row_and_one_rule() -> None:
    assert {row.order for row in ORDERS} == set(get_args(Order)) == set(RULES)
    assert len(BY_NAME) == len({row.label for row in ORDERS}) == len(ORDERS)


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
def test_a_row_asks_what_its_class_holds(row: OrderRow) -> None:
    assert {one.name for one in row.fields} == {one.name for one in fields(row.order)}
    assert row.english and row.summary


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
def test_a_row_is_a_move_or_says_when_it_can_be_given(row: OrderRow) -> None:
    assert (row.trigger is None) == (row.fits is not None)
    assert row.trigger in (None, row.name)


@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
def test_what_reporters_are_told_has_its_words(row: OrderRow) -> None:
    """A sentence pushed, and one to read (whose name may say how it ended)."""
    if row.told is None:
        return
    assert f"push.{row.told}" in CHINESE
    told = {"finding_corrected": "corrected"}.get(row.told, row.told)
    assert [name for name in CHINESE if name.startswith(f"told.{told}")]
    assert row.told in row.steps


def test_every_move_of_the_life_is_ordered_or_falls_due() -> None:
    assert {row.trigger for row in ORDERS} - {None} == set(ORDERED)
    assert set(MOVES) == {trigger for trigger, *_ in TRANSITIONS}


def test_audit_kinds_are_what_older_chains_hold() -> None:
    """A kind is in the hash of its line: a new order adds one, none is ever changed."""
    kinds = {row.name: row.audit for row in ORDERS}
    assert AUDITED.items() <= kinds.items()
    assert len(set(kinds.values())) == len(kinds)
    assert {kind.__name__ for kind in AUDIT_KINDS} == {
        kind.__name__ for kind in get_args(Reaction)
    }


# ── who may order what ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("row", ORDERS, ids=lambda row: row.name)
def test_who_may_order_what(row: OrderRow, role: str) -> None:
    """Told a second time, by hand: the table cannot loosen it unnoticed."""
    allowed = role in HOTLINE
    if row.name in SUPERVISOR_S:
        allowed = role == "supervisor"
    if row.name == "hand-over":
        allowed = role in ("supervisor", "leader")
    if row.name in UNITS:
        allowed = role in (*HOTLINE, "liaison")
    assert may(role, row.order) == allowed  # type: ignore[arg-type]
    assert (ROLES[role] in who_may(row.order)) == allowed  # type: ignore[index]


def test_what_a_liaison_may_is_what_the_unit_s_screens_offer() -> None:
    assert tuple(UNIT_ORDERS) == UNITS
    assert {row.name for row in ORDERS if "liaison" in row.roles} == set(UNIT_ORDERS)


# ── docs ──────────────────────────────────────────────────────────────────────────────


def usage(row: OrderRow) -> str:
    """The command as docs/casework.md writes it."""
    return " ".join([f"jianfu case {row.name} 工单", *map(_written, row.fields)])


def _written(one: Field) -> str:
    value = one.label
    if one.choices and not one.option:
        value = "\\|".join(one.choices)
    if one.kind == "flag":
        value = ""
    written = f"{one.option} {value}".strip()
    return f"[{written}]" if one.option or not one.required else written


def test_docs_show_the_commands_as_they_are() -> None:
    """In docs/casework.md: every order in its line, in the order of the table, and
    whether the reporter sees of it.
    """
    docs = (ROOT / "docs" / "casework.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `(jianfu case [^`]+)` \|[^\n]*\| ?([^|\n]*?) ?\|$", docs, re.M
    )
    seen = {command: words for command, words in rows}
    commands = [command for command in seen if command in map(usage, ORDERS)]
    assert commands == [usage(row) for row in ORDERS]
    for row in ORDERS:
        hidden = seen[usage(row)] in ("", "永远看不到")
        assert hidden != row.public, row.name


def test_docs_of_the_chats_name_no_command_that_there_is_not() -> None:
    known = {row.name for row in ORDERS}
    known |= {one.command for row in ORDERS for one in row.fields if one.command}
    known |= {"queue", "mine", "search", "case", "stats", "why", "help", "link"}
    known |= {"receive"}
    for page in ("telegram-staff.md", "units.md"):
        docs = (ROOT / "docs" / page).read_text("utf-8")
        commands = re.findall(r"`/([a-z_]+)[ `]", docs)
        assert {name.replace("_", "-") for name in commands} <= known
        assert set(UNITS) <= set(commands)
