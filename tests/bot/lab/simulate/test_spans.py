"""The simulator's own count of time, day by day: it judges the clocks, so it is judged
by hand.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.lab.simulate.spans import Pause, Run
from scheduler.calendar import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
WORKS = WorkCalendar().works


def at(day: str, hour: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"2026-{day} {hour}").replace(tzinfo=ZONE)


def run(
    number: int,
    unit: str,
    starts: datetime,
    *pauses: Pause,
    until: datetime | None = None,
) -> Run:
    return Run(
        clock="answer",
        starts=starts,
        number=number,
        unit=unit,
        until=until,
        works=WORKS,
        zone=ZONE,
        pauses=list(pauses),
    )


def test_working_days_leave_out_the_spring_festival_and_count_the_make_up_days() -> (
    None
):
    """Off 15 to 23 February 2026; worked on the Saturdays 14 and 28."""
    assert run(5, "W", at("02-12")).ends() == at("02-27", "00:00")
    assert run(6, "W", at("02-12")).ends() == at("02-28", "00:00")
    assert run(7, "W", at("02-12")).ends() == at("03-01", "00:00")


def test_a_pause_takes_the_days_after_its_first() -> None:
    paused = Pause(at("03-03"), None, at("03-05"))
    assert run(5, "W", at("03-02"), paused).ends() == at("03-12", "00:00")
    assert run(
        1, "C", at("03-02"), Pause(at("03-02", "12:00"), None, at("03-03", "13:00"))
    ).ends() == at("03-04", "11:00")


def test_what_was_left_of_the_last_day_remains_after_a_pause() -> None:
    assert run(1, "W", at("03-02"), Pause(at("03-03"), None, at("03-06"))).ends() == at(
        "03-07", "00:00"
    )
    assert run(1, "W", at("03-02"), Pause(at("03-03"), None, at("03-07"))).ends() == at(
        "03-10", "00:00"
    )


def test_the_warning_comes_at_four_fifths_or_when_the_pause_is_over() -> None:
    assert run(5, "W", at("03-02")).warns(0.8) == at("03-07", "00:00")
    assert run(1, "W", at("03-02")).warns(0.8) == at("03-03", "19:12")
    assert run(1, "C", at("03-02")).warns(0.8) == at("03-03", "05:12")
    waiting = Pause(at("03-03", "12:00"), None, at("03-05", "09:00"))
    assert run(1, "W", at("03-02"), waiting).warns(0.8) == at("03-05", "09:00")


def test_steps_are_counted_from_the_day_that_ended() -> None:
    one = run(5, "W", at("03-02"))
    assert one.later(one.ends(), 2, "W") == at("03-12", "00:00")
    assert one.later(one.ends(), 4, "h") == at("03-10", "04:00")
