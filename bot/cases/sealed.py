"""What lies sealed in the tables of cases and reports: a type and a codec for each.

Key names and their order are what is on the disk. A key with its default is left out,
but where the type says otherwise.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from bot.codec import SealedBytes, SealedColumn
from bot.reported import ReportContent
from dialogs.case.life import State


class SealedMoreTime(msgspec.Struct, array_like=True, frozen=True):
    """`MoreTime` as a list."""

    days: int
    reason: str
    at: datetime


class SealedNotice(msgspec.Struct, array_like=True, frozen=True):
    """`Notice` as a list."""

    step: str
    at: datetime
    text: str = ""
    handed: datetime | None = None


class SealedWriter(msgspec.Struct, array_like=True, frozen=True):
    """`Staff` as a list."""

    id: str
    name: str


class SealedReply(msgspec.Struct, array_like=True, frozen=True):
    """`Pending` as a list; before it had its writer, one shorter."""

    text: str
    at: datetime
    to: int | None = None
    by: SealedWriter | None = None


class SealedCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a case no column shows, named as in `Case` and its parts.

    claimed_by: the name of who claimed it; told: None, if nothing was since it was
    filed; had_before: the unit in the row had the case, and has it no more.
    """

    claimed_by: str | None = msgspec.field(name="claimed", default=None)
    asked_in: State | None = None
    unit: str | None = None
    finding: str | None = None
    extended: bool = False
    told: datetime | None = None
    closed: datetime | None = None
    returns: int = 0
    wants: SealedMoreTime | None = None
    called_back: int = 0
    looked_back: int = 0
    reply: SealedReply | None = None
    added: datetime | None = None
    forgot: int = 0
    resumes: datetime | None = None
    retained: bool = False
    had_before: bool = msgspec.field(name="had", default=False)
    keep_from: list[str] = []
    rebounds: int = 0
    declined_by: str | None = None
    dispatched: datetime | None = None
    earlier: list[str] = []
    rectified: bool = False
    notices: list[SealedNotice] = []


class SealedLine(msgspec.Struct, array_like=True, frozen=True):
    """Of a clock: in staff's words, and by whom."""

    reason: str
    by: str


class SealedHold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report that is kept back, whole. report: its case is not known yet, "".

    until: the local day; unless: what becomes of it then, as in `Hold`; asked: its
    reporter was asked; pictures: ids (hex); keep_from: units, as they were named;
    added: what was added last, at the end of the report's text.
    """

    report: ReportContent
    until: date
    unless: Literal["send", "drop"]
    asked: bool = False
    urgent: bool = False
    pictures: list[str] = []
    keep_from: list[str] = []
    added: str = ""


class SealedAddress(msgspec.Struct, array_like=True, frozen=True):
    """`Address` as a list."""

    channel: str
    key: str


class SealedNote(msgspec.Struct, frozen=True):
    """by: name of the member of staff."""

    text: str
    by: str


class SealedVerdict(msgspec.Struct, frozen=True):
    """A supervisor's decision about a rung of the ladder."""

    by: str
    reason: str


SEALED_CASES = SealedColumn("cases", "sealed", SealedCase)
SEALED_LINES = SealedColumn("clocks", "sealed", SealedLine)
SEALED_HOLDS = SealedColumn("holds", "sealed", SealedHold)
SEALED_ADDRESSES = SealedColumn("reports", "address", SealedAddress)
SEALED_NOTES = SealedColumn("notes", "sealed", SealedNote)
SEALED_RATINGS = SealedColumn("ratings", "sealed", str)
SEALED_VERDICTS = SealedColumn("rungs", "sealed", SealedVerdict)
SEALED_PICTURES = SealedBytes("media", "sealed")


def clock_line(case: bytes, number: int) -> bytes:
    """The row id of a line, which the table keeps in two columns."""
    return case + number.to_bytes(4, "big")
