"""What staff call a case."""

from __future__ import annotations

import pytest

from bot.cases.aliases import ALIAS_WORDS, meant, new_alias


def test_an_alias_is_meant_by_itself_and_by_its_code() -> None:
    for _ in range(200):
        alias = new_alias()
        assert meant(alias) == [alias]
        assert alias in meant(alias.split("-")[1].lower())


@pytest.mark.parametrize(
    "typed",
    [
        "白鹭-K701",
        "白鹭—k701",
        "白鹭K7OI",
        "白鹭 k7ol",
        "白鹭－Ｋ７０１",
        " 白鹭_k701 ",
    ],
)
def test_spelling_does_not_matter(typed: str) -> None:
    assert meant(typed) == ["白鹭-K701"]


@pytest.mark.parametrize(
    "typed", ["", "白鹭", "K7", "K7QMX", "'; DROP TABLE cases; --", "JF2026-1"]
)
def test_nonsense_means_nothing(typed: str) -> None:
    assert meant(typed) == []


def test_words_are_different() -> None:
    assert len(ALIAS_WORDS) == len(set(ALIAS_WORDS)) == 80
