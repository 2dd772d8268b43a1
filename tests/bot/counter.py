"""A hotline counter for tests: real database and keys, a clock that is turned
by hand.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anonymizer import receipts
from anonymizer.keyring import Keyring
from anonymizer.seal import Place, Sealer
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.alerts import NoAlerts
from bot.cases.casework import Casework
from bot.cases.reporters import Draft
from bot.hours import seconds
from bot.keys import Keys, page_keys
from bot.ops.terms import terms_of
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.people.register import UnitRegister
from bot.settings import Settings
from dialogs.case.orders import Order
from dialogs.case.story import Story
from dialogs.words import CaseAction, File
from storage.port import Stale
from storage.repositories.media import Media, MediaRow
from storage.repositories.outbox import OutboxRow
from storage.sqlite import SQLiteDatabase

MORNING = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # Monday, 10:17 in Beijing
FILE = File(
    receipt="",
    text="街道要求同一份台账每周报五次",
    category="forms",
    also=("inspections",),
    kind=None,
    unit="某街道",
    unit_level="subdistrict",
    place="某社区",
    when="每周都有",
    counts=(("五", "次"),),
    urgent=False,
    signpost=None,
    pictures=(),
    follow="here",
    lang="zh",
    at=MORNING,
)


class Counter:
    """What a test does at the hotline, in one line each."""

    def __init__(self, database: SQLiteDatabase, folder: Path) -> None:
        keyring = Keyring.load(folder / "keys" / "keyring.json")
        self.database, self.keys, self.folder = database, Keys.of(keyring), folder
        self.at = MORNING
        self.settings = Settings(
            data_dir=folder / "data", keyring=folder / "keys" / "keyring.json"
        )
        self.journal = ShredJournal(folder / "keys" / "keyring.shredded", keyring)
        self.post = OutboxMessages(self.keys.outbox)
        self.casework = self.another()

    def another(self) -> Casework:
        """A second program on the same database."""

        def now() -> datetime:
            return self.at

        return Casework.join(
            self.database,
            keys=self.keys,
            settings=self.settings,
            journal=self.journal,
            outbox=self.post,
            register=UnitRegister(self.database, self.keys, now),
            alerts=NoAlerts(),
            terms=terms_of(self.settings),
            now=now,
        )

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    async def files(
        self,
        text: str = FILE.text,
        chat: str = "anna",
        *,
        lasting: bool = True,
        **other: object,
    ) -> str:
        """File from a chat of this name; gives back the receipt."""
        action = self.filing(text, **other)
        await self.does(action, chat, lasting=lasting)
        return action.receipt

    async def files_with(self, draft: Draft, pictures: tuple[str, ...]) -> str:
        action = self.filing(pictures=pictures)
        await self.does(action, draft=draft)
        return action.receipt

    def filing(self, text: str = FILE.text, **other: object) -> File:
        values = {"receipt": receipts.new(), "text": text, "at": self.at, **other}
        return replace(FILE, **values)  # type: ignore[arg-type]

    async def does(
        self,
        action: CaseAction,
        chat: str = "anna",
        draft: Draft | None = None,
        *,
        lasting: bool = True,
    ) -> None:
        """As the hotline does it: decided again, up to five times, when others were
        faster.
        """
        draft, to = draft or new_draft(), Address("terminal", chat)
        for tries_left in reversed(range(5)):
            try:
                changes = await self.casework.reporters.act(
                    action, draft, to, lasting=lasting
                )
                return await self.database.commit(changes)
            except Stale:
                if not tries_left:
                    raise

    async def picture(self, draft: Draft, data: bytes = b"a scrubbed picture") -> str:
        """A picture that waits with a draft; its id."""
        id = secrets.token_bytes(16)
        sealed = Sealer.own(draft.key, "media").seal(data, Place("media", "sealed", id))
        row = MediaRow(
            id, None, None, seconds(self.at) + 3600, "image/png", 4, 3, sealed
        )
        await self.database.commit([Media.put(row)])
        return id.hex()

    async def report(self, receipt: str) -> str:
        report = await self.casework.stories.report_of(receipt)
        assert report is not None
        return report.hex()

    async def story(self, receipt: str) -> Story:
        story = await self.casework.stories.of(
            bytes.fromhex(await self.report(receipt))
        )
        assert story is not None
        return story

    async def alias(self, number: int = 0) -> str:
        """The alias of the n-th open case."""
        return (await self.casework.reading.entries(AT_THE_MACHINE))[number].case.alias

    async def finds(self, words: str) -> list[str]:
        """Aliases of the cases that a search at the machine finds."""
        found = await self.casework.reading.search(AT_THE_MACHINE, words)
        return [entry.case.alias for entry in found.entries]

    async def orders(self, name: str, *orders: Order, by: str = "王") -> None:
        for order in orders:
            await self.casework.staff.order(name, order, AtTheMachine(by, "operator"))

    async def letters(self) -> list[tuple[OutboxMessage, int]]:
        """All that waits to be sent, each stream in order, with its time."""
        rows = await self.database.all(
            "SELECT id, channel, stream, seq, due_at, sealed FROM outbox"
        )
        letters = [OutboxRow(*row) for row in rows]
        return [
            (self.post.open(row), row.due_at)
            for row in sorted(letters, key=lambda row: (row.stream, row.seq))
        ]

    async def told(self, chat: str = "anna") -> list[str]:
        """Names of the messages that wait for a chat."""
        return [
            letter.message.name
            for letter, _ in await self.letters()
            if letter.to.key == chat
        ]


def new_draft() -> Draft:
    return Draft(
        secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
    )


@asynccontextmanager
async def opened(folder: Path, patience: float = 5.0) -> AsyncIterator[Counter]:
    """patience: seconds to wait for another process's lock."""
    keyring = Keyring.create(folder / "keys" / "keyring.json")
    path = folder / "data" / "jianfu.db"
    database = await SQLiteDatabase.open(path, page_keys(keyring), patience)
    try:
        yield Counter(database, folder)
    finally:
        await database.close()
