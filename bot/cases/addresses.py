"""The way back to a reporter: the reports that one chat may open, and how such a way is
ended.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace

from anonymizer.seal import Unsealable
from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.sealing import CaseSealer, OpenHold, OpenReport
from bot.keys import Keys
from storage.port import Database, Write
from storage.repositories.holds import HoldRow, Holds
from storage.repositories.outbox import Outbox
from storage.repositories.reports import ReportRow, Reports

# what a chat may open: filed, or still kept back
ChainRow = ReportRow | HoldRow


class ReplyAddresses:
    """Reads are awaited; what ends a way comes back as writes, guarded by the reports'
    versions.
    """

    def __init__(
        self, database: Database, keys: Keys, files: CaseSealer, journal: ShredJournal
    ) -> None:
        self._pseudonyms = keys.pseudonyms
        self._files = files
        self._journal = journal
        self._reports = Reports(database)
        self._holds = Holds(database)

    async def open(self, report: bytes) -> OpenReport | None:
        return self._files.opened(await self._reports.by_id(report))

    async def of_stream(self, stream: bytes) -> OpenReport | None:
        return self._files.opened(await self._reports.by_stream(stream))

    async def open_hold(self, report: bytes) -> OpenHold | None:
        """A report that is kept back."""
        return self._files.hold(await self._holds.by_id(report))

    async def of_handle(self, handle: str, to: Address) -> OpenReport | OpenHold | None:
        """The report of this handle, if it is this very chat that is told of it."""
        report = self._pseudonyms.of_handle(handle)
        if report is None:
            return None
        opened = await self.open(report) or await self.open_hold(report)
        if opened is None or not self._leads_to(opened, to):
            return None
        return opened

    def _leads_to(self, opened: OpenReport | OpenHold, to: Address) -> bool:
        """A damaged address leads nowhere."""
        try:
            return self._files.address(opened) == to
        except Unsealable:
            return False

    def wishes(self, opened: OpenReport) -> dict[str, bool]:
        """What this reporter said about being told; see `Wish`."""
        return self._files.content(opened).wishes

    # ── the chain of one chat ─────────────────────────────────────────────────────────

    async def chain(self, to: Address) -> list[ChainRow]:
        """All reports that this chat may open, filed or kept back, oldest first: by its
        tags 0, 1, 2 … until one is missing.
        """
        found: list[ChainRow] = []
        width = 2
        while True:
            numbers = range(len(found), len(found) + width)
            tags = [self._pseudonyms.mine(to.channel, to.key, i) for i in numbers]
            for row in await asyncio.gather(*map(self._of_tag, tags)):
                if row is None:
                    return found
                found.append(row)
            width *= 2

    async def _of_tag(self, tag: bytes) -> ChainRow | None:
        return await self._reports.by_mine(tag) or await self._holds.by_mine(tag)

    async def next_tag(self, to: Address | None) -> bytes | None:
        if to is None:
            return None
        return self._pseudonyms.mine(to.channel, to.key, len(await self.chain(to)))

    # ── its end ───────────────────────────────────────────────────────────────────────

    async def unlink(self, *all: OpenReport | OpenHold) -> list[Write]:
        """No way leads from these reports to their chats any more; the chats' last tags
        close the gaps.
        """
        writes = [unlinked(one.row) for one in all]
        return [*writes, *await self.closed_gaps(*all)]

    async def closed_gaps(self, *all: OpenReport | OpenHold) -> list[Write]:
        """The chats' last tags take the place of those that these leave; who writes
        them away stands before this.
        """
        gone = {one.row.id for one in all}
        writes: list[Write] = []
        chats = {self._files.address(one) for one in all if one.row.mine is not None}
        for to in chats:
            if to is not None:
                writes += _closed_gaps(await self.chain(to), gone)
        return writes

    async def forget_address(
        self, stream: bytes, to: Address | None = None
    ) -> list[Write]:
        """The chat of this stream, or this chat, is gone: its reports forget their
        address. The cases go on.

        Nothing is noted at the cases: equal times would tell that one person filed
        them.
        """
        opened = await self.of_stream(stream) or await self._hold_of_stream(stream)
        rows: dict[bytes, ChainRow] = {}
        if opened is not None and opened.row.address is not None:
            rows[opened.row.id] = opened.row
            to = self._files.address(opened)
        if to is not None:
            rows |= {row.id: row for row in await self.chain(to)}
        writes: list[Write] = []
        for row in rows.values():
            writes += [unlinked(row), Outbox.drop_stream(row.stream)]
        return writes

    async def _hold_of_stream(self, stream: bytes) -> OpenHold | None:
        return self._files.hold(await self._holds.by_stream(stream))

    async def note_shredded(self, *reports: bytes) -> None:
        """Raises: KeyringError, if it cannot be noted: then nothing may be shredded."""
        await asyncio.to_thread(self._journal.add, *reports)

    async def forget(self, opened: OpenReport) -> list[Write]:
        """Key, words, pictures and the way back go, and its receipt is like one that
        was never given.

        Raises: KeyringError, if it cannot be noted: then nothing is shredded.
        """
        # Journal first: after a crash in between, a restored backup shreds what was
        # asked to be shredded; the other way round it would bring it back. A digest too
        # many does no harm.
        rest = secrets.token_bytes(16)
        await self.note_shredded(opened.row.id, rest)
        return [
            *await self.unlink(opened),
            *Reports.shred(opened.row.id),
            *Reports.cut_loose(opened.row.id, rest),
        ]

    async def shred_all(self, all: Sequence[OpenReport]) -> list[Write]:
        """Of several that were kept long enough, in one commit: singly, two of one chat
        would move each other's tags. A receipt is told that it is over.
        """
        if all:
            await self.note_shredded(*(one.row.id for one in all))
        emptied = [write for one in all for write in Reports.shred(one.row.id)]
        return [*await self.unlink(*all), *emptied]


def unlinked(row: ChainRow) -> Write:
    return _changed(row, address=None, mine=None)


def _changed(row: ChainRow, **values: bytes | None) -> Write:
    """Of either kind, one version on."""
    if isinstance(row, HoldRow):
        hold = replace(row, version=row.version + 1, **values)  # type: ignore[arg-type]
        return Holds.change(hold, row.version)
    report = replace(row, version=row.version + 1, **values)  # type: ignore[arg-type]
    return Reports.change(report, row.version)


def _closed_gaps(chain: Sequence[ChainRow], gone: Collection[bytes]) -> list[Write]:
    """The tags of a chat count without a gap: the last ones take the place of those
    that go.
    """
    left = sum(row.id not in gone for row in chain)
    gaps = [row.mine for row in chain[:left] if row.id in gone]
    last = [row for row in chain[left:] if row.id not in gone]
    writes = []
    for row, tag in zip(last, gaps, strict=True):
        writes.append(_changed(row, mine=tag))
    return writes
