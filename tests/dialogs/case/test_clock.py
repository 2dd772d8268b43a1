"""Clocks: what a ledger says, however it was written, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.allowance import Allowance, Clock, TimeUnit
from dialogs.case.clock import (
    ClockLine,
    ClockReading,
    LineKind,
    ahead,
    next_due,
    read,
    running,
    steps_done,
)
from dialogs.case.explaining import amount, explain
from dialogs.case.rules import Rules
from dialogs.case.worktime import ONE_DAY, TICK, Terms, add
from scheduler.calendar import WorkCalendar
from tests.dialogs.case.notices import BEIJING, WORKED

CHINA = Terms(Rules.default(), WorkCalendar(years=[2027]), ZoneInfo("Asia/Shanghai"))
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York"]
FIFTEEN = Allowance(15, "W")


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def started(
    at: str, number: int = 15, unit: TimeUnit = "W", clock: Clock = "answer"
) -> ClockLine:
    return ClockLine(clock, "start", beijing(at), Allowance(number, unit))


def line(
    kind: LineKind,
    at: str,
    until: str | None = None,
    clock: Clock = "answer",
    reason: str = "",
) -> ClockLine:
    return ClockLine(
        clock, kind, beijing(at), None, beijing(until) if until else None, reason
    )


def more(at: str, number: int, unit: TimeUnit = "W") -> ClockLine:
    return ClockLine(
        "answer", "extend", beijing(at), Allowance(number, unit), None, "要会签", "张三"
    )


def due(*ledger: ClockLine, clock: Clock = "answer") -> str:
    """In Beijing."""
    reading = read(ledger, clock, CHINA)
    assert reading is not None and reading.due is not None
    return f"{reading.due.astimezone(BEIJING):%Y-%m-%d %H:%M}"


# ── what it says ──────────────────────────────────────────────────────────────────────

HOLIDAYS = started("2025-09-23T09:15")
WAITED = (
    HOLIDAYS,
    line("pause", "2025-10-09T10:00"),
    line("resume", "2025-10-14T11:00"),
)


def test_it_runs_from_the_dispatch() -> None:
    """A whole holiday lies within; the day itself is not counted."""
    reading = read([HOLIDAYS], "answer", CHINA)
    assert reading is not None
    assert (reading.clock, reading.started, reading.allowance) == (
        "answer",
        HOLIDAYS.at,
        FIFTEEN,
    )
    assert due(HOLIDAYS) == "2025-10-21 00:00"
    assert read([HOLIDAYS], "rectify", CHINA) is None


def test_a_pause_stops_what_remains() -> None:
    """Seven of fifteen were used; eight go on after the pause, in which four were
    worked.
    """
    paused = read(WAITED[:2], "answer", CHINA)
    assert paused is not None and paused.due is None and paused.paused == WAITED[1]
    assert next_due(WAITED[:2], CHINA) is None and running(WAITED[:2]) == ("answer",)
    assert due(*WAITED) == "2025-10-25 00:00"


def test_paused_and_resumed_on_one_day_nothing_changes() -> None:
    """On any day, be it worked or not."""
    for day in ("2025-09-23", "2025-09-28", "2025-10-05", "2025-10-20"):
        pause = line("pause", f"{day}T10:00"), line("resume", f"{day}T15:00")
        assert due(HOLIDAYS, *pause) == due(HOLIDAYS)


def test_a_pause_ends_on_the_day_that_was_set() -> None:
    """However late that is noted; when it is noted earlier, then earlier."""
    pause = line("pause", "2025-10-09T10:00", until="2025-10-14T11:00")
    assert due(HOLIDAYS, pause, line("resume", "2025-10-30T08:00")) == due(*WAITED)
    assert due(HOLIDAYS, pause, line("resume", "2025-10-09T16:00")) == due(HOLIDAYS)


def test_a_pause_may_be_made_longer() -> None:
    longer = line("pause", "2025-10-10T10:00", until="2025-10-14T11:00", reason="又等")
    first = line("pause", "2025-10-09T10:00", until="2025-10-10T12:00")
    reading = read([HOLIDAYS, first, longer], "answer", CHINA)
    assert reading is not None and reading.paused == longer
    assert due(HOLIDAYS, first, longer, line("resume", "2025-10-30T08:00")) == due(
        *WAITED
    )


def test_what_was_late_stays_late() -> None:
    """A pause gives back nothing that is gone."""
    pause = line("pause", "2025-10-23T10:00"), line("resume", "2025-11-20T10:00")
    assert due(HOLIDAYS, *pause) == due(HOLIDAYS)


def test_more_time_comes_on_top() -> None:
    """Before, within and after a pause alike; the allowance is the sum."""
    extension = more("2025-10-09T12:00", 10)
    assert due(HOLIDAYS, extension) == "2025-11-04 00:00"
    within = due(WAITED[0], WAITED[1], extension, WAITED[2])
    assert (
        within
        == due(WAITED[0], more("2025-10-08T12:00", 10), *WAITED[1:])
        == due(*WAITED, extension)
    )
    assert within == "2025-11-08 00:00"
    reading = read([*WAITED, extension], "answer", CHINA)
    assert reading is not None and reading.allowance == Allowance(25, "W")


def test_a_committed_date_is_the_due_time() -> None:
    """It moves by whole days with a pause, and by working days when more time is
    granted.
    """
    start = ClockLine(
        "rectify",
        "start",
        beijing("2025-09-23T09:15"),
        None,
        beijing("2025-10-12T23:59:59"),
    )
    assert due(start, clock="rectify") == "2025-10-12 23:59"
    pause = (
        line("pause", "2025-09-25T18:00", clock="rectify"),
        line("resume", "2025-09-27T09:00", clock="rectify"),
    )
    assert due(start, *pause, clock="rectify") == "2025-10-14 23:59"
    granted = ClockLine(
        "rectify", "extend", beijing("2025-09-25T18:00"), Allowance(2, "W")
    )
    assert due(start, granted, clock="rectify") == "2025-10-15 00:00"


def test_what_is_urgent_waits_for_no_working_day() -> None:
    """On site in two hours and a result the same day, in the middle of a holiday."""
    rules, at = CHINA.rules, beijing("2025-10-03T21:30")
    clocks: tuple[Clock, Clock] = ("on_site", "result")
    ledger = [
        ClockLine(clock, "start", at, rules.deadline(clock, "forms", urgent=True))
        for clock in clocks
    ]
    assert running(ledger) == clocks
    assert due(*ledger, clock="on_site") == "2025-10-03 23:30"
    assert due(*ledger, clock="result") == "2025-10-04 00:00"
    assert next_due(ledger, CHINA) == beijing("2025-10-03T23:30")
    arrived = [*ledger, line("stop", "2025-10-03T22:10", clock="on_site")]
    assert running(arrived) == ("result",) and next_due(arrived, CHINA) == beijing(
        "2025-10-04T00:00"
    )


def test_a_clock_that_starts_anew_forgets_its_past() -> None:
    """Dispatched again, all of the time is there again; nothing was done
    about it yet.
    """
    first = [
        *WAITED,
        line("warned", "2025-10-20T09:00"),
        line("stop", "2025-10-22T09:00"),
    ]
    again = [*first, started("2025-11-03T10:00", 5)]
    assert due(*again) == "2025-11-11 00:00"
    assert (
        steps_done(first, "answer") == {"warned"}
        and steps_done(again, "answer") == set()
    )


def test_after_the_stop_nothing_changes() -> None:
    stopped = [HOLIDAYS, line("stop", "2025-10-15T10:00")]
    reading = read(stopped, "answer", CHINA)
    assert reading is not None and reading.stopped == beijing("2025-10-15T10:00")
    later = [
        *stopped,
        line("pause", "2025-10-16T10:00"),
        more("2025-10-17T10:00", 10),
        line("stop", "2025-10-30T10:00"),
    ]
    assert read(later, "answer", CHINA) == reading
    assert ahead(later, "answer", CHINA) == {} and running(later) == ()


def test_answered_while_paused_is_answered_in_time() -> None:
    reading = read([*WAITED[:2], line("stop", "2025-12-01T10:00")], "answer", CHINA)
    assert (
        reading is not None and reading.due is not None and reading.stopped is not None
    )
    assert reading.stopped < reading.due


# ── how much of it is used, and what comes next ───────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "warned"),
    [
        (
            started("2026-11-23T10:00", 5),
            "2026-11-28 00:00",
        ),  # the end of the fourth of five working days
        (started("2025-09-23T09:15", 15), "2025-10-16 00:00"),  # of the twelfth
        (started("2025-09-30T10:00", 1), "2025-10-09 19:12"),  # four fifths of one day
        (started("2026-11-23T10:00", 1, "C"), "2026-11-24 05:12"),
        (started("2026-11-23T10:00", 2, "h"), "2026-11-23 11:36"),
        (started("2026-11-23T14:00", 0, "D"), "2026-11-23 22:00"),
    ],
)
def test_the_warning_comes_at_four_fifths(start: ClockLine, warned: str) -> None:
    at = ahead([start], "answer", CHINA)["warned"]
    assert f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" == warned
    reading = read([start], "answer", CHINA)
    assert reading is not None and reading.share(at) == pytest.approx(0.8)
    assert (
        reading.share(reading.ends) == pytest.approx(1) and reading.share(start.at) == 0
    )


def test_a_warning_is_due_at_a_whole_second() -> None:
    """A fraction of a day need not be one; kept as a row, it would ring before it is
    due, and fail.
    """
    committed = line("start", "2026-03-02T10:00:01", "2026-03-13T00:00")
    assert ahead([committed], "answer", CHINA)["warned"] == beijing(
        "2026-03-10T21:12:00"
    )


def test_after_the_breach_step_by_step() -> None:
    """Each so many working days after the due day; those for urgent clocks within a
    day.
    """
    found = {
        kind: f"{at.astimezone(BEIJING):%m-%d %H:%M}"
        for kind, at in ahead([HOLIDAYS], "answer", CHINA).items()
    }
    assert list(found.items()) == [
        ("warned", "10-16 00:00"),
        ("breached", "10-21 00:00"),
        ("urged", "10-21 00:00"),
        ("supervised", "10-23 00:00"),
        ("escalated", "10-28 00:00"),
        ("circulated", "11-04 00:00"),
    ]
    urgent = ahead([started("2025-10-03T21:30", 2, "h", "on_site")], "on_site", CHINA)
    assert [f"{at.astimezone(BEIJING):%d %H:%M}" for at in urgent.values()] == [
        "03 23:06",
        "03 23:30",
        "03 23:30",
        "04 00:30",
        "04 03:30",
        "04 23:30",
    ]


def test_the_hotline_itself_is_only_warned() -> None:
    """No unit is pressed because a report was not accepted in time."""
    assert list(
        ahead([started("2025-10-03T10:00", 1, "C", "accept")], "accept", CHINA)
    ) == [
        "warned",
        "breached",
    ]


def test_what_was_done_is_not_due_again() -> None:
    ledger = [
        HOLIDAYS,
        line("warned", "2025-10-16T09:00"),
        line("breached", "2025-10-21T09:00"),
    ]
    assert list(ahead(ledger, "answer", CHINA)) == [
        "urged",
        "supervised",
        "escalated",
        "circulated",
    ]
    granted = [*ledger, more("2025-10-21T10:00", 10)]
    assert list(ahead(granted, "answer", CHINA))[:2] == ["warned", "breached"]
    assert ahead([*ledger, line("pause", "2025-10-21T09:00")], "answer", CHINA) == {}


# ── any ledger ────────────────────────────────────────────────────────────────────────

MOMENTS = st.datetimes(
    datetime(2024, 6, 1), datetime(2026, 6, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(microsecond=0))
ALLOWANCES = st.builds(
    Allowance, st.integers(0, 40), st.sampled_from(get_args(TimeUnit))
)
LINES = st.builds(
    ClockLine,
    st.sampled_from(["answer", "result"]),
    st.sampled_from(get_args(LineKind)),
    MOMENTS,
    st.none() | ALLOWANCES,
    st.none() | MOMENTS,
)
LEDGERS = st.lists(LINES, max_size=12)


def ends(ledger: Sequence[ClockLine], terms: Terms) -> datetime | None:
    """By when, as it stands or, while it pauses, as it was left."""
    reading = read(ledger, "answer", terms)
    return reading.ends if reading else None


@given(LEDGERS, MOMENTS, st.sampled_from(ZONES), st.sampled_from(["zh", "en"]))
def test_every_ledger_can_be_read_and_told(
    ledger: list[ClockLine], now: datetime, zone: str, lang: str
) -> None:
    """Nothing raises; a clock that is neither started nor stopped twice is
    one clock.
    """
    terms = Terms(CHINA.rules, CHINA.calendar, ZoneInfo(zone))
    told = explain(ledger, terms, now, lang)
    assert len([said for said in told if said[0] in "【["]) == len(
        {it.clock for it in ledger if it.kind == "start"}
    )
    for clock in running(ledger):
        reading = read(ledger, clock, terms)
        assert reading is not None and reading.stopped is None
        assert reading.share(now) >= 0
        assert (reading.due is None) == (reading.paused is not None)
        assert set(ahead(ledger, clock, terms)) <= {
            "warned",
            "breached",
            *terms.rules.steps,
        }


@given(
    LEDGERS,
    LINES,
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(ZONES),
)
def test_a_clock_that_jumps_back_takes_no_time_away(
    ledger: list[ClockLine], last: ClockLine, back: timedelta, zone: str
) -> None:
    """A line written after the jump counts as written at the moment of the line before
    it.
    """
    terms = Terms(CHINA.rules, CHINA.calendar, ZoneInfo(zone))
    latest = max((it.at for it in ledger if it.clock == "answer"), default=None)
    if latest is None:
        return
    last = replace(last, clock="answer")
    jumped, steady = (
        [*ledger, replace(last, at=latest - back)],
        [*ledger, replace(last, at=latest)],
    )
    assert ends(jumped, terms) == ends(steady, terms)
    was, now = ends(ledger, terms), ends(jumped, terms)
    if last.kind != "start" and was is not None:
        assert now is not None and now >= was


@given(
    MOMENTS,
    st.integers(1, 40),
    st.lists(st.integers(0, 300), max_size=6),
    st.floats(0, 1),
    st.sampled_from(get_args(TimeUnit)),
    st.sampled_from(ZONES),
)
def test_share_and_moment_are_each_others_inverse(
    start: datetime,
    number: int,
    turns: list[int],
    share: float,
    unit: TimeUnit,
    zone: str,
) -> None:
    """Whatever was paused: when so much will be used, so much is used; and never less
    later.
    """
    terms = Terms(CHINA.rules, CHINA.calendar, ZoneInfo(zone))
    at, ledger = start, [ClockLine("answer", "start", start, Allowance(number, unit))]
    for turn, hours in enumerate(turns):
        at += timedelta(hours=hours)
        ledger.append(ClockLine("answer", "resume" if turn % 2 else "pause", at))
    reading = read(ledger, "answer", terms)
    assert reading is not None
    moment = reading.when(share)
    if moment is not None and moment > reading.since and reading.since < reading.ends:
        assert start <= moment <= reading.ends
        assert reading.share(moment) == pytest.approx(
            share, abs=1e-3 if unit == "W" else 1e-6
        )
    shares = [
        reading.share(start + timedelta(hours=hours)) for hours in range(0, 2000, 50)
    ]
    assert shares == sorted(shares)


# ── why ───────────────────────────────────────────────────────────────────────────────


def test_a_person_with_a_calendar_can_follow() -> None:
    ledger = [
        HOLIDAYS,
        line(
            "pause", "2025-10-09T10:00", until="2025-10-15T00:00", reason="等反映人补充"
        ),
        WAITED[2],
        more("2025-10-20T11:00", 5),
        line("breached", "2025-11-01T08:00"),
    ]
    assert explain(ledger, CHINA, beijing("2025-11-05T08:00")) == [
        "【单位答复】",
        "2025年9月23日 09:15 起算，给15个工作日，当天不算。",
        "　9月24日–9月26日：上班3天，第1–3个工作日。",
        "　9月27日：周末，不算。",
        "　9月28日：周末补班1天，第4个工作日。",
        "　9月29日–9月30日：上班2天，第5–6个工作日。",
        "　10月1日–10月8日：国庆节、中秋节休8天，不算。",
        "　10月9日：上班1天，第7个工作日。",
        "10月9日 10:00 暂停：等反映人补充。到 10月14日 24:00 为止。还剩8个工作日。",
        "10月14日 11:00 接着算。暂停4个工作日不算。",
        "　10月15日–10月17日：上班3天，第8–10个工作日。",
        "　10月18日–10月19日：周末，不算。",
        "　10月20日：上班1天，第11个工作日。",
        "10月20日 11:00 延期5个工作日（张三）：要会签。",
        "　10月21日–10月24日：上班4天，第12–15个工作日。",
        "　10月25日–10月26日：周末，不算。",
        "　10月27日–10月31日：上班5天，第16–20个工作日。",
        "11月1日 08:00 到期没办。",
        "期限：10月31日 24:00。",
        "现在 11月5日 08:00，已超期3个工作日。",
    ]


def test_short_clocks_are_told_shortly() -> None:
    ledger = [
        started("2025-10-03T21:30", 2, "h", "on_site"),
        started("2025-10-03T21:30", 0, "D", "result"),
        line("stop", "2025-10-03T22:10", clock="on_site"),
    ]
    assert explain(ledger, CHINA, beijing("2025-10-04T01:05"), "en") == [
        "[on site or on line]",
        "2025-10-03 21:30: starts, 2 hour(s) allowed.",
        "10-03 22:10: done, the clock stops.",
        "Due: 10-03 23:30.",
        "Done in time (33 % used).",
        "[result the same day]",
        "2025-10-03 21:30: starts, the same day (to 24:00) allowed.",
        "Due: 10-03 24:00.",
        "Now 10-04 01:05: overdue by 1 h 5 min.",
    ]


def test_years_that_nobody_knows_yet_are_said_to_be_so() -> None:
    told = explain([started("2098-12-29T10:00", 5)], CHINA, beijing("2098-12-30T10:00"))
    assert told[-2:] == [
        f"{year}年的调休还没公布：法定节假日不算，别的按周一至周五算，公布后可能会变。"
        for year in (2098, 2099)
    ]
    assert "还没公布" not in "".join(explain([HOLIDAYS], CHINA, HOLIDAYS.at))


@given(
    MOMENTS,
    st.integers(1, 30),
    st.lists(st.integers(0, 12), max_size=6),
    st.integers(0, 10),
    st.integers(0, 7),
)
def test_the_number_can_be_counted_again_from_the_lines(
    start: datetime, number: int, turns: list[int], extra: int, when: int
) -> None:
    """Each day up to the due day stands there once, or lies in a pause; worked ones add
    up to the number.
    """
    at, ledger = start, [ClockLine("answer", "start", start, Allowance(number, "W"))]
    for turn, days in enumerate(turns[: len(turns) // 2 * 2]):
        at += timedelta(days=days)
        ledger.append(ClockLine("answer", "resume" if turn % 2 else "pause", at))
    pauses = list(zip(ledger[1::2], ledger[2::2], strict=True))
    place = 1 + when % len(ledger)
    ledger.insert(
        place,
        ClockLine("answer", "extend", ledger[place - 1].at, Allowance(extra, "W")),
    )
    reading = read(ledger, "answer", CHINA)
    assert reading is not None and reading.due is not None
    told = counted(explain(ledger, CHINA, at))
    worked = [day for day, how in told.items() if how in WORK]
    last = (reading.due - TICK).astimezone(BEIJING).date()
    assert len(worked) == number + extra and worked[-1] == last == max(told)
    assert all((day in WORKED) == (how in WORK) for day, how in told.items())
    first = start.astimezone(BEIJING).date()
    waited = {day for one, other in pauses for day in span(one.at - ONE_DAY, other.at)}
    assert (
        set(span(start, reading.due - TICK)) - set(told) <= waited and min(told) > first
    )


WORK = ("上班", "周末补班")
DAYS = re.compile(
    r"　(?:(\d+)年)?(\d+)月(\d+)日(?:–(?:(\d+)年)?(\d+)月(\d+)日)?：(上班|周末补班|\D+)"
)


def counted(lines: list[str]) -> dict[date, str]:
    """The days that an explanation names, in its order, and what it says of each; no
    day twice.
    """
    told, year = dict[date, str](), 0
    for said in lines:
        if found := DAYS.match(said):
            first = date(int(found[1] or year), int(found[2]), int(found[3]))
            last = (
                date(int(found[4] or first.year), int(found[5]), int(found[6]))
                if found[5]
                else first
            )
            for n in range((last - first).days + 1):
                assert first + ONE_DAY * n not in told
                told[first + ONE_DAY * n] = found[7]
        year = next((int(last) for last in re.findall(r"(\d{4})年", said)[-1:]), year)
    return told


def span(one: datetime, other: datetime) -> list[date]:
    """The days after the day of `one`, up to that of `other`."""
    first = one.astimezone(BEIJING).date()
    return [
        first + ONE_DAY * n
        for n in range(1, (other.astimezone(BEIJING).date() - first).days + 1)
    ]


@pytest.mark.parametrize(
    ("allowance", "said"),
    [
        (Allowance(15, "W"), "15个工作日"),
        (Allowance(1, "C"), "1天"),
        (Allowance(2, "h"), "2小时"),
        (Allowance(0, "D"), "当天（到24:00）"),
        (Allowance(3, "D"), "3天（到当天24:00）"),
    ],
)
def test_an_allowance_in_words(allowance: Allowance, said: str) -> None:
    assert amount(allowance) == said


def test_a_reading_is_a_value() -> None:
    reading = read([HOLIDAYS], "answer", CHINA)
    assert isinstance(reading, ClockReading) and reading == read(
        [HOLIDAYS], "answer", CHINA
    )
    assert add(HOLIDAYS.at, FIFTEEN, CHINA) == reading.ends
