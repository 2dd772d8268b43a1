"""What is kept no longer than the rules allow: what would go, and how it goes, audited
without content.

A case whose time is over keeps its skeleton (states, times, clocks, figures); the words
of reporters and of staff go, with the keys of its reports. Each case is one commit,
guarded by its version: killed in between, the next run goes on where rows still hold
something.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from anonymizer.keyring import KeyringError
from anonymizer.seal import Unsealable
from bot.cases.addresses import ReplyAddresses
from bot.cases.expired import (
    END_STATES,
    Expired,
    ExpiredTally,
    end_of_case,
    ended_at,
    total,
)
from bot.cases.writing import CaseWriter, LoadedCase, whole
from bot.hours import seconds, utc
from bot.retry import retry_stale
from bot.sweeps import EVERYWHERE, Sweep, Sweeps, marks_before
from dialogs.case.allowance import Allowance
from dialogs.case.follow import dues, ring
from dialogs.case.life import ENDED, Case
from dialogs.case.worktime import ONE_DAY, add
from storage.port import Audit, Changes, Database, Stale, Write
from storage.repositories.cases import Cases
from storage.repositories.retention import CaseContent, KeptContent

log = logging.getLogger(__name__)
LONGEST_DAY = timedelta(hours=25)  # when clocks go back


class Retention:
    """Construct once. `plan` reads only; `run` may go on in two processes at the same
    time.
    """

    def __init__(
        self,
        database: Database,
        writer: CaseWriter,
        addresses: ReplyAddresses,
        sweeps: Sequence[Sweep] = EVERYWHERE,
    ) -> None:
        """sweeps: what goes by itself; the bell sees to it while the hotline serves."""
        self._database = database
        self._writer = writer
        self._addresses = addresses
        self._kept = KeptContent(database)
        self._sweeps = Sweeps(database, sweeps)

    async def plan(self, now: datetime) -> list[Expired]:
        """What `run` would remove now, kind by kind. Changes nothing."""
        now = whole(now)
        tally = ExpiredTally()
        async for case, content in self._over(now):
            tally.case(case.case, content)
        async for case, content in self._pictured(now):
            tally.add("media", content.pictures, ended_at(case.case))
        await self._expired(now, tally)
        return tally.lines()

    async def run(self, now: datetime, *, serving: bool = False) -> list[Expired]:
        """Remove it, tidied away to the end; gives what went.

        serving: this process rings for drafts, and tells their writers.
        Raises: KeyringError, if a shredding cannot be noted; StorageError. What went by
        then is gone.
        """
        now = whole(now)
        tally = ExpiredTally()
        async for case, content in self._over(now):
            if await self._remove(case.row.id, now):
                tally.case(case.case, content)
        async for case, content in self._pictured(now):
            if await self._drop(case, content, now):
                tally.add("media", content.pictures, ended_at(case.case))
        if not serving:
            await self._expired(now, tally)
            await self._sweep(now)
        if total(tally.lines()):
            await self._database.tidy()
        return tally.lines()

    async def daily(self, now: datetime) -> None:
        """The same while serving, where nobody can be told that it failed. Raises:
        StorageError.
        """
        try:
            await self.run(now, serving=True)
        except KeyringError:
            log.error(
                "retention: the shred journal cannot be written, nothing was shredded"
            )

    async def writes(self, case: LoadedCase, at: int) -> Changes:
        """All words of a case go: what ringing "retain" adds to its commit.

        Raises: KeyringError, if the shredding cannot be noted: then nothing is
        shredded.
        """
        content = await self._kept.of_case(case.row.id)
        opened = self._writer.opened(case)
        counts = {
            "reports": content.reports[0],
            "pictures": content.pictures,
            "steps": content.steps[0],
            "notes": content.notes[0],
        }
        return [
            *await self._addresses.shred_all(opened),
            *KeptContent.empty(case.row.id),
            Audit(at, "case.retained", case.row.id, None, json.dumps(counts)),
        ]

    # ── cases ─────────────────────────────────────────────────────────────────────────

    async def _over(
        self, now: datetime
    ) -> AsyncIterator[tuple[LoadedCase, CaseContent]]:
        """Cases whose time is over and that still hold words."""
        days = self._writer.terms.rules.retention
        for what, states in END_STATES.items():
            before = seconds(now - days[what] * ONE_DAY + LONGEST_DAY)
            for id in await self._kept.with_content(
                [state.value for state in states], before
            ):
                case = await self._read(id)
                if case is None:
                    continue
                content = await self._kept.of_case(id)
                if self._is_over(case.case, content, now):
                    yield case, content

    async def _read(self, id: bytes) -> LoadedCase | None:
        """None where it is damaged: it keeps no other case."""
        try:
            return await self._writer.by_id(id)
        except Unsealable:
            log.error("retention: a case does not open, see jianfu doctor")
            return None

    def _is_over(self, case: Case, content: CaseContent, now: datetime) -> bool:
        terms = self._writer.terms
        if case.followup.retained:
            # something was noted afterwards: it has its own time
            days = terms.rules.retention[end_of_case(case)]
            return add(utc(content.latest), Allowance(days, "C"), terms) <= now
        due = dues(case, terms).get("retain")
        return due is not None and due <= now

    async def _remove(self, id: bytes, now: datetime) -> bool:
        """False where others are busy with the case: the next run comes."""
        try:
            return await retry_stale(lambda: self._removed(id, now))
        except Stale:
            return False
        except Unsealable:
            log.error("retention: a report does not open, see jianfu doctor")
            return False

    async def _removed(self, id: bytes, now: datetime) -> bool:
        """False where it was removed, reopened or added to this very moment."""
        case = await self._writer.by_id(id)
        content = await self._kept.of_case(id)
        if not content or not self._is_over(case.case, content, now):
            return False
        at = seconds(now)
        changes: Changes = [_touched(case)]
        decision = ring(case.case, "retain", now, self._writer.terms)
        if decision is not None:
            changes = await self._writer.changes(
                case, decision, at=at, by=None, steps=()
            )
        await self._database.commit([*changes, *await self.writes(case, at)])
        return True

    # ── pictures, which go before the words ───────────────────────────────────────────

    async def _pictured(
        self, now: datetime
    ) -> AsyncIterator[tuple[LoadedCase, CaseContent]]:
        """Closed cases whose pictures have had their time, and whose words have not."""
        days = self._writer.terms.rules.retention
        before = seconds(now - days["media"] * ONE_DAY + LONGEST_DAY)
        for id in await self._kept.with_pictures(
            [state.value for state in ENDED], before
        ):
            case = await self._read(id)
            if case is None:
                continue
            content = await self._kept.of_case(id)
            if self._pictures_over(case.case, now) and not self._is_over(
                case.case, content, now
            ):
                yield case, content

    def _pictures_over(self, case: Case, now: datetime) -> bool:
        terms, days = self._writer.terms, self._writer.terms.rules.retention
        added = case.added
        if added and add(added, Allowance(days["unread"], "C"), terms) > now:
            return False  # nobody may have seen what came last
        return add(ended_at(case), Allowance(days["media"], "C"), terms) <= now

    async def _drop(
        self, case: LoadedCase, content: CaseContent, now: datetime
    ) -> bool:
        """Not tried again: who changed the case this very moment finds its pictures
        gone the next day.
        """
        counts = json.dumps({"pictures": content.pictures})
        try:
            await self._database.commit(
                [
                    _touched(case),
                    KeptContent.drop_pictures(case.row.id),
                    Audit(
                        seconds(now),
                        "case.pictures_retained",
                        case.row.id,
                        None,
                        counts,
                    ),
                ]
            )
        except Stale:
            return False
        return True

    # ── what nobody sent ──────────────────────────────────────────────────────────────

    async def _sweep(self, now: datetime) -> None:
        """What the bell removes while the hotline serves."""
        days = self._writer.terms.rules.retention["drafts"]
        drafts = KeptContent.drop_drafts(seconds(now - days * ONE_DAY))
        await self._database.commit([drafts, *self._sweeps.writes(now)])

    async def _expired(self, now: datetime, tally: ExpiredTally) -> None:
        """How much of that there is."""
        days = self._writer.terms.rules.retention
        tally.add(
            "drafts", *await self._kept.drafts(seconds(now - days["drafts"] * ONE_DAY))
        )
        tally.add("media", *await self._kept.draft_pictures(seconds(now)))
        tally.add("inbox", *await self._kept.marks(marks_before(seconds(now))))


def _touched(case: LoadedCase) -> Write:
    """Of two processes that remove the same at once, one is stale."""
    return Cases.change(
        replace(case.row, version=case.row.version + 1), case.row.version
    )
