"""Rows of a case, sealed, and the values that the rules know: the one place that knows
both shapes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import msgspec

from anonymizer.seal import Sealer, Unsealable
from bot.address import Address
from bot.cases.sealed import (
    SEALED_ADDRESSES,
    SEALED_CASES,
    SEALED_HOLDS,
    SEALED_LINES,
    SEALED_NOTES,
    SEALED_PICTURES,
    SEALED_RATINGS,
    SealedAddress,
    SealedCase,
    SealedHold,
    SealedLine,
    SealedNote,
    clock_line,
)
from bot.hours import seconds, utc
from bot.keys import Keys
from bot.reported import (
    SEALED_REPORTS,
    SEALED_STEPS,
    ReportContent,
    SealedStep,
)
from dialogs.case.allowance import Allowance, Clock, TimeUnit
from dialogs.case.clock import ClockLine, LineKind
from dialogs.case.life import (
    Assignment,
    Case,
    Followup,
    MoreTime,
    Pending,
    Staff,
    State,
)
from dialogs.case.notices import Notice
from dialogs.case.orders import StoryStep
from dialogs.case.story import OpenedStep
from storage.port import Write
from storage.repositories.cases import CaseRow
from storage.repositories.clocks import ClockRow, Clocks
from storage.repositories.holds import HoldRow
from storage.repositories.media import Media, MediaRow
from storage.repositories.reports import ReportRow
from storage.repositories.steps import NoteRow, RatingRow, StepRow, Steps

Value = TypeVar("Value")
FORGOTTEN = "[已删除：反映人要求，或保存期满]"
DAMAGED = "[这里的内容已损坏，打不开]"
NO_KEY = bytes(32)  # opens nothing


@dataclass(frozen=True, slots=True, repr=False)
class OpenReport:
    """A report with its data key.

    is_damaged: the key itself does not open; it is there to be shown, and nothing is
    ever sealed with it.
    """

    row: ReportRow
    key: bytes
    is_damaged: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class OpenHold:
    """A report that is kept back, with its data key and what is in it."""

    row: HoldRow
    key: bytes
    held: SealedHold


class CaseSealer:
    """Seals and opens.

    What is called `shown…` is for the eyes alone: a damaged row is shown as such, and
    hides no other. Who decides or writes by what a row says uses the others, which
    raise.

    A report's data key covers all that its reporter said or was asked; the keyring's
    purposes "content" and "staff" cover what staff wrote.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    # ── reports ───────────────────────────────────────────────────────────────────────

    def wrap(self, key: bytes, report: bytes) -> bytes:
        return self._keys.data.wrap(key, report)

    def opened(self, row: ReportRow | None) -> OpenReport | None:
        """None where there is none, or it was forgotten. Raises: Unsealable."""
        if row is None or row.wrapped_key is None:
            return None
        return OpenReport(row, self._keys.data.unwrap(row.wrapped_key, row.id))

    def shown_report(self, row: ReportRow | None) -> OpenReport | None:
        """None where there is none, or it was forgotten."""
        try:
            return self.opened(row)
        except Unsealable:
            assert row is not None
            return OpenReport(row, NO_KEY, is_damaged=True)

    def shown_content(self, opened: OpenReport, category: str = "") -> ReportContent:
        """category: of its case, where the report does not say its own."""
        try:
            return self.content(opened)
        except Unsealable:
            case = opened.row.case_id.hex()
            return ReportContent(case=case, text=DAMAGED, category=category, lang="zh")

    def seal_content(self, content: ReportContent, key: bytes, report: bytes) -> bytes:
        return SEALED_REPORTS.seal(Sealer.own(key, "content"), report, content)

    def reseal_content(self, content: ReportContent, opened: OpenReport) -> bytes:
        """In the place of what the report holds."""
        row = opened.row
        sealer = Sealer.own(opened.key, "content")
        return SEALED_REPORTS.reseal(sealer, row.id, content, row.sealed or b"")

    def content(self, opened: OpenReport) -> ReportContent:
        row = opened.row
        assert row.sealed is not None  # goes together with the key
        return SEALED_REPORTS.open(
            Sealer.own(opened.key, "content"), row.id, row.sealed
        )

    def seal_address(self, to: Address, key: bytes, report: bytes) -> bytes:
        sealed = SealedAddress(to.channel, to.key)
        return SEALED_ADDRESSES.seal(Sealer.own(key, "address"), report, sealed)

    def address(self, opened: OpenReport | OpenHold) -> Address | None:
        row = opened.row
        if row.address is None:
            return None
        sealer = Sealer.own(opened.key, "address")
        found = SEALED_ADDRESSES.open(sealer, row.id, row.address)
        return Address(found.channel, found.key)

    # ── reports that are kept back ────────────────────────────────────────────────────

    def hold(self, row: HoldRow | None) -> OpenHold | None:
        """None where there is none, or it was dropped. Raises: Unsealable."""
        if row is None or row.wrapped_key is None:
            return None
        key = self._keys.data.unwrap(row.wrapped_key, row.id)
        held = SEALED_HOLDS.open(Sealer.own(key, "content"), row.id, row.sealed)
        return OpenHold(row, key, held)

    def seal_hold(self, held: SealedHold, key: bytes, report: bytes) -> bytes:
        return SEALED_HOLDS.seal(Sealer.own(key, "content"), report, held)

    def reseal_hold(self, held: SealedHold, opened: OpenHold) -> bytes:
        """In the place of what it holds."""
        row = opened.row
        sealer = Sealer.own(opened.key, "content")
        return SEALED_HOLDS.reseal(sealer, row.id, held, row.sealed)

    # ── cases ─────────────────────────────────────────────────────────────────────────

    def case(
        self,
        row: CaseRow,
        reports: Iterable[ReportRow] = (),
        lines: Iterable[ClockRow] = (),
    ) -> Case:
        """As the rules want it; `reports` in the order in which staff count them,
        `lines` of its ledger.
        """
        sealed = SealedCase()
        if row.sealed:
            sealed = SEALED_CASES.open(self._keys.content, row.id, row.sealed)
        opened = utc(row.opened_hour)
        claimed = None
        if row.claimed_by is not None:
            claimed = Staff(row.claimed_by.hex(), sealed.claimed_by or "")
        ledger = [self.line(line) for line in lines]
        return Case(
            id=row.id.hex(),
            alias=row.alias,
            state=State(row.state),
            category=row.category,
            urgent=row.urgent,
            serial=row.serial,
            due=None if row.due_at is None else utc(row.due_at),
            claimed=claimed,
            merged_into=row.merged_into.hex() if row.merged_into else None,
            opened=opened,
            reports=tuple([one.id.hex() for one in reports if one.wrapped_key]),
            added=sealed.added,
            keep_from=tuple(sealed.keep_from),
            asked_in=sealed.asked_in,
            resumes=sealed.resumes,
            reply=_given(sealed.reply, Pending),
            declined_by=sealed.declined_by,
            ledger=tuple(ledger),
            assignment=_assignment(row, sealed),
            followup=Followup(
                told=sealed.told or opened,
                closed=sealed.closed,
                called_back=sealed.called_back,
                looked_back=sealed.looked_back,
                forgot=sealed.forgot,
                retained=sealed.retained,
                rebounds=sealed.rebounds,
            ),
        )

    def shown_case(
        self,
        row: CaseRow,
        reports: Iterable[ReportRow] = (),
        lines: Iterable[ClockRow] = (),
    ) -> tuple[Case, bool]:
        """The case, and whether it is damaged: then it says what its columns say."""
        try:
            return self.case(row, reports, lines), False
        except Unsealable:
            case = self.case(replace(row, sealed=b""), reports, lines)
            # a case that waits came from somewhere, and this is nearest
            before = State.ASSIGNED if row.unit_id else State.ACCEPTED
            asked_in = before if case.state is State.WAITING else None
            return replace(case, asked_in=asked_in), True

    def case_row(self, was: CaseRow, case: Case, at: int) -> CaseRow:
        """The row after a change at `at`, one version on."""
        unit = case.assignment.last_unit_id
        sealer = self._keys.content
        return replace(
            was,
            version=was.version + 1,
            state=case.state.value,
            category=case.category,
            urgent=case.urgent,
            level=case.assignment.level,
            changed_at=at,
            due_at=seconds(case.due) if case.due else None,
            merged_into=bytes.fromhex(case.merged_into) if case.merged_into else None,
            claimed_by=bytes.fromhex(case.claimed.id) if case.claimed else None,
            sealed=SEALED_CASES.reseal(sealer, was.id, _sealed(case), was.sealed),
            unit_id=bytes.fromhex(unit) if unit else None,
        )

    # ── the ledger ────────────────────────────────────────────────────────────────────

    def line(self, row: ClockRow) -> ClockLine:
        said = SealedLine("", "")
        if row.sealed:
            id = clock_line(row.case_id, row.number)
            # how time is counted stands in the columns; this is only read
            try:
                said = SEALED_LINES.open(self._keys.content, id, row.sealed)
            except Unsealable:
                said = SealedLine(DAMAGED, "")
        return ClockLine(
            clock=cast(Clock, row.clock),
            kind=cast(LineKind, row.kind),
            at=utc(row.at),
            allowance=_allowance(row.allowance) if row.allowance else None,
            until=None if row.until is None else utc(row.until),
            reason=said.reason,
            by=said.by,
        )

    def add_lines(
        self, case: bytes, ledger: Sequence[ClockLine], after: int
    ) -> list[Write]:
        """All lines behind the first `after` ones."""
        new = enumerate(ledger[after:], after + 1)
        return [Clocks.add(self._line_row(case, number, line)) for number, line in new]

    def _line_row(self, case: bytes, number: int, line: ClockLine) -> ClockRow:
        sealed = b""
        if line.reason or line.by:
            said = SealedLine(line.reason, line.by)
            id = clock_line(case, number)
            sealed = SEALED_LINES.seal(self._keys.content, id, said)
        given = line.allowance
        return ClockRow(
            case_id=case,
            number=number,
            clock=line.clock,
            kind=line.kind,
            at=seconds(line.at),
            allowance=f"{given.number} {given.unit}" if given else None,
            until=seconds(line.until) if line.until else None,
            sealed=sealed,
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
        sealer = self._keys.content
        if entry.report:
            sealer = Sealer.own(keys[entry.report], "content")
        said = SealedStep(dict(entry.params), by.name if by else None)
        row = StepRow(
            id=id,
            case_id=case,
            report_id=bytes.fromhex(entry.report) if entry.report else None,
            number=0,
            kind=entry.kind,
            at=at,
            by=bytes.fromhex(by.id) if by else None,
            public=entry.public,
            sealed=SEALED_STEPS.seal(sealer, id, said),
        )
        return id, Steps.add(row)

    def step(self, row: StepRow, opened: OpenReport | None) -> SealedStep:
        """What was forgotten says so. opened: the report, where the step is for one."""
        if not row.sealed or (row.report_id is not None and opened is None):
            return SealedStep({"text": FORGOTTEN}, None)
        sealer = self._keys.content
        if row.report_id is not None and opened is not None:
            sealer = Sealer.own(opened.key, "content")
        return SEALED_STEPS.open(sealer, row.id, row.sealed)

    def shown_step(self, row: StepRow, opened: OpenReport | None) -> SealedStep:
        try:
            return self.step(row, opened)
        except Unsealable:
            return SealedStep({"text": DAMAGED}, None)

    def told(self, row: StepRow, opened: OpenReport) -> OpenedStep:
        """A step that this reporter may read."""
        return OpenedStep(
            kind=row.kind,
            at=utc(row.at),
            case=row.case_id.hex(),
            report=row.report_id.hex() if row.report_id else None,
            public=row.public,
            by_reporter=row.by is None,
            params=self.shown_step(row, opened).params,
        )

    def note(self, case: bytes, at: int, by: Staff, text: str) -> NoteRow:
        id = secrets.token_bytes(16)
        sealed = SEALED_NOTES.seal(self._keys.staff, id, SealedNote(text, by.name))
        return NoteRow(id, case, at, bytes.fromhex(by.id), sealed)

    def noted(self, row: NoteRow) -> SealedNote:
        if not row.sealed:
            return SealedNote(FORGOTTEN, "")
        return SEALED_NOTES.open(self._keys.staff, row.id, row.sealed)

    def shown_note(self, row: NoteRow) -> SealedNote:
        try:
            return self.noted(row)
        except Unsealable:
            return SealedNote(DAMAGED, "")

    def seal_word(self, word: str, opened: OpenReport) -> bytes:
        """What a reporter wrote with the rating."""
        sealer = Sealer.own(opened.key, "content")
        return SEALED_RATINGS.seal(sealer, opened.row.id, word)

    def word(self, row: RatingRow, opened: OpenReport) -> str | None:
        if row.sealed is None:
            return None
        sealer = Sealer.own(opened.key, "content")
        try:
            return SEALED_RATINGS.open(sealer, row.report_id, row.sealed)
        except Unsealable:
            return DAMAGED

    # ── pictures ──────────────────────────────────────────────────────────────────────

    @staticmethod
    def picture(row: MediaRow, key: bytes) -> bytes:
        """Of a reporter's; key: of the draft or report that it belongs to."""
        return SEALED_PICTURES.open(Sealer.own(key, "media"), row.id, row.sealed)

    def unit_picture(self, row: MediaRow) -> bytes:
        """Of an answer's."""
        return SEALED_PICTURES.open(self._keys.content, row.id, row.sealed)

    def seal_unit_picture(self, id: bytes, data: bytes) -> bytes:
        return SEALED_PICTURES.seal(self._keys.content, id, data)

    def hand_over(
        self,
        rows: Sequence[MediaRow],
        draft_key: bytes,
        opened: OpenReport,
        step: bytes,
    ) -> list[Write]:
        """Pictures of a draft become the report's: sealed with its key, and kept beside
        the step.
        """
        report = opened.row.id
        kept = [Media.keep(row.id, at, report, step) for at, row in enumerate(rows)]
        return [*self.rekeyed(rows, draft_key, opened.key), *kept]

    def hold_pictures(
        self, rows: Sequence[MediaRow], draft_key: bytes, opened: OpenHold
    ) -> list[Write]:
        """The same for a report that is kept back: they wait with it."""
        kept = [Media.hold(row.id) for row in rows]
        return [*self.rekeyed(rows, draft_key, opened.key), *kept]

    def rekeyed(
        self, rows: Sequence[MediaRow], draft_key: bytes, key: bytes
    ) -> list[Write]:
        """Pictures of a draft, sealed with a report's own key."""
        sealer = Sealer.own(key, "media")
        writes: list[Write] = []
        for row in rows:
            sealed = SEALED_PICTURES.seal(sealer, row.id, self.picture(row, draft_key))
            writes.append(Media.reseal(row.id, sealed, row.width, row.height))
        return writes


def _assignment(row: CaseRow, sealed: SealedCase) -> Assignment:
    unit = row.unit_id.hex() if row.unit_id else None
    return Assignment(
        unit=sealed.unit,
        unit_id=None if sealed.had_before else unit,
        level=row.level,
        finding=sealed.finding,
        extended=sealed.extended,
        wants=_given(sealed.wants, MoreTime),
        returns=sealed.returns,
        had=unit if sealed.had_before else None,
        dispatched=sealed.dispatched,
        earlier=tuple(sealed.earlier),
        rectified=sealed.rectified,
        notices=msgspec.convert(
            sealed.notices, tuple[Notice, ...], from_attributes=True
        ),
    )


def _sealed(case: Case) -> SealedCase:
    """By name, but for three: a time that says nothing new is left out, of a person and
    a unit the row has the ids.
    """
    named: dict[str, Any] = {}
    for part in (case, case.assignment, case.followup):
        named |= {name: getattr(part, name) for name in part.__slots__}
    named["told"] = case.followup.told if case.followup.told != case.opened else None
    named["claimed"] = case.claimed.name if case.claimed else None
    named["had"] = case.assignment.had is not None
    return msgspec.convert(named, SealedCase, from_attributes=True)


def _given(sealed: msgspec.Struct | None, kind: type[Value]) -> Value | None:
    if sealed is None:
        return None
    return msgspec.convert(sealed, kind, from_attributes=True)


def _allowance(written: str) -> Allowance:
    number, _, unit = written.partition(" ")
    return Allowance(int(number), cast(TimeUnit, unit))


def answers(row: RatingRow | None) -> tuple[bool | None, bool | None]:
    """Solved and satisfied, as a reporter answered; None: not said."""
    if row is None:
        return None, None
    solved, satisfied = row.solved, row.satisfied
    return (
        None if solved is None else bool(solved),
        None if satisfied is None else bool(satisfied),
    )
