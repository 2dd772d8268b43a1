"""How a report becomes a case: at once, or on the day until which it was kept back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from bot.cases.aliases import new_alias
from bot.cases.pushes import Jitter
from bot.cases.sealing import CaseSealer
from bot.cases.writing import CaseWriter
from bot.hours import seconds, whole_hour
from bot.reported import ReportContent
from bot.settings import Settings
from dialogs.case.life import Case
from dialogs.case.reactions import filed, kept_from
from storage.port import Audit, Changes, Write
from storage.repositories.cases import CaseRow
from storage.repositories.media import Media
from storage.repositories.reports import ReportRow, Reports


@dataclass(frozen=True, slots=True, repr=False)
class ReportHead:
    """What of a report lies outside its sealed words, the same from its first moment
    on. key: its data key, 32 bytes; the others as in `ReportRow`.
    """

    id: bytes
    key: bytes
    wrapped_key: bytes
    receipt: bytes
    mine: bytes | None
    stream: bytes
    address: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class ReportBody:
    """What is handed in. content: its case is not known yet; pictures: ids (hex);
    keep_from: units, as they were named.
    """

    content: ReportContent
    urgent: bool
    pictures: tuple[str, ...]
    keep_from: tuple[str, ...] = ()


class CaseFiling:
    """Opens cases. Reads are awaited; what is opened comes back as writes."""

    def __init__(
        self,
        *,
        files: CaseSealer,
        writer: CaseWriter,
        settings: Settings,
        jitter: Jitter,
    ) -> None:
        """jitter: how late staff hear of it."""
        self._files = files
        self._writer = writer
        self._settings = settings
        self._jitter = jitter

    def writes(self, head: ReportHead, body: ReportBody, at: datetime) -> Changes:
        """The report's key stays its own; the case knows only what staff may keep
        without it.

        at: from when on it is filed, for clocks and counts.
        """
        hour = whole_hour(at)
        id = secrets.token_bytes(16)
        content = msgspec.structs.replace(body.content, case=id.hex())
        report = ReportRow(
            id=head.id,
            case_id=id,
            version=1,
            wrapped_key=head.wrapped_key,
            receipt=head.receipt,
            mine=head.mine,
            stream=head.stream,
            address=head.address,
            filed_hour=hour,
            sealed=self._files.seal_content(content, head.key, head.id),
        )
        case = filed(
            id=id.hex(),
            alias=new_alias(),
            report=head.id.hex(),
            category=content.category,
            urgent=body.urgent,
            keep_from=body.keep_from,
            at=at,
            terms=self._writer.terms,
        )
        news_at = self.news_at(case, at, head.id)
        pictures = enumerate(map(bytes.fromhex, body.pictures))
        return [
            *self._writer.opening(self._row(id, case, hour), case, news_at),
            Reports.file(report),
            *self._wished(case, head, hour),
            *(Media.keep(id, position, head.id) for position, id in pictures),
            Audit(hour, "report.filed", id, None, "{}"),
        ]

    def _row(self, id: bytes, case: Case, hour: int) -> CaseRow:
        row = _opened(id, case, hour)
        if not case.keep_from:
            return row
        return replace(self._files.case_row(row, case, hour), version=row.version)

    def _wished(self, case: Case, head: ReportHead, hour: int) -> list[Write]:
        """What the reporter wished for the case stands in its story."""
        report = head.id.hex()
        keys = {report: head.key}
        wished = [kept_from(unit, report) for unit in case.keep_from]
        id = bytes.fromhex(case.id)
        return [self._files.add_step(step, id, hour, None, keys)[1] for step in wished]

    def news_at(self, case: Case, at: datetime, report: bytes) -> int:
        """When staff hear of what a reporter did: at once if urgent, else late by
        chance.
        """
        if case.urgent or case.supervisors_only:
            return whole_hour(at)
        latest = self._settings.push_delay_minutes * 60
        return seconds(at) + self._jitter(latest + 1, report)


def _opened(id: bytes, case: Case, hour: int) -> CaseRow:
    return CaseRow(
        id=id,
        version=1,
        alias=case.alias,
        serial=None,
        state=case.state.value,
        category=case.category,
        urgent=case.urgent,
        level=None,
        opened_hour=hour,
        changed_at=hour,
        due_at=seconds(case.due) if case.due else None,
        merged_into=None,
        claimed_by=None,
        sealed=b"",
    )
