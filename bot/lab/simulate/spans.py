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
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)
ROUNDING = 1e-9  # of a day, by which a share may be off


@dataclass(slots=True)
class Pause:
    begins: datetime
    planned: datetime | None
    ends: datetime | None = None  # None while it lasts


@dataclass(slots=True, kw_only=True)
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

    @property
    def in_working_days(self) -> bool:
        return self.until is None and self.unit == "W"

    def resume(self, at: datetime) -> None:
        """On the planned date, however late it is noted; never before the
        pause began.
        """
        pause = self.pauses[-1]
        if pause.planned:
            at = min(at, pause.planned)
        pause.ends = max(pause.begins, at)

    def ends(self) -> datetime:
        """By when; only asked while it runs."""
        if self.in_working_days:
            return self._midnight(self._working_day() + A_DAY)
        end = self._planned_end()
        in_days = self.until is not None or self.unit == "D"
        for begins, ended in self._ended_pauses():
            if begins >= end:
                continue
            if in_days:
                end += self._day(ended) - self._day(begins)
            else:
                end += ended - begins
        return end

    def _planned_end(self) -> datetime:
        """Without its pauses, where it counts no working days."""
        if self.until is not None:
            return self.until
        if self.unit == "D":
            last = self._day(self.starts) + self.number * A_DAY
            return self._midnight(last + A_DAY)
        return self.starts + self.number * self._length(self.unit)

    def _ended_pauses(self) -> list[tuple[datetime, datetime]]:
        """(begin, end) of each that is over."""
        return [(one.begins, one.ends) for one in self.pauses if one.ends is not None]

    def _working_day(self) -> date:
        """The last of its working days. The start's day is none, nor are those of a
        pause after its first.
        """
        day = self._day(self.starts)
        for _ in range(self.number):
            day += A_DAY
            while not self._counts(day):
                day += A_DAY
        for begins, ended in self._ended_pauses():
            if self._day(begins) == day:  # what was left of the last day remains
                day = self._working_from(max(day, self._day(ended)))
        return day

    def _working_from(self, day: date) -> date:
        """It or the first working day after it."""
        while not self.works(day):
            day += A_DAY
        return day

    def _counts(self, day: date) -> bool:
        """Whether it is a working day, and none of a pause after its first."""
        waits = any(
            self._day(begins) < day <= self._day(ended)
            for begins, ended in self._ended_pauses()
        )
        return self.works(day) and not waits

    def warns(self, share: float) -> datetime:
        """When so much of its time is used; what would fall into a pause falls at its
        end.
        """
        end = self.ends()
        if self.in_working_days:
            at = self._used(share * self.number)
        else:
            at = self._ran(share, end)
        for begins, ended in self._ended_pauses():
            if begins <= at < ended:
                at = ended
        return min(at, end).replace(microsecond=0)  # bells ring at whole seconds

    def _used(self, need: float) -> datetime:
        day = self._day(self.starts) + A_DAY
        while True:
            if self._counts(day):
                if need <= 1 + ROUNDING:
                    return self._midnight(day) + need * A_DAY
                need -= 1
            day += A_DAY

    def _ran(self, share: float, end: datetime) -> datetime:
        """Of time that simply runs on: its whole is all that it runs, pauses
        left out.
        """
        stretches = []
        begin = self.starts
        for paused, resumed in self._ended_pauses():
            stretches.append((begin, paused))
            begin = resumed
        stretches.append((begin, end))
        whole = sum((stop - begin for begin, stop in stretches), timedelta())
        left = share * whole
        for begin, stop in stretches:
            if left <= stop - begin:
                return begin + left
            left -= stop - begin
        return end

    def later(self, due: datetime, number: int, unit: str) -> datetime:
        """So long after the due time: 24:00 belongs to the day that it ends."""
        if unit != "W":
            return due + number * self._length(unit)
        day = self._day(due - A_SECOND)
        for _ in range(number):
            day = self._working_from(day + A_DAY)
        return self._midnight(day + A_DAY)

    @staticmethod
    def _length(unit: str) -> timedelta:
        return A_DAY if unit == "C" else AN_HOUR

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
