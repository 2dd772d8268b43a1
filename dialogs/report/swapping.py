"""Corrections that name both what is wrong and what is right, or the field that is
wrong: they need no guessing.
"""

from __future__ import annotations

import re

from dialogs.amending import put_in
from dialogs.report.reading import joined, retake, shown_again, to_preview
from dialogs.report.table import ReportState, ReportTurn, given
from dialogs.talk import Heard
from dialogs.understand.spelling import normal

_WRONG = r"(?P<wrong>[^,，。;；\s]{1,16}?)"
_RIGHT = r"(?P<right>[^,，。;；\s]{1,16}?)"
_GAP = r"[,，。;；\s]*"
_END = r"(?:才对|吧|啊|呀|哈|的|了)?(?=[,，。;；!！\s]|$)"
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"^(?:等下|等等|哦|噢|错了|说错了|写错了)?{_GAP}(?:不是|8是|八是){_WRONG}{_GAP}"
        rf"(?:而是|应该是|其实是|是){_RIGHT}{_END}",
        rf"^(?:应该|其实)?是{_RIGHT}{_GAP}不是{_WRONG}{_END}",
        rf"^{_WRONG}(?:不对|错了|写错了|说错了){_GAP}"
        rf"(?:应该|其实)?(?:是|改成|改为){_RIGHT}{_END}",
        rf"^(?:把|将)?{_WRONG}(?:改成|改为|换成){_RIGHT}{_END}",
    )
)
_NUMBER = r"(?:\d+|[零一二两三四五六七八九十百千万半几俩仨]+)"
_COUNTED = re.compile(rf"{_NUMBER}(?P<measure>[^\d\s]{{1,2}})")
FIELD_WRONG = re.compile(
    r"(?P<field>单位|部门|地点|地方|时间|频次|类别|分类)(?:好像|是|写|填|选|弄|说|搞)*"
    r"(?:错|不对|有误|不太对)(?:了|的|啊)?"
)
OPENS = {
    "单位": ReportState.UNIT,
    "部门": ReportState.UNIT,
    "地点": ReportState.PLACE,
    "地方": ReportState.PLACE,
    "时间": ReportState.WHEN,
    "频次": ReportState.WHEN,
    "类别": ReportState.CATEGORY,
    "分类": ReportState.CATEGORY,
}
HERE = (ReportState.PREVIEW, ReportState.CATEGORY)
FIELDS = ("unit", "place", "when")


def swaps(turn: ReportTurn, heard: Heard) -> bool:
    """Whether the words name a piece of the text and what is to stand there instead;
    then it is done. What is said after that is more of the text.
    """
    if turn.talk.state not in HERE or _names_a_field(heard):
        return False
    words = heard.words.strip()
    for form in FORMS:
        found = form.search(words)
        if found is not None and found["wrong"] in turn.answers.text:
            rest = words[found.end() :].strip(" ,，。;；!！")
            _swap(turn, heard, found["wrong"], found["right"], rest)
            return True
    return False


def _names_a_field(heard: Heard) -> bool:
    """Whether it is surely a name that is wrong: there is a register of them."""
    is_sure = heard.meaning.intent == "correct" and heard.meaning.sure
    return is_sure and heard.meaning.args.get("field") in ("unit", "place", "category")


def _swap(turn: ReportTurn, heard: Heard, wrong: str, right: str, rest: str) -> None:
    wrong, right = _counted_alike(wrong, right)
    answers = turn.answers
    wrong = _whole_name(turn, wrong)
    for name in FIELDS:
        known = given(getattr(answers, name))
        if known and wrong in known:
            setattr(answers, name, put_in(known, wrong, right))
    retake(turn, put_in(answers.text, wrong, right))
    if rest:
        retake(turn, joined(turn, rest))
    turn.understood(heard, "did.text", old=wrong, value=right)
    shown_again(turn)


def _whole_name(turn: ReportTurn, wrong: str) -> str:
    """A part of the unit's or the place's name means all of it."""
    for name in ("unit", "place"):
        known = given(getattr(turn.answers, name))
        if known and wrong in known and known in turn.answers.text:
            return known
    return wrong


def _counted_alike(wrong: str, right: str) -> tuple[str, str]:
    """Where both count the same thing, only the numbers with their measure change."""
    new = _COUNTED.fullmatch(right)
    if new is None:
        return wrong, right
    old = re.search(f"{_NUMBER}{re.escape(new['measure'])}", wrong)
    return (old[0], right) if old else (wrong, right)


def opens_field(turn: ReportTurn, heard: Heard) -> bool:
    """Whether a field is only said to be wrong; then it is asked for."""
    found = FIELD_WRONG.fullmatch(normal(heard.words).strip(" ,.!"))
    if found is None or turn.talk.state not in (ReportState.PREVIEW, ReportState.TEXT):
        return False
    to_preview(turn)
    turn.tapped = False
    turn.go(OPENS[found["field"]].value)
    return True
