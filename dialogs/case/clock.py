"""The clocks of a case, as an append-only ledger that explains itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Clock = Literal["accept", "assign", "answer", "rectify", "on_site", "result"]
Kind = Literal[
    "start", "pause", "resume", "extend", "stop",
    "warned", "breached", "urged", "supervised", "escalated", "circulated",
]  # fmt: skip
Unit = Literal["W", "C", "h"]  # Chinese working days, calendar days, hours


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much time, as the rules give it."""

    number: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case's ledger. at: UTC, whole seconds; the hour where a reporter caused it.

    allowance: of start and extend; until: of a start by a committed date (due), of a pause its resume date;
    reason: of a pause or an extension, in staff's words; by: their name.
    """

    clock: Clock
    kind: Kind
    at: datetime
    allowance: Allowance | None = None
    until: datetime | None = None
    reason: str = ""
    by: str = ""
