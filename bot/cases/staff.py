"""What staff and units order: find a case, decide by the rules, commit, tell the
reporters.

An order is a commit of its own, guarded by the case's version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from anonymizer.seal import Unsealable
from bot.cases.aliases import meant
from bot.cases.conflict import ConflictRule
from bot.cases.merged import MergedCases
from bot.cases.sealing import CaseSealer
from bot.cases.writing import CaseWriter, LoadedCase, audit, whole
from bot.hours import seconds
from bot.keys import Keys
from bot.people.directory import Directory
from bot.people.member import AtTheMachine, CaseReader, Member, staff_named
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.retry import retry_stale
from dialogs.case.deciding import decide
from dialogs.case.decisions import answer_due
from dialogs.case.life import Case, Staff
from dialogs.case.notices import ADDRESSEES, Rank
from dialogs.case.order_table import may, who_may
from dialogs.case.orders import (
    Assign,
    Decision,
    Merge,
    Order,
    Reply,
    StoryStep,
    Supervise,
    Undo,
    Unmerge,
    Whistle,
)
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.roles import OF_UNITS, ROLES
from storage.port import Broken, Changes, Database, Stale, Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.followups import Due
from storage.repositories.reports import Reports
from storage.repositories.steps import Notes

# what is said to reporters goes where they went, whichever name it is given under
FOLLOWING = (Reply, Undo)
# the step in the other case and its audit kind: persisted, never changed
ABSORBED = ("absorbed", "case.absorb")
SEPARATED = ("separated", "case.separate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Whom a case was given to. level: a key of LEVELS; due: by when it must answer;
    known: it is in the register; liaisons: names of those who will do it there.
    """

    unit: str
    level: str | None
    due: datetime | None
    known: bool
    liaisons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperRoute:
    """Whom a paper to a unit's leaders is for. rank: a key of RANKS; names: who leads
    the unit in it; reached: those of them whom a messenger brings it to.
    """

    rank: Rank
    names: tuple[str, ...]
    reached: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An order was carried out. order: with the unit's registered name; before: the
    case as it was; case: as it is now; told: how many reporters see it, by chat or by
    receipt: which of them left a chat is not told; handed: where it gave the case to a
    unit; into: where its reports went, or came back from; paper: which it wrote to the
    unit's leaders.
    """

    order: Order
    before: Case
    case: Case
    told: int
    handed: Handed | None = None
    into: Case | None = None
    paper: PaperRoute | None = None


Tell = Callable[[Outcome], Sequence[Write]]


class StaffCases:
    """All that staff and units change."""

    def __init__(
        self,
        database: Database,
        *,
        keys: Keys,
        files: CaseSealer,
        writer: CaseWriter,
        conflict: ConflictRule,
        register: UnitRegister,
        roster: Roster,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._files = files
        self._writer = writer
        self._conflict = conflict
        self._register = register
        self._roster = roster
        self._now = now
        self._cases = Cases(database)
        self._merged = MergedCases(database, files)

    async def find(self, name: str, reader: CaseReader) -> CaseRow:
        """A case by alias, by its code alone, or by serial. What is kept from the
        reader there is not.

        Raises: Refusal, if it is none or several.
        """
        rows = await asyncio.gather(*map(self._cases.find, meant(name)))
        found = await self._conflict.visible(reader, [row for row in rows if row])
        if len(found) > 1:
            aliases = "、".join(row.alias for row in found)
            raise Refusal("several_cases", name=name, aliases=aliases)
        if not found:
            raise _unknown(name)
        return found[0]

    async def order(
        self,
        name: str,
        order: Order,
        by: CaseReader,
        also: Sequence[Write] = (),
        *,
        instead: str | None = None,
        tell: Tell = lambda outcome: (),
    ) -> Outcome:
        """Carry out what `by` orders for a case, and push to its reporters, late enough
        to tell nothing.

        also: rows that go with it, in the same commit; tell: makes those that say what
        became of it, where the serial is not known yet. instead: see `decide`.
        Raises: Refusal, a sentence for staff; Stale, when others were faster five
        times; Broken, when it is not others that are in the way; Refusing.
        """
        if not may(by.role, order):
            raise Refusal("not_permitted", role=ROLES[by.role], who=who_may(order))
        seen: list[int] = []
        try:
            return await retry_stale(
                lambda: self._attempt(
                    name, order, by, also, seen, instead=instead, tell=tell
                )
            )
        except Unsealable:  # nothing is written over what may still be found again
            raise Refusal("damaged", name=name) from None
        except Stale as stale:
            if len(set(seen)) > 1:
                raise
            # nobody changed the case: what is in the way is ours, and stays
            raise Broken(f"no colleague is in the way: {stale}") from None

    async def _attempt(
        self,
        name: str,
        order: Order,
        by: CaseReader,
        also: Sequence[Write],
        seen: list[int],
        *,
        instead: str | None,
        tell: Tell,
    ) -> Outcome:
        """seen: the versions at which the case was read, together with the case that it
        is merged into or taken out of.

        Raises: Stale, when somebody changed the case since it was read.
        """
        case = await self._of(name, by)
        if isinstance(order, FOLLOWING):
            case = await self._where_it_went(case, by)
        into: LoadedCase | None = None
        if isinstance(order, Merge):
            into = await self._of(order.into, by)
        elif isinstance(order, Unmerge) and case.row.merged_into is not None:
            into = await self._where_it_went(case, by)
            case = await self._with_its_own(case, into)
        seen.append(case.row.version + (into.row.version if into else 0))
        at = whole(self._now())
        staff = self._staff(by)
        resolved, unit_id = await self._resolved(order, case.case)
        decision = decide(
            case.case,
            resolved,
            staff,
            at,
            self._writer.terms,
            into=into.case if into else None,
            role=by.role,
            unit_id=unit_id,
            instead=instead,
        )
        if not isinstance(order, Unmerge):  # who was shut out of it so stays shut out
            await self._check_kept_from(decision, case, into)
        changes = await self._changes(decision, case, into, by=staff, at=seconds(at))
        outcome = Outcome(
            order=resolved,
            before=case.case,
            case=decision.case,
            told=len({report for report, _ in decision.pushes}),
            handed=await self._handed(resolved, decision.case),
            into=decision.into,
            paper=await self._paper(resolved, decision.case),
        )
        await self._database.commit([*changes, *also, *tell(outcome)])
        serial = await self._serial(case.row, decision)
        return replace(outcome, case=replace(decision.case, serial=serial))

    async def _handed(self, order: Order, case: Case) -> Handed | None:
        """What who gave the case away is told of it: nobody finds out later that a unit
        has no one who looks. None where it was not given away.
        """
        if not isinstance(order, Assign | Whistle):
            return None
        given = case.assignment
        assert given.unit is not None  # it was given to one just now
        liaisons: tuple[str, ...] = ()
        if given.unit_id is not None:
            liaisons = await self._roster.liaisons(given.unit_id)
        return Handed(
            unit=given.unit,
            level=given.level,
            due=answer_due(case, self._writer.terms),
            known=given.unit_id is not None,
            liaisons=liaisons,
        )

    async def _paper(self, order: Order, case: Case) -> PaperRoute | None:
        """Where the order wrote one, whom it is for: a supervisor hears at once whether
        it goes by itself.
        """
        if not isinstance(order, Supervise):
            return None
        rank = ADDRESSEES["supervised"]
        directory = await self._register.directory()
        unit = directory.of(case.assignment.unit_id or "")
        names = tuple(one.name for one in unit.led_by(rank)) if unit else ()
        reached = await self._writer.alerts.leaders(rank, case)
        return PaperRoute(rank, names, reached)

    async def _where_it_went(self, case: LoadedCase, by: CaseReader) -> LoadedCase:
        """The case that has its reporters now, if it was merged. Raises: Refusal."""
        while case.row.merged_into is not None:
            row = await self._cases.by_id(case.row.merged_into)
            assert row is not None  # a foreign key
            case = await self._of(row.alias, by)
        return case

    async def _with_its_own(self, case: LoadedCase, joint: LoadedCase) -> LoadedCase:
        """A merged case as it is taken out again: with the reports that come back to
        it, what they wished meanwhile, and when they added something last.
        """
        reports = await self._merged.own_reports(case.row)
        wished = await self._merged.kept_from(reports)
        added = filter(None, (case.case.added, joint.case.added))
        own = replace(
            case.case,
            reports=tuple(one.id.hex() for one in reports),
            keep_from=tuple(dict.fromkeys([*case.case.keep_from, *wished])),
            added=max(added, default=None),
        )
        return replace(case, reports=reports, case=own)

    async def _check_kept_from(
        self, decision: Decision, case: LoadedCase, into: LoadedCase | None
    ) -> None:
        """No unit is given a case that its people must not see, be it by a merge.
        Nobody may decide otherwise: who asked for it relies on it. Raises: Refusal.
        """
        after = decision.into if into else decision.case
        unit = after.assignment.unit if after else None
        if after is None or unit is None:
            return
        if into is None and after.assignment == case.case.assignment:
            return  # it is given to nobody now
        rows = [one.row for one in (case, into) if one is not None]
        if await self._conflict.is_kept_from(unit, after.assignment.unit_id, *rows):
            code = "kept_from_merge" if into else "kept_from"
            raise Refusal(code, alias=case.case.alias, unit=unit)

    async def _of(self, name: str, by: CaseReader) -> LoadedCase:
        """The case of this name. A unit does not learn of cases that are not its own.
        Raises: Refusal.
        """
        case = await self._writer.load(await self.find(name, by))
        own = by.unit is not None and case.case.assignment.unit_id == by.unit
        if by.role in OF_UNITS and not own:
            raise _unknown(name)
        return case

    def _staff(self, by: CaseReader) -> Staff:
        match by:
            case Member(staff=staff):
                return staff
            case AtTheMachine(name=name):
                return staff_named(name, self._keys)

    async def _serial(self, row: CaseRow, decision: Decision) -> str | None:
        """The database gives it, inside the commit."""
        if not decision.serial:
            return row.serial
        written = await self._cases.by_id(row.id)
        return written.serial if written else None

    async def _resolved(self, order: Order, case: Case) -> tuple[Order, str | None]:
        """The order with the unit's registered name, and its id.

        Raises: Refusal with the names that look like it, where the register has no such
        unit and the order does not say that it knows so.
        """
        if not isinstance(order, Assign | Whistle):
            return order, None
        directory = await self._register.directory()
        if isinstance(order, Whistle) and not order.unit.strip():
            present = case.assignment.unit_id
            unit = directory.parent_of(present) if present else None
        else:
            unit = directory.find(order.unit)
        if unit is None and order.unit.strip() and not order.new:
            raise _not_registered(order.unit.strip(), directory)
        if unit is None:
            return order, None
        if isinstance(order, Whistle):
            return replace(order, unit=unit.name, level=unit.level), unit.id
        level = order.level or unit.level
        return replace(order, unit=unit.name, level=level), unit.id

    async def _changes(
        self,
        decision: Decision,
        case: LoadedCase,
        into: LoadedCase | None,
        *,
        by: Staff,
        at: int,
    ) -> Changes:
        id = case.row.id
        if decision.note is not None:
            note = self._files.note(id, at, by, decision.note)
            return [Notes.add(note), audit(decision, id, at, by)]
        owed = None
        if into is not None and case.row.merged_into is not None:
            owed = self._writer.owed_after_leaving(decision.case, into)
        changes = await self._moved(case, decision, by, at, owed)
        if into is None or decision.into is None:
            return changes
        comes_back = case.row.merged_into is not None
        step, kind = SEPARATED if comes_back else ABSORBED
        entry = StoryStep(step, {"text": case.row.alias}, public=False)
        of_other = Decision(decision.into, (entry,), audit=(kind, {}))
        changes += await self._moved(into, of_other, by, at)
        to = id if comes_back else into.row.id
        changes += [Reports.move_to_case(one.id, to) for one in case.reports]
        return changes

    async def _moved(
        self,
        case: LoadedCase,
        decision: Decision,
        by: Staff,
        at: int,
        owed: Due | None = None,
    ) -> Changes:
        steps = self._writer.steps(case, decision, at, by)
        return await self._writer.changes(
            case, decision, at=at, by=by, steps=steps, owed=owed
        )


refusals(damaged="{name}有内容损坏，打不开，现在改不了。请管理员运行 jianfu doctor。")


def _unknown(name: str) -> Refusal:
    """There is no such case, or it is kept from who asks: nobody can tell which."""
    return Refusal("unknown_case", name=name)


def _not_registered(name: str, directory: Directory) -> Refusal:
    near = directory.near(name)
    if near:
        return Refusal("unit_near", name=name, names="、".join(near), near=near)
    return Refusal("unit_unknown", name=name)
