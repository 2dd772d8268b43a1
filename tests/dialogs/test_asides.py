"""What is asked or said in between is answered, and the open step is still there."""

from __future__ import annotations

import pytest

from dialogs.case.rules import Rules
from dialogs.looks import kind_of
from tests.dialogs.chat import Chat

FIRST = "街道办要求我们每周报五次同一份台账，每次都要拍照留痕"


def names(chat: Chat) -> list[str]:
    return [message.name for message in chat.messages]


def written(chat: Chat) -> str:
    return str(chat.talk.answers.text) if chat.talk else ""


def begun() -> Chat:
    chat = Chat()
    chat.says(FIRST)
    assert chat.step == "preview"
    return chat


def test_a_question_at_the_preview_does_not_repeat_it() -> None:
    """The answer, and one line with 送出; its button and those of the preview above
    both work.
    """
    chat = begun()
    above = chat.mark
    screen = chat.says("会不会查到我")
    assert names(chat) == ["about.trace", "preview.short"]
    assert FIRST not in screen
    assert kind_of("preview.short") == "reminder"
    assert [button.choice for button in chat.messages[-1].buttons] == ["send"]
    assert chat.mark == above
    chat.presses("unit", mark=above)
    assert chat.step == "unit"


def test_its_button_sends() -> None:
    chat = begun()
    chat.says("安全吗")
    chat.presses("send")
    assert [report.text for report in chat.filed] == [FIRST]


def test_its_number_is_that_of_the_preview() -> None:
    """Where buttons are numbered, 1 is the same button in both."""
    chat = begun()
    assert "1. 送出" in chat.says("安全吗")
    chat.says("1")
    assert len(chat.filed) == 1


@pytest.mark.parametrize("words", ["好继续", "好，继续", "预览", "继续吧"])
def test_going_on_shows_the_preview_and_sends_nothing(words: str) -> None:
    chat = begun()
    chat.says("会不会查到我")
    screen = chat.says(words)
    assert FIRST in screen
    assert names(chat) == ["preview"]
    assert chat.filed == []
    assert chat.draft.answers.text == FIRST


def test_a_short_step_is_shown_whole() -> None:
    """Where the question is one line, the line comes back with its buttons."""
    chat = begun()
    chat.presses("unit")
    chat.says("安全吗")
    assert names(chat) == ["about.is_it_safe", "unit"]


def test_with_nothing_open_the_answer_is_enough() -> None:
    chat = Chat()
    chat.says("会不会查到我")
    assert names(chat) == ["about.trace"]
    assert chat.talk is None


def test_is_it_still_there() -> None:
    """What was discarded is never claimed to be there; a draft says for how long."""
    chat = begun()
    assert "再留24小时" in chat.says("刚才写的还在吗")
    chat.says("取消")
    chat.presses("discard")
    assert "不在了" in chat.says("刚才写的还在吗")


def test_times_are_those_of_the_rules() -> None:
    """The answer names what the deployment works by."""
    screen = begun().says("一般多久有结果")
    accept = Rules.default().deadlines["accept"]
    assert f"{accept.number}天内告诉您受理不受理" in screen


def test_who_is_away_for_a_moment_is_left_alone() -> None:
    chat = begun()
    assert chat.says("等等") == "好，不急，您忙。"
    assert chat.draft.answers.text == FIRST


def test_help_at_the_preview_is_help_and_one_line() -> None:
    chat = begun()
    chat.says("帮助")
    assert names(chat) == ["help", "preview.short"]


@pytest.mark.parametrize(
    "words",
    [
        "你们是谁",
        "安全吗？会不会查到我",
        "一般多久有结果",
        "图你们存多久",
        "你是机器人吧",
    ],
)
@pytest.mark.parametrize("first", [(), (FIRST,), (FIRST, "单位")])
def test_questions_never_become_text(words: str, first: tuple[str, ...]) -> None:
    """Anywhere: answered from the library, and the draft is as it was."""
    chat = Chat()
    chat.says(*first)
    before = written(chat)
    chat.says(words)
    assert names(chat)[0].startswith("about.")
    assert names(chat)[0] not in ("about.other", "about.outside")
    assert written(chat) == before


def test_a_certificate_that_is_not_listed_is_asked_about() -> None:
    chat = begun()
    chat.says("那无房证明呢")
    assert names(chat) == ["about.certificate_unlisted", "preview.short"]
