"""The reporter comes back."""

from __future__ import annotations

import pytest

from dialogs.words import Forget, Hush, MyCase, Rate, Reopen, Supplement
from tests.dialogs.chat import NOON, RECEIPT, Chat, StoryStub

ALL = ("answer", "supplement", "rate", "reopen", "hush", "forget")
ONE = MyCase("aa" * 16, "forms", "accepted", "11月20日")
TWO = MyCase("bb" * 16, "meetings", "filed", "11月21日")
CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture
def chat() -> Chat:
    """Knows one receipt; its case may do everything."""
    stories = {case.report: StoryStub(case.report, ALL) for case in (ONE, TWO)}
    return Chat(stories=stories, by_receipt={RECEIPT: ONE.report})


def test_a_receipt_opens_the_story_from_anywhere(chat: Chat) -> None:
    assert "办理中" in chat.says(f"我的回执码是 {RECEIPT.lower()} 帮我查一下")
    assert chat.step == "story"


def test_a_typo_in_a_receipt_is_told_at_once(chat: Chat) -> None:
    typo = RECEIPT[:-1] + ("1" if RECEIPT[-1] != "1" else "2")
    chat.says("进度")
    assert "抄错了" in chat.says(typo)
    assert chat.step == "code"
    assert "抄错了" in Chat().says(typo)


def test_an_unknown_receipt_gets_a_sentence_and_the_step_stays(chat: Chat) -> None:
    chat.by_receipt.clear()
    chat.says("进度")
    assert "没有查到" in chat.says(RECEIPT)
    assert chat.step == "code"


def test_the_chat_that_filed_needs_no_receipt(chat: Chat) -> None:
    chat.mine = (ONE,)
    chat.says("查进展")
    assert chat.step == "story"


def test_of_several_cases_one_is_picked(chat: Chat) -> None:
    chat.mine = (ONE, TWO)
    assert "11月21日 会议过多过长" in chat.says("进展")
    chat.says("2")
    assert chat.talk and chat.talk.answers["report"] == TWO.report
    chat.says("返回")
    assert chat.step == "pick"


def test_a_supplement_is_masked_and_shown_before_it_goes(chat: Chat) -> None:
    chat.says(RECEIPT, "又来了，找的是李强13912345678")
    assert chat.step == "check"
    assert "李强" not in chat.messages[-1].params["masked"]
    chat.says("送出")
    [supplement] = [action for action in chat.done if isinstance(action, Supplement)]
    assert supplement.report == ONE.report and "139" not in supplement.text
    assert chat.talk is None


def test_a_supplement_may_be_a_picture_alone(chat: Chat) -> None:
    chat.says(RECEIPT)
    chat.shows()
    chat.says("送出")
    assert Supplement(ONE.report, "", ("ab" * 16,), NOON) in chat.done


def test_a_dropped_supplement_leaves_nothing(chat: Chat) -> None:
    chat.says(RECEIPT, "补一句")
    chat.shows()
    chat.says("放弃")
    chat.presses("drop")
    chat.says("好", "返回")
    assert not [action for action in chat.done if isinstance(action, Supplement)]


def test_rating_is_one_tap_each_then_a_free_word(chat: Chat) -> None:
    chat.says(RECEIPT, "评价", "没解决", "先不用", "满意", "王伟态度很好")
    rated = [action for action in chat.done if isinstance(action, Rate)]
    assert [(rate.solved, rate.satisfied) for rate in rated] == [(False, None), (None, True), (None, None)]
    assert rated[-1].word is not None and rated[-1].word.endswith("态度很好")


def test_reopening_takes_a_reason(chat: Chat) -> None:
    chat.says(RECEIPT, "重新办理", "又要报了")
    assert Reopen(ONE.report, "又要报了", NOON) in chat.done


def test_forgetting_asks_once(chat: Chat) -> None:
    chat.says(RECEIPT, "忘记我", "返回")
    assert not chat.done
    chat.says("忘记我", "确定，忘记我")
    assert Forget(ONE.report, NOON) in chat.done and chat.talk is None


def test_no_more_reminders(chat: Chat) -> None:
    chat.says(RECEIPT, "别再提醒")
    assert Hush(ONE.report, NOON) in chat.done


def test_only_what_the_case_allows_is_offered(chat: Chat) -> None:
    chat.stories[ONE.report] = StoryStub(ONE.report, ("supplement", "forget"))
    screen = chat.says(RECEIPT)
    assert "评价" not in screen and "补充材料" in screen
    chat.presses("rate")
    assert chat.step == "story"


def test_a_draft_waits_below_and_goes_on(chat: Chat) -> None:
    chat.says(CLEAR, RECEIPT)
    assert chat.step == "story"
    chat.says("关闭")
    assert chat.step == "preview" and "五次" in chat.screen
    chat.says("送出")
    assert len(chat.filed) == 1


def test_a_forgotten_report_says_so(chat: Chat) -> None:
    del chat.stories[ONE.report]
    assert "销毁" in chat.says(RECEIPT)
    assert chat.talk is None


def test_back_from_the_first_question_leads_to_the_first_screen(chat: Chat) -> None:
    chat.says("进度")
    assert "减负专线" in chat.says("返回")
    assert chat.talk is None


def test_a_sentence_where_a_receipt_was_asked_for_is_heard_as_one(chat: Chat) -> None:
    chat.says("进度", CLEAR)
    assert chat.step == "preview"
