"""What a case owes, and what follows when it falls due. Pure.

`dues` depends on the case alone; its answer lies in rows that say no more than when to
ring. `ring` moves the case on, so that what rang is owed no longer: whoever rings twice
finds nothing due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockLine, LineKind, ahead, read, running
from dialogs.case.decisions import settled, states, to_all
from dialogs.case.life import ENDED, OPEN, Case, State, move
from dialogs.case.notices import ADDRESSEES, Notice
from dialogs.case.orders import Alert, Decision, StoryStep
from dialogs.case.pushes import push
from dialogs.case.rules import UNIT_CLOCKS, URGENT_CLOCKS, KeptKind
from dialogs.case.worktime import Terms, add

Dues = dict[str, datetime]
Ear = Literal["staff", "supervisor", "unit", "leader"]
LADDER: tuple[LineKind, ...] = ("urged", "supervised", "escalated", "circulated")
RING_OF: dict[LineKind, str] = {
    "warned": "warn",
    "breached": "breach",
    **{step: step for step in LADDER},
}
NOTED_BY: dict[str, LineKind] = {kind: noted for noted, kind in RING_OF.items()}
AFTER_THE_END = (*ENDED, State.DECLINED, State.WITHDRAWN)
# Pushes that one may do without. All others are changes of state, and end with
# "别再提醒" only.
WISH = {
    "push.hear": "weekly",
    "push.breached": "weekly",
    **{f"push.{step}": "weekly" for step in LADDER},
    "push.handed": "weekly",
    "push.called_back": "callback",
    "push.called_back_again": "callback",
    "push.looked_back": "look_back",
    "push.looked_back_later": "later",
}


# ── what is owed ──────────────────────────────────────────────────────────────────────


def dues(case: Case, terms: Terms) -> Dues:
    """When what will ring next, by kind. Of a chain only the next link: the others
    follow after it.
    """
    found: Dues = {}
    for clock in running(case.ledger):
        for kind, at in _of_clock(case, clock, terms).items():
            found[kind] = min(at, found.get(kind, at))
    if case.reply is not None:
        found["reply"] = case.reply.at
    if case.resumes is not None and case.state is State.WAITING:
        found["resume"] = case.resumes
    heard = case.followup.told or case.opened
    if heard is not None and case.state in (*OPEN, State.WAITING):
        found["hear"] = add(heard, terms.rules.hear_every, terms)
    return found | _after_the_end(case, terms)


def _of_clock(case: Case, clock: Clock, terms: Terms) -> Dues:
    """The warning and the next step: nothing is warned of once it is broken, no step
    overtakes another.
    """
    left = ahead(case.ledger, clock, terms)
    warned = left.pop("warned", None)
    if not left:
        return {}
    step = next(iter(left))
    found: Dues = {RING_OF[step]: left[step]}
    if warned is not None and step == "breached":
        found["warn"] = warned
    return found


def _after_the_end(case: Case, terms: Terms) -> Dues:
    """Callback, look-back, and what is forgotten when."""
    if case.state not in (*AFTER_THE_END, State.MERGED):
        return {}
    followup = case.followup
    end = followup.closed or followup.told or case.opened
    if end is None:
        return {}
    found = _questions(case, end, terms) | _forgetting(case, end, terms)
    if not followup.retained:
        found["retain"] = _kept_until(case, end, terms)
    return found


def _questions(case: Case, end: datetime, terms: Terms) -> Dues:
    rules = terms.rules
    followup = case.followup
    found: Dues = {}
    if case.state is State.CLOSED:
        found["call_back"] = add(end, rules.callback_after, terms)
    if case.state is State.CALLBACK and followup.called_back == 1:
        asked = followup.told or end
        found["call_back_again"] = add(asked, rules.callback_again_after, terms)
    if case.state in (State.CLOSED, State.CALLBACK):
        found["look_back"] = add(end, rules.look_back_after, terms)
    if case.state is State.LOOK_BACK and followup.looked_back == 1:
        found["look_back_later"] = add(end, rules.look_back_later, terms)
    return found


def _forgetting(case: Case, end: datetime, terms: Terms) -> Dues:
    """Addresses go in two sweeps; those of merged cases stay with the other case."""
    if case.state not in AFTER_THE_END:
        return {}
    match case.followup.forgot:
        case 0:
            return {"forget": add(end, terms.rules.forget_after, terms)}
        case 1:
            return {"forget_later": add(end, terms.rules.forget_later, terms)}
        case _:
            return {}


def _kept_until(case: Case, end: datetime, terms: Terms) -> datetime:
    """How long the content is kept; what a reporter added lately is not
    removed unread.
    """
    days = terms.rules.retention
    kept = days[_kept_kind(case.state)]
    until = add(end, Allowance(kept, "C"), terms)
    if case.added is None:
        return until
    read_by_then = add(case.added, Allowance(days["unread"], "C"), terms)
    return max(until, read_by_then)


def _kept_kind(state: State) -> KeptKind:
    if state in (State.DECLINED, State.WITHDRAWN):
        return "declined"
    return "merged" if state is State.MERGED else "closed"


# ── what follows when it rings ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Ring:
    """What has fallen due. kind: one of `dues`; at: UTC, whole seconds."""

    case: Case
    kind: str
    at: datetime
    terms: Terms

    def late_clocks(self) -> list[Clock]:
        """The clocks of which `kind` is due."""
        return [clock for clock in running(self.case.ledger) if self._is_late(clock)]

    def _is_late(self, clock: Clock) -> bool:
        due = _of_clock(self.case, clock, self.terms).get(self.kind)
        return due is not None and due <= self.at

    def noted(self, case: Case, clock: Clock) -> Case:
        """`case` with a line which says that this was done about the clock."""
        line = ClockLine(clock, NOTED_BY[self.kind], self.at)
        return replace(case, ledger=(*case.ledger, line))

    def due(self, clock: Clock) -> int:
        """When the clock ends, in seconds since 1970 UTC."""
        reading = read(self.case.ledger, clock, self.terms)
        assert reading is not None  # it runs
        return int(reading.ends.timestamp())

    def alerts(self, clock: Clock) -> tuple[Alert, ...]:
        """Where the hotline itself is late, its supervisor hears of it."""
        to_whom = _PRESSED[self.kind] if clock in UNIT_CLOCKS else _HOTLINE_LATE
        params = {"clock": clock, "due": self.due(clock)}
        urgent = clock in URGENT_CLOCKS
        return tuple(Alert(to, self.kind, params, urgent=urgent) for to in to_whom)

    def decision(
        self,
        moved: Case,
        *entries: StoryStep,
        said: str | None = None,
        alerts: tuple[Alert, ...] = (),
    ) -> Decision:
        """said: what all reporters are pushed, if anything."""
        return Decision(
            case=moved,
            entries=entries,
            pushes=to_all(moved, said) if said else (),
            audit=(f"case.{self.kind}", states(self.case, moved)),
            alerts=alerts,
        )


def ring(case: Case, kind: str, at: datetime, terms: Terms) -> Decision | None:
    """What follows from `kind` being due at `at`; None where it is not due, or not any
    more.
    """
    at = at.replace(microsecond=0)
    if not _is_due(case, kind, at, terms):
        return None
    decision = _RINGS[kind](_Ring(case, kind, at, terms))
    return replace(decision, case=settled(decision.case, terms))


def _is_due(case: Case, kind: str, at: datetime, terms: Terms) -> bool:
    due = dues(case, terms).get(kind)
    return due is not None and due <= at


def _yields(ring: _Ring, moved: Case) -> bool:
    """Whether something else is due that will be told: after a long stop one hears
    once, not five times.

    A step yields to any other step, of another clock too: they ring in the order in
    which they fell due, and the last one speaks.
    """
    telling = ("breach", *LADDER)
    if ring.kind == "hear":
        telling += ("resume", "reply")
    owed = dues(moved, ring.terms)
    return any(kind in owed and owed[kind] <= ring.at for kind in telling)


def _warn(ring: _Ring) -> Decision:
    moved = ring.case
    alerts: tuple[Alert, ...] = ()
    for clock in ring.late_clocks():
        moved = ring.noted(moved, clock)
        is_over = _of_clock(moved, clock, ring.terms)["breach"] <= ring.at
        if not is_over:
            alerts += ring.alerts(clock)
    return ring.decision(moved, alerts=alerts)


def _step(ring: _Ring) -> Decision:
    """The time has run out, or the next step is due: it is noted, said plainly, and
    somebody is pressed.
    """
    moved = ring.case
    told = NOTED_BY[ring.kind]
    unit = ring.case.assignment.unit or ""
    alerts: tuple[Alert, ...] = ()
    entries: list[StoryStep] = []
    for clock in ring.late_clocks():
        moved = ring.noted(moved, clock)
        until = ring.due(clock) - 1  # 24:00 belongs to the day that it ends
        params = {"clock": clock, "unit": unit, "until": until}
        if told in ADDRESSEES:
            params["paper"] = True
        entries.append(StoryStep(told, params))
        alerts += ring.alerts(clock)
    if told in ADDRESSEES:
        moved = _noticed(moved, told, ring.at)
    if _yields(ring, moved):
        return ring.decision(moved, *entries, alerts=alerts)
    heard = moved.with_followup(told=ring.at)
    return ring.decision(heard, *entries, said=told, alerts=alerts)


def _noticed(case: Case, step: str, at: datetime) -> Case:
    """A paper to whoever leads the unit is written; it waits until it has reached
    him.
    """
    notices = (*case.assignment.notices, Notice(step, at))
    return case.with_assignment(notices=notices)


def _resume(ring: _Ring) -> Decision:
    resumed = ledger.resume(move(ring.case, "resume"), ring.at)
    heard = resumed.with_followup(told=ring.at)
    alert = Alert("staff", "resumed")
    return ring.decision(heard, StoryStep("resumed"), said="resumed", alerts=(alert,))


def _hear(ring: _Ring) -> Decision:
    heard = ring.case.with_followup(told=ring.at)
    said = None if _yields(ring, heard) else "hear"
    return ring.decision(heard, said=said)


def _reply(ring: _Ring) -> Decision:
    """It can no longer be taken back: now it stands in the story, and the reporters
    hear of it.
    """
    case = ring.case
    reply = case.reply
    assert reply is not None  # it is due
    addressed = case.reports
    if reply.to is not None:
        addressed = case.reports[reply.to - 1 : reply.to]
    moved = replace(case, reply=None)
    if addressed:
        moved = moved.with_followup(told=ring.at)
    said = {"text": reply.text}
    steps = [StoryStep("replied", said, report, by=reply.by) for report in addressed]
    pushes = tuple(push(report, "replied") for report in addressed)
    return replace(ring.decision(moved, *steps), pushes=pushes)


def _call_back(ring: _Ring) -> Decision:
    """Is it solved? Asked once more, and never again. Where the look-back is due too,
    that alone asks.
    """
    case = ring.case
    if _is_due(case, "look_back", ring.at, ring.terms):
        return _look_back(replace(ring, kind="look_back"))
    again = ring.kind == "call_back_again"
    moved = case if again else move(case, "call_back")
    times = case.followup.called_back + 1
    heard = moved.with_followup(called_back=times, told=ring.at)
    said = "called_back_again" if again else "called_back"
    return ring.decision(heard, StoryStep(said), said=said)


def _look_back(ring: _Ring) -> Decision:
    """Has it come back? A second time, later, only for those who wished it."""
    case = ring.case
    if ring.kind == "look_back_later":
        times = case.followup.looked_back + 1
        heard = case.with_followup(looked_back=times, told=ring.at)
        return ring.decision(heard, said="looked_back_later")
    moved = move(case, "look_back")
    times = case.followup.looked_back + 1
    heard = moved.with_followup(looked_back=times, told=ring.at)
    if _is_due(heard, "look_back_later", ring.at, ring.terms):
        heard = heard.with_followup(looked_back=2)
    return ring.decision(heard, StoryStep("looked_back"), said="looked_back")


def _forget(ring: _Ring) -> Decision:
    """Addresses go: first those of all who did not choose a second look-back, then the
    others.
    """
    sweeps = ring.case.followup.forgot + 1
    return ring.decision(ring.case.with_followup(forgot=sweeps))


def _retain(ring: _Ring) -> Decision:
    """The content goes, with the keys of its reports."""
    emptied = replace(ring.case, reports=())
    return ring.decision(emptied.with_followup(retained=True))


_RINGS: dict[str, Callable[[_Ring], Decision]] = {
    "reply": _reply,
    "resume": _resume,
    "warn": _warn,
    "breach": _step,
    **{step: _step for step in LADDER},
    "hear": _hear,
    "call_back": _call_back,
    "call_back_again": _call_back,
    "look_back": _look_back,
    "look_back_later": _look_back,
    "forget": _forget,
    "forget_later": _forget,
    "retain": _retain,
}
# who is told of a clock that runs against a unit
_PRESSED: dict[str, tuple[Ear, ...]] = {
    "warn": ("unit", "staff"),
    "breach": ("unit", "staff"),
    "urged": ("unit", "staff"),
    "supervised": ("unit", "leader", "supervisor"),
    "escalated": ("unit", "leader", "supervisor"),
    "circulated": ("unit", "leader", "supervisor"),
}
_HOTLINE_LATE: tuple[Ear, ...] = ("staff", "supervisor")
