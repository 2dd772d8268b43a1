"""The clocks of a case, read from an append-only ledger. Pure; why each is due when it
is says `explaining.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

from dialogs.case.allowance import Allowance, Clock
from dialogs.case.worktime import (
    ONE_DAY,
    TICK,
    Terms,
    add,
    after,
    back,
    day_of,
    end_of,
    shifted,
    workdays,
)
from dialogs.texts import phrases

phrases(
    "clock",
    name_accept="受理",
    name_assign="转办",
    name_answer="单位答复",
    name_rectify="整改",
    name_on_site="到场或上线",
    name_result="当日出结果",
)
NOTED_KINDS = ("warned", "breached", "urged", "supervised", "escalated", "circulated")
SLIP = 1e-9  # of a share of working days: 0.2 of 15 is 3, whatever floats say
LineKind = Literal[
    "start", "pause", "resume", "extend", "redate", "stop",
    "warned", "breached", "urged", "supervised", "escalated", "circulated",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One line of a case's ledger. at: UTC, whole seconds; the hour where a reporter
    caused it.

    allowance: of start and extend; until: of a start by a committed date (due), of a
    pause its resume date, of a redate the new due;
    reason: of a pause, an extension or a redate, in staff's words; by: their name.
    """

    clock: Clock
    kind: LineKind
    at: datetime
    allowance: Allowance | None = None
    until: datetime | None = None
    reason: str = ""
    by: str = ""


# ── what it says of a clock ───────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the ledger says of the latest run of a clock. Times are UTC.

    allowance: all that was granted; ends: by when, or while paused, by when before it
    paused; paused: the pause it stands in; since: from when it runs on (the start or
    the last resume), or when it paused;
    used: seconds used before that (of no meaning for working days).
    """

    clock: Clock
    started: datetime
    allowance: Allowance
    terms: Terms = field(repr=False)
    ends: datetime
    since: datetime
    paused: ClockLine | None = None
    stopped: datetime | None = None
    used: float = 0.0

    @property
    def due(self) -> datetime | None:
        """By when; None while paused."""
        return None if self.paused else self.ends

    @property
    def last_day(self) -> date:
        """The local day on which it ends."""
        return day_of(self.ends - TICK, self.terms)

    @property
    def unannounced(self) -> int | None:
        """The year that it ends in, where that year's make-up days (调休) are still to
        be announced, so that it may come to end on another day; else None.
        """
        year = self.last_day.year
        if self.allowance.unit != "W" or self.terms.calendar.knows(year):
            return None
        return year

    def share(self, at: datetime) -> float:
        """How much of the allowance is used at `at`: 0 at the start, 1 when due, more
        when late.
        """
        at = self._run_until(at)
        whole = self._whole()
        if whole <= 0:
            return float(at >= self.ends)
        return max(0.0, 1 - self._left(at) / whole)

    def when(self, share: float) -> datetime | None:
        """When so much of the allowance will be used; None while paused. Not before it
        runs on.
        """
        if self.paused:
            return None
        left = self._whole() * (1 - share)
        if self.allowance.unit == "W":
            at = self._when_days_are_left(left)
        else:
            at = self.ends - timedelta(seconds=left)
        return max(self.since, at)

    def _run_until(self, at: datetime) -> datetime:
        """Up to when it has run at `at`: no further than its pause or its stop."""
        if self.paused:
            return self.since
        if self.stopped is not None:
            at = min(at, self.stopped)
        return max(at, self.since)

    def _whole(self) -> float:
        """Working days, or seconds."""
        if self.allowance.unit == "W":
            return self.allowance.number
        return self.used + (self.ends - self.since).total_seconds()

    def _left(self, at: datetime) -> float:
        """Working days with their fraction, or seconds; below 0 when late."""
        if self.allowance.unit == "W":
            return self._days_left(at)
        return (self.ends - at).total_seconds()

    def _days_left(self, at: datetime) -> float:
        calendar = self.terms.calendar
        day = day_of(at, self.terms)
        worked = calendar.works(day)
        gone_today = worked * _part_of_day(at, self.terms.zone)
        if day > self.last_day:
            full_days_late = workdays(self.last_day, day - ONE_DAY, calendar)
            return -full_days_late - gone_today
        if day == self.last_day:
            return 1 if self.paused else 1 - gone_today
        after_today = workdays(day, self.last_day, calendar)
        if day == day_of(self.since, self.terms):  # the day of a start is not counted
            return after_today
        return after_today + worked - gone_today

    def _when_days_are_left(self, left: float) -> datetime:
        full_days = int(left + SLIP)
        day = back(self.last_day, full_days, self.terms.calendar)
        if day <= day_of(self.since, self.terms):
            return self.since
        part_of_day = max(0.0, left - full_days)
        return end_of(day, self.terms.zone) - timedelta(days=part_of_day)


def _part_of_day(at: datetime, zone: tzinfo) -> float:
    """How much of the local day has gone, 0 to 1."""
    local = at.astimezone(zone)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return seconds / 86400


def read(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> ClockReading | None:
    """The latest run of a clock; None if it was never started.

    A line never counts as earlier than the line before it, so that a clock jumping back
    takes no time away. What cannot be (a resume without a pause, a line after the stop)
    changes nothing.
    """
    run = latest_run(ledger, clock, terms)
    return run[-1].reading if run else None


class RunLine(NamedTuple):
    """A line of a clock's run. at: from when it counts; reading: what it left."""

    line: ClockLine
    at: datetime
    reading: ClockReading


def latest_run(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> list[RunLine]:
    """The lines of the latest run that changed or noted something."""
    run: list[RunLine] = []
    at: datetime | None = None
    for line in ledger:
        if line.clock != clock:
            continue
        at = line.at if at is None else max(at, line.at)
        if line.kind == "start":
            run = [RunLine(line, at, _started(line, at, terms))]
        elif run and run[-1].reading.stopped is None:
            run.append(RunLine(line, at, _followed(run[-1].reading, line, at)))
    return run


def _started(line: ClockLine, at: datetime, terms: Terms) -> ClockReading:
    if line.until is None:
        allowance = line.allowance or Allowance(0, "D")
        ends = add(at, allowance, terms)
    else:
        last_day = day_of(line.until - TICK, terms)
        days = (last_day - day_of(at, terms)).days
        allowance = Allowance(max(0, days), "D")
        ends = line.until
    return ClockReading(
        clock=line.clock,
        started=at,
        allowance=allowance,
        terms=terms,
        ends=ends,
        since=at,
    )


def _followed(reading: ClockReading, line: ClockLine, at: datetime) -> ClockReading:
    match line.kind:
        case "pause" if reading.paused is not None:  # longer, or for another reason
            return replace(reading, paused=line)
        case "pause":
            used = reading.used + (at - reading.since).total_seconds()
            return replace(reading, paused=line, used=used, since=at)
        case "resume" if reading.paused is not None:
            return _resumed(reading, reading.paused, at)
        case "extend" if line.allowance is not None:
            return _extended(reading, line.allowance)
        case "redate" if line.until is not None and reading.paused is None:
            return _redated(reading, line.until)
        case "stop" if reading.paused is not None:
            return replace(_resumed(reading, reading.paused, at), stopped=at)
        case "stop":
            return replace(reading, stopped=at)
        case _:
            return reading


def _extended(reading: ClockReading, more: Allowance) -> ClockReading:
    """Working days stay working days, whatever they are extended by."""
    terms = reading.terms
    longer = replace(reading, ends=after(reading.ends, more, terms))
    unit = reading.allowance.unit
    if unit == "W":
        added = workdays(reading.last_day, longer.last_day, terms.calendar)
    elif unit == more.unit:
        added = more.number
    else:
        return longer
    total = Allowance(reading.allowance.number + added, unit)
    return replace(longer, allowance=total)


def _redated(reading: ClockReading, until: datetime) -> ClockReading:
    """Another last day, as if it had been so from the start."""
    terms = reading.terms
    first_day = day_of(reading.started, terms)
    moved = replace(reading, ends=until)
    if reading.allowance.unit == "W":
        days = workdays(first_day, moved.last_day, terms.calendar)
    elif reading.allowance.unit == "D":
        days = max(0, (moved.last_day - first_day).days)
    else:
        return moved
    return replace(moved, allowance=Allowance(days, reading.allowance.unit))


def _resumed(reading: ClockReading, pause: ClockLine, at: datetime) -> ClockReading:
    """It runs on from the date that was set, however late somebody noted it. What was
    late has run on.
    """
    if was_late(reading):
        return replace(reading, paused=None)
    if pause.until is not None:
        at = max(reading.since, min(at, pause.until))
    ends = shifted(reading.ends, reading.since, at, reading.allowance, reading.terms)
    return replace(reading, ends=ends, since=at, paused=None)


def by_the_rules(
    ledger: Sequence[ClockLine],
    clock: Clock,
    terms: Terms,
    allowance: Allowance | None = None,
) -> datetime | None:
    """By when the latest run would have to end if nobody had named a date: what the
    rules gave it, with the pauses and the time that was granted. None, if it was never
    started.

    allowance: what the rules give at most, in place of what it was started with.
    """
    plain: list[ClockLine] = []
    for line in ledger:
        if line.clock != clock or line.kind == "redate":
            continue
        given = allowance or line.allowance
        if line.kind == "start" and given is not None:
            line = replace(line, allowance=given, until=None)
        plain.append(line)
    reading = read(plain, clock, terms)
    return reading.ends if reading else None


def was_late(paused: ClockReading) -> bool:
    """Whether its time had run out when it was paused."""
    return paused.since >= paused.ends


# ── what it says of all ───────────────────────────────────────────────────────────────


def running(ledger: Sequence[ClockLine]) -> tuple[Clock, ...]:
    """Clocks that were started and not stopped, paused ones too, in the order of their
    start.
    """
    found: dict[Clock, None] = {}
    for line in ledger:
        if line.kind == "start":
            found[line.clock] = None
        elif line.kind == "stop":
            found.pop(line.clock, None)
    return tuple(found)


def running_readings(ledger: Sequence[ClockLine], terms: Terms) -> list[ClockReading]:
    """What the ledger says of each running clock, in the order of their start."""
    readings = (read(ledger, clock, terms) for clock in running(ledger))
    return [reading for reading in readings if reading is not None]


def next_due(ledger: Sequence[ClockLine], terms: Terms) -> datetime | None:
    """When the next running clock ends; None if none runs."""
    dues = (reading.due for reading in running_readings(ledger, terms))
    return min((due for due in dues if due is not None), default=None)


def steps_done(ledger: Sequence[ClockLine], clock: Clock) -> set[LineKind]:
    """What was done about a clock since its latest start; more time, or another date,
    lets it all be done anew.
    """
    done: set[LineKind] = set()
    for line in ledger:
        if line.clock != clock:
            continue
        if line.kind in ("start", "extend", "redate"):
            done.clear()
        elif line.kind in NOTED_KINDS:
            done.add(line.kind)
    return done


def ahead(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> dict[LineKind, datetime]:
    """What is still to be done about a running clock, and when: warned, breached, then
    the steps.

    Empty while it is paused and once it has stopped.
    """
    reading = read(ledger, clock, terms)
    if reading is None or reading.due is None or reading.stopped is not None:
        return {}
    due = reading.due
    warned = min(reading.when(terms.rules.warn_at) or due, due)
    found: dict[LineKind, datetime] = {
        "warned": warned.replace(microsecond=0),  # what rings is kept in whole seconds
        "breached": due,
    }
    for kind, offset in terms.rules.steps_for(clock).items():
        found[kind] = after(due, offset, terms)
    done = steps_done(ledger, clock)
    return {kind: at for kind, at in found.items() if kind not in done}
