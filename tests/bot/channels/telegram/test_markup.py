"""Markup that is always whole, parts that always fit, keyboards whose every button
comes back.
"""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.render import Key, Rendered
from bot.channels.telegram.markup import (
    DATA,
    data,
    join,
    keyboard,
    plain,
    rows,
    shortened,
    split,
    tag,
    units,
    worded,
)
from dialogs.report.preview import PREVIEW_BUTTONS
from dialogs.texts import text
from dialogs.words import Message

WORDS = st.text(st.characters(codec="utf-8"), max_size=300)


@given(WORDS)
def test_words_are_never_markup(words: str) -> None:
    """Whatever people write stands there as they wrote it, but for what no screen
    shows.
    """
    made = plain(words)
    assert not re.search(r"<|&(?!amp;|lt;|gt;)", made)
    assert html.unescape(made) == re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", words)


def test_markup_is_made_of_pieces() -> None:
    """Tags go around words; what is whole already is not escaped again."""
    assert join("\n", ["a<b", tag("b", "c&d"), tag("i", tag("b", "<"))]) == (
        "a&lt;b\n<b>c&amp;d</b>\n<i><b>&lt;</b></i>"
    )


@given(st.text(st.sampled_from("好。，！\n .a😀"), max_size=400), st.integers(4, 60))
def test_parts_fit_and_lose_nothing(words: str, most: int) -> None:
    """Every part fits as Telegram counts, none is empty, and all are the text, spaces
    at cuts aside.
    """
    parts = split(words, most)
    assert all(0 < units(part) <= most for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == (re.sub(r"\s", "", words) or "…")


def test_a_long_text_is_cut_at_sentences() -> None:
    """5,000 characters of sentences: two parts, the first ends with a full stop."""
    words = "街道又要求我们重复报送同一份台账。" * 300
    first, second = split(words)
    assert first.endswith("。") and second.startswith("街道") and units(first) > 4000


KEYS = [Key(f"mask:{number}", f"放开 {number}") for number in range(30)]


def test_too_many_buttons_become_a_numbered_list() -> None:
    """What is a list is typed by number; what is not keeps its button."""
    keys = (*KEYS, Key("done", "好了"))
    shown = Rendered("请点", keys, Message("masks", mark="a1b2c33"))
    made = keyboard("a1b2c33", keys, 24, 40)
    assert made is not None
    assert [button.text for row in made.inline_keyboard for button in row] == ["好了"]
    assert "  30. 放开 29" in worded(shown, 24) and "  31. 好了" in worded(shown, 24)
    assert worded(Rendered("请点", keys[:3], Message("masks")), 24) == "请点"


def test_buttons_stand_side_by_side_while_they_can_be_read() -> None:
    """Twelve short ones of the preview take four rows; long ones a row each."""
    keys = [Key(button.choice, text("zh", button.label)) for button in PREVIEW_BUTTONS]
    made = keyboard("a1b2c33", keys, 24, 40)
    assert made is not None and [len(row) for row in made.inline_keyboard] == [
        3,
        3,
        3,
        3,
    ]
    long = keyboard("", [Key("a", "台账报表、多头填报"), Key("b", "其他")], 24, 40)
    assert long is not None and [len(row) for row in long.inline_keyboard] == [1, 1]
    assert rows([]) == []


def test_what_comes_back_is_short_enough() -> None:
    """The longest choice there is: a picture by its id, under a mark of many
    prompts.
    """
    assert len(data("a1b2c39999", "unpicture:" + "ab" * 16).encode()) <= DATA
    assert keyboard("a1b2c39999", [Key("x" * 60, "x")], 24, 40) is None


@pytest.mark.parametrize(
    ("words", "shown"), [("短", "短"), ("长" * 50, "长" * 39 + "…")]
)
def test_labels_are_shortened(words: str, shown: str) -> None:
    assert shortened(words, 40) == shown
