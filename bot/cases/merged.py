"""What was merged: which case has its reports now, and which of them come back to it
where it is taken out again.

Each report says in its sealed content as which case it was filed; that no merge
changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from bot.cases.sealing import CaseSealer
from dialogs.case.reactions import KEPT_FROM
from storage.port import Database
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import StepRow, Steps


class MergedCases:
    """Reads only."""

    def __init__(self, database: Database, files: CaseSealer) -> None:
        self._files = files
        self._cases = Cases(database)
        self._reports = Reports(database)
        self._steps = Steps(database)

    async def joint(self, row: CaseRow) -> CaseRow:
        """The case that has its reports: the last of those that it was merged into one
        after the other, itself where it was not.
        """
        while row.merged_into is not None:
            following = await self._cases.by_id(row.merged_into)
            assert following is not None  # a foreign key
            row = following
        return row

    async def own_reports(self, row: CaseRow) -> list[ReportRow]:
        """Those that the joint case has and that were filed as this case, or as one
        that was merged into it. Of what was forgotten nobody knows that any more.

        Raises: Unsealable, where one is damaged: whose it is, is not guessed.
        """
        joint = await self.joint(row)
        reports = await self._reports.of_case(joint.id)
        wanted = await self._parts(row)
        return [one for one in reports if self._filed_as(one) in wanted]

    async def _parts(self, row: CaseRow) -> set[str]:
        """The case and all that was merged into it, ids in hex."""
        found = {row.id.hex()}
        for part in await self._cases.merged_from(row.id):
            found |= await self._parts(part)
        return found

    def _filed_as(self, row: ReportRow) -> str | None:
        opened = self._files.opened(row)
        return self._files.content(opened).case if opened else None

    async def kept_from(self, reports: Sequence[ReportRow]) -> tuple[str, ...]:
        """Units that these reporters named whose people must not see it, whichever case
        had their report when they said so.
        """
        said = await asyncio.gather(
            *(self._steps.of_report(report.id) for report in reports)
        )
        named = [
            self._unit(step, report)
            for report, steps in zip(reports, said, strict=True)
            for step in steps
            if step.kind == KEPT_FROM
        ]
        return tuple(dict.fromkeys(named))

    def _unit(self, step: StepRow, report: ReportRow) -> str:
        opened = self._files.opened(report)
        return str(self._files.step(step, opened).params["unit"])


class PlacedStep(NamedTuple):
    """A step among those of other cases. since: when it happened, as far as its case
    tells (seconds since 1970 UTC): what a reporter did is dated to the hour.
    """

    since: int
    row: StepRow


def placed(steps: Sequence[StepRow]) -> list[PlacedStep]:
    """All steps of a case: none happened before the one above it."""
    times = accumulate((step.at for step in steps), max)
    return [PlacedStep(*pair) for pair in zip(times, steps, strict=True)]
