"""The clocks of a case, as an append-only ledger that explains itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from dialogs.case.worktime import TICK, Terms, add, after, day_of, shifted, workdays

Clock = Literal["accept", "assign", "answer", "rectify", "on_site", "result"]
Kind = Literal[
    "start", "pause", "resume", "extend", "stop",
    "warned", "breached", "urged", "supervised", "escalated", "circulated",
]  # fmt: skip
Unit = Literal["W", "C", "D", "h"]  # Chinese working days; days to the same time; days to 24:00; hours


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much time, as the rules give it."""

    number: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's ledger. at: UTC, whole seconds; the hour where a reporter caused it.

    allowance: of start and extend; until: of a start by a committed date (due), of a pause its resume date;
    reason: of a pause or an extension, in staff's words; by: their name.
    """

    clock: Clock
    kind: Kind
    at: datetime
    allowance: Allowance | None = None
    until: datetime | None = None
    reason: str = ""
    by: str = ""


# ── reading it ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger says of the latest run of a clock. Times are UTC.

    allowance: all that was granted; due: None while paused; paused: the pause it stands in;
    since: from when it runs on (the start or the last resume); used: what was used before that, in the
    allowance's working days, else in seconds.
    """

    clock: Clock
    started: datetime
    allowance: Allowance
    terms: Terms = field(repr=False)
    ends: datetime
    since: datetime
    paused: Line | None = None
    stopped: datetime | None = None
    used: float = 0.0

    @property
    def due(self) -> datetime | None:
        """By when; None while paused."""
        return None if self.paused else self.ends

    def share(self, at: datetime) -> float:
        """How much of the allowance is used at `at`: 0 at the start, 1 when due, more when late."""
        if self.stopped is not None:
            at = min(at, self.stopped)
        running = 0.0 if self.paused or at <= self.since else self._between(self.since, at)
        whole = self._whole()
        return (self.used + running) / whole if whole else float(at >= self.ends)

    def when(self, share: float) -> datetime | None:
        """When so much of the allowance will be used; None while paused."""
        if self.paused:
            return None
        need = share * self._whole() - self.used
        if need <= 0:
            return self.since
        if self.allowance.unit != "W":
            return self.since + timedelta(seconds=need)
        whole = -int(-(need - 1e-9) // 1)
        ends = add(self.since, Allowance(whole, "W"), self.terms)
        return ends - timedelta(days=whole - need)

    def _whole(self) -> float:
        if self.allowance.unit == "W":
            return self.allowance.number
        return self.used + (self.ends - self.since).total_seconds()

    def _between(self, since: datetime, until: datetime) -> float:
        """What a running clock uses: working days with their fraction, or seconds."""
        if self.allowance.unit != "W":
            return (until - since).total_seconds()
        first, last = day_of(since, self.terms), day_of(until, self.terms)
        if last <= first:
            return 0.0
        full = workdays(first, last - timedelta(days=1), self.terms.calendar)
        local = until.astimezone(self.terms.zone)
        part = (local.hour * 3600 + local.minute * 60 + local.second) / 86400
        return full + part * self.terms.calendar.works(last)


def read(ledger: Sequence[Line], clock: Clock, terms: Terms) -> Reading | None:
    """The latest run of a clock; None if it was never started.

    A line never counts as earlier than the line before it, so that a clock jumping back takes no time away.
    What cannot be (a resume without a pause, a line after the stop) changes nothing.
    """
    reading: Reading | None = None
    latest: datetime | None = None
    for line in ledger:
        if line.clock == clock:
            latest = line.at if latest is None else max(latest, line.at)
            if line.kind == "start":
                reading = _started(line, latest, terms)
            elif reading is not None and reading.stopped is None:
                reading = _followed(reading, line, latest)
    return reading


def _started(line: Line, at: datetime, terms: Terms) -> Reading:
    if line.until is not None:
        days = max(0, (day_of(line.until - TICK, terms) - day_of(at, terms)).days)
        return Reading(line.clock, at, Allowance(days, "D"), terms, line.until, at)
    allowance = line.allowance or Allowance(0, "D")
    return Reading(line.clock, at, allowance, terms, add(at, allowance, terms), at)


def _followed(reading: Reading, line: Line, at: datetime) -> Reading:
    match line.kind:
        case "pause" if reading.paused is not None:  # longer, or for another reason
            return replace(reading, paused=line)
        case "pause":
            return replace(reading, paused=line, used=reading.used + _spent(reading, at), since=at)
        case "resume" if reading.paused is not None:
            return _resumed(reading, reading.paused, at)
        case "extend" if line.allowance is not None:
            ends, total = after(reading.ends, line.allowance, reading.terms), reading.allowance
            if line.allowance.unit == total.unit:
                total = Allowance(total.number + line.allowance.number, total.unit)
            return replace(reading, ends=ends, allowance=total)
        case "stop":
            return replace(reading, stopped=at)
        case _:
            return reading


def _spent(reading: Reading, at: datetime) -> float:
    """What a pause at `at` leaves behind it; its own day is used up."""
    if reading.allowance.unit != "W":
        return (at - reading.since).total_seconds()
    return workdays(day_of(reading.since, reading.terms), day_of(at, reading.terms), reading.terms.calendar)


def _resumed(reading: Reading, pause: Line, at: datetime) -> Reading:
    """It runs on from the date that was set, however late somebody noted it."""
    if pause.until is not None:
        at = max(reading.since, min(at, pause.until))
    ends = reading.ends
    if reading.since < ends:
        ends = shifted(ends, reading.since, at, reading.allowance, reading.terms)
    return replace(reading, ends=ends, since=at, paused=None)


def running(ledger: Sequence[Line]) -> tuple[Clock, ...]:
    """Clocks that were started and not stopped, paused ones too, in the order of their start."""
    found: dict[Clock, None] = {}
    for line in ledger:
        if line.kind == "start":
            found[line.clock] = None
        elif line.kind == "stop":
            found.pop(line.clock, None)
    return tuple(found)


def next_due(ledger: Sequence[Line], terms: Terms) -> datetime | None:
    """When the next running clock ends; None if none runs."""
    readings = (read(ledger, clock, terms) for clock in running(ledger))
    return min((reading.due for reading in readings if reading and reading.due), default=None)


def steps_done(ledger: Sequence[Line], clock: Clock) -> set[Kind]:
    """What was done about a clock since its latest start; more time lets it all be done anew."""
    done: set[Kind] = set()
    for line in ledger:
        if line.clock == clock:
            if line.kind in ("start", "extend"):
                done = set()
            elif line.kind not in ("pause", "resume", "stop"):
                done.add(line.kind)
    return done


def ahead(ledger: Sequence[Line], clock: Clock, terms: Terms) -> dict[Kind, datetime]:
    """What is still to be done about a running clock, and when: warned, breached, then the steps.

    Empty while it is paused and once it has stopped.
    """
    reading = read(ledger, clock, terms)
    if reading is None or reading.due is None or reading.stopped is not None:
        return {}
    due, done = reading.due, steps_done(ledger, clock)
    warn = reading.when(terms.rules.warn_at)
    found: dict[Kind, datetime] = {"warned": min(warn, due) if warn else due, "breached": due}
    for kind, offset in terms.rules.steps_for(clock).items():
        found[kind] = after(due, offset, terms)
    return {kind: at for kind, at in found.items() if kind not in done}


def explain(ledger: Sequence[Line], terms: Terms, now: datetime, lang: str = "zh") -> list[str]:
    """Why a due time is what it is, line by line."""
    lines = []
    for clock in dict.fromkeys(line.clock for line in ledger):
        reading = read(ledger, clock, terms)
        if reading is not None:
            lines.append(f"{clock}: {reading.started:%m-%d} → {reading.ends:%m-%d %H:%M}")
    return lines
