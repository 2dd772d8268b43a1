"""Writing a case's ledger: what its moves start, pause, resume and stop. Pure; reading
is in `clock.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dialogs.case.allowance import Clock
from dialogs.case.clock import ClockLine, LineKind, read, running
from dialogs.case.life import Case, State
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import Terms


def next_hour(at: datetime) -> datetime:
    """From when a clock runs that a reporter started: its first minute shall tell
    nothing.
    """
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def start(
    case: Case,
    clock: Clock,
    at: datetime,
    terms: Terms,
    until: datetime | None = None,
    complex: bool = False,
) -> Case:
    """until: a committed date, in place of the rules' time."""
    allowance = (
        None
        if until
        else terms.rules.deadline(clock, case.category, case.urgent, complex)
    )
    return _added(case, [ClockLine(clock, "start", at, allowance, until)])


def dispatch(
    case: Case,
    at: datetime,
    terms: Terms,
    until: datetime | None = None,
    complex: bool = False,
) -> Case:
    """The clocks of a unit start when a case is sent to it. until: as it was told."""
    stopped = stop(case, at)
    if not case.urgent:
        return start(stopped, "answer", at, terms, until, complex)
    return start(start(stopped, "on_site", at, terms), "result", at, terms, until)


def stop(case: Case, at: datetime, *clocks: Clock) -> Case:
    """These clocks, as far as they run; without any, all."""
    ending = [clock for clock in running(case.ledger) if not clocks or clock in clocks]
    return _added(case, [ClockLine(clock, "stop", at) for clock in ending])


def pause(
    case: Case,
    at: datetime,
    *clocks: Clock,
    until: datetime | None = None,
    reason: str = "",
    by: str = "",
) -> Case:
    """These clocks, or all, as far as they run and do not pause already."""
    pausing = [clock for clock in running(case.ledger) if not clocks or clock in clocks]
    return _added(
        case,
        [
            ClockLine(
                clock=clock,
                kind="pause",
                at=at,
                allowance=None,
                until=until,
                reason=reason,
                by=by,
            )
            for clock in pausing
            if not is_paused(case, clock)
        ],
    )


def resume(case: Case, at: datetime) -> Case:
    """All that pauses; but the unit that sent a case back does not work on it
    meanwhile.
    """
    resuming = [
        clock
        for clock in running(case.ledger)
        if is_paused(case, clock)
        and not (case.state is State.RETURNED and clock in UNIT_CLOCKS)
    ]
    return _added(case, [ClockLine(clock, "resume", at) for clock in resuming])


def is_paused(case: Case, clock: Clock) -> bool:
    turns = ("start", "pause", "resume")
    return [
        line.kind for line in case.ledger if line.clock == clock and line.kind in turns
    ][-1:] == ["pause"]


def mark(
    case: Case, kind: LineKind, at: datetime, reason: str = "", by: str = ""
) -> Case:
    """A step on every clock that runs against the unit."""
    clocks = [clock for clock in running(case.ledger) if clock in UNIT_CLOCKS]
    return _added(
        case,
        [
            ClockLine(
                clock=clock,
                kind=kind,
                at=at,
                allowance=None,
                until=None,
                reason=reason,
                by=by,
            )
            for clock in clocks
        ],
    )


def dispatched(case: Case, terms: Terms) -> datetime | None:
    """Since when the present unit has the case; None where no clock of its runs."""
    found = [
        reading.started
        for clock in running(case.ledger)
        if clock in UNIT_CLOCKS and (reading := read(case.ledger, clock, terms))
    ]
    return min(found, default=None)


def _added(case: Case, lines: Iterable[ClockLine]) -> Case:
    return replace(case, ledger=(*case.ledger, *lines))
