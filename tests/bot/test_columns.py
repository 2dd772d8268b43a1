"""What stands below what in a terminal: Chinese, emoji and combining marks included."""

from __future__ import annotations

import pytest

from bot.columns import aligned, pad, shorten, width


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("", 0),
        ("JF-7K2M", 7),
        ("台账报表", 8),
        ("（一）", 6),
        ("é", 1),
        ("👍", 2),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
        ("\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}", 2),
        ("\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}", 2),
        ("“引号”…—", 8),
    ],
)
def test_words_take_as_many_columns_as_a_terminal_gives_them(
    words: str, columns: int
) -> None:
    assert width(words) == columns


def test_words_are_filled_up_and_never_cut_by_padding() -> None:
    assert pad("台账", 6) == "台账  "
    assert pad("台账报表", 6) == "台账报表"


def test_what_is_too_long_ends_with_an_ellipsis_within_its_columns() -> None:
    """Half a Chinese character is never shown, nor a mark without its letter."""
    assert shorten("台账报表", 8) == "台账报表"
    assert shorten("台账报表", 7) == "台账报…"
    assert shorten("台账报表", 6) == "台账…"
    family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert shorten(f"{family}台账", 4) == f"{family}…"


def test_a_table_is_as_wide_as_its_widest_cells() -> None:
    rows = [("种类", "数量", ""), ("草稿", "12", "2026-01-05"), ("👍", "1", "")]
    assert aligned(rows) == ["种类  数量", "草稿  12    2026-01-05", "👍    1"]


def test_rows_of_different_length_are_no_table() -> None:
    with pytest.raises(ValueError, match="zip"):
        aligned([("a", "b"), ("c",)])
