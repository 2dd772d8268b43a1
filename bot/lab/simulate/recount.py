"""Figures, ladder, alerts and deletions, counted beside the program from what people
did, and compared with what the program has.

Kept by the oracle; nothing here asks the program how it counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

RUNGS = ("remind", "circulate", "sanction")
COUNTED = {
    "accept": "accepted",
    "decline": "declined",
    "close": "closed",
    "merge": "merged",
}
ALERT_OF_ORDER = {
    "assign": "assigned",
    "whistle": "assigned",
    "answer": "answered",
    "return": "returned",
    "refusereturn": "return_refused",
    "extend": "extension_asked",
    "rectify": "rectifying",
}
# in a report's text: a number under five that counts cases
SMALL_NUMBER = re.compile(r"(?<![\d<年月.%-])[0-4](?=件|（上期|）|，|；|。|$)")

Month = str  # 2026-11
Figure = tuple[Month, str]
Finding = tuple[str, datetime]  # the unit's name, when


@dataclass(slots=True)
class KeptReport:
    """What must be left of a report. number: of its reporter."""

    number: int
    address_gone: bool = False
    words_gone: bool = False


@dataclass(slots=True)
class Recount:
    """cases, units: (month, what) → how many; findings: (case, how often it had come
    back) → against whom and when; alerts: (case, name) → how many.
    """

    zone: tzinfo
    cases: Counter[Figure] = field(default_factory=Counter)
    units: Counter[Figure] = field(default_factory=Counter)
    findings: dict[tuple[int, int], Finding] = field(default_factory=dict)
    alerts: Counter[tuple[int, str]] = field(default_factory=Counter)
    reports: dict[int, KeptReport] = field(default_factory=dict)

    def case(self, at: datetime, what: str) -> None:
        self.cases[self._month(at), what] += 1

    def unit(self, at: datetime, what: str, number: int = 1) -> None:
        self.units[self._month(at), what] += number

    def found(
        self, case: int, round: int, finding: str, unit: str, at: datetime
    ) -> None:
        """Only what is substantiated counts; found again for another unit it counts
        there.
        """
        if finding != "substantiated":
            self.findings.pop((case, round), None)
            return
        known = self.findings.get((case, round))
        if known is None or known[0] != unit:
            self.findings[case, round] = (unit, at)

    def proposals(self) -> list[tuple[str, datetime, str]]:
        """What a supervisor is to decide: (unit, when it was found, rung)."""
        by_unit: dict[str, list[datetime]] = defaultdict(list)
        for unit, at in self.findings.values():
            by_unit[unit].append(at)
        found = []
        for unit, times in by_unit.items():
            found += [(unit, at, rung) for at, rung in self._of_unit(sorted(times))]
        return sorted(found)

    def _of_unit(self, times: list[datetime]) -> Iterable[tuple[datetime, str]]:
        """The third rung is proposed once in the time in which findings count."""
        proposed: list[date] = []
        days = [at.astimezone(self.zone).date() for at in times]
        for place, (at, day) in enumerate(zip(times, days, strict=True)):
            since = _a_year_before(day)
            number = sum(one > since for one in days[: place + 1])
            rung = RUNGS[min(number, 3) - 1]
            if rung == "sanction":
                if any(one > since for one in proposed):
                    continue
                proposed.append(day)
            yield at, rung

    def _month(self, at: datetime) -> Month:
        return f"{at.astimezone(self.zone):%Y-%m}"


def _a_year_before(day: date) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year - 1, day.month, last)


def differences(
    what: str, own: Mapping[Figure, int], theirs: Mapping[Figure, int]
) -> list[str]:
    """Where two counts of the same are not the same, in words."""
    found = []
    for key in sorted({*own, *theirs}):
        mine = own.get(key, 0)
        other = theirs.get(key, 0)
        if mine != other:
            month, name = key
            found.append(f"{what} {month} {name}：应是{mine}，却是{other}")
    return found


def small_numbers(report: str) -> list[str]:
    """Lines of a weekly or monthly report in which a number under five stands open."""
    head = report.split("\n", 1)[0]
    if "周报" not in head and "月报" not in head:
        return []
    lines = report.split("\n")[1:]
    counted = [line for line in lines if "新收" in line or "受理" in line]
    return [line for line in counted if SMALL_NUMBER.search(line)]
