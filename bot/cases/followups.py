"""What is due rings: through the same guarded commit as an order, each item exactly
once, each case in order.

A ring changes its case, whose version guards the commit: of two processes that ring at
once one finds it stale, reads again, and nothing is due any more. Killed in between, a
round goes on where the rows say.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.addresses import ReplyAddresses
from bot.cases.retention import Retention
from bot.cases.sealing import OpenReport
from bot.cases.writing import ALERT, CaseWriter, LoadedCase, owing, whole
from bot.hours import seconds
from bot.logs import incident
from bot.retry import retry_stale
from dialogs.case.follow import LADDER, ring
from dialogs.case.life import FINISHED, Case, State
from dialogs.case.orders import Alert, Decision
from dialogs.case.worktime import Terms
from dialogs.words import WISHES
from storage.port import Broken, Changes, Database, Stale, StorageError, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.clocks import ClockRow, Clocks
from storage.repositories.followups import Due, Followups
from storage.repositories.reports import ReportRow, Reports

log = logging.getLogger(__name__)
CASES_A_PAGE = (
    256  # rows read at a time; the writer joins as many turns into one transaction
)
CASES_AT_A_STRETCH = 8  # cases decided in one go: a few milliseconds
MOST_RINGS = 64  # rings of one case in one round: more would be a circle
# that a case gets after a mistake of ours, or while all that is due must wait, so that
# it does not ring all day long
REST = timedelta(minutes=5)
# of one case, as stored
StoredCase = tuple[CaseRow, Sequence[ReportRow], Sequence[ClockRow], Due]
FORGETTING = {"forget", "forget_later"}
RETAINING = "retain"
# what cannot be undone: it waits while nobody knows what time it is
IRREVERSIBLE = frozenset({RETAINING, *FORGETTING, "breach", *LADDER})
ONLY_TOLD = {ALERT, "hear", "warn"}  # somebody is told; nothing of the case moves


@dataclass(frozen=True, slots=True)
class RungCase:
    """What one case did in a round. kinds: what rang, in order; owed: its follow-ups
    afterwards.
    """

    decision: Decision
    kinds: tuple[str, ...]
    owed: Due


@dataclass(frozen=True, slots=True)
class Ready:
    """A turn to write. case: its id; rang: how many items ring with it."""

    case: bytes
    rang: int
    changes: Changes


class FollowupRounds:
    """Construct once; `run` may go on in two processes at the same time."""

    def __init__(
        self,
        database: Database,
        writer: CaseWriter,
        addresses: ReplyAddresses,
        doubted: Callable[[datetime], bool] = lambda at: False,
    ) -> None:
        """doubted: whether the clock cannot be relied on at that time."""
        self._database = database
        self._writer = writer
        self._addresses = addresses
        self._cases, self._reports = Cases(database), Reports(database)
        self._clocks, self._followups = Clocks(database), Followups(database)
        self._retention = Retention(database, writer, addresses)
        self._doubted = doubted
        self._resting: dict[bytes, datetime] = {}  # since when

    async def run(self, at: datetime) -> int:
        """Ring all that is due by `at`; gives how many items rang.

        Raises: StorageError; what has rung by then stays, the rest rings the next time.
        """
        at = whole(at)
        self._resting = {
            id: since
            for id, since in self._resting.items()
            if since <= at < since + REST  # a clock that is put back ends it
        }
        rang = 0
        after = (-1, b"")
        writing: asyncio.Task[int] | None = None
        try:
            while page := await self._followups.due(seconds(at), after, CASES_A_PAGE):
                turns = await self._decided(await self._read(seconds(at), after), at)
                rang += await writing if writing else 0
                # the next page is read meanwhile
                writing = asyncio.create_task(self._written(turns, at))
                after = page[-1][2], page[-1][0]
            return rang + (await writing if writing else 0)
        finally:
            if writing is not None:
                await asyncio.wait([writing])

    async def _read(self, at: int, after: tuple[int, bytes]) -> list[StoredCase]:
        """The cases first: what changes while the rest is read makes the
        commit stale.
        """
        rows = await self._cases.in_round(at, after, CASES_A_PAGE)
        reports, lines, owed = await asyncio.gather(
            self._reports.of_round(at, after, CASES_A_PAGE),
            self._clocks.of_round(at, after, CASES_A_PAGE),
            self._followups.of_round(at, after, CASES_A_PAGE),
        )
        return [
            (row, reports.get(row.id, ()), lines.get(row.id, ()), owed.get(row.id, {}))
            for row in rows
            if row.id not in self._resting
        ]

    async def _decided(self, rows: Sequence[StoredCase], at: datetime) -> list[Ready]:
        found: list[Ready] = []
        for number, one in enumerate(rows):
            if number % CASES_AT_A_STRETCH == 0:
                await asyncio.sleep(0)  # others are served meanwhile
            try:
                case = self._writer.loaded(*one)
                if ready := await self._ready(case, at):
                    found.append(ready)
            except StorageError:
                raise
            except Exception as error:
                self._failed(one[0].id, at, error)
        return found

    async def _ready(self, case: LoadedCase, at: datetime) -> Ready | None:
        """Everything that is due for one case, as one turn; None where nothing is to be
        done.
        """
        waiting = IRREVERSIBLE if self._doubted(at) else frozenset()
        rung = rings(case.case, case.owed, at, self._writer.terms, waiting)
        if waiting and not rung.kinds:
            self._resting[case.row.id] = at
        if not rung.kinds and rung.owed == case.owed:
            return None
        return Ready(case.row.id, len(rung.kinds), await self._changes(case, rung, at))

    async def _written(self, turns: Sequence[Ready], at: datetime) -> int:
        rang = 0
        answers = await self._database.commit_each([turn.changes for turn in turns])
        for turn, answer in zip(turns, answers, strict=True):
            match answer:
                case None:
                    rang += turn.rang
                case Stale():
                    rang += await self._again(turn.case, at)
                case Broken():
                    self._failed(turn.case, at, answer)
                case _:
                    raise answer
        return rang

    async def _again(self, id: bytes, at: datetime) -> int:
        """Somebody was faster: read and decide anew. While others are busy with the
        case it rings the next time.
        """
        try:
            return await retry_stale(lambda: self._ring(id, at))
        except Stale:
            return 0
        except StorageError:
            raise
        except Exception as error:
            self._failed(id, at, error)
            return 0

    async def _ring(self, id: bytes, at: datetime) -> int:
        ready = await self._ready(await self._writer.by_id(id), at)
        if ready is None:
            return 0
        await self._database.commit(ready.changes)
        return ready.rang

    def _failed(self, id: bytes, at: datetime, error: Exception) -> None:
        incident(log, error, "ringing")
        self._resting[id] = at

    async def _changes(self, case: LoadedCase, rung: RungCase, at: datetime) -> Changes:
        if not rung.kinds:
            owed = Followups.replace(case.row.id, case.owed, rung.owed)
            return [Cases.unchanged(case.row.id, case.row.version), *owed]
        now = seconds(at)
        # its time is a reporter's: nothing but the alert shows it
        news = rung.kinds == (ALERT,)
        changes = await self._writer.changes(
            case,
            rung.decision,
            at=now,
            by=None,
            steps=self._writer.steps(case, rung.decision, now, None),
            owed=rung.owed,
            changed_at=case.row.changed_at if news else now,
        )
        if RETAINING in rung.kinds:  # with the keys the addresses are gone too
            changes += await self._retention.writes(case, now)
        elif not FORGETTING.isdisjoint(rung.kinds):
            changes += await self._forget(case, everybody="forget_later" in rung.kinds)
        return changes

    async def _forget(self, case: LoadedCase, everybody: bool) -> list[Write]:
        """No way leads to a chat any more, except to those who wished to be asked once
        more, later.
        """
        opened = self._writer.opened(case)
        if not everybody:
            opened = [one for one in opened if not self._later(one)]
        return await self._addresses.unlink(*opened)

    def _later(self, one: OpenReport) -> bool:
        """Whether this reporter wished to be asked once more, after 90 days."""
        return self._addresses.wishes(one).get("later", WISHES["later"])


# ── pure parts ────────────────────────────────────────────────────────────────────────


def rings(
    case: Case,
    owed: Due,
    at: datetime,
    terms: Terms,
    waiting: Collection[str] = (),
) -> RungCase:
    """Ring whatever is due, the longest due first, until nothing is. What is not due
    after all is set right.

    waiting: kinds that do not ring now, due or not; they stay owed.
    Raises: RuntimeError, if that does not end.
    """
    now, moved, left = seconds(at), case, dict(owed)
    told: list[Decision] = []
    kinds: list[str] = []
    while due := _due_by(now, left, waiting):
        kind = min(due)[1]
        decision = _news(moved) if kind == ALERT else ring(moved, kind, at, terms)
        del left[kind]
        if decision is None:
            continue
        moved = decision.case
        told.append(decision)
        kinds.append(kind)
        if len(kinds) > MOST_RINGS:
            raise RuntimeError("a case that never stops ringing")
        left = owing(moved, terms) | ({ALERT: left[ALERT]} if ALERT in left else {})
    if not kinds:
        kept = {ALERT: left[ALERT]} if ALERT in left else {}
        left = owing(case, terms) | kept
        if _due_by(now, left, waiting):
            raise RuntimeError("due, and yet it does not ring")
    return RungCase(_together(moved, case, told, kinds), tuple(kinds), left)


def _due_by(now: int, owed: Due, waiting: Collection[str]) -> list[tuple[int, str]]:
    return [
        (due_at, kind)
        for kind, due_at in owed.items()
        if due_at <= now and kind not in waiting
    ]


def _news(case: Case) -> Decision:
    """Staff hear of a new case, or that its reporter did something."""
    if case.state in FINISHED:
        return Decision(case)
    name = "new_case" if case.state is State.FILED and case.added is None else "news"
    return Decision(case, alerts=(Alert("staff", name, urgent=case.urgent),))


def _together(
    case: Case, was: Case, told: Sequence[Decision], kinds: Sequence[str]
) -> Decision:
    """One decision of several, in their order; the audit line names what rang, if it
    was more than words.
    """
    audited = [kind for kind in kinds if kind not in ONLY_TOLD]
    states = {"from": was.state.value, "to": case.state.value}
    return Decision(
        case,
        tuple(entry for one in told for entry in one.entries),
        tuple(push for one in told for push in one.pushes),
        ("case.rang", {"rang": audited} | states) if audited else ("", {}),
        alerts=tuple(alert for one in told for alert in one.alerts),
    )
