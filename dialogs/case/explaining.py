"""Why each clock of a case is due when it is, so that a person with a calendar can
follow line by line. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from dialogs.case.allowance import Allowance
from dialogs.case.clock import (
    NOTED_KINDS,
    ClockLine,
    ClockReading,
    RunLine,
    latest_run,
    was_late,
)
from dialogs.case.worktime import ONE_DAY, Terms, day_of, workdays
from dialogs.texts import phrases, text
from dialogs.words import Params

phrases(
    "clock",
    W="{n}个工作日",
    C="{n}天",
    D="{n}天（到当天24:00）",
    h="{n}小时",
    today="当天（到24:00）",
    span="{days}天{hours}小时{minutes}分",
    span_hours="{hours}小时{minutes}分",
    day="{month}月{day}日",
    year="{year}年{day}",
    midnight="{day} 24:00",
    moment="{day} {hour:02}:{minute:02}",
    head="【{clock}】",
    start="{at} 起算，给{amount}。",
    start_W="{at} 起算，给{amount}，当天不算。",
    start_duty="转办时没有人值班，从 {at} 有人值班起算，给{amount}。",
    start_until="{at} 起算，约定 {until} 前。",
    work="　{days}：上班{n}天，第{numbers}个工作日。",
    make_up="　{days}：周末补班{n}天，第{numbers}个工作日。",
    rest="　{days}：周末，不算。",
    holiday="　{days}：{called}休{n}天，不算。",
    local="　{days}：本地休{n}天，不算。",
    pause="{at} 暂停：{reason}。{until}{left}",
    until="到 {date} 为止。",
    left="还剩{amount}。",
    nothing_left="期限已过。",
    resume="{at} 接着算。{skipped}",
    skipped="暂停{n}个工作日不算。",
    extend="{at} 延期{amount}（{by}）：{reason}。",
    redate="{at} 更正期限（{by}）：改到 {until}，{reason}。",
    stop="{at} 办了，不再计时。",
    stop_at_once="起算时已经办了，不再计时。",
    warned="{at} 已预警。",
    breached="{at} 到期没办。",
    urged="{at} 已催办。",
    supervised="{at} 已督办（分管领导）。",
    escalated="{at} 已提级督办（主要负责人）。",
    circulated="{at} 已通报。",
    no_reason="没写原因",
    still_paused="现在还在暂停，接着算时才有期限。",
    due="期限：{due}。",
    now_in_time="现在 {at}，用了{share}%，没有超期。",
    now_late="现在 {at}，已超期{late}。",
    done_in_time="按时办的（用了{share}%）。",
    done_late="办的时候已超期{late}。",
    unknown="{year}年的调休还没公布：法定节假日不算，别的按周一至周五算，公布后可能会变。",
    also="、",
    new_year="元旦",
    spring="春节",
    qingming="清明节",
    labour="劳动节",
    dragon_boat="端午节",
    mid_autumn="中秋节",
    national="国庆节",
)
HOLIDAYS = {
    "元旦": "new_year",
    "春节": "spring",
    "清明节": "qingming",
    "劳动节": "labour",
    "端午节": "dragon_boat",
    "中秋节": "mid_autumn",
    "国庆节": "national",
}
DayKind = Literal["work", "make_up", "rest"]


def explain(
    ledger: Sequence[ClockLine], terms: Terms, now: datetime, lang: str = "zh"
) -> list[str]:
    """Why each clock is due when it is.

    The latest run of every clock, in the order in which they were started; each begins
    with its name. Times are local. For staff and units: it repeats their own reasons
    and names.
    """
    clocks = dict.fromkeys(line.clock for line in ledger if line.kind == "start")
    lines: list[str] = []
    for clock in clocks:
        run = latest_run(ledger, clock, terms)
        lines += _Explanation(terms, lang).of(run, now)
    return lines


def amount(allowance: Allowance, lang: str = "zh") -> str:
    """An allowance in words: "15个工作日"."""
    is_today = allowance == Allowance(0, "D")
    name = "today" if is_today else allowance.unit
    return text(lang, f"clock.{name}", {"n": allowance.number})


class _Explanation:
    """One explanation under way. _day: the last day that was told; _count: working days
    so far.

    _year: the one that was said last; it is said again when it changes.
    """

    def __init__(self, terms: Terms, lang: str) -> None:
        self._terms = terms
        self._lang = lang
        self._said: list[str] = []
        self._day = date.min
        self._count = 0
        self._year = 0

    def of(self, run: Sequence[RunLine], now: datetime) -> list[str]:
        """All lines of it. run: the lines of a clock's latest run, its start first."""
        start = run[0]
        self._say("head", clock=self._phrase(f"name_{start.line.clock}"))
        self._start(start)
        reading = start.reading
        for event in run[1:]:
            self._event(event, reading)
            reading = event.reading
        self._end(reading, now)
        self._unknown_years(reading)
        return self._said

    # ── line by line ──────────────────────────────────────────────────────────────────

    def _start(self, start: RunLine) -> None:
        self._day = day_of(start.at, self._terms)
        at = self._at(start.at)
        until = start.line.until
        if until is not None:
            self._say("start_until", at=at, until=self._at(until))
            return
        allowance = start.reading.allowance
        if start.line.reason:
            given = amount(allowance, self._lang)
            self._say("start_duty", at=at, amount=given)
            return
        name = "start_W" if allowance.unit == "W" else "start"
        self._say(name, at=at, amount=amount(allowance, self._lang))

    def _event(self, event: RunLine, before: ClockReading) -> None:
        """What a line changed, after the days that led to it. before: as the clock
        stood until then.
        """
        line = event.line
        if before.paused is None:
            self._days(before, self._last_day_before(event, before))
        match line.kind:
            case "pause":
                self._pause(event, before)
            case "resume" if before.paused is not None:
                self._resume(event, before)
            case "extend" if line.allowance is not None:
                self._extend(event, line.allowance, before)
            case "redate" if line.until is not None:
                self._say(
                    "redate",
                    at=self._at(event.at),
                    by=line.by or "—",
                    until=self._at(line.until),
                    reason=self._reason(line),
                )
            case "stop":
                self._stop(event, before)
            case kind if kind in NOTED_KINDS:
                self._say(kind, at=self._at(event.at))

    def _last_day_before(self, event: RunLine, before: ClockReading) -> date:
        if event.line.kind == "pause":
            return _used_up(before, event.at)
        return day_of(event.at, self._terms)

    def _pause(self, event: RunLine, before: ClockReading) -> None:
        line = event.line
        at = self._at(event.at)
        until = ""
        if line.until is not None:
            until = self._phrase("until", date=self._at(line.until))
        left = ""
        if before.paused is None:
            left = self._left(before, event.at)
        reason = self._reason(line)
        self._say("pause", at=at, reason=reason, until=until, left=left)

    def _resume(self, event: RunLine, before: ClockReading) -> None:
        reading = event.reading
        if reading.ends == before.ends:
            # It was late, or lost no working day: the days are told as any others.
            at = event.at if was_late(before) else reading.since
            self._say("resume", at=self._at(at), skipped="")
            return
        first = _used_up(before, before.since)
        last = day_of(reading.since, self._terms)
        skipped = ""
        if reading.allowance.unit == "W":
            days = workdays(first, last, self._terms.calendar)
            skipped = self._phrase("skipped", n=days)
        self._say("resume", at=self._at(reading.since), skipped=skipped)
        self._day = last

    def _extend(self, event: RunLine, more: Allowance, before: ClockReading) -> None:
        line = event.line
        self._say(
            "extend",
            at=self._at(event.at),
            amount=amount(more, self._lang),
            by=line.by or "—",
            reason=self._reason(line),
        )
        if before.paused is not None:
            self._days(event.reading, _used_up(event.reading, before.since))

    def _stop(self, event: RunLine, before: ClockReading) -> None:
        if before.paused is not None:
            self._resume(event, before)
        if event.at <= before.started:  # it begins at the next full hour
            self._say("stop_at_once")
            return
        self._say("stop", at=self._at(event.at))

    def _reason(self, line: ClockLine) -> str:
        return line.reason.rstrip("。.") or self._phrase("no_reason")

    def _left(self, reading: ClockReading, at: datetime) -> str:
        """What remains when a pause begins."""
        if at >= reading.ends:
            return self._phrase("nothing_left")
        if reading.allowance.unit != "W":
            return self._phrase("left", amount=self._span(reading.ends - at))
        days = workdays(_used_up(reading, at), reading.last_day, self._terms.calendar)
        return self._phrase("left", amount=amount(Allowance(days, "W"), self._lang))

    # ── day by day ────────────────────────────────────────────────────────────────────

    def _days(self, reading: ClockReading, until: date) -> None:
        """Tell the days up to `until`, or to the due day: worked ones counted, the
        others named.
        """
        if reading.allowance.unit != "W":
            return
        last = min(until, reading.last_day)
        number = (last - self._day).days
        days = [self._day + timedelta(days=n) for n in range(1, number + 1)]
        for kind, group in groupby(days, self._kind):
            stretch = list(group)
            if kind == "rest":
                self._rest(stretch)
            else:
                self._work(kind, stretch)
        self._day = max(self._day, last)

    def _kind(self, day: date) -> DayKind:
        if not self._terms.calendar.works(day):
            return "rest"
        return "make_up" if _is_weekend(day) else "work"

    def _work(self, kind: DayKind, days: Sequence[date]) -> None:
        said = self._stretch(days)
        first = self._count + 1
        self._count += len(days)
        numbers = str(first) if len(days) == 1 else f"{first}–{self._count}"
        self._say(kind, days=said, n=len(days), numbers=numbers)

    def _rest(self, days: Sequence[date]) -> None:
        params: Params = {"days": self._stretch(days), "n": len(days)}
        holidays = dict.fromkeys(self._terms.calendar.named(day) for day in days)
        called = [self._holiday(name) for name in holidays if name]
        if called:
            self._say("holiday", **params, called=self._phrase("also").join(called))
        elif all(_is_weekend(day) for day in days):
            self._say("rest", **params)
        else:
            self._say("local", **params)

    def _holiday(self, name: str) -> str:
        """In this language, where we know it."""
        return self._phrase(HOLIDAYS[name]) if name in HOLIDAYS else name

    def _unknown_years(self, reading: ClockReading) -> None:
        """Which years were counted before their make-up days were announced."""
        if reading.allowance.unit != "W":
            return
        first = day_of(reading.started, self._terms).year
        last = day_of(reading.ends, self._terms).year
        for year in range(first, last + 1):
            if not self._terms.calendar.knows(year):
                self._say("unknown", year=year)

    # ── how it stands ─────────────────────────────────────────────────────────────────

    def _end(self, reading: ClockReading, now: datetime) -> None:
        if reading.paused is not None:
            self._say("still_paused")
            return
        self._days(reading, reading.last_day)
        self._say("due", due=self._at(reading.ends))
        at = reading.stopped or now
        name = "done" if reading.stopped else "now"
        if at < reading.ends:
            percent = int(reading.share(at) * 100)
            self._say(f"{name}_in_time", at=self._at(at), share=percent)
        else:
            self._say(f"{name}_late", at=self._at(at), late=self._late(reading, at))

    def _late(self, reading: ClockReading, at: datetime) -> str:
        if reading.allowance.unit != "W":
            return self._span(at - reading.ends)
        days = workdays(reading.last_day, day_of(at, self._terms), self._terms.calendar)
        return amount(Allowance(days, "W"), self._lang)

    # ── words ─────────────────────────────────────────────────────────────────────────

    def _say(self, name: str, **params: Any) -> None:
        self._said.append(self._phrase(name, **params))

    def _phrase(self, name: str, **params: Any) -> str:
        return text(self._lang, f"clock.{name}", params)

    def _at(self, at: datetime) -> str:
        """Midnight is 24:00 of the day that it ends."""
        local = at.astimezone(self._terms.zone)
        day = local.date()
        if (local.hour, local.minute, local.second) == (0, 0, 0):
            return self._phrase("midnight", day=self._date(day - ONE_DAY))
        return self._phrase(
            "moment", day=self._date(day), hour=local.hour, minute=local.minute
        )

    def _date(self, day: date) -> str:
        said = self._phrase("day", month=day.month, day=day.day)
        if day.year == self._year:
            return said
        self._year = day.year
        return self._phrase("year", year=day.year, day=said)

    def _stretch(self, days: Sequence[date]) -> str:
        first = self._date(days[0])
        return first if len(days) == 1 else f"{first}–{self._date(days[-1])}"

    def _span(self, span: timedelta) -> str:
        minutes = int(span.total_seconds() // 60)
        hours = minutes // 60
        days = hours // 24
        return self._phrase(
            "span" if days else "span_hours",
            days=days,
            hours=hours % 24,
            minutes=minutes % 60,
        )


def _used_up(reading: ClockReading, at: datetime) -> date:
    """The last day that is used when a clock pauses at `at`: its own, but the due day
    remains.
    """
    day = day_of(at, reading.terms)
    remains = at < reading.ends and day == reading.last_day
    return day - ONE_DAY if remains else day


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5
