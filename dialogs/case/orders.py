"""What staff order, and what can follow from it or from what reporters do, as
values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from dialogs.case.life import Case, Staff
from dialogs.words import Message, Params

# ── staff's orders ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Claim:
    """I take this case; `take`: also from a colleague."""

    take: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    pass


@dataclass(frozen=True, slots=True)
class Decline:
    reason: str


@dataclass(frozen=True, slots=True)
class MarkUrgent:
    """It turned out to be urgent: the unit's clocks become those of urgent cases."""


@dataclass(frozen=True, slots=True)
class NotUrgent:
    """It was marked urgent by mistake; the usual time counts since it was sent out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recategorise:
    """It is of another kind than it was filed as. Clocks already running stay."""

    category: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the reporters; `to`: only the n-th of them, counted from 1."""

    question: str
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """due: the answer's, in place of the rules' time; complex: the rules give more of
    it; new: the unit is known not to be in the register.
    """

    unit: str
    level: str | None = None
    due: datetime | None = None
    complex: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True)
class Arrive:
    """The unit is on site, or on line, with an urgent case."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    text: str


@dataclass(frozen=True, slots=True)
class Find:
    finding: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CorrectFinding:
    """What was found was wrong; text: why. Where nothing is to be put right any more,
    that ends; a case that is closed stays closed.
    """

    finding: str
    text: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """The unit's answer is not enough, or it is not put right: it goes on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Redate:
    """The date by which the unit answers or puts it right was wrong. due: not later
    than the rules give.
    """

    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Rectified:
    """The unit says that it is put right, and what shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Rectify:
    plan: str = ""
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Close:
    result: str


@dataclass(frozen=True, slots=True)
class StaffReopen:
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """`into`: how staff call the other case (alias or serial)."""

    into: str


@dataclass(frozen=True, slots=True)
class Unmerge:
    """It is not the same matter after all: its reporters come back to it."""


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class Release:
    """I give the case back to whoever takes it."""


@dataclass(frozen=True, slots=True)
class Return:
    """The unit is not competent. rule: the rule that shows it; within a working day, at
    most twice a case.
    """

    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RefuseReturn:
    """The hotline keeps the case with the unit that sent it back, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Extend:
    """The unit asks for more time, before its own has run out. days: working days."""

    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class GrantExtend:
    """A supervisor decides about more time. days: fewer or more than were asked for;
    None: as asked.
    """

    granted: bool
    reason: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Whistle:
    """One level up, with its clock; unit: who has it there, "" for the parent of the
    present one; level: of that unit, where it is known: a level may be skipped; new: as
    in `Assign`.
    """

    reason: str
    unit: str = ""
    level: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """For a third party: clocks pause. until: when it goes on by itself."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Resume:
    """What was waited for is there, or not needed any more."""


@dataclass(frozen=True, slots=True)
class Supervise:
    """督办 by a person; the ladder of clocks does it by itself too."""

    text: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """A paper has reached the leader it is for. how: in what way; to: a key of RANKS,
    None for whom the oldest is for.
    """

    how: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The hotline writes to the reporters. It goes out when the undo window is over.
    to: as in `Ask`.
    """

    text: str
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back a reply that has not gone out yet."""


Order = (
    Claim
    | Release
    | Accept
    | Decline
    | MarkUrgent
    | NotUrgent
    | Recategorise
    | Ask
    | Wait
    | Resume
    | Assign
    | Arrive
    | Answer
    | Return
    | RefuseReturn
    | Extend
    | GrantExtend
    | Supervise
    | HandOver
    | Whistle
    | Redate
    | SendBack
    | Find
    | CorrectFinding
    | Rectify
    | Rectified
    | Close
    | StaffReopen
    | Merge
    | Unmerge
    | Reply
    | Undo
    | Note
)


# ── what follows ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StoryStep:
    """A step to add. report: only for the reporter of this one; public: reporters may
    read it; by: who did it, where that is not who gives the order.
    """

    kind: str
    params: Params = field(default_factory=dict)
    report: str | None = None
    public: bool = True
    by: Staff | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """Staff, a unit or who leads it are told. to: who; name: a phrase under "alert.",
    filled with params.

    urgent: also at night and at once; else staff of the hotline by day, units in their
    hours.
    """

    to: Literal["staff", "supervisor", "unit", "leader"]
    name: str
    params: Params = field(default_factory=dict)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The case afterwards, the steps to add, who is told what, and the audit line's
    content.

    serial: give the case a number; note: internal text that no reporter will ever read;
    into: the other case, where reports move to it or come back from it.
    """

    case: Case
    entries: tuple[StoryStep, ...] = ()
    pushes: tuple[tuple[str, Message], ...] = ()
    audit: tuple[str, Mapping[str, Any]] = ("", {})
    serial: bool = False
    note: str | None = None
    into: Case | None = None
    alerts: tuple[Alert, ...] = ()
