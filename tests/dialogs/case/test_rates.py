"""The three rates: what reporters themselves said, of at least five of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.rates import FEW, LEAST, ShownRate, rates

KEYS = (
    "due",
    "in_time",
    "called_back",
    "solved",
    "unsolved",
    "satisfied",
    "unsatisfied",
)


def test_as_the_domain_defines_them() -> None:
    """Ten answers of twelve in time; of twenty asked nine answered, six solved; four of
    five satisfied.
    """
    found = rates(
        {
            "due": 12,
            "in_time": 9,
            "called_back": 20,
            "solved": 6,
            "unsolved": 3,
            "satisfied": 4,
            "unsatisfied": 1,
        }
    )
    assert found.response == ShownRate(9 / 12, 12)
    assert found.solved == ShownRate(6 / 20, 20)
    assert found.satisfied == ShownRate(4 / 5, 5)
    assert found.coverage == ShownRate(9 / 20, 20)
    assert found.effect == ShownRate(6 / 9, 9)


@pytest.mark.parametrize("few", range(LEAST))
def test_what_rests_on_fewer_than_five_is_hidden(few: int) -> None:
    """Also where many were asked: only those who answered count. The reason is said,
    the number is not.
    """
    found = rates(
        {"due": few, "in_time": few, "called_back": 50, "solved": few, "satisfied": few}
    )
    assert {
        found.response,
        found.solved,
        found.satisfied,
        found.coverage,
        found.effect,
    } == {ShownRate(None, 0, FEW)}


def test_five_are_enough() -> None:
    found = rates(
        {
            "due": 5,
            "in_time": 5,
            "called_back": 5,
            "solved": 2,
            "unsolved": 3,
            "unsatisfied": 5,
        }
    )
    assert (found.response.share, found.solved.share, found.satisfied.share) == (
        1.0,
        0.4,
        0.0,
    )


def test_who_answers_unasked_was_as_good_as_asked() -> None:
    """No share is above all of them."""
    found = rates({"called_back": 3, "solved": 8})
    assert (found.solved, found.coverage) == (ShownRate(1.0, 8), ShownRate(1.0, 8))


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(-5, 40)))
def test_a_share_is_a_share(counts: dict[str, int]) -> None:
    """Whatever was counted or taken back: between nothing and all, and never of fewer
    than five.
    """
    found = rates(counts)
    for rate in (
        found.response,
        found.solved,
        found.satisfied,
        found.coverage,
        found.effect,
    ):
        if rate.share is None:
            assert (rate.of, rate.reason) == (0, FEW)
        else:
            assert 0 <= rate.share <= 1 and rate.of >= LEAST and not rate.reason
