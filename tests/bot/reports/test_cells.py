"""What is hidden stays hidden, also from somebody who subtracts."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as some

from bot.reports.cells import column, growth, shown

MOST = 9
TRIED = range(
    5, 22
)  # what an attacker tries in the place of "—": up to all that can hide there


def possible(cells: list[int | str], total: int | str) -> list[tuple[int, ...]]:
    """Every table that looks like this one, as far as hidden cells go."""
    alone = set(cells) == {"—"}  # then nobody knows which of them are small
    ranges = {"<5": range(5), "—": range(22) if alone else TRIED}
    choices = [[cell] if isinstance(cell, int) else ranges[cell] for cell in cells]
    return [table for table in product(*choices) if total == shown(sum(table))]


@given(some.lists(some.integers(0, MOST), max_size=3))
def test_whoever_subtracts_still_holds_every_small_number_possible(
    values: list[int],
) -> None:
    cells, total = column(values)
    tables = possible(list(cells), total)
    assert tuple(values) in tables
    for index, cell in enumerate(cells):
        if values[index] < 5:
            assert {table[index] for table in tables} >= set(range(5)), cell


def test_the_attack_works_on_a_table_that_only_hides_small_cells() -> None:
    """The control: one "<5" beside an open total is no secret."""
    assert {table[0] for table in possible(["<5", 9, 8], 20)} == {3}


def test_a_total_may_hide_behind_a_neighbour() -> None:
    assert column([3, 9, 8, 30]) == (["<5", 9, "—", 30], 50)
    assert column([3, 4, 2, 30]) == (["<5", "<5", "<5", "—"], 39)
    assert column([3, 4, 1, 0, 30]) == (["<5", "<5", "<5", "<5", 30], 38)
    assert column([12, 9]) == ([12, 9], 21)
    assert column([2, 6]) == (["—", "—"], 8)
    assert column([7, 0, 0, 0]) == (["—", "—", "—", "—"], 7)
    assert column([1, 0, 2]) == (["<5", "<5", "<5"], "<5")
    assert column([]) == ([], "<5")


def test_growth_is_told_of_what_may_be_shown() -> None:
    assert growth(60, 48) == "+25%"
    assert growth(48, 60) == "-20%"
    assert (growth(4, 60), growth(60, 4), growth(60, None)) == ("—", "—", "—")
