"""Rows to fill a database with."""

import os

from storage.port import Write
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.media import MediaRow
from storage.repositories.outbox import OutboxRow
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import StepRow
from storage.repositories.talks import TalkRow

# of the pages of a database; a keyring gives one of its own
KEYS = (bytes(range(32)),)
HOUR = 1_790_000_000 // 3600 * 3600


def new() -> bytes:
    return os.urandom(16)


def talk(pseudonym: bytes, version: int = 1, due_at: int = HOUR) -> TalkRow:
    return TalkRow(pseudonym, version, due_at, b"sealed")


def message(
    stream: bytes, seq: int = 0, due_at: int = 0, channel: str = "web"
) -> OutboxRow:
    return OutboxRow(new(), channel, stream, seq, due_at, b"sealed")


def case(
    alias: str, state: str = "filed", opened_hour: int = HOUR, category: str = "forms"
) -> CaseRow:
    return CaseRow(
        new(),
        1,
        alias,
        None,
        state,
        category,
        False,
        None,
        opened_hour,
        HOUR,
        None,
        None,
        None,
        b"sealed",
    )


def report(case_id: bytes) -> ReportRow:
    return ReportRow(
        new(),
        case_id,
        1,
        b"key",
        new(),
        new(),
        new(),
        b"address",
        HOUR,
        b"sealed",
    )


def step(case_id: bytes, report_id: bytes | None = None) -> StepRow:
    return StepRow(
        new(), case_id, report_id, 0, "supplement", HOUR, None, True, b"sealed"
    )


def picture(report_id: bytes | None = None, expires: int | None = None) -> MediaRow:
    return MediaRow(new(), report_id, None, expires, "image/webp", 640, 480, b"sealed")


def filed(alias: str) -> tuple[CaseRow, ReportRow, list[Write]]:
    """A case with its report, and the turn that files them."""
    opened = case(alias)
    row = report(opened.id)
    return opened, row, [*Cases.open(opened), Reports.file(row)]
