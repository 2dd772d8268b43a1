"""Every step hears every intent: whatever was read, sure of it or not, is answered, and
leads somewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dialogs.hearing import MEANT_PERHAPS
from dialogs.meaning import INTENTS, Intent, Meaning
from dialogs.report.table import ReportState
from dialogs.status.table import StatusState
from dialogs.words import MyCase, Query
from tests.dialogs.chat import RECEIPT, Chat, StoryStub

CLEAR = "街道要求我们社区同一份台账每周报五次"
NOT_OURS = "我家楼上漏水，物业不管，请帮忙协调"
VAGUE = "\x1b!À0"
WORDS = "就按刚才那个意思来"
REPORT = "aa" * 16
CAN = ("supplement", "keep_from", "withdraw", "settings", "hush", "forget")
CLOSED = ("rate", "reopen", "settings", "hush", "forget")
LOOKED_BACK = ("held", "rebound", "settings", "hush", "forget")

ARGS: dict[Intent, tuple[dict[str, Any], ...]] = {
    "correct": (
        {},
        {"field": "text", "value": "三次"},
        {"field": "text", "value": "每周报三次"},
        {"field": "count", "value": "三次"},
        {"field": "unit", "value": "区民政局"},
        {"field": "place", "value": "银杏社区"},
        {"field": "when", "value": "天天"},
        {"field": "category", "value": "meetings"},
        {"field": "category", "value": "other"},
    ),
    "remove": (
        {},
        {"what": "picture", "n": 1},
        {"what": "picture", "n": [1, 2]},
        {"what": "picture", "n": "all"},
        {"what": "text", "quote": "每周报五次"},
        {"what": "text", "quote": CLEAR},
        {"what": "text", "quote": "不在里面"},
        {"what": "field", "field": "unit"},
        {"what": "field", "field": "place"},
        {"what": "field", "field": "when"},
    ),
    "cancel": ({}, {"mode": "discard"}, {"mode": "keep"}, {"mode": "unclear"}),
    "choose": ({}, {"n": 1}, {"n": 2}, {"n": 99}),
    "receipt": ({}, {"code": "EHPXFEGJP8MKK0R1"}),
    "rate": (
        {},
        {"solved": "yes"},
        {"solved": "partly"},
        {"solved": "no"},
        {"satisfied": "yes"},
        {"satisfied": "no"},
        {"solved": "no", "satisfied": "mostly"},
    ),
    "rebound": ({}, {"again": "yes"}, {"again": "no"}),
    "ask": (
        {},
        {"topic": "who_are_you"},
        {"topic": "whose_job"},
        {"topic": "retention"},
        {"topic": "other"},
    ),
    "emergency": ({}, *({"number": one} for one in ("110", "119", "120", "12356"))),
    "social": (
        {},
        *({"kind": kind} for kind in ("greet", "thanks", "abuse", "chat")),
    ),
    "hold_back": ({}, *({"how": how} for how in ("later", "coarser", "keep_from"))),
}
MEANINGS = [(intent, args) for intent in INTENTS for args in ARGS.get(intent, ({},))]


SECONDS: tuple[Intent, ...] = tuple(one for one in INTENTS if one in MEANT_PERHAPS)


OVER = (ReportState.FILED, ReportState.GONE)
KEEP_WORDS: tuple[Intent, ...] = (
    "ask",
    "emergency",
    "hurry",
    "social",
    "status",
    "unclear",
)


@dataclass
class Reader(Chat):
    """A chat whose next message is read as it is told to be."""

    read_as: Meaning | None = None

    def answer(self, query: Query[Any]) -> Any:
        found = super().answer(query)
        if isinstance(found, Meaning) and self.read_as is not None:
            return self.read_as
        return found


Way = Callable[[Reader], object]


def written(*words: str) -> Way:
    return lambda chat: chat.says(*words)


def chip(choice: str) -> Way:
    def open_it(chat: Reader) -> None:
        chat.says(CLEAR)
        chat.shows()
        chat.presses(choice)

    return open_it


def story(can: tuple[str, ...], *words: str) -> Way:
    def open_it(chat: Reader) -> None:
        chat.stories[REPORT] = StoryStub(REPORT, can)
        chat.by_receipt[RECEIPT] = REPORT
        chat.says(RECEIPT, *words)

    return open_it


def story_pressed(can: tuple[str, ...], *choices: str) -> Way:
    def open_it(chat: Reader) -> None:
        story(can)(chat)
        for choice in choices:
            chat.presses(choice)

    return open_it


def cancelled(*words: str) -> Way:
    def open_it(chat: Reader) -> None:
        chat.says(*words)
        chat.presses("cancel")

    return open_it


def pick(chat: Reader) -> None:
    chat.mine = (
        MyCase(REPORT, "forms", "accepted", "11月20日"),
        MyCase("bb" * 16, "meetings", "filed", "11月21日"),
    )
    chat.stories = {one.report: StoryStub(one.report, CAN) for one in chat.mine}
    chat.says("查进展")


def supplement_stopped(chat: Reader) -> None:
    story(CAN, "昨天又来催了一遍，说不交就扣绩效")(chat)
    chat.presses("drop")


def masked(chat: Reader) -> None:
    chat.says(f"{CLEAR}，电话13812345678")
    chat.presses("masks")


WAYS: dict[str, Way] = {
    "nothing": lambda chat: None,
    "start": lambda chat: chat.shows(),
    "facts": written("会议"),
    "cancel of a kind": cancelled("会议"),
    "several": written("一是台账每天要报三遍，二是民政局让我们社区开无犯罪记录证明"),
    "signpost": written(NOT_OURS),
    "category": written(VAGUE),
    "category again": chip("category"),
    "preview": written(CLEAR),
    **{name: chip(name) for name in ("text", "unit", "place", "when", "pictures")},
    **{name: chip(name) for name in ("follow", "hold", "keep_from")},
    "masks": masked,
    "cancel": cancelled(CLEAR),
    "cancel of what is vague": cancelled(VAGUE),
    "cancel of what is not ours": cancelled(NOT_OURS),
    "apart": written("领导开会说是我告的状，被穿小鞋了"),
    "just filed": written(CLEAR, "送出"),
    "code": written("查进展"),
    "pick": pick,
    "story": story(CAN),
    "add": story_pressed(CAN, "add"),
    "check": story(CAN, "昨天又来催了一遍，说不交就扣绩效"),
    "drop": supplement_stopped,
    "settings": story_pressed(CAN, "settings"),
    "forget": story_pressed(CAN, "forget"),
    "withdraw": story(CAN, "我申请撤回这件"),
    "keep from": story(CAN, "不想让有些人看到"),
    "solved": story_pressed(CLOSED, "rate"),
    "satisfied": story_pressed(CLOSED, "rate", "yes"),
    "word": story_pressed(CLOSED, "rate", "yes", "yes"),
    "unsolved": story(CLOSED, "没解决"),
    "reason": story_pressed(CLOSED, "reopen"),
    "looked back": story(LOOKED_BACK),
    "rebound": story_pressed(LOOKED_BACK, "rebound"),
}


def standing(name: str) -> Reader:
    chat = Reader()
    WAYS[name](chat)
    return chat


def test_every_step_is_reached() -> None:
    chats = [standing(name) for name in WAYS]
    reached = {(chat.draft.dialog.name, chat.step) for chat in chats if chat.talk}
    report = {("report", state.value) for state in ReportState if state not in OVER}
    status = {("status", state.value) for state in StatusState}
    assert reached == report | status


def drafted(chat: Reader) -> str:
    """The unsent text, also where it waits below another dialog."""
    if chat.talk is None:
        return ""
    layers = [chat.talk, chat.talk.under]
    return "".join(getattr(layer.answers, "text", "") for layer in layers if layer)


def heard_as(chat: Reader, meaning: Meaning) -> Reader:
    """The same chat, after words that were read so."""
    again = replace(chat, last=[], done=[], read_as=meaning)
    again.says(WORDS)
    return again


@pytest.mark.parametrize("name", WAYS)
def test_what_is_surely_meant_is_answered(name: str) -> None:
    chat = standing(name)
    for intent, args in MEANINGS:
        answered = heard_as(chat, Meaning(intent, args))
        assert answered.last, f"{intent} {args}"
        if intent in KEEP_WORDS:
            assert drafted(chat) in drafted(answered), f"{intent} {args}"


@pytest.mark.parametrize("name", WAYS)
def test_what_is_perhaps_meant_is_answered_and_either_answer_leads_on(
    name: str,
) -> None:
    chat = standing(name)
    perhaps = [Meaning(one, ARGS.get(one, ({},))[-1], sure=False) for one in INTENTS]
    perhaps += [Meaning("add", sure=False, second=second) for second in SECONDS]
    for meaning in perhaps:
        asked = heard_as(chat, meaning)
        assert asked.last, str(meaning)
        if asked.talk is None or asked.talk.doubt is None:
            continue
        for choice in ("meant", "written"):
            answered = replace(asked, last=[], done=[])
            answered.presses(choice, asked.mark)
            assert answered.last, f"{meaning} {choice}"
