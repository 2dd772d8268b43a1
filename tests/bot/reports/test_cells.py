"""What is hidden stays hidden, also from somebody who subtracts and knows the rules.

Attackers here try every table: those that would be printed alike are what they are left
with. Of each hidden small number 0 to 4 must be among them, of every other hidden one
at least an interval of five.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from bot.reports.cells import column, growth, shares, shown

SMALL = set(range(5))
Cells = tuple[int, ...]


def tables(cells: int, total: int) -> Iterator[Cells]:
    """Every table of so many cells that adds up to the total."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for others in tables(cells - 1, total - first):
            yield (first, *others)


def is_known(values: set[int]) -> bool:
    """Whether these are so few that a hidden number is given away."""
    is_small = min(values) < 5
    return (is_small and not values >= SMALL) or max(values) - min(values) < 4


# ── columns ───────────────────────────────────────────────────────────────────────────


def printed_alike(cells: int, total: int) -> list[list[Cells]]:
    """All tables of this total, put together by how they are printed."""
    found: dict[str, list[Cells]] = defaultdict(list)
    for table in tables(cells, total):
        found[f"{column(table)}"].append(table)
    return list(found.values())


@pytest.mark.parametrize(
    ("cells", "most"), [(1, 12), (2, 40), (3, 34), (4, 27), (5, 20)]
)
def test_whoever_knows_the_rules_and_subtracts_learns_no_hidden_number(
    cells: int, most: int
) -> None:
    for total in range(5, most):
        for alike in printed_alike(cells, total):
            printed, _ = column(alike[0])
            for index in range(cells):
                values = {table[index] for table in alike}
                if not isinstance(printed[index], int):
                    assert not is_known(values), (alike[0], printed, values)


def test_the_attack_works_on_a_table_that_hides_what_would_fit_best() -> None:
    """The control: of 0, 8, 8 the rule before showed "<5, —, —, 16"; since it hid one
    cell alone where that did, no other table was printed so.
    """

    def before(table: Cells) -> tuple[str, ...]:
        few = [value for value in table if value < 5]
        large = sorted(value for value in table if value >= 5)
        one_is_enough = any(sum(few) + value >= 9 for value in large)
        return ("one",) if one_is_enough else ("<5", "—", "—")

    alike = [
        table
        for table in tables(3, 16)
        if table[0] < 5 <= min(table[1:]) and before(table) == ("<5", "—", "—")
    ]
    assert alike == [(0, 8, 8)]
    assert column([0, 8, 8]) == (["—", "—", "—"], 16)


@pytest.mark.parametrize("seed", range(40))
def test_of_twelve_categories_each_hidden_number_has_its_witnesses(seed: int) -> None:
    """Too many tables to try all: for each hidden small cell and each of 0 to 4 one is
    made that is printed alike, by moving the rest into the other hidden cells.
    """
    dice = Random(seed)
    values = [dice.choice((0, 1, 3, 6, 9, 14, 40)) for _ in range(12)]
    if sum(values) < 5:
        return
    printed, _ = column(values)
    hidden = [index for index in range(12) if not isinstance(printed[index], int)]
    for index in hidden:
        wanted = SMALL if values[index] < 5 else ()
        for value in wanted:
            assert _witness(values, hidden, index, value), (values, printed, index)


def _witness(
    values: Sequence[int], hidden: Sequence[int], index: int, value: int
) -> bool:
    """Whether a table printed alike has this value there."""
    dice = Random(0)
    others = [one for one in hidden if one != index]
    printed = column(values)
    for _ in range(400):
        trial = list(values)
        for one in others:
            if printed[0][one] == "<5" and dice.random() < 0.5:
                trial[one] = dice.randrange(5)
        trial[index] = value
        apart = sum(values) - sum(trial)
        for one in dice.sample(others, len(others)):
            least, most = (0, 4) if printed[0][one] == "<5" else (0, 99)
            moved = max(least, min(most, trial[one] + apart)) - trial[one]
            trial[one] += moved
            apart -= moved
        if apart == 0 and column(trial) == printed:
            return True
    return False


def test_what_is_shown_of_a_column() -> None:
    assert column([12, 9]) == ([12, 9], 21)
    assert column([3, 9, 8, 30]) == (["<5", 9, "—", "—"], 50)
    assert column([30, 3, 4, 2, 1]) == ([30, "<5", "<5", "<5", "<5"], 40)
    assert column([30, 3, 4, 4, 4]) == (["—", "<5", "<5", "<5", "<5"], 45)
    assert column([2, 6]) == (["—", "—"], 8)
    assert column([7, 0, 0, 0]) == (["—", "—", "—", "—"], 7)
    assert column([1, 0, 2]) == (["<5", "<5", "<5"], "<5")
    assert column([]) == ([], "<5")
    assert [shown(4), shown(5)] == ["<5", 5]


# ── rates ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("units", "sums"),
    [(2, (9, 14, 23)), (3, (15, 22))],
)
def test_whoever_knows_all_rates_learns_no_hidden_part(
    units: int, sums: Sequence[int]
) -> None:
    """Every table of units by two parts, for each pair of totals."""
    for first in sums:
        for second in sums:
            found: dict[object, list[list[Cells]]] = defaultdict(list)
            for some in tables(units, first):
                for others in tables(units, second):
                    parts: list[Cells] = list(zip(some, others, strict=True))
                    found[rates_told(parts)].append(parts)
            for alike in found.values():
                assert not parts_known(alike), alike[0]


def rates_told(parts: Sequence[Cells]) -> tuple[object, ...]:
    told, together = shares(parts)
    assert together, "both totals are at least five"
    return tuple(
        part if is_told else None for part, is_told in zip(parts, told, strict=True)
    )


def parts_known(alike: Sequence[Sequence[Cells]]) -> list[int]:
    """Units of which a hidden part is given away."""
    told, _ = shares(alike[0])
    found = []
    for unit, is_told in enumerate(told):
        for part in (0, 1):
            values = {parts[unit][part] for parts in alike}
            if not is_told and is_known(values):
                found.append(unit)
    return found


def test_a_rate_needs_five_on_both_sides() -> None:
    """40 due and 38 in time: with its base, 95 % would tell that two were late."""
    assert shares([(38, 2)]) == ([False], False)
    assert shares([(35, 5)]) == ([True], True)
    assert shares([(38, 2), (30, 10)]) == ([False, False], True)
    assert shares([(40, 20), (30, 10), (30, 12), (9, 1)]) == (
        [True, False, False, False],
        True,
    )
    assert shares([]) == ([], False)


def test_growth_is_told_of_what_may_be_shown() -> None:
    assert growth(60, 48) == "上升25.00%"
    assert growth(41, 60) == "下降31.67%"
    assert growth(60, 60) == "持平"
    assert (growth(4, 60), growth(60, 4), growth(60, None)) == ("—", "—", "—")
