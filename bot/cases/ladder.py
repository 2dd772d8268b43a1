"""一提醒、二通报、三处置: what the count proposes, what a supervisor decides, and the
paper for it.

Proposals are counted anew each time from the findings that stand. Where one of them is
withdrawn, a decision that rested on it is shown, and a supervisor takes it back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, cast

from anonymizer.seal import Unsealable
from bot.cases.casework import Casework
from bot.cases.sealed import SEALED_VERDICTS, SealedVerdict
from bot.cases.sealing import CaseSealer
from bot.hours import seconds, utc
from bot.keys import Keys
from bot.people.directory import Unit
from bot.people.member import CaseReader, Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reports.papers import (
    PAPER_NAMES,
    Counted,
    LadderPaper,
    ladder_paper,
)
from bot.reports.standings import standings_of
from bot.reports.templates import Filled, Templates
from bot.retry import retry_stale
from dialogs.case.bases import cited
from dialogs.case.ladder import RUNGS, LadderPlace, Rung, counted_since
from dialogs.case.refusals import Refusal, refusals
from dialogs.case.worktime import day_of
from storage.port import Audit, Database
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.reports import Reports
from storage.repositories.rungs import RungRow, Rungs

refusals(
    ladder_for_supervisors="只有专线主管能决定。请看 jianfu staff list。",
    ladder_reason_missing="请写明理由：它会和决定一起留档。",
    ladder_own_unit="您是{unit}的人，须回避：请另一位主管决定。",
    ladder_decided="{alias} 已经决定过了，不能再改。",
    ladder_waived="主管已决定不采取这一级，没有要签发的文书。",
    ladder_nothing="{alias} 没有查实，或承办单位不在名录里，没有要决定的。",
    ladder_counted="{alias} 已计入次数；处置建议这一期已经提过，不再重提。",
    ladder_withdrawn="{alias} 的结论已经改了，没有要决定、要签发的。",
    ladder_to_revoke="{alias} 的结论已经改了：发出的{paper}请收回，"
    "再用 jianfu ladder revoke 记下。",
    ladder_lowered="{alias} 之前有一件的结论改了，现在只够发{paper}："
    "请先用 jianfu ladder revoke 撤销原来的决定。",
    ladder_holds="{alias} 的决定还站得住，没有要撤销的。",
)
FINGERTIP = "fingertip"
Verdict = Literal["taken", "waived"]
VERDICTS: dict[str, str] = {"taken": "采取", "waived": "不采取"}
# open: waits for a supervisor; counted: it only counts, the last rung is proposed
# already; lowered: what was decided is more than the count now gives; withdrawn: the
# finding holds no longer, what was decided does; revoked: neither does
ProposalState = Literal["open", "counted", "decided", "lowered", "withdrawn", "revoked"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A finding, and what it comes to.

    rung: decided, else proposed, else None; number: which of its unit's findings it is,
    within the time that counts, None where it holds no longer; at: its day; later: how
    many findings after it came under its proposal; by, reason: of what was decided, or
    taken back.
    """

    alias: str
    serial: str | None
    category: str
    unit: str
    rung: Rung | None
    number: int | None
    at: date
    state: ProposalState
    later: int
    decision: Verdict | None
    by: str
    reason: str

    @property
    def waits(self) -> bool:
        """Whether a supervisor has something to do about it."""
        taken_for_nothing = self.state == "withdrawn" and self.decision == "taken"
        return self.state in ("open", "lowered") or taken_for_nothing


@dataclass(frozen=True, slots=True)
class _Found:
    """A row among all of its unit. standing: None where the finding is withdrawn."""

    row: RungRow
    standing: LadderPlace | None
    later: int

    @property
    def state(self) -> ProposalState:
        if self.standing is None:
            return "revoked" if self.row.decision is None else "withdrawn"
        if self.row.decision is None:
            return "counted" if self.standing.under else "open"
        return "lowered" if self._is_lowered(self.standing) else "decided"

    @property
    def rung(self) -> Rung | None:
        """Decided, else proposed."""
        if self.row.rung is not None:
            return cast(Rung, self.row.rung)
        return self.standing.proposed if self.standing else None

    @property
    def can_be_revoked(self) -> bool:
        return self.row.decision == "taken" and self.state in ("lowered", "withdrawn")

    def _is_lowered(self, standing: LadderPlace) -> bool:
        """Only what was taken is gone back on."""
        if self.row.decision != "taken" or self.row.rung is None:
            return False
        decided = RUNGS.index(cast(Rung, self.row.rung))
        return RUNGS.index(standing.reached) < decided


class Ladder:
    """Counts propose, supervisors decide: nothing here acts on a unit by itself."""

    def __init__(
        self,
        database: Database,
        *,
        keys: Keys,
        casework: Casework,
        roster: Roster,
        register: UnitRegister,
        templates: Templates,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keys = keys
        self._files = CaseSealer(keys)
        self._casework = casework
        self._roster = roster
        self._register = register
        self._templates = templates
        self._now = now
        self._rungs, self._cases = Rungs(database), Cases(database)
        self._reports = Reports(database)
        self._terms = casework.terms

    async def list(self, reader: CaseReader, unit: str | None = None) -> list[Proposal]:
        """What waits for a supervisor; with `unit` all of that unit, decided ones too.

        What is kept from the reader is not in it. Raises: Refusal.
        """
        if unit is None:
            rows = await self._rungs.all()
        else:
            registered = await self._register.get(unit)
            rows = await self._rungs.of_unit(bytes.fromhex(registered.id))
        ids = {row.case_id for row in rows}
        read = await asyncio.gather(*map(self._cases.by_id, ids))
        cases = [case for case in read if case is not None]
        seen = await self._casework.conflict.visible(reader, cases)
        visible = {case.id for case in seen}
        found = [one for one in self._among(rows) if one.row.case_id in visible]
        proposals = await asyncio.gather(*map(self._proposal, found))
        if unit is not None:
            return list(proposals)
        return [one for one in proposals if one.waits]

    async def decide(
        self, case: str, verdict: Verdict, by: str, reason: str
    ) -> Proposal:
        """Raises: Refusal, also for who is no supervisor or belongs to the unit."""
        return await retry_stale(lambda: self._decide(case, verdict, by, reason))

    async def _decide(
        self, case: str, verdict: Verdict, by: str, reason: str
    ) -> Proposal:
        """Raises: Stale, where somebody decided or found otherwise meanwhile."""
        member = await self._supervisor(by)
        found, alias = await self._of(case, member)
        self._check_undecided(found, alias)
        said = await self._said(found, member, reason)
        rung = found.rung
        assert rung is not None  # it is open
        decided = replace(
            found.row,
            rung=rung,
            decision=verdict,
            decided_at=seconds(self._now()),
            decided_by=bytes.fromhex(member.staff.id),
            sealed=SEALED_VERDICTS.seal(self._keys.staff, found.row.id, said),
        )
        noted = self._noted("ladder.decided", member, decided)
        await self._database.commit([Rungs.decide(decided), noted])
        return await self._again(decided)

    async def revoke(self, case: str, by: str, reason: str) -> Proposal:
        """Take back what was decided on a finding that holds no longer, or counts for
        less. Raises: Refusal, as `decide`, and where what was decided still holds.
        """
        return await retry_stale(lambda: self._revoke(case, by, reason))

    async def _revoke(self, case: str, by: str, reason: str) -> Proposal:
        """Raises: Stale, where somebody did so meanwhile."""
        member = await self._supervisor(by)
        found, alias = await self._of(case, member)
        if not found.can_be_revoked:
            raise Refusal("ladder_holds", alias=alias)
        said = await self._said(found, member, reason)
        sealed = SEALED_VERDICTS.seal(self._keys.staff, found.row.id, said)
        who = bytes.fromhex(member.staff.id)
        noted = self._noted("ladder.revoked", member, found.row)
        revoked = Rungs.revoke(found.row.id, who, sealed)
        await self._database.commit([revoked, noted])
        return await self._again(found.row)

    async def document(self, case: str, reader: CaseReader) -> tuple[str, Filled]:
        """(file name, DOCX) of the rung's paper, a draft until it is decided. Raises:
        Refusal.
        """
        found, alias = await self._of(case, reader)
        self._check_holds(found, alias)
        if found.row.decision == "waived":
            raise Refusal("ladder_waived")
        standing, rung = found.standing, found.rung
        assert standing is not None and rung is not None  # it holds
        unit, until = await self._unit(found.row), self._day(found.row.at)
        since = counted_since(until, self._terms.rules.ladder)
        known = {row.id: row for row in await self._rungs.of_unit(found.row.unit_id)}
        counted = [known[one.id] for one in standing.counted]
        paper = LadderPaper(
            rung=rung,
            unit=unit.name,
            since=since + timedelta(days=1),
            until=until,
            counted=tuple(await asyncio.gather(*map(self._counted, counted))),
            before=self._before(standing),
            taken=found.row.decision == "taken",
            drawn=day_of(self._now(), self._terms),
            circulate_to=self._templates.issuer.circulate_to,
        )
        filled = await asyncio.to_thread(self._templates.fill, ladder_paper(paper))
        return f"{PAPER_NAMES[rung]}-{alias}.docx", filled

    def _before(self, standing: LadderPlace) -> tuple[tuple[Rung, date], ...]:
        """What was decided to be done about the findings before this one, and when."""
        return tuple(
            (one.decided, day_of(one.decided_at, self._terms))
            for one in standing.taken_before
            if one.decided is not None and one.decided_at is not None
        )

    # ── what may be done ──────────────────────────────────────────────────────────────

    async def _supervisor(self, name: str) -> Member:
        member = await self._roster.named(name)
        if member is None or not member.active or member.role != "supervisor":
            raise Refusal("ladder_for_supervisors")
        return member

    async def _said(self, found: _Found, member: Member, reason: str) -> SealedVerdict:
        """What goes into the book. Raises: Refusal."""
        if not reason.strip():
            raise Refusal("ladder_reason_missing")
        unit = await self._unit(found.row)
        if member.unit == unit.id or member.staff.name in unit.people:
            raise Refusal("ladder_own_unit", unit=unit.name)
        return SealedVerdict(by=member.staff.name, reason=reason.strip())

    def _check_undecided(self, found: _Found, alias: str) -> None:
        self._check_holds(found, alias)
        if found.state == "decided":
            raise Refusal("ladder_decided", alias=alias)

    def _check_holds(self, found: _Found, alias: str) -> None:
        """What is shown or decided must not rest on what holds no longer."""
        match found.state:
            case "counted":
                raise Refusal("ladder_counted", alias=alias)
            case "lowered":
                assert found.standing is not None
                paper = PAPER_NAMES[found.standing.reached]
                raise Refusal("ladder_lowered", alias=alias, paper=paper)
            case "withdrawn" if found.row.decision == "taken":
                paper = PAPER_NAMES[found.row.rung or ""]
                raise Refusal("ladder_to_revoke", alias=alias, paper=paper)
            case "withdrawn" | "revoked":
                raise Refusal("ladder_withdrawn", alias=alias)

    def _noted(self, kind: str, member: Member, row: RungRow) -> Audit:
        return Audit(
            at=seconds(self._now()),
            kind=kind,
            about=row.case_id,
            by=bytes.fromhex(member.staff.id),
            content=json.dumps({"rung": row.rung, "decision": row.decision}),
        )

    # ── rows ──────────────────────────────────────────────────────────────────────────

    async def _of(self, case: str, reader: CaseReader) -> tuple[_Found, str]:
        """Of the case's findings the one that a supervisor has to do with, else the
        newest; and the case's alias. Raises: Refusal.
        """
        named = await self._casework.staff.find(case, reader)
        own = await self._rungs.of_case(named.id)
        if not own:
            raise Refusal("ladder_nothing", alias=named.alias)
        units = {row.unit_id for row in own}
        rows = await asyncio.gather(*map(self._rungs.of_unit, units))
        among = self._among([row for some in rows for row in some])
        known = {one.row.id: one for one in among}
        found = [known[row.id] for row in own if row.id in known]
        if not found:
            raise Refusal("ladder_nothing", alias=named.alias)
        waiting = [one for one in found if one.state == "open" or one.can_be_revoked]
        return (waiting or found)[-1], named.alias

    async def _again(self, row: RungRow) -> Proposal:
        """As it is after it was changed."""
        rows = await self._rungs.of_unit(row.unit_id)
        [found] = [one for one in self._among(rows) if one.row.id == row.id]
        return await self._proposal(found)

    def _among(self, rows: Sequence[RungRow]) -> Sequence[_Found]:
        """rows: all of each unit that is in it."""
        rule = self._terms.rules.ladder
        known = standings_of(rows, rule, self._casework.zone)
        later = _later(known)
        return [_Found(row, known.get(row.id), later.get(row.id, 0)) for row in rows]

    async def _unit(self, row: RungRow) -> Unit:
        unit = await self._register.of(row.unit_id.hex())
        assert unit is not None  # a foreign key
        return unit

    async def _case(self, row: RungRow) -> CaseRow:
        case = await self._cases.by_id(row.case_id)
        assert case is not None  # a foreign key
        return case

    async def _proposal(self, found: _Found) -> Proposal:
        row = found.row
        case, unit = await asyncio.gather(self._case(row), self._unit(row))
        said = SealedVerdict(by="", reason="")
        if row.sealed:
            with suppress(Unsealable):  # rung and decision stand in columns
                said = SEALED_VERDICTS.open(self._keys.staff, row.id, row.sealed)
        return Proposal(
            alias=case.alias,
            serial=case.serial,
            category=case.category,
            unit=unit.name,
            rung=found.rung,
            number=len(found.standing.counted) if found.standing else None,
            at=self._day(row.at),
            state=found.state,
            later=found.later,
            decision=cast(Verdict | None, row.decision),
            by=said.by,
            reason=said.reason,
        )

    async def _counted(self, row: RungRow) -> Counted:
        case = await self._case(row)
        bases = cited(
            self._terms.rules.bases.values(),
            case.category,
            self._day(case.opened_hour),
            electronic=await self._is_electronic(case),
        )
        name = case.serial or case.alias
        return Counted(name, case.category, self._day(row.at), bases)

    async def _is_electronic(self, case: CaseRow) -> bool:
        """Whether it is about an app, a group or the like. What is not known any more
        is not.
        """
        if case.category == FINGERTIP:
            return True
        opened = map(self._files.shown_report, await self._reports.of_case(case.id))
        said = [self._files.shown_content(one) for one in opened if one is not None]
        return any(FINGERTIP in one.also or one.kind is not None for one in said)

    def _day(self, at: int) -> date:
        return day_of(utc(at), self._terms)


def _later(known: Mapping[bytes, LadderPlace]) -> dict[bytes, int]:
    """How many findings came under the proposal of each."""
    found: dict[bytes, int] = {}
    for standing in known.values():
        if standing.under is not None:
            id = standing.under.id
            found[id] = found.get(id, 0) + 1
    return found
