"""Whose job a certificate is: by its titles, other names, other scripts, by ear; and
no guess where the list says nothing.
"""

from __future__ import annotations

import pytest

from dialogs.library import answer_to
from dialogs.library.certificates import ListItem, certificate_in, items, name_in


def test_the_list_is_whole_and_tells_its_source() -> None:
    """Twenty titles in order, each with who is in charge and the document."""
    assert [item.number for item in items()] == list(range(1, 21))
    assert all(item.lead_unit and "20号" in item.basis for item in items())


@pytest.mark.parametrize("item", items(), ids=lambda item: str(item.number))
def test_each_is_found_by_its_title(item: ListItem) -> None:
    assert certificate_in(f"{item.short_title}要社区开吗") == item


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("問一下，出具“居民健在證明”是不是我們社區的事？", 10),
        ("居民见在证明谁开", 10),
        ("无犯罪纪录证明去哪开", 5),
        ("银行要我们开收入的证明", 17),
        ("狗证要我们盖章吗", 4),
        ("没结婚的证明要我们开？", 8),
        ("住改商那个证明归谁", 19),
        ("那离婚证明呢", 8),
    ],
)
def test_other_names_scripts_and_sounds(words: str, number: int) -> None:
    item = certificate_in(words)
    assert item is not None
    assert item.number == number
    answer = answer_to(words, "whose_job")
    assert answer.phrase == "about.certificate"
    assert answer.params["lead"] == item.lead_unit


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("那无房证明呢", "无房证明"),
        ("無房證明要不要我們開", "无房证明"),
        ("贫困证明归谁开", "贫困证明"),
        ("低保证明呢", "低保证明"),
        ("无房产证明要不要开", "无房产证明"),
        ("没有财产证明怎么办", None),
    ],
)
def test_what_is_not_on_it_is_not_guessed_at(words: str, name: str | None) -> None:
    """无房产 is not 房产; the answer names what was asked and says it is not listed."""
    assert certificate_in(words) is None
    assert answer_to(words, "whose_job").phrase != "about.certificate"
    if name is not None:
        answer = answer_to(words, "whose_job")
        assert answer.phrase == "about.certificate_unlisted"
        assert answer.params["called"] == name


@pytest.mark.parametrize("words", ["你怎么证明", "证明一下", "开什么证明", "离婚了"])
def test_no_certificate_is_named(words: str) -> None:
    assert certificate_in(words) is None
    assert name_in(words) is None
