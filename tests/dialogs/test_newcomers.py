"""What newcomers typed when they first played the hotline: nothing is sent, thrown away
or spoilt by a nod; plain facts are taken in; who wants to go on goes on.
"""

from __future__ import annotations

import pytest

from tests.dialogs.chat import Chat

FORMS = "街道要我们同一份台账每周报五次"


def chat_with(*words: str) -> Chat:
    chat = Chat()
    chat.says(*words)
    return chat


def told(chat: Chat) -> list[str]:
    return [message.name for message in chat.messages]


def text_of(chat: Chat) -> str:
    return str(chat.draft.answers.text)


# ── a nod answers what was said last ──────────────────────────────────────────────────


@pytest.mark.parametrize("nod", ["好", "嗯", "好的", "是的", "ok"])
@pytest.mark.parametrize(
    "before",
    [("先存着",), ("我再想想",), ("会不会查到我",), ("外面打起来了", "打了")],
    ids=["kept", "hesitates", "asked", "emergency"],
)
def test_a_nod_sends_and_deletes_nothing(before: tuple[str, ...], nod: str) -> None:
    chat = chat_with(FORMS, *before, nod)
    assert not chat.filed
    assert text_of(chat) == FORMS


@pytest.mark.parametrize("nod", ["好", "嗯", "可以了", "没问题"])
def test_a_nod_to_the_preview_sends(nod: str) -> None:
    assert chat_with(FORMS, nod).filed


def test_the_preview_that_was_asked_for_again_can_be_nodded_to() -> None:
    """After an answer a nod brings the preview back, and the next one sends."""
    chat = chat_with(FORMS, "会不会查到我", "好")
    assert told(chat) == ["preview"]
    chat.says("好")
    assert chat.filed


@pytest.mark.parametrize("before", ["先存着", "我再想想", "算了"])
@pytest.mark.parametrize(
    "words", ["继续", "接着写", "还是说吧", "还是报吧", "想接着写", "接着说"]
)
def test_who_goes_on_is_back_at_the_draft(before: str, words: str) -> None:
    chat = chat_with(FORMS, before, words)
    assert told(chat)[-1] == "preview"
    assert text_of(chat) == FORMS


# ── plain facts ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fact",
    [
        "有快半年了",
        "快半年了",
        "半年多了",
        "已经三个月了",
        "上个月报了二十次",
        "就我一个人干",
        "得我一个人做",
        "每次要俩小时",
        "两个钟头起步",
        "有截图",
        "大概去年三月吧",
        "好像从去年国庆以后",
        "14本",
    ],
)
def test_a_plain_fact_is_taken_in_unasked(fact: str) -> None:
    chat = chat_with(FORMS, fact)
    assert text_of(chat) == f"{FORMS}\n{fact}"
    assert told(chat) == ["preview"]


def test_ten_short_lines_are_one_report() -> None:
    lines = ("又要填", "台账", "每天", "街道", "民政办", "三份", "半年了")
    chat = chat_with(*lines)
    assert text_of(chat).split("\n") == [*lines]
    answers = chat.draft.answers
    assert (answers.unit, answers.when) == ("民政办", "每天")


def test_what_is_not_understood_can_be_written_in_by_one_tap_or_word() -> None:
    chat = chat_with(FORMS, "一样的")
    assert [button.choice for button in chat.messages[0].buttons] == ["write_in"]
    chat.says("写进去")
    assert text_of(chat) == f"{FORMS}\n一样的"


def test_english_facts_and_questions() -> None:
    chat = chat_with(
        "The subdistrict office makes us fill the same form every week",
        "about half a year now",
        "only me doing it",
        "it takes two hours each time",
    )
    assert text_of(chat).count("\n") == 3
    assert chat.draft.answers.unit == "subdistrict office"
    chat.says("who will see it")
    assert told(chat)[0] == "about.who_sees"
    chat.says("ok send it")
    assert chat.filed


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("my colleague collapsed and is not breathing", "120"),
        ("there is a gas leak in our office", "119"),
        ("a man with a knife is in the hall", "110"),
        ("I don't want to live any more", "12356"),
    ],
)
def test_an_emergency_in_english(words: str, number: str) -> None:
    assert told(chat_with(words)) == [f"emergency.{number}"]


@pytest.mark.parametrize("words", ["can I write in english", "it is killing us"])
def test_english_that_is_no_emergency(words: str) -> None:
    assert not told(chat_with(words))[0].startswith("emergency")


# ── corrections take the right words ──────────────────────────────────────────────────


def test_a_frequency_and_a_beginning_do_not_replace_each_other() -> None:
    chat = chat_with("街道要求网格员每天上报事件5条", "去年", "大概去年三月吧")
    assert text_of(chat).startswith("街道要求网格员每天上报事件5条")


def test_only_what_is_denied_is_replaced() -> None:
    chat = chat_with(FORMS, "不是每周 是每天")
    assert text_of(chat) == "街道要我们同一份台账每天报五次"
    assert chat.draft.answers.when == "每天报五次"


@pytest.mark.parametrize(
    ("first", "words", "text"),
    [
        (
            "大桥社区每个月要报15条信息，从3月开始",
            "是20条不是15条",
            "大桥社区每个月要报20条信息，从3月开始",
        ),
        (
            "大桥社区每个月要报15条信息，从3月开始",
            "3月不对 应该是5月",
            "大桥社区每个月要报15条信息，从5月开始",
        ),
        (
            "镇里天天要我们巡三遍，一天三道表要报",
            "不是一天三道 是四道 晚上九点还有一道",
            "镇里天天要我们巡三遍，一天四道表要报\n晚上九点还有一道",
        ),
        (
            "镇里让我们开会，一共12个人",
            "8是12个人 是15个人",
            "镇里让我们开会，一共15个人",
        ),
        ("镇里要求每月写5篇信息", "把5篇改成8篇", "镇里要求每月写8篇信息"),
    ],
)
def test_wrong_and_right_are_swapped(first: str, words: str, text: str) -> None:
    assert text_of(chat_with(first, words)) == text


def test_only_the_field_is_said_to_be_wrong() -> None:
    chat = chat_with(FORMS, "单位写错了")
    assert chat.step == "unit"
    chat.says("区民政局")
    assert chat.draft.answers.unit == "区民政局"


def test_people_are_left_out_in_words() -> None:
    chat = chat_with("大桥社区每个月要报15条信息，12个人轮着写", "12个人也别写了")
    assert "12个人" not in text_of(chat)


def test_not_yet_is_kept_and_what_is_announced_is_heard() -> None:
    assert told(chat_with(FORMS, "先不交")) == ["cancel.kept"]
    assert told(chat_with(FORMS, "对了")) == ["say_it"]


@pytest.mark.parametrize("words", ["不对", "不是", "错了"])
def test_a_no_is_no_value(words: str) -> None:
    chat = chat_with("区卫健局要我们社区每周报三次排查表", words)
    answers = chat.draft.answers
    assert words not in (answers.unit, answers.place, answers.when)
    assert words not in text_of(chat)


def test_more_words_at_the_text_do_not_replace_it() -> None:
    chat = chat_with(FORMS, "返回", "每次要俩小时")
    assert text_of(chat) == f"{FORMS}\n每次要俩小时"
    assert told(chat) == ["text.added", "preview"]
    chat = chat_with(FORMS, "改文字", "街道要我们同一份台账每周报三次")
    assert text_of(chat) == "街道要我们同一份台账每周报三次"


@pytest.mark.parametrize("words", ["别写扣钱的事", "不要写扣钱的事", "把扣钱的事去掉"])
def test_what_is_to_be_left_out_is_never_written_in(words: str) -> None:
    chat = chat_with("街道平安办因为群里没及时回收到通报我", "扣了两百块绩效", words)
    assert words not in text_of(chat) and "扣钱的事" not in text_of(chat)


def test_an_office_that_is_not_to_be_named_is_taken_out() -> None:
    first = "我们镇党政办要求每周写三篇信息"
    chat = chat_with(first, "能不能不写党政办")
    assert text_of(chat) == "我们镇要求每周写三篇信息"


@pytest.mark.parametrize("chip", ["unit", "place", "when"])
@pytest.mark.parametrize("words", ["不知道", "没有", "不想写", "记不清了"])
def test_a_field_is_left_out_in_words(chip: str, words: str) -> None:
    chat = chat_with(FORMS)
    chat.presses(chip)
    chat.says(words)
    assert chat.step == "preview"
    assert getattr(chat.draft.answers, chip) is None


# ── after an emergency ────────────────────────────────────────────────────────────────


def test_a_report_after_despair_is_taken() -> None:
    chat = chat_with("我真的不想活了", "没事 就是说说", FORMS)
    assert told(chat) == ["preview"]
    assert text_of(chat) == FORMS


@pytest.mark.parametrize("words", ["没事 就是说说", "没事 开玩笑的", "我没事了"])
def test_a_false_alarm_is_met_with_care_and_not_written_in(words: str) -> None:
    chat = chat_with(FORMS, "打起来了", words)
    assert told(chat)[0] == "care.over" and text_of(chat) == FORMS
    chat.says("继续")
    assert told(chat) == ["preview"]


@pytest.mark.parametrize("words", ["我们四个人轮着来", "气得我血压都高了"])
def test_a_way_of_speaking_is_no_emergency(words: str) -> None:
    chat = chat_with(FORMS, words)
    assert not told(chat)[0].startswith("emergency")


@pytest.mark.parametrize(
    "words", ["血压都高了 人晕倒了", "楼上跳广场舞的老太太喘不上气倒下了"]
)
def test_danger_beside_it_is_one(words: str) -> None:
    assert told(chat_with(FORMS, words)) == ["emergency.120"]


def test_neighbours_who_dance_are_no_danger() -> None:
    assert not told(chat_with("楼上天天半夜跳广场舞"))[0].startswith("emergency")


@pytest.mark.parametrize("words", ["打了 在路上", "打过了 救护车快到了"])
def test_who_called_is_not_told_to_call_again(words: str) -> None:
    chat = chat_with(FORMS, "小周倒了 喊他不应", words)
    assert told(chat) == ["care.called"] and text_of(chat) == FORMS


def test_what_a_unit_is_not_is_no_value() -> None:
    chat = chat_with("区卫健局要我们社区每周报三次排查表", "不是卫健局")
    assert chat.step == "unit"
    chat.says("民政局")
    assert chat.draft.answers.unit == "民政局"


@pytest.mark.parametrize("words", ["中不中", "行不行", "可以吗"])
def test_whether_it_will_do_is_no_text(words: str) -> None:
    chat = chat_with(FORMS, words)
    assert told(chat)[0] == "preview.again" and text_of(chat) == FORMS
    assert not chat.filed
