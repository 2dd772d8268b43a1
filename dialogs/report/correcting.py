"""Something said or understood is wrong: the new value takes the place of the old one,
in its field and in the text. One tap undoes it.
"""

from __future__ import annotations

import re
from typing import Any

from dialogs import draft
from dialogs.amending import old_words, put_in
from dialogs.report.coarser import write_coarser
from dialogs.report.reading import joined, retake, shown_again, to_preview
from dialogs.report.table import (
    BEFORE_PREVIEW,
    ReportAnswers,
    ReportState,
    ReportTurn,
    given,
)
from dialogs.report.telling import how_often
from dialogs.talk import Heard, Turn
from dialogs.texts import phrases
from dialogs.words import UnitName

phrases(
    "did",
    unit="改单位 → {value}",
    place="改地点 → {value}",
    when="改时间频次 → {value}",
    category="改类别 → {value}",
)
LEVEL_ONLY = re.compile(r"(?:只?写)?到?(?:街道|镇|乡|县|区|市)(?:一?级|上|里)?$")
SAYS_ONLY_THAT = 6  # characters around a value in words that say nothing else
DENIED = re.compile(r"不是([^,，。;；\s]{1,16}?)[,，。;；\s]*(?:而?是|应该是|是)[^不]")
ONLY_DENIED = re.compile(
    r"(?:错了|不对|哦|等下)?[,，\s]*(?:不是|并不是|不叫)(?:那?个)?([^,，。;；\s]{1,20}?)"
    r"(?:要的|弄的|搞的|布置的|喊的|的)?[了啊呀吧。！!]*"
)
ASKED_FOR = ("unit", "place", "when")  # fields that have a step of their own
NO_VALUE = re.compile(
    r"不|没|没有|无|不是|不对|错了?|不知道|不清楚|算了|改|对"
    r"|(?:单位|部门|地点|地方|时间|频次)(?:写|填|选|弄|说)?(?:错|不对)?"
)
FIELDS = {"单位": "unit", "地点": "place", "时间": "when", "频次": "when"}
FIELD_LINE = re.compile(r"(?:责任|是哪个)?(单位|地点|时间|频次)[:：]\s*(\S.{0,58})$")


def correct(turn: ReportTurn, heard: Heard) -> None:
    """The new value takes the old one's place, in its field and in the text."""
    field = heard.meaning.args.get("field", "text")
    value = str(heard.meaning.args.get("value", "")).strip()
    if _only_denies(heard.words, value) and field in ASKED_FOR:
        to_preview(turn)
        turn.tapped = False
        turn.go(field)  # what it is instead is asked for
    elif not value or NO_VALUE.fullmatch(value):
        where_to_correct(turn, heard)
    elif field == "category":
        correct_category(turn, heard, value)
    elif field in ("unit", "place", "when"):
        correct_field(turn, heard, field, value)
    else:
        correct_text(turn, heard, value)


def _only_denies(words: str, value: str) -> bool:
    """Whether words like "不是卫健局" say what it is not, and nothing else."""
    found = ONLY_DENIED.fullmatch(words.strip())
    return found is not None and bool(value) and value in found[1]


def correct_category(turn: ReportTurn, heard: Heard, code: str) -> None:
    name = f"category.{code}"
    answers = turn.answers
    answers.category = code
    answers.by_hand = True
    answers.sure = True
    turn.understood(heard, "did.category", value=turn.t(name))
    if turn.talk.state is ReportState.CATEGORY:
        turn.go("chosen")
    else:
        shown_again(turn)


def correct_field(turn: ReportTurn, heard: Heard, field: str, value: str) -> None:
    answers = turn.answers
    old = heard.meaning.old or given(getattr(answers, field))
    if field == "place" and LEVEL_ONLY.match(value):
        write_coarser(turn, heard)
        return
    if field == "unit":
        value = turn.look(UnitName(value))
    value = draft.without_names(turn, value)
    if is_told_first(turn, heard):
        retake(turn, joined(turn, heard.words))
    elif field == "when" and (denied := _denied(heard.words, answers.text)):
        retake(turn, answers.text.replace(denied, value))
        if old and denied in old:
            value = old.replace(denied, value)
    elif field == "when" and old and how_often(old) != how_often(value):
        retake(turn, joined(turn, heard.words))  # both are true
        shown_again(turn)
        return
    elif old and old in answers.text:
        retake(turn, answers.text.replace(old, value))
    setattr(answers, field, value)
    turn.understood(heard, f"did.{field}", value=value)
    shown_again(turn)


def _denied(words: str, text: str) -> str | None:
    """What words like "不是每周，是每天" deny, as it stands in the text."""
    found = DENIED.search(words)
    return found[1] if found and found[1] in text else None


def is_told_first(turn: ReportTurn, heard: Heard) -> bool:
    """Whether a field is named that nothing was known of, in words that tell more: they
    are written in, too.
    """
    field = heard.meaning.args.get("field", "text")
    if heard.meaning.intent != "correct" or field not in ("unit", "place", "when"):
        return False
    value = str(heard.meaning.args.get("value", ""))
    is_known = given(getattr(turn.answers, field)) is not None
    tells_more = len(heard.words) > len(value) + SAYS_ONLY_THAT
    return tells_more and not is_known


def correct_text(turn: ReportTurn, heard: Heard, value: str) -> None:
    """A number, or words: what stood there is gone."""
    text = turn.answers.text
    old = old_words(text, heard, value)
    if old is None:
        where_to_correct(turn, heard)
        return
    retake(turn, put_in(text, old, value))
    when = given(turn.answers.when)
    if when and old in when:
        turn.answers.when = when.replace(old, value)
    turn.understood(heard, "did.text", old=old, value=value)
    shown_again(turn)


def fills_in(turn: Turn[Any], heard: Heard) -> bool:
    """Whether the words are such a line, of a report that is being written; then it is
    filled in.
    """
    is_written = isinstance(turn.answers, ReportAnswers) and bool(turn.answers.text)
    labelled = FIELD_LINE.match(heard.words.strip())
    if labelled is None or not is_written or turn.talk.state is ReportState.TEXT:
        return False
    fill_in(turn, heard, FIELDS[labelled[1]], labelled[2])
    return True


def fill_in(turn: ReportTurn, heard: Heard, field: str, value: str) -> None:
    """A line like "单位：民政局" fills the field in, and changes no other word."""
    value = value.strip()
    if field == "unit":
        value = turn.look(UnitName(value))
    value = draft.without_names(turn, value)
    setattr(turn.answers, field, value)
    turn.understood(heard, f"did.{field}", value=value)
    shown_again(turn)


def where_to_correct(turn: ReportTurn, heard: Heard) -> None:
    """It cannot be told what is meant: the text is opened, the words are not in it."""
    turn.tell(heard, "correct.where")
    to_preview(turn)
    if turn.talk.state in BEFORE_PREVIEW:
        turn.prompt()
        return
    turn.tapped = False
    turn.go("text")
