"""What a reporter reads of a case."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.life import ENDED, Case, State
from dialogs.case.rules import Rules
from dialogs.case.story import Filed, Rating, Told, tell, visible
from dialogs.case.worktime import Terms, weekday_calendar

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TERMS = Terms(Rules.default(), weekday_calendar(), ZoneInfo("Asia/Shanghai"))
CASE = Case("c", "白鹭-K7QM", State.ASSIGNED, "forms", serial="JF2026-000007", unit="某街道", reports=("r1",))
MINE = Filed("r1", "forms", AT, follows=True)
KINDS = (
    "accepted", "declined", "asked", "supplemented", "assigned", "answered", "found", "rectifying",
    "closed", "rated", "reopened", "merged",
)  # fmt: skip


def step(kind: str, **known: object) -> Told:
    params = {"text": "一句话", "unit": "某街道", "finding": "partly"}
    return Told(kind, AT + timedelta(minutes=7), "c", **{"params": params, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("state", State)
def test_every_state_says_what_is_next(state: State, lang: str) -> None:
    for rating in (None, Rating(True, None)):
        story = tell(replace(CASE, state=state), replace(MINE, rating=rating), [step("closed")], AT, TERMS)
        told = story.params(lang)
        assert told["next"] and told["state"] and "{" not in story.text(lang)
        assert json.loads(json.dumps(told)) == told
        assert told["next"] in story.text(lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_step_has_its_sentence(kind: str, lang: str) -> None:
    for params in ({}, {"due": 1_800_000_000}, {"pictures": 2}):
        if "due" in params and kind not in ("assigned", "rectifying"):
            continue
        told = step(kind, params={"text": "一句话", "finding": "partly", **params})
        line = tell(CASE, MINE, [told], AT, TERMS).params(lang)["lines"][-1]
        assert line["text"].strip() and "{" not in line["text"]


def test_dates_promised_are_those_of_the_case() -> None:
    due = datetime(2026, 12, 1, 15, 59, tzinfo=UTC)
    story = tell(replace(CASE, due=due), MINE, [], AT, TERMS)
    assert story.params("zh")["next"] == "某街道应在12月1日前答复。到时没有答复，专线会去催。"
    late = tell(replace(CASE, due=due), MINE, [], due + timedelta(days=1), TERMS)
    assert late.params("zh")["next"] == "某街道过了12月1日还没答复，专线正在催。"


@pytest.mark.parametrize("state", State)
def test_a_reporter_can_always_say_more_or_ask_again_and_be_forgotten(state: State) -> None:
    can = tell(replace(CASE, state=state), MINE, [], AT, TERMS).can
    assert "forget" in can and {"answer", "supplement", "reopen", "rebound"} & {*can}
    assert ("rate" in can) == (state in ENDED)
    assert "hush" in can and "hush" not in tell(CASE, replace(MINE, follows=False), [], AT, TERMS).can


def test_who_was_asked_may_answer_until_they_did() -> None:
    waiting = replace(CASE, state=State.WAITING)
    asked, answered = step("asked", report="r1"), step("supplemented", report="r1", by_reporter=True)
    assert tell(waiting, MINE, [asked], AT, TERMS).can[0] == "answer"
    assert "答" in tell(waiting, MINE, [asked], AT, TERMS).params("zh")["next"]
    assert tell(waiting, MINE, [asked, answered], AT, TERMS).can[0] == "supplement"
    assert tell(waiting, MINE, [step("asked", report="r2")], AT, TERMS).can[0] == "supplement"


def test_times_of_reporters_are_told_to_the_hour() -> None:
    steps = [step("supplemented", report="r1", by_reporter=True), step("accepted")]
    lines = tell(CASE, MINE, steps, AT, TERMS).params("zh")["lines"]
    assert [line["when"] for line in lines] == ["11月23日10时", "11月23日10时", "11月23日 10:07"]


def test_another_year_is_named() -> None:
    story = tell(CASE, MINE, [], AT + timedelta(days=60), TERMS)
    assert story.params("zh")["lines"][0]["when"] == "2026年11月23日10时"


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.sampled_from([None, "r1", "r2"]))))
def test_nobody_elses_words_and_nothing_internal_is_ever_told(
    steps: list[tuple[str, bool, str | None]],
) -> None:
    """Whatever is handed in: private steps of others and internal ones leave no trace."""
    told = [
        step(kind, public=public, report=report, params={"text": f"<{number}>", "finding": "partly"})
        for number, (kind, public, report) in enumerate(steps)
    ]
    for state in State:
        shown = tell(replace(CASE, state=state), MINE, told, AT, TERMS).text("zh")
        for number, (_, public, report) in enumerate(steps):
            if not visible(public, report, "r1"):
                assert f"<{number}>" not in shown


@pytest.mark.parametrize(
    ("public", "report", "seen"),
    [(True, None, True), (True, "r1", True), (True, "r2", False), (False, None, False), (False, "r1", False)],
)
def test_what_is_visible(public: bool, report: str | None, seen: bool) -> None:
    assert visible(public, report, "r1") is seen
