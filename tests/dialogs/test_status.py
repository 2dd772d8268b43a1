"""The reporter comes back."""

from __future__ import annotations

import pytest

from dialogs.case.pushes import addressed, push
from dialogs.words import (
    Action,
    Forget,
    Held,
    Hush,
    MyCase,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Wipe,
    Wish,
)
from tests.dialogs.chat import NOON, RECEIPT, Chat, StoryStub

ALL = (
    "answer",
    "supplement",
    "held",
    "rebound",
    "rate",
    "reopen",
    "settings",
    "hush",
    "forget",
)
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


@pytest.mark.parametrize("words", ["好的", "嗯", "查进展", "有人看了吗"])
def test_what_is_no_receipt_is_not_looked_up(words: str) -> None:
    chat = Chat()
    chat.says("进度")
    said = chat.says(words)
    assert "请发送回执码" in said and "没有查到" not in said
    assert chat.step == "code"


def test_the_chat_that_filed_needs_no_receipt(chat: Chat) -> None:
    chat.mine = (ONE,)
    chat.says("查进展")
    assert chat.step == "story"


def test_of_several_cases_one_is_picked(chat: Chat) -> None:
    chat.mine = (ONE, TWO)
    assert "11月21日 会议过多过长" in chat.says("进展")
    chat.says("2")
    assert chat.talk and chat.talk.answers.report == TWO.report
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


def test_a_picture_of_a_dropped_supplement_does_not_come_back(chat: Chat) -> None:
    """It is gone: a later supplement that named it could never be stored."""
    chat.says(RECEIPT)
    chat.shows()
    chat.presses("drop")
    chat.presses("drop")  # asked once
    chat.says("昨天又发了一张新表", "送出")
    [supplement] = [action for action in chat.done if isinstance(action, Supplement)]
    assert supplement.pictures == ()


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
    assert [(rate.solved, rate.satisfied) for rate in rated] == [
        (False, None),
        (None, True),
        (None, None),
    ]
    assert rated[-1].word is not None and rated[-1].word.endswith("态度很好")


def test_who_left_after_solved_goes_on_with_what_is_missing(chat: Chat) -> None:
    """The story offers the rest of the rating, and asks nothing twice."""
    chat.stories[ONE.report] = StoryStub(ONE.report, ("satisfied", "reopen", "forget"))
    assert "接着评价" in chat.says(RECEIPT)
    assert "满意吗" in chat.says("接着评价")
    chat.says("满意", "不说了")
    assert [action for action in chat.done if isinstance(action, Rate)] == [
        Rate(ONE.report, None, True, None, NOON)
    ]
    assert chat.step == "story"


def test_who_only_looked_is_not_reminded_of_a_draft(chat: Chat) -> None:
    """A story left open is nothing unsent; what was written into it is."""
    chat.says(RECEIPT, "评价")
    chat.rings("remind")
    assert not chat.messages
    chat.says("返回", "上个月又补了两张表")
    assert "没写完" in chat.rings("remind")


def test_an_appeal_is_one_tap(chat: Chat) -> None:
    """What was declined is looked at by somebody else; no reason is asked."""
    chat.stories[ONE.report] = StoryStub(
        ONE.report, ("supplement", "reopen", "appeal", "forget"), state="declined"
    )
    chat.says(RECEIPT)
    offered = [button.choice for button in chat.messages[-1].buttons]
    assert "appeal" in offered and "reopen" not in offered
    assert "换一个人再看" in chat.presses("appeal")
    [appeal] = [one for one in acts(chat) if isinstance(one, Reopen)]
    assert (appeal.report, appeal.reason) == (ONE.report, "")


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


# ── answers to pushes ─────────────────────────────────────────────────────────────────

RATED = tuple(move for move in ALL if move != "rate")
RUNNING = ("supplement", "settings", "hush", "forget")


def pressed(chat: Chat, kind: str, verb: str, report: str = ONE.report) -> str:
    """Press this button of a push; pushes belong to no step."""
    message = addressed(push(report, kind)[1], report)
    [choice] = [b.choice for b in message.buttons if b.choice.startswith(f"{verb}:")]
    return chat.presses(choice, "")


def acts(chat: Chat) -> list[Action]:
    return [action for action in chat.done if not isinstance(action, Wipe)]


def test_solved_is_kept_with_the_first_tap(chat: Chat) -> None:
    chat.mine = (TWO, ONE)
    assert "满意" in pressed(chat, "called_back", "solved")
    assert acts(chat) == [Rate(ONE.report, True, None, None, NOON)]
    chat.says("满意", "不说了")
    assert acts(chat)[1:] == [Rate(ONE.report, None, True, None, NOON)]
    assert chat.step == "story"


def test_unsolved_is_reopened_with_one_more_tap(chat: Chat) -> None:
    chat.mine = (ONE,)
    assert "要重新办理吗" in pressed(chat, "called_back_again", "unsolved")
    assert "已重新办理" in chat.presses("reopen")
    assert acts(chat) == [
        Rate(ONE.report, False, None, None, NOON),
        Reopen(ONE.report, "", NOON),
    ]
    assert chat.talk is None


def test_unsolved_with_a_reason(chat: Chat) -> None:
    chat.mine = (ONE,)
    pressed(chat, "called_back", "unsolved")
    chat.says("上周王伟又要报")
    assert not [action for action in acts(chat) if isinstance(action, Reopen)]
    chat.presses("reopen")
    [reopened] = [action for action in acts(chat) if isinstance(action, Reopen)]
    assert reopened.reason.endswith("又要报") and "王伟" not in reopened.reason


@pytest.mark.parametrize("no", ["先不用", "不用了", "算了"])
def test_unsolved_need_not_be_reopened(chat: Chat, no: str) -> None:
    chat.mine = (ONE,)
    pressed(chat, "called_back", "unsolved")
    chat.says(no)
    assert chat.step == "satisfied"
    assert not [action for action in acts(chat) if isinstance(action, Reopen)]


def test_it_has_held(chat: Chat) -> None:
    chat.mine = (ONE,)
    assert "没有反弹" in pressed(chat, "looked_back", "held")
    assert acts(chat) == [Held(ONE.report, NOON)] and chat.talk is None


def test_it_came_back(chat: Chat) -> None:
    chat.mine = (ONE,)
    pressed(chat, "looked_back_later", "rebound")
    assert acts(chat) == [] and chat.step == "rebound"
    assert "这周又报了三次" in chat.says("这周又报了三次") and acts(chat) == []
    chat.says("是的")
    assert (
        acts(chat) == [Rebound(ONE.report, "这周又报了三次", NOON)]
        and chat.talk is None
    )


def test_it_came_back_without_a_word(chat: Chat) -> None:
    chat.mine = (ONE,)
    pressed(chat, "looked_back", "rebound")
    chat.presses("reopen")
    assert acts(chat) == [Rebound(ONE.report, "", NOON)]


def test_ask_me_again_after_ninety_days(chat: Chat) -> None:
    chat.mine = (ONE,)
    assert "90天" in pressed(chat, "looked_back", "later")
    assert acts(chat) == [Wish(ONE.report, {"later": True}, NOON)] and chat.talk is None


def test_no_more_reminders_in_one_tap_and_what_is_open_stays_open(chat: Chat) -> None:
    chat.mine = (ONE, TWO)
    chat.says(CLEAR)
    assert "不再主动告诉您" in pressed(chat, "hear", "hush", TWO.report)
    assert acts(chat) == [Hush(TWO.report, NOON)] and chat.step == "preview"
    chat.says("送出")
    assert len(chat.filed) == 1


def test_no_more_reminders_of_the_case_that_is_open_ends_its_story(chat: Chat) -> None:
    chat.mine = (ONE,)
    chat.says("进度")
    pressed(chat, "hear", "hush")
    assert acts(chat) == [Hush(ONE.report, NOON)] and chat.talk is None


def test_a_push_opens_its_own_case_of_several(chat: Chat) -> None:
    chat.mine = (TWO, ONE)
    pressed(chat, "accepted", "status")
    assert chat.talk and chat.talk.answers.report == ONE.report


@pytest.mark.parametrize(
    ("verb", "step"),
    [
        ("solved", "satisfied"),
        ("unsolved", "unsolved"),
        ("rebound", "rebound"),
        ("status", "story"),
    ],
)
def test_an_unknown_push_asks_for_the_receipt_and_goes_on(
    chat: Chat, verb: str, step: str
) -> None:
    """The chat's way to the case is gone, or this is another chat."""
    kind = "looked_back" if verb == "rebound" else "called_back"
    assert "回执码" in pressed(chat, kind, verb) and acts(chat) == []
    chat.says(RECEIPT)
    assert chat.step == step and chat.talk and chat.talk.answers.report == ONE.report


def test_silence_asked_for_where_nobody_knows_the_case(chat: Chat) -> None:
    assert "回执码" in pressed(chat, "hear", "hush")
    chat.says(RECEIPT)
    assert acts(chat) == [Hush(ONE.report, NOON)]


@pytest.mark.parametrize(
    ("can", "sentence"),
    [(RATED, "答过了"), (RUNNING, "有了新情况")],
    ids=["rated", "reopened"],
)
@pytest.mark.parametrize("verb", ["solved", "unsolved"])
def test_a_question_that_is_past_gets_a_friendly_sentence_and_the_story(
    chat: Chat, can: tuple[str, ...], sentence: str, verb: str
) -> None:
    chat.mine, chat.stories[ONE.report] = (ONE,), StoryStub(ONE.report, can)
    screen = pressed(chat, "called_back", verb)
    assert sentence in screen and "办理中" in screen
    assert acts(chat) == [] and chat.step == "story"


@pytest.mark.parametrize("verb", ["held", "rebound", "later"])
def test_a_look_back_that_is_past(chat: Chat, verb: str) -> None:
    chat.mine, chat.stories[ONE.report] = (ONE,), StoryStub(ONE.report, RUNNING)
    assert "有了新情况" in pressed(chat, "looked_back", verb)
    assert acts(chat) == []


def test_a_push_of_a_forgotten_case(chat: Chat) -> None:
    chat.mine = (ONE,)
    del chat.stories[ONE.report]
    assert "销毁" in pressed(chat, "called_back", "solved")
    assert acts(chat) == [] and chat.talk is None


def test_ninety_days_where_no_way_back_is_kept(chat: Chat) -> None:
    moves = tuple(move for move in ALL if move not in ("settings", "hush"))
    chat.stories[ONE.report] = StoryStub(ONE.report, moves)
    pressed(chat, "looked_back", "later")
    assert "凭回执码来看" in chat.says(RECEIPT)
    assert acts(chat) == []


def test_an_unsent_supplement_is_not_swept_away_by_a_push(chat: Chat) -> None:
    chat.mine = (ONE, TWO)
    chat.says(RECEIPT, "又要报了")
    assert "还没送出" in pressed(chat, "called_back", "solved", TWO.report)
    assert chat.step == "check"
    chat.says("送出")
    assert acts(chat) == [Supplement(ONE.report, "又要报了", (), NOON)]


# ── the same, typed ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "done"),
    [
        ("解决了！", [Rate(ONE.report, True, None, None, NOON)]),
        ("没解决", [Rate(ONE.report, False, None, None, NOON)]),
        ("没有反弹", [Held(ONE.report, NOON)]),
        ("过一阵再问我", [Wish(ONE.report, {"later": True}, NOON)]),
        ("别再提醒", [Hush(ONE.report, NOON)]),
    ],
)
def test_the_only_case_of_a_chat_is_meant(
    chat: Chat, words: str, done: list[Action]
) -> None:
    chat.mine = (ONE,)
    chat.says(words)
    assert acts(chat) == done


def test_of_several_cases_it_is_asked_which(chat: Chat) -> None:
    chat.mine = (ONE, TWO)
    assert "哪一件" in chat.says("别再提醒") and acts(chat) == []
    chat.says("2")
    assert acts(chat) == [Hush(TWO.report, NOON)]


def test_nothing_reminds_here(chat: Chat) -> None:
    assert "没有会主动提醒您的事" in chat.says("别再提醒")
    assert acts(chat) == [] and chat.talk is None


def test_words_of_a_draft_are_no_answer_to_a_push(chat: Chat) -> None:
    chat.mine = (ONE,)
    chat.says(CLEAR, "解决了")
    assert acts(chat) == [] and chat.step == "preview"


# ── what is told on our own ───────────────────────────────────────────────────────────


def test_follow_ups_are_switched_case_by_case(chat: Chat) -> None:
    chat.stories[ONE.report].wishes = {"callback": False}
    chat.says(RECEIPT)
    screen = chat.says("跟进设置")
    assert (
        "超期、督办）：开" in screen
        and "回访：关" in screen
        and "再问一次：关" in screen
    )
    assert "超期、督办）：关" in chat.presses("wish:weekly")
    chat.presses("wish:later")
    assert acts(chat) == [
        Wish(ONE.report, {"weekly": False}, NOON),
        Wish(ONE.report, {"later": True}, NOON),
    ]
    chat.presses("wish:nonsense")
    assert len(acts(chat)) == 2 and chat.step == "settings"
    chat.says("返回")
    assert chat.step == "story"


def test_silence_is_on_the_same_screen(chat: Chat) -> None:
    chat.says(RECEIPT, "跟进设置", "别再提醒")
    assert acts(chat) == [Hush(ONE.report, NOON)] and chat.talk is None


def test_who_only_has_a_receipt_finds_the_same_questions(chat: Chat) -> None:
    moves = ("held", "rebound", "rate", "forget")
    chat.stories[ONE.report] = StoryStub(ONE.report, moves)
    screen = chat.says(RECEIPT)
    assert (
        "没有反弹" in screen
        and "又反弹了" in screen
        and "评价" in screen
        and "跟进设置" not in screen
    )
    chat.says("没有反弹")
    assert acts(chat) == [Held(ONE.report, NOON)]
