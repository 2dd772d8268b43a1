"""Random lives of cases, and a book of the ladder and of the units' figures that is
kept beside the program, from what was done.

Nothing of the program's own counting is used here: the rules stand in words of their
own. `World.step` does one thing at random and compares.
"""

from __future__ import annotations

import random
from collections import Counter as Tally
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.cases.followups import FollowupRounds
from bot.cases.ladder import Ladder, Proposal, Verdict
from bot.desk.refused import TERMINAL, worded
from bot.people.directory import NewUnit
from bot.people.member import AtTheMachine
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reports.templates import Issuer, Templates
from dialogs.case.clock import read
from dialogs.case.deciding import decide
from dialogs.case.life import Case, Staff, State
from dialogs.case.order_row import Field, OrderRow
from dialogs.case.order_table import BY_NAME, ORDERS, possible
from dialogs.case.orders import (
    Assign,
    Claim,
    CorrectFinding,
    Find,
    GrantExtend,
    Order,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.words import (
    Forget,
    Held,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Withdraw,
)
from storage.repositories.statistics import Statistics
from tests.bot.counter import Counter

BEIJING = ZoneInfo("Asia/Shanghai")
UNITS = {
    "甲街道办事处": "subdistrict",
    "乙街道办事处": "subdistrict",
    "丙区民政局": "district",
    "丁市数据局": "city",
}
UNKNOWN_UNIT = "某临时专班"
CHIEF = "沈主管"
ENDED = ("closed", "callback", "look_back")
OPENED_AGAIN = (*ENDED, "declined", "withdrawn")
VERDICTS: tuple[Verdict, ...] = ("taken", "waived")
RUNGS = ("remind", "circulate", "sanction")
COMPARED = ("returned", "closed", "substantiated", "due")
# how likely an order is drawn, where it is not 1
WEIGHTS = {
    "accept": 8,
    "assign": 8,
    "answer": 8,
    "find": 10,
    "close": 4,
    "reopen": 5,
    "merge": 0.7,
    "decline": 0.3,
    "rectify": 2,
    "return": 0.7,
    "note": 0.2,
    "reply": 0.2,
    "claim": 0.3,
    "release": 0.3,
    "ask": 0.6,
    "wait": 0.6,
    "resume": 4,
}
REACTIONS: dict[Any, float] = {
    Reopen: 4,
    Rebound: 6,
    Supplement: 1,
    Rate: 2,
    Held: 1,
    Withdraw: 0.4,
    Forget: 0.2,
}


@dataclass
class Finding:
    """Against a unit. at: when; verdict, decided: of the supervisor, and the rung."""

    alias: str
    unit: str
    at: datetime
    standing: bool = True
    verdict: str | None = None
    decided: str | None = None
    revoked: bool = False


@dataclass
class Twin:
    """What the book knows of a case. handed: when its unit got it; dispatched: the
    same, or since when another date is promised; late: it was late with its answer
    since, and counted so; unit: in the register, None for another.
    """

    alias: str
    reports: list[str]
    urgent: bool
    unit: str | None = None
    rebounds: int = 0
    returns: int = 0
    handed: datetime | None = None
    dispatched: datetime | None = None
    there_late: bool = False  # it was not there in time, whatever came of it
    late: bool = False
    merge: MergeNote | None = None


@dataclass
class MergeNote:
    """How a case was merged. since: when its unit's time began, which waits; decided:
    the finding that was withdrawn by it and that a supervisor had decided.
    """

    into: str
    at: datetime
    since: datetime | None
    decided: Finding | None


@dataclass
class Book:
    """All that is counted, from what was done."""

    twins: dict[str, Twin] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    current: dict[tuple[str, int], Finding] = field(default_factory=dict)
    filed_as: dict[str, str] = field(default_factory=dict)  # report → alias
    said: Tally[str] = field(default_factory=Tally)  # supplements of a report
    figures: Tally[tuple[str, str, str]] = field(default_factory=Tally)
    counted: Tally[tuple[str, str]] = field(default_factory=Tally)

    def count(self, unit: str | None, what: str, at: datetime, n: int = 1) -> None:
        """unit: None for one that is not in the register."""
        if unit is not None:
            self.figures[month(at), unit, what] += n

    def find(self, twin: Twin, against: str | None, at: datetime) -> None:
        """against: the unit found at fault, None where none is, of those registered."""
        key = (twin.alias, twin.rebounds)
        before = self.current.get(key)
        if before is not None and before.unit == against:
            return
        if before is not None:
            del self.current[key]
            before.standing = False
            self.count(before.unit, "substantiated", before.at, -1)
            if before.verdict is None:
                self.findings.remove(before)
        if against is not None:
            found = Finding(twin.alias, against, at)
            self.current[key] = found
            self.findings.append(found)
            self.count(against, "substantiated", at)

    def joint(self, twin: Twin) -> Twin:
        """The case that has its reports now."""
        while twin.merge is not None:
            twin = self.twins[twin.merge.into]
        return twin

    def is_part(self, alias: str, of: str) -> bool:
        """Whether a case is this one, or was merged into it."""
        while alias != of:
            merge = self.twins[alias].merge
            if merge is None:
                return False
            alias = merge.into
        return True

    def numbers(self, unit: str) -> list[tuple[Finding, int, str | None]]:
        """Each standing finding of a unit with how many it is and what is proposed."""
        found: list[tuple[Finding, int, str | None]] = []
        own = [one for one in self.findings if one.unit == unit and one.standing]
        for one in sorted(own, key=lambda one: one.at):
            within = [
                other
                for other, _, _ in found
                if number_of(one.at) - 10_000 < number_of(other.at)
            ]
            number = len(within) + 1
            rung: str | None = RUNGS[min(number, 3) - 1]
            carried = [
                other
                for other, _, proposed in found
                if other in within and "sanction" in (other.decided, proposed)
            ]
            if rung == "sanction" and carried and one.verdict is None:
                rung = None
            found.append((one, number, one.decided or rung))
        return found

    def ladder(self, unit: str) -> list[tuple[str, str, int | None, str | None]]:
        """(alias, state, number, rung) of all of a unit, as a supervisor reads it."""
        shown: list[tuple[str, str, int | None, str | None]] = []
        for one, number, rung in self.numbers(unit):
            state = "decided" if one.verdict else "open"
            if rung is None:
                state = "counted"
            reached = RUNGS[min(number, 3) - 1]
            decided = one.decided or reached
            if one.verdict == "taken" and RUNGS.index(reached) < RUNGS.index(decided):
                state = "lowered"
            shown.append((one.alias, state, number, rung))
        for one in self.findings:
            if one.unit == unit and not one.standing:
                state = "revoked" if one.revoked else "withdrawn"
                shown.append((one.alias, state, None, one.decided))
        return sorted(shown, key=str)


def month(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m}"


def number_of(at: datetime) -> int:
    """Year, month and day in one number: a year ago is 10,000 less."""
    return int(f"{at.astimezone(BEIJING):%Y%m%d}")


def at_unit(case: Case, state: str) -> bool:
    """Whether it is there, or waits there."""
    return (case.asked_in or case.state).value == state


class World:
    """A hotline with four units, and as many cases as are filed."""

    def __init__(self, counter: Counter, seed: int) -> None:
        self.counter = counter
        self.dice = random.Random(seed)
        self.book = Book()
        self.chats = 0
        self.done: Tally[str] = Tally()
        now = lambda: counter.at  # noqa: E731
        self.register = UnitRegister(counter.database, counter.keys, now)
        self.roster = Roster(counter.database, counter.keys, now)
        casework = counter.casework
        self.rounds = FollowupRounds(
            counter.database, casework.writer, casework.addresses
        )
        self.ladder = Ladder(
            counter.database,
            keys=counter.keys,
            casework=casework,
            roster=self.roster,
            register=self.register,
            templates=Templates(Issuer("减负专线", "减负专线")),
            now=now,
        )
        self.statistics = Statistics(counter.database)
        self.names: dict[bytes, str] = {}

    async def open(self) -> None:
        parent = None
        for name, level in reversed(UNITS.items()):
            unit = await self.register.add(NewUnit(name, level, parent))
            self.names[bytes.fromhex(unit.id)] = name
            parent = name if level in ("city", "district") else parent
        await self.roster.add(CHIEF, "supervisor")

    async def live(self, cases: int, steps: int) -> None:
        """So many lives, each of about so many steps, in any order."""
        for _ in range(cases):
            await self.files()
            for _ in range(steps):
                await self.step()
        await self.compare_ladder()
        await self.compare_stories()

    async def step(self) -> None:
        """One thing happens, and all is compared."""
        self.counter.later(seconds=self.dice.randint(1, 4000))
        deed = self.dice.choices(
            (self.ordered, self.reacted, self.waited, self.supervised),
            (16, 4, 1.5, 3),
        )[0]
        before = self.ladder_was_touched()
        await deed()
        await self.compare()
        if self.ladder_was_touched() != before:
            await self.compare_ladder()

    def ladder_was_touched(self) -> int:
        """How often anything was done that may move a rung."""
        moving = ("find", "merge", "unmerge", "decided", "revoked")
        return sum(self.done[name] for name in moving)

    # ── what happens ──────────────────────────────────────────────────────────────────

    async def files(self) -> None:
        self.chats += 1
        urgent = self.dice.random() < 0.1
        known = {*self.book.twins}
        receipt = await self.counter.files(chat=f"chat {self.chats}", urgent=urgent)
        rows = await self.counter.database.all("SELECT alias FROM cases")
        [alias] = [row["alias"] for row in rows if row["alias"] not in known]
        report = await self.counter.report(receipt)
        self.book.twins[alias] = Twin(alias, [report], urgent)
        self.book.filed_as[report] = alias

    async def case(self, alias: str) -> Case:
        row = await self.counter.casework.staff.find(
            alias, AtTheMachine(CHIEF, "supervisor")
        )
        return (await self.counter.casework.writer.load(row)).case

    def any_alias(self) -> str:
        """Mostly one of the newest."""
        aliases = [*self.book.twins]
        return self.dice.choice(aliases[-4:] if self.dice.random() < 0.8 else aliases)

    async def ordered(self) -> None:
        twin = self.book.twins[self.any_alias()]
        case = await self.case(twin.alias)
        legal = possible(case)
        rows = [row for row in ORDERS if row.name in legal]
        if self.dice.random() < 0.1 or not rows:
            rows = [*ORDERS]
        again = 0.1 if case.state.value in ("assigned", "answered") else 1
        weights = [
            WEIGHTS.get(row.name, 1) * (again if row.name == "assign" else 1)
            for row in rows
        ]
        row = self.dice.choices(rows, weights)[0]
        order = self.built(row, twin)
        by = AtTheMachine("王", "supervisor")
        if self.dice.random() < 0.02:
            by = AtTheMachine("李", "operator")
        before = await self.counter.casework.staff.find(twin.alias, by)
        try:
            await self.counter.casework.staff.order(twin.alias, order, by)
        except Refusal as refusal:
            self.check_refused(refusal, twin, case, row, by)
            after = await self.counter.casework.staff.find(twin.alias, by)
            assert before.version == after.version, "what is refused changes nothing"
            return
        is_for_the_other = row.name in ("reply", "undo") and case.state is State.MERGED
        takes_over = isinstance(order, Claim) and order.take
        assert row.name in legal or is_for_the_other or takes_over, (
            f"{row.name} in {case.state} is not offered"
        )
        self.done[row.name] += 1
        if row.name == "arrive" and not twin.late:
            twin.there_late = await self.is_too_late_there(twin)
        self.noted(row.name, order, twin, case)
        if row.name in ("merge", "unmerge"):
            await self.compare_reports()

    def built(self, row: OrderRow, twin: Twin) -> Order:
        values = {one.name: self.value(one, twin) for one in row.fields}
        order = row.order(**values)
        if isinstance(order, Assign | Whistle):
            return replace(order, new=True)
        return order

    def value(self, asked: Field, twin: Twin) -> Any:
        """Something that may be written there."""
        match asked.kind:
            case "unit":
                units = [*UNITS, UNKNOWN_UNIT]
                return self.dice.choices(units, (8, 4, 2, 1, 0.7))[0]
            case "case":
                return self.any_alias()
            case "day":
                return self.counter.at + timedelta(days=3) if asked.required else None
            case "days":
                return 5 if asked.required else None
            case "number":
                return None
            case "choice":
                return self.dice.choice([*asked.choices]) if asked.required else None
            case "flag":
                is_set = self.dice.random() < 0.3
                return asked.means if is_set else not asked.means
            case _:
                return "话"

    async def reacted(self) -> None:
        twin = self.book.twins[self.any_alias()]
        if not twin.reports:
            return
        report = self.dice.choice(twin.reports)
        case = await self.case(twin.alias)
        over = case.state.value in ENDED
        weights = [*REACTIONS.values()] if over else [1] * len(REACTIONS)
        kind = self.dice.choices([*REACTIONS], weights)[0]
        at = self.counter.at
        words: dict[Any, tuple[Any, ...]] = {
            Supplement: ("又来了", ()),
            Rate: (self.dice.random() < 0.5, None, None),
            Reopen: ("没解决",),
            Rebound: ("又报了",),
        }
        await self.counter.does(kind(report, *words.get(kind, ()), at))
        self.done[kind.__name__] += 1
        if kind is Supplement:
            self.book.said[report] += 1
        opened_again = case.state.value in OPENED_AGAIN
        if kind in (Reopen, Rebound) and opened_again:
            hour = at.replace(minute=0, second=0)
            self.book.counted[month(hour), "reopened"] += 1
            self.reopened(twin)
        if kind is Rebound and case.state.value in ENDED:
            twin.rebounds += 1
        if kind is Forget:
            twin.reports.remove(report)

    async def waited(self) -> None:
        """Nobody does anything for a while; then all that is due rings."""
        hours = self.dice.choice((1, 9, 30, 80, 24 * 8, 24 * 40))
        self.counter.later(hours=hours)
        await self.rounds.run(self.counter.at)
        self.done["waited"] += 1
        broken = await self.counter.database.all(
            "SELECT alias, clock, max(at) FROM clocks"
            " JOIN cases ON cases.id = case_id WHERE kind = 'breached'"
            " AND clock IN ('answer', 'result', 'on_site') GROUP BY alias, clock"
        )
        for alias, clock, at in broken:
            twin = self.book.twins[alias]
            since = twin.dispatched
            if since is not None and clock == "on_site" and at >= since.timestamp():
                twin.there_late = True
            if since is not None and not twin.late and at >= since.timestamp():
                twin.late = True
                self.book.count(twin.unit, "due", self.counter.at)

    async def supervised(self) -> None:
        """A supervisor decides about something that waits, or takes it back."""
        waiting = await self.ladder.list(AtTheMachine(CHIEF, "supervisor"))
        newest = {one.alias: one for one in waiting}  # that is what a verb takes
        if not newest:
            return
        one = self.dice.choice([*newest.values()])
        mine = [known for known in self.book.findings if self.is_shown(known, one)]
        finding = mine[-1]
        if one.state == "open":
            verdict = self.dice.choice(VERDICTS)
            await self.ladder.decide(one.alias, verdict, CHIEF, "清楚")
            finding.verdict, finding.decided = verdict, one.rung
            finding.revoked = False
            self.done["decided"] += 1
        else:
            await self.ladder.revoke(one.alias, CHIEF, "结论改了")
            finding.verdict = finding.decided = None
            finding.revoked = True
            self.done["revoked"] += 1

    def is_shown(self, finding: Finding, one: Proposal) -> bool:
        return (
            finding.alias == one.alias
            and finding.unit == one.unit
            and finding.at.astimezone(BEIJING).date() == one.at
            and finding.standing == (one.number is not None)
        )

    async def is_too_late_there(self, twin: Twin) -> bool:
        """Two hours after somebody is on duty, from 8 to 22; what was waited for
        meanwhile is not counted.
        """
        assert twin.dispatched is not None
        local = twin.dispatched.astimezone(BEIJING)
        if not 8 <= local.hour < 22:
            tomorrow = local + timedelta(days=local.hour >= 22)
            local = tomorrow.replace(hour=8, minute=0, second=0, microsecond=0)
        lines = await self.counter.database.all(
            "SELECT kind, clocks.at FROM clocks JOIN cases ON cases.id = case_id"
            " WHERE alias = :alias AND clock = 'on_site' AND clocks.at >= :since"
            " AND kind IN ('start', 'pause', 'resume') ORDER BY number",
            alias=twin.alias,
            since=int(twin.dispatched.timestamp()),
        )
        happened = [(str(kind), float(at)) for kind, at in lines]
        happened.append(("arrive", self.counter.at.timestamp()))
        begins = local.timestamp()
        since = begins
        runs = True
        used = 0.0
        for kind, at in happened:
            if runs:
                used += max(0.0, at - since)
            runs = kind != "pause"
            since = max(at, begins)
        return used > 2 * 3600

    # ── the book ──────────────────────────────────────────────────────────────────────

    def noted(self, name: str, order: Order, twin: Twin, case: Case) -> None:
        book, at = self.book, self.counter.at
        public = {
            "accept": "accepted",
            "decline": "declined",
            "close": "closed",
            "reopen": "reopened",
            "merge": "merged",
        }
        if name in public:
            book.counted[month(at), public[name]] += 1
        match name:
            case "assign" | "whistle":
                unit = getattr(order, "unit", "")
                twin.unit = unit if unit in UNITS else None
                twin.handed = at
                twin.dispatched, twin.late = at, False
                twin.there_late = False
            case "arrive" if twin.there_late and not twin.late:
                twin.late = True
                book.count(twin.unit, "due", at)
            case "answer":
                if not twin.late:
                    book.count(twin.unit, "due", at)
                twin.dispatched = None
            case "return":
                twin.returns += 1
                book.count(twin.unit, "returned", at)
            case "send-back" if at_unit(case, "answered"):
                twin.handed = at
                twin.dispatched, twin.late = at, False
                twin.there_late = False
            case "urgent" | "not-urgent":
                twin.urgent = name == "urgent"
                if at_unit(case, "assigned"):
                    self.due_anew(twin)
                    twin.there_late = False
            case "redate" if at_unit(case, "assigned") and not twin.there_late:
                self.due_anew(twin)
            case "grant" if isinstance(order, GrantExtend) and order.granted:
                if at_unit(case, "rectifying"):
                    return
                if twin.late:
                    book.count(twin.unit, "due", at, -1)
                twin.dispatched, twin.late = at, False
            case "close":
                book.count(twin.unit, "closed", at)
            case "reopen":
                self.reopened(twin)
            case "merge":
                self.merged(twin, order)
            case "unmerge":
                self.separated(twin, case)
        if isinstance(order, Find | CorrectFinding):
            at_fault = order.finding == "substantiated"
            book.find(twin, twin.unit if at_fault else None, at)

    def due_anew(self, twin: Twin) -> None:
        """By another date: what was late by the first one is not."""
        if twin.late:
            self.book.count(twin.unit, "due", self.counter.at, -1)
        twin.dispatched, twin.late = self.counter.at, False

    def reopened(self, twin: Twin) -> None:
        twin.unit, twin.returns, twin.dispatched = None, 0, None
        twin.late = False

    def merged(self, twin: Twin, order: Order) -> None:
        """Its reporters go on with the other; its finding is the other's to make."""
        stood = self.book.current.get((twin.alias, twin.rebounds))
        decided = stood if stood is not None and stood.verdict else None
        self.book.find(twin, None, self.counter.at)
        into = self.book.twins[getattr(order, "into", "")]
        into.reports += twin.reports
        into.urgent = into.urgent or twin.urgent
        twin.merge = MergeNote(into.alias, self.counter.at, twin.dispatched, decided)
        twin.reports, twin.dispatched = [], None

    def separated(self, twin: Twin, case: Case) -> None:
        """All is its own again: who reported it, its time, what was found."""
        book, at, merge = self.book, self.counter.at, twin.merge
        assert merge is not None
        joint = book.joint(twin)
        back = [
            report
            for report in joint.reports
            if book.is_part(book.filed_as[report], of=twin.alias)
        ]
        twin.merge, twin.dispatched, twin.reports = None, merge.since, back
        joint.reports = [one for one in joint.reports if one not in back]
        if month(merge.at) == month(at):
            book.counted[month(at), "merged"] -= 1
        if merge.decided is not None:
            merge.decided.standing = True
            book.current[twin.alias, twin.rebounds] = merge.decided
            book.count(merge.decided.unit, "substantiated", merge.decided.at)
        elif case.assignment.finding == "substantiated":
            book.find(twin, twin.unit, at)

    # ── refusals ──────────────────────────────────────────────────────────────────────

    def check_refused(
        self,
        refusal: Refusal,
        twin: Twin,
        case: Case,
        row: OrderRow,
        by: AtTheMachine,
    ) -> None:
        """It is explained, and it names what may be done."""
        said = worded(refusal, TERMINAL)
        assert self.is_explained(refusal, twin, case, row, by), (row.name, said)
        assert "请" in said or "现在可以" in said, said
        for name in refusal.legal:
            assert self.would_succeed(name, case, by), (said, name)
        self.done[f"refused: {refusal.code}"] += 1

    def is_explained(
        self,
        refusal: Refusal,
        twin: Twin,
        case: Case,
        row: OrderRow,
        by: AtTheMachine,
    ) -> bool:
        """Whether the book knows why."""
        if row.name not in possible(case):
            return True
        somebody_else = case.claimed is not None and case.claimed.name != by.name
        day_ago = self.counter.at - timedelta(days=1)
        known = {
            "not_permitted": by.role not in row.roles,
            "claimed_by_other": somebody_else,
            "claimed_already": somebody_else,
            "not_yours_to_release": somebody_else,
            "returned_too_often": twin.returns >= 2,
            "return_too_late": twin.handed is not None and twin.handed < day_ago,
            "same_unit": case.assignment.unit is not None,
            "had_before": bool(case.assignment.earlier),
            "wait_again": by.role == "operator",
            "ask_again": by.role == "operator",
            "appeal_by_another": case.declined_by is not None,
            "same_category": True,
            "same_finding": case.assignment.finding is not None,
            "redate_too_late": True,
            "urgent_not_extended": twin.urgent,
            "nobody_to_ask": not twin.reports,
            # which of the two leaders has one in hand already, is drawn at random
            "no_paper_waits": row.name == "hand-over",
            "extension_after_due": twin.late
            or twin.dispatched is not None
            or self.is_rectified_late(case),
        }
        if refusal.code.startswith(("merge_", "unmerge_")):
            return row.name == refusal.code.partition("_")[0]
        return known.get(refusal.code, False)

    def is_rectified_late(self, case: Case) -> bool:
        """Whether the time for putting it right is over."""
        terms = self.counter.casework.terms
        reading = read(case.ledger, "rectify", terms)
        return reading is not None and reading.ends <= self.counter.at

    def would_succeed(self, name: str, case: Case, by: AtTheMachine) -> bool:
        """Whether an order that a refusal names is carried out."""
        row, at = BY_NAME[name], self.counter.at
        staff = Staff("cc" * 16, by.name)
        if case.claimed is not None and case.claimed.name == by.name:
            staff = case.claimed
        into = Case("dd" * 16, "青松-0000", case.state, case.category)
        if name in ("merge", "unmerge", "claim"):
            return True  # another case is wanted, or --take
        order = self.built(row, Twin("", [], False))
        if isinstance(order, CorrectFinding):
            others = {"substantiated", "partly"} - {case.assignment.finding}
            order = replace(order, finding=others.pop())
        if isinstance(order, Assign | Whistle):
            order = replace(order, unit="另一家单位")
        terms = self.counter.casework.terms
        try:
            decide(case, order, staff, at, terms, into=into, role=by.role, unit_id=None)
        except Refusal:
            return False
        return True

    # ── comparing ─────────────────────────────────────────────────────────────────────

    async def compare(self) -> None:
        database = self.counter.database
        rows = await database.all(
            "SELECT alias, round, rungs.unit_id, rungs.at FROM rungs"
            " JOIN cases ON cases.id = case_id WHERE withdrawn_at IS NULL"
        )
        stand = {
            (alias, round): (self.names[unit], at) for alias, round, unit, at in rows
        }
        assert stand == {
            key: (one.unit, int(one.at.timestamp()))
            for key, one in self.book.current.items()
        }
        figures: Tally[tuple[str, str, str]] = Tally()
        timely: Tally[tuple[str, str]] = Tally()
        for one in await self.statistics.units("2026-01", "2100-12"):
            name = self.names[one.unit_id]
            if one.what in COMPARED:
                figures[one.month, name, one.what] = one.n
            if one.what in ("in_time", "late"):
                timely[one.month, name] += one.n
        assert +figures == +self.book.figures, figures - self.book.figures
        assert +timely == Tally(
            {(m, name): n for (m, name, what), n in (+figures).items() if what == "due"}
        )
        counted: Tally[tuple[str, str]] = Tally()
        for row in await database.all("SELECT month, what, n FROM counts"):
            if row["what"] != "filed":
                counted[row["month"], row["what"]] += row["n"]
        assert counted == self.book.counted

    async def compare_reports(self) -> None:
        """Each report is with the case that the book has it with."""
        rows = await self.counter.database.all(
            "SELECT alias, reports.id AS report FROM reports"
            " JOIN cases ON cases.id = case_id WHERE wrapped_key IS NOT NULL"
        )
        where = {row["report"].hex(): row["alias"] for row in rows}
        booked = {
            report: twin.alias
            for twin in self.book.twins.values()
            for report in twin.reports
        }
        kept = {report: alias for report, alias in where.items() if report in booked}
        assert kept == {report: booked[report] for report in kept}

    async def compare_stories(self) -> None:
        """Every reporter reads each of their own words, in whichever case they fell."""
        stories = self.counter.casework.stories
        for report in self.book.filed_as:
            story = await stories.of(bytes.fromhex(report))
            if story is not None:
                names = [line.name for line in story.lines]
                assert names.count("told.supplemented") == self.book.said[report]

    async def compare_ladder(self) -> None:
        for unit in UNITS:
            shown = await self.ladder.list(AtTheMachine(CHIEF, "supervisor"), unit)
            told = [(one.alias, one.state, one.number, one.rung) for one in shown]
            assert sorted(told, key=str) == self.book.ladder(unit)
