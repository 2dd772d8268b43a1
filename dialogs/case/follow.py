"""What a case owes, and what follows when it falls due. Pure.

`dues` depends on the case alone; its answer lies in rows that say no more than when to
ring. `ring` moves the case on, so that what rang is owed no longer: whoever rings twice
finds nothing due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockLine, LineKind, ahead, read, running
from dialogs.case.decisions import settled, states, to_all
from dialogs.case.life import ENDED, OPEN, Case, State, move
from dialogs.case.orders import Alert, Decision, StoryStep
from dialogs.case.pushes import push
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms, add

Dues = dict[str, datetime]
Ear = Literal["staff", "supervisor", "unit"]
LADDER: tuple[LineKind, ...] = ("urged", "supervised", "escalated", "circulated")
RING_OF: dict[LineKind, str] = {
    "warned": "warn",
    "breached": "breach",
    **{step: step for step in LADDER},
}
NOTED_BY: dict[str, LineKind] = {kind: noted for noted, kind in RING_OF.items()}
AFTER_THE_END = (*ENDED, State.DECLINED)
# Pushes that one may do without. All others are changes of state, and end with
# "别再提醒" only.
WISH = {
    "push.hear": "weekly",
    "push.breached": "weekly",
    **{f"push.{step}": "weekly" for step in LADDER},
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
    if heard is not None and (case.state in OPEN or case.state is State.WAITING):
        found["hear"] = add(heard, terms.rules.hear_every, terms)
    return found | _after_the_end(case, terms)


def _of_clock(case: Case, clock: Clock, terms: Terms) -> Dues:
    """The warning and the next step: nothing is warned of once it is broken, no step
    overtakes another.
    """
    left = ahead(case.ledger, clock, terms)
    step = next((noted for noted in left if noted != "warned"), None)
    found: Dues = {RING_OF[step]: left[step]} if step else {}
    if "warned" in left and step == "breached":
        found["warn"] = left["warned"]
    return found


def _after_the_end(case: Case, terms: Terms) -> Dues:
    """Callback, look-back, and what is forgotten when."""
    found, rules = Dues(), terms.rules
    end = case.followup.closed or case.followup.told or case.opened
    if end is None or case.state not in (*AFTER_THE_END, State.MERGED):
        return found
    if case.state is State.CLOSED:
        found["call_back"] = add(end, rules.callback_after, terms)
    if case.state is State.CALLBACK and case.followup.called_back == 1:
        found["call_back_again"] = add(
            case.followup.told or end, rules.callback_again_after, terms
        )
    if case.state in (State.CLOSED, State.CALLBACK):
        found["look_back"] = add(end, rules.look_back_after, terms)
    if case.state is State.LOOK_BACK and case.followup.looked_back == 1:
        found["look_back_later"] = add(end, rules.look_back_later, terms)
    if case.state in AFTER_THE_END and case.followup.forgot == 0:
        found["forget"] = add(end, rules.forget_after, terms)
    if case.state in AFTER_THE_END and case.followup.forgot == 1:
        found["forget_later"] = add(end, rules.forget_later, terms)
    if not case.followup.retained:
        found["retain"] = _kept_until(case, end, terms)
    return found


def _kept_until(case: Case, end: datetime, terms: Terms) -> datetime:
    """How long the content is kept; what a reporter added lately is not
    removed unread.
    """
    days = terms.rules.retention
    until = add(
        end,
        Allowance(days["closed" if case.state in ENDED else case.state.value], "C"),  # type: ignore[index]
        terms,
    )
    return (
        max(until, add(case.added, Allowance(days["unread"], "C"), terms))
        if case.added
        else until
    )


# ── what follows when it rings ────────────────────────────────────────────────────────


def ring(case: Case, kind: str, at: datetime, terms: Terms) -> Decision | None:
    """What follows from `kind` being due at `at`; None where it is not due, or not any
    more.
    """
    at = at.replace(microsecond=0)
    if not _is_due(case, kind, at, terms):
        return None
    decision = _RINGS[kind](case, kind, at, terms)
    return replace(decision, case=settled(decision.case, terms))


def _is_due(case: Case, kind: str, at: datetime, terms: Terms) -> bool:
    due = dues(case, terms).get(kind)
    return due is not None and due <= at


def _yields(case: Case, kind: str, at: datetime, terms: Terms) -> bool:
    """Whether something else is due that will be told: after a long stop one hears
    once, not five times.

    A step yields to any other step, of another clock too: they ring in the order in
    which they fell due, and the last one speaks.
    """
    steps = ("breach", *LADDER)
    telling = (*steps, "resume", "reply") if kind == "hear" else steps
    owed = dues(case, terms)
    return any(other in owed and owed[other] <= at for other in telling)


def _warn(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    moved, alerts = case, tuple[Alert, ...]()
    for clock in _late(case, kind, at, terms):
        moved = _noted(moved, clock, "warned", at)
        if _of_clock(moved, clock, terms)["breach"] > at:  # no warning of what is over
            alerts += _alerts(case, clock, kind, terms)
    return _rang(case, moved, kind, alerts=alerts)


def _step(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """The time has run out, or the next step is due: it is noted, said plainly, and
    somebody is pressed.
    """
    moved = case
    alerts: tuple[Alert, ...] = ()
    entries: tuple[StoryStep, ...] = ()
    for clock in _late(case, kind, at, terms):
        until = _due(case, clock, terms) - 1  # 24:00 belongs to the day that it ends
        moved = _noted(moved, clock, NOTED_BY[kind], at)
        entries += (
            StoryStep(
                NOTED_BY[kind],
                {"clock": clock, "unit": case.assignment.unit or "", "until": until},
            ),
        )
        alerts += _alerts(case, clock, kind, terms)
    if _yields(moved, kind, at, terms):
        return _rang(case, moved, kind, entries, alerts=alerts)
    return _rang(
        case, moved.with_followup(told=at), kind, entries, NOTED_BY[kind], alerts
    )


def _resume(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    moved = ledger.resume(move(case, "resume"), at).with_followup(told=at)
    return _rang(
        case,
        moved,
        kind,
        (StoryStep("resumed"),),
        "resumed",
        (Alert("staff", "resumed"),),
    )


def _hear(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    moved = case.with_followup(told=at)
    return _rang(
        case, moved, kind, said=None if _yields(moved, kind, at, terms) else "hear"
    )


def _reply(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """It can no longer be taken back: now it stands in the story, and the reporters
    hear of it.
    """
    reply = case.reply
    assert reply is not None  # it is due
    to = case.reports if reply.to is None else case.reports[reply.to - 1 : reply.to]
    moved = replace(case, reply=None).with_followup(
        told=at if to else case.followup.told
    )
    entries = tuple(StoryStep("replied", {"text": reply.text}, report) for report in to)
    pushes = tuple(push(report, "replied") for report in to)
    return replace(_rang(case, moved, kind, entries), pushes=pushes)


def _call_back(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """Is it solved? Asked once more, and never again. Where the look-back is due too,
    that alone asks.
    """
    if _is_due(case, "look_back", at, terms):
        return _look_back(case, "look_back", at, terms)
    again = kind == "call_back_again"
    moved = case if again else move(case, "call_back")
    moved = moved.with_followup(called_back=case.followup.called_back + 1, told=at)
    said = "called_back_again" if again else "called_back"
    return _rang(case, moved, kind, (StoryStep(said),), said)


def _look_back(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """Has it come back? A second time, after 90 days, only for those who wished it."""
    later = kind == "look_back_later"
    moved = case if later else move(case, "look_back")
    moved = moved.with_followup(looked_back=case.followup.looked_back + 1, told=at)
    if _is_due(moved, "look_back_later", at, terms):
        moved = moved.with_followup(looked_back=2)
    said = "looked_back_later" if later else "looked_back"
    return _rang(case, moved, kind, () if later else (StoryStep(said),), said)


def _forget(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """Addresses go: first those of all who did not choose 90 days, then the others."""
    return _rang(case, case.with_followup(forgot=case.followup.forgot + 1), kind)


def _retain(case: Case, kind: str, at: datetime, terms: Terms) -> Decision:
    """The content goes, with the keys of its reports."""
    return _rang(case, replace(case, reports=()).with_followup(retained=True), kind)


_RINGS: dict[str, Callable[[Case, str, datetime, Terms], Decision]] = {
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


# ── small parts ───────────────────────────────────────────────────────────────────────

_PRESSED: dict[str, tuple[Ear, ...]] = {
    "warn": ("unit", "staff"),
    "breach": ("unit", "staff"),
    "urged": ("unit", "staff"),
    "supervised": ("unit", "supervisor"),
    "escalated": ("unit", "supervisor"),
    "circulated": ("unit", "supervisor"),
}


def _late(case: Case, kind: str, at: datetime, terms: Terms) -> list[Clock]:
    """The clocks of which `kind` is due."""
    owed = {
        clock: _of_clock(case, clock, terms).get(kind) for clock in running(case.ledger)
    }
    return [clock for clock, due in owed.items() if due is not None and due <= at]


def _noted(case: Case, clock: Clock, kind: LineKind, at: datetime) -> Case:
    return replace(case, ledger=(*case.ledger, ClockLine(clock, kind, at)))


def _due(case: Case, clock: Clock, terms: Terms) -> int:
    """When the clock ends, in seconds since 1970 UTC."""
    reading = read(case.ledger, clock, terms)
    assert reading is not None  # it runs
    return int(reading.ends.timestamp())


def _alerts(case: Case, clock: Clock, kind: str, terms: Terms) -> tuple[Alert, ...]:
    """Where the hotline itself is late, its supervisor hears of it."""
    ears = _PRESSED[kind] if clock in UNIT_CLOCKS else ("staff", "supervisor")
    params = {"clock": clock, "due": _due(case, clock, terms)}
    return tuple(
        Alert(ear, kind, params, urgent=clock in ("on_site", "result")) for ear in ears
    )


def _rang(
    case: Case,
    moved: Case,
    kind: str,
    entries: tuple[StoryStep, ...] = (),
    said: str | None = None,
    alerts: tuple[Alert, ...] = (),
) -> Decision:
    """said: what all reporters are pushed, if anything."""
    pushes = to_all(moved, said) if said else ()
    return Decision(
        moved, entries, pushes, (f"case.{kind}", states(case, moved)), alerts=alerts
    )
