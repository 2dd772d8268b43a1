"""Where a report may go, and what is kept of it until it is sent."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import UNSET, UnsetType

from dialogs.draft import DraftAnswers
from dialogs.report.kinds import only_names
from dialogs.talk import Talk, Turn


class ReportState(Enum):
    START = "start"
    FACTS = "facts"
    SEVERAL = "several"
    SIGNPOST = "signpost"
    CATEGORY = "category"
    PREVIEW = "preview"
    TEXT = "text"
    UNIT = "unit"
    PLACE = "place"
    WHEN = "when"
    PICTURES = "pictures"
    FOLLOW = "follow"
    MASKS = "masks"
    HOLD = "hold"
    KEEP_FROM = "keep_from"
    APART = "apart"
    CANCEL = "cancel"
    FILED = "filed"
    GONE = "gone"


class ReportAnswers(DraftAnswers):
    """What was said and understood so far; persisted names, never changed.

    unit, place, when: UNSET until understood or answered, None where they were left out
    by hand. by_hand: the reporter chose the category. previewed: the preview was seen.
    anyway: 仍要反映 was pressed. more: all categories are offered. found_…: as the text
    names it. hold_days: for how long it is to be kept back, 0 if not; hold_unless: what
    then. keep_from: units that must not see it. supervisors_only: it is told to them
    alone; about: the report that it came of, if known. probe: what is asked once beside
    the preview. category_asked: more was told instead of an answer to that question.
    """

    codes: tuple[str, ...] = ()
    in_scope: bool = True
    sure: bool = False
    signpost: str | None = None
    alarm: str | None = None
    kind: str | None = None
    unit_level: str | None = None
    counts: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    urgent_said: bool = False
    because: tuple[str, ...] = ()
    found_unit: str | None = None
    found_place: str | None = None
    found_when: str | None = None
    category: str = ""
    by_hand: bool = False
    more: bool = False
    anyway: bool = False
    previewed: bool = False
    unit: str | UnsetType | None = UNSET
    place: str | UnsetType | None = UNSET
    when: str | UnsetType | None = UNSET
    follow: str = "here"
    hold_days: int = 0
    hold_unless: str = ""
    keep_from: tuple[str, ...] = ()
    supervisors_only: bool = False
    about: str = ""
    probe: str = ""
    probed: bool = False
    category_asked: bool = False
    matters: tuple[str, ...] = ()


ReportTurn = Turn[ReportAnswers]


def given(value: str | UnsetType | None) -> str | None:
    return None if value is UNSET else value


def shows_kind(turn: ReportTurn) -> bool:
    return turn.answers.category == "fingertip" and bool(turn.answers.kind)


def not_ours(talk: Talk) -> bool:
    """别处的事"""
    return not talk.answers.in_scope


def unsure(talk: Talk) -> bool:
    """拿不准类别"""
    return not talk.answers.sure


def chosen(talk: Talk) -> bool:
    """看过预览"""
    return bool(talk.answers.previewed)


def said(talk: Talk) -> bool:
    """写过字"""
    return bool(talk.answers.text)


def barely_said(talk: Talk) -> bool:
    """只说了哪一类"""
    return only_names(talk.answers.text)


def leave_words(talk: Talk) -> None:
    """What was refused is left behind: the next sentence is heard afresh."""
    talk.answers.text = ""
    talk.answers.masks = ()
    talk.answers.supervisors_only = False
    talk.answers.about = ""


LEAVES_WORDS = (None, None, None, leave_words)  # a row's end: after it was taken
CHIPS = (
    ReportState.TEXT,
    ReportState.UNIT,
    ReportState.PLACE,
    ReportState.WHEN,
    ReportState.PICTURES,
    ReportState.FOLLOW,
    ReportState.MASKS,
    ReportState.HOLD,
    ReportState.KEEP_FROM,
)
ASKING = (
    ReportState.START,
    ReportState.FACTS,
    ReportState.SEVERAL,
    ReportState.SIGNPOST,
    ReportState.CATEGORY,
)
BEFORE_PREVIEW = (*ASKING, ReportState.APART)
WRITING = (*ASKING, ReportState.PREVIEW, *CHIPS)
REPORT_TRANSITIONS: list[list[Any]] = [
    # trigger        from                   to                     only if
    *(["understood", state, ReportState.SIGNPOST, not_ours]
      for state in BEFORE_PREVIEW),
    *(["understood", state, ReportState.CATEGORY, unsure]
      for state in BEFORE_PREVIEW),
    *(["understood", state, ReportState.PREVIEW] for state in BEFORE_PREVIEW),
    ["apart",        ReportState.START,     ReportState.APART],
    ["back",         ReportState.APART,     ReportState.START,     *LEAVES_WORDS],
    ["send",         ReportState.APART,     ReportState.FILED],
    ["cancel",       ReportState.APART,     ReportState.GONE],
    ["facts",        ReportState.START,     ReportState.FACTS],
    ["back",         ReportState.FACTS,     ReportState.START,     *LEAVES_WORDS],
    ["several",      ReportState.START,     ReportState.SEVERAL],
    ["back",         ReportState.SEVERAL,   ReportState.START,     *LEAVES_WORDS],
    ["anyway",       ReportState.SIGNPOST,  ReportState.PREVIEW],
    ["back",         ReportState.SIGNPOST,  ReportState.START,     *LEAVES_WORDS],
    ["chosen",       ReportState.CATEGORY,  ReportState.PREVIEW],
    ["back",         ReportState.CATEGORY,  ReportState.PREVIEW,   chosen],
    ["back",         ReportState.CATEGORY,  ReportState.START],
    ["category",     ReportState.PREVIEW,   ReportState.CATEGORY],
    *([state.value,  ReportState.PREVIEW,   state] for state in CHIPS),
    *(["done",       state,                 ReportState.PREVIEW] for state in CHIPS),
    *(["back",       state,                 ReportState.PREVIEW] for state in CHIPS),
    ["back",         ReportState.PREVIEW,   ReportState.TEXT],
    ["send",         ReportState.PREVIEW,   ReportState.FILED],
    *(["cancel",     state,                 ReportState.CANCEL, said]
      for state in WRITING),
    *(["cancel",     state,                 ReportState.GONE] for state in WRITING),
    ["discard",      ReportState.CANCEL,    ReportState.GONE],
    ["cancel",       ReportState.CANCEL,    ReportState.GONE],
    ["back",         ReportState.CANCEL,    ReportState.PREVIEW,   chosen],
    ["back",         ReportState.CANCEL,    ReportState.SIGNPOST,  not_ours],
    ["back",         ReportState.CANCEL,    ReportState.FACTS,     barely_said],
    ["back",         ReportState.CANCEL,    ReportState.CATEGORY],
]  # fmt: skip
