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
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.address import Address
from bot.cases.casework import Casework
from bot.channels.port import Incoming, Limits, heard
from bot.channels.render import Rendered
from bot.hotline import Hotline
from bot.hours import seconds
from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.people import ADDED, Reporter
from bot.lab.simulate.staff import SimulatedStaff
from bot.outbox.sender import Sender
from bot.reports.bulletins import Bulletins
from dialogs.case.worktime import Terms
from dialogs.words import Event, Message, Pressed
from scheduler.bell import Bell
from scheduler.periods import MORNING, Period
from storage.port import Database, Write

CHANNEL, STAFF = "people", "staff"
NEXT = """SELECT min(due) FROM (SELECT min(due_at) AS due FROM followups
UNION ALL SELECT min(due_at) FROM outbox WHERE due_at > 0 UNION ALL SELECT min(due_at)
    FROM talks)"""
AUDIT = "SELECT seq, kind, about, content FROM audit WHERE seq > :seq ORDER BY seq"
WORDS = (
    "SELECT case_id, kind FROM followups WHERE due_at <= :now AND kind IN ('warn',"
    " 'hear')"
)
WARNED = "SELECT 1 FROM clocks WHERE case_id = :id AND kind = 'warned' AND at = :now"
HEARD = (
    "SELECT 1 FROM followups WHERE case_id = :id AND kind = 'hear' AND due_at = :again"
)
OWED = "SELECT count(*) FROM followups WHERE due_at <= :now"
RETAINS = 3  # o'clock
STEPS = 8  # of a dialog, at most, until a report is filed


Rang = dict[int, list[str]]  # of which case what


class People:
    """The messenger: what arrives is kept in order, and the last screens of
    each chat.
    """

    name = CHANNEL
    limits = Limits(10_000, 99, 99)

    def __init__(self) -> None:
        self.arrived: list[tuple[str, Rendered]] = []
        self.shown: dict[str, list[Rendered]] = {}

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        self.arrived.append((to.key, message))
        self.shown.setdefault(to.key, []).append(message)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Of the program, as it is joined for serving."""

    database: Database
    hotline: Hotline
    casework: Casework
    sender: Sender
    bell: Bell
    people: People
    terms: Terms


@dataclass(slots=True)
class Day:
    """What happened on one local day, in numbers, and the reports of its morning."""

    counts: Counter[str] = field(default_factory=Counter)
    reports: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Clock:
    """The virtual time; `now` is what the program is handed for a clock."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class SeededJitter:
    """Delays by chance, and yet the same each time: by whose they are, and the how
    manieth of theirs.
    """

    def __init__(self, seed: int) -> None:
        self._seed, self.acting = seed, 0
        self.numbers: dict[bytes, int] = {}
        self._drawn: Counter[int] = Counter()

    def __call__(self, numbers: int, report: bytes) -> int:
        number = self.numbers.setdefault(report, self.acting)
        self._drawn[number] += 1
        return Random(f"{self._seed}/lot/{number}/{self._drawn[number]}").randrange(
            numbers
        )


class World:
    def __init__(
        self,
        parts: Parts,
        clock: Clock,
        lot: SeededJitter,
        oracle: Oracle,
        reporters: Sequence[Reporter],
        bulletins: Bulletins,
        seed: int,
        told: Callable[[datetime], None],
    ) -> None:
        """told: hears of each step of the clock."""
        self._parts, self._clock, self._lot, self.oracle = parts, clock, lot, oracle
        self._reporters = {one.number: one for one in reporters}
        self._bulletins, self._told = bulletins, told
        self.staff = SimulatedStaff(parts.casework, parts.terms, seed, self._visit_at)
        self._plans: list[
            tuple[datetime, int, int, str]
        ] = []  # when, who (0 reporter, 1 desk), which, what
        self._cases: dict[bytes, int] = {}
        self._heard, self._seq = 0, 0
        self.days: dict[str, Day] = {}
        self.failed: list[str] = []
        self._zone = parts.terms.zone
        self._next_hour = clock.at
        self._next_morning = datetime.combine(
            clock.at.astimezone(self._zone).date(), MORNING, self._zone
        )

    def plan(self, at: datetime, number: int, what: str) -> None:
        """A reporter will do something."""
        heapq.heappush(self._plans, (_odd(at), 0, number, what))

    def plan_reporter(self, number: int, at: datetime) -> None:
        """Files at this time; who kept a receipt comes back by it some weeks later."""
        one = self._reporters[number]
        self.plan(at, number, "file")
        if one.temper in ("receipt", "forgets"):
            later = at + timedelta(days=one.dice.uniform(5, 60))
            self.plan(later, number, "forget" if one.temper == "forgets" else "visit")

    def _visit_at(self, at: datetime, number: int) -> None:
        """The desk will look at a case."""
        heapq.heappush(self._plans, (_odd(at), 1, number, ""))

    @property
    def today(self) -> Day:
        return self.days.setdefault(
            f"{self._clock.at.astimezone(self._zone).date()}", Day()
        )

    # ── time ──────────────────────────────────────────────────────────────────────────

    async def run(self, until: datetime) -> None:
        """Let it all happen up to `until`."""
        while True:
            bell = await self._bell_at()
            act = self._plans[0][0] if self._plans else until
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
        left = await self._parts.database.one(OWED, now=seconds(until) - 2)
        if left and left[0]:
            self.failed.append(f"结束时还有{left[0]}项到期未响")

    async def _bell_at(self) -> datetime:
        """The next look at which something is due."""
        row = await self._parts.database.one(NEXT)
        due = (
            datetime.fromtimestamp(row[0], UTC)
            if row and row[0] is not None
            else self._next_hour
        )
        due = _even(min(due, self._next_hour, self._next_morning))
        return (
            due
            if due > self._clock.at
            else _even(self._clock.at + timedelta(seconds=1))
        )

    async def _look(self) -> None:
        """What the bell does, as far as something is due."""
        bell, sender = self._parts.bell, self._parts.sender
        at = self._clock.at
        words = await self._parts.database.all(WORDS, now=seconds(at))
        await bell.ring("rounds")
        await self._note(
            rang=await self._told_only([(row[0], row[1]) for row in words])
        )
        if at >= self._next_hour:
            await bell.ring("drafts")
            await bell.ring("sweep")
            if at.astimezone(self._zone).hour == RETAINS:
                await bell.ring("retention")
            self._next_hour += timedelta(hours=1)
        if at >= self._next_morning:
            for made in await self._bulletins.run(at):
                self._keep(made)
            self._next_morning += timedelta(days=1)
        await sender.look()
        await sender.idle()
        self._receive()

    async def _told_only(self, due: Sequence[tuple[bytes, str]]) -> Rang:
        """What rang of these, as the rows have it afterwards: they leave no line in the
        audit chain.
        """
        database, now, found = self._parts.database, seconds(self._clock.at), Rang()
        again = now + int(self.oracle.span("hear_every").total_seconds())
        for id, kind in due:
            row = await (
                database.one(WARNED, id=id, now=now)
                if kind == "warn"
                else database.one(HEARD, id=id, again=again)
            )
            if row is not None and id in self._cases:
                found.setdefault(self._cases[id], []).append(kind)
        return found

    def _keep(self, made: Period) -> None:
        self.today.counts[f"report.{made.name}"] += 1

    # ── what arrives ──────────────────────────────────────────────────────────────────

    def _receive(self) -> None:
        people = self._parts.people
        arrived, people.arrived = people.arrived, []
        for chat, message in arrived:
            if chat == STAFF:
                self.today.reports.append(message.text)
            elif message.message.name.startswith("push."):
                self._pushed(
                    self._reporters[int(chat.removeprefix("chat-"))], message.message
                )

    def _pushed(self, reporter: Reporter, message: Message) -> None:
        at = self._clock.at
        self.oracle.delivered(reporter.number, message.name.removeprefix("push."), at)
        self.today.counts["pushed"] += 1
        reaction = reporter.reaction(message.name)
        if reaction is not None:
            self.plan(
                at + timedelta(seconds=reporter.dice.randint(30, 20 * 3600)),
                reporter.number,
                reaction,
            )

    # ── what people do ────────────────────────────────────────────────────────────────

    async def _act(self) -> None:
        _, who, number, what = heapq.heappop(self._plans)
        if who:
            await self._visit(number)
        else:
            await self._reporter(self._reporters[number], what)

    async def _visit(self, number: int) -> None:
        done = await self.staff.visit(number, self._clock.at)
        await self._note(done.params if done else {})

    async def _reporter(self, one: Reporter, what: str) -> None:
        self._lot.acting = one.number
        match what:
            case "file":
                await self._file(one)
            case "answer":
                await self._press(one, "status")
                if await self._press(one, "add"):
                    await self._say(one, one.dice.choice(ADDED))
                    await self._press(one, "send")
            case "visit" | "forget":
                await self._say(one, one.receipt)
                if what == "forget" and await self._press(one, "forget"):
                    await self._press(one, "sure")
                elif what == "visit" and await self._press(one, "rate"):
                    await self._rate(one, one.dice.random() < 0.6)
                await self._press(one, "close")
            case "hush":
                if await self._press(one, "hush"):
                    one.hushed = True
                    self.oracle.unlinked(one.number, self._clock.at)
            case "solved" | "unsolved":
                if await self._press(one, what):
                    await self._rate(one, None)
            case "later":
                if await self._press(one, what) and self._name(one, 1) == "later":
                    self.oracle.chats[one.number].later = True
            case "held" | "rebound":
                await self._press(one, what)
                await self._press(one, "reopen")

    async def _file(self, one: Reporter) -> None:
        """Through the dialog, whatever it asks."""
        await self._say(one, one.sentence())
        for _ in range(STEPS):
            if one.receipt:
                return
            for choice in ("send", "anyway", "is"):
                unset = choice == "send" and one.temper == "receipt" and not one.plans
                if unset and await self._press(one, "follow"):
                    one.plans.append("receipt")
                    await self._press(one, "receipt")
                if await self._press(one, choice):
                    break
        self.failed.append(f"第{one.number}位没有走完对话")

    async def _rate(self, one: Reporter, solved: bool | None) -> None:
        """From the question whether it is solved, or the one after it, to the end."""
        if solved is not None:
            await self._press(one, "yes" if solved else "no")
        again = one.dice.random() < 0.7
        if await self._press(one, "reopen" if again else "not_now") and again:
            return
        await self._press(one, "yes" if one.dice.random() < 0.7 else "no")
        await self._press(one, "none")
        await self._press(one, "close")

    # ── the door ──────────────────────────────────────────────────────────────────────

    def _name(self, one: Reporter, back: int) -> str:
        shown = self._parts.people.shown.get(one.chat, [])
        return shown[-back].message.name if len(shown) >= back else ""

    async def _press(self, one: Reporter, choice: str) -> bool:
        """A button of the last screen, or of the last push; False where there is none
        of that name.
        """
        shown = self._parts.people.shown.get(one.chat, [])
        pushes = [
            message for message in shown if message.message.name.startswith("push.")
        ]
        for message in [*shown[-1:], *pushes[-1:]]:
            for key in message.keys:
                if key.choice == choice or key.choice.startswith(f"{choice}:"):
                    await self._hear(
                        one, Pressed(key.choice, message.message.mark, self._clock.at)
                    )
                    return True
        return False

    async def _say(self, one: Reporter, words: str) -> None:
        await self._hear(one, heard(words, self._clock.at))

    async def _hear(self, one: Reporter, event: Event) -> None:
        self._heard += 1
        await self._parts.hotline.hear(
            Incoming(f"{self._heard}", Address(CHANNEL, one.chat), event)
        )
        await self._parts.sender.idle()
        for chat, message in self._parts.people.arrived:
            if chat == one.chat and message.message.name == "filed":
                one.receipt = message.message.params["receipt"]
        self._receive()
        del self._parts.people.shown[one.chat][:-6]
        await self._note(actor=one)

    # ── what the program says happened ────────────────────────────────────────────────

    async def _note(
        self,
        params: dict[str, Any] | None = None,
        actor: Reporter | None = None,
        rang: Rang | None = None,
    ) -> None:
        """Hand the oracle whatever the audit chain has grown by; rang: what left no
        line there.
        """
        rows = await self._parts.database.all(AUDIT, seq=self._seq)
        found = []
        for seq, kind, about, content in rows:
            self._seq = seq
            found.append((kind, about, json.loads(content)))
        if (
            actor is None and not params and len(found) > 1
        ):  # of one second: in an order that is the same each time
            found.sort(key=lambda one: self._cases.get(one[1], 0))
        audited = {self._cases.get(about) for _, about, _ in found}
        for number, kinds in sorted((rang or {}).items()):
            heard = [kind for kind in kinds if kind == "warn" or number not in audited]
            self.oracle.rings(
                number, self._clock.at, heard, self.oracle.books[number].state
            )
            self.today.counts.update(heard)
        for kind, about, content in found:
            await self._fact(kind, about, content, params or {}, actor)

    async def _fact(
        self,
        kind: str,
        about: bytes,
        content: dict[str, Any],
        params: dict[str, Any],
        actor: Reporter | None,
    ) -> None:
        at, counts = self._clock.at, self.today.counts
        area, _, verb = kind.partition(".")
        if kind == "report.filed":
            assert actor is not None
            number = self._cases[about] = actor.number
            case = await self.staff.opened(number, about, at)
            self.oracle.filed(
                number,
                at,
                category=case.category,
                urgent=case.urgent,
                reached=actor.temper != "receipt",
            )
            counts["filed"] += 1
        elif about not in self._cases:
            return
        elif kind == "case.rang":
            self.oracle.rings(self._cases[about], at, content["rang"], content["to"])
            counts.update(content["rang"])
            self.staff.moved(self._cases[about], at)
        elif area == "report":
            assert actor is not None
            self.oracle.reported(
                self._cases[about], actor.number, at, verb, content["to"]
            )
            counts[verb] += 1
            self.staff.moved(self._cases[about], at)
        elif area == "case" and not verb.endswith("retained"):
            number = self._cases[about]
            self.oracle.ordered(number, at, verb, content.get("to", ""), **params)
            counts[verb] += 1
            if verb == "merge":
                self.oracle.merged(number, params["into"])


def _odd(at: datetime) -> datetime:
    at = at.replace(microsecond=0)
    return at if at.second % 2 else at + timedelta(seconds=1)


def _even(at: datetime) -> datetime:
    at = at.replace(microsecond=0) + timedelta(seconds=at.microsecond > 0)
    return at + timedelta(seconds=1) if at.second % 2 else at
