"""The promise clock: by when the reporter is owed the next thing, and how much of that
time is gone. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dialogs.case.clock import ClockReading, read, running
from dialogs.case.life import OPEN, Case, State
from dialogs.case.worktime import Terms, add
from dialogs.texts import phrases, text

phrases(
    "promise",
    accept="是否受理",
    assign="转给单位",
    answer="单位答复",
    rectify="改好",
    on_site="单位到场",
    result="出结果",
    hear="再告诉您一次",
    days="承诺：{label}，最迟{due}，还有{days}天。",
    today="承诺：{label}，最迟{due}，就是今天。",
    late="承诺：{label}，说好{due}，晚了{days}天。",
    late_today="承诺：{label}，说好{due}，刚刚过了。",
    paused="承诺：{label}。现在停着不算，等{why}。",
    paused_until="承诺：{label}。现在停着不算，等{why}，{due}接着算。",
    extended="（延过期）",
    you="您回答",
    others="补充情况",
)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """label: what is promised; due: local, its last second; None while paused without a
    date.

    share: of the time gone, 0 to 1; days: left, or late by; exact: told to the minute;
    why: what is waited for, None while it runs.
    """

    label: str
    due: datetime | None
    share: float
    late: bool
    days: int
    exact: bool = False
    why: str | None = None
    extended: bool = False

    def params(self, lang: str) -> dict[str, Any]:
        """JSON values for a channel that draws it; "text" says all of it in
        one line.
        """
        due = self._due(lang)
        label = text(lang, f"promise.{self.label}") + (
            text(lang, "promise.extended") if self.extended else ""
        )
        why = (
            text(lang, f"promise.{self.why}")
            if self.why in ("you", "others")
            else self.why
        )
        said = {"label": label, "due": due, "days": self.days, "why": why}
        return {
            "label": label,
            "due": due,
            "share": round(self.share, 3),
            "late": self.late,
            "paused": self.why is not None,
            "text": text(lang, f"promise.{self._named()}", said),
        }

    def _named(self) -> str:
        if self.why is not None:
            return "paused_until" if self.due else "paused"
        if self.late:
            return "late" if self.days else "late_today"
        return "days" if self.days else "today"

    def _due(self, lang: str) -> str:
        if self.due is None:
            return ""
        due = self.due
        parts = {
            "month": due.month,
            "day": due.day,
            "hour": due.hour,
            "minute": due.minute,
        }
        return text(lang, "at.minute" if self.exact else "at.day", parts)


def promise(case: Case, now: datetime, terms: Terms, *, asked: bool) -> Promise | None:
    """The next thing owed: the clock that ends first, else the next news; None once it
    is finished.

    asked: a question to this reporter is open.
    """
    found = [read(case.ledger, clock, terms) for clock in running(case.ledger)]
    clocks = [reading for reading in found if reading is not None]
    if clocks:
        return _of_clock(
            case,
            min(clocks, key=lambda one: (one.paused is not None, one.ends)),
            now,
            terms,
            asked,
        )
    told = case.followup.told or case.opened
    if told is None or case.state not in (*OPEN, State.WAITING):
        return None
    due = add(told, terms.rules.hear_every, terms)
    return _made("hear", due, (now - told) / (due - told), now, terms)


def _of_clock(
    case: Case, reading: ClockReading, now: datetime, terms: Terms, asked: bool
) -> Promise:
    share = reading.share(now)
    extended = case.assignment.extended and reading.clock == "answer"
    if reading.paused is None:
        exact = reading.allowance.unit == "h"
        return _made(
            reading.clock,
            reading.ends,
            share,
            now,
            terms,
            exact=exact,
            extended=extended,
        )
    why = "you" if asked else reading.paused.reason or "others"
    until = (
        reading.paused.until.astimezone(terms.zone) if reading.paused.until else None
    )
    return Promise(
        label=reading.clock,
        due=until,
        share=_clipped(share),
        late=False,
        days=0,
        exact=False,
        why=why,
        extended=extended,
    )


def _made(
    label: str,
    due: datetime,
    share: float,
    now: datetime,
    terms: Terms,
    *,
    exact: bool = False,
    extended: bool = False,
) -> Promise:
    last = (due if exact else due - SECOND).astimezone(
        terms.zone
    )  # 24:00 belongs to the day that it ends
    days = abs((last.date() - now.astimezone(terms.zone).date()).days)
    return Promise(
        label=label,
        due=last,
        share=_clipped(share),
        late=now >= due,
        days=days,
        exact=exact,
        why=None,
        extended=extended,
    )


def _clipped(share: float) -> float:
    return min(max(share, 0.0), 1.0)
