"""Arbitrary input: never silent, never stuck, nothing filed unasked, no state without a
way out.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.channels.port import heard
from dialogs.catalogue import DIALOGS
from dialogs.engine import StoredTalk
from dialogs.words import File, MyCase, OpenQuestion, Say
from tests.dialogs.chat import NOON, RECEIPT, Chat, StoryStub

SENTENCES = st.sampled_from(
    [
        "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678",
        "清河街道银杏社区又要挂三块牌子",
        "他们天天搞我们",
        "我家楼上漏水，物业不管",
        "着火了快来人",
        "谢谢",
        "加微信领红包",
        "/start",
        "/status",
        "取消",
        "返回",
        "帮助",
        "English",
        "回执码",
        "我已保存",
        "别再提醒",
        "没解决",
        "又反弹了",
        "没有反弹",
        "跟进设置",
        "送出",
        RECEIPT,
        RECEIPT[:-1] + "?",
        f"{RECEIPT}，上周五又让我们补报三份表",
        f"{RECEIPT[:-1]}9，上周五又让我们补报三份表",
        "更正：不是上周，是上上周五",
        "呵呵",
        "换了个名字而已",
        "又开始要报了",
        "没再来要过",
        "我申请撤回这件",
        "县考核办的人不要让他们看到",
        "先放几天再交",
        "领导开会说是我告的状，被穿小鞋了",
        "扣钱的那个自己不敢说",
        "口头的，在会上讲的",
        "下午再说，在入户",
        "有人看了吗",
        "留一份",
        "可以了",
        "第一张图不要了",
        "另外一件，区里要我们背答案教居民说",
        "顾小满 查一下",
        "小周倒了 喊他不应 手冰凉",
        "1",
        "2",
        "12",
        "0",
        "-1",
        "",
        " ",
        "{masked}",
        "{0}",
        "%s",
        "\x00",
        "很" * 5001,
    ]
)
CAN = (
    "answer",
    "supplement",
    "held",
    "rebound",
    "rate",
    "satisfied",
    "reopen",
    "settings",
    "hush",
    "forget",
    "withdraw",
    "keep_from",
    "release",
    "confirm",
)
QUESTIONS: tuple[OpenQuestion, ...] = (
    OpenQuestion("aa" * 16, "callback", "问题解决了吗？"),
    OpenQuestion("bb" * 16, "question", "是口头要求还是有文件？"),
    OpenQuestion("aa" * 16, "look_back", "又反弹了吗？"),
)
CASES = (
    MyCase("aa" * 16, "forms", "closed", "11月20日"),
    MyCase("bb" * 16, "other", "filed", "11月21日"),
)


class AnyInput(RuleBasedStateMachine):
    """One chat that gets anything at all."""

    def __init__(self) -> None:
        super().__init__()
        stories = {case.report: StoryStub(case.report, CAN) for case in CASES}
        self.chat = Chat(stories=stories, by_receipt={RECEIPT: CASES[0].report})
        self.pictures = 0
        self.marks = [""]
        self.agreed = 0  # times "send" was pressed or typed at a preview

    def preview(self) -> bool:
        return (
            self.chat.talk is not None
            and self.chat.talk.dialog.name == "report"
            and self.chat.step == "preview"
        )

    @rule(words=SENTENCES | st.text(max_size=60))
    def says(self, words: str) -> None:
        self.agreed += self.preview()
        self.chat.says(words)

    @rule(data=st.data())
    def presses_what_is_offered(self, data: st.DataObject) -> None:
        buttons = [
            button.choice
            for message in self.chat.messages[-1:]
            for button in message.buttons
        ]
        if buttons:
            self.agreed += self.preview()
            self.chat.presses(data.draw(st.sampled_from(buttons)))

    @rule(
        choice=st.sampled_from(
            [
                *sorted(DIALOGS.commands),
                "mask:0",
                "hide:0-3",
                "unpicture:x",
                "is:forms",
                "case:1",
                "wish:later",
            ]
        )
        | st.text(max_size=20),
        data=st.data(),
    )
    def presses_anything(self, choice: str, data: st.DataObject) -> None:
        self.agreed += self.preview()
        self.chat.presses(
            choice, data.draw(st.sampled_from([self.chat.mark, *self.marks[-3:]]))
        )

    @rule(
        verb=st.sampled_from(sorted(DIALOGS.pushes)),
        handle=st.sampled_from([*(case.report for case in CASES), "c" * 32, "c", ""]),
    )
    def answers_a_push(self, verb: str, handle: str) -> None:
        """However late, twice, or in another chat than the one it came to."""
        self.chat.presses(f"{verb}:{handle}", "")

    @rule(words=SENTENCES, report=st.sampled_from(CASES))
    def replies_to_a_push(self, words: str, report: MyCase) -> None:
        self.agreed += self.preview()
        self.chat.take(replace(heard(words, NOON), reply=report.report))

    @rule()
    def looks_a_case_up(self) -> None:
        self.agreed += self.preview()
        self.chat.says(RECEIPT)

    @rule()
    def shows_a_picture(self) -> None:
        self.pictures += 1
        self.chat.shows(f"{self.pictures:032x}")

    @rule(
        why=st.sampled_from(
            ["file", "too_large", "broken", "voice", "sticker", "empty"]
        )
    )
    def sends_what_we_do_not_take(self, why: str) -> None:
        self.chat.sends(why)

    @precondition(lambda self: self.chat.talk is not None)
    @rule(bell=st.sampled_from(["remind", "expire"]))
    def rings(self, bell: str) -> None:
        self.chat.rings(bell)
        if bell == "expire":
            assert self.chat.talk is None

    @rule(
        several=st.sampled_from([(), CASES[:1], CASES]),
        known=st.sampled_from([(), CASES[:1], CASES]),
        can=st.sets(st.sampled_from(CAN)),
        state=st.sampled_from(["filed", "assigned", "closed", "declined", "kept_back"]),
        questions=st.sampled_from([(), ("几次？",), ("几次？", "谁说的？")]),
    )
    def the_world_changes(
        self,
        several: tuple[MyCase, ...],
        known: tuple[MyCase, ...],
        can: set[str],
        state: str,
        questions: tuple[str, ...],
    ) -> None:
        """Cases are filed and forgotten elsewhere; what they allow changes."""
        self.chat.mine = several
        may = tuple(sorted(can))
        self.chat.stories = {
            case.report: StoryStub(case.report, may, state=state, questions=questions)
            for case in known
        }

    @rule(
        asked=st.lists(st.sampled_from(QUESTIONS), max_size=3, unique=True),
        just_filed=st.booleans(),
    )
    def the_hotline_asks(self, asked: list[OpenQuestion], just_filed: bool) -> None:
        self.chat.asked = tuple(asked)
        self.chat.last_receipt = RECEIPT if just_filed else None

    @invariant()
    def never_silent(self) -> None:
        if self.chat.last:
            assert (
                any(isinstance(action, Say) for action in self.chat.last)
                or self.chat.talk is None
            )
            assert all(message.name for message in self.chat.messages)
        self.marks.append(self.chat.mark)

    @invariant()
    def never_stuck(self) -> None:
        """Where the talk stands there is a step that offers a button or listens, and
        the table leads out.
        """
        if self.chat.talk is None:
            return
        talk = DIALOGS.load(DIALOGS.store(self.chat.talk))
        step = talk.dialog.step_of[talk.state]
        assert step.read is not None or step.pressed
        events = talk.dialog.machine.events.values()
        assert any(talk.state.name in event.transitions for event in events)

    @invariant()
    def stored_and_loaded_alike(self) -> None:
        if self.chat.talk is not None:
            stored = msgspec.json.encode(DIALOGS.store(self.chat.talk))
            read = msgspec.json.decode(stored, type=StoredTalk)
            again = DIALOGS.store(DIALOGS.load(read))
            assert msgspec.json.encode(again) == stored

    @invariant()
    def nothing_is_filed_unasked_or_twice(self) -> None:
        filed = [action for action in self.chat.done if isinstance(action, File)]
        assert len(filed) <= self.agreed
        assert all(file.text for file in filed)


AnyInput.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyInput = AnyInput.TestCase


def test_three_steps_lead_out_of_everywhere() -> None:
    """From any step, "取消" and one tap end the talk, or the draft below comes back."""
    for entry in (
        "单位",
        "地点",
        "时间频次",
        "图片",
        "进展方式",
        "遮挡",
        "改文字",
        "类别",
        "送出",
    ):
        chat = Chat()
        chat.says("街道要求我们社区同一份台账每周报五次", entry, "取消", "放弃")
        assert chat.talk is None
