"""Who is on duty when, and what that means for an urgent case by night."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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
from dialogs.case.refusals import Refusal
from dialogs.case.rules import Rules, RulesError, parse
from dialogs.case.worktime import Terms, weekday_calendar
from scheduler.calendar import WorkCalendar

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
    assert bool(on_duty([shift], moment, terms().calendar, BEIJING)) == reached
    begins = acts_from([shift], moment, terms().calendar, BEIJING)
    assert (begins == moment) == reached and on_duty(
        [shift], begins, terms().calendar, BEIJING
    )


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


# ── which days ────────────────────────────────────────────────────────────────────────

OFFICE = (
    "平日 工作日 8-18",
    "夜班 工作日 18-8",
    "周末 休息日 9-17",
    "节日 节假日 8-20",
    "国庆 2026-10-01至2026-10-03 0-24",
)


@pytest.mark.parametrize(
    ("at", "reached"),
    [
        ("2026-11-23 09:00", ["平日"]),  # a Monday
        ("2026-11-23 18:30", ["夜班"]),
        ("2026-11-24 07:59", ["夜班"]),  # since the evening before
        ("2026-11-28 07:00", ["夜班"]),  # Friday's, on Saturday
        ("2026-11-28 08:30", []),
        ("2026-11-28 10:00", ["周末"]),
        ("2026-11-30 07:00", []),  # nobody began on Sunday evening
        ("2026-10-02 03:00", ["国庆"]),  # its own people, and no other
        ("2026-10-05 10:00", ["节日"]),  # off, and none of the dated
        ("2026-10-10 10:00", ["平日"]),  # a Saturday that is worked (调休)
        ("2026-10-10 19:00", ["夜班"]),
    ],
)
def test_an_office_s_roster(at: str, reached: list[str]) -> None:
    by = Terms(Rules.default(), WorkCalendar(), BEIJING)
    roster = [shift for one in OFFICE if (shift := shift_of(one))]
    assert len(roster) == len(OFFICE)
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    assert [one.who for one in on_duty(roster, moment, by.calendar, BEIJING)] == reached


@pytest.mark.parametrize(
    ("sent_at", "begins"),
    [
        ("2026-11-27 23:30", "11-30 08:00"),  # Friday night, and nobody at the weekend
        ("2026-09-30 23:30", "10-08 08:00"),  # before a week of holidays
        ("2026-10-09 23:30", "10-10 08:00"),  # the next day is a Saturday at work
    ],
)
def test_no_limit_falls_on_days_when_nobody_is_there(sent_at: str, begins: str) -> None:
    rules = parse('[duty]\n"承办单位" = ["联络员 工作日 8-18"]')
    by = Terms(rules, WorkCalendar(), BEIJING)
    moment = datetime.fromisoformat(sent_at).replace(tzinfo=BEIJING)
    case = sent(moment.astimezone(UTC), by)
    reading = read(case.ledger, "on_site", by)
    assert reading is not None
    assert f"{reading.started.astimezone(BEIJING):%m-%d %H:%M}" == begins
    assert reading.ends - reading.started == 2 * HOUR


def test_a_roster_that_is_over_holds_nothing_up() -> None:
    past = shift_of("国庆 2020-10-01 8-20")
    assert past is not None
    assert acts_from([past], NIGHT, terms().calendar, BEIJING) == NIGHT


@pytest.mark.parametrize(
    "wrong",
    ["王芳 星期八 8-18", "王芳 2026-13-01 8-18", "王芳 2026-10-07至2026-10-01 8-18"],
)
def test_days_that_are_none_are_named(wrong: str) -> None:
    assert shift_of(wrong) is None
    with pytest.raises(RulesError, match="哪些天"):
        parse(f'[duty]\n"专线" = ["{wrong}"]')


def test_a_week_may_go_over_its_end() -> None:
    shift = shift_of("王芳 周六至周一 8-18")
    assert shift is not None and shift.hours == "周六至周一 08:00–18:00"
    days = [
        shift.is_of(date(2026, 11, 23 + number), weekday_calendar())
        for number in range(7)
    ]
    assert days == [True, False, False, False, False, True, True]


def test_a_due_date_of_an_urgent_case_keeps_to_roster_and_rules() -> None:
    """Not before anybody could be there, and not after the rules: what is urgent is not
    extended.
    """
    case = Case("cc" * 16, "青松-K7QM", State.ACCEPTED, "forms", urgent=True)
    night = NIGHT.astimezone(BEIJING)
    tonight = night.replace(hour=23, minute=59, second=59)
    for due, said in (
        (tonight, "照值班表，某街道最晚11月24日 10:00到场"),
        (tonight + timedelta(days=2), "加急件最迟11月24日"),
    ):
        with pytest.raises(Refusal, match=said):
            given(case, Assign("某街道", due=due), NIGHT, terms())
    kept = given(case, Assign("某街道", due=tonight + 24 * HOUR), NIGHT, terms()).case
    assert local(kept.due) == "24 10:00"
