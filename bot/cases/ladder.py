"""一提醒、二通报、三处置: what the count proposes, what a supervisor decides, and the
paper for it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast

from bot.cases.casework import Casework
from bot.cases.sealed import SEALED_VERDICTS, SealedVerdict
from bot.hours import seconds, utc
from bot.keys import Keys
from bot.people.directory import Unit
from bot.people.member import CaseReader
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reports.papers import PAPER_NAMES, Counted, LadderPaper, ladder_document
from dialogs.case.ladder import Rung, year_before
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.worktime import day_of
from storage.port import Audit, Database, Stale
from storage.repositories.cases import Cases
from storage.repositories.rungs import RungRow, Rungs

refusals(
    ladder_for_supervisors="只有专线主管能决定。请看 jianfu staff list。",
    ladder_reason_missing="请写明理由：它会和决定一起留档。",
    ladder_own_unit="您是{unit}的人，须回避：请另一位主管决定。",
    ladder_decided="{case} 已经决定过了，不能再改。",
    ladder_waived="主管已决定不采取这一级，没有要签发的文书。",
    ladder_nothing="{alias} 没有查实，或承办单位不在名录里，没有要决定的。",
)
Verdict = Literal["taken", "waived"]
VERDICTS: dict[str, str] = {"taken": "采取", "waived": "不采取"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rung. at: the day of the finding; decision: None while it waits for a
    supervisor.
    """

    alias: str
    serial: str | None
    category: str
    unit: str
    rung: Rung
    at: date
    decision: Verdict | None
    by: str
    reason: str


class Ladder:
    """Counts propose, supervisors decide: nothing here acts on a unit by itself."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        casework: Casework,
        roster: Roster,
        register: UnitRegister,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._casework = casework
        self._roster = roster
        self._register = register
        self._now = now
        self._rungs, self._cases = Rungs(database), Cases(database)
        self._terms = casework.terms

    async def list(self, reader: CaseReader, unit: str | None = None) -> list[Proposal]:
        """What waits for a decision; with `unit` all of that unit, decided ones too.

        What is kept from the reader is not in it. Raises: Refusal.
        """
        if unit is None:
            rows = await self._rungs.proposed()
        else:
            registered = await self._register.get(unit)
            rows = await self._rungs.of_unit(bytes.fromhex(registered.id))
        found = await asyncio.gather(*(self._cases.by_id(row.case_id) for row in rows))
        cases = [case for case in found if case is not None]
        seen = await self._casework.conflict.visible(reader, cases)
        visible = {case.id for case in seen}
        shown = [row for row in rows if row.case_id in visible]
        return list(await asyncio.gather(*map(self._proposal, shown)))

    async def decide(
        self, case: str, verdict: Verdict, by: str, reason: str
    ) -> Proposal:
        """Raises: Refusal, also for who is no supervisor or belongs to the unit."""
        member = await self._roster.named(by)
        if member is None or not member.active or member.role != "supervisor":
            raise Refusal("ladder_for_supervisors")
        row = await self._row(case, member)
        if not reason.strip():
            raise Refusal("ladder_reason_missing")
        unit = await self._unit(row)
        if member.unit == unit.id or member.staff.name in unit.people:
            raise Refusal("ladder_own_unit", unit=unit.name)
        at, id = seconds(self._now()), bytes.fromhex(member.staff.id)
        said = SealedVerdict(by=member.staff.name, reason=reason.strip())
        sealed = SEALED_VERDICTS.seal(self._keys.staff, row.id, said)
        content = json.dumps({"rung": row.rung, "decision": verdict})
        try:
            await self._database.commit(
                [
                    Rungs.decide(row.id, verdict, at, id, sealed),
                    Audit(at, "ladder.decided", row.case_id, id, content),
                ]
            )
        except Stale:
            raise Refusal("ladder_decided", case=case) from None
        return await self._proposal(await self._row(case, member))

    async def document(self, case: str, reader: CaseReader) -> tuple[str, bytes]:
        """(file name, DOCX) of the rung's paper, a draft until it is decided. Raises:
        Refusal.
        """
        row = await self._row(case, reader)
        if row.decision == "waived":
            raise Refusal("ladder_waived")
        unit, until = await self._unit(row), self._day(row.at)
        start = year_before(until)
        others = await self._rungs.of_unit(row.unit_id)
        counted = [
            one for one in others if start < self._day(one.at) and one.at <= row.at
        ]
        paper = LadderPaper(
            rung=cast(Rung, row.rung),
            unit=unit.name,
            since=start + timedelta(days=1),
            until=until,
            counted=tuple(await asyncio.gather(*map(self._counted, counted))),
            taken=row.decision == "taken",
            drawn=day_of(self._now(), self._terms),
        )
        alias = (await self._proposal(row)).alias
        return f"{PAPER_NAMES[row.rung]}-{alias}.docx", ladder_document(paper)

    # ── rows ──────────────────────────────────────────────────────────────────────────

    async def _row(self, case: str, reader: CaseReader) -> RungRow:
        found = await self._casework.staff.find(case, reader)
        row = await self._rungs.by_case(found.id)
        if row is None:
            raise Refusal("ladder_nothing", alias=found.alias)
        return row

    async def _unit(self, row: RungRow) -> Unit:
        unit = await self._register.of(row.unit_id.hex())
        assert unit is not None  # a foreign key
        return unit

    async def _proposal(self, row: RungRow) -> Proposal:
        case, unit = await self._cases.by_id(row.case_id), await self._unit(row)
        assert case is not None  # a foreign key
        said = SealedVerdict(by="", reason="")
        if row.sealed:
            said = SEALED_VERDICTS.open(self._keys.staff, row.id, row.sealed)
        return Proposal(
            alias=case.alias,
            serial=case.serial,
            category=case.category,
            unit=unit.name,
            rung=cast(Rung, row.rung),
            at=self._day(row.at),
            decision=cast(Verdict | None, row.decision),
            by=said.by,
            reason=said.reason,
        )

    async def _counted(self, row: RungRow) -> Counted:
        case = await self._cases.by_id(row.case_id)
        assert case is not None  # a foreign key
        return Counted(case.serial or case.alias, case.category, self._day(row.at))

    def _day(self, at: int) -> date:
        return day_of(utc(at), self._terms)
