"""One damaged row hides no other: in whatever column a bit flips, lists, searches,
cases, stories, the register and the roster go on, and `doctor` names what it was.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anonymizer.keyring import Keyring
from bot.app import opened
from bot.cases.sealing import DAMAGED
from bot.desk.documents import sheet_json
from bot.desk.screen import CaseScreen
from bot.keys import page_keys
from bot.ops.sealed_rows import Examination, examined_columns
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine, Member
from bot.program import Program
from dialogs.case.life import Staff
from dialogs.case.orders import Accept, Assign, Note, Order, Wait
from dialogs.case.refusals import Refusal
from storage.connection import connect
from tests.bot.line import Line, opened_line
from tests.looking import look_into

FIRST = "文新街道要求我们社区同一份台账每周报五次"
SECOND = "古荡街道的工作群里每天打卡三次还要截图"
UTC = ZoneInfo("UTC")
DRAFT = "还没写完的一段"


@dataclass
class House:
    """A deployment with two cases, filled once and spoiled again and again."""

    line: Line
    receipts: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.line.settings.data_dir / "jianfu.db"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Program]:
        line = self.line
        async with opened(line.settings, line.make, lambda: line.at) as line.app:
            yield line.app

    async def fill(self) -> None:
        line = self.line
        for chat, words in (("anna", FIRST), ("berta", SECOND)):
            await line.says(words, chat=chat)
            if "send" not in {one.choice for one in line.notebook.shown[chat][-1].keys}:
                await line.presses("is:forms", chat=chat)
            await line.presses("send", chat=chat)
            told = line.notebook.shown[chat]
            self.receipts += [
                str(one.message.params["receipt"]) for one in told if one.message.secret
            ]
        await line.says(DRAFT, chat="carla")
        app = line.app
        await app.register.add(NewUnit("文新街道", "subdistrict", people=("张三",)))
        await app.register.add(NewUnit("古荡街道", "subdistrict"))
        await app.roster.add("王芳", "supervisor")
        await app.roster.add("李四", "operator")
        first = (await app.casework.reading.entries(AT_THE_MACHINE))[0].case.alias
        later = line.at + timedelta(days=5)
        waits = Wait("等文件", later)
        for order in (Accept(), Note("打过电话"), Assign("古荡街道"), waits):
            await self.order(first, order)

    async def order(self, alias: str, order: Order) -> None:
        who = AtTheMachine("王芳", "supervisor")
        await self.line.app.casework.staff.order(alias, order, who)

    @contextmanager
    def flipped(self, table: str, column: str) -> Iterator[None]:
        """One bit in one cell, the last byte of it; of a case, the one that waits: it
        does not know any more where it came from.
        """
        which = "state = 'waiting'" if table == "cases" else f"length({column}) > 0"
        select = f"SELECT {column} FROM {table} WHERE {which} LIMIT 1"
        update = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
        with closing(look_into(self.path, self.line.settings.keyring)) as connection:
            sealed = bytes(connection.execute(select).fetchone()[0])
            spoiled = sealed[:-1] + bytes([sealed[-1] ^ 1])
            connection.execute(update, (spoiled, sealed))
            try:
                yield
            finally:
                connection.execute(update, (sealed, spoiled))

    def damaged(self) -> list[tuple[str, str]]:
        keyring = Keyring.load(self.line.settings.keyring)
        with closing(connect(self.path, page_keys(keyring))) as connection:
            found = Examination(connection, keyring).run()
        return [(one.table, one.column) for one in found]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    async def made() -> House:
        async with opened_line(tmp_path_factory.mktemp("house")) as line:
            house = House(line)
            await house.fill()
        return house

    return asyncio.run(made())


COLUMNS = [
    *(("reports", column) for column in ("wrapped_key", "sealed", "address")),
    *((table, "sealed") for table in ("cases", "clocks", "steps", "notes")),
    *((table, "sealed") for table in ("units", "staff", "talks", "store")),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=map(".".join, COLUMNS))
async def test_one_flipped_bit_hides_nothing_else(
    house: House, table: str, column: str
) -> None:
    assert house.damaged() == []
    with house.flipped(table, column):
        assert (table, column) in house.damaged()
        async with house.open() as app:
            await all_is_shown(house, app)


async def all_is_shown(house: House, app: Program) -> None:
    """Both cases are in the list and open, both words are found or told to be damaged,
    both receipts tell a story; so are unit and staff.
    """
    reading = app.casework.reading
    entries = await reading.entries(AT_THE_MACHINE)
    assert len(entries) == 2
    whole = sum(one.text in (FIRST, SECOND) for one in entries)
    assert whole + sum(DAMAGED in one.text for one in entries) == 2 and whole
    for entry in entries:
        row = await app.casework.staff.find(entry.case.alias, AT_THE_MACHINE)
        sheet = await reading.sheet(row)
        assert len(sheet.reports) == 1
        terms = app.casework.terms
        now = app.casework.now()
        assert sheet_json(sheet, terms, {}, now)["damaged"] == entry.damaged
        CaseScreen(terms, io.StringIO(), now).sheet(sheet, {})
    found = await reading.search(AT_THE_MACHINE, "街道")
    assert found.total >= 1
    for receipt in house.receipts:
        report = await app.casework.stories.report_of(receipt)
        assert report is not None and await app.casework.stories.of(report)
    assert len(await app.register.list()) == 2
    assert len(await app.roster.list()) == 2


async def test_an_order_for_a_damaged_case_is_refused_with_a_sentence(
    house: House,
) -> None:
    """What is damaged is not written over: a backup may still have it."""
    with house.flipped("cases", "sealed"):
        async with house.open() as app:
            refused = 0
            for entry in await app.casework.reading.entries(AT_THE_MACHINE):
                try:
                    await house.order(entry.case.alias, Note("看过"))
                except Refusal as refusal:
                    assert refusal.code == "damaged" and "jianfu doctor" in str(refusal)
                    assert entry.damaged
                    refused += 1
            assert refused == 1
        assert ("cases", "sealed") in house.damaged()


async def test_whom_a_damaged_report_names_nobody_of_a_unit_may_see(
    house: House,
) -> None:
    """The conflict rule shuts where it cannot read."""
    with house.flipped("reports", "sealed"):
        async with house.open() as app:
            unit = await app.register.get("文新街道")
            member = Member(Staff("ab" * 16, "赵六"), "operator", unit.id)
            seen = await app.casework.reading.entries(member)
            assert all(DAMAGED not in one.text for one in seen)


async def test_a_damaged_draft_is_told_and_the_chat_goes_on(house: House) -> None:
    with house.flipped("talks", "sealed"):
        async with house.open():
            house.line.notebook.shown.clear()
            await house.line.says("你们是谁", chat="carla")
            names = [one.message.name for one in house.line.notebook.shown["carla"]]
            assert names[0] == "draft.damaged" and len(names) > 1


def test_every_sealed_column_of_the_schema_is_opened_by_the_check_up(
    house: House,
) -> None:
    """A new one fails here until it is entered in bot/ops/sealed_rows.py."""
    with closing(look_into(house.path, house.line.settings.keyring)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
        ).fetchall()
        found = {
            (table, row[1])
            for (table,) in tables
            for row in connection.execute(f"PRAGMA table_info({table})")
            if row[1] in ("sealed", "wrapped_key", "address")
        }
    assert found == examined_columns()
