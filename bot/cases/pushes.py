"""The way of a push: to reporters who wished to hear of this, late enough to tell
nothing, together with what else happens in these minutes, never at night.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from anonymizer.seal import Unsealable
from bot.address import Address
from bot.cases.sealing import CaseSealer, OpenHold, OpenReport
from bot.hours import seconds
from bot.outbox.bursts import Burst, out_by
from bot.outbox.messages import OutboxMessages
from bot.reported import ReportContent
from bot.settings import Settings
from dialogs.case.follow import WISH
from dialogs.case.life import Case, State
from dialogs.case.orders import Decision
from dialogs.case.pushes import ASKING, addressed, asking
from dialogs.case.story import OpenedStep, is_rated, questions_since_answer
from dialogs.words import WISHES, Message
from storage.port import Database, Write
from storage.repositories.outbox import Outbox, OutboxRow
from storage.repositories.reports import ReportRow
from storage.repositories.steps import Steps

log = logging.getLogger(__name__)
Jitter = Callable[
    [int, bytes], int
]  # (how many, of which report) → 0 up to, not including, so many


def random_jitter(numbers: int, report: bytes) -> int:
    """How late a push or an alert goes out, in seconds: nobody can know it
    beforehand.
    """
    return secrets.randbelow(numbers)


class Pushes:
    """Makes the messages; whether a reporter left an address and what was wished is
    sealed with the report.
    """

    def __init__(
        self,
        database: Database,
        *,
        files: CaseSealer,
        outbox: OutboxMessages,
        settings: Settings,
        now: Callable[[], datetime],
        handle: Callable[[bytes], str],
        jitter: Jitter,
    ) -> None:
        """handle: of a report, see `Pseudonyms.handle`."""
        self._files = files
        self._outbox = outbox
        self._settings = settings
        self._now = now
        self._handle = handle
        self._jitter = jitter
        self._steps = Steps(database)
        self._rows = Outbox(database)

    async def letters(
        self, decision: Decision, was: Case, reports: Sequence[ReportRow]
    ) -> tuple[list[str], list[Write]]:
        """The names of the decision's pushes that are told, and what puts them into the
        outbox, at a time of each report's own.

        was: the case before; reports: all of it. Of an urgent case nothing waits for
        what may follow.
        """
        rows = {report.id.hex(): report for report in reports}
        by_report: dict[str, list[Message]] = {}
        for report, message in decision.pushes:
            by_report.setdefault(report, []).append(message)
        names: list[str] = []
        writes: list[Write] = []
        for report, messages in by_report.items():
            row = rows[report]
            letters = await self._of_report(row, messages, decision.case, was)
            if letters:
                names += [message.name for _, message in letters]
                urgent = decision.case.urgent
                writes += await self._posted(row, letters, urgent=urgent)
        return names, writes

    async def _of_report(
        self, row: ReportRow, messages: Sequence[Message], case: Case, was: Case
    ) -> list[tuple[Address, Message]]:
        """To whom, and what of it; nothing where no address was left, or this is not to
        be told. Who has rated since it was closed is not asked whether it is solved.
        """
        try:
            opened = self._files.opened(row) if row.address is not None else None
            to = self._files.address(opened) if opened else None
            content = self._files.content(opened) if opened else None
        except Unsealable:
            log.error(
                "a reporter is not told: the report is damaged, see jianfu doctor"
            )
            return []
        if opened is None or to is None or content is None:
            return []
        closed = case.followup.closed
        told: list[tuple[Address, Message]] = []
        for message in messages:
            if not await self._wished(message.name, opened, content, closed):
                continue
            if message.name in ASKING and was.state is State.WAITING:
                message = asking(message, await self._questions(opened) + 1)
            spoken = addressed(message, self._handle(row.id))
            told.append((to, replace(spoken, lang=content.lang)))
        return told

    async def _questions(self, opened: OpenReport) -> int:
        """How many this reporter has been asked already and not answered."""
        own = await self._own_steps(opened)
        return questions_since_answer(own, opened.row.id.hex())

    async def _posted(
        self,
        row: ReportRow,
        letters: Sequence[tuple[Address, Message]],
        *,
        urgent: bool,
    ) -> list[Write]:
        """All of them wait for each other, and what waits already for them."""
        now = seconds(self._now())
        at_once = urgent or any(message.name in ASKING for _, message in letters)
        waiting = await self._rows.waiting(row.stream, now)
        burst, due = self._timed(row, waiting, now, at_once=at_once)
        writes = [Outbox.move_waiting(row.stream, now, due)] if waiting else []
        for to, message in letters:
            letter = OutboxMessages.letter(to, message, row.stream, burst)
            writes.append(self._outbox.put(letter, due))
        return writes

    def _timed(
        self, row: ReportRow, waiting: Sequence[OutboxRow], now: int, *, at_once: bool
    ) -> tuple[Burst, int]:
        """What a push of this report waits for, and when it goes. waiting: what of it
        waits already; times in seconds since 1970 UTC.
        """
        before = self._burst_of(waiting)
        if before is None:
            burst = self._new_burst(row.id, now, at_once=at_once)
            return burst, self._due(burst, now)
        burst = replace(before, at_once=before.at_once or at_once)
        due = self._due(burst, now)
        if burst.at_once:
            due = min(due, waiting[-1].due_at)
        return burst, due

    def _new_burst(self, report: bytes, now: int, *, at_once: bool) -> Burst:
        spread = self._settings.push_delay_minutes * 60
        return Burst(now, self._jitter(spread + 1, report), at_once)

    def _due(self, burst: Burst, now: int) -> int:
        gather = self._settings.push_gather_minutes * 60
        return burst.due(now, gather, self._settings.quiet_hours)

    def out_by(self, since: int) -> int:
        """By when a push that was ordered then has gone out; see `out_by`."""
        late = self._settings.push_delay_minutes * 60
        return out_by(since, late, self._settings.quiet_hours)

    def _burst_of(self, waiting: Sequence[OutboxRow]) -> Burst | None:
        """What the rows wait for; None where they are older than bursts, or no key
        opens them.
        """
        for row in waiting:
            try:
                burst = self._outbox.open(row).burst
            except Unsealable:
                continue
            if burst is not None:
                return burst
        return None

    def to_holder(self, opened: OpenHold, message: Message) -> list[Write]:
        """To the reporter of a report that is kept back; none where no address was
        left.
        """
        to = self._files.address(opened)
        if to is None:
            return []
        row = opened.row
        spoken = addressed(message, self._handle(row.id))
        letter = self._outbox.letter(to, spoken, row.stream)
        alone = self._new_burst(row.id, seconds(self._now()), at_once=True)
        return [self._outbox.put(letter, self._due(alone, alone.since))]

    async def _wished(
        self,
        name: str,
        opened: OpenReport,
        content: ReportContent,
        closed: datetime | None,
    ) -> bool:
        wish = WISH.get(name)
        if wish is None:
            return True
        if wish == "callback" and await self._rated(opened, closed):
            return False  # it is known already: nobody asks again
        return content.wishes.get(wish, WISHES[wish])

    async def _rated(self, opened: OpenReport, closed: datetime | None) -> bool:
        told = await self._own_steps(opened)
        return is_rated(told, opened.row.id.hex(), closed)

    async def _own_steps(self, opened: OpenReport) -> list[OpenedStep]:
        own = await self._steps.of_report(opened.row.id)
        return [self._files.told(step, opened) for step in own]
