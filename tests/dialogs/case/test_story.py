"""What a reporter reads of a case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.allowance import Allowance, Clock
from dialogs.case.clock import ClockLine as ClockLine
from dialogs.case.life import ENDED, Assignment, Case, State
from dialogs.case.rules import UNIT_CLOCKS, Rules
from dialogs.case.story import Filed, OpenedStep, Rating, tell, visible
from dialogs.case.worktime import Terms, weekday_calendar
from scheduler.calendar import WorkCalendar
from tests.dialogs.case.parts import changed

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
CASE = Case(
    "c",
    "白鹭-K7QM",
    State.ASSIGNED,
    "forms",
    serial="JF2026-000007",
    reports=("r1",),
    assignment=Assignment(unit="某街道"),
)
MINE = Filed("r1", "forms", AT, follows=True)
KINDS = (
    "accepted",
    "declined",
    "asked",
    "supplemented",
    "assigned",
    "answered",
    "found",
    "rectifying",
    "closed",
    "rated",
    "reopened",
    "merged",
    "waiting",
    "resumed",
    "replied",
    "arrived",
    "returned",
    "return_refused",
    "extended",
    "whistled",
    "breached",
    "urged",
    "supervised",
    "escalated",
    "circulated",
    "called_back",
    "called_back_again",
    "looked_back",
    "held",
    "rebounded",
)
SPOKEN = {
    "text": "一句话",
    "unit": "某街道",
    "finding": "partly",
    "clock": "answer",
    "until": 1_800_000_000,
}
DATED = {
    "due": ("assigned", "rectifying", "extended", "whistled"),
    "until": ("waiting", "breached"),
}


def step(kind: str, **known: Any) -> OpenedStep:
    values = {"params": SPOKEN, **known}
    return OpenedStep(kind, AT + timedelta(minutes=7), "c", **values)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("state", State)
def test_every_state_says_what_is_next(state: State, lang: str) -> None:
    for rating in (None, Rating(True, None)):
        story = tell(
            replace(CASE, state=state),
            replace(MINE, rating=rating),
            [step("closed")],
            AT,
            TERMS,
        )
        told = story.params(lang)
        assert told["next"] and told["state"] and "{" not in story.text(lang)
        assert json.loads(json.dumps(told)) == told
        assert told["next"] in story.text(lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_step_has_its_sentence(kind: str, lang: str) -> None:
    for params in (
        {},
        {"due": 1_800_000_000},
        {"until": 1_800_000_000},
        {"pictures": 2},
    ):
        dated = [name for name in ("due", "until") if name in params]
        if any(kind not in DATED[name] for name in dated) or (
            kind == "breached" and not dated
        ):
            continue
        told = step(
            kind,
            params={"text": "一句话", "finding": "partly", "clock": "answer", **params},
        )
        line = tell(CASE, MINE, [told], AT, TERMS).params(lang)["lines"][-1]
        assert line["text"].strip() and "{" not in line["text"]
        assert not dated or "15" in line["text"], "the day is named"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("clock", get_args(Clock))
def test_whoever_is_late_is_told_plainly(clock: str, lang: str) -> None:
    late = step(
        "breached", params={"clock": clock, "unit": "某街道", "until": 1_800_000_000}
    )
    line = tell(CASE, MINE, [late], AT, TERMS).params(lang)["lines"][-1]["text"]
    assert ("某街道" in line) == (clock in UNIT_CLOCKS)


def test_dates_promised_are_those_of_the_case() -> None:
    due = datetime(2026, 12, 1, 15, 59, tzinfo=UTC)
    story = tell(replace(CASE, due=due), MINE, [], AT, TERMS)
    assert (
        story.params("zh")["next"]
        == "某街道应在12月1日前答复。到时没有答复，专线会去催。"
    )
    late = tell(replace(CASE, due=due), MINE, [], due + timedelta(days=1), TERMS)
    assert late.params("zh")["next"] == "某街道过了12月1日还没答复，专线正在催。"


@pytest.mark.parametrize("state", State)
def test_a_reporter_can_always_say_more_or_ask_again_and_be_forgotten(
    state: State,
) -> None:
    can = tell(replace(CASE, state=state), MINE, [], AT, TERMS).can
    assert "forget" in can and {"answer", "supplement", "reopen", "rebound"} & {*can}
    assert ("rate" in can) == (state in ENDED)
    assert ("held" in can) == ("rebound" in can) == (state is State.LOOK_BACK)
    silent = tell(CASE, replace(MINE, follows=False), [], AT, TERMS).can
    assert {"hush", "settings"} <= {*can} and not {"hush", "settings"} & {*silent}


def test_who_was_asked_may_answer_until_they_did() -> None:
    waiting = replace(CASE, state=State.WAITING)
    asked, answered = (
        step("asked", report="r1"),
        step("supplemented", report="r1", by_reporter=True),
    )
    assert tell(waiting, MINE, [asked], AT, TERMS).can[0] == "answer"
    assert "答" in tell(waiting, MINE, [asked], AT, TERMS).params("zh")["next"]
    assert tell(waiting, MINE, [asked, answered], AT, TERMS).can[0] == "supplement"
    assert (
        tell(waiting, MINE, [step("asked", report="r2")], AT, TERMS).can[0]
        == "supplement"
    )


def test_who_has_rated_may_rate_again_only_after_it_was_closed_anew() -> None:
    rated = replace(
        step("rated", report="r1", by_reporter=True), at=AT
    )  # its hour; closed 7 minutes later
    closed = replace(CASE, state=State.CLOSED).with_followup(
        closed=AT + timedelta(minutes=7)
    )
    mine = replace(MINE, rating=Rating(False))
    assert "rate" not in tell(closed, mine, [step("closed"), rated], AT, TERMS).can
    again = closed.with_followup(closed=AT + timedelta(days=9))
    assert "rate" in tell(again, mine, [step("closed"), rated], AT, TERMS).can


def test_who_has_rated_reads_of_no_question_that_only_others_were_asked() -> None:
    """The callback is repeated to those who said nothing; a new closing asks everybody
    anew.
    """
    hours = (
        ("closed", 0),
        ("called_back", 72),
        ("rated", 80),
        ("called_back_again", 144),
    )
    steps = [
        replace(
            step(kind, report="r1" if kind == "rated" else None),
            at=AT + timedelta(hours=hour),
            params={"text": ""},
        )
        for kind, hour in hours
    ]
    closed = replace(CASE, state=State.CALLBACK).with_followup(closed=AT)
    story = tell(
        closed, replace(MINE, rating=Rating(True)), steps, AT + timedelta(days=9), TERMS
    ).text("zh")
    assert "专线问您：解决了吗" in story and "又问了一次" not in story
    silent = tell(
        closed, MINE, [one for one in steps if one.kind != "rated"], AT, TERMS
    ).text("zh")
    assert "又问了一次" in silent
    again = [
        replace(one, at=one.at + timedelta(days=9))
        for one in steps
        if one.kind != "rated"
    ]
    assert "又问了一次" in tell(closed, MINE, [*steps, *again], AT, TERMS).text("zh")


def test_who_has_said_half_may_say_the_rest() -> None:
    rated = step("rated", report="r1", by_reporter=True)
    closed = replace(CASE, state=State.CLOSED).with_followup(closed=rated.at)
    for rating, may in ((Rating(True), True), (Rating(True, False), False)):
        can = tell(
            closed, replace(MINE, rating=rating), [step("closed"), rated], AT, TERMS
        ).can
        assert ("satisfied" in can) is may and "rate" not in can
    anew = closed.with_followup(closed=rated.at + timedelta(days=9))
    assert (
        "satisfied"
        not in tell(anew, replace(MINE, rating=Rating(True)), [rated], AT, TERMS).can
    )


def test_the_look_back_is_answered_once() -> None:
    looking = replace(CASE, state=State.LOOK_BACK)
    asked, held = (
        step("looked_back"),
        replace(step("held", report="r1", by_reporter=True), at=AT),
    )
    assert "held" in tell(looking, MINE, [asked], AT, TERMS).can
    assert "held" not in tell(looking, MINE, [asked, held], AT, TERMS).can
    assert "rebound" in tell(looking, MINE, [asked, held], AT, TERMS).can, (
        "it may still come back"
    )
    other = replace(held, report="r2")
    assert "held" in tell(looking, MINE, [asked, other], AT, TERMS).can


# ── the promise ───────────────────────────────────────────────────────────────────────


def promised(
    at: datetime, *ledger: ClockLine, lang: str = "zh", **known: object
) -> dict[str, Any]:
    one = changed(CASE, **{"ledger": ledger, **known})
    shown: dict[str, Any] = tell(one, MINE, [], at, TERMS).params(lang)["promise"]
    return shown


STARTED = ClockLine(
    "answer", "start", AT, Allowance(5, "W")
)  # Monday: due on Monday the 30th at 24:00


def test_the_promise_says_by_when_and_how_much_of_the_time_is_gone() -> None:
    assert promised(AT, STARTED) == {
        "label": "单位答复",
        "due": "11月30日",
        "share": 0.0,
        "late": False,
        "paused": False,
        "text": "承诺：单位答复，最迟11月30日，还有7天。",
    }
    half = promised(AT + timedelta(days=3), STARTED)
    assert 0.4 < half["share"] < 0.6 and half["text"].endswith("还有4天。")
    assert (
        promised(AT + timedelta(days=7), STARTED)["text"]
        == "承诺：单位答复，最迟11月30日，就是今天。"
    )


def test_a_promise_that_may_still_move_says_so() -> None:
    """Five working days from 29 December of a year of whose next no notice tells; what
    is to be done within hours stays where it is.
    """
    terms = Terms(TERMS.rules, WorkCalendar(), TERMS.zone)
    start = datetime(2098, 12, 29, 2, tzinfo=UTC)  # a Monday

    def told(allowance: Allowance) -> str:
        ledger = (ClockLine("answer", "start", start, allowance),)
        one = changed(CASE, ledger=ledger)
        params = tell(one, MINE, [], start, terms).params("zh")
        said: str = params["promise"]["text"]
        return said

    assert told(Allowance(5, "W")) == (
        "承诺：单位答复，最迟1月6日，还有8天。"
        "2099年的调休还没公布，公布后这个日子可能会变。"
    )
    assert told(Allowance(96, "h")).endswith("还有4天。")


def test_a_broken_promise_is_said_plainly() -> None:
    late = promised(AT + timedelta(days=9), STARTED)
    assert late["late"] and late["share"] == 1.0
    assert late["text"] == "承诺：单位答复，说好11月30日，晚了2天。"
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert (
        not promised(midnight - timedelta(seconds=1), STARTED)["late"]
        and promised(midnight, STARTED)["late"]
    )


def test_a_promise_that_waits_says_for_what() -> None:
    until = AT + timedelta(days=4)
    pause = ClockLine("answer", "pause", AT, until=until, reason="区里批复")
    told = promised(AT + timedelta(days=1), STARTED, pause, state=State.WAITING)
    assert (
        told["paused"]
        and told["text"] == "承诺：单位答复。现在停着不算，等区里批复，11月27日接着算。"
    )
    asked = ClockLine("answer", "pause", AT)
    shown = promised(AT + timedelta(days=1), STARTED, asked, state=State.WAITING)
    assert shown["text"] == "承诺：单位答复。现在停着不算，等补充情况。"


def test_a_reporter_who_was_asked_reads_that_it_waits_for_them() -> None:
    waiting = replace(
        CASE, state=State.WAITING, ledger=(STARTED, ClockLine("answer", "pause", AT))
    )
    shown = tell(waiting, MINE, [step("asked", report="r1")], AT, TERMS).params("zh")
    assert shown["promise"]["text"] == "承诺：单位答复。现在停着不算，等您回答。"


def test_more_time_is_told() -> None:
    extend = ClockLine("answer", "extend", AT, Allowance(10, "W"))
    assert promised(AT, STARTED, extend, extended=True)["text"].startswith(
        "承诺：单位答复（延过期），最迟12月14日"
    )


def test_an_urgent_promise_is_told_to_the_minute() -> None:
    on_site = ClockLine("on_site", "start", AT, Allowance(2, "h"))
    assert (
        promised(AT, on_site)["text"]
        == "承诺：单位到场，最迟11月23日 12:00，就是今天。"
    )


def test_without_a_clock_the_next_news_is_promised() -> None:
    told = promised(AT + timedelta(days=2), state=State.ANSWERED, told=AT)
    assert told["text"] == "承诺：再告诉您一次，最迟11月30日，还有5天。"
    assert told["share"] == pytest.approx(2 / 7, abs=0.001)
    assert promised(AT, state=State.CLOSED, told=AT) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_promise_stands_in_the_text(lang: str) -> None:
    one = replace(CASE, ledger=(STARTED,))
    for days in (0, 7, 9):
        story = tell(one, MINE, [], AT + timedelta(days=days), TERMS)
        assert story.params(lang)["promise"]["text"] in story.text(
            lang
        ) and "{" not in story.text(lang)


def test_times_of_reporters_are_told_to_the_hour() -> None:
    steps = [step("supplemented", report="r1", by_reporter=True), step("accepted")]
    lines = tell(CASE, MINE, steps, AT, TERMS).params("zh")["lines"]
    assert [line["when"] for line in lines] == [
        "11月23日10时",
        "11月23日10时",
        "11月23日 10:07",
    ]


def test_another_year_is_named() -> None:
    story = tell(CASE, MINE, [], AT + timedelta(days=60), TERMS)
    assert story.params("zh")["lines"][0]["when"] == "2026年11月23日10时"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS), st.booleans(), st.sampled_from([None, "r1", "r2"])
        )
    )
)
def test_nobody_elses_words_and_nothing_internal_is_ever_told(
    steps: list[tuple[str, bool, str | None]],
) -> None:
    """Whatever is handed in: private steps of others and internal ones leave
    no trace.
    """
    told = [
        step(
            kind, public=public, report=report, params=SPOKEN | {"text": f"<{number}>"}
        )
        for number, (kind, public, report) in enumerate(steps)
    ]
    for state in State:
        shown = tell(replace(CASE, state=state), MINE, told, AT, TERMS).text("zh")
        for number, (_, public, report) in enumerate(steps):
            if not visible(public, report, "r1"):
                assert f"<{number}>" not in shown


@pytest.mark.parametrize(
    ("public", "report", "seen"),
    [
        (True, None, True),
        (True, "r1", True),
        (True, "r2", False),
        (False, None, False),
        (False, "r1", False),
    ],
)
def test_what_is_visible(public: bool, report: str | None, seen: bool) -> None:
    assert visible(public, report, "r1") is seen
