"""Receipts in what somebody writes: recognised however they are typed, kept nowhere,
and the words beside them lost nowhere.
"""

from __future__ import annotations

import pytest

from anonymizer import receipts
from dialogs.words import Supplement
from tests.dialogs.chat import RECEIPT, Chat, StoryStub

CAN = ("supplement", "settings", "hush", "forget")
ONE = "aa" * 16
TWO = "bb" * 16
OTHER = "7BF8-PANP-VFBZ-PS32"
SLIP = RECEIPT[:-1] + ("2" if RECEIPT[-1] != "2" else "3")
NEWS = "上周五又让我们补报三份表"
CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture
def chat() -> Chat:
    stories = {report: StoryStub(report, CAN) for report in (ONE, TWO)}
    return Chat(stories=stories, by_receipt={RECEIPT: ONE, OTHER: TWO})


def test_words_beside_a_receipt_become_a_supplement(chat: Chat) -> None:
    """The story opens, and the rest is shown before it goes."""
    screen = chat.says(f"回执码{RECEIPT}，{NEWS}")
    assert "办理中" in screen and chat.step == "check"
    chat.says("送出")
    [supplement] = [action for action in chat.done if isinstance(action, Supplement)]
    assert supplement.report == ONE and supplement.text == NEWS


@pytest.mark.parametrize(
    "words",
    [
        "{}",
        "我的回执码是{} 帮我查一下",
        "{}到哪一步了？",
        "进度 {}",
        "俺的码{}恁给看看",
    ],
)
def test_words_that_only_hand_it_over_are_no_supplement(chat: Chat, words: str) -> None:
    assert "办理中" in chat.says(words.format(RECEIPT))
    assert chat.step == "story"


def test_who_wants_to_add_is_led_there_by_the_receipt_alone(chat: Chat) -> None:
    chat.says(f"补充材料 {RECEIPT}")
    assert chat.step == "add"


@pytest.mark.parametrize(
    "typed",
    [
        "，".join(SLIP.split("-")),
        SLIP.replace("-", ""),
        " ".join(SLIP.replace("-", "")),
        SLIP.lower(),
    ],
)
@pytest.mark.parametrize(
    "before", [[], [CLEAR], ["进度"]], ids=["start", "draft", "code"]
)
def test_a_mistyped_one_is_kept_nowhere(
    chat: Chat, before: list[str], typed: str
) -> None:
    chat.says(*before)
    screen = chat.says(f"{typed}，{NEWS}")
    assert "抄错了" in screen and NEWS in screen
    symbols = "".join(filter(str.isalnum, screen.upper()))
    assert SLIP.replace("-", "") not in symbols and SLIP[:9] not in screen.upper()
    kept = chat.draft.answers
    assert not receipts.find_all(repr(kept)) and kept.words == NEWS


def test_the_words_beside_a_mistyped_one_go_with_the_right_one(chat: Chat) -> None:
    chat.says(f"{SLIP}，{NEWS}", RECEIPT)
    assert chat.step == "check" and chat.draft.answers.text == NEWS


def test_a_draft_waits_while_a_receipt_is_typed_right(chat: Chat) -> None:
    chat.says(CLEAR, SLIP)
    assert chat.step == "preview" and "抄错了" in chat.screen
    chat.says(f"{SLIP}，{NEWS}", "返回")
    assert chat.step == "preview" and NEWS not in chat.draft.answers.text


def test_one_typed_into_an_open_story_is_masked(chat: Chat) -> None:
    """Beside a receipt, words are filed; the receipt itself never is."""
    chat.says(RECEIPT)
    apart = "、".join(RECEIPT.split("-"))
    chat.says(f"我的回执码是{apart}，上周五又补了两份表")
    assert chat.step == "check"
    assert chat.draft.answers.text == "上周五又补了两份表"


def test_two_receipts_open_both_stories_told_apart(chat: Chat) -> None:
    screen = chat.says(f"进度 {RECEIPT} {OTHER}")
    assert screen.count("办理中") == 2
    assert screen.index("第1个回执码") < screen.index("第2个回执码")
    assert chat.step == "story" and chat.draft.answers.report == TWO


def test_a_right_one_beside_a_mistyped_one(chat: Chat) -> None:
    screen = chat.says(f"{SLIP} {OTHER}")
    assert "抄错了" in screen and "办理中" in screen
    assert chat.draft.answers.report == TWO


def test_what_stands_beside_another_receipt_is_not_mixed_in(chat: Chat) -> None:
    """A supplement of another report is not sent yet: the words are named, not kept."""
    chat.says(f"{RECEIPT}，{NEWS}")
    screen = chat.says(f"{OTHER}，那边也要报了")
    assert "没有写进去" in screen and "那边也要报了" in screen
    assert chat.draft.answers.text == NEWS


def test_danger_beside_a_receipt_comes_first_and_alone(chat: Chat) -> None:
    screen = chat.says(f"{RECEIPT} 小周倒了 喊他不应 手冰凉")
    assert "120" in screen and "办理中" not in screen
