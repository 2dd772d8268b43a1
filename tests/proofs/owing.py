"""A hotline that owes a lot: cases of every kind, and what it must look like once all
has rung.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import shutil
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from anonymizer import receipts
from bot.address import Address
from bot.app import opened
from bot.cases.reporters import Draft
from bot.people.directory import NewUnit
from bot.people.member import AtTheMachine
from bot.program import Program
from dialogs.case.orders import (
    Accept,
    Answer,
    Assign,
    Close,
    Decline,
    Find,
    Merge,
    Order,
    Rectify,
    Reply,
    Wait,
)
from dialogs.words import CaseAction, Hush, Rate, Wish
from storage.encrypted import SQLiteConnection
from storage.port import Stale
from tests.bot.counter import FILE
from tests.looking import look_into
from tests.proofs.clocked import Clock, Paper, lot, settings_in

DUTY = AtTheMachine("值班员", "operator")
BEIJING = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(
    2026, 9, 23, 10, 17, 41, tzinfo=BEIJING
)  # Wednesday; 25–27 September are Mid-Autumn
UNIT = "翠苑街道办事处"
SENT = (Accept(), Assign(UNIT, new=True))
FOUND = (*SENT, Answer("已改"), Find("substantiated"))
KINDS: dict[
    str, tuple[int, tuple[Order, ...]]
] = {  # how many of twenty, and what staff did
    "nobody came": (4, ()),
    "accepted": (3, (Accept(),)),
    "sent to a unit": (4, SENT),
    "waits for others": (2, (*SENT, Wait("等区里批复", BEGIN + timedelta(days=4)))),
    "being put right": (1, (*FOUND, Rectify("月底改好", BEGIN + timedelta(days=6)))),
    "closed": (3, (*FOUND, Close("每月只报一次"))),
    "declined": (1, (Decline("不属减负范围"),)),
    "a reply goes out": (2, (*SENT, Reply("已经在看了"))),
}
TOGETHER = 32  # cases that are made at once
MORE = (0, 0, 0, 1, 2)  # further reports of a case, merged into it
URGENT, HUSHED, RATED, WISHED = 0.08, 0.1, 0.2, 0.2


@dataclass(frozen=True, slots=True)
class Filed:
    alias: str
    reports: tuple[str, ...]


class Population:
    """Makes the cases, through the same orders and taps as ever."""

    def __init__(self, app: Program, dice: random.Random) -> None:
        self._app, self._dice = app, dice
        self.hushed: set[str] = set()  # chats
        self._chats = 0

    async def fill(self, cases: int) -> None:
        await self._app.register.add(NewUnit(UNIT, "subdistrict"))
        kinds = self._dice.choices(
            [*KINDS], [often for often, _ in KINDS.values()], k=cases
        )
        for start in range(0, cases, TOGETHER):
            await asyncio.gather(*map(self._case, kinds[start : start + TOGETHER]))

    async def _case(self, kind: str) -> None:
        dice = self._dice
        urgent = dice.random() < URGENT
        alias, *others = [
            await self._files(urgent) for _ in range(1 + dice.choice(MORE))
        ]
        for other in others:
            await self._orders(other, Accept(), Merge(alias))
        await self._orders(alias, *KINDS[kind][1])
        if kind == "closed" and dice.random() < RATED:
            await self._says(Rate(self._last, dice.random() < 0.8, True, None, BEGIN))

    async def _files(self, urgent: bool) -> str:
        """A report of a new chat, which may want to hear nothing, or later too."""
        self._chats += 1
        chat = f"chat {self._chats}"
        draft = Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )
        file = replace(
            FILE,
            receipt=receipts.new(),
            text=f"第{self._chats}份台账",
            urgent=urgent,
            at=BEGIN,
        )
        await self._says(file, draft, chat)
        report = draft.report.hex()
        if self._dice.random() < HUSHED:
            self.hushed.add(chat)
            await self._says(Hush(report, BEGIN))
        elif self._dice.random() < WISHED:
            await self._says(
                Wish(
                    report, {"later": True, "weekly": self._dice.random() < 0.5}, BEGIN
                )
            )
        self._last = report
        sql = (
            "SELECT alias FROM cases WHERE id = (SELECT case_id FROM reports WHERE "
            "id = :id)"
        )
        row = await self._app.resources.database.one(sql, id=draft.report)
        assert row is not None
        return str(row[0])

    async def _says(
        self, action: CaseAction, draft: Draft | None = None, chat: str = ""
    ) -> None:
        drawn = draft or Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )

        async def said() -> None:
            changes = await self._app.casework.reporters.act(
                action, drawn, Address(Paper.name, chat), lasting=False
            )
            await self._app.resources.database.commit(changes)

        await _until_first(said)

    async def _orders(self, alias: str, *orders: Order) -> None:
        for order in orders:
            await _until_first(
                partial(self._app.casework.staff.order, alias, order, DUTY)
            )


async def _until_first(does: Callable[[], Awaitable[object]]) -> None:
    """Again, while others are faster: all cases are one unit's."""
    for _ in range(50):
        try:
            await does()
            return
        except Stale:
            continue
    raise AssertionError("fifty times others were faster")


async def filled(folder: Path, cases: int, seed: int) -> set[str]:
    """A hotline in `folder` with so many cases; gives the chats that want to hear
    nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock(folder)
    clock.turn(BEGIN)
    async with opened(
        settings_in(folder), lambda parts: [Paper(folder, clock)], clock, lot
    ) as app:
        population = Population(app, random.Random(seed))
        await population.fill(cases)
        await app.resources.database.checkpoint()
    (folder / "delivered").unlink(missing_ok=True)
    return population.hushed


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


async def undisturbed(folder: Path, times: Sequence[datetime]) -> int:
    """The same hotline while nothing happens to it: rung and sent at all these times.
    Gives how many rang.
    """
    clock = Clock(folder)
    rang = 0
    async with opened(
        settings_in(folder), lambda parts: [Paper(folder, clock)], clock, lot
    ) as app:
        for at in times:
            clock.turn(at)
            rang += await app.rounds.run(at)
            await app.sender.look()
            await app.sender.idle()
    return rang


# ── what it comes to ──────────────────────────────────────────────────────────────────

STATES = {
    "cases": "SELECT id, state, version, changed_at, due_at FROM cases ORDER BY id",
    "ledgers": "SELECT case_id, number, clock, kind, at, allowance, until FROM clocks "
    "ORDER BY 1, 2",
    "stories": "SELECT case_id, number, kind, at, public, report_id FROM steps "
    "ORDER BY 1,"
    " 2",
    "owed": "SELECT case_id, kind, due_at FROM followups ORDER BY 1, 2",
    "addresses": "SELECT id, address IS NULL FROM reports ORDER BY id",
    "audit": "SELECT about, at, kind, content FROM audit"
    " WHERE kind <> 'audit.head' ORDER BY about, seq",
    "months": "SELECT * FROM counts ORDER BY 1, 2, 3, 4",
    "units": "SELECT * FROM unit_counts ORDER BY 1, 2, 3, 4",
}
LATER = {"at", "changed_at", "due_at", "until"}  # columns that say when it rang
Snapshot = dict[str, list[tuple[object, ...]]]


def snapshot(folder: Path, times: bool = True) -> Snapshot:
    """All that rings leave behind, but ciphertexts. times: with them; two clocks do not
    agree on those.
    """
    found: Snapshot = {}
    with closing(look_into(folder / "data" / "jianfu.db")) as connection:
        for name, sql in STATES.items():
            rows = connection.execute(sql).fetchall()
            found[name] = [
                tuple(
                    value
                    for key, value in zip(row.keys(), row, strict=True)
                    if times or key not in LATER
                )
                for row in rows
            ]
    return found


def waiting(folder: Path, at: datetime) -> int:
    """What is due by then: follow-ups and messages."""
    with closing(look_into(folder / "data" / "jianfu.db")) as connection:
        return sum(
            _count(connection, table, int(at.timestamp()))
            for table in ("followups", "outbox")
        )


def ringing(folder: Path, at: datetime) -> int:
    with closing(look_into(folder / "data" / "jianfu.db")) as connection:
        return _count(connection, "followups", int(at.timestamp()))


def _count(connection: SQLiteConnection, table: str, at: int) -> int:
    return int(
        connection.execute(
            f"SELECT count(*) FROM {table} WHERE due_at <= ?", (at,)
        ).fetchone()[0]
    )


@dataclass(frozen=True, slots=True)
class Delivered:
    process: int
    key: str
    chat: str
    name: str
    at: datetime


def delivered(folder: Path) -> list[Delivered]:
    """In the order in which it was handed out."""
    rows = [
        line.split("\t") for line in (folder / "delivered").read_text().splitlines()
    ]
    return [
        Delivered(int(one), key, chat, name, datetime.fromisoformat(at))
        for one, key, chat, name, at in rows
    ]


def heard(
    found: Sequence[Delivered], died: set[int]
) -> tuple[dict[str, list[str]], int]:
    """Names by chat, and how many came twice: the last of a process that was killed in
    sending it.
    """
    chats: dict[str, list[Delivered]] = {}
    twice = 0
    for one in found:
        before = chats.setdefault(one.chat, [])
        if before and before[-1].key == one.key:
            assert before[-1].process in died and before[-1].process != one.process, (
                "sent twice, unkilled"
            )
            before[-1] = one
            twice += 1
        else:
            before.append(one)
    keys = Tally(one.key for chat in chats.values() for one in chat)
    assert not keys or max(keys.values()) == 1, "a message came again behind others"
    return {chat: [one.name for one in found] for chat, found in chats.items()}, twice


def in_order(folder: Path) -> None:
    """Of each run of a clock every step once, in its order; times never go back. Needs
    no twin.
    """
    order = [
        "start",
        "warned",
        "breached",
        "urged",
        "supervised",
        "escalated",
        "circulated",
    ]
    with closing(look_into(folder / "data" / "jianfu.db")) as connection:
        rows = connection.execute(
            "SELECT case_id, clock, kind, at FROM clocks ORDER BY case_id, number"
        )
        steps: dict[tuple[bytes, str], int] = {}
        last: dict[bytes, int] = {}
        for row in rows.fetchall():
            place, run = (
                order.index(row["kind"]) if row["kind"] in order else -1,
                (row[0], row["clock"]),
            )
            if place == 0:
                steps[run] = 0
            elif place > 0:
                assert place > steps[run], f"{row['kind']} twice, or out of its order"
                steps[run] = place
                assert row["at"] >= last.get(row["case_id"], 0), (
                    f"{row['kind']} before what rang earlier"
                )
                last[row["case_id"]] = row["at"]


def rung(folder: Path) -> Tally[str]:
    """How often each kind rang, by the audit chain."""
    with closing(look_into(folder / "data" / "jianfu.db")) as connection:
        rows = connection.execute(
            "SELECT content FROM audit WHERE kind = 'case.rang'"
        ).fetchall()
    return Tally(kind for row in rows for kind in json.loads(row[0])["rang"])
