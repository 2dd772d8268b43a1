"""The table of a case's life."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from dialogs.case.life import (
    ENDED,
    OPEN,
    ORDERED,
    STATES,
    TRANSITIONS,
    Assignment,
    Case,
    State,
    leads,
    legal,
    move,
)
from dialogs.case.order_table import MOVES
from dialogs.case.refusals import Refusal
from tests.dialogs.case.parts import changed

CASE = Case(
    "c", "白鹭-K7QM", State.FILED, "forms", assignment=Assignment(level="district")
)
PAIRS = list(product(MOVES, State))
LEFT_OFF = (State.WAITING, State.MERGED)
ALLOWED = {(trigger, start) for trigger, start, *_ in TRANSITIONS}


def at(state: State, **known: object) -> Case:
    """A case in this state for which every "only if" holds."""
    facts = {
        "finding": "substantiated",
        "asked_in": State.FILED if state in LEFT_OFF else None,
    }
    return changed(CASE, state=state, **{**facts, **known})


@pytest.mark.parametrize(
    ("trigger", "state"),
    [pair for pair in PAIRS if pair not in ALLOWED and pair[1] is not State.WAITING],
    ids=lambda value: getattr(value, "value", value),
)
def test_an_illegal_move_is_refused_and_names_the_legal_ones(
    trigger: str, state: State
) -> None:
    case = at(state)
    with pytest.raises(Refusal) as refusal:
        move(case, trigger)
    assert refusal.value.code == "illegal_move"
    assert refusal.value.params == {
        "alias": "白鹭-K7QM",
        "state": STATES[state],
        "move": trigger,
    }
    assert refusal.value.legal == tuple(name for name in legal(case) if name in ORDERED)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_way_out(state: State) -> None:
    assert legal(at(state))


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_from_the_first(state: State) -> None:
    reached, new = {State.FILED}, {State.FILED}
    while new:
        new = {
            to
            for trigger in MOVES
            for start in new
            if (to := leads(at(start), trigger))
        } - reached
        reached |= new
    assert state in reached


@pytest.mark.parametrize("state", State)
def test_wherever_it_is_a_case_can_still_end(state: State) -> None:
    """No circle without a way to an end."""
    reached, new = {state}, {state}
    while new:
        steps = {(trigger, start) for trigger in MOVES for start in new}
        new = {
            to for trigger, start in steps if (to := leads(at(start), trigger))
        } - reached
        reached |= new
    assert reached & {*ENDED, State.DECLINED, State.MERGED}


def test_a_move_changes_nothing_but_the_state() -> None:
    assert move(CASE, "accept") == replace(CASE, state=State.ACCEPTED)


@pytest.mark.parametrize("state", OPEN)
def test_who_waited_goes_on_where_he_asked(state: State) -> None:
    waiting = move(at(state), "ask")
    assert waiting.state is State.WAITING
    assert move(waiting, "resume").state is state
    assert move(waiting, "resume").asked_in is None


def test_who_waits_may_do_without_the_answer() -> None:
    waiting = move(CASE, "ask")
    assert move(waiting, "accept").state is State.ACCEPTED
    assert set(legal(waiting)) == {
        *("ask", "resume", "accept", "decline", "merge", "withdraw")
    }
    with pytest.raises(Refusal, match=r"等待补充.*不能办"):
        move(waiting, "close")
    with pytest.raises(Refusal, match="不能办"):
        move(waiting, "wait")


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, State.FILED),
        ({"serial": "JF2026-000001"}, State.ACCEPTED),
        ({"serial": "JF2026-000001", "unit": "文新街道"}, State.ASSIGNED),
    ],
)
def test_who_waits_and_nobody_knows_since_where_goes_on_all_the_same(
    known: dict[str, object], state: State
) -> None:
    """An old row, or one of which the sealed part is damaged."""
    waiting = at(State.WAITING, asked_in=None, **known)
    assert "resume" in legal(waiting)
    assert move(waiting, "resume").state is state
    with pytest.raises(Refusal, match=r"现在是“等待补充”"):
        move(waiting, "call_back")


def test_a_second_question_is_asked_while_one_is_open() -> None:
    """It goes on where it was, whatever was asked."""
    waiting = move(at(State.ASSIGNED), "ask")
    again = move(waiting, "ask")
    assert again == waiting
    assert move(again, "resume").state is State.ASSIGNED


def test_what_was_not_found_true_is_not_put_right() -> None:
    with pytest.raises(Refusal, match="不能办"):
        move(at(State.VERIFIED, finding="unsubstantiated"), "rectify")


def test_nobody_whistles_above_the_city() -> None:
    assert move(at(State.ASSIGNED), "whistle").state is State.ASSIGNED
    with pytest.raises(Refusal, match="不能办"):
        move(at(State.ASSIGNED, level="city"), "whistle")


def test_every_name_has_its_chinese() -> None:
    assert set(STATES) == set(State)
    assert {trigger for trigger, *_ in TRANSITIONS} == set(MOVES)
