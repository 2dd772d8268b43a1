"""What is said once a report is filed, in the reporter's own words: at its story, to
what the hotline asked, or with nothing open at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dialogs.case.pushes import addressed, push
from dialogs.words import (
    KEPT_BACK,
    Action,
    ConfirmHold,
    File,
    Held,
    KeepFrom,
    MyCase,
    OpenQuestion,
    Rate,
    Rebound,
    ReleaseHold,
    Reopen,
    Said,
    Supplement,
    Wipe,
    Withdraw,
)
from tests.dialogs.chat import NOON, RECEIPT, Chat, StoryStub

ONE = "aa" * 16
TWO = "bb" * 16
RUNNING = ("supplement", "keep_from", "withdraw", "settings", "hush", "forget")
ASKED = ("answer", "keep_from", "withdraw", "settings", "hush", "forget")
CLOSED = ("rate", "reopen", "settings", "hush", "forget")
LOOKED_BACK = ("held", "rebound", "settings", "hush", "forget")
RATED = ("reopen", "settings", "hush", "forget")
HELD_BACK = ("release", "confirm", "supplement", "keep_from", "withdraw")
FORMS = MyCase(ONE, "forms", "assigned", "11月20日")
APP = MyCase(TWO, "fingertip", "assigned", "11月21日")
SPOKEN = "是口头要求还是有文件？"
PUNISHED = "有没有没完成被处理的？"


def told(report: str, can: Sequence[str], **more: object) -> StoryStub:
    return StoryStub(report, tuple(can), **more)  # type: ignore[arg-type]


def chat_with(*stories: StoryStub, **more: object) -> Chat:
    """Knows one receipt, of the first story."""
    known = {story.report: story for story in stories}
    first = stories[0].report
    return Chat(stories=known, by_receipt={RECEIPT: first}, **more)  # type: ignore[arg-type]


def acts(chat: Chat) -> list[Action]:
    return [action for action in chat.done if not isinstance(action, Wipe)]


# ── a rating in free words ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", ["没解决", "白忙一场，原样", "呵呵", "换了个名字而已"]
)
def test_a_no_in_free_words_is_a_rating_and_reopening_is_offered(words: str) -> None:
    """Sarcasm is one, too; what says more than no is kept as its word."""
    chat = chat_with(told(ONE, CLOSED, state="callback"))
    screen = chat.says(RECEIPT, words)
    [rate] = acts(chat)
    assert isinstance(rate, Rate) and rate.solved is False
    assert rate.word == (None if words == "没解决" else words)
    assert "重新办理" in screen and chat.step == "unsolved"
    chat.says("先不用")
    assert not [action for action in chat.done if isinstance(action, Reopen)]


def test_thanks_with_a_verdict_is_a_rating() -> None:
    chat = chat_with(told(ONE, CLOSED, state="callback"))
    words = "救火队长似的，第二天就给停了，感谢"
    chat.says(RECEIPT, words)
    [rate] = acts(chat)
    assert isinstance(rate, Rate) and rate.solved is True and rate.word == words
    assert "记下了：解决了" in chat.screen, "a mishearing can be put right"
    chat.says("不对，没解决")
    last = [action for action in acts(chat) if isinstance(action, Rate)][-1]
    assert last.solved is False


def test_partly_solved_counts_as_not_solved_and_says_so() -> None:
    chat = chat_with(told(ONE, CLOSED, state="callback"))
    screen = chat.says(RECEIPT, "牌子摘了两块还剩两块")
    [rate] = acts(chat)
    assert isinstance(rate, Rate) and rate.solved is False
    assert rate.word == "牌子摘了两块还剩两块"
    assert "部分解决" in screen and chat.step == "unsolved"


def test_the_colleague_who_is_afraid_is_thought_of_and_nothing_is_passed_on() -> None:
    chat = chat_with(told(ONE, CLOSED, state="callback"))
    chat.says(RECEIPT, "评价")
    chat.presses("partly")
    screen = chat.says("扣钱的那个自己不敢说")
    assert "谢谢" in screen and "不会转给任何单位" in screen
    assert not [
        action for action in chat.done if isinstance(action, Reopen | Supplement)
    ]
    assert chat.step == "unsolved"


def test_a_receipt_that_was_passed_on_is_answered() -> None:
    chat = chat_with(told(ONE, RUNNING))
    assert "忘记我" in chat.says(RECEIPT, "我把回执码给同事了")
    assert acts(chat) == [] and chat.step == "story"


# ── has it come back? ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["没再来要过", "干干净净，再没人提"])
def test_it_has_held_in_free_words(words: str) -> None:
    chat = chat_with(told(ONE, LOOKED_BACK, state="look_back"))
    chat.says(RECEIPT, words)
    assert acts(chat) == [Held(ONE, NOON)]


def test_another_matter_beside_that_it_has_held_is_put_by_and_named() -> None:
    chat = chat_with(told(ONE, LOOKED_BACK, state="look_back"))
    words = "这个倒安生了，可科协那个比赛又逼人报名，两码事"
    chat.says(RECEIPT, words)
    if Held(ONE, NOON) in acts(chat):  # else it was taken for the other matter itself
        assert "科协那个比赛" in chat.screen
    else:
        assert words in repr(chat.draft.answers)


@pytest.mark.parametrize("can", [LOOKED_BACK, RATED], ids=["looked back", "finished"])
def test_it_came_back_is_offered_with_its_words(can: Sequence[str]) -> None:
    """In a finished case, too: such words must reach somebody."""
    state = "look_back" if "held" in can else "closed"
    chat = chat_with(told(ONE, can, state=state))
    screen = chat.says(RECEIPT, "这礼拜起又叫填，换了个封皮")
    assert "又叫填" in screen and acts(chat) == []
    chat.presses("reopen")
    assert acts(chat) == [Rebound(ONE, "这礼拜起又叫填，换了个封皮", NOON)]


def test_in_a_running_case_that_it_goes_on_is_more_of_it() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "他们这周又要我们填同一张表")
    assert chat.step == "check"


# ── how it stands ─────────────────────────────────────────────────────────────────────


def test_is_anybody_there_is_answered_with_the_story_and_its_promise() -> None:
    chat = chat_with(told(ONE, RUNNING, urgent=True))
    screen = chat.says(RECEIPT, "有人看了吗")
    assert "2小时内到场或到线" in screen and "1天" not in screen
    assert chat.step == "story" and acts(chat) == []


def test_questions_and_thanks_are_answered_in_between() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "谢啦", "会不会查到我")
    assert chat.step == "story" and acts(chat) == []
    assert "补充材料" in chat.screen


# ── a supplement ──────────────────────────────────────────────────────────────────────


def test_a_supplement_is_corrected_before_it_goes() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "上个月补了十三次表，王伟经手的")
    chat.says("十一次，刚翻了下记录")
    assert "十一次" in chat.messages[-1].params["masked"]
    assert "十三次" not in chat.messages[-1].params["masked"]
    chat.says("可以了，发吧")
    [supplement] = acts(chat)
    assert isinstance(supplement, Supplement) and "十一次" in supplement.text


def test_one_picture_of_a_supplement_is_taken_away() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT)
    chat.shows("01" * 16)
    chat.shows("02" * 16)
    chat.says("第二张图不要了", "送出")
    [*_, supplement] = acts(chat)
    assert isinstance(supplement, Supplement) and supplement.pictures == ("01" * 16,)


def test_cancelling_a_written_supplement_asks_once() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "上个月补了十三次表", "取消")
    assert chat.step == "drop"
    chat.says("取消")
    assert chat.step == "story" and acts(chat) == []
    chat.says("取消")
    assert chat.talk is None and acts(chat) == []


@pytest.mark.parametrize(
    "words",
    ["12", "有人看了吗", "呵呵", "没再来要过", "我申请撤回这件", "又开始要报了"],
)
def test_while_it_is_asked_whether_it_shall_go_nothing_is_lost(words: str) -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "上个月补了十三次表", "取消", words)
    assert "上个月补了十三次表" in chat.draft.answers.text
    assert acts(chat) == []


def test_a_correction_takes_the_place_of_what_was_added() -> None:
    added = "红圈的三个上周被点名了，其中一个扣了绩效"
    chat = chat_with(told(ONE, RUNNING, added=added))
    chat.says(RECEIPT, "更正：不是上周，是上上周五")
    assert "以这一段为准" in chat.screen
    chat.says("送出")
    whole = added.replace("上周", "上上周五")
    assert acts(chat) == [Supplement(ONE, whole, (), NOON, corrects=True)]


def test_where_nothing_was_added_the_correction_says_that_it_is_one() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "更正：不是上周，是上上周五", "送出")
    [supplement] = acts(chat)
    assert isinstance(supplement, Supplement) and not supplement.corrects
    assert supplement.text.startswith("更正")


def test_a_copy_of_ones_own_report_is_given_as_text() -> None:
    chat = chat_with(told(ONE, RUNNING))
    screen = chat.says(RECEIPT, "留一份")
    assert "同一份台账每周报五次" in screen and chat.step == "story"
    assert "同一份台账" in chat.says("一份我写的")


# ── taken back, kept from, kept back ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "told_first"),
    [("accepted", "还没有转给单位"), ("assigned", "单位不会知道")],
)
def test_withdrawing_says_what_can_be_undone_and_asks_once(
    state: str, told_first: str
) -> None:
    chat = chat_with(told(ONE, RUNNING, state=state))
    assert told_first in chat.says(RECEIPT, "我申请撤回这件")
    assert acts(chat) == []
    chat.says("撤回")
    assert acts(chat) == [Withdraw(ONE, NOON)]


def test_withdrawing_can_be_left() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "我申请撤回这件", "返回")
    assert acts(chat) == [] and chat.step == "story"


@pytest.mark.parametrize("words", ["算了，还是留着", "先不撤了"])
def test_who_says_that_it_shall_stay_is_not_asked_again(words: str) -> None:
    held = told(ONE, HELD_BACK, state=KEPT_BACK)
    chat = chat_with(held)
    chat.says(RECEIPT, "我后悔了，撤回吧", "返回")
    assert "要撤回" not in chat.says(words)
    assert acts(chat) == []


def test_what_is_over_cannot_be_taken_back_and_that_is_said() -> None:
    chat = chat_with(told(ONE, RATED, state="closed"))
    assert "不用撤了" in chat.says(RECEIPT, "我申请撤回这件")
    assert acts(chat) == []


def test_a_filed_case_is_kept_from_a_unit() -> None:
    chat = chat_with(told(ONE, RUNNING))
    screen = chat.says(RECEIPT, "县考核办的人不要让他们看到原文")
    [kept] = acts(chat)
    assert isinstance(kept, KeepFrom) and "考核办" in kept.unit
    assert "看不到" in screen


@pytest.mark.parametrize(
    ("press", "done"),
    [("release", ReleaseHold(ONE, NOON)), ("confirm", ConfirmHold(ONE, NOON))],
)
def test_a_report_that_is_kept_back_goes_by_one_tap(press: str, done: Action) -> None:
    chat = chat_with(told(ONE, HELD_BACK, state=KEPT_BACK))
    chat.says(RECEIPT)
    chat.presses(press)
    assert acts(chat) == [done]


def test_a_report_that_is_kept_back_is_deleted_after_asking_once() -> None:
    chat = chat_with(told(ONE, HELD_BACK, state=KEPT_BACK))
    chat.says(RECEIPT)
    assert "当场删除" in chat.presses("withdraw")
    chat.presses("sure")
    assert acts(chat) == [Withdraw(ONE, NOON)]


# ── the hotline has asked ─────────────────────────────────────────────────────────────


def test_an_answer_with_nothing_open_goes_to_the_question() -> None:
    asked = (OpenQuestion(ONE, "question", SPOKEN),)
    chat = chat_with(told(ONE, ASKED, questions=(SPOKEN,)), mine=(FORMS,), asked=asked)
    screen = chat.says("口头的，在会上讲的")
    assert SPOKEN in screen and chat.step == "check"
    chat.says("送出")
    assert acts(chat) == [Supplement(ONE, "口头的，在会上讲的", (), NOON)]
    assert not [action for action in chat.done if isinstance(action, File)]


def test_of_two_questions_the_second_is_still_open_and_named() -> None:
    asked = (OpenQuestion(ONE, "question", PUNISHED),)
    story = told(ONE, ASKED, questions=(SPOKEN, PUNISHED))
    chat = chat_with(story, mine=(FORMS,), asked=asked)
    screen = chat.says("口头的，在会上讲的", "送出")
    assert acts(chat) == [Supplement(ONE, "口头的，在会上讲的", (), NOON, left=1)]
    assert PUNISHED in screen and chat.step == "add"


def test_the_question_of_another_report_is_named_next() -> None:
    asked = (
        OpenQuestion(TWO, "question", PUNISHED),
        OpenQuestion(ONE, "question", SPOKEN),
    )
    stories = (
        told(TWO, ASKED, questions=(PUNISHED,)),
        told(ONE, ASKED, questions=(SPOKEN,)),
    )
    chat = chat_with(*stories, mine=(APP, FORMS), asked=asked)
    screen = chat.says("有三个社区被点名了", "送出")
    [supplement] = acts(chat)
    assert isinstance(supplement, Supplement) and supplement.report == TWO
    assert SPOKEN in screen


def test_a_sound_is_no_answer_and_the_question_is_told_again() -> None:
    asked = (OpenQuestion(ONE, "question", SPOKEN),)
    chat = chat_with(told(ONE, ASKED, questions=(SPOKEN,)), mine=(FORMS,), asked=asked)
    assert SPOKEN in chat.says("哦")
    assert acts(chat) == [] and chat.talk is None


def test_not_now_is_fine() -> None:
    asked = (OpenQuestion(ONE, "question", SPOKEN),)
    chat = chat_with(told(ONE, ASKED, questions=(SPOKEN,)), mine=(FORMS,), asked=asked)
    assert "不急" in chat.says("下午再说，在入户")
    assert acts(chat) == [] and chat.talk is None


@pytest.mark.parametrize(
    ("kind", "can", "words", "done"),
    [
        ("look_back", LOOKED_BACK, "没再来要过", Held(ONE, NOON)),
        ("callback", CLOSED, "没解决", Rate(ONE, False, None, None, NOON)),
        ("look_back", LOOKED_BACK, "没有反弹", Held(ONE, NOON)),
    ],
)
def test_the_hotlines_question_is_answered_though_there_are_several_cases(
    kind: str, can: Sequence[str], words: str, done: Action
) -> None:
    asked = (OpenQuestion(ONE, kind, "问题解决了吗？"),)  # type: ignore[arg-type]
    story = told(ONE, can, state=kind)
    chat = chat_with(story, told(TWO, RUNNING), mine=(APP, FORMS), asked=asked)
    chat.says(words)
    assert acts(chat)[:1] == [done]


def test_a_reply_to_a_push_goes_there_whatever_else_is_open() -> None:
    """A draft waits below, and goes on."""
    stories = (told(ONE, ASKED, questions=(SPOKEN,)), told(TWO, RUNNING))
    chat = chat_with(*stories, mine=(APP, FORMS))
    chat.says("街道要求我们社区同一份台账每周报五次")
    chat.take(Said("口头的，在会上讲的", NOON, reply=ONE))
    assert chat.step == "check" and SPOKEN in chat.screen
    chat.says("送出")
    assert acts(chat) == [Supplement(ONE, "口头的，在会上讲的", (), NOON)]
    assert chat.step == "preview"


def test_a_reply_is_not_mixed_into_an_unsent_supplement_of_another_report() -> None:
    stories = (told(ONE, ASKED, questions=(SPOKEN,)), told(TWO, RUNNING))
    chat = chat_with(*stories, mine=(APP, FORMS))
    chat.says("进度", "1", "上周五又让我们补报三份表")
    chat.take(Said("口头的，在会上讲的", NOON, reply=ONE))
    assert "没有写进去" in chat.screen and "口头的" in chat.screen
    assert chat.draft.answers.text == "上周五又让我们补报三份表"


# ── just filed ────────────────────────────────────────────────────────────────────────


def just_filed(**more: object) -> Chat:
    return chat_with(told(ONE, RUNNING, state="filed"), last_receipt=RECEIPT, **more)


def test_what_was_forgotten_becomes_a_supplement_of_the_report_just_sent() -> None:
    chat = just_filed()
    chat.says("还有一句忘写了，罚款是现金没给收据")
    assert chat.step == "check"
    chat.says("送出")
    [supplement] = acts(chat)
    assert isinstance(supplement, Supplement) and supplement.report == ONE


def test_another_matter_right_after_filing_is_a_report_of_its_own() -> None:
    chat = just_filed()
    chat.says("第二件：禁毒宣传满意度电话，要我们背答案教居民说")
    assert chat.talk is not None and chat.talk.dialog.name == "report"
    assert "背答案" in chat.talk.answers.text


def test_there_is_no_going_back_once_it_is_sent_and_that_is_said() -> None:
    chat = just_filed()
    for word in ("返回", "取消"):
        assert "已经送出" in chat.says(word)
    assert chat.talk is None and acts(chat) == []


def test_the_report_just_sent_is_taken_back() -> None:
    chat = just_filed()
    assert "撤回" in chat.says("吓得一宿没睡，想把交上去的拿回来")
    chat.says("撤回")
    assert acts(chat) == [Withdraw(ONE, NOON)]


def test_its_status_needs_no_receipt() -> None:
    chat = just_filed()
    assert "办理中" in chat.says("送到没")


# ── nothing open ──────────────────────────────────────────────────────────────────────


def test_which_of_several_reports_is_asked_and_the_words_are_kept() -> None:
    stories = (told(ONE, RUNNING), told(TWO, RUNNING))
    chat = chat_with(*stories, mine=(APP, FORMS))
    assert "哪一件" in chat.says("之前反应的那件我不想追了，麻烦消掉")
    chat.says("2")
    assert chat.step == "withdraw" and chat.draft.answers.report == ONE


def test_a_name_finds_nothing_and_only_the_receipt_does() -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,))
    screen = chat.says("顾小满 查一下")
    assert "只有回执码" in screen and "办理中" not in screen


def test_who_lost_the_receipt_of_what_was_filed_here_needs_none() -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,))
    assert "办理中" in chat.says("手机摔坏了，回执忘抄了，咋整")


def test_who_never_filed_anything_is_heard_as_ever() -> None:
    chat = Chat()
    chat.says("街道要求我们社区同一份台账每周报五次")
    assert chat.step == "preview"


# ── pushes of what is kept back ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("verb", "step"), [("release", None), ("confirm", None), ("withdraw", "withdraw")]
)
def test_the_push_that_asks_before_a_report_is_dropped_is_answered(
    verb: str, step: str | None
) -> None:
    held = MyCase(ONE, "forms", KEPT_BACK, "12月20日")
    chat = chat_with(told(ONE, HELD_BACK, state=KEPT_BACK), mine=(held,))
    chat.presses(f"{verb}:{ONE}", "")
    assert chat.step == step
    assert len(acts(chat)) == (step is None)


def test_a_question_of_a_push_opens_with_one_tap() -> None:
    chat = chat_with(told(ONE, ASKED, questions=("来了几次？",)), mine=(FORMS,))
    message = addressed(push(ONE, "asked")[1], ONE)
    chat.presses(message.buttons[0].choice, "")
    assert "来了几次" in chat.screen and chat.step == "add"
    chat.says("12")
    assert chat.step == "check"


def test_a_few_words_where_more_is_to_be_written_are_no_yes_in_doubt() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT)
    chat.presses("add")
    assert "还有一份" in chat.says("还有一份")
    assert chat.step == "check"
