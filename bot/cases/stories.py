"""What reporters read: their reports, by receipt or in the chat that filed them, and
the story of each. Changes nothing.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter

from anonymizer import receipts
from anonymizer.seal import Unsealable
from bot.address import Address
from bot.cases.addresses import ChainRow, ReplyAddresses
from bot.cases.heads import AuditHeads
from bot.cases.holds import HeldReports
from bot.cases.merged import PlacedStep, placed
from bot.cases.sealing import CaseSealer, OpenReport, answers
from bot.cases.writing import CaseWriter
from bot.hours import utc
from bot.keys import Keys
from dialogs.case.hold import local_day
from dialogs.case.story import Filed, Rating, Story, open_question, tell, visible
from dialogs.texts import text
from dialogs.words import KEPT_BACK, MyCase, OpenQuestion, Told
from storage.port import Database
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.holds import HoldRow, Holds
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import Ratings, StepRow, Steps

MERGED = "merged"  # kind of step


class ReporterStories:
    """Opens to a reporter what is theirs."""

    def __init__(
        self,
        database: Database,
        *,
        keys: Keys,
        files: CaseSealer,
        addresses: ReplyAddresses,
        writer: CaseWriter,
        held: HeldReports,
        heads: AuditHeads,
        now: Callable[[], datetime],
    ) -> None:
        self._receipt_key = keys.receipt
        self._files = files
        self._addresses = addresses
        self._writer = writer
        self._held = held
        self._heads = heads
        self._now = now
        self._cases, self._reports = Cases(database), Reports(database)
        self._holds = Holds(database)
        self._steps, self._ratings = Steps(database), Ratings(database)

    async def report_of(self, receipt: str) -> bytes | None:
        """The report behind a receipt, kept or destroyed as old; None if there is none,
        or it was forgotten. Raises: MalformedReceipt.
        """
        fingerprint = receipts.fingerprint(receipt, self._receipt_key)
        report, hold = await asyncio.gather(
            self._reports.by_receipt(fingerprint), self._holds.by_receipt(fingerprint)
        )
        row = report or hold
        return row.id if row else None

    async def by_handle(self, handle: str, to: Address) -> str | None:
        """The report (hex) that a push to this chat was about, as long as it is told
        there.
        """
        opened = await self._addresses.of_handle(handle, to)
        return opened.row.id.hex() if opened else None

    async def mine(self, to: Address) -> tuple[MyCase, ...]:
        """The reports that this chat filed and may open without a receipt, newest
        first.
        """
        rows = await self._addresses.chain(to)
        newest_first = sorted(reversed(rows), key=_filed, reverse=True)
        found = await asyncio.gather(*map(self._mine, newest_first))
        return tuple(case for case in found if case is not None)

    async def _mine(self, row: ChainRow) -> MyCase | None:
        return self._kept(row) if isinstance(row, HoldRow) else await self._my_case(row)

    def _kept(self, row: HoldRow) -> MyCase | None:
        try:
            opened = self._files.hold(row)
        except Unsealable:  # of what is kept back nothing is known but itself
            return None
        if opened is None:
            return None
        held = opened.held
        day = local_day(held.until, "zh")
        return MyCase(row.id.hex(), held.report.category, KEPT_BACK, day)

    async def asked_in_chat(self, to: Address, lang: str) -> tuple[OpenQuestion, ...]:
        """What is still open of what this chat was asked about the reports that it may
        open without a receipt, newest first.
        """
        chain = await self._addresses.chain(to)
        return await self._asked([row.id for row in chain], lang)

    async def asked_by_pushes(
        self, handles: Sequence[str], to: Address, lang: str
    ) -> tuple[OpenQuestion, ...]:
        """The same of the reports that pushes to this chat were about."""
        answers = (self._addresses.of_handle(handle, to) for handle in handles)
        found = await asyncio.gather(*answers)
        return await self._asked([one.row.id for one in found if one], lang)

    async def _asked(
        self, reports: Sequence[bytes], lang: str
    ) -> tuple[OpenQuestion, ...]:
        stories = await asyncio.gather(*map(self.of, dict.fromkeys(reports)))
        asked = [open_question(story, lang) for story in stories if story is not None]
        still_open = [one for one in asked if one is not None]
        still_open.sort(key=itemgetter(0), reverse=True)
        return tuple(question for _, question in still_open)

    async def _my_case(self, row: ReportRow) -> MyCase | None:
        opened = self._files.shown_report(row)
        case = await self._cases.by_id(row.case_id)
        if opened is None or case is None:
            return None
        category = self._files.shown_content(opened, case.category).category
        return MyCase(row.id.hex(), category, case.state, self._day(row.filed_hour))

    def _day(self, at: int) -> str:
        day = utc(at).astimezone(self._writer.terms.zone)
        return text("zh", "at.day", {"month": day.month, "day": day.day})

    async def told(self, report: bytes) -> Told | None:
        """The story of a report, filed or kept back; None once it is gone."""
        return await self.of(report) or await self._held.story(report)

    async def of(self, report: bytes) -> Story | None:
        """As its reporter may read it, what is damaged shown as such; None once
        forgotten.
        """
        row = await self._reports.by_id(report)
        opened = self._files.shown_report(row)
        if row is None or opened is None:
            return None
        own = await self._cases.by_id(row.case_id)
        content = self._files.shown_content(opened, own.category if own else "")
        filed_as = bytes.fromhex(content.case)
        rating, chain, own_steps, head = await asyncio.gather(
            self._ratings.of_report(report),
            self._merged_along(filed_as, report),
            self._steps.of_report(report),
            self._heads.quoted(filed_as, row.filed_hour),
        )
        known = {case.id for case, _ in chain}
        steps = [step for _, steps in chain for step in steps]
        for left in {step.case_id for step in own_steps} - known:
            steps += await self._said_in(left, report)
        steps.sort(key=lambda step: step.since)
        told = [
            self._files.told(step.row, opened)
            for step in steps
            if _visible(step.row, opened)
        ]
        mine = Filed(
            report=report.hex(),
            category=content.category,
            at=utc(opened.row.filed_hour),
            follows=opened.row.address is not None,
            rating=Rating(*answers(rating)) if rating else None,
            wishes=content.wishes,
            withdrawn=content.withdrawn,
            words=content.text,
        )
        last, _ = chain[-1]
        case = await self._writer.shown(last)
        story = tell(case, mine, told, self._now(), self._writer.terms)
        return replace(story, head=head)

    async def filing(self, report: bytes) -> tuple[bytes, int] | None:
        """The case (id) that a report was filed as, and in which hour; None once it is
        forgotten.
        """
        row = await self._reports.by_id(report)
        opened = self._files.shown_report(row)
        if row is None or opened is None:
            return None
        content = self._files.shown_content(opened, "")
        return bytes.fromhex(content.case), row.filed_hour

    async def _merged_along(
        self, case: bytes, report: bytes
    ) -> list[tuple[CaseRow, list[PlacedStep]]]:
        """The case, and those it was merged into, one after the other.

        What another case had behind it when this one joined it is not told: that is
        what others reported, and whoever reports the same would read it.
        """
        chain: list[tuple[CaseRow, list[PlacedStep]]] = []
        following: bytes | None = case
        joined = 0  # seconds since 1970 UTC
        while following is not None:
            row, steps = await asyncio.gather(
                self._cases.by_id(following), self._steps.of_case(following)
            )
            assert row is not None  # a foreign key
            told = [
                _not_before(joined, one, report)
                for one in placed(steps)
                if one.since >= joined or one.row.report_id == report
            ]
            chain.append((row, told))
            merges = [step.at for step in steps if step.kind == MERGED]
            joined = max([joined, *merges])
            following = row.merged_into
        return chain

    async def _said_in(self, case: bytes, report: bytes) -> list[PlacedStep]:
        """What was said by or to this reporter alone in a case that the report was
        taken out of: no word of it is lost, and nothing else is told of that case.
        """
        steps = placed(await self._steps.of_case(case))
        return [one for one in steps if one.row.report_id == report]


def _not_before(joined: int, step: PlacedStep, report: bytes) -> PlacedStep:
    """As it is told to who joined the case then; their own words keep their time."""
    if step.row.report_id == report:
        return step
    told = replace(step.row, at=max(step.row.at, joined))
    return PlacedStep(max(step.since, joined), told)


def _filed(row: ChainRow) -> float:
    """When; what is kept back is the newest of all."""
    return math.inf if isinstance(row, HoldRow) else row.filed_hour


def _visible(step: StepRow, opened: OpenReport) -> bool:
    of = step.report_id.hex() if step.report_id else None
    return visible(step.public, of, opened.row.id.hex())
