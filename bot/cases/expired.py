"""How much is kept longer than the rules allow, counted kind by kind. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.hours import seconds, utc
from dialogs.case.life import ENDED, Case, State
from storage.repositories.retention import CaseContent

ExpiringKind = Literal[
    "declined", "merged", "closed", "reports", "notes", "media", "drafts", "inbox"
]
EXPIRING: dict[ExpiringKind, str] = {
    "declined": "不受理、撤回的件",
    "merged": "已并案的工单",
    "closed": "已办结的工单",
    "reports": "其中：反映",
    "notes": "其中：备注",
    "media": "图片",
    "drafts": "没有送出的草稿",
    "inbox": "防重复的收件标记",
}
CaseEnd = Literal["declined", "merged", "closed"]
END_STATES: dict[CaseEnd, tuple[State, ...]] = {
    "declined": (State.DECLINED, State.WITHDRAWN),
    "merged": (State.MERGED,),
    "closed": ENDED,
}


@dataclass(frozen=True, slots=True)
class Expired:
    """How much of one kind; oldest: from when, for cases the day that they ended."""

    what: ExpiringKind
    number: int
    oldest: datetime | None


class ExpiredTally:
    """Adds up, kind by kind."""

    def __init__(self) -> None:
        self._numbers: dict[ExpiringKind, int] = dict.fromkeys(EXPIRING, 0)
        self._oldest: dict[ExpiringKind, int] = {}

    def add(
        self, what: ExpiringKind, number: int, oldest: datetime | int | None
    ) -> None:
        if not number:
            return
        self._numbers[what] += number
        if oldest is not None:
            at = seconds(oldest) if isinstance(oldest, datetime) else oldest
            self._oldest[what] = min(at, self._oldest.get(what, at))

    def case(self, case: Case, content: CaseContent) -> None:
        self.add(end_of_case(case), 1, ended_at(case))
        self.add("reports", *content.reports)
        self.add("notes", *content.notes[:2])
        self.add("media", content.pictures, ended_at(case))

    def lines(self) -> list[Expired]:
        return [self._line(what) for what in EXPIRING]

    def _line(self, what: ExpiringKind) -> Expired:
        oldest = self._oldest.get(what)
        since = None if oldest is None else utc(oldest)
        return Expired(what, self._numbers[what], since)


def end_of_case(case: Case) -> CaseEnd:
    """How it ended, as the rules of retention have it."""
    return next(end for end, states in END_STATES.items() if case.state in states)


def ended_at(case: Case) -> datetime:
    """From when its time is counted, as `dues` does."""
    end = case.followup.closed or case.followup.told or case.opened
    assert end is not None  # the row has its hour
    return end


def total(expired: Sequence[Expired]) -> int:
    return sum(one.number for one in expired)
