"""The index in memory finds what LIKE finds, in the order that is said, and
counts all of it.
"""

import random
import sqlite3
from contextlib import closing
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import search_index
from storage.search_index import TextIndex
from storage.searched import IndexedText, hits_among

SYLLABLES = "台账报表每周填五次会议过多社区网格员重复上报打卡，积分 排名app挂牌督查😀"


def text(words: str, number: int, group: int | None = None) -> IndexedText:
    return IndexedText(
        id=number.to_bytes(16, "big"),
        group=(number if group is None else group).to_bytes(16, "little"),
        at=3600 * (number % 5),
        reserved=number % 11 == 0,
        text=words,
    )


def written(dice: random.Random, characters: int = 60) -> str:
    return "".join(dice.choices(SYLLABLES, k=dice.randint(2, characters)))


def liked(texts: list[IndexedText], *words: str) -> set[bytes]:
    """What SQLite's LIKE says; GLOB would take our signs for patterns."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE texts (grp BLOB, words TEXT)")
        rows = [(one.group, one.text) for one in texts]
        connection.executemany("INSERT INTO texts VALUES (?, ?)", rows)
        both = " AND ".join(["words LIKE '%' || ? || '%'"] * len(words))
        sql = f"SELECT DISTINCT grp FROM texts WHERE {both}"
        return {row[0] for row in connection.execute(sql, words)}


@pytest.mark.parametrize("small", [3, 16, 512])
def test_every_hit_of_like_is_found_and_none_else(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While texts come, are put in anew and go; in blocks of any size and outside of
    them; words of one, two and more characters, signs and emoji among them.
    """
    monkeypatch.setattr(search_index, "SMALL_BLOCK", small)
    monkeypatch.setattr(search_index, "SMALL_BLOCKS", 4)
    monkeypatch.setattr(search_index, "BLOCK", 4 * small)
    monkeypatch.setattr(search_index, "MOST_DEAD", 20)
    dice = random.Random(7)
    index = TextIndex()
    held: dict[bytes, IndexedText] = {}
    numbers = count()
    for _ in range(12):
        many = [text(written(dice), next(numbers)) for _ in range(dice.randint(1, 20))]
        if dice.random() < 0.5:
            index.put_all(many)
            index.settle()
        else:
            for one in many:
                index.put(one)
        held |= {one.id: one for one in many}
        for id in dice.sample(sorted(held), 3):
            if dice.random() < 0.5:
                index.drop(id)
                del held[id]
            else:
                again = text(written(dice), int.from_bytes(id, "big"))
                index.put(again)
                held[id] = again
        assert len(index) == len(held)
        for _ in range(20):
            words = [_piece(dice, held) for _ in range(dice.randint(1, 2))]
            hits = index.find(words, most=1000, reserved=True)
            assert {hit.group for hit in hits.found} == liked([*held.values()], *words)
            assert hits.total == len(hits.found)
            assert all(
                word in held[hit.id].text for hit in hits.found for word in words
            )


def _piece(dice: random.Random, held: dict[bytes, IndexedText]) -> str:
    """Something without spaces, mostly out of a text."""
    words = dice.choice([one.text for one in held.values()])
    at = dice.randrange(len(words))
    piece = "".join(words[at : at + dice.randint(1, 4)].split())
    return piece or "无此"


def test_the_newest_come_first_and_all_are_counted() -> None:
    """However few are asked for; of one hour always in the same order."""
    index = TextIndex()
    index.put_all(text(f"台账{number}", number) for number in range(1000))
    index.settle()
    hits = index.find(["台账"], most=1000, reserved=True)
    assert hits.total == len(hits.found) == 1000
    times = [int.from_bytes(hit.id, "big") % 5 for hit in hits.found]
    assert times == sorted(times, reverse=True)
    again = TextIndex()
    again.put_all(text(f"台账{number}", number) for number in reversed(range(1000)))
    for most in (1, 7, 300):
        for one in (index, again):
            few = one.find(["台账"], most=most, reserved=True)
            assert (few.found, few.total) == (hits.found[:most], 1000)
        assert hits_among((text("台账", n) for n in range(1000)), most) == few


def test_what_is_for_few_eyes_is_neither_found_nor_counted_by_others() -> None:
    index = TextIndex()
    index.put_all(text("台账", number) for number in range(50))
    assert index.find(["台账"], 100, reserved=True).total == 50
    hits = index.find(["台账"], 100, reserved=False)
    assert hits.total == len(hits.found) == 45
    assert not [hit for hit in hits.found if int.from_bytes(hit.id, "big") % 11 == 0]


def test_several_texts_of_a_group_are_one_hit() -> None:
    """Also after one of them has moved to another group, as by merging."""
    index = TextIndex()
    for number in range(6):
        index.put(text("每周报表", number, group=number // 3))
    assert index.find(["报表"], 10, reserved=True).total == 2
    for number in range(3, 6):
        index.put(text("每周报表", number, group=0))
    hits = index.find(["报表"], 10, reserved=True)
    assert [hit.group for hit in hits.found] == [bytes(16)] and hits.total == 1
    index.replace((1).to_bytes(16, "little"), [])
    index.replace(bytes(16), [text("每周开会", 7, group=0), text("报表", 2, group=0)])
    assert index.find(["报表"], 10, reserved=True).total == 1
    assert index.find(["每周报"], 10, reserved=True).total == 0
    assert len(index) == 2


def test_what_was_dropped_is_overwritten() -> None:
    """Its characters are not left in the texts that are held."""
    index = TextIndex()
    index.put_all([text("台账报表", 1), text("每周开会", 2)])
    index.settle()
    (block,) = index._blocks
    assert "台账报表".encode("utf-16-le") in block._units.tobytes()
    index.drop(text("", 1).id)
    assert "账".encode("utf-16-le") not in block._units.tobytes()
    assert index.find(["每周"], 9, reserved=True).total == 1
    assert index.find(["\0\0"], 9, reserved=True).total == 0


@given(
    st.lists(st.text(max_size=8), min_size=1, max_size=8),
    st.text(min_size=1, max_size=3),
)
def test_any_characters_are_found(texts: list[str], word: str) -> None:
    index = TextIndex()
    index.put_all(text(words, number) for number, words in enumerate(texts))
    index.settle()
    hits = index.find([word], 100, reserved=True)
    if "\0" not in word:
        assert hits.total == sum(word in words.replace("\0", " ") for words in texts)
