"""Who steals the file with its log, and has filed reports of their own before, reads no
word of anybody's.

The thief plants 50 reports and spreads pairs of characters over them so that no two
pairs stand in the same ones. Wherever the store keeps words as marks that repeat, each
mark gives itself away by the plants that hold it. An index on the disk kept such marks
once, keyed digests, and all of them were read this way.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from storage.encrypted import SQLiteConnection
from tests.bot.counter import Counter
from tests.looking import look_into

PLANTS = 50
STRANGERS = 40
EACH_IN = 12  # plants that hold a pair
MARK = 6  # bytes in a row that do not repeat by chance
REPORTS = Path(__file__).parents[2] / "data" / "reports_dev.jsonl"

Documents = Mapping[object, set[object]]


def sentences() -> list[str]:
    """Reports of many hands: some are strangers', all are the thief's phrase book."""
    lines = REPORTS.read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def pairs(text: str) -> set[str]:
    return {"".join(pair) for pair in pairwise(text) if "".join(pair).isalnum()}


class Thief:
    """Knows what was planted, and has a copy of the file and its log."""

    def __init__(self, known: Sequence[str]) -> None:
        dice = random.Random(11)
        self._codes = {
            pair: frozenset(dice.sample(range(PLANTS), EACH_IN)) for pair in known
        }

    def plants(self) -> list[str]:
        """Texts in which the pairs stand alone, each as long as a report may be."""
        held = defaultdict(list)
        for pair, code in self._codes.items():
            for number in code:
                held[number].append(pair)
        return [" ".join(sorted(held[number])) for number in range(PLANTS)]

    def reads(self, documents: Documents) -> dict[object, set[str]]:
        """What each document says, as far as its marks give themselves away; the own
        plants are known by how many marks they have.
        """
        sizes = [len(text.split()) for text in self.plants()]
        told_apart = {
            size: at for at, size in enumerate(sizes) if sizes.count(size) == 1
        }
        own = {
            document: told_apart[len(marks)]
            for document, marks in documents.items()
            if len(marks) in told_apart
        }
        seen: dict[object, set[int]] = defaultdict(set)
        for document, number in own.items():
            for mark in documents[document]:
                seen[mark].add(number)
        told = frozenset(own.values())
        meant = {code & told: pair for pair, code in self._codes.items()}
        words = {mark: meant.get(frozenset(numbers)) for mark, numbers in seen.items()}
        return {
            document: {word for mark in marks if (word := words.get(mark))}
            for document, marks in documents.items()
            if len(marks) not in sizes
        }


def stolen(folder: Path, to: Path) -> SQLiteConnection:
    """A copy of all that lies there, taken while the hotline runs; the thief even has
    the key of its pages.
    """
    shutil.copytree(folder, to)
    (file,) = to.glob("*.db")
    assert file.with_name(f"{file.name}-wal").stat().st_size > 0
    return look_into(file, folder.with_name("keys") / "keyring.json")


def indexed(stolen: SQLiteConnection) -> Iterator[Documents]:
    """Each full-text index there is, as its documents with their marks."""
    asked = "SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%'"
    for (name,) in stolen.execute(asked).fetchall():
        stolen.execute(
            f"CREATE VIRTUAL TABLE temp.{name}_marks"
            f" USING fts5vocab('main', '{name}', 'instance')"
        )
        documents: dict[object, set[object]] = defaultdict(set)
        for doc, term in stolen.execute(f"SELECT doc, term FROM temp.{name}_marks"):
            documents[doc].add(term)
        yield documents


def repeated(stolen: SQLiteConnection) -> set[bytes]:
    """Marks in rows of the reports and of whatever hangs on them, that some share but
    not most.
    """
    asked = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    )
    tables = [name for (name,) in stolen.execute(asked) if name != "sqlite_schema"]
    shared: set[bytes] = set()
    for table in tables:
        times: Tally[bytes] = Tally()
        rows = stolen.execute(f"SELECT * FROM {table}").fetchall()
        for row in rows:
            times.update(marks(row))
        shared |= {mark for mark, n in times.items() if 1 < n < len(rows) / 2}
    return shared


def marks(row: Sequence[object]) -> set[bytes]:
    """Every run of bytes in a row's long values; ids of rows are none."""
    sealed = [one for one in row if isinstance(one, bytes) and len(one) > 32]
    return {one[at : at + MARK] for one in sealed for at in range(len(one) - MARK + 1)}


@pytest.fixture
async def robbed(counter: Counter, tmp_path: Path) -> tuple[Thief, SQLiteConnection]:
    """Strangers and the thief have filed, through the same door."""
    dice = random.Random(5)
    told = sentences()
    known = sorted(set().union(*map(pairs, told)))
    thief = Thief(known)
    filed = [*dice.sample(told, STRANGERS), *thief.plants()]
    dice.shuffle(filed)
    for number, text in enumerate(filed):
        await counter.files(text, f"chat {number}", unit=None, place=None)
    return thief, stolen(counter.folder / "data", tmp_path / "stolen")


async def test_planted_reports_read_nothing_back(
    robbed: tuple[Thief, SQLiteConnection],
) -> None:
    """Neither is there an index, nor does anything else in the rows repeat."""
    thief, copy = robbed
    with closing(copy):
        read = [thief.reads(documents) for documents in indexed(copy)]
        found = [word for one in read for words in one.values() for word in words]
        assert found == []
        assert repeated(copy) == set()


async def test_the_attack_reads_an_index_of_keyed_digests(
    robbed: tuple[Thief, SQLiteConnection],
) -> None:
    """The control: with the index that once was on the disk, most of what strangers
    wrote is read.
    """
    thief, copy = robbed
    dice = random.Random(3)
    strangers = dice.sample(sentences(), STRANGERS)
    texts = [*strangers, *thief.plants()]
    with closing(copy):
        copy.execute(
            "CREATE VIRTUAL TABLE planted USING fts5"
            " (tokens, content = '', detail = none, columnsize = 0)"
        )
        for number, text in enumerate(texts, 1):
            tokens = " ".join(map(digest, pairs(text)))
            copy.execute(
                "INSERT INTO planted (rowid, tokens) VALUES (?, ?)", (number, tokens)
            )
        copy.execute("CREATE TABLE kept (id BLOB PRIMARY KEY, word BLOB) STRICT")
        for number, text in enumerate(strangers):
            row = (
                number.to_bytes(4, "big"),
                "".join(map(digest, sorted(pairs(text)))).encode(),
            )
            copy.execute("INSERT INTO kept VALUES (?, ?)", row)
        *_, documents = indexed(copy)
        read = thief.reads(documents)
        said = sum(len(pairs(text)) for text in strangers)
        assert sum(map(len, read.values())) > said / 2
        for number, text in enumerate(strangers, 1):
            assert read.get(number, set()) <= pairs(text)
        assert len(repeated(copy)) > 1000


def digest(pair: str) -> str:
    return hashlib.blake2b(
        pair.encode(), key=b"kept elsewhere", digest_size=8
    ).hexdigest()
