"""What a decision about a case writes, whoever caused it: rows, story, what it owes,
figures, messages.

All of it is one commit, guarded by the case's version.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.alerts import Alerts
from bot.cases.pushes import Pushes
from bot.cases.sealing import CaseSealer, OpenReport
from bot.hours import seconds, utc
from dialogs.case.figures import unit_figures
from dialogs.case.finding import is_found, stands_against
from dialogs.case.follow import dues
from dialogs.case.life import Case, Staff, State
from dialogs.case.orders import Decision
from dialogs.case.worktime import Terms
from storage.port import Audit, Changes, Database, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.clocks import ClockRow, Clocks
from storage.repositories.counts import Counts
from storage.repositories.followups import Due, Followups
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.rungs import RungRow, Rungs
from storage.repositories.unit_counts import UnitCounts

COUNTED_STEPS = {
    "accepted",
    "declined",
    "closed",
    "reopened",
    "merged",
}  # public steps in the month figures
# the one follow-up that is no function of its case: staff hear of news at a time drawn
# by lot
ALERT = "alert"
# who writes what no person wrote
THE_LINE = Staff("0" * 32, "专线")
CALLED_BACK = "push.called_back"  # the first of its two questions
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case as it is now, with all rows that change together with it. owed: its
    follow-ups.
    """

    row: CaseRow
    reports: Sequence[ReportRow]
    owed: Due
    case: Case


class CaseWriter:
    """Reads are awaited; what a decision changes comes back as writes."""

    def __init__(
        self,
        database: Database,
        files: CaseSealer,
        pushes: Pushes,
        alerts: Alerts,
        terms: Terms,
    ) -> None:
        self.terms = terms
        self._files = files
        self._pushes = pushes
        self.alerts = alerts
        self._cases, self._reports = Cases(database), Reports(database)
        self._clocks, self._followups = Clocks(database), Followups(database)
        self._rungs = Rungs(database)

    async def load(self, row: CaseRow) -> LoadedCase:
        """row: read before; what changed since makes the commit stale."""
        reports, lines, owed = await asyncio.gather(
            self._reports.of_case(row.id),
            self._clocks.of_case(row.id),
            self._followups.of_case(row.id),
        )
        return self.loaded(row, reports, lines, owed)

    def loaded(
        self,
        row: CaseRow,
        reports: Sequence[ReportRow],
        lines: Sequence[ClockRow],
        owed: Due,
    ) -> LoadedCase:
        return LoadedCase(row, reports, owed, self._files.case(row, reports, lines))

    async def shown(self, row: CaseRow) -> Case:
        """For the eyes alone: what of it is damaged hides nothing else."""
        reports, lines = await asyncio.gather(
            self._reports.of_case(row.id), self._clocks.of_case(row.id)
        )
        return self._files.shown_case(row, reports, lines)[0]

    async def by_id(self, id: bytes) -> LoadedCase:
        row = await self._cases.by_id(id)
        assert row is not None  # a foreign key
        return await self.load(row)

    def opened(self, case: LoadedCase) -> list[OpenReport]:
        """Its reports that are not forgotten."""
        return [one for one in map(self._files.opened, case.reports) if one is not None]

    def opening(self, row: CaseRow, case: Case, alert_at: int) -> list[Write]:
        """A new case. alert_at: when staff hear of it."""
        owed = owing(case, self.terms) | {ALERT: alert_at}
        return [
            *Cases.open(row),
            *self._files.add_lines(row.id, case.ledger, 0),
            *Followups.replace(row.id, {}, owed),
        ]

    async def changes(
        self,
        was: LoadedCase,
        decision: Decision,
        *,
        at: int,
        by: Staff | None,
        steps: Sequence[Write],
        owed: Due | None = None,
        changed_at: int | None = None,
    ) -> Changes:
        """at: seconds, the hour where a reporter caused it; steps: the writes of the
        decision's entries.

        owed: the follow-ups it leaves, where it is not the case alone that says so.
        """
        row, case = was.row, decision.case
        changes: Changes = [
            Cases.change(self._files.case_row(row, case, changed_at or at), row.version)
        ]
        if decision.serial:
            changes += Cases.give_serial(
                row.id, utc(at).astimezone(self.terms.zone).year
            )
        changes += self._files.add_lines(row.id, case.ledger, len(was.case.ledger))
        if owed is None:
            owed = owing(case, self.terms) | self._kept(was)
        changes += Followups.replace(row.id, was.owed, owed)
        changes += steps
        told, letters = await self._pushes.letters(decision, was.case, was.reports)
        changes += letters
        called_back = told.count(CALLED_BACK)
        changes += self._counted(was, decision, called_back, at)
        changes += await self._ladder(was, decision, at)
        for alert in decision.alerts:
            changes += await self.alerts.writes(alert, case)
        if decision.audit[0]:
            changes.append(audit(decision, row.id, at, by))
        return changes

    def owed_after_leaving(self, case: Case, joint: LoadedCase) -> Due:
        """What a case owes that is taken out of a joint one: staff hear of it, too,
        where news of the joint one are still to be told.
        """
        return owing(case, self.terms) | self._kept(joint)

    @staticmethod
    def _kept(was: LoadedCase) -> Due:
        return {ALERT: was.owed[ALERT]} if ALERT in was.owed else {}

    # ── figures ───────────────────────────────────────────────────────────────────────

    def _counted(
        self, was: LoadedCase, decision: Decision, called_back: int, at: int
    ) -> list[Write]:
        kinds = [
            entry.kind
            for entry in decision.entries
            if entry.kind in COUNTED_STEPS and entry.report is None
        ]
        if was.case.supervisors_only:
            return []  # no figure shows that it exists
        writes = [Counts.add(at, was.row.category, kind) for kind in kinds]
        figures = unit_figures(was.case, decision, self.terms)
        asked = {"called_back": called_back} if called_back else {}
        return [
            *writes,
            *self._merged_for_a_while(was, decision.case, at),
            *self._filed_elsewhere(was, decision.case, at),
            *self._of_unit(was.case, figures, self._month(at)),
            *self.asked_of_unit(was.case, asked, at),
        ]

    def _merged_for_a_while(self, was: LoadedCase, case: Case, at: int) -> list[Write]:
        """What is taken out in the month in which it was merged was not merged; months
        before have been told.
        """
        merged = self._merged_until_now(was, case)
        if merged is None or self._month(merged) != self._month(at):
            return []
        return [Counts.add(at, was.row.category, "merged", -1)]

    @staticmethod
    def _merged_until_now(was: LoadedCase, case: Case) -> int | None:
        """When it was merged, where it is taken out by this: that was the last thing
        that its reporters heard of it. Seconds since 1970 UTC.
        """
        came_back = was.case.state is State.MERGED and case.state is not State.MERGED
        told = was.case.followup.told
        return seconds(told) if came_back and told is not None else None

    def _filed_elsewhere(self, was: LoadedCase, case: Case, at: int) -> list[Write]:
        """A category that is corrected in the month of filing takes its figure along;
        those of earlier months have been told.
        """
        filed = was.row.opened_hour
        is_same = case.category == was.case.category
        if is_same or self._month(filed) != self._month(at):
            return []
        return [
            Counts.add(filed, was.case.category, "filed", -1),
            Counts.add(filed, case.category, "filed"),
        ]

    def asked_of_unit(
        self, case: Case, figures: Mapping[str, int], at: int
    ) -> list[Write]:
        """What reporters were asked and answered, counted in the month in which the
        case was closed: who was asked and who answered are the same people.

        What comes after the month that follows is not counted any more: those figures
        have been told by then.
        """
        closed = case.followup.closed or utc(at)
        first = closed.astimezone(self.terms.zone).replace(day=1)
        following = self._month(seconds(first + LONGEST_MONTH))
        if self._month(at) > following:
            return []
        return self._of_unit(case, figures, self._month(seconds(closed)))

    @staticmethod
    def _of_unit(case: Case, figures: Mapping[str, int], month: str) -> list[Write]:
        """Figures of the unit that has the case, if it is in the register."""
        if case.assignment.unit_id is None:
            return []
        unit = bytes.fromhex(case.assignment.unit_id)
        return [UnitCounts.add(month, unit, what, n) for what, n in figures.items()]

    async def _ladder(
        self, was: LoadedCase, decision: Decision, at: int
    ) -> list[Write]:
        """What was found anew takes the place of what was found before; a case that
        came back is found once more.
        """
        case = decision.case
        merged = self._merged_until_now(was, case)
        if merged is not None and (stood := await self._withdrawn(was, merged)):
            return [Rungs.restore(stood), self._substantiated(stood, 1)]
        if not is_found(was.case, case):
            return []
        against = stands_against(case)
        unit = bytes.fromhex(against) if against else None
        before = await self._rungs.standing(was.row.id, case.followup.rebounds)
        if before is not None and before.unit_id == unit:
            return []
        writes: list[Write] = []
        if before is not None:
            writes += [Rungs.withdraw(before, at), self._substantiated(before, -1)]
        if unit is not None:
            found = RungRow(
                id=secrets.token_bytes(16),
                unit_id=unit,
                case_id=was.row.id,
                round=case.followup.rebounds,
                at=at,
            )
            writes += [Rungs.add(found), self._substantiated(found, 1)]
        return writes

    async def _withdrawn(self, was: LoadedCase, at: int) -> RungRow | None:
        """The finding with a decision that was withdrawn at that very moment."""
        round = was.case.followup.rebounds
        rows = await self._rungs.of_case(was.row.id)
        found = (row for row in rows if row.round == round and row.withdrawn_at == at)
        return next(found, None)

    def _substantiated(self, found: RungRow, number: int) -> Write:
        """In the figures of the unit, in the month of the finding; -1: not any more."""
        month = self._month(found.at)
        return UnitCounts.add(month, found.unit_id, "substantiated", number)

    def _month(self, at: int) -> str:
        return f"{utc(at).astimezone(self.terms.zone):%Y-%m}"

    # ── steps ─────────────────────────────────────────────────────────────────────────

    def steps(
        self, was: LoadedCase, decision: Decision, at: int, by: Staff | None
    ) -> list[Write]:
        """The decision's entries; those for one reporter under the key of
        that report.
        """
        if not decision.entries:
            return []
        alone = {entry.report for entry in decision.entries if entry.report}
        keys = self._keys(was.reports, alone)
        return [
            self._files.add_step(entry, was.row.id, at, entry.by or by, keys)[1]
            for entry in decision.entries
        ]

    def _keys(
        self, reports: Sequence[ReportRow], wanted: Collection[str]
    ) -> dict[str, bytes]:
        rows = [row for row in reports if row.id.hex() in wanted]
        opened = filter(None, map(self._files.opened, rows))
        return {one.row.id.hex(): one.key for one in opened}


def owing(case: Case, terms: Terms) -> Due:
    """What a case owes by itself: kind → seconds since 1970 UTC."""
    return {kind: seconds(at) for kind, at in dues(case, terms).items()}


def audit(decision: Decision, case: bytes, at: int, by: Staff | None) -> Audit:
    kind, content = decision.audit
    return Audit(
        at, kind, case, bytes.fromhex(by.id) if by else None, json.dumps(content)
    )


def whole(at: datetime) -> datetime:
    """To the second, as the ledger has it."""
    return at.replace(microsecond=0)
