"""The docs hold what runs measured, as they measured it."""

from __future__ import annotations

import pytest

from tests.proofs.record import BEGIN, DOCS, END, Figures, written

RUN: Figures = {
    "date": "2026-11-22 05:00 UTC",
    "commit": "abc",
    "python": "3.11",
    "kills": 1000,
    "h": 2.5,
}


def test_figures_take_the_place_of_the_old_ones() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    new = written(text, {"test_kills": RUN})
    assert (
        "| test kills | 2026-11-22 05:00 UTC | abc | 3.11 | kills 1,000, h 2.5 |" in new
    )
    assert new.startswith("before") and new.endswith("after\n") and "old" not in new
    assert written(new, {"test_kills": RUN}) == new


def test_docs_without_a_place_for_figures_are_refused() -> None:
    with pytest.raises(ValueError):
        written("nothing", {"test_kills": RUN})


def test_the_docs_have_the_place() -> None:
    text = DOCS.read_text("utf-8")
    assert text.index(BEGIN) < text.index(END)
