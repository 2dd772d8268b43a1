"""The promise clock: by when the reporter is owed the next thing, and how much of that
time is gone. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dialogs.case.clock import ClockReading, running_readings
from dialogs.case.life import OPEN, Case, State
from dialogs.case.moments import moment
from dialogs.case.worktime import Terms, add, day_of
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
    unannounced="{year}年的调休还没公布，公布后这个日子可能会变。",
    you="您回答",
    others="补充情况",
)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """label: what is promised; due: local, its last second; None while paused without a
    date.

    share: of the time gone, 0 to 1; days: left, or late by; exact: told to the minute;
    why: what is waited for, None while it runs; unannounced: the year in which `due`
    may still move, for its make-up days are not known.
    """

    label: str
    due: datetime | None
    share: float
    late: bool
    days: int
    exact: bool = False
    why: str | None = None
    extended: bool = False
    unannounced: int | None = None

    def params(self, lang: str) -> dict[str, Any]:
        """JSON values for a channel that draws it; "text" says all of it in
        one line.
        """
        due = self._due(lang)
        label = self._label(lang)
        why = self._why(lang)
        said = {"label": label, "due": due, "days": self.days, "why": why}
        return {
            "label": label,
            "due": due,
            "share": round(self.share, 3),
            "late": self.late,
            "paused": self.why is not None,
            "text": text(lang, f"promise.{self._named()}", said) + self._proviso(lang),
        }

    def _proviso(self, lang: str) -> str:
        if self.unannounced is None or self.late:
            return ""
        return text(lang, "promise.unannounced", {"year": self.unannounced})

    def _label(self, lang: str) -> str:
        label = text(lang, f"promise.{self.label}")
        return label + text(lang, "promise.extended") if self.extended else label

    def _why(self, lang: str) -> str | None:
        """Two reasons are phrases, all others are staff's words."""
        if self.why in ("you", "others"):
            return text(lang, f"promise.{self.why}")
        return self.why

    def _named(self) -> str:
        if self.why is not None:
            return "paused_until" if self.due else "paused"
        if self.late:
            return "late" if self.days else "late_today"
        return "days" if self.days else "today"

    def _due(self, lang: str) -> str:
        if self.due is None:
            return ""
        return moment(lang, self.due, "minute" if self.exact else "day")


def promise(case: Case, now: datetime, terms: Terms, *, asked: bool) -> Promise | None:
    """The next thing owed: the clock that ends first, else the next news; None once it
    is finished.

    asked: a question to this reporter is open.
    """
    clocks = running_readings(case.ledger, terms)
    if clocks:
        first = min(clocks, key=lambda one: (one.paused is not None, one.ends))
        return _of_clock(case, first, now, terms, asked=asked)
    told = case.followup.told or case.opened
    if told is None or case.state not in (*OPEN, State.WAITING):
        return None
    due = add(told, terms.rules.hear_every, terms)
    share = (now - told) / (due - told)
    return _owed("hear", due, now, terms, share=share)


def _of_clock(
    case: Case, reading: ClockReading, now: datetime, terms: Terms, *, asked: bool
) -> Promise:
    share = reading.share(now)
    extended = case.assignment.extended and reading.clock == "answer"
    if reading.paused is None:
        return _owed(
            reading.clock,
            reading.ends,
            now,
            terms,
            share=share,
            exact=reading.allowance.unit == "h",
            extended=extended,
            unannounced=reading.unannounced,
        )
    goes_on = reading.paused.until
    return Promise(
        label=reading.clock,
        due=goes_on.astimezone(terms.zone) if goes_on else None,
        share=_clipped(share),
        late=False,
        days=0,
        why="you" if asked else reading.paused.reason or "others",
        extended=extended,
    )


def _owed(
    label: str,
    due: datetime,
    now: datetime,
    terms: Terms,
    *,
    share: float,
    exact: bool = False,
    extended: bool = False,
    unannounced: int | None = None,
) -> Promise:
    """Something that is owed by `due`; time runs."""
    # 24:00 belongs to the day that it ends.
    last = due if exact else due - SECOND
    days = (day_of(last, terms) - day_of(now, terms)).days
    return Promise(
        label=label,
        due=last.astimezone(terms.zone),
        share=_clipped(share),
        late=now >= due,
        days=abs(days),
        exact=exact,
        extended=extended,
        unannounced=unannounced,
    )


def _clipped(share: float) -> float:
    return min(max(share, 0.0), 1.0)
