"""What a thief sees of each report: every value of every row that can be reached from
it.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from storage.encrypted import SQLiteConnection

# bytes of a blob from which on an equal one in another table counts as a way from row
# to row
JOINS = 8
STAFF = {
    ("cases", "claimed_by"),
    ("steps", "by"),
    ("notes", "by"),
    ("audit", "by"),
}  # not the reporter's
BITS = 32
WINDOW = BITS // 8
HELD_BY_ALL = 0.5  # share of all reports from which on a value is everybody's
TRIES = 5000

Value = tuple[str, object]
Person = str


def tables(db: SQLiteConnection) -> list[str]:
    """All tables with rows of ours, the search index's own included."""
    sql = (
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE "
        "'CREATE VIRTUAL%'"
    )
    return [row[0] for row in db.execute(sql)]


class Dump:
    """The whole database, as rows of (column, value)."""

    def __init__(self, db: SQLiteConnection) -> None:
        self._rows: list[tuple[str, dict[str, object]]] = []
        self._holders: dict[bytes, list[int]] = defaultdict(list)
        for table in tables(db):
            for row in db.execute(f"SELECT * FROM {table}"):
                self._rows.append((table, dict(row)))
                for link in self._links(len(self._rows) - 1):
                    self._holders[link].append(len(self._rows) - 1)

    def _links(self, number: int) -> list[bytes]:
        table, row = self._rows[number]
        return [
            value
            for column, value in row.items()
            if isinstance(value, bytes)
            and len(value) >= JOINS
            and (table, column) not in STAFF
        ]

    def reached(self, report: bytes) -> list[tuple[str, str, object]]:
        """(table, column, value) of every row that equal values lead to, from the
        report's id on.
        """
        seen: set[int] = set()
        waiting = [report]
        while waiting:
            for number in self._holders[waiting.pop()]:
                if number not in seen:
                    seen.add(number)
                    waiting += self._links(number)
        return [
            (*self._rows[number][:1], *cell)
            for number in sorted(seen)
            for cell in self._rows[number][1].items()
        ]


def values(cells: Iterable[tuple[str, str, object]]) -> set[Value]:
    """Values of at least 32 bits, whole; short ones and small numbers cannot name
    anybody.

    A time is the same wherever it stands: a clock's, a follow-up's and a step's second
    are one thing shared.
    """
    return {
        ("number" if isinstance(value, int) else f"{table}.{column}", value)
        for table, column, value in cells
        if (isinstance(value, bytes | str) and len(value) >= WINDOW)
        or (isinstance(value, int) and value.bit_length() >= BITS - 1)
    }


def windows(cells: Iterable[tuple[str, str, object]]) -> set[Value]:
    """Every run of 32 bits inside any blob, wherever it stands: a name hidden within a
    ciphertext's frame.
    """
    return {
        ("window", bytes(value[at : at + WINDOW]))
        for _, _, value in cells
        if isinstance(value, bytes)
        for at in range(len(value) - WINDOW + 1)
    }


def shared_by_few(held: Mapping[bytes, set[Value]]) -> dict[Value, list[bytes]]:
    """Values that some reports share, but not most of them."""
    times = Counter(value for one in held.values() for value in one)
    few = {value for value, n in times.items() if 1 < n < len(held) * HELD_BY_ALL}
    holders: dict[Value, list[bytes]] = defaultdict(list)
    for report, one in held.items():
        for value in one & few:
            holders[value].append(report)
    return holders


def chance(
    held: Mapping[bytes, set[Value]],
    people: Mapping[bytes, Person],
    dice: random.Random,
) -> float:
    """How often reports dealt out to people at random share as much as those that are
    one person's.

    They are dealt out among those of one messenger ("web 3", "web 5"): which messenger
    a waiting message goes to is no secret. 0.01: these pairs share more than 99 % of
    the random ones do.
    """
    holders = shared_by_few(held)
    reports = sorted(held)
    pairs = Counter(
        pair
        for several in holders.values()
        for pair in combinations(sorted(several), 2)
    )
    real = _shared(reports, [people[report] for report in reports], pairs)
    kinds: dict[str, list[bytes]] = defaultdict(list)
    for report in reports:
        kinds[people[report].partition(" ")[0]].append(report)
    as_much = 0
    for _ in range(TRIES):
        dealt = {
            report: who
            for kind in kinds.values()
            for report, who in _dealt(kind, people, dice)
        }
        as_much += (
            _shared(reports, [dealt[report] for report in reports], pairs) >= real
        )
    return as_much / TRIES


def _dealt(
    reports: list[bytes], people: Mapping[bytes, Person], dice: random.Random
) -> Iterable[tuple[bytes, Person]]:
    names = [people[report] for report in reports]
    return zip(reports, dice.sample(names, len(names)), strict=True)


def _shared(
    reports: Sequence[bytes],
    names: Sequence[Person],
    pairs: Mapping[tuple[bytes, bytes], int],
) -> int:
    of = dict(zip(reports, names, strict=True))
    return sum(times for (one, other), times in pairs.items() if of[one] == of[other])
