"""一提醒、二通报、三处置: what the count of a unit's findings proposes; a supervisor
decides. Pure.

Nothing is stored of what is proposed: it is counted anew from the findings that stand,
so that one which is withdrawn, or goes to another unit, moves all that came after it.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Rung = Literal["remind", "circulate", "sanction"]
RUNGS: tuple[Rung, ...] = ("remind", "circulate", "sanction")
# When the count begins anew, but for the months that pass: never, each 1 January, or
# once a supervisor has decided for the last rung.
Reset = Literal["never", "year", "sanction"]


@dataclass(frozen=True, slots=True)
class LadderRule:
    """How long a finding counts, and what ends that earlier."""

    months: int
    reset: Reset


@dataclass(frozen=True, slots=True)
class UnitFinding:
    """A case that was found substantiated against one unit, as far as it stands.

    id: of its row; at, day: when, UTC, and the local day; decided: the rung that a
    supervisor decided about, None while nobody has; taken: so that it was to be done;
    decided_at: when.
    """

    id: bytes
    at: datetime
    day: date
    decided: Rung | None = None
    taken: bool = False
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LadderPlace:
    """What a finding comes to. counted: the findings that make up its count, the oldest
    first, itself the last; under: the one by which the last rung is proposed already,
    so that it is not proposed again.
    """

    counted: tuple[UnitFinding, ...]
    under: UnitFinding | None

    @property
    def reached(self) -> Rung:
        """The rung of so many findings; from the third on it stays with the third."""
        return rung(len(self.counted))

    @property
    def proposed(self) -> Rung | None:
        """What a supervisor is to decide; None where it is proposed already."""
        return None if self.under else self.reached

    @property
    def taken_before(self) -> tuple[UnitFinding, ...]:
        """Those before it for which something was done."""
        return tuple(one for one in self.counted[:-1] if one.taken)


def rung(number: int) -> Rung:
    """What so many findings propose. Raises: ValueError, for none."""
    if number < 1:
        raise ValueError("no substantiated case that counts")
    return RUNGS[min(number, len(RUNGS)) - 1]


def standings(
    findings: Iterable[UnitFinding], rule: LadderRule
) -> Mapping[bytes, LadderPlace]:
    """What each of a unit's findings comes to, by its id. findings: all that stand."""
    found: dict[bytes, LadderPlace] = {}
    in_order = sorted(findings, key=lambda one: (one.at, one.id))
    days = [one.day for one in in_order]
    for place, finding in enumerate(in_order):
        first = bisect_right(days, counted_since(finding.day, rule))
        counted = _counted(in_order[first : place + 1], rule)
        under = None
        if rung(len(counted)) == "sanction" and finding.decided is None:
            under = _proposes_sanction(counted[:-1], found)
        found[finding.id] = LadderPlace(tuple(counted), under)
    return found


def _counted(within: Sequence[UnitFinding], rule: LadderRule) -> Sequence[UnitFinding]:
    """Of those within its time, the ones that count with the last."""
    if rule.reset != "sanction":
        return within
    last = within[-1]
    ends = [_end_of_count(one) for one in within[:-1]]
    over = [end for end in ends if end is not None and end < last.at]
    return [one for one in within if not over or one.at > max(over)]


def _end_of_count(finding: UnitFinding) -> datetime | None:
    """When it was decided that the last rung is taken, if it was."""
    if finding.decided == "sanction" and finding.taken:
        return finding.decided_at
    return None


def _proposes_sanction(
    before: Sequence[UnitFinding], known: Mapping[bytes, LadderPlace]
) -> UnitFinding | None:
    """The newest of these by which the last rung was proposed."""
    for one in reversed(before):
        decided = one.decided == "sanction"
        if decided or (one.decided is None and known[one.id].proposed == "sanction"):
            return one
    return None


def counted_since(day: date, rule: LadderRule) -> date:
    """After which day a finding counts on this one."""
    since = months_before(day, rule.months)
    if rule.reset != "year":
        return since
    return max(since, date(day.year - 1, 12, 31))


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month; its last day where it has no such day."""
    year, before = divmod(day.year * 12 + day.month - 1 - months, 12)
    month = before + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
