"""Who suffers for what was reported is met with care; it reaches supervisors alone."""

from __future__ import annotations

import pytest

from dialogs.retaliation import suffers
from dialogs.words import File, MyCase, Retaliation, Supplement, Wipe
from tests.dialogs.chat import NOON, RECEIPT, Chat, StoryStub

ONE = "aa" * 16
CAN = ("supplement", "withdraw", "settings", "hush", "forget")
MINE = (MyCase(ONE, "forms", "assigned", "11月20日"),)
TOLD_ON = "领导开会说是我告的状，被穿小鞋了"


@pytest.fixture
def chat() -> Chat:
    stories = {ONE: StoryStub(ONE, CAN)}
    return Chat(stories=stories, by_receipt={RECEIPT: ONE}, mine=MINE)


SAID = [
    "说是我告的状",
    "被穿小鞋了",
    "领导在查是谁举报的",
    "把我调走了，就因为反映了这事",
    "我被报复了，绩效全扣光",
    "书记一口咬定是我举报的，天天给我加活",
    "自从打了那个热线，主任就针对我",
    "他们逼我承认是我反映的",
    "挨个问是哪个捅出去的",
    "让我把举报撤了，不撤就换岗",
]
NOT_SAID = [
    "告状信的台账每个月要报三次",
    "会不会被穿小鞋",
    "我怕被报复",
    "万一他们查是谁举报的怎么办",
    "要求我们学习防止打击报复的规定并写心得",
    "每周要报信访举报台账",
    "街道要求同一份台账每周报五次",
    "反映问题的表要填三份",
    "把人调走以后活都压给我们三个",
    "因为检查不过关，绩效扣了两百",
]


@pytest.mark.parametrize("words", SAID)
def test_words_that_tell_of_it(words: str) -> None:
    assert suffers(words)


@pytest.mark.parametrize("words", NOT_SAID)
def test_fears_rules_and_forms_are_none(words: str) -> None:
    assert not suffers(words)


def test_from_a_story_it_is_offered_apart_and_reaches_supervisors_alone(
    chat: Chat,
) -> None:
    """One tap sends it; the open case gets nothing."""
    screen = chat.says(RECEIPT, TOLD_ON)
    assert "单独交给专线主管" in screen and chat.step == "apart"
    assert [action for action in chat.done if not isinstance(action, Wipe)] == []
    chat.presses("alone")
    [filed] = [action for action in chat.done if isinstance(action, Retaliation)]
    assert filed.report == ONE and filed.text == TOLD_ON and filed.at == NOON
    assert not [one for one in chat.done if isinstance(one, File | Supplement)]


def test_it_is_left_with_one_tap(chat: Chat) -> None:
    chat.says(RECEIPT, TOLD_ON)
    chat.presses("leave")
    assert chat.talk is None
    assert not [action for action in chat.done if not isinstance(action, Wipe)]


@pytest.mark.parametrize("words", SAID)
def test_first_words_may_tell_of_it(words: str) -> None:
    chat = Chat()
    chat.says(words)
    assert chat.step == "apart"
    chat.says("送出")
    [filed] = [action for action in chat.done if isinstance(action, Retaliation)]
    assert filed.report is None and filed.text == words


def test_it_may_be_a_report_as_any_other(chat: Chat) -> None:
    chat.says("街道因为我们反映了台账的事就点名批评我们社区，每周表又加到五张")
    chat.presses("as_usual")
    assert chat.step in ("preview", "category", "signpost")
    assert chat.draft.answers.supervisors_only is False


def test_an_unsent_supplement_comes_first_and_the_words_are_kept(chat: Chat) -> None:
    chat.says(RECEIPT, "上周五又让我们补报三份表", TOLD_ON)
    assert chat.step == "check" and TOLD_ON not in chat.draft.answers.text
    assert chat.draft.later == TOLD_ON
    chat.says("送出")
    [supplement] = [one for one in chat.done if isinstance(one, Supplement)]
    assert TOLD_ON not in supplement.text and TOLD_ON in chat.screen


def test_what_is_left_behind_does_not_make_the_next_report_a_secret(chat: Chat) -> None:
    chat.says(TOLD_ON, "返回", "街道要求我们社区同一份台账每周报五次", "送出")
    assert [action for action in chat.done if isinstance(action, File)]
