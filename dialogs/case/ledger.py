"""Writing a case's ledger: what its moves start, pause, resume and stop. Pure; reading
is in `clock.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockLine, LineKind, running, running_readings
from dialogs.case.duty import acts_from, shifts
from dialogs.case.life import Case, State
from dialogs.case.rules import UNIT_CLOCKS
from dialogs.case.worktime import TICK, Terms, day_of

NOBODY_ON_DUTY = "转办时没有人值班"


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
    *,
    until: datetime | None = None,
    complex: bool = False,
    again: bool = False,
    waits: bool = False,
) -> Case:
    """until: a committed date, in place of the rules' time, which is noted all the
    same; complex, again: as in `Rules.deadline`; waits: until somebody is on duty.
    """
    allowance = terms.rules.deadline(
        clock, case.category, case.urgent, complex=complex, again=again
    )
    reason = NOBODY_ON_DUTY if waits else ""
    line = ClockLine(clock, "start", at, allowance, until=until, reason=reason)
    return _with_lines(case, [line])


def dispatch(
    case: Case,
    at: datetime,
    terms: Terms,
    *,
    until: datetime | None = None,
    complex: bool = False,
) -> Case:
    """The clocks of a unit start when a case is sent to it; those of an urgent one when
    somebody there is on duty. until: as it was told.
    """
    stopped = stop(case, at)
    if not case.urgent:
        return start(stopped, "answer", at, terms, until=until, complex=complex)
    found = shifts(terms.rules.duty, case.assignment.unit)
    begins = acts_from(found, at, terms.calendar, terms.zone)
    on_its_way = start(stopped, "on_site", begins, terms, waits=begins > at)
    there = running_readings(on_its_way.ledger, terms)[-1].ends
    # who may come after midnight has no result before it
    first_day = day_of(begins, terms)
    result_from = begins if day_of(there - TICK, terms) == first_day else there
    return start(
        on_its_way, "result", result_from, terms, until=until, waits=begins > at
    )


def demand(case: Case, at: datetime, terms: Terms) -> Case:
    """The unit is to answer once more: the clock by which it does starts again."""
    clock: Clock = "result" if case.urgent else "answer"
    return start(case, clock, at, terms, again=True)


def redate(
    case: Case, clock: Clock, at: datetime, until: datetime, *, reason: str, by: str
) -> Case:
    """Another last day for a running clock."""
    line = ClockLine(clock, "redate", at, until=until, reason=reason, by=by)
    return _with_lines(case, [line])


def waited(case: Case) -> bool:
    """Whether staff let the clocks wait once already since the latest of them began."""
    return times_waited(case) > 0


def times_waited(case: Case) -> int:
    """How often staff let the clocks wait since the latest of them began."""
    waits: set[datetime] = set()
    for line in case.ledger:
        if line.kind == "start":
            waits.clear()
        elif line.kind == "pause" and line.by:
            waits.add(line.at)
    return len(waits)


def waits_since(case: Case) -> datetime | None:
    """Since when clocks wait that staff stopped; None where none does."""
    waiting: dict[Clock, datetime] = {}
    for line in case.ledger:
        if line.kind == "pause" and line.by:
            waiting[line.clock] = line.at
        elif line.kind in ("start", "resume", "stop"):
            waiting.pop(line.clock, None)
    return min(waiting.values(), default=None)


def times_asked(case: Case) -> int:
    """How often a question to its reporters let the clocks wait, since the latest of
    them began.
    """
    asked: set[datetime] = set()
    for line in case.ledger:
        if line.kind == "start":
            asked.clear()
        elif line.kind == "pause" and line.until is not None and not line.by:
            asked.add(line.at)
    return len(asked)


def stop(case: Case, at: datetime, *clocks: Clock) -> Case:
    """These clocks, as far as they run; without any, all."""
    ending = _running_of(case, clocks)
    return _with_lines(case, [ClockLine(clock, "stop", at) for clock in ending])


def pause(
    case: Case,
    at: datetime,
    *clocks: Clock,
    until: datetime | None = None,
    reason: str = "",
    by: str = "",
) -> Case:
    """These clocks, or all, as far as they run and do not pause already."""
    pausing = [
        clock for clock in _running_of(case, clocks) if not is_paused(case, clock)
    ]
    lines = [
        ClockLine(clock, "pause", at, until=until, reason=reason, by=by)
        for clock in pausing
    ]
    return _with_lines(case, lines)


def resume(case: Case, at: datetime) -> Case:
    """All that pauses; but the unit that sent a case back, or says that it is put
    right, does not work on it meanwhile.
    """
    resuming = [clock for clock in running(case.ledger) if is_paused(case, clock)]
    if case.state is State.RETURNED or case.assignment.rectified:
        resuming = [clock for clock in resuming if clock not in UNIT_CLOCKS]
    return _with_lines(case, [ClockLine(clock, "resume", at) for clock in resuming])


def is_paused(case: Case, clock: Clock) -> bool:
    """Whether the last that was said of this clock's course is a pause."""
    paused = False
    for line in case.ledger:
        if line.clock == clock and line.kind in ("start", "pause", "resume"):
            paused = line.kind == "pause"
    return paused


def extend(
    case: Case, clock: Clock, at: datetime, more: Allowance, *, reason: str, by: str
) -> Case:
    """More time for the unit's answer, or for putting it right."""
    line = ClockLine(clock, "extend", at, more, reason=reason, by=by)
    return _with_lines(case, [line])


def mark(
    case: Case, kind: LineKind, at: datetime, *, reason: str = "", by: str = ""
) -> Case:
    """A step on every clock that runs against the unit."""
    lines = [
        ClockLine(clock, kind, at, reason=reason, by=by)
        for clock in _running_of(case, UNIT_CLOCKS)
    ]
    return _with_lines(case, lines)


def dispatched(case: Case, terms: Terms) -> datetime | None:
    """Since when the present unit has the case; None where no clock of its runs."""
    readings = running_readings(case.ledger, terms)
    started = (one.started for one in readings if one.clock in UNIT_CLOCKS)
    return min(started, default=None)


def _running_of(case: Case, clocks: Collection[Clock]) -> list[Clock]:
    """Those of these clocks that run; without any, all that run."""
    found = running(case.ledger)
    return [clock for clock in found if not clocks or clock in clocks]


def _with_lines(case: Case, lines: Iterable[ClockLine]) -> Case:
    return replace(case, ledger=(*case.ledger, *lines))
