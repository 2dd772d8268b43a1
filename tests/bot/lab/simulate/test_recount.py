"""What the book beside the program makes of figures, ladder and reports: it judges, so
it is judged by hand.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.lab.simulate.recount import Recount, differences, small_numbers
from bot.lab.simulate.typed import TypedCalendar
from dialogs.case.worktime import weekday_calendar

ZONE = ZoneInfo("Asia/Shanghai")


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=ZONE)


def test_the_ladder_counts_twelve_months_and_proposes_the_last_rung_once() -> None:
    own = Recount(ZONE)
    days = ("2025-03-02", "2025-06-01", "2025-07-01", "2026-01-01", "2026-07-02")
    for case, day in enumerate(days):
        own.found(case, 0, "substantiated", "某街道", at(day))
    own.found(7, 0, "partly", "某街道", at("2025-08-01"))
    assert [(f"{when:%Y-%m-%d}", rung) for _, when, rung in own.proposals()] == [
        ("2025-03-02", "remind"),
        ("2025-06-01", "circulate"),
        ("2025-07-01", "sanction"),
        ("2026-07-02", "circulate"),
    ]


def test_a_case_found_again_is_counted_where_it_is_now() -> None:
    own = Recount(ZONE)
    own.found(1, 0, "substantiated", "甲街道", at("2026-01-01"))
    own.found(1, 0, "substantiated", "乙街道", at("2026-02-01"))
    own.found(2, 0, "substantiated", "乙街道", at("2026-01-15"))
    own.found(2, 0, "unsubstantiated", "乙街道", at("2026-02-15"))
    assert own.proposals() == [("乙街道", at("2026-02-01"), "remind")]


def test_differences_are_told_with_both_numbers() -> None:
    own = Counter({("2026-01", "filed"): 3})
    assert differences("月数", own, own) == []
    assert differences("月数", own, {("2026-01", "filed"): 6}) == [
        "月数 2026-01 filed：应是3，却是6"
    ]


@pytest.mark.parametrize(
    ("line", "is_small"),
    [
        ("新收12件（上期<5，环比—；去年同期—，同比—）。", False),
        ("新收4件（上期<5，环比—；去年同期—，同比—）。", True),
        ("新收54件（上期52，环比上升3.85%；去年同期53，同比上升1.89%）。", False),
        ("受理30件（上期3），办结15件（上期<5）。", True),
        ("新收类别：台账报表、多头填报12，会议过多过长2；其余不列。", True),
        ("新收类别（2026年1月）：台账报表、多头填报12；其余不列。", False),
    ],
)
def test_a_small_number_in_a_report_is_seen(line: str, is_small: bool) -> None:
    report = f"减负专线周报：2026年1月5日至1月11日\n{line}"
    assert bool(small_numbers(report)) is is_small


def test_the_typed_holidays_are_those_of_the_notices() -> None:
    works = TypedCalendar(weekday_calendar()).works
    assert not works(date(2026, 2, 16))
    assert works(date(2026, 2, 14))
    assert works(date(2026, 2, 24))
    assert not works(date(2026, 2, 22))
    assert works(date(2030, 1, 1)), "of other years the other calendar decides"
