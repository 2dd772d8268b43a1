"""Somebody is in danger, at any step: the number comes first and alone, care follows,
and what was being written waits.
"""

from __future__ import annotations

import pytest

from dialogs.looks import kind_of
from dialogs.texts import CHINESE
from tests.dialogs.chat import Chat

FIRST = "街道办要求我们每周报五次同一份台账，每次都要拍照留痕"
WAYS = {  # how a step of the report is reached
    "start": (),
    "preview": (FIRST,),
    "unit": (FIRST, "单位"),
    "place": (FIRST, "地点"),
    "when": (FIRST, "时间频次"),
    "pictures": (FIRST, "图片"),
    "follow": (FIRST, "进展方式"),
    "masks": (FIRST, "遮挡"),
    "text": (FIRST, "改文字"),
    "hold": (FIRST, "晚点交"),
    "keep_from": (FIRST, "不给谁看"),
    "cancel": (FIRST, "取消"),
    "category": (FIRST, "类别"),
    "signpost": ("楼上邻居天天半夜装修吵得睡不着，12345打了没人管",),
}
DANGERS = {
    "小周倒了 喊他不应 手冰凉": "120",
    "开会时有人胸痛大汗": "120",
    "检查组刚走，王姐在办公室昏过去了": "120",
    "楼道里好大一股煤气味，我先敲门还是先打电话": "119",
    "有个居民站在楼顶要跳楼": "110",
    "不想活了": "12356",
}
NO_DANGER = (
    "有人看了吗",
    "请放心，已经在办了",
    "防火台账又要重填一遍",
    "消防演练拍了三百张照片",
    "这个月写了119项材料",
    "死亡证明要不要社区开",
    "忙得要死，表格催命一样",
    "上个月救人的事迹材料改了七遍",
)


def at(step: str) -> Chat:
    """A chat that stands at this step."""
    chat = Chat()
    chat.says(*WAYS[step])
    assert (chat.step or "start") == step
    return chat


@pytest.mark.parametrize("step", WAYS)
@pytest.mark.parametrize(("words", "number"), DANGERS.items())
def test_the_number_is_first_and_alone(step: str, words: str, number: str) -> None:
    """One message with the number and what to do; no question, no other button but the
    one that writes the words in. The step stays where it was, nothing is filed.
    """
    chat = at(step)
    before = chat.talk.answers if chat.talk else None
    chat.says(words)
    (message,) = chat.messages
    assert message.name == f"emergency.{number}"
    assert kind_of(message.name) == "emergency"
    assert {button.choice for button in message.buttons} <= {"write_in"}
    assert number in chat.screen.splitlines()[0]
    assert chat.filed == []
    assert chat.draft.state.value == step
    if before is not None:
        assert chat.draft.answers == before


@pytest.mark.parametrize("step", ["start", "preview", "category"])
@pytest.mark.parametrize("words", NO_DANGER)
def test_false_alarms_cost_trust(step: str, words: str) -> None:
    chat = at(step)
    chat.says(words)
    assert not any(name.startswith("emergency") for name in names(chat))


def names(chat: Chat) -> list[str]:
    return [message.name for message in chat.messages]


def test_journey_6_as_it_is_played() -> None:
    """先救人: the report begun, the fall, the call, the good news, and on."""
    chat = Chat()
    chat.says("我们社区为了周六的验收已经连熬了四个通宵")
    chat.says("等等")
    chat.says("小周倒了 喊他不应 手冰凉")
    assert names(chat) == ["emergency.120"]
    chat.says("打了打了 在来的路上")
    assert names(chat) == ["care.called"]
    chat.says("人送医院了，醒了，医生说是低血糖加累的")
    assert names(chat) == ["care.over"]
    screen = chat.says("报。四个通宵，就为了一张样板墙，是街道创建办盯的")
    assert "四个通宵，就为了一张样板墙" in screen
    assert "责任单位：街道创建办" in screen
    assert "小周" not in screen and "医院" not in screen
    assert names(chat)[-1] == "preview"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("打了", "care.called"),
        ("救护车来了", "care.called"),
        ("好的谢谢", "care.called"),
        ("没事了，虚惊一场", "care.over"),
        ("火扑灭了", "care.over"),
        ("没抢救过来", "care.grief"),
        ("人没了", "care.grief"),
    ],
)
def test_what_follows_is_met_with_care(words: str, answer: str) -> None:
    """One kind sentence; the draft is not pushed at anybody, and one tap leads back."""
    chat = at("preview")
    chat.says("小周倒了 喊他不应 手冰凉")
    chat.says(words)
    assert names(chat) == [answer]
    chat.presses("resume", mark="")
    assert FIRST in chat.screen


def test_without_a_draft_nothing_is_offered_to_go_on_with() -> None:
    chat = at("start")
    chat.says("有人触电倒地了")
    chat.says("没事了，缓过来了")
    assert names(chat) == ["care.over_empty"]


def test_who_tells_more_than_a_word_can_have_it_written_in() -> None:
    """Words are never lost: the long good news has a button, and it does what it
    says.
    """
    chat = at("preview")
    chat.says("小周倒了 喊他不应 手冰凉")
    told = "人送医院了，醒了，医生说是连着四天没睡加低血糖，要他住院观察"
    chat.says(told)
    assert [button.choice for button in chat.messages[0].buttons] == [
        "resume",
        "write_in",
    ]
    screen = chat.presses("write_in", mark="")
    assert told in screen and FIRST in screen


def test_despair_is_listened_to() -> None:
    """Warm words and 12356; more of it is answered with care, and is no report."""
    chat = at("start")
    chat.says("不想活了")
    assert "12356" in chat.screen
    chat.says("天天被骂，写材料写到凌晨，撑着没意思")
    assert names(chat)[0] in ("care.heard", "emergency.12356")
    assert chat.filed == []


def test_a_second_alarm_is_sounded_again() -> None:
    chat = at("preview")
    chat.says("小周倒了 喊他不应 手冰凉")
    chat.says("门口有人拿着刀要砍人")
    assert names(chat) == ["emergency.110"]


def test_every_alarm_tells_its_number_first() -> None:
    for number in ("120", "119", "110", "12356"):
        first = CHINESE[f"emergency.{number}"].splitlines()[0]
        assert number in first


def test_who_goes_on_with_the_report_after_a_dark_night_is_heard() -> None:
    chat = Chat()
    chat.says("街道天天要我们填表填到两点", "我不想活了，真的", "没事，就是说说")
    screen = chat.says("昨晚的事接着说吧，是助残系统，一户十一张表")
    assert "是助残系统，一户十一张表" in screen
    assert "接着说吧" not in screen


def test_the_number_stands_before_what_was_in_doubt() -> None:
    chat = Chat()
    chat.says("我们社区每周报五次台账", "二十次")
    chat.says("小周倒了 喊他不应 手冰凉")
    assert names(chat)[0] == "emergency.120"
