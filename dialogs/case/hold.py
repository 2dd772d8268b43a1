"""A report that is kept back: until which day. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dialogs.case.worktime import Terms, day_of
from dialogs.words import HOLD_AT_MOST


def hold_day(now: datetime, days: int, terms: Terms) -> date:
    """The local day on which a report is handed in that is kept back for `days` days.

    It is the first working day from then on, since on a day of rest nobody is there.
    Where that would be later than HOLD_AT_MOST days from now it is the last working day
    before. Never today: who wants that does not keep it back.
    """
    today = day_of(now, terms)
    wanted = min(max(days, 1), HOLD_AT_MOST)
    later = range(wanted, HOLD_AT_MOST + 1)
    earlier = range(wanted - 1, 0, -1)
    for number in (*later, *earlier):
        day = today + timedelta(days=number)
        if terms.calendar.works(day):
            return day
    return today + timedelta(days=wanted)
