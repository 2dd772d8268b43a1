"""Whose eyes a case is kept from: the conflict rule, asked for people and cases as they are stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.casefile import CaseFiles, corpus
from bot.keys import Keys
from bot.roster import Member
from bot.units import Register
from dialogs.case.life import Case
from storage.port import Database
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import Steps


class Sight:
    """Wherever staff or a unit meet a case, this is asked first: lists, search, alerts, orders, exports."""

    def __init__(self, database: Database, keys: Keys, register: Register) -> None:
        self._files, self._register = CaseFiles(keys), register
        self._reports, self._steps = Reports(database), Steps(database)

    async def sees(self, member: Member, case: Case) -> bool:
        return bool(await self.among([member], case))

    async def among(self, members: Sequence[Member], case: Case) -> list[Member]:
        """Those who may know of this case. It is only opened if somebody is of any unit at all."""
        directory = await self._register.directory()
        text = await self._words(case) if any(map(directory.ties, members)) else ""
        return [member for member in members if not directory.conflict(member, case, text)]

    async def visible(self, member: Member, cases: Sequence[Case]) -> list[Case]:
        """Those of the cases that this person may know of, in order."""
        seen = await asyncio.gather(*(self.sees(member, case) for case in cases))
        return [case for case, may in zip(cases, seen, strict=True) if may]

    async def _words(self, case: Case) -> str:
        """All that its reporters said, merged ones too."""
        reports = await self._reports.of_case(bytes.fromhex(case.id))
        return "\n".join(await asyncio.gather(*map(self._said, reports)))

    async def _said(self, report: ReportRow) -> str:
        key = self._files.key(report)
        if key is None:
            return ""
        own = [step for step in await self._steps.of_report(report.id) if step.by is None]
        words = [self._files.step(step, key)[0].get("text", "") for step in own]
        return corpus(self._files.content(report, key), words)
