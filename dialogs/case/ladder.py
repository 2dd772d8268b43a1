"""一提醒、二通报、三处置: which rung the count proposes; a supervisor decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

Rung = Literal["remind", "circulate", "sanction"]
RUNGS: tuple[Rung, ...] = ("remind", "circulate", "sanction")
# Findings that count: "partly" is put right, but is no rung.
COUNTS = ("substantiated",)


def rung(substantiated: Iterable[date], at: date) -> Rung:
    """What a unit's substantiated cases propose at `at`; from the third on it stays
    with the third.

    substantiated: the local days on which they were found so, one per case, the newest
    included.
    Raises: ValueError, if none falls into the last 12 months.
    """
    number = len(counted(substantiated, at))
    if not number:
        raise ValueError("no substantiated case within 12 months")
    return RUNGS[min(number, len(RUNGS)) - 1]


def counted(substantiated: Iterable[date], at: date) -> list[date]:
    """Those of the last 12 months, in order: after the same date a year ago, up to and
    with `at`.
    """
    since = year_before(at)
    return sorted(day for day in substantiated if since < day <= at)


def year_before(day: date) -> date:
    """The same date a year earlier; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return (day - timedelta(days=1)).replace(year=day.year - 1)
