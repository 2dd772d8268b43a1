"""Search finds what LIKE finds, and what is forgotten leaves no trace in the file."""

import hashlib
import random
from pathlib import Path

import pytest

from storage import search_index
from storage.port import Stale
from storage.repositories.reports import Reports
from storage.repositories.search import Search
from storage.repositories.talks import Talks
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import filed, new, talk

SYLLABLES = "台账报表每周填五次会议过多社区网格员重复上报打卡积分排名挂牌督查考核"


def tokens(text: str) -> set[str]:
    """Overlapping bigrams as the anonymizer hands them over: keyed digests, here with a
    key for tests.
    """
    pairs = {text[at : at + 2] for at in range(len(text) - 1)}
    return {
        hashlib.blake2b(pair.encode(), key=b"test", digest_size=8).hexdigest()
        for pair in pairs
    }


async def written(database: SQLiteDatabase, texts: list[str]) -> dict[bytes, str]:
    """File all texts and make them findable; report id → text."""
    search, reports = Search(database), {}
    for number, text in enumerate(texts):
        _, row, turn = filed(f"case {number}", await search.free_search_id())
        await database.commit([*turn, search.index(row.search_id, tokens(text))])
        reports[row.id] = text
    return reports


async def test_every_hit_of_like_is_found(database: SQLiteDatabase) -> None:
    """Two-character words and longer ones; hits that are none are few and checked by
    the caller.
    """
    dice = random.Random(7)
    reports = await written(
        database,
        ["".join(dice.choices(SYLLABLES, k=dice.randint(5, 60))) for _ in range(200)],
    )
    words = [
        text[at : at + long]
        for text in reports.values()
        for long in (2, 3, 4)
        if (at := dice.randint(0, 1)) >= 0
    ]
    for word in words:
        found = set(await Search(database).find(tokens(word), most=1000))
        liked = {id for id, text in reports.items() if word in text}
        assert liked and liked <= found, word
        if len(word) == 2:
            assert liked == found
    assert await Search(database).find(tokens("无此")) == []
    assert await Search(database).find([]) == []
    assert len(await Search(database).find(tokens(words[0]), most=1)) == 1


async def test_an_index_that_is_tidied_for_years_stays_sound(
    database: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tidying adds a level that SQLite never takes away; some day it could index
    nothing more.
    """
    monkeypatch.setattr(search_index, "MOST_LEVELS", 20)
    reports = await written(database, ["台账每周报五次", "每周开会", "会议过多"])
    rows = [row for id in reports if (row := await Reports(database).by_id(id))]
    most = 0
    many = [
        "".join(random.Random(number).choices(SYLLABLES, k=60)) for number in range(200)
    ]
    await database.commit(
        [Search.index(1 << 41 | n, tokens(text)) for n, text in enumerate(many)]
    )
    for number in range(60):
        await database.commit(
            [Search.index(1 << 40 | number, tokens(f"打卡积分{number}排名"))]
        )
        assert await database.tidy()
        [structure] = await database.all("SELECT block FROM search_data WHERE id = 10")
        most = max(most, search_index.count_levels(structure[0]))
    assert 20 < most <= 22
    await database.commit(Search.forget(rows[0].search_id, tokens("台账每周报五次")))
    assert await database.tidy()
    assert await Search(database).find(tokens("每周开会")) == [rows[1].id]
    assert await Search(database).find(tokens("会议过多")) == [rows[2].id]


async def test_what_is_forgotten_leaves_no_token_behind(
    database: SQLiteDatabase, path: Path
) -> None:
    """Before: the tokens stand in the file. After: not in the index, not in the
    database, not in the WAL.
    """
    reports = await written(
        database, ["台账每周报五次", "每周开会"] + ["会议过多"] * 40
    )
    gone = next(iter(reports))
    row = await Reports(database).by_id(gone)
    assert row is not None
    only = [token.encode() for token in tokens("台账每周报五次") - tokens("每周开会")]
    await database.checkpoint()
    vocabulary = await terms(database, path)
    assert {token.decode() for token in only} <= vocabulary
    await database.commit(
        [*Reports.shred(gone), *Search.forget(row.search_id, tokens("台账每周报五次"))]
    )
    assert await database.tidy()
    assert await Search(database).find(tokens("台账")) == []
    assert len(await Search(database).find(tokens("每周"))) == 1
    raw = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert vocabulary - await terms(database, path) == {
        token.decode() for token in only
    }
    assert [token for token in only if token in raw or token[1:] in raw] == []


async def test_a_turn_taken_back_is_not_findable(database: SQLiteDatabase) -> None:
    """The index belongs to the turn like every other row, also when nothing else was
    written.
    """
    stale = Talks.save(talk(new(), 3), was=2)
    with pytest.raises(Stale):
        await database.commit([Search.index(5, tokens("台账报表")), stale])
    assert (
        await database.all(
            "SELECT rowid FROM search WHERE search MATCH :any", any=tokens("台账").pop()
        )
        == []
    )


async def terms(database: SQLiteDatabase, path: Path) -> set[str]:
    """All tokens the index holds, dead ones included: its leaf pages, prefix
    compression undone.
    """
    found = set()
    for row in await database.all("SELECT id, block FROM search_data WHERE id > 10"):
        found |= leaf_terms(row["block"])
    return found


def varint(block: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length integer, and where it ends."""
    value = 0
    for place in range(8):
        value = value << 7 | block[at + place] & 0x7F
        if block[at + place] < 0x80:
            return value, at + place + 1
    return value << 8 | block[at + 8], at + 9


def leaf_terms(block: bytes) -> set[str]:
    """Terms of one leaf page of FTS5; source: fts5_index.c of SQLite, "SEGMENT LEAF
    FORMAT".
    """
    footer = int.from_bytes(block[2:4], "big")
    at, end, term, found, first = 0, footer, b"", set(), True
    while end < len(block):
        step, end = varint(block, end)
        at += step
        if first:
            kept, start, first = 0, at, False
        else:
            kept, start = varint(block, at)
        new, start = varint(block, start)
        term = term[:kept] + block[start : start + new]
        found.add(term[1:].decode())  # the first byte says: main index
    return found


async def test_search_ids_are_random_small_and_free(database: SQLiteDatabase) -> None:
    """They tell no order, and cost the index at most three bytes each."""
    search = Search(database)
    ids = [await search.free_search_id() for _ in range(200)]
    assert all(1 <= number < 1 << 21 for number in ids)
    assert ids != sorted(ids) and len(set(ids)) > 190
