"""The reporter's dialog, as a reporter meets it."""

from __future__ import annotations

from enum import Enum

import pytest

from dialogs.case.rules import Rules
from dialogs.catalogue import DIALOGS
from dialogs.engine import Dialogs
from dialogs.report.dialog import REPORT
from dialogs.status.dialog import STATUS
from dialogs.talk import Answers, DeadEnd, Dialog, Step
from dialogs.texts import CHINESE
from dialogs.words import (
    Button,
    DropPictures,
    File,
    Found,
    Look,
    Message,
    Pressed,
    ReceiptSaved,
    RulesInForce,
    Wipe,
)
from tests.dialogs.chat import NOON, RECEIPT, Chat


class Short(Enum):
    ONLY = "only"


def short_report() -> Dialog[Answers]:
    """A newer definition of the same dialog, with another only step."""
    step: Step[Answers] = Step(
        Short.ONLY,
        title="一步",
        name="welcome",
        ask=CHINESE["welcome"],
        again=CHINESE["welcome.again"],
    )
    return Dialog(
        name="report",
        version=2,
        title="更短的反映",
        opens_chat=True,
        states=Short,
        transitions=[],
        steps=[step],
        answers=Answers,
    )


CLEAR = "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678"
NO_CATEGORY = "他们天天搞我们"
RESIDENT = "我家楼上漏水，物业不管，请帮忙协调"


def test_a_clear_sentence_is_filed_with_two_messages() -> None:
    """Sentence, preview, sent: no question between."""
    chat = Chat()
    assert "王芳" not in chat.says(CLEAR).split("类别")[0]
    assert chat.step == "preview"
    screen = chat.says("送出")
    assert RECEIPT in screen
    [filed] = chat.filed
    assert (filed.category, filed.unit, filed.follow) == ("forms", "街道", "here")
    assert filed.text == "街道要求我们社区同一份台账每周报五次，联系人[姓名][电话]"


def test_nothing_is_filed_before_the_reporter_says_send() -> None:
    chat = Chat()
    chat.says("/start", CLEAR, "单位", "某街道办", "返回", "帮助", "我再看一眼")
    assert chat.filed == []


def test_a_unit_named_only_later_is_taken_too_unless_it_was_left_out_by_hand() -> None:
    """Who greets first, or adds a sentence, need not fill in by hand what
    stands there.
    """
    chat = Chat()
    chat.says("你好", "仍要反映", CLEAR, "送出")
    other = Chat()
    other.says("同一份台账每周报五次", "单位", "不写", "是街道要求的", "送出")
    assert [one.filed[0].unit for one in (chat, other)] == ["街道", None]


def test_at_most_one_question_stands_before_the_preview() -> None:
    chat = Chat()
    chat.says(NO_CATEGORY)
    assert chat.step in ("category", "signpost")
    chat.says("1")
    assert chat.step == "preview"


@pytest.mark.parametrize("words", ["会议", "台账", "就是检查的事", "說說開會"])
def test_who_only_names_a_kind_is_asked_what_of_it_weighs(words: str) -> None:
    """One easy question, no preview; then the preview holds both."""
    chat = Chat()
    chat.says(words)
    assert chat.step == "facts"
    chat.says("上个月街道叫我们弄了十三次")
    assert chat.step == "preview"
    chat.says("送出")
    assert chat.filed[0].text.startswith(f"{words}\n上个月")


def test_who_names_a_kind_may_leave_it_at_that_or_leave() -> None:
    chat = Chat()
    chat.says("会议", "就这一句")
    assert chat.step == "preview"
    other = Chat()
    other.says("会议", "返回", "表")
    assert other.step == "facts"
    assert "会议" not in other.messages[-1].params["kind"]


def test_what_tells_something_is_shown_at_once() -> None:
    chat = Chat()
    chat.says("开会太多，一周九次")
    assert chat.step == "preview"


def test_the_talk_is_gone_once_it_is_filed() -> None:
    chat = Chat()
    chat.says(CLEAR, "送出")
    assert chat.talk is None
    assert any(isinstance(action, Wipe) for action in chat.last)


def test_who_only_looks_leaves_no_draft() -> None:
    chat = Chat()
    chat.says("/start", "帮助")
    assert chat.talk is None


def test_out_of_scope_is_signposted_and_can_still_be_filed_with_one_tap() -> None:
    chat = Chat()
    assert "12345" in chat.says(RESIDENT)
    chat.says("仍要反映")
    assert chat.step == "preview"
    chat.says("送出")
    assert chat.filed[0].signpost == "12345"
    assert "漏水" in chat.filed[0].text


def test_an_emergency_always_shows_the_number_and_keeps_the_text() -> None:
    chat = Chat()
    assert "119" in chat.says("网格里着火了火很大快来人")
    assert chat.mark == "", "no question stands beside it"
    chat.presses("write_in")
    chat.says("仍要反映")
    assert "着火" in chat.messages[-1].params["masked"]


def test_say_it_differently_begins_anew() -> None:
    chat = Chat()
    chat.says(RESIDENT, "换个说法", CLEAR)
    assert chat.step == "preview"
    assert "漏水" not in chat.screen


def test_more_words_at_the_preview_are_added() -> None:
    chat = Chat()
    chat.says(CLEAR, "而且每次都要拍照上传")
    assert "五次" in chat.screen and "拍照上传" in chat.screen


@pytest.mark.parametrize(
    ("chip", "answer", "shown"),
    [
        ("单位", "某区民政局", "责任单位：某区民政局"),
        ("单位", "民政局王主任", "责任单位：民政局[姓名]主任"),
        ("地点", "不写", "地点：未填"),
        ("时间频次", "每周都有", "时间频次：每周都有"),
        ("时间频次", "三月起每天两回", "时间频次：三月起每天两回"),
        ("进展方式", "只凭回执码查", "进展：只凭回执码查"),
        ("类别", "更多类别", "会议过多过长"),
        ("改文字", "村里要开二十种证明", "二十种证明"),
    ],
)
def test_every_chip_can_be_filled_in(chip: str, answer: str, shown: str) -> None:
    chat = Chat()
    chat.says(CLEAR, chip, answer)
    assert shown in chat.screen


def test_leaving_the_fine_place_out_hides_it_in_the_text_too() -> None:
    chat = Chat()
    chat.says("清河街道要求银杏社区每天上报二十条一级事件", "地点", "不写")
    assert "银杏社区" not in chat.messages[-1].params["masked"]
    chat.says("送出")
    assert "银杏社区" not in repr(chat.filed)


def test_a_mask_is_lifted_and_another_added() -> None:
    chat = Chat()
    chat.says(CLEAR, "遮挡", "1", "五次", "好了", "送出")
    assert (
        chat.filed[0].text == "街道要求我们社区同一份台账每周报[已遮]，联系人王芳[电话]"
    )


def test_what_was_lifted_stays_lifted_when_words_are_added() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.presses("mask:0")
    chat.says("又加了一句")
    assert "王芳" in chat.messages[-1].params["masked"]


def test_words_to_be_hidden_are_heard_whatever_the_draft_says() -> None:
    """The draft stands below the question, and is no part of it."""
    chat = Chat()
    chat.says("县里要求全村下载三个APP，每天打卡，联系人13812345678", "遮挡")
    assert "县里要求[已遮]下载三个APP" in chat.says("全村")


def test_hiding_part_of_a_mask_never_shows_the_rest() -> None:
    chat = Chat()
    chat.says(CLEAR)
    start = CLEAR.index("王芳")
    chat.presses(f"hide:{start - 1}-{start + 1}")
    masked = chat.messages[-1].params["masked"]
    assert "王" not in masked and "芳" not in masked


@pytest.mark.parametrize(
    "nonsense",
    ["mask:99", "mask:x", "hide:5-2", "hide:0-99999", "hide:", "is:nothing", "fly"],
)
def test_a_forged_button_changes_nothing(nonsense: str) -> None:
    chat = Chat()
    chat.says(CLEAR)
    before = chat.messages[-1].params["masked"]
    chat.presses(nonsense)
    assert chat.messages[-1].params["masked"] == before


def test_a_stale_button_shows_the_open_step_again() -> None:
    chat = Chat()
    chat.says(CLEAR)
    old = chat.mark
    chat.says("单位")
    screen = chat.presses("send", old)
    assert "过去了" in screen and chat.step == "unit" and chat.filed == []


def test_a_button_of_an_earlier_draft_does_not_send_a_later_one() -> None:
    chat = Chat()
    chat.says(CLEAR)
    old = chat.mark
    chat.says("送出", "社区被要求挂二十块牌子")
    chat.presses("send", old)
    assert len(chat.filed) == 1


def test_cancel_says_what_is_discarded_and_asks_once() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.shows()
    assert f"文字{len(CLEAR)}字、图片1张" in chat.says("取消")
    chat.says("不，继续写")
    assert chat.step == "preview"
    chat.says("取消", "放弃")
    assert chat.talk is None
    assert DropPictures(("ab" * 16,)) in chat.last


def test_help_returns_to_the_same_step() -> None:
    chat = Chat()
    chat.says(CLEAR, "单位", "帮助")
    assert chat.step == "unit"
    assert "哪个单位" in chat.screen


def test_start_in_the_middle_keeps_the_draft() -> None:
    chat = Chat()
    chat.says(CLEAR, "/start")
    assert chat.step == "preview" and "没送出" in chat.screen


def test_the_language_switch_shows_the_same_step_in_english_and_back() -> None:
    chat = Chat()
    chat.says(CLEAR, "English")
    assert "Please take one look" in chat.screen
    assert "这就是要送出的内容" in chat.says("中文")
    chat.says("English", "Send")
    assert chat.filed[0].lang == "en" and "[姓名]" in chat.filed[0].text


def test_a_picture_before_the_first_word_waits_for_it() -> None:
    chat = Chat()
    chat.shows()
    chat.says(CLEAR)
    assert len(chat.messages[-1].params["pictures"]) == 1
    chat.says("送出")
    assert chat.filed[0].pictures == ("ab" * 16,)


def test_an_edited_picture_takes_the_place_of_the_old_one() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.shows("aa" * 16)
    chat.shows("bb" * 16, replaces="aa" * 16)
    assert DropPictures(("aa" * 16,)) in chat.last
    chat.says("送出")
    assert chat.filed[0].pictures == ("bb" * 16,)


def test_a_seventh_picture_is_declined_and_dropped() -> None:
    chat = Chat()
    chat.says(CLEAR)
    for number in range(7):
        chat.shows(f"{number:032x}")
    assert DropPictures((f"{6:032x}",)) in chat.last
    assert "最多放6张" in chat.screen


def test_what_we_do_not_take_is_explained_and_the_step_stays() -> None:
    chat = Chat()
    chat.says(CLEAR)
    assert "文字" in chat.sends("voice")
    assert chat.step == "preview"


def test_too_long_a_text_is_told_so_and_nothing_is_lost() -> None:
    chat = Chat()
    chat.says(CLEAR, "很" * 6000)
    assert "超过5000字" in chat.screen and chat.step == "preview"
    assert "五次" in chat.screen


def test_a_draft_is_reminded_in_neutral_words_and_expires() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.shows()
    reminder = chat.rings("remind")
    assert not any(word in reminder for word in ("专线", "反映", "台账", "减负"))
    chat.rings("expire")
    assert chat.talk is None and DropPictures(("ab" * 16,)) in chat.last


def test_saved_hides_the_receipt() -> None:
    chat = Chat()
    chat.says(CLEAR, "送出")
    chat.presses("saved", "")
    assert ReceiptSaved() in chat.last


def test_the_receipt_is_the_only_secret_message() -> None:
    chat = Chat()
    chat.says(CLEAR)
    chat.says("送出")
    assert [message.name for message in chat.messages if message.secret] == ["filed"]


def test_a_draft_begun_under_an_older_definition_is_finished_under_it() -> None:
    """A new version stands beside the old one; drafts name theirs."""
    chat = Chat()
    chat.says(CLEAR)
    draft = DIALOGS.store(chat.draft)
    newer = Dialogs(short_report(), REPORT, STATUS)
    assert newer.first.version == 2
    old = newer.load(draft)
    assert (old.dialog.version, old.answers.text) == (1, CLEAR)
    press = Pressed("send", old.open_mark, NOON)
    [look] = newer.receive(old, press)
    assert isinstance(look, Look)
    known = {look.query: RECEIPT, RulesInForce(): Rules.default()}
    actions = newer.receive(old, Found(press, known))
    assert any(isinstance(action, File) for action in actions)


def test_every_state_that_can_be_reached_has_its_step_or_ends_the_talk() -> None:
    for dialog in DIALOGS.all.values():
        without = {state for state in dialog.states if state not in dialog.step_of}
        assert without == set(dialog.ends)


def test_every_step_has_a_way_out_by_the_table() -> None:
    for dialog in DIALOGS.all.values():
        for state in dialog.step_of:
            sources = [
                state.name in event.transitions
                for event in dialog.machine.events.values()
            ]
            assert any(sources), state


def test_messages_survive_the_outbox_as_they_are() -> None:
    from dialogs.message_json import message_from_json, message_to_json

    message = Message(
        "preview", {"masked": "x"}, (Button("send", "b.send"),), "m1", "en", True
    )
    assert message_from_json(message_to_json(message)) == message


def test_a_dead_end_is_an_error_that_names_states_only() -> None:
    lost = Chat().newborn()
    with pytest.raises(DeadEnd, match=r"report@1: fly leads nowhere from start"):
        lost.move("fly")


@pytest.mark.parametrize(
    "said",
    [
        "（转发的聊天记录，共37条）",
        "[聊天记录]",
        "[Chat History]",
        "群聊天记录",
        "[图片]",
    ],
)
def test_what_stands_for_a_record_is_no_report(said: str) -> None:
    """A messenger wrote it in the place of what did not come along: one sentence is
    asked for, and nothing of it gets into the draft.
    """
    chat = Chat()
    assert "这里打不开。请用一句话说说" in chat.says(said)
    chat.says(CLEAR)
    before = chat.messages[-1].params["masked"]
    chat.says(said)
    assert chat.messages[-1].params["masked"] == before


def test_words_about_a_record_are_words() -> None:
    chat = Chat()
    chat.says("街道让我们每天把聊天记录截图报上去")
    assert "聊天记录" in chat.messages[-1].params["masked"]
