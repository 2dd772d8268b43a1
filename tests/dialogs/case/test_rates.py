"""The three rates: what reporters themselves said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialogs.case.rates import AnswerParts, answers, ratings, timely

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
    """Nine of twelve answered in time; of twenty asked nine answered, six that it is
    solved; four of five satisfied.
    """
    counts = {
        "due": 12,
        "in_time": 9,
        "called_back": 20,
        "solved": 6,
        "unsolved": 3,
        "satisfied": 4,
        "unsatisfied": 1,
    }
    assert timely(counts).response == 9 / 12
    assert answers(counts).solution == 6 / 20
    assert answers(counts).coverage == 9 / 20
    assert ratings(counts).satisfaction == 4 / 5


def test_who_answers_unasked_was_as_good_as_asked() -> None:
    """No share is above all of them."""
    found = answers({"called_back": 3, "solved": 8})
    assert found == AnswerParts(solved=8, unsolved=0, silent=0)


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(-5, 40)))
def test_no_part_is_below_nothing(counts: dict[str, int]) -> None:
    """Whatever was counted or taken back."""
    for parts in (timely(counts), answers(counts), ratings(counts)):
        assert min(parts.all) >= 0
