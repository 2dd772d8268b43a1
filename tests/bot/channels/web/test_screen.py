"""What the templates are given: texts cut at their masks, lines with labels, prompts
open and closed.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.channels.web.texts  # noqa: F401 - the phrases of the pages
from bot.channels.web.channel import Bubble
from bot.channels.web.screen import Drawn, Pages, draw, pieces, welcome
from dialogs import looks
from dialogs.report.preview import PREVIEW_BUTTONS
from dialogs.words import Button, Message
from tests.dialogs.chat import NOON


@given(st.text(max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_pieces_put_together_are_the_text(words: str, cuts: list[int]) -> None:
    """Nothing is lost, doubled or shifted, wherever masks begin and end; offsets are
    code points.
    """
    ends = sorted(min(cut, len(words)) for cut in cuts)
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    masks = [
        {"start": start, "end": end, "on": True, "label": "[已遮]"}
        for start, end in spans
    ]
    found = pieces(words, masks)
    assert "".join(piece.words for piece in found) == words
    assert all(
        words[piece.at : piece.at + len(piece.words)] == piece.words for piece in found
    )
    hidden = [
        (piece.at, piece.at + len(piece.words))
        for piece in found
        if piece.number is not None
    ]
    assert hidden == [(start, end) for start, end in spans if start < end]


def preview(seq: int) -> Bubble:
    params = {
        "text": "王主任催的",
        "masked": "[姓名]主任催的",
        "facts": "",
        "pictures": [],
        "masks": [
            {"start": 0, "end": 1, "type": "NAME", "on": True, "label": "[姓名]"}
        ],
        "lines": [
            {"name": "unit", "text": "责任单位：街道"},
            {"name": "urgent", "text": "加急：会立即提醒工作人员", "warn": True},
        ],
    }
    return Bubble(
        "ab" * 16, seq, Message("preview", params, tuple(PREVIEW_BUTTONS), mark="abc1")
    )


def only(bubble: Bubble) -> Drawn:
    [drawn] = draw([bubble], "zh")
    return drawn


def test_a_button_that_stands_in_the_card_is_not_offered_twice() -> None:
    drawn = only(preview(1))
    assert [(fact.label, fact.words, fact.choice) for fact in drawn.facts] == [
        ("责任单位：", "街道", "unit"),
        ("加急：", "会立即提醒工作人员", ""),
    ]
    assert "unit" not in {key.choice for key in drawn.keys} and "send" in {
        key.choice for key in drawn.keys
    }


def asking(seq: int, name: str = "category") -> Bubble:
    return Bubble(f"{seq}", seq, Message(name, mark=f"abc{seq}"))


def test_only_the_last_prompt_is_open() -> None:
    note = Bubble("0", 2, Message("help"))
    drawn = draw([preview(1), note, asking(3)], "zh")
    assert [one.open for one in drawn] == [False, True, True]


def test_an_older_preview_gives_way_and_a_question_stands_there_once() -> None:
    words = Bubble("0", 3, words="还有一句")
    screen = [asking(1), preview(2), words, asking(4), preview(5)]
    assert [one.bubble.seq for one in draw(screen, "zh")] == [3, 4, 5]
    other = asking(2, "cancel")
    assert len(draw([asking(1), other, asking(3)], "zh")) == 2


def story(seq: int) -> Bubble:
    params = {"text": "", "state": "已转办", "lines": []}
    return Bubble(f"{seq}", seq, Message("story", params, mark=f"abc{seq}"))


def test_an_older_story_folds_once_the_visitor_asks_for_another() -> None:
    asked = Bubble("0", 3, words="（回执码已发出，这里不再显示）")
    drawn = draw([story(1), story(2), asked, story(4)], "zh")
    folded = [one.folded for one in drawn if one.shape == "story"]
    assert folded == [True, True, False]
    both = draw([story(1), story(2)], "zh")
    assert not any(one.folded for one in both), "two receipts of one message"


def test_a_screen_is_welcomed_once() -> None:
    first, again = (asking(seq, "welcome") for seq in (1, 3))
    said = Bubble("2", 2, words="？")
    assert [one.bubble.seq for one in draw([first, said, again], "zh")] == [1, 2, 3]
    drawn = draw([first, said, again, asking(4)], "zh")
    assert [one.bubble.seq for one in drawn] == [1, 2, 4]


def test_the_receipt_is_drawn_by_its_card_alone() -> None:
    message = Message(
        "filed",
        {"receipt": "7K2M-9QXT-4WHN-P3V8", "urgent": ""},
        (Button("saved", "b.saved"),),
    )
    drawn = only(Bubble("0", 1, message))
    assert drawn.text == "已送出，谢谢您。"
    assert (
        drawn.tail.startswith("请复制或抄下来")
        and "7K2M" not in drawn.text + drawn.tail
    )


def test_the_first_screen_is_shown_once() -> None:
    first = welcome([], "zh")
    assert first and first.open and first.keys
    follows = welcome([Bubble("0", 1, words="一句话")], "zh")
    assert follows and not follows.open
    assert welcome([Bubble("0", 1, Message("welcome"))], "zh") is None


def test_a_story_that_is_gone_meanwhile_is_one_sentence() -> None:
    drawn = only(
        Bubble(
            "0",
            1,
            Message(
                "story", {"text": "这件事的内容已按要求销毁，查不到了。", "lines": []}
            ),
        )
    )
    assert drawn.shape == "text" and "销毁" in drawn.text


def test_the_promise_is_drawn_where_there_is_one() -> None:
    told: dict[str, Any] = {
        "text": "",
        "state": "已转办",
        "category": "台账报表",
        "number": None,
        "unit": None,
        "lines": [],
        "next": "等",
    }
    promise = {
        "text": "承诺：单位答复，最迟11月30日，还有3天。",
        "share": 0.4,
        "late": True,
    }
    pages = Pages({}, lambda: NOON)
    with_it, without = (
        pages.bubbles(
            [Bubble("0", 1, Message("story", told | {"promise": known}))], "zh"
        )
        for known in (promise, None)
    )
    assert (
        "还有3天" in with_it
        and 'value="0.4"' in with_it
        and 'class="promise late"' in with_it
    )
    assert "progress" not in without


@pytest.fixture
def notice(monkeypatch: pytest.MonkeyPatch) -> Bubble:
    """A notice as a dialog says it, before the prompt it changed."""
    monkeypatch.setitem(looks.KINDS, "stale", "notice")
    return Bubble("1", 1, Message("stale", buttons=(Button("undo", "b.keep"),)))


def test_what_a_notice_told_can_be_undone_until_the_visitor_goes_on(
    notice: Bubble,
) -> None:
    prompt = preview(2)
    words = Bubble("3", 3, words="还有一句")
    then = preview(4)
    told = draw([notice, prompt], "zh")
    assert [(one.shape, one.open) for one in told] == [("notice", True), ("card", True)]
    assert not draw([notice, prompt, words, then], "zh")[0].open


def test_what_was_offered_beside_an_answer_goes_once_the_visitor_goes_on() -> None:
    offer = Bubble("1", 1, Message("help", buttons=(Button("resume", "b.keep"),)))
    pushed = Bubble("2", 2, Message("help", buttons=(Button("hush:cd", "b.keep"),)))
    words = Bubble("4", 4, words="还有一句")
    opened = [one.open for one in draw([offer, pushed, preview(3)], "zh")]
    assert opened == [True, True, True]
    opened = [one.open for one in draw([offer, pushed, preview(3), words], "zh")]
    assert opened == [False, True, True, True], "a push names its case, and stays"


def test_a_notice_is_drawn_small_with_its_button_inside(notice: Bubble) -> None:
    page = Pages({}, lambda: NOON).bubbles([notice, preview(2)], "zh")
    told, _, _ = page.partition("</form>")
    assert 'class="undo">不，继续写</button>' in told and 'class="keys"' not in told


def test_a_reminder_leaves_the_preview_open_and_repeats_no_button() -> None:
    """送出 stands on the preview above; it is not there twice."""
    send = (Button("send", "b.send"),)
    reminder = Bubble("2", 2, Message("preview.short", buttons=send, mark="m"))
    above, below = draw([preview(1), reminder], "zh")
    assert above.shape == "card" and above.open
    assert below.shape == "text" and below.keys == ()


def test_an_emergency_has_its_numbers_to_dial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(looks.KINDS, "signpost.120", "emergency")
    pages = Pages({}, lambda: NOON)
    page = pages.bubbles([Bubble("1", 1, Message("signpost.120"))], "zh")
    assert '<a href="tel:120" aria-label="拨打 120">' in page
    assert "听起来很急" in page and "<button" not in page
