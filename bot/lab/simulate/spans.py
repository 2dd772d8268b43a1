"""When a run of a clock ends, counted anew from its history, day by day: nothing here
asks the program.

Written against the rules in words, to judge `dialogs.case.clock`; it shares the
calendar and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

Works = Callable[[date], bool]
DAY = timedelta(days=1)
TICK = timedelta(seconds=1)
CLOSE = 1e-9


@dataclass(slots=True)
class Pause:
    begins: datetime
    planned: datetime | None
    ends: datetime | None = None  # None while it lasts


@dataclass(slots=True)
class Run:
    """One run of a clock. number and unit as the rules give them; until: a date
    committed to instead.
    """

    clock: str
    starts: datetime
    number: int
    unit: str
    until: datetime | None
    works: Works
    zone: tzinfo
    pauses: list[Pause] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].ends is None

    def resume(self, at: datetime) -> None:
        """On the planned date, however late it is noted; never before the
        pause began.
        """
        pause = self.pauses[-1]
        at = min(at, pause.planned) if pause.planned else at
        pause.ends = max(pause.begins, at)

    def ends(self) -> datetime:
        """By when; only asked while it runs."""
        if self.until is None and self.unit == "W":
            return self._midnight(self._working_day() + DAY)
        if self.until is not None:
            end = self.until
        elif self.unit == "D":
            end = self._midnight(self._day(self.starts) + (self.number + 1) * DAY)
        else:
            end = self.starts + timedelta(
                hours=self.number * (24 if self.unit == "C" else 1)
            )
        in_days = self.until is not None or self.unit == "D"
        for pause in self.pauses:
            if pause.ends is not None and pause.begins < end:
                lost = pause.ends - pause.begins
                end += (
                    (self._day(pause.ends) - self._day(pause.begins))
                    if in_days
                    else lost
                )
        return end

    def _working_day(self) -> date:
        """The last of its working days. The start's day is none, nor are those of a
        pause after its first.
        """
        day = self._day(self.starts)
        for _ in range(self.number):
            day += DAY
            while not self._counts(day):
                day += DAY
        for pause in self.pauses:  # what was left of the last day remains
            if pause.ends is not None and self._day(pause.begins) == day:
                day = max(day, self._day(pause.ends))
                while not self.works(day):
                    day += DAY
        return day

    def _counts(self, day: date) -> bool:
        ended = [pause for pause in self.pauses if pause.ends is not None]
        waits = any(
            self._day(one.begins) < day <= self._day(one.ends)
            for one in ended
            if one.ends
        )
        return self.works(day) and not waits

    def warns(self, share: float) -> datetime:
        """When so much of its time is used; what would fall into a pause falls at its
        end.
        """
        end = self.ends()
        at = (
            self._used(share * self.number)
            if self.until is None and self.unit == "W"
            else self._ran(share, end)
        )
        for pause in self.pauses:
            if pause.ends is not None and pause.begins <= at < pause.ends:
                at = pause.ends
        return min(at, end).replace(microsecond=0)  # bells ring at whole seconds

    def _used(self, need: float) -> datetime:
        day = self._day(self.starts) + DAY
        while True:
            if self._counts(day):
                if need <= 1 + CLOSE:
                    return self._midnight(day) + need * DAY
                need -= 1
            day += DAY

    def _ran(self, share: float, end: datetime) -> datetime:
        """Of time that simply runs on: its whole is all that it runs, pauses
        left out.
        """
        stretches, begins = [], self.starts
        for pause in self.pauses:
            if pause.ends is not None:
                stretches.append((begins, pause.begins))
                begins = pause.ends
        stretches.append((begins, end))
        left = share * sum(((b - a) for a, b in stretches), timedelta())
        for begin, stop in stretches:
            if left <= stop - begin:
                return begin + left
            left -= stop - begin
        return end

    def later(self, due: datetime, number: int, unit: str) -> datetime:
        """So long after the due time: 24:00 belongs to the day that it ends."""
        if unit != "W":
            return due + timedelta(hours=number * (24 if unit == "C" else 1))
        day = self._day(due - TICK)
        for _ in range(number):
            day += DAY
            while not self.works(day):
                day += DAY
        return self._midnight(day + DAY)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
