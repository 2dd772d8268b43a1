"""What kind of question the hotline has open, and what would be an answer to it."""

from __future__ import annotations

import re
from functools import cache

from dialogs.meaning.choices import choices_of
from dialogs.understand.spelling import normal

_KINDS = (
    ("discard", re.compile(r"放弃|丢掉|删除(?!.*遮)")),
    ("solved", re.compile(r"解决(?:了|没)|办结了。问题")),
    ("satisfied", re.compile(r"满意")),
    ("last_word", re.compile(r"说一句")),
    ("look_back", re.compile(r"反弹|又来过|回头看|又(?:有|出现|冒)")),
    ("signpost", re.compile(r"12345|12388|12329|信访|法院|110|119|120|诉求|举报")),
    ("hide", re.compile(r"遮")),
    ("pictures", re.compile(r"可以发图片|张图|图片")),
    ("more", re.compile(r"还有要补|要补的|补充的吗")),
)
_YES_NO = re.compile(
    r"[吗么]\??$|[吗么]\?|对不对|是不是|要不要|行不行|好不好|有没有|没有\?|没\?|能不能|还是"
)
_WANTS = (
    ("count", re.compile(r"几|多少|多久一次|多长")),
    ("when", re.compile(r"什么时候|哪天|从何时|啥时候|何时|几号|哪个月|开始的")),
    (
        "who",
        re.compile(
            r"哪个(?:部门|单位|科|局|办|领导)|谁|哪家|哪一级|哪里(?:要|下|布置)"
        ),
    ),
    ("what", re.compile(r"什么|哪(?:个|些|款|种|几)|怎么|如何|啥")),
)


@cache
def kind_of(question: str | None) -> str:
    """The kind of an open question: "none", "choices", one of `_KINDS`, "yes_no" or
    "free".
    """
    if not question:
        return "none"
    if choices_of(question):
        return "choices"
    question = normal(question)
    for kind, words in _KINDS:
        if words.search(question):
            return kind
    return "yes_no" if _YES_NO.search(question) else "free"


@cache
def wanted(question: str | None) -> str:
    """What an answer would hold: "count", "when", "who", "what", "yes_no" or
    "nothing".
    """
    if not question:
        return "nothing"
    question = normal(question)
    for wants, words in _WANTS:
        if words.search(question):
            return wants
    return "yes_no" if _YES_NO.search(question) else "nothing"
