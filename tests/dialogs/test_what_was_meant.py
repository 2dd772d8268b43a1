"""After filing, a person says half a yes, thanks that are none, a word of order, or
goes on where the talk was left: what was meant is done, and nothing more.
"""

from __future__ import annotations

import pytest

from dialogs.words import (
    File,
    Forget,
    Held,
    MyCase,
    OpenQuestion,
    Rate,
    Rebound,
    Reopen,
    Supplement,
    Withdraw,
)
from tests.dialogs.chat import NOON, RECEIPT, Chat
from tests.dialogs.test_after_filing import (
    APP,
    ASKED,
    CLOSED,
    FORMS,
    LOOKED_BACK,
    ONE,
    RATED,
    RUNNING,
    SPOKEN,
    TWO,
    acts,
    chat_with,
    told,
)

CLEAR = "街道要求我们社区同一份台账每周报五次"
SECOND = "VAMV-QH0X-KYKH-3MXC"
GRAVE = (File, Forget, Reopen, Rebound, Withdraw)


def called_back() -> Chat:
    """The question whether it is solved stands, and nothing is open."""
    asked = (OpenQuestion(ONE, "callback", "问题解决了吗？"),)
    return chat_with(told(ONE, CLOSED, state="callback"), mine=(FORMS,), asked=asked)


def rated(chat: Chat) -> list[tuple[bool | None, bool | None]]:
    """What was answered, in order; words beside it left out."""
    rates = [action for action in chat.done if isinstance(action, Rate)]
    answers = [(rate.solved, rate.satisfied) for rate in rates]
    return [answer for answer in answers if answer != (None, None)]


def word(chat: Chat) -> str | None:
    """What was said beside the rating, as it stands now."""
    words = [action.word for action in chat.done if isinstance(action, Rate)]
    return next((one for one in reversed(words) if one is not None), None)


def grave(chat: Chat) -> list[object]:
    """What a remark must never do."""
    return [action for action in chat.done if isinstance(action, GRAVE)]


# ── bitter, mixed, vague ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "太好了呢，真是感谢领导，表改了个名字又回来了",
        "感谢领导让我们换个名字继续填表",
        "解决个屁",
        "真厉害，换了个封面接着报",
    ],
)
def test_bitter_thanks_are_a_no_and_reopen_nothing(words: str) -> None:
    chat = called_back()
    chat.says(words)
    assert rated(chat) == [(False, None)] and word(chat) == words
    assert chat.step == "unsolved" and not grave(chat)


@pytest.mark.parametrize(
    "words",
    [
        "解决得真好呢，现在改成每周六次了",
        "解决得太好了，又让我们填一张新表",
        "算是吧",
        "还行吧",
    ],
)
def test_where_both_or_neither_is_said_it_is_asked_once(words: str) -> None:
    chat = called_back()
    screen = chat.says(words)
    assert rated(chat) == [] and word(chat) == words
    assert "原样记下" in screen and "问题解决了吗" in screen
    chat.presses("no")
    assert rated(chat) == [(False, None)]


def test_who_stays_vague_is_not_asked_again() -> None:
    chat = called_back()
    chat.says("算是吧", "比以前好点")
    assert rated(chat) == [(False, None)] and "部分解决" in chat.screen
    assert word(chat) == "算是吧\n比以前好点"
    assert not grave(chat)


def test_a_rating_that_was_heard_is_shown_and_one_tap_asks_anew() -> None:
    chat = called_back()
    assert "记下了：解决了" in chat.says("彻底不用弄了，算是办成了")
    screen = chat.presses("rerate", "")
    assert "问题解决了吗" in screen and chat.step == "solved"
    chat.presses("no")
    assert rated(chat) == [(True, None), (False, None)]


def test_a_misheard_no_is_asked_anew_too() -> None:
    chat = called_back()
    chat.says("呵呵")
    assert "问题解决了吗" in chat.says("听错了")
    chat.says("解决了")
    assert rated(chat) == [(False, None), (True, None)]


# ── taken up again: never without a yes ───────────────────────────────────────────────

REMARKS = (
    "就我一个人还在报",
    "解决得真好呢，现在改成每周六次了",
    "不是 没解决",
    "换汤不换药",
    "上周又报了一回",
    "我们科室三个人都在填",
    "比以前好点",
    "就那样",
)


@pytest.mark.parametrize("remark", REMARKS)
def test_a_remark_takes_nothing_up_again_and_is_kept(remark: str) -> None:
    chat = called_back()
    chat.says("没解决", remark)
    assert chat.step == "unsolved" and not grave(chat)
    assert word(chat) == remark
    assert rated(chat) == [(False, None)]


@pytest.mark.parametrize(
    "yes", ["是", "对", "好", "要", "重新办理", "还是办吧", "请重新办"]
)
def test_a_yes_takes_it_up_again_with_all_that_was_said(yes: str) -> None:
    chat = called_back()
    chat.says("解决个屁", "就我一个人还在报", yes)
    reason = "解决个屁\n就我一个人还在报"
    assert [one for one in acts(chat) if isinstance(one, Reopen)] == [
        Reopen(ONE, reason, NOON)
    ]


def test_who_thinks_better_of_it_is_asked_and_not_rated_unhappy() -> None:
    chat = called_back()
    chat.says("表改了个名字又回来了", "先不用")
    assert chat.step == "satisfied"
    screen = chat.says("还是办吧")
    assert "要重新办理吗" in screen and "表改了个名字" in screen
    assert rated(chat) == [(False, None)] and not grave(chat)
    chat.says("是的")
    assert [one for one in acts(chat) if isinstance(one, Reopen)]


@pytest.mark.parametrize("words", ["先不用", "不用了", "算了", "不说了"])
def test_who_does_not_want_to_say_is_not_unhappy(words: str) -> None:
    chat = called_back()
    chat.says("解决了", words)
    assert rated(chat) == [(True, None)] and chat.step == "story"


def test_that_it_is_not_solved_after_all_is_heard_beside_the_last_word() -> None:
    chat = called_back()
    chat.says("解决了", "满意", "不对，其实没解决")
    assert rated(chat)[-1] == (False, None) and chat.step == "unsolved"


@pytest.mark.parametrize("can", [LOOKED_BACK, RATED], ids=["looked back", "finished"])
def test_that_it_came_back_is_offered_and_more_of_it_joins(
    can: tuple[str, ...],
) -> None:
    state = "look_back" if "held" in can else "closed"
    chat = chat_with(told(ONE, can, state=state), mine=(FORMS,))
    chat.says(RECEIPT, "这礼拜起又叫填，换了个封皮", "三个科室都要填")
    assert "三个科室都要填" in chat.screen and not grave(chat)
    chat.says("好")
    assert acts(chat) == [
        Rebound(ONE, "这礼拜起又叫填，换了个封皮\n三个科室都要填", NOON)
    ]


def test_what_was_no_text_is_not_filed_into_a_finished_case() -> None:
    """The tap that writes words in leads to where they can go."""
    chat = chat_with(told(ONE, RATED, state="closed"), mine=(FORMS,))
    chat.says(RECEIPT, "你们那边咋样啊都")
    if chat.draft.aside is not None:
        chat.presses("write_in", "")
    assert chat.step != "check" and acts(chat) == []


@pytest.mark.parametrize("words", ["关闭", "哦", "不行", "我再想想", "没"])
def test_what_is_no_yes_takes_nothing_up_again(words: str) -> None:
    chat = called_back()
    chat.says("没解决", words)
    assert not grave(chat)


def test_both_halves_of_a_rating_are_heard() -> None:
    chat = called_back()
    chat.says("解决了 但是不满意")
    assert rated(chat) == [(True, False)]


def test_of_course_it_came_back() -> None:
    asked = (OpenQuestion(ONE, "look_back", "又反弹了吗？"),)
    story = told(ONE, LOOKED_BACK, state="look_back")
    chat = chat_with(story, mine=(FORMS,), asked=asked)
    chat.says("怎么没有")
    assert chat.step == "rebound" and acts(chat) == []


def test_the_words_of_a_rating_are_not_said_again_beside_a_receipt() -> None:
    chat = called_back()
    chat.says("解决个屁", RECEIPT)
    assert chat.step == "story" and len(rated(chat)) == 1


# ── words of order ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", ["少写了一句", "漏了一点", "忘了说", "还有一句", "我想补充一下情况"]
)
@pytest.mark.parametrize("just_sent", [True, False], ids=["just sent", "days later"])
def test_that_something_is_missing_is_no_part_of_it(
    words: str, just_sent: bool
) -> None:
    last = RECEIPT if just_sent else None
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,), last_receipt=last)
    chat.says(words)
    assert chat.step == "add"
    chat.says("每次都要盖章", "送出")
    assert acts(chat) == [Supplement(ONE, "每次都要盖章", (), NOON)]


def test_what_is_announced_goes_without_its_announcement() -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,))
    chat.says("刚才那个会的事 也补一句 周五下午还加了一次", "送出")
    assert acts(chat) == [Supplement(ONE, "周五下午还加了一次", (), NOON)]


def two_receipts() -> Chat:
    stories = (told(ONE, RUNNING), told(TWO, RUNNING, words="一天开三遍会"))
    chat = chat_with(*stories)
    chat.by_receipt[SECOND] = TWO
    chat.says(f"进度 {RECEIPT} {SECOND}")
    return chat


def test_of_two_receipts_the_second_is_meant_and_its_number_put_right() -> None:
    chat = two_receipts()
    chat.says("第二个补充一下 是四遍", "送出")
    assert acts(chat) == [Supplement(TWO, "更正：不是三遍，是四遍", (), NOON)]


def test_of_two_receipts_the_first_is_meant() -> None:
    chat = two_receipts()
    chat.says("第一个也补一句，周末也要报", "送出")
    assert acts(chat) == [Supplement(ONE, "周末也要报", (), NOON)]


def test_of_two_receipts_the_first_is_taken_back() -> None:
    chat = two_receipts()
    assert "第1个回执码" in chat.says("第一个撤回")
    chat.says("撤回")
    assert acts(chat) == [Withdraw(ONE, NOON)]


def test_words_of_order_are_no_part_of_a_draft() -> None:
    chat = Chat()
    chat.says(CLEAR, "少写了一句", "补充一下 每次都要盖章", "送出")
    assert chat.filed[0].text == f"{CLEAR}\n每次都要盖章"


def test_of_several_cases_it_is_asked_which_one_is_meant() -> None:
    chat = chat_with(told(ONE, RUNNING), told(TWO, RUNNING), mine=(APP, FORMS))
    assert "哪一件" in chat.says("补一句，周末也要报")
    chat.says("2", "送出")
    assert acts(chat) == [Supplement(ONE, "周末也要报", (), NOON)]


def test_where_no_case_is_known_the_words_wait_for_the_receipt() -> None:
    chat = chat_with(told(ONE, RUNNING))
    screen = chat.says("补一句 周五下午还加了一次")
    assert "认不出是哪一件" in screen and "周五下午还加了一次" in screen
    chat.says(RECEIPT, "送出")
    assert acts(chat) == [Supplement(ONE, "周五下午还加了一次", (), NOON)]


def test_that_something_is_wrong_is_asked_about_and_its_number_put_right() -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,), last_receipt=RECEIPT)
    assert "哪里不对" in chat.says("写错了")
    chat.says("是六次", "送出")
    assert acts(chat) == [Supplement(ONE, "更正：不是五次，是六次", (), NOON)]


def test_who_leaves_what_is_wrong_adds_as_ever() -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,), last_receipt=RECEIPT)
    chat.says("写错了", "算了", RECEIPT, "又多了一张表", "送出")
    assert acts(chat) == [Supplement(ONE, "又多了一张表", (), NOON)]


@pytest.mark.parametrize("words", ["又要报了", "上次说的那个表，现在又加了两栏"])
def test_again_is_of_the_only_case_of_the_chat(words: str) -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,))
    chat.says(words, "送出")
    assert acts(chat) == [Supplement(ONE, words, (), NOON)]


# ── to the hotline's question ─────────────────────────────────────────────────────────


def asked_back() -> Chat:
    asked = (OpenQuestion(ONE, "question", SPOKEN),)
    return chat_with(told(ONE, ASKED, questions=(SPOKEN,)), mine=(FORMS,), asked=asked)


@pytest.mark.parametrize("more", ["有快半年了", "没有文件", "都是电话里说的"])
def test_more_of_an_answer_joins_it(more: str) -> None:
    chat = asked_back()
    chat.says("他们就在群里喊的", more, "送出")
    assert acts(chat) == [Supplement(ONE, f"他们就在群里喊的\n{more}", (), NOON)]


@pytest.mark.parametrize("last", [RECEIPT, None], ids=["just sent", "days later"])
def test_an_answer_after_the_question_was_answered_still_goes_there(
    last: str | None,
) -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,), last_receipt=last)
    chat.says("没有文件", "送出")
    assert acts(chat) == [Supplement(ONE, "没有文件", (), NOON)]


@pytest.mark.parametrize(
    "words", ["有结果了吗", "有人看了没", "没有消息吗", "办到哪了"]
)
def test_a_question_how_it_stands_stays_one(words: str) -> None:
    chat = chat_with(told(ONE, RUNNING), mine=(FORMS,))
    chat.says(words)
    assert chat.step == "story" and acts(chat) == []


def test_who_does_not_want_to_answer_need_not() -> None:
    chat = asked_back()
    assert "不急" in chat.says("不想说") and acts(chat) == []


def test_a_nervous_send_is_no_answer() -> None:
    chat = asked_back()
    chat.says("送出")
    assert chat.talk is None and acts(chat) == []


# ── a supplement before it goes ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", ["不是 我说错了 没有", "说错了，没这回事", "当我没说"]
)
def test_who_takes_it_all_back_is_asked_whether_it_shall_go(words: str) -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "又开始了", words)
    assert chat.step == "drop"
    chat.says("对")
    assert acts(chat) == [] and chat.step == "story"


def test_a_yes_to_what_is_wrong_sends_nothing() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "上个月补了十三次表", "我写错了", "对")
    assert acts(chat) == [] and chat.step == "check"


@pytest.mark.parametrize("yes", ["嗯", "是", "对", "好", "没错", "可以"])
def test_every_plain_yes_sends_alike(yes: str) -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(RECEIPT, "上个月补了十三次表", yes)
    assert acts(chat) == [Supplement(ONE, "上个月补了十三次表", (), NOON)]


# ── where the writing was left ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words", ["刚才说到哪了", "刚才写到哪了", "我写到哪儿了？", "来了"]
)
def test_who_comes_back_to_a_draft_sees_it(words: str) -> None:
    chat = chat_with(told(TWO, RUNNING), mine=(APP,))
    chat.says(CLEAR, words)
    assert chat.step == "preview" and "五次" in chat.screen
    assert "回执码" not in chat.screen


def test_who_looked_in_between_comes_back_to_the_draft() -> None:
    chat = chat_with(told(ONE, RUNNING))
    chat.says(CLEAR, RECEIPT, "刚才写到哪了")
    assert chat.step == "preview" and "五次" in chat.screen


@pytest.mark.parametrize("words", ["从五月份开始的", "每次都要拍照"])
def test_where_a_receipt_is_asked_for_the_draft_below_still_hears(words: str) -> None:
    chat = Chat()
    chat.says(CLEAR, "进度", words)
    assert chat.step == "preview" and words in chat.screen
    chat.says("进度", "送出")
    assert len(chat.filed) == 1


def test_where_nothing_was_written_that_is_said() -> None:
    assert "什么都没留" in Chat().says("刚才写到哪了")


def test_later_is_no_part_of_the_report() -> None:
    chat = Chat()
    screen = chat.says(CLEAR, "明天再说")
    assert "24小时" in screen
    assert "明天再说" not in chat.says("来了")


# ── nobody knows of which case ────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", ["没有", "没再报了", "上周又报了一回", "又反弹了"])
def test_where_the_way_to_the_case_is_gone_the_words_wait(words: str) -> None:
    """31 days after the end nothing leads from a chat to its case any more."""
    chat = chat_with(told(ONE, LOOKED_BACK, state="look_back"))
    screen = chat.says(words)
    assert "认不出是哪一件" in screen and chat.filed == []
    chat.says(RECEIPT)
    if "没" in words:
        assert acts(chat) == [Held(ONE, NOON)]
    else:
        assert chat.step == "rebound" and acts(chat) == []


def test_the_only_case_is_what_again_and_no_more_speak_of() -> None:
    asked = (OpenQuestion(ONE, "look_back", "又反弹了吗？"),)
    story = told(ONE, LOOKED_BACK, state="look_back")
    chat = chat_with(
        story, mine=(MyCase(ONE, "forms", "look_back", "11月20日"),), asked=asked
    )
    chat.says("上周又报了一回")
    assert chat.step == "rebound" and acts(chat) == []


# ── asked in between ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("那边咋说", "办理中"),
        ("要是没用呢", "督办"),
        ("那我找谁", "12345"),
        ("我能申诉吗", "申诉"),
        ("那你背首诗", "我不会"),
        ("一般般", "办结后会请您评"),
    ],
)
def test_what_is_asked_under_a_story_is_answered(words: str, answer: str) -> None:
    chat = chat_with(told(ONE, RUNNING))
    assert answer in chat.says(RECEIPT, words)
    assert chat.step == "story" and acts(chat) == []
