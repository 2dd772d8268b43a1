"""The way back to a reporter: the reports that one chat may open, and how such a way is
ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from anonymizer.shred import ShredJournal
from bot.address import Address
from bot.cases.sealing import CaseSealer, corpus
from bot.keys import Keys
from storage.port import Database, Write
from storage.repositories.outbox import Outbox
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.search import Search
from storage.repositories.steps import StepRow, Steps


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report with its key."""

    row: ReportRow
    key: bytes


class ReplyAddresses:
    """Reads are awaited; what ends a way comes back as writes, guarded by the reports'
    versions.
    """

    def __init__(
        self, database: Database, keys: Keys, files: CaseSealer, journal: ShredJournal
    ) -> None:
        self._keys, self._files, self._journal = keys, files, journal
        self._reports, self._steps = Reports(database), Steps(database)

    async def open(self, report: bytes) -> OpenReport | None:
        return self.opened(await self._reports.by_id(report))

    def opened(self, row: ReportRow | None) -> OpenReport | None:
        key = self._files.key(row)
        return OpenReport(row, key) if row and key else None

    async def of_stream(self, stream: bytes) -> OpenReport | None:
        return self.opened(await self._reports.by_stream(stream))

    async def of_handle(self, handle: str, to: Address) -> OpenReport | None:
        """The report of this handle, if it is this very chat that is told of it."""
        report = self._keys.pseudonyms.of_handle(handle)
        opened = await self.open(report) if report else None
        return (
            opened
            if opened and self._files.address(opened.row, opened.key) == to
            else None
        )

    def wishes(self, opened: OpenReport) -> dict[str, bool]:
        """What this reporter said about being told; see `Wish`."""
        wishes: dict[str, bool] = self._files.content(opened.row, opened.key).get(
            "wishes", {}
        )
        return wishes

    # ── the chain of one chat ─────────────────────────────────────────────────────────

    async def chain(self, to: Address) -> list[ReportRow]:
        """All reports that this chat may open, oldest first: by its tags 0, 1, 2 …
        until one is missing.
        """
        found: list[ReportRow] = []
        width = 2
        while True:
            numbers = range(len(found), len(found) + width)
            tags = [self._keys.pseudonyms.mine(to.channel, to.key, i) for i in numbers]
            for row in await asyncio.gather(
                *(self._reports.by_mine(tag) for tag in tags)
            ):
                if row is None:
                    return found
                found.append(row)
            width *= 2

    async def next_tag(self, to: Address | None) -> bytes | None:
        if to is None:
            return None
        return self._keys.pseudonyms.mine(to.channel, to.key, len(await self.chain(to)))

    # ── its end ───────────────────────────────────────────────────────────────────────

    async def unlink(self, *all: OpenReport) -> list[Write]:
        """No way leads from these reports to their chats any more; the chats' last tags
        close the gaps.
        """
        gone = {one.row.id for one in all}
        writes = [unlinked(one.row) for one in all]
        for to in {
            self._files.address(one.row, one.key)
            for one in all
            if one.row.mine is not None
        } - {None}:
            assert to is not None
            chain = await self.chain(to)
            left = sum(row.id not in gone for row in chain)
            holes = [row.mine for row in chain[:left] if row.id in gone]
            last = [row for row in chain[left:] if row.id not in gone]
            for row, tag in zip(last, holes, strict=True):
                writes.append(
                    Reports.change(
                        replace(row, version=row.version + 1, mine=tag), row.version
                    )
                )
        return writes

    async def forget_address(
        self, stream: bytes, to: Address | None = None
    ) -> list[Write]:
        """The chat of this stream, or this chat, is gone: its reports forget their
        address. The cases go on.

        Nothing is noted at the cases: equal times would tell that one person filed
        them.
        """
        opened = await self.of_stream(stream)
        to = (self._files.address(opened.row, opened.key) if opened else None) or to
        own = (
            [opened.row]
            if opened is not None and opened.row.address is not None
            else []
        )
        rows = {
            row.id: row for row in [*own, *(await self.chain(to) if to else [])]
        }.values()
        return [
            write
            for row in rows
            for write in (unlinked(row), Outbox.drop_stream(row.stream))
        ]

    async def shred(
        self, opened: OpenReport, own: Sequence[StepRow] | None = None
    ) -> list[Write]:
        """Key, words, pictures and the way back go. own: the steps of this report
        alone, where they are read.

        Raises: KeyringError, if it cannot be noted: then nothing is shredded.
        """
        # Journal first: after a crash in between, a restored backup shreds what was
        # asked to be shredded; the other way round it would bring it back. A digest too
        # many does no harm.
        await asyncio.to_thread(self._journal.add, opened.row.id)
        return [*await self.unlink(opened), *await self._emptied(opened, own)]

    async def shred_all(self, all: Sequence[OpenReport]) -> list[Write]:
        """The same for several in one commit: singly, two of one chat would move each
        other's tags.
        """
        if all:
            await asyncio.to_thread(self._journal.add, *(one.row.id for one in all))
        emptied = [write for one in all for write in await self._emptied(one)]
        return [*await self.unlink(*all), *emptied]

    async def _emptied(
        self, opened: OpenReport, own: Sequence[StepRow] | None = None
    ) -> list[Write]:
        own = await self._steps.of_report(opened.row.id) if own is None else own
        tokens = self._keys.search.tokens(self.corpus(opened, own))
        return [
            *Search.forget(opened.row.search_id, tokens),
            *Reports.shred(opened.row.id),
        ]

    def corpus(self, opened: OpenReport, own: Sequence[StepRow]) -> str:
        """All words of a report that can be searched."""
        said = [
            self._files.step(step, opened.key)[0]["text"]
            for step in own
            if step.kind == "supplemented"
        ]
        return corpus(self._files.content(opened.row, opened.key), said)


def unlinked(row: ReportRow) -> Write:
    return Reports.change(
        replace(row, version=row.version + 1, address=None, mine=None), row.version
    )
