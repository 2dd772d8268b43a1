"""Sealed rows of a case, and what lies in them: the one place that knows both
shapes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from anonymizer.seal import Place, Sealer
from bot.address import Address
from bot.hours import seconds
from bot.keys import Keys
from dialogs.case.allowance import Allowance, Clock, TimeUnit
from dialogs.case.clock import Kind, Line
from dialogs.case.life import Case, MoreTime, Pending, Staff, State
from dialogs.case.orders import StoryStep
from dialogs.case.story import Told
from storage.port import Write
from storage.repositories.cases import CaseRow
from storage.repositories.clocks import ClockRow, Clocks
from storage.repositories.media import Media, MediaRow
from storage.repositories.reports import ReportRow
from storage.repositories.steps import NoteRow, RatingRow, StepRow, Steps

GONE = "[已删除：反映人要求，或保存期满]"


def utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


class CaseSealer:
    """Seals and opens. `key` is always a report's data key.

    It covers all that its reporter said or was asked; the keyring's purposes "content"
    and "staff" cover what staff wrote.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    # ── reports ───────────────────────────────────────────────────────────────────────

    def wrap(self, key: bytes, report: bytes) -> bytes:
        return self._keys.data.wrap(key, report)

    def key(self, row: ReportRow | None) -> bytes | None:
        """The data key; None where there is no such report, or it was forgotten.
        Raises: Unsealable.
        """
        if row is None or row.wrapped_key is None:
            return None
        return self._keys.data.unwrap(row.wrapped_key, row.id)

    def seal_content(
        self, content: Mapping[str, Any], key: bytes, report: bytes
    ) -> bytes:
        return Sealer.own(key, "content").seal_json(
            content, Place("reports", "sealed", report)
        )

    def content(self, row: ReportRow, key: bytes) -> dict[str, Any]:
        assert row.sealed is not None  # goes together with the key
        content: dict[str, Any] = Sealer.own(key, "content").open_json(
            row.sealed, Place("reports", "sealed", row.id)
        )
        return content

    def seal_address(self, to: Address, key: bytes, report: bytes) -> bytes:
        return Sealer.own(key, "address").seal_json(
            [to.channel, to.key], Place("reports", "address", report)
        )

    def address(self, row: ReportRow, key: bytes) -> Address | None:
        if row.address is None:
            return None
        channel, chat = Sealer.own(key, "address").open_json(
            row.address, Place("reports", "address", row.id)
        )
        return Address(channel, chat)

    # ── cases ─────────────────────────────────────────────────────────────────────────

    def case(
        self,
        row: CaseRow,
        reports: Iterable[ReportRow] = (),
        lines: Sequence[ClockRow] = (),
    ) -> Case:
        """As the rules want it; `reports` in the order in which staff count them,
        `lines` of its ledger.
        """
        details = (
            self._keys.content.open_json(row.sealed, _case_place(row.id))
            if row.sealed
            else {}
        )
        known = details.get
        opened, reply, wants = utc(row.opened_hour), known("reply"), known("wants")
        return Case(
            id=row.id.hex(),
            alias=row.alias,
            state=State(row.state),
            category=row.category,
            urgent=row.urgent,
            serial=row.serial,
            level=row.level,
            due=_time(row.due_at),
            claimed=Staff(row.claimed_by.hex(), known("claimed", ""))
            if row.claimed_by
            else None,
            merged_into=row.merged_into.hex() if row.merged_into else None,
            asked_in=State(details["asked_in"]) if "asked_in" in details else None,
            unit=known("unit"),
            finding=known("finding"),
            extended=known("extended", False),
            reports=tuple(
                [
                    report.id.hex()
                    for report in reports
                    if report.wrapped_key is not None
                ]
            ),
            unit_id=row.unit_id.hex() if row.unit_id and not known("had") else None,
            opened=opened,
            told=_time(known("told")) or opened,
            closed=_time(known("closed")),
            ledger=tuple([self.line(line) for line in lines]),
            returns=known("returns", 0),
            wants=MoreTime(wants[0], wants[1], utc(wants[2])) if wants else None,
            called_back=known("called_back", 0),
            looked_back=known("looked_back", 0),
            reply=Pending(reply[0], utc(reply[1]), reply[2]) if reply else None,
            added=_time(known("added")),
            forgot=known("forgot", 0),
            resumes=_time(known("resumes")),
            retained=known("retained", False),
            had=row.unit_id.hex() if row.unit_id and known("had") else None,
        )

    def case_row(self, was: CaseRow, case: Case, at: int) -> CaseRow:
        """The row after a change at `at`, one version on."""
        details = {
            "claimed": case.claimed.name if case.claimed else None,
            "asked_in": case.asked_in.value if case.asked_in else None,
            "unit": case.unit,
            "finding": case.finding,
            "extended": case.extended,
            "told": _seconds(case.told) if case.told != case.opened else None,
            "closed": _seconds(case.closed),
            "returns": case.returns,
            "wants": [case.wants.days, case.wants.reason, seconds(case.wants.at)]
            if case.wants
            else None,
            "called_back": case.called_back,
            "looked_back": case.looked_back,
            "reply": [case.reply.text, seconds(case.reply.at), case.reply.to]
            if case.reply
            else None,
            "added": _seconds(case.added),
            "forgot": case.forgot,
            "resumes": _seconds(case.resumes),
            "retained": case.retained,
            "had": case.had is not None,
        }
        known = {name: value for name, value in details.items() if value}
        return replace(
            was,
            version=was.version + 1,
            state=case.state.value,
            urgent=case.urgent,
            level=case.level,
            changed_at=at,
            due_at=_seconds(case.due),
            merged_into=bytes.fromhex(case.merged_into) if case.merged_into else None,
            claimed_by=bytes.fromhex(case.claimed.id) if case.claimed else None,
            sealed=self._keys.content.seal_json(known, _case_place(was.id))
            if known
            else b"",
            unit_id=bytes.fromhex(unit) if (unit := case.unit_id or case.had) else None,
        )

    # ── the ledger ────────────────────────────────────────────────────────────────────

    def line(self, row: ClockRow) -> Line:
        reason, by = "", ""
        if row.sealed:
            reason, by = self._keys.content.open_json(
                row.sealed, _line_place(row.case_id, row.number)
            )
        number, _, unit = (row.allowance or "").partition(" ")
        return Line(
            cast(Clock, row.clock),
            cast(Kind, row.kind),
            utc(row.at),
            Allowance(int(number), cast(TimeUnit, unit)) if number else None,
            _time(row.until),
            reason,
            by,
        )

    def add_lines(self, case: bytes, ledger: Sequence[Line], after: int) -> list[Write]:
        """All lines behind the first `after` ones."""
        return [Clocks.add(self._line_row(case, number, ledger[number - 1]))
                for number in range(after + 1, len(ledger) + 1)]  # fmt: skip

    def _line_row(self, case: bytes, number: int, line: Line) -> ClockRow:
        said = [line.reason, line.by]
        sealed = (
            self._keys.content.seal_json(said, _line_place(case, number))
            if any(said)
            else b""
        )
        allowance = (
            f"{line.allowance.number} {line.allowance.unit}" if line.allowance else None
        )
        until = _seconds(line.until)
        return ClockRow(
            case,
            number,
            line.clock,
            line.kind,
            seconds(line.at),
            allowance,
            until,
            sealed,
        )

    # ── steps, notes, ratings ─────────────────────────────────────────────────────────

    def add_step(
        self,
        entry: StoryStep,
        case: bytes,
        at: int,
        by: Staff | None,
        keys: Mapping[str, bytes],
    ) -> tuple[bytes, Write]:
        """A step's id, and the write that adds it. keys: of the case's reports, by id
        in hex.
        """
        id = secrets.token_bytes(16)
        sealer = (
            Sealer.own(keys[entry.report], "content")
            if entry.report
            else self._keys.content
        )
        value = {"params": dict(entry.params), "by": by.name if by else None}
        sealed = sealer.seal_json(value, Place("steps", "sealed", id))
        report = bytes.fromhex(entry.report) if entry.report else None
        staff = bytes.fromhex(by.id) if by else None
        return id, Steps.add(
            StepRow(id, case, report, 0, entry.kind, at, staff, entry.public, sealed)
        )

    def step(
        self, row: StepRow, key: bytes | None
    ) -> tuple[dict[str, Any], str | None]:
        """Parameters and the staff member's name; what was forgotten says so. key:
        where a report is set.
        """
        if not row.sealed or (row.report_id is not None and key is None):
            return {"text": GONE}, None
        sealer = (
            Sealer.own(key, "content")
            if row.report_id is not None and key
            else self._keys.content
        )
        value = sealer.open_json(row.sealed, Place("steps", "sealed", row.id))
        return value["params"], value["by"]

    def told(self, row: StepRow, key: bytes) -> Told:
        """A step that the reporter with this key may read."""
        params, _ = self.step(row, key)
        report = row.report_id.hex() if row.report_id else None
        return Told(
            row.kind,
            utc(row.at),
            row.case_id.hex(),
            report,
            row.public,
            row.by is None,
            params,
        )

    def note(self, case: bytes, at: int, by: Staff, text: str) -> NoteRow:
        id = secrets.token_bytes(16)
        sealed = self._keys.staff.seal_json(
            {"text": text, "by": by.name}, Place("notes", "sealed", id)
        )
        return NoteRow(id, case, at, bytes.fromhex(by.id), sealed)

    def note_text(self, row: NoteRow) -> tuple[str, str]:
        """(who, what)"""
        if not row.sealed:
            return "", GONE
        value = self._keys.staff.open_json(row.sealed, Place("notes", "sealed", row.id))
        return value["by"], value["text"]

    def seal_word(self, word: str, key: bytes, report: bytes) -> bytes:
        return Sealer.own(key, "content").seal_json(
            word, Place("ratings", "sealed", report)
        )

    def word(self, row: RatingRow, key: bytes) -> str | None:
        if row.sealed is None:
            return None
        word: str = Sealer.own(key, "content").open_json(
            row.sealed, Place("ratings", "sealed", row.report_id)
        )
        return word

    # ── pictures ──────────────────────────────────────────────────────────────────────

    @staticmethod
    def picture(row: MediaRow, key: bytes) -> bytes:
        return Sealer.own(key, "media").open(
            row.sealed, Place("media", "sealed", row.id)
        )

    def unit_picture(self, row: MediaRow) -> bytes:
        """Of an answer's."""
        return self._keys.content.open(row.sealed, Place("media", "sealed", row.id))

    def seal_unit_picture(self, id: bytes, data: bytes) -> bytes:
        return self._keys.content.seal(data, Place("media", "sealed", id))

    def hand_over(
        self,
        rows: Sequence[MediaRow],
        draft_key: bytes,
        key: bytes,
        report: bytes,
        step: bytes,
    ) -> list[Write]:
        """Pictures of a draft become the report's: sealed with its key, and kept beside
        the step.
        """
        writes: list[Write] = []
        for row in rows:
            sealed = Sealer.own(key, "media").seal(
                self.picture(row, draft_key), Place("media", "sealed", row.id)
            )
            writes += [
                Media.reseal(row.id, sealed, row.width, row.height),
                Media.keep(row.id, report, step),
            ]
        return writes


def _case_place(id: bytes) -> Place:
    return Place("cases", "sealed", id)


def _line_place(case: bytes, number: int) -> Place:
    return Place("clocks", "sealed", case + number.to_bytes(4, "big"))


def _time(at: int | None) -> datetime | None:
    return None if at is None else utc(at)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else seconds(at)


def answers(row: RatingRow | None) -> tuple[bool | None, bool | None]:
    """Solved and satisfied, as a reporter answered; None: not said."""
    if row is None:
        return None, None
    solved, satisfied = row.solved, row.satisfied
    return (
        None if solved is None else bool(solved),
        None if satisfied is None else bool(satisfied),
    )


def corpus(content: Mapping[str, Any], said: Iterable[str]) -> str:
    """What of a report can be searched: index and removal must see the very same."""
    return "\n".join(
        filter(
            None,
            [content.get("text"), content.get("unit"), content.get("place"), *said],
        )
    )
