"""Where a talk about a report may go, and what is kept of it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from msgspec import field

from dialogs.draft import DraftAnswers
from dialogs.talk import Talk, Turn

NAME = "status"


class StatusState(Enum):
    CODE = "code"
    PICK = "pick"
    STORY = "story"
    ADD = "add"
    CHECK = "check"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    SATISFIED = "satisfied"
    WORD = "word"
    REASON = "reason"
    REBOUND = "rebound"
    SETTINGS = "settings"
    FORGET = "forget"
    DROP = "drop"
    WITHDRAW = "withdraw"
    KEEP_FROM = "keep_from"


class StatusAnswers(DraftAnswers):
    """Which report it is about, and a supplement in the making; persisted names, never
    changed.

    cases: how many there were to pick from. wanted: what is done once the report is
    known, a name of WANTED. report: its id (hex), "" until it is known. can: what the
    story allows. wishes: as the settings show them. words: what was said before it was
    known which report it belongs to, or what is to be done with it. asked: the
    questions of the hotline that are still to be answered here, oldest first. corrects:
    the supplement takes the place of the last one. unsure: the last words could not be
    told, and it was asked what they mean. told: the reports (hex) of several receipts,
    in the order in which they were shown.
    """

    cases: int = 0
    wanted: str = NAME
    report: str = ""
    words: str = ""
    asked: tuple[str, ...] = ()
    corrects: bool = False
    unsure: bool = False
    told: tuple[str, ...] = ()
    can: tuple[str, ...] = ()
    wishes: dict[str, bool] = field(default_factory=dict)

    @property
    def unsent(self) -> bool:
        """Who only looked at a story wrote nothing."""
        return bool(self.text or self.pictures)


StatusTurn = Turn[StatusAnswers]


def kept(turn: Turn[Any]) -> StatusAnswers:
    """What this dialog keeps; nothing yet where another dialog is open."""
    answers = turn.answers
    return answers if isinstance(answers, StatusAnswers) else StatusAnswers()


def several(talk: Talk) -> bool:
    """不止一件"""
    return int(talk.answers.cases) > 1


BELOW_STORY = (
    StatusState.ADD,
    StatusState.SOLVED,
    StatusState.UNSOLVED,
    StatusState.REASON,
    StatusState.REBOUND,
    StatusState.SETTINGS,
    StatusState.FORGET,
    StatusState.WITHDRAW,
    StatusState.KEEP_FROM,
)
RATING = (StatusState.SATISFIED, StatusState.WORD)
OPENING = (StatusState.CODE, StatusState.PICK)
STATUS_TRANSITIONS: list[list[Any]] = [
    # trigger      from                   to                     only if
    ["opened",     StatusState.CODE,      StatusState.STORY],
    ["several",    StatusState.CODE,      StatusState.PICK],
    ["opened",     StatusState.PICK,      StatusState.STORY],
    *(["opened",   state,                 StatusState.STORY]
      for state in (StatusState.STORY, *BELOW_STORY, *RATING)),
    *(["solved",   state,                 StatusState.SATISFIED]
      for state in (*OPENING, StatusState.STORY)),
    *(["unsolved", state,                 StatusState.UNSOLVED]
      for state in (*OPENING, StatusState.STORY)),
    *(["rebound",  state,                 StatusState.REBOUND]
      for state in (*OPENING, StatusState.STORY)),
    ["code",       StatusState.PICK,      StatusState.CODE],
    ["back",       StatusState.STORY,     StatusState.PICK,      several],
    ["add",        StatusState.STORY,     StatusState.ADD],
    ["written",    StatusState.STORY,     StatusState.CHECK],
    ["written",    StatusState.ADD,       StatusState.CHECK],
    ["back",       StatusState.CHECK,     StatusState.ADD],
    ["more",       StatusState.CHECK,     StatusState.ADD],
    ["drop",       StatusState.CHECK,     StatusState.DROP],
    ["back",       StatusState.DROP,      StatusState.CHECK],
    ["dropped",    StatusState.DROP,      StatusState.STORY],
    ["rate",       StatusState.STORY,     StatusState.SOLVED],
    ["satisfied",  StatusState.STORY,     StatusState.SATISFIED],
    ["rated",      StatusState.SOLVED,    StatusState.SATISFIED],
    ["unsolved",   StatusState.SOLVED,    StatusState.UNSOLVED],
    ["rated",      StatusState.UNSOLVED,  StatusState.SATISFIED],
    ["rated",      StatusState.SATISFIED, StatusState.WORD],
    ["back",       StatusState.SATISFIED, StatusState.SOLVED],
    ["rated",      StatusState.WORD,      StatusState.STORY],
    ["back",       StatusState.WORD,      StatusState.STORY],
    ["reopen",     StatusState.STORY,     StatusState.REASON],
    ["withdraw",   StatusState.STORY,     StatusState.WITHDRAW],
    ["keep_from",  StatusState.STORY,     StatusState.KEEP_FROM],
    ["settings",   StatusState.STORY,     StatusState.SETTINGS],
    ["forget",     StatusState.STORY,     StatusState.FORGET],
    *(["back",     state,                 StatusState.STORY] for state in BELOW_STORY),
]  # fmt: skip
