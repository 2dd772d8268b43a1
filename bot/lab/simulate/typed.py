"""The rules and holidays by which the book beside the program counts, typed apart from
those of the program: where one of them is wrong, the two do not agree.

What a deployment has set itself in a file of its own is taken from there: then that is
right by definition.
"""

from __future__ import annotations

from datetime import date, timedelta

from bot.settings import Settings
from dialogs.case.rules import parse
from dialogs.case.worktime import Calendar, Terms

# "A case is accepted or declined within a day …": the words of docs/clocks.md, all of
# them, so that nothing is left to the file of defaults.
RULES = """
extension = "10 W"
returns = 2
return_within = "1 W"
rectify_most = "30 W"
asks = 2
warn_at = 0.8
hear_every = "7 C"
callback_after = "3 C"
callback_again_after = "3 C"
look_back_after = "30 C"
look_back_later = "90 C"
forget_after = "31 C"
forget_later = "91 C"
ladder_months = 12
ladder_reset = "never"
[deadlines]
accept = "1 C"
assign = "1 W"
answer = "5 W"
answer_complex = "15 W"
rectify = "30 W"
on_site = "2 h"
result = "0 D"
[urgent]
assign = "1 C"
answer = "0 D"
answer_complex = "0 D"
[steps]
urged = "0 h"
supervised = "2 W"
escalated = "5 W"
circulated = "10 W"
[urgent_steps]
urged = "0 h"
supervised = "1 h"
escalated = "4 h"
circulated = "24 h"
[retention]
declined = 180
merged = 365
closed = 365
unread = 14
"""
# first and last day of each holiday, month.day, from the State Council's notices
OFF = {
    2025: "1.1-1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8",
    2026: "1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7",
}
MADE_UP = {
    2025: "1.26 2.8 4.27 9.28 10.11",
    2026: "1.4 2.14 2.28 5.9 9.20 10.10",
}


class TypedCalendar:
    """Working days by the notices above; of other years as `other` has them."""

    def __init__(self, other: Calendar) -> None:
        self._other = other
        self._off = {day for year in OFF for day in _off(year)}
        self._made_up = {
            _day(year, text) for year in MADE_UP for text in MADE_UP[year].split()
        }

    def works(self, day: date) -> bool:
        if day.year not in OFF:
            return self._other.works(day)
        if day in self._off:
            return False
        return day in self._made_up or day.weekday() < 5

    def knows(self, year: int) -> bool:
        return year in OFF or self._other.knows(year)

    def named(self, day: date) -> str:
        return self._other.named(day)


def _off(year: int) -> list[date]:
    found = []
    for holiday in OFF[year].split():
        first, last = (_day(year, end) for end in holiday.split("-"))
        while first <= last:
            found.append(first)
            first += timedelta(days=1)
    return found


def _day(year: int, text: str) -> date:
    month, day = text.split(".")
    return date(year, int(month), int(day))


def typed_terms(settings: Settings, program: Terms) -> Terms:
    """program: those of the program, which hold where the deployment set its own."""
    rules = program.rules if settings.rules else parse(RULES)
    calendar = (
        program.calendar if settings.calendar else TypedCalendar(program.calendar)
    )
    return Terms(rules, calendar, program.zone)
