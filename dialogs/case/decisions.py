"""What every rule of `deciding.py` is made from: who gives an order when, and the
decision told to those whom it concerns. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockReading, next_due, read, running
from dialogs.case.life import Case, Staff, State, move
from dialogs.case.moments import moment
from dialogs.case.order_table import row_of
from dialogs.case.orders import Alert, Decision, Order, StoryStep
from dialogs.case.pushes import push
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import TICK, Terms
from dialogs.words import Message

UNDO = timedelta(seconds=10)  # how long a reply can be taken back
UNITS = {"W": "个工作日", "C": "天", "D": "天", "h": "小时"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An order given for a case. at: UTC; role: of who gives it; unit_id: in the
    register (hex), of the unit that the order names; into: the case that `Merge` names,
    as it is now; instead: the words of a waiting reply whose place a `Reply` takes.
    """

    case: Case
    order: Order
    by: Staff
    at: datetime
    terms: Terms
    role: Role
    unit_id: str | None
    into: Case | None = None
    instead: str | None = None

    def moved(self) -> Case:
        """The case after the order's move; clocks that waited run on.

        Raises: Refusal, where the table of its life has no such move.
        """
        trigger = row_of(self.order).trigger
        assert trigger is not None  # only moves ask for it
        moved = move(self.case, trigger)
        if self.case.state is not State.WAITING:
            return moved
        return ledger.resume(moved, self.at)

    @property
    def unit(self) -> str | None:
        """The name of the unit that has the case."""
        return self.case.assignment.unit

    def needed(self, name: str) -> str:
        """What was written for this field of the order. Raises: Refusal, if nothing."""
        words = str(getattr(self.order, name)).strip()
        if not words:
            asked = row_of(self.order).asked(name)
            raise Refusal("missing", what=asked.missing or asked.label)
        return words

    def future(self, due: datetime | None) -> datetime | None:
        """Raises: Refusal, if it is past."""
        if due is not None and due <= self.at:
            raise Refusal("past_date")
        return due

    # ── the decision ──────────────────────────────────────────────────────────────────

    def decision(self, moved: Case, *steps: StoryStep) -> Decision:
        """The case becomes this, and nobody is told."""
        audit = (row_of(self.order).audit, states(self.case, moved))
        return Decision(moved, steps, audit=audit)

    def told(self, moved: Case, **params: Any) -> Decision:
        """Every reporter of the case may read it, and is pushed that something
        happened.
        """
        kind = row_of(self.order).told
        assert kind is not None  # only public orders are told
        known = {name: value for name, value in params.items() if value is not None}
        heard = moved.with_followup(told=self.at)
        decision = self.decision(heard, StoryStep(kind, known))
        return replace(decision, pushes=to_all(self.case, kind))


def settled(case: Case, terms: Terms) -> Case:
    """The case with its due time, as the ledger has it."""
    due = next_due(case.ledger, terms)
    return case if due == case.due else replace(case, due=due)


def to_all(case: Case, kind: str) -> tuple[tuple[str, Message], ...]:
    return tuple(push(report, kind) for report in case.reports)


def states(case: Case, moved: Case) -> dict[str, str]:
    return {"from": case.state.value, "to": moved.state.value}


def last_second(due: datetime | None) -> int | None:
    """24:00 belongs to the day that it ends."""
    return int((due - timedelta(seconds=1)).timestamp()) if due else None


# ── what several rules need ───────────────────────────────────────────────────────────


def answer_due(case: Case, terms: Terms) -> datetime | None:
    """By when the unit must answer, be it by a result."""
    clock: Clock = "result" if case.urgent else "answer"
    reading = read(case.ledger, clock, terms)
    return reading.due if reading else None


def alerting(
    decision: Decision,
    to: Literal["staff", "supervisor", "unit"],
    name: str,
    *,
    urgent: bool = False,
) -> Decision:
    return replace(decision, alerts=(Alert(to, name, urgent=urgent),))


def last_day(until: datetime, given: Given) -> str:
    """The last day of a time that ends then, as staff read it."""
    zone = given.terms.zone
    year = given.at.astimezone(zone).year
    return moment("zh", (until - TICK).astimezone(zone), "day", year=year)


def choices(names: Mapping[str, str]) -> str:
    return "、".join(f"{code}（{name}）" for code, name in names.items())


def spoken(allowance: Allowance) -> str:
    return f"{allowance.number}{UNITS[allowance.unit]}"


def next_end(case: Case, terms: Terms) -> datetime | None:
    """When the clock ends by which the unit answers or puts it right."""
    reading = dated(case, terms)
    return reading.due if reading else None


def dated(case: Case, terms: Terms) -> ClockReading | None:
    going = running(case.ledger)
    clocks = [one for one in UNIT_CLOCKS if one in going and one != "on_site"]
    return read(case.ledger, clocks[0], terms) if clocks else None


def fresh(case: Case) -> Case:
    """Nothing of what the unit before was granted, found or has said."""
    return case.with_assignment(
        extended=False, wants=None, finding=None, rectified=False, notices=()
    )


def with_nobody(case: Case, at: datetime, terms: Terms) -> Case:
    """No unit has it any more: it is to be accepted, or to be sent out, from now on."""
    had = case.assignment.last_unit_id
    moved = fresh(case).with_assignment(
        unit=None, unit_id=None, had=had, returns=0, earlier=(), dispatched=None
    )
    clock: Clock = "accept" if moved.state is State.FILED else "assign"
    return ledger.start(moved, clock, at, terms)
