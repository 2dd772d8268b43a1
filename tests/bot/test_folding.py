"""Width, case and traditional spelling make no difference to search."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.folding import folded, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臺賬", "台账"),
        ("台帐", "台账"),
        ("每週報表", "每周报表"),
        ("ＡＰＰ打卡，１２３", "app打卡,123"),
        ("Straße", "STRASSE"),
        ("網格員裡裏", "网格员里里"),
        ("羣眾", "群众"),
        ("ｶﾞ", "ガ"),
        ("①②", "12"),
    ],
)
def test_spellings_of_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("么", "幺"), ("账", "张"), ("干", "于")])
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(st.text(st.characters(exclude_categories=())))
def test_folding_is_what_it_says(text: str) -> None:
    """The quick ways come to the same; folded once is folded for good."""
    caseless = unicodedata.normalize("NFKC", text).casefold()
    slowly = unicodedata.normalize("NFKC", caseless)
    again = folded(text)
    assert again == folded(slowly) and folded(again) == again
    if again != slowly:
        assert len(again) == len(slowly)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        ("表", []),
        (" 表 ", []),
        ("！！", []),
        ("台账", ["台账"]),
        ("A 组", ["a", "组"]),
        ("臺賬　每週", ["台账", "每周"]),
    ],
)
def test_a_query_has_two_characters_at_least(query: str, words: list[str]) -> None:
    assert words_of(query) == words
