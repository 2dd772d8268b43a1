"""What is owed rings once, in order, and a long stop is caught up with one message and
not five.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.case import ledger
from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockLine
from dialogs.case.follow import LADDER, WISH, dues, ring
from dialogs.case.life import ENDED, Assignment, Case, Pending, State
from dialogs.case.orders import Decision
from dialogs.case.pushes import ANSWERS, ASKING
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.texts import CHINESE
from dialogs.words import WISHES
from tests.dialogs.case.parts import changed
from tests.project.checkout import ROOT

BEIJING = ZoneInfo("Asia/Shanghai")
TERMS = Terms(Rules.default(), weekday_calendar(), BEIJING)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00
DAY = timedelta(days=1)
KINDS = (
    "warn",
    "breach",
    *LADDER,
    "resume",
    "reply",
    "hear",
    "call_back",
    "call_back_again",
    "look_back",
    "look_back_later",
    "forget",
    "forget_later",
    "retain",
)


def case(state: State, **known: object) -> Case:
    known = {"opened": MONDAY, "told": MONDAY, "reports": ("a" * 32, "b" * 32)} | known
    plain = Case("c", "白鹭-K7QM", state, "forms", assignment=Assignment(unit="某街道"))
    return changed(plain, **known)


def assigned(days: int = 5, **known: object) -> Case:
    return case(
        State.ASSIGNED,
        ledger=(ClockLine("answer", "start", MONDAY, Allowance(days, "W")),),
        **known,
    )


def closed(**known: object) -> Case:
    return case(State.CLOSED, closed=MONDAY, **known)


def catch_up(case: Case, at: datetime) -> Iterator[tuple[str, Decision]]:
    """All that is due at `at`, in the order in which it fell due."""
    for rings in count():
        assert rings < 60, "it never ends"
        owed = {kind: due for kind, due in dues(case, TERMS).items() if due <= at}
        if not owed:
            return
        kind = min(owed, key=lambda kind: (owed[kind], KINDS.index(kind)))
        decision = ring(case, kind, at, TERMS)
        assert decision is not None
        assert decision.case != case
        left = dues(decision.case, TERMS).get(kind)
        assert left is None or left > owed[kind], "it would ring twice"
        yield kind, decision
        case = decision.case


def days_of(case: Case, days: int, step: int = 1) -> list[tuple[int, str, list[str]]]:
    """What rings on which day after Monday, and what the first reporter is pushed."""
    told = []
    for day in range(0, days + 1, step):
        for kind, decision in catch_up(case, MONDAY + day * DAY):
            told.append(
                (
                    day,
                    kind,
                    [push.name for report, push in decision.pushes if report[0] == "a"],
                )
            )
            case = decision.case
    return told


# ── the days of a case ────────────────────────────────────────────────────────────────


def test_a_unit_that_says_nothing_is_warned_pressed_and_named() -> None:
    """5 working days from Monday 23 November: due on Monday the 30th at 24:00."""
    told = days_of(assigned(), 24)
    assert [(day, kind) for day, kind, _ in told] == [
        (5, "warn"),
        (7, "hear"),
        (8, "breach"),
        (8, "urged"),
        (10, "supervised"),
        (15, "escalated"),
        (22, "circulated"),
    ]


def test_of_what_falls_due_together_the_reporter_hears_the_last_word() -> None:
    pushed = [names for day, _, names in days_of(assigned(), 9) if day == 8]
    assert pushed == [[], ["push.urged"]]


def test_an_open_case_is_heard_of_every_seven_days() -> None:
    told = days_of(case(State.ANSWERED), 29)
    assert told == [(day, "hear", ["push.hear"]) for day in (7, 14, 21, 28)]


def test_a_closed_case_is_called_back_twice_and_looked_back_at() -> None:
    told = days_of(closed(), 400)
    assert [(day, kind) for day, kind, _ in told] == [
        (3, "call_back"),
        (6, "call_back_again"),
        (30, "look_back"),
        (31, "forget"),
        (90, "look_back_later"),
        (91, "forget_later"),
        (365, "retain"),
    ]
    assert [name for _, _, names in told for name in names] == [
        "push.called_back",
        "push.called_back_again",
        "push.looked_back",
        "push.looked_back_later",
    ]


def test_a_declined_case_asks_nothing() -> None:
    told = days_of(case(State.DECLINED, closed=MONDAY), 400)
    assert [(day, kind, names) for day, kind, names in told] == [
        (31, "forget", []),
        (91, "forget_later", []),
        (180, "retain", []),
    ]


def test_what_a_reporter_added_lately_is_not_removed_unread() -> None:
    added = MONDAY + 360 * DAY
    assert dues(closed(added=added), TERMS)["retain"] == added + 14 * DAY


def test_a_reply_goes_out_when_it_can_no_longer_be_taken_back() -> None:
    waiting = case(
        State.ANSWERED, reply=Pending("请放心", MONDAY + timedelta(seconds=10), to=2)
    )
    assert ring(waiting, "reply", MONDAY + timedelta(seconds=9), TERMS) is None
    decision = ring(waiting, "reply", MONDAY + timedelta(seconds=10), TERMS)
    assert decision is not None and decision.case.reply is None
    assert [entry.report for entry in decision.entries] == ["b" * 32]
    assert [(report, push.name) for report, push in decision.pushes] == [
        ("b" * 32, "push.replied")
    ]


def test_a_pause_ends_by_itself_and_the_clock_goes_on() -> None:
    until = MONDAY + 3 * DAY
    ledger = (
        ClockLine("answer", "start", MONDAY, Allowance(5, "W")),
        ClockLine("answer", "pause", MONDAY + DAY, until=until, reason="等区里批复"),
    )
    waiting = case(State.WAITING, asked_in=State.ASSIGNED, ledger=ledger, resumes=until)
    assert {*dues(waiting, TERMS)} == {"resume", "hear"}, (
        "a paused clock owes nothing else"
    )
    decision = ring(waiting, "resume", until, TERMS)
    assert decision is not None and decision.case.state is State.ASSIGNED
    assert {"warn", "breach"} <= {*dues(decision.case, TERMS)}
    assert {push.name for _, push in decision.pushes} == {"push.resumed"}


def test_where_the_hotline_is_late_its_supervisor_hears_of_it() -> None:
    late = case(
        State.FILED, ledger=(ClockLine("accept", "start", MONDAY, Allowance(1, "C")),)
    )
    decision = ring(late, "breach", MONDAY + DAY, TERMS)
    assert decision is not None
    assert [(alert.to, alert.name) for alert in decision.alerts] == [
        ("staff", "breach"),
        ("supervisor", "breach"),
    ]


@pytest.mark.parametrize(
    ("kind", "ears"),
    [
        ("warn", ["unit", "staff"]),
        ("breach", ["unit", "staff"]),
        ("urged", ["unit", "staff"]),
        ("supervised", ["unit", "leader", "supervisor"]),
        ("escalated", ["unit", "leader", "supervisor"]),
        ("circulated", ["unit", "leader", "supervisor"]),
    ],
)
def test_who_is_alerted(kind: str, ears: list[str]) -> None:
    late = assigned()
    for day in range(30):
        for rung, decision in catch_up(late, MONDAY + day * DAY):
            late = decision.case
            if rung == kind:
                assert [alert.to for alert in decision.alerts] == ears
                assert "某街道" not in str(decision.alerts), (
                    "an alert says no more than which clock"
                )


# ── after a long stop ─────────────────────────────────────────────────────────────────


def test_forty_silent_days_are_one_weekly_message() -> None:
    told = [
        names
        for _, decision in catch_up(case(State.ANSWERED), MONDAY + 40 * DAY)
        for names in decision.pushes
    ]
    assert [(report[0], push.name) for report, push in told] == [
        ("a", "push.hear"),
        ("b", "push.hear"),
    ]


def test_every_missed_step_is_noted_and_only_the_last_is_told() -> None:
    rung = list(catch_up(assigned(), MONDAY + 40 * DAY))
    assert [kind for kind, _ in rung] == ["warn", "hear", "breach", *LADDER]
    assert [
        push.name
        for _, decision in rung
        for report, push in decision.pushes
        if report[0] == "a"
    ] == ["push.circulated"]
    last = rung[-1][1].case
    assert Counter(line.kind for line in last.ledger) == Counter(
        ["start", "warned", "breached", *LADDER]
    )
    assert [alert.name for alert in rung[0][1].alerts] == [], (
        "no warning of what is over"
    )


def test_two_clocks_that_are_late_together_are_told_once() -> None:
    """Sent to a unit with a date of its own: nobody came on site, which was noted; then
    the machine stood still, and the ladder of one clock had ended before the other
    clock did.
    """
    sent = ledger.dispatch(
        case(State.ASSIGNED, urgent=True), MONDAY, TERMS, until=MONDAY + 25 * DAY
    )
    for _, decision in catch_up(sent, MONDAY + timedelta(hours=3)):
        sent = decision.case
    rung = list(catch_up(sent, MONDAY + 26 * DAY))
    kinds = [kind for kind, _ in rung]
    assert kinds.index("circulated") < kinds.index("breach")
    heard = [push.name for _, decision in rung for _, push in decision.pushes]
    assert len(heard) == len(sent.reports)


def test_a_missed_callback_gives_way_to_the_look_back() -> None:
    rung = list(catch_up(closed(), MONDAY + 40 * DAY))
    assert [kind for kind, _ in rung] == ["call_back", "forget"]
    assert rung[0][1].case.state is State.LOOK_BACK
    assert {push.name for _, push in rung[0][1].pushes} == {"push.looked_back"}


def test_after_a_hundred_days_it_is_asked_once() -> None:
    pushed = [
        push.name
        for _, decision in catch_up(closed(), MONDAY + 100 * DAY)
        for _, push in decision.pushes
    ]
    assert pushed == ["push.looked_back", "push.looked_back"]


# ── any case, any time ────────────────────────────────────────────────────────────────

HOURS = st.integers(0, 24 * 120).map(lambda hours: MONDAY + timedelta(hours=hours))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[ClockLine, ...]:
    """Clocks that start, pause, go on, get more time and stop; some steps were taken
    already.
    """
    lines, at = [], MONDAY
    for clock in draw(
        st.lists(st.sampled_from(get_args(Clock)), max_size=3, unique=True)
    ):
        allowance = Allowance(draw(st.integers(0, 30)), draw(st.sampled_from("WCDh")))
        lines.append(ClockLine(clock, "start", at, allowance))
        for kind in draw(
            st.lists(
                st.sampled_from(
                    ["pause", "resume", "extend", "stop", "warned", "breached", "urged"]
                )
            )
        ):
            at += timedelta(hours=draw(st.integers(0, 60)))
            more = (
                Allowance(draw(st.integers(1, 10)), "W") if kind == "extend" else None
            )
            until = at + DAY if kind == "pause" and draw(st.booleans()) else None
            lines.append(ClockLine(clock, kind, at, more, until))  # type: ignore[arg-type]
    return tuple(lines)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    state = draw(st.sampled_from(State))
    asked_in = (
        draw(st.sampled_from([State.FILED, State.ASSIGNED]))
        if state is State.WAITING
        else None
    )
    return case(
        state,
        asked_in=asked_in,
        ledger=draw(ledgers()),
        told=draw(st.none() | HOURS),
        closed=draw(HOURS) if state in (*ENDED, State.DECLINED) else None,
        called_back=draw(st.integers(0, 2)),
        looked_back=draw(st.integers(0, 2)),
        forgot=draw(st.integers(0, 2)),
        reply=draw(
            st.none()
            | st.builds(Pending, st.just("好"), HOURS, st.none() | st.integers(1, 2))
        ),
        resumes=draw(st.none() | HOURS),
        added=draw(st.none() | HOURS),
        retained=draw(st.booleans()),
        reports=draw(st.sampled_from([(), ("a" * 32,), ("a" * 32, "b" * 32)])),
    )


@given(cases(), st.lists(st.integers(0, 24 * 30), max_size=12))
def test_whatever_is_due_rings_once_and_nothing_is_skipped(
    one: Case, waits: list[int]
) -> None:
    """Looked at after any waits, long stops among them, all that is due rings, and it
    ends.
    """
    at, rung = MONDAY, Counter[tuple[str, datetime]]()
    for hours in waits:
        at += timedelta(hours=hours)
        for kind, decision in catch_up(one, at):
            rung[kind, dues(one, TERMS)[kind]] += 1
            one = decision.case
        assert all(due > at for due in dues(one, TERMS).values())
    assert max(rung.values(), default=1) == 1


@given(cases(), HOURS)
def test_what_is_owed_depends_on_the_case_alone(one: Case, at: datetime) -> None:
    owed = dues(one, TERMS)
    assert owed == dues(replace(one), TERMS)
    assert {*owed} <= {*KINDS}
    for kind in KINDS:
        assert (ring(one, kind, at, TERMS) is None) == (
            kind not in owed or owed[kind] > at
        )


# Found by chance on 3.13: one clock ends its ladder before another one is late.
FOUND = case(
    State.FILED,
    ledger=(
        ClockLine("accept", "start", MONDAY, Allowance(11, "W")),
        ClockLine("answer", "start", MONDAY, Allowance(0, "W")),
        ClockLine("answer", "breached", MONDAY),
        ClockLine("assign", "start", MONDAY, Allowance(0, "W")),
        ClockLine("assign", "pause", MONDAY),
    ),
)


@example(FOUND, MONDAY + timedelta(hours=374))
@given(cases(), HOURS)
def test_at_one_moment_nobody_hears_the_same_news_twice(
    one: Case, at: datetime
) -> None:
    """Of the reminders on the way at most one, of the questions after closing at most
    one.
    """
    heard: Counter[tuple[str, str]] = Counter()
    for _, decision in catch_up(one, at):
        heard.update(
            (report, WISH.get(push.name, push.name)) for report, push in decision.pushes
        )
    assert max(heard.values(), default=1) == 1


@given(cases(), HOURS)
def test_after_all_has_rung_who_waits_hears_within_seven_days(
    one: Case, at: datetime
) -> None:
    for _, decision in catch_up(one, at):
        one = decision.case
    if one.state not in (*ENDED, State.DECLINED, State.MERGED):
        assert dues(one, TERMS)["hear"] <= max(at, one.followup.told or at) + 7 * DAY


# ── pushes ────────────────────────────────────────────────────────────────────────────


def test_every_push_carries_progress_and_silence_and_no_report() -> None:
    for day in range(0, 120):
        for state in State:
            one = case(state, closed=MONDAY) if state in ENDED else case(state)
            for _, decision in catch_up(one, MONDAY + day * DAY):
                for _, push in decision.pushes:
                    assert {"status", "hush"} <= {
                        button.choice for button in push.buttons
                    }
                    assert push.mark == "" and not push.params
                    assert not any(
                        ":" in button.choice or button.params for button in push.buttons
                    )


def test_wishes_cover_what_is_no_change_of_state() -> None:
    assert {*WISH.values()} == {*WISHES}
    assert {*WISH} <= {*CHINESE} and {f"push.{kind}" for kind in ANSWERS} <= {
        *WISH,
        *ASKING,
    }


# ── the page that says so ─────────────────────────────────────────────────────────────

SWITCHES = {
    "weekly": "办理中的提醒",
    "callback": "办结后的回访",
    "look_back": "30天后的回头看",
    "later": "90天后再问一次（没选就不问）",
    None: "总是说",
}


@pytest.mark.parametrize(
    "name", sorted(name for name in CHINESE if name.startswith("push."))
)
def test_the_page_lists_every_push_and_its_switch(name: str) -> None:
    page = (ROOT / "docs" / "followups.md").read_text("utf-8")
    said = CHINESE[name].partition("\n")[0]
    assert f"| {said} | {SWITCHES[WISH.get(name)]} |" in page


def test_the_page_names_the_days_of_the_rules() -> None:
    page, rules = (ROOT / "docs" / "followups.md").read_text("utf-8"), TERMS.rules
    for days in (
        rules.hear_every,
        rules.callback_after,
        rules.look_back_after,
        rules.look_back_later,
        rules.forget_after,
        rules.forget_later,
    ):
        assert f"{days.number}天" in page
    assert rules.callback_again_after == rules.callback_after and "又3天" in page
    for step in ("supervised", "escalated", "circulated"):
        assert f"{rules.steps[step].number}个工作日" in page
