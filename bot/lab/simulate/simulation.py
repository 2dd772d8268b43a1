"""The hotline's own parts, driven by invented people on a virtual clock.

Bell, rounds, dialogs, casework, storage and sender are the real ones. Only stretches in
which nothing is due and nobody does anything are skipped. People act in odd seconds,
the bell looks in even ones.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from bot.address import Address
from bot.channels.port import Incoming
from bot.hours import seconds
from bot.lab.simulate.acts import ReporterActs
from bot.lab.simulate.inspection import Inspection
from bot.lab.simulate.ledger import LedgerDay
from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.people import Reporter
from bot.lab.simulate.recount import small_numbers
from bot.lab.simulate.spans import A_DAY, A_SECOND, AN_HOUR
from bot.lab.simulate.staff import SimulatedStaff
from bot.lab.simulate.stand_ins import (
    PEOPLE,
    SIMULATED_STAFF_CHAT,
    PeopleChannel,
    SeededJitter,
    VirtualClock,
)
from bot.program import Program
from bot.reports.bulletins import Bulletins
from dialogs.case.pushes import ASKING, told_by
from dialogs.words import Event, Message
from scheduler.periods import MORNING

SELECT_NEXT_DUE = """
    SELECT min(due)
      FROM (SELECT min(due_at) AS due FROM followups
            UNION ALL
            SELECT min(due_at) FROM outbox WHERE due_at > 0
            UNION ALL
            SELECT min(due_at) FROM talks)
"""
SELECT_NEW_AUDIT_LINES = (
    "SELECT seq, kind, about, content FROM audit WHERE seq > :seq ORDER BY seq"
)
# Follow-ups that leave no line in the audit chain when they ring
SELECT_UNAUDITED_DUE = """
    SELECT case_id, kind FROM followups
     WHERE due_at <= :now AND kind IN ('warn', 'hear')
"""
SELECT_WARNED = (
    "SELECT 1 FROM clocks WHERE case_id = :id AND kind = 'warned' AND at = :now"
)
SELECT_HEARD = (
    "SELECT 1 FROM followups WHERE case_id = :id AND kind = 'hear' AND due_at = :again"
)
SELECT_REPORT = "SELECT id FROM reports WHERE case_id = :id"
COUNT_OVERDUE = "SELECT count(*) FROM followups WHERE due_at <= :now"
RETENTION_HOUR = 3  # o'clock
LONGEST_REACTION = 20 * 3600  # seconds from a push until somebody does something
SHORTEST_REACTION = 30


class Plan(NamedTuple):
    """What somebody will do. They are kept in this order: reporters before staff."""

    at: datetime
    is_staff: bool
    number: int
    act: str = ""


class AuditFact(NamedTuple):
    """A line of the audit chain. about: the id of a case or of something else."""

    kind: str
    about: bytes
    content: dict[str, Any]


class Simulation:
    """told: hears of each step of the clock."""

    def __init__(
        self,
        program: Program,
        people: PeopleChannel,
        *,
        clock: VirtualClock,
        jitter: SeededJitter,
        oracle: Oracle,
        reporters: Sequence[Reporter],
        bulletins: Bulletins,
        seed: int,
        told: Callable[[datetime], None],
        alerts: Counter[tuple[bytes, str]],
    ) -> None:
        """alerts: (case, name) → how many were handed out; it grows."""
        terms = program.casework.terms
        self._program = program
        self._database = program.resources.database
        self._people = people
        self._clock = clock
        self._jitter = jitter
        self._bulletins = bulletins
        self._told = told
        self._zone = terms.zone
        self._reporters = {reporter.number: reporter for reporter in reporters}
        self._plans: list[Plan] = []
        self._cases: dict[bytes, int] = {}  # by their ids
        self._heard = 0  # updates
        self._seq = 0  # of the audit line that was read last
        self._next_hour = clock.at
        self._next_morning = datetime.combine(self._today(), MORNING, self._zone)
        self._alerts = alerts
        self._inspection = Inspection(
            program.resources.database, program.register, terms.rules.ladder, terms.zone
        )
        self.oracle = oracle
        self.staff = SimulatedStaff(program.casework, terms, seed, self._plan_visit)
        self.acts = ReporterActs(people, clock, oracle, self._hear)
        self.days: dict[str, LedgerDay] = {}
        self._left_over = 0  # follow-ups that were due and did not ring

    @property
    def failed(self) -> list[str]:
        """What went wrong beside the oracle's problems."""
        lost = [f"第{number}位没有走完对话" for number in self.acts.unfinished]
        if self._left_over:
            lost.append(f"结束时还有{self._left_over}项到期未响")
        return lost

    @property
    def today(self) -> LedgerDay:
        return self.days.setdefault(f"{self._today()}", LedgerDay())

    def _today(self) -> date:
        return self._clock.at.astimezone(self._zone).date()

    # ── plans ─────────────────────────────────────────────────────────────────────────

    def plan_reporter(self, number: int, at: datetime) -> None:
        """Files at this time; who kept a receipt comes back by it some weeks later."""
        reporter = self._reporters[number]
        self._plan(at, number, "file")
        if reporter.temper in ("receipt", "forgets"):
            later = at + timedelta(days=reporter.dice.uniform(5, 60))
            act = "forget" if reporter.temper == "forgets" else "visit"
            self._plan(later, number, act)

    def _plan(self, at: datetime, number: int, act: str) -> None:
        """A reporter will do something."""
        heapq.heappush(self._plans, Plan(_odd(at), False, number, act))

    def _plan_visit(self, at: datetime, number: int) -> None:
        """Staff will look at a case."""
        heapq.heappush(self._plans, Plan(_odd(at), True, number))

    async def _act(self) -> None:
        plan = heapq.heappop(self._plans)
        if plan.is_staff:
            done = await self.staff.visit(plan.number, self._clock.at)
            await self._note(params=done.params if done else {})
        else:
            self._jitter.acting = plan.number
            await self.acts.act(self._reporters[plan.number], plan.act)

    # ── time ──────────────────────────────────────────────────────────────────────────

    async def run(self, until: datetime) -> None:
        """Let it all happen up to `until`."""
        while True:
            bell = await self._bell_at()
            act = self._plans[0].at if self._plans else until
            at = min(bell, act)
            if at >= until:
                break
            self._clock.at = at
            self._told(at)
            if bell <= act:
                await self._look()
            else:
                await self._act()
        self._clock.at = until
        self.oracle.finish(until)
        await self._inspect()
        row = await self._database.one(COUNT_OVERDUE, now=seconds(until) - 2)
        self._left_over = row[0] if row else 0

    async def _bell_at(self) -> datetime:
        """The next look at which something is due."""
        row = await self._database.one(SELECT_NEXT_DUE)
        due = self._next_hour
        if row and row[0] is not None:
            due = datetime.fromtimestamp(row[0], UTC)
        look = _even(min(due, self._next_hour, self._next_morning))
        if look > self._clock.at:
            return look
        return _even(self._clock.at + A_SECOND)

    async def _look(self) -> None:
        """What the bell does, as far as something is due."""
        bell = self._program.bell
        sender = self._program.sender
        at = self._clock.at
        unaudited = await self._database.all(SELECT_UNAUDITED_DUE, now=seconds(at))
        due = [(row[0], row[1]) for row in unaudited]
        await bell.ring("rounds")
        await self._note_rung(await self._rung_of(due))
        if at >= self._next_hour:
            await bell.ring("drafts")
            await bell.ring("sweep")
            if at.astimezone(self._zone).hour == RETENTION_HOUR:
                await bell.ring("retention")
            self._next_hour += AN_HOUR
        if at >= self._next_morning:
            for period in await self._bulletins.run(at):
                self.today.counts[f"report.{period.name}"] += 1
            self._next_morning += A_DAY
            await self._inspect_deletions()
        await sender.look()
        await sender.idle()
        self._receive()

    async def _inspect_deletions(self) -> None:
        found = await self._inspection.of_deletions(self.oracle.recount)
        self.oracle.found_wrong(self._clock.at, found)

    async def _inspect(self) -> None:
        """At the end: all that is counted and kept, and whether all were told."""
        own = self.oracle.recount
        await self._inspect_deletions()
        found = [
            *await self._inspection.of_figures(own),
            *await self._inspection.of_ladder(own),
        ]
        told: Counter[tuple[int, str]] = Counter()
        for (id, name), number in self._alerts.items():
            told[self._cases.get(bytes(id), 0), name] += number
        for (case, name), number in sorted(own.alerts.items()):
            if told[case, name] < number:
                found.append(f"第{case}件 提醒 {name}：没有发")
        for day in self.days.values():
            for report in day.reports:
                found += [f"报告里有小数目：{line}" for line in small_numbers(report)]
        self.oracle.found_wrong(self._clock.at, found)

    async def _rung_of(self, due: Sequence[tuple[bytes, str]]) -> dict[int, list[str]]:
        """Which of these rang for which case, as the rows have it afterwards."""
        now = seconds(self._clock.at)
        again = now + int(self.oracle.span("hear_every").total_seconds())
        found: dict[int, list[str]] = {}
        for id, kind in due:
            if kind == "warn":
                row = await self._database.one(SELECT_WARNED, id=id, now=now)
            else:
                row = await self._database.one(SELECT_HEARD, id=id, again=again)
            if row is not None and id in self._cases:
                found.setdefault(self._cases[id], []).append(kind)
        return found

    # ── what goes in and out ──────────────────────────────────────────────────────────

    async def _hear(self, reporter: Reporter, event: Event) -> None:
        """Take in what a reporter did, and let all that follows at once happen."""
        self._heard += 1
        address = Address(PEOPLE, reporter.chat)
        await self._program.hotline.hear(Incoming(f"{self._heard}", address, event))
        await self._program.sender.idle()
        for chat, rendered in self._people.arrived:
            message = rendered.message
            if chat == reporter.chat and message.name == "filed":
                reporter.receipt = message.params["receipt"]
        self._receive()
        self._people.forget_old(reporter.chat)
        await self._note(actor=reporter)

    def _receive(self) -> None:
        for chat, rendered in self._people.take():
            if chat == SIMULATED_STAFF_CHAT:
                self.today.reports.append(rendered.text)
            elif rendered.message.name.startswith("push."):
                number = int(chat.removeprefix("chat-"))
                self._pushed(self._reporters[number], rendered.message)

    def _pushed(self, reporter: Reporter, message: Message) -> None:
        at = self._clock.at
        for name in told_by(message):
            kind = "asked" if name in ASKING else name.removeprefix("push.")
            self.oracle.delivered(reporter.number, kind, at)
            self.today.counts["pushed"] += 1
            reaction = reporter.reaction(f"push.{kind}")
            if reaction is not None:
                wait = reporter.dice.randint(SHORTEST_REACTION, LONGEST_REACTION)
                self._plan(at + wait * A_SECOND, reporter.number, reaction)

    # ── what the program says happened ────────────────────────────────────────────────

    async def _note(
        self, *, params: dict[str, Any] | None = None, actor: Reporter | None = None
    ) -> None:
        """Hand the oracle whatever the audit chain has grown by. params: what its line
        does not say of an order; actor: who just did something.
        """
        lines = await self._new_lines()
        if actor is None and not params:
            self._in_order(lines)
        for line in lines:
            await self._fact(line, params or {}, actor)

    async def _note_rung(self, unaudited: dict[int, list[str]]) -> None:
        """The same after the bell; unaudited: what rang without a line."""
        lines = await self._new_lines()
        self._in_order(lines)
        audited = {self._cases.get(line.about) for line in lines}
        for number, kinds in sorted(unaudited.items()):
            rang = [kind for kind in kinds if kind == "warn" or number not in audited]
            state = self.oracle.books[number].state
            self.oracle.rings(number, self._clock.at, rang, state)
            self.today.counts.update(rang)
        for line in lines:
            await self._fact(line, {}, None)

    async def _new_lines(self) -> list[AuditFact]:
        lines = []
        for row in await self._database.all(SELECT_NEW_AUDIT_LINES, seq=self._seq):
            self._seq, kind, about, content = row
            lines.append(AuditFact(kind, about, json.loads(content)))
        return lines

    def _in_order(self, lines: list[AuditFact]) -> None:
        """Those of one second are in an order that is the same each time."""
        lines.sort(key=lambda line: self._cases.get(line.about, 0))

    async def _fact(
        self, fact: AuditFact, params: dict[str, Any], actor: Reporter | None
    ) -> None:
        area, _, verb = fact.kind.partition(".")
        if fact.kind == "report.filed":
            assert actor is not None
            await self._filed(fact.about, actor)
            return
        number = self._cases.get(fact.about)
        if number is None:
            return
        at = self._clock.at
        if fact.kind == "case.rang":
            self.oracle.rings(number, at, fact.content["rang"], fact.content["to"])
            self.today.counts.update(fact.content["rang"])
            self.staff.moved(number, at)
        elif area == "report":
            assert actor is not None
            to = fact.content["to"]
            self.oracle.reported(number, actor.number, at, verb, to)
            self.today.counts[verb] += 1
            self.staff.moved(number, at)
        elif area == "case" and not verb.endswith("retained"):
            to = fact.content.get("to", "")
            self.oracle.ordered(number, at, verb, to, **params)
            self.today.counts[verb] += 1
            if verb == "merge":
                self.oracle.merged(number, params["into"])

    async def _filed(self, id: bytes, reporter: Reporter) -> None:
        at = self._clock.at
        number = reporter.number
        self._cases[id] = number
        row = await self._database.one(SELECT_REPORT, id=id)
        assert row is not None
        self._inspection.reports[row[0]] = number
        case = await self.staff.opened(number, id, at)
        self.oracle.filed(
            number,
            at,
            category=case.category,
            urgent=case.urgent,
            reached=reporter.temper != "receipt",
        )
        self.today.counts["filed"] += 1


def _odd(at: datetime) -> datetime:
    at = at.replace(microsecond=0)
    return at if at.second % 2 else at + A_SECOND


def _even(at: datetime) -> datetime:
    """Never before `at`."""
    whole = at.replace(microsecond=0)
    if at.microsecond:
        whole += A_SECOND
    return whole + A_SECOND if whole.second % 2 else whole
