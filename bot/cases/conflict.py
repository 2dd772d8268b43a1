"""Whose eyes a case is kept from: the conflict rule, asked for people and cases as they
are stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from anonymizer.seal import Unsealable
from bot.cases.sealing import CaseSealer, OpenReport
from bot.keys import Keys
from bot.people.directory import plain
from bot.people.member import AtTheMachine, CaseReader, Member
from bot.people.register import UnitRegister
from bot.people.roster import Reached, Roster
from bot.reported import corpus
from dialogs.case.life import Case
from dialogs.case.roles import Role
from dialogs.categories import RETALIATION
from storage.port import Database
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import Notes, StepRow, Steps

AnyCase = TypeVar("AnyCase", Case, CaseRow)


class ConflictRule:
    """Wherever staff or a unit meet a case, this is asked first: lists, search, alerts,
    orders, exports.

    What was merged is one: who must not know of a part must not know of any of it.
    """

    def __init__(self, database: Database, keys: Keys, register: UnitRegister) -> None:
        self._files = CaseSealer(keys)
        self._register = register
        self._cases, self._reports = Cases(database), Reports(database)
        self._steps, self._notes = Steps(database), Notes(database)

    async def sees(self, member: Member, case: Case | CaseRow) -> bool:
        return bool(await self.among([member], case))

    async def among(
        self, members: Sequence[Member], case: Case | CaseRow
    ) -> list[Member]:
        """Those who may know of this case. It is only opened if somebody is of any unit
        at all.

        case: as it is to be where it is a `Case`: an order that gives it to a unit asks
        this before it is committed.
        """
        members = [member for member in members if _has_rank(member, case)]
        directory = await self._register.directory()
        if not any(map(directory.ties, members)):
            return members
        id = case.id if isinstance(case, CaseRow) else bytes.fromhex(case.id)
        family = await self._cases.family(id)
        row = next(row for row in family if row.id == id)
        has = _unit_of(case)
        try:
            now = self._files.case(row).with_assignment(unit_id=has)
            kept = self._kept_from(family)
            text = "\n".join(await asyncio.gather(*map(self._words, family)))
        except Unsealable:
            # whom it names is not known: nobody of any unit may see it
            return [member for member in members if not directory.ties(member)]
        given = {unit for one in (*family, case) if (unit := _unit_of(one))}
        return [
            member
            for member in members
            if not directory.conflict(member, now, text, given)
            and not directory.keeps_out(member, kept)
        ]

    def _kept_from(self, family: Iterable[CaseRow]) -> list[str]:
        """Units, as reporters named them, whose people must not see any of these."""
        return [name for row in family for name in self._files.case(row).keep_from]

    async def is_kept_from(
        self, unit: str, unit_id: str | None, *cases: CaseRow
    ) -> bool:
        """Whether a reporter of one of these, or of what was merged with it, does not
        want this unit to see it.

        unit: its name; unit_id: in the register, None for one that is not.
        """
        families = await asyncio.gather(*(self._cases.family(one.id) for one in cases))
        names = self._kept_from(row for family in families for row in family)
        if not names:
            return False
        directory = await self._register.directory()
        units = {one.id for name in names for one in directory.meant(name)}
        return unit_id in units or plain(unit) in map(plain, names)

    async def unnamed(self, members: Sequence[Member], case: Case) -> list[Member]:
        """Those who may know of this case and whom nobody named in it: what is said of
        a person does not go to that person.
        """
        members = await self.among(members, case)
        if not members:
            return []
        family = await self._cases.family(bytes.fromhex(case.id))
        try:
            said = await asyncio.gather(*map(self._reported, family))
        except Unsealable:
            return []
        text = plain("\n".join(said))
        return [one for one in members if plain(one.staff.name) not in text]

    async def _reported(self, row: CaseRow) -> str:
        """All that its reporters said."""
        reports = await self._reports.of_case(row.id)
        return "\n".join(await asyncio.gather(*map(self._said, reports)))

    async def sees_all(self, reader: CaseReader) -> bool:
        """Whether no case can be kept from this reader but by rank."""
        if isinstance(reader, AtTheMachine):
            return True
        directory = await self._register.directory()
        return not directory.ties(reader)

    async def visible(
        self, reader: CaseReader, cases: Sequence[AnyCase]
    ) -> list[AnyCase]:
        """Those of the cases that this reader may know of, in order."""
        cases = [case for case in cases if _has_rank(reader, case)]
        if isinstance(reader, AtTheMachine) or await self.sees_all(reader):
            return cases
        seen = await asyncio.gather(*(self.sees(reader, case) for case in cases))
        return [case for case, may in zip(cases, seen, strict=True) if may]

    async def open_to(self, members: Sequence[Member], case: bytes) -> bool:
        """Whether it may be named where all of these read it."""
        row = await self._cases.by_id(case)
        if row is None or row.category == RETALIATION:
            return False  # others, whom no roster has, may read it there too
        return len(await self.among(members, row)) == len(members)

    async def reach(
        self,
        roster: Roster,
        roles: Sequence[Role],
        case: Case | CaseRow,
        but: Collection[str] = (),
    ) -> Reached:
        """Accounts of the active members of these roles who may hear of this case; but:
        staff ids.
        """
        reached = await roster.reach(roles, but)
        may = {
            member.staff.id
            for member in await self.among([member for member, _ in reached], case)
        }
        return [(member, to) for member, to in reached if member.staff.id in may]

    async def _words(self, row: CaseRow) -> str:
        """All that was said in a case: by its reporters, by staff, by the units that
        had it.
        """
        reports, steps, notes = await asyncio.gather(
            self._reports.of_case(row.id),
            self._steps.of_case(row.id),
            self._notes.of_case(row.id),
        )
        said = await asyncio.gather(*map(self._said, reports))
        staff = [self._step(step, None) for step in steps if step.report_id is None]
        noted = [self._files.noted(note).text for note in notes]
        unit = self._files.case(row).assignment.unit or ""
        return "\n".join([unit, *said, *staff, *noted])

    async def _said(self, report: ReportRow) -> str:
        """Of one report: what was filed and added, and what staff said to this reporter
        alone.
        """
        opened = self._files.opened(report)
        if opened is None:
            return ""
        steps = await self._steps.of_report(report.id)
        said = [self._step(step, opened) for step in steps]
        return corpus(self._files.content(opened), said)

    def _step(self, step: StepRow, opened: OpenReport | None) -> str:
        params = self._files.step(step, opened).params
        return "\n".join(value for value in params.values() if isinstance(value, str))


def _unit_of(case: Case | CaseRow) -> str | None:
    """Id of the unit that has it, or had it until it is given to another."""
    if isinstance(case, Case):
        return case.assignment.last_unit_id
    return case.unit_id.hex() if case.unit_id else None


def _has_rank(reader: CaseReader, case: Case | CaseRow) -> bool:
    """What exists for supervisors alone is kept from all others, at the machine too."""
    return reader.role == "supervisor" or case.category != RETALIATION
