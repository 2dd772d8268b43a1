"""The pages for operators say what the drills said, and nothing typed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drills.frame import PAGES, Told, known, plain, recorded, table, written


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_hold_what_was_said(lang: str) -> None:
    page = PAGES[lang].read_text("utf-8")
    assert written(page, table(lang, known())) == page


def test_every_drill_was_played_and_no_other_is_recorded() -> None:
    said = recorded()
    assert set(said) == set(known())
    assert all(
        any(Told(**one).__getattribute__(n) for n in one) for one in said.values()
    )


def test_what_is_written_down_names_no_run(tmp_path: Path) -> None:
    words = f"写不了 {tmp_path}/data：incident 0123abcd, 7K2M-9QXT-4HJ8-WN3C | `x`"
    told = plain(words, tmp_path)
    assert told == "写不了 data：incident …, XXXX-XXXX-XXXX-XXXX \\| 'x'"
