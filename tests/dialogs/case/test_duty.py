"""Who is on duty when, and what that means for an urgent case by night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialogs.case.clock import ahead, read
from dialogs.case.deciding import decide
from dialogs.case.duty import acts_from, on_duty, shift_of
from dialogs.case.explaining import explain
from dialogs.case.figures import unit_figures
from dialogs.case.follow import ring
from dialogs.case.life import Case, Staff, State
from dialogs.case.orders import Answer, Arrive, Assign, Decision, Order
from dialogs.case.rules import RulesError, parse
from dialogs.case.worktime import Terms, weekday_calendar

BEIJING = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 23:30 in Beijing, a Monday
WANG = Staff("aa" * 16, "王")
HOUR = timedelta(hours=1)


def terms(more: str = "") -> Terms:
    return Terms(parse(more), weekday_calendar(), BEIJING)


def given(case: Case, order: Order, at: datetime, by: Terms) -> Decision:

    return decide(
        case, order, WANG, at, by, role="supervisor", unit_id="bb" * 16, into=None
    )


def sent(at: datetime, by: Terms) -> Case:
    case = Case("cc" * 16, "青松-K7QM", State.ACCEPTED, "forms", urgent=True)
    return given(case, Assign("某街道"), at, by).case


def local(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%d %H:%M}" if at else ""


@pytest.mark.parametrize(
    ("written", "at", "reached"),
    [
        ("王芳 8-22", "21:59", True),
        ("王芳 8-22", "22:00", False),
        ("值班室 22:00-8:30", "02:00", True),
        ("值班室 22:00-8:30", "08:30", False),
        ("值班室 0-24", "23:30", True),
    ],
)
def test_who_is_reached(written: str, at: str, reached: bool) -> None:
    shift = shift_of(written)
    assert shift is not None
    hour, minute = map(int, at.split(":"))
    moment = datetime(2026, 11, 23, hour, minute, tzinfo=BEIJING)
    assert bool(on_duty([shift], moment, BEIJING)) == reached
    begins = acts_from([shift], moment, BEIJING)
    assert (begins == moment) == reached and on_duty([shift], begins, BEIJING)


@pytest.mark.parametrize("wrong", ["王芳", "王芳 8", "王芳 8-8", "王芳 25-3", "8-22"])
def test_what_is_no_shift_is_refused(wrong: str) -> None:
    with pytest.raises(RulesError, match=r"duty\.某街道.*王芳 8-22"):
        parse(f'[duty]\n"某街道" = ["{wrong}"]')


def test_sent_at_half_past_eleven_no_limit_falls_before_somebody_could_act() -> None:
    """Until now: a result by midnight, 督办 at one, on site by half past one."""
    by = terms()
    case = sent(NIGHT, by)
    first = ahead(case.ledger, "on_site", by)
    assert [local(at) for at in first.values()] == [
        "24 09:36", "24 10:00", "24 10:00", "24 11:00", "24 14:00", "25 10:00",
    ]  # fmt: skip
    assert local(ahead(case.ledger, "result", by)["breached"]) == "25 00:00"
    said = "\n".join(explain(case.ledger, by, NIGHT))
    assert "转办时没有人值班，从 2026年11月24日 08:00" in said


def test_who_is_on_duty_all_night_is_on_site_before_anything_else() -> None:
    by = terms('[duty]\n"某街道" = ["值班室 0-24"]')
    case = sent(NIGHT, by)
    on_site = ahead(case.ledger, "on_site", by)
    result = ahead(case.ledger, "result", by)
    assert local(on_site["breached"]) == "24 01:30"
    assert on_site["breached"] < on_site["supervised"] < on_site["escalated"]
    assert on_site["breached"] < min(result.values())


def test_late_on_site_is_late_though_the_result_is_in_time() -> None:
    by = terms()
    case = sent(datetime(2026, 11, 23, 2, tzinfo=UTC), by)
    late = read(case.ledger, "on_site", by)
    assert late is not None
    counted: dict[str, int] = {}

    def count(was: Case, decision: Decision) -> Case:
        for what, number in unit_figures(was, decision, by).items():
            counted[what] = counted.get(what, 0) + number
        return decision.case

    breached = ring(case, "breach", late.ends, by)
    assert breached is not None
    there = count(case, breached)
    came = count(there, given(there, Arrive("到了"), late.ends + HOUR, by))
    count(came, given(came, Answer("好了"), late.ends + 2 * HOUR, by))
    assert counted == {"due": 1, "late": 1}


def test_who_comes_late_before_the_bell_rings_is_late_once() -> None:
    by = terms()
    start = datetime(2026, 11, 23, 2, tzinfo=UTC)
    case = sent(start, by)
    came = given(case, Arrive("到了"), start + 3 * HOUR, by)
    done = given(came.case, Answer("好了"), start + 4 * HOUR, by)
    straight = given(case, Answer("好了"), start + 4 * HOUR, by)
    assert unit_figures(case, came, by) == {"due": 1, "late": 1}
    assert unit_figures(came.case, done, by) == {}
    assert unit_figures(case, straight, by) == {"due": 1, "late": 1}
