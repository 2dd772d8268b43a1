"""The way of a push: to reporters who wished to hear of this, late enough to tell
nothing, never at night.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cases.sealed import ReportContent
from bot.cases.sealing import CaseSealer, OpenHold, OpenReport
from bot.hours import seconds
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.settings import Settings
from dialogs.case.follow import WISH
from dialogs.case.pushes import addressed
from dialogs.case.story import is_rated
from dialogs.words import WISHES, Message
from storage.port import Database, Write
from storage.repositories.reports import ReportRow
from storage.repositories.steps import Steps

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

    async def letters(
        self,
        pushes: Sequence[tuple[str, Message]],
        reports: Sequence[ReportRow],
        closed: datetime | None,
    ) -> list[tuple[str, Write]]:
        """(report in hex, message) → (message's name, outbox row), each at a time of
        its own.

        closed: when the case was closed last; who has rated since is not asked whether
        it is solved.
        """
        if not pushes:
            return []
        rows = {report.id.hex(): report for report in reports}
        found = []
        for report, message in pushes:
            letter = await self._letter(rows[report], message, closed)
            if letter is not None:
                due = self._due(rows[report].id)
                found.append((message.name, self._outbox.put(letter, due)))
        return found

    async def _letter(
        self, row: ReportRow, message: Message, closed: datetime | None
    ) -> OutboxMessage | None:
        """None where no address was left, or this is not to be told."""
        opened = self._files.opened(row) if row.address is not None else None
        to = self._files.address(opened) if opened else None
        if opened is None or to is None:
            return None
        content = self._files.content(opened)
        if not await self._wished(message.name, opened, content, closed):
            return None
        spoken = addressed(message, self._handle(row.id))
        return self._outbox.letter(to, replace(spoken, lang=content.lang), row.stream)

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
        return [self._outbox.put(letter, self._due(row.id))]

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
        own = await self._steps.of_report(opened.row.id)
        told = [self._files.told(step, opened) for step in own]
        return is_rated(told, opened.row.id.hex(), closed)

    def _due(self, report: bytes) -> int:
        """Up to some minutes late, so that no chat tells by its clock who pressed a
        key; never at night.
        """
        spread = self._settings.push_delay_minutes * 60
        first = self._settings.quiet_hours.next_open(self._now())
        late = first + timedelta(seconds=self._jitter(spread + 1, report))
        return seconds(self._settings.quiet_hours.next_open(late))
