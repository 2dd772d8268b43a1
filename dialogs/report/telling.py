"""Plain facts, said where a wish would be heard, too: where there is nothing to
correct, to take out or to wait for, they are more of the report. Adding is seen at
once, and one word takes it out again; what was not taken in is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dialogs.amending import old_words
from dialogs.meaning import Intent, english
from dialogs.meaning.cues import heard as cues_in
from dialogs.meaning.english import is_foreign
from dialogs.report.table import ReportState, ReportTurn, given
from dialogs.talk import Heard
from dialogs.understand.spelling import normal

ALSO_ADDED = (ReportState.PREVIEW, ReportState.CATEGORY)
LEVEL_ONLY = re.compile(r"(?:街道|镇|乡|县|区|市|省|村|社区)(?:里|上|级)?$")
FIXES = ("fix", "not_but")
HOLDS = ("hold_later", "hold_coarser", "hold_keep")
REMOVES = ("remove", "part")
WISHES = (
    *FIXES,
    *HOLDS,
    *REMOVES,
    *("greet", "thanks", "abuse", "send", "back", "cancel", "keep", "discard"),
    *("withdraw", "status", "hurry", "ask", "other_matter", "receipt_word"),
)
NUMBER = r"(?:\d+|[一二两三四五六七八九十百千万半几俩仨])"
FIGURE = re.compile(
    rf"{NUMBER}(?:来|多|几|把)?个?"
    r"(?:年|月|天|周|星期|礼拜|小时|钟头|点|分钟|次|回|遍|趟|份|张|本|人|群|表|元|块|条|件|家|场|会)"
    r"|(?:去|前|今|上)年|上个?月|上个?(?:周|星期|礼拜)|(?:每|天)天|每(?:周|月|年|次|晚)|[年月]底"
)
OFTEN = re.compile(
    r"每|天天|次|回|遍|趟|隔|一个?(?:天|周|月|年|季|礼拜|星期|学期)|逢|经常|总是|老是"
)


def tells_plainly(turn: ReportTurn, heard: Heard) -> bool:
    """Whether words that were taken for chatter, or for a wish without any sign of
    one, can only be more of what is being written.
    """
    if turn.talk.state not in ALSO_ADDED or turn.answers.empty:
        return False
    plain = normal(heard.words)
    if is_foreign(plain) and not heard.meaning.sure:
        return not english.FIXES.search(plain)
    can_only_tell = CAN_ONLY_TELL.get(heard.meaning.intent)
    return can_only_tell is not None and can_only_tell(turn, heard)


def told_field(turn: ReportTurn, heard: Heard) -> tuple[str, str] | None:
    """A field that such words are the first to name, and its value."""
    field = str(heard.meaning.args.get("field", "text"))
    value = str(heard.meaning.args.get("value", "")).strip()
    is_told = heard.meaning.intent == "correct" and field in ("unit", "place")
    is_read = is_told and bool(value) and not is_foreign(normal(heard.words))
    return (field, value) if is_read else None


def _changes_nothing(turn: ReportTurn, heard: Heard) -> bool:
    """Whether there is nothing that these words could correct."""
    value = str(heard.meaning.args.get("value", "")).strip()
    field = str(heard.meaning.args.get("field", "text"))
    if not value or _speaks_of(heard, FIXES):
        return False
    known = given(getattr(turn.answers, field, None))
    if field == "when" and known is not None:
        return how_often(known) != how_often(value)
    if heard.meaning.sure:
        return False
    if field in ("unit", "place", "when"):
        if known is None or LEVEL_ONLY.match(known):
            return True
        return known in heard.words
    return old_words(turn.answers.text, heard, value) is None


def how_often(when: str) -> bool:
    """Whether a time tells how often, and not since when or how long."""
    return OFTEN.search(when) is not None


def _holds_nothing_back(turn: ReportTurn, heard: Heard) -> bool:
    return not heard.meaning.sure and not _speaks_of(heard, (*HOLDS, *REMOVES))


def _takes_nothing_out(turn: ReportTurn, heard: Heard) -> bool:
    quote = str(heard.meaning.args.get("quote", ""))
    is_there = bool(quote) and quote in turn.answers.text
    return not (heard.meaning.sure or is_there or _speaks_of(heard, REMOVES))


def _has_a_figure(turn: ReportTurn, heard: Heard) -> bool:
    """Whether what sounds like chatter says how many, how long or how often."""
    is_figure = FIGURE.search(normal(heard.words)) is not None
    return is_figure and not _speaks_of(heard, WISHES)


def _speaks_of(heard: Heard, wishes: tuple[str, ...]) -> bool:
    return not cues_in(normal(heard.words)).isdisjoint(wishes)


def _leans_to_text(turn: ReportTurn, heard: Heard) -> bool:
    """Whether words were read as text first, and nothing in them speaks for the wish
    that came second.
    """
    second = heard.meaning.second
    if heard.meaning.sure or second not in ("correct", "hold_back", "remove"):
        return False
    return not _speaks_of(heard, (*FIXES, *HOLDS, *REMOVES))


def _names_no_other(turn: ReportTurn, heard: Heard) -> bool:
    return not heard.meaning.sure and not _speaks_of(heard, ("other_matter",))


CAN_ONLY_TELL: dict[Intent, Callable[[ReportTurn, Heard], bool]] = {
    "add": _leans_to_text,
    "answer": _leans_to_text,
    "correct": _changes_nothing,
    "hold_back": _holds_nothing_back,
    "remove": _takes_nothing_out,
    "new_report": _names_no_other,
    "hurry": _has_a_figure,
    "social": _has_a_figure,
    "unclear": _has_a_figure,
}
