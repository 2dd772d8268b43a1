"""The clocks of a case, as an append-only ledger that explains itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Literal

from dialogs.case.allowance import Allowance, Clock
from dialogs.case.worktime import (
    ONE_DAY,
    TICK,
    Terms,
    add,
    after,
    back,
    day_of,
    end_of,
    shifted,
    workdays,
)
from dialogs.texts import phrases, text
from dialogs.words import Params

phrases(
    "clock",
    name_accept="受理",
    name_assign="转办",
    name_answer="单位答复",
    name_rectify="整改",
    name_on_site="到场或上线",
    name_result="当日出结果",
    W="{n}个工作日",
    C="{n}天",
    D="{n}天（到当天24:00）",
    h="{n}小时",
    today="当天（到24:00）",
    span="{days}天{hours}小时{minutes}分",
    span_hours="{hours}小时{minutes}分",
    day="{month}月{day}日",
    year="{year}年{day}",
    midnight="{day}24:00",
    moment="{day} {hour:02}:{minute:02}",
    head="【{clock}】",
    start="{at} 起算，给{amount}。",
    start_W="{at} 起算，给{amount}，当天不算。",
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
    stop="{at} 办了，不再计时。",
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
    unknown="{year}年的放假调休安排还不知道，按周一至周五算。",
    also="、",
    new_year="元旦",
    spring="春节",
    qingming="清明节",
    labour="劳动节",
    dragon_boat="端午节",
    mid_autumn="中秋节",
    national="国庆节",
)
NOTED_KINDS = ("warned", "breached", "urged", "supervised", "escalated", "circulated")
HOLIDAYS = {
    "元旦": "new_year",
    "春节": "spring",
    "清明节": "qingming",
    "劳动节": "labour",
    "端午节": "dragon_boat",
    "中秋节": "mid_autumn",
    "国庆节": "national",
}

SLIP = 1e-9  # of a share of working days: 0.2 of 15 is 3, whatever floats say
LineKind = Literal[
    "start", "pause", "resume", "extend", "stop",
    "warned", "breached", "urged", "supervised", "escalated", "circulated",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One line of a case's ledger. at: UTC, whole seconds; the hour where a reporter
    caused it.

    allowance: of start and extend; until: of a start by a committed date (due), of a
    pause its resume date;
    reason: of a pause or an extension, in staff's words; by: their name.
    """

    clock: Clock
    kind: LineKind
    at: datetime
    allowance: Allowance | None = None
    until: datetime | None = None
    reason: str = ""
    by: str = ""


# ── reading it ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the ledger says of the latest run of a clock. Times are UTC.

    allowance: all that was granted; ends: by when, or while paused, by when before it
    paused; paused: the pause it stands in; since: from when it runs on (the start or
    the last resume), or when it paused;
    used: seconds used before that (of no meaning for working days).
    """

    clock: Clock
    started: datetime
    allowance: Allowance
    terms: Terms = field(repr=False)
    ends: datetime
    since: datetime
    paused: ClockLine | None = None
    stopped: datetime | None = None
    used: float = 0.0

    @property
    def due(self) -> datetime | None:
        """By when; None while paused."""
        return None if self.paused else self.ends

    @property
    def last_day(self) -> date:
        """The local day on which it ends."""
        return day_of(self.ends - TICK, self.terms)

    def share(self, at: datetime) -> float:
        """How much of the allowance is used at `at`: 0 at the start, 1 when due, more
        when late.
        """
        at = max(at if self.stopped is None else min(at, self.stopped), self.since)
        at = self.since if self.paused else at
        whole = self._whole()
        if whole <= 0:
            return float(at >= self.ends)
        left = (
            self._days_left(at)
            if self.allowance.unit == "W"
            else (self.ends - at).total_seconds()
        )
        return max(0.0, 1 - left / whole)

    def when(self, share: float) -> datetime | None:
        """When so much of the allowance will be used; None while paused. Not before it
        runs on.
        """
        if self.paused:
            return None
        left = self._whole() * (1 - share)
        if self.allowance.unit != "W":
            return max(self.since, self.ends - timedelta(seconds=left))
        whole = int(left + SLIP)
        day = back(self.last_day, whole, self.terms.calendar)
        ends = end_of(day, self.terms.zone) - timedelta(days=max(0.0, left - whole))
        return (
            max(self.since, ends)
            if day > day_of(self.since, self.terms)
            else self.since
        )

    def _whole(self) -> float:
        """Working days, or seconds."""
        if self.allowance.unit == "W":
            return self.allowance.number
        return self.used + (self.ends - self.since).total_seconds()

    def _days_left(self, at: datetime) -> float:
        """Working days with their fraction; below 0 when late."""
        works = self.terms.calendar.works
        day, last = day_of(at, self.terms), self.last_day
        local = at.astimezone(self.terms.zone)
        part = (
            works(day) * (local.hour * 3600 + local.minute * 60 + local.second) / 86400
        )
        if day > last:
            return -workdays(last, day - ONE_DAY, self.terms.calendar) - part
        full = workdays(day, last, self.terms.calendar)
        if day == last:
            return 1 - part if not self.paused else 1
        return (
            full if day == day_of(self.since, self.terms) else full + works(day) - part
        )


def read(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> ClockReading | None:
    """The latest run of a clock; None if it was never started.

    A line never counts as earlier than the line before it, so that a clock jumping back
    takes no time away. What cannot be (a resume without a pause, a line after the stop)
    changes nothing.
    """
    run = _run(ledger, clock, terms)
    return run[-1][2] if run else None


def _run(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> list[tuple[ClockLine, datetime, ClockReading]]:
    """The lines of the latest run that changed or noted something: when each counts,
    and what it left.
    """
    run: list[tuple[ClockLine, datetime, ClockReading]] = []
    at: datetime | None = None
    for line in ledger:
        if line.clock == clock:
            at = line.at if at is None else max(at, line.at)
            if line.kind == "start":
                run = [(line, at, _started(line, at, terms))]
            elif run and run[-1][2].stopped is None:
                run.append((line, at, _followed(run[-1][2], line, at)))
    return run


def _started(line: ClockLine, at: datetime, terms: Terms) -> ClockReading:
    if line.until is not None:
        days = max(0, (day_of(line.until - TICK, terms) - day_of(at, terms)).days)
        return ClockReading(
            clock=line.clock,
            started=at,
            allowance=Allowance(days, "D"),
            terms=terms,
            ends=line.until,
            since=at,
        )
    allowance = line.allowance or Allowance(0, "D")
    return ClockReading(
        clock=line.clock,
        started=at,
        allowance=allowance,
        terms=terms,
        ends=add(at, allowance, terms),
        since=at,
    )


def _followed(reading: ClockReading, line: ClockLine, at: datetime) -> ClockReading:
    match line.kind:
        case "pause" if reading.paused is not None:  # longer, or for another reason
            return replace(reading, paused=line)
        case "pause":
            used = reading.used + (at - reading.since).total_seconds()
            return replace(reading, paused=line, used=used, since=at)
        case "resume" if reading.paused is not None:
            return _resumed(reading, reading.paused, at)
        case "extend" if line.allowance is not None:
            return _extended(reading, line.allowance)
        case "stop":
            ended = _resumed(reading, reading.paused, at) if reading.paused else reading
            return replace(ended, stopped=at)
        case _:
            return reading


def _extended(reading: ClockReading, more: Allowance) -> ClockReading:
    """Working days stay working days, whatever they are extended by."""
    longer = replace(reading, ends=after(reading.ends, more, reading.terms))
    total = reading.allowance
    if total.unit == "W":
        days = workdays(reading.last_day, longer.last_day, reading.terms.calendar)
        total = Allowance(total.number + days, "W")
    elif total.unit == more.unit:
        total = Allowance(total.number + more.number, total.unit)
    return replace(longer, allowance=total)


def _resumed(reading: ClockReading, pause: ClockLine, at: datetime) -> ClockReading:
    """It runs on from the date that was set, however late somebody noted it. What was
    late has run on.
    """
    if _was_late(reading):
        return replace(reading, paused=None)
    if pause.until is not None:
        at = max(reading.since, min(at, pause.until))
    ends = shifted(reading.ends, reading.since, at, reading.allowance, reading.terms)
    return replace(reading, ends=ends, since=at, paused=None)


def _used_up(reading: ClockReading, at: datetime) -> date:
    """The last day that is used when a clock pauses at `at`: its own, but the due day
    remains.
    """
    day = day_of(at, reading.terms)
    return day - ONE_DAY if at < reading.ends and day == reading.last_day else day


def _was_late(paused: ClockReading) -> bool:
    return paused.since >= paused.ends


def running(ledger: Sequence[ClockLine]) -> tuple[Clock, ...]:
    """Clocks that were started and not stopped, paused ones too, in the order of their
    start.
    """
    found: dict[Clock, None] = {}
    for line in ledger:
        if line.kind == "start":
            found[line.clock] = None
        elif line.kind == "stop":
            found.pop(line.clock, None)
    return tuple(found)


def next_due(ledger: Sequence[ClockLine], terms: Terms) -> datetime | None:
    """When the next running clock ends; None if none runs."""
    readings = (read(ledger, clock, terms) for clock in running(ledger))
    return min(
        (reading.due for reading in readings if reading and reading.due), default=None
    )


def steps_done(ledger: Sequence[ClockLine], clock: Clock) -> set[LineKind]:
    """What was done about a clock since its latest start; more time lets it all be done
    anew.
    """
    done: set[LineKind] = set()
    for line in ledger:
        if line.clock == clock:
            if line.kind in ("start", "extend"):
                done = set()
            elif line.kind in NOTED_KINDS:
                done.add(line.kind)
    return done


def ahead(
    ledger: Sequence[ClockLine], clock: Clock, terms: Terms
) -> dict[LineKind, datetime]:
    """What is still to be done about a running clock, and when: warned, breached, then
    the steps.

    Empty while it is paused and once it has stopped.
    """
    reading = read(ledger, clock, terms)
    if reading is None or reading.due is None or reading.stopped is not None:
        return {}
    due, done = reading.due, steps_done(ledger, clock)
    warn = reading.when(terms.rules.warn_at)
    warned = (
        min(warn, due).replace(microsecond=0) if warn else due
    )  # what rings is kept in whole seconds
    found: dict[LineKind, datetime] = {"warned": warned, "breached": due}
    for kind, offset in terms.rules.steps_for(clock).items():
        found[kind] = after(due, offset, terms)
    return {kind: at for kind, at in found.items() if kind not in done}


# ── why it is due then ────────────────────────────────────────────────────────────────


def explain(
    ledger: Sequence[ClockLine], terms: Terms, now: datetime, lang: str = "zh"
) -> list[str]:
    """Why each clock is due when it is, so that a person with a calendar can follow
    line by line.

    The latest run of every clock, in the order in which they were started; each begins
    with its name. Times are local. For staff and units: it repeats their own reasons
    and names.
    """
    clocks = dict.fromkeys(line.clock for line in ledger if line.kind == "start")
    return [
        said
        for clock in clocks
        for said in _Telling(terms, lang).tell(_run(ledger, clock, terms), now)
    ]


def amount(allowance: Allowance, lang: str = "zh") -> str:
    """An allowance in words: "15个工作日"."""
    name = "today" if (allowance.number, allowance.unit) == (0, "D") else allowance.unit
    return text(lang, f"clock.{name}", {"n": allowance.number})


class _Telling:
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

    def tell(
        self, run: Sequence[tuple[ClockLine, datetime, ClockReading]], now: datetime
    ) -> list[str]:
        start, at, was = run[0]
        self._say("head", clock=self._phrase(f"name_{was.clock}"))
        self._start(start, at, was)
        for line, at, reading in run[1:]:
            self._event(line, at, was, reading)
            was = reading
        self._end(was, now)
        if was.allowance.unit == "W":
            first, last = (
                day_of(was.started, self._terms).year,
                day_of(was.ends, self._terms).year,
            )
            unknown = (
                year
                for year in range(first, last + 1)
                if not self._terms.calendar.knows(year)
            )
            for year in unknown:
                self._say("unknown", year=year)
        return self._said

    def _start(self, line: ClockLine, at: datetime, reading: ClockReading) -> None:
        self._day = day_of(at, self._terms)
        if line.until is not None:
            self._say("start_until", at=self._at(at), until=self._at(line.until))
        else:
            name = "start_W" if reading.allowance.unit == "W" else "start"
            self._say(
                name, at=self._at(at), amount=amount(reading.allowance, self._lang)
            )

    def _event(
        self, line: ClockLine, at: datetime, was: ClockReading, reading: ClockReading
    ) -> None:
        """What a line changed, after the days that led to it."""
        if was.paused is None:
            self._days(
                was,
                _used_up(was, at) if line.kind == "pause" else day_of(at, self._terms),
            )
        reason = line.reason.rstrip("。.") or self._phrase("no_reason")
        match line.kind:
            case "pause":
                when, left = (
                    self._at(at),
                    self._left(was, at) if was.paused is None else "",
                )
                until = (
                    self._phrase("until", date=self._at(line.until))
                    if line.until
                    else ""
                )
                self._say("pause", at=when, reason=reason, until=until, left=left)
            case "resume" if was.paused is not None:
                self._resume(at, was, reading)
            case "extend" if line.allowance is not None:
                more = amount(line.allowance, self._lang)
                self._say(
                    "extend",
                    at=self._at(at),
                    amount=more,
                    by=line.by or "—",
                    reason=reason,
                )
                if was.paused is not None:
                    self._days(reading, _used_up(reading, was.since))
            case "stop":
                if was.paused is not None:
                    self._resume(at, was, reading)
                self._say("stop", at=self._at(at))
            case kind if kind in NOTED_KINDS:
                self._say(kind, at=self._at(at))

    def _resume(self, at: datetime, was: ClockReading, reading: ClockReading) -> None:
        if (
            reading.ends == was.ends
        ):  # it was late, or lost no working day: the days are told as any others
            self._say(
                "resume",
                at=self._at(at if _was_late(was) else reading.since),
                skipped="",
            )
            return
        first, last = _used_up(was, was.since), day_of(reading.since, self._terms)
        days = workdays(first, last, self._terms.calendar)
        skipped = (
            self._phrase("skipped", n=days) if reading.allowance.unit == "W" else ""
        )
        self._say("resume", at=self._at(reading.since), skipped=skipped)
        self._day = last

    def _left(self, reading: ClockReading, at: datetime) -> str:
        """What remains when a pause begins."""
        if at >= reading.ends:
            return self._phrase("nothing_left")
        if reading.allowance.unit == "W":
            left = workdays(
                _used_up(reading, at), reading.last_day, self._terms.calendar
            )
            return self._phrase("left", amount=amount(Allowance(left, "W"), self._lang))
        return self._phrase("left", amount=self._span(reading.ends - at))

    def _days(self, reading: ClockReading, until: date) -> None:
        """Tell the days up to `until`, or to the due day: worked ones counted, the
        others named.
        """
        last = min(until, reading.last_day)
        if reading.allowance.unit != "W":
            return
        days = [
            self._day + timedelta(days=n) for n in range(1, (last - self._day).days + 1)
        ]
        for kind, group in groupby(days, self._kind):
            stretch = list(group)
            params = {"days": self._stretch(stretch[0], stretch[-1]), "n": len(stretch)}
            if kind == "rest":
                self._rest(stretch, params)
            else:
                first, self._count = self._count + 1, self._count + len(stretch)
                numbers = (
                    str(first) if first == self._count else f"{first}–{self._count}"
                )
                self._say(kind, **params, numbers=numbers)
        self._day = max(self._day, last)

    def _rest(self, days: Sequence[date], params: Params) -> None:
        names = dict.fromkeys(self._terms.calendar.named(day) for day in days)
        called = [
            self._phrase(HOLIDAYS[name]) if name in HOLIDAYS else name
            for name in names
            if name
        ]
        if called:
            self._say("holiday", **params, called=self._phrase("also").join(called))
        else:
            self._say(
                "local" if any(day.weekday() < 5 for day in days) else "rest", **params
            )

    def _kind(self, day: date) -> str:
        if not self._terms.calendar.works(day):
            return "rest"
        return "make_up" if day.weekday() >= 5 else "work"

    def _end(self, reading: ClockReading, now: datetime) -> None:
        if reading.paused is not None:
            self._say("still_paused")
            return
        self._days(reading, reading.last_day)
        self._say("due", due=self._at(reading.ends))
        at = reading.stopped or now
        name = "done" if reading.stopped else "now"
        if at < reading.ends:
            self._say(
                f"{name}_in_time", at=self._at(at), share=int(reading.share(at) * 100)
            )
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
        if (local.hour, local.minute, local.second) == (0, 0, 0):
            return self._phrase(
                "midnight", day=self._date(local.date() - timedelta(days=1))
            )
        return self._phrase(
            "moment", day=self._date(local.date()), hour=local.hour, minute=local.minute
        )

    def _date(self, day: date) -> str:
        said = self._phrase("day", month=day.month, day=day.day)
        if day.year == self._year:
            return said
        self._year = day.year
        return self._phrase("year", year=day.year, day=said)

    def _stretch(self, first: date, last: date) -> str:
        return (
            self._date(first)
            if first == last
            else f"{self._date(first)}–{self._date(last)}"
        )

    def _span(self, span: timedelta) -> str:
        minutes = int(span.total_seconds() // 60)
        name = "span" if minutes >= 1440 else "span_hours"
        return self._phrase(
            name, days=minutes // 1440, hours=minutes // 60 % 24, minutes=minutes % 60
        )
