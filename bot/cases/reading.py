"""What staff read of cases: lists, one case in full, its pictures, what a search finds.
Changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from anonymizer.seal import Unsealable
from bot.cases.conflict import ConflictRule
from bot.cases.merged import MergedCases, placed
from bot.cases.sealing import FORGOTTEN, CaseSealer, OpenReport, answers
from bot.cases.writing import THE_LINE
from bot.hours import seconds
from bot.people.member import CaseReader
from bot.search.finding import CaseSearch, Progress
from dialogs.case.corrections import SUPPLEMENTED, SupplementStep, corrected
from dialogs.case.life import FINISHED, Case, State
from dialogs.case.order_table import PICTURED
from dialogs.case.refusals import Refusal
from storage.port import Database
from storage.repositories.cases import CaseRow, Cases
from storage.repositories.clocks import Clocks
from storage.repositories.media import Media, MediaRow
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import NoteRow, Notes, Ratings, StepRow, Steps

Asked = TypeVar("Asked")
Got = TypeVar("Got")
ROWS_A_PAGE = 200  # rows read at a time where filters go on after reading
# hits looked at one by one, for a reader who may not know of all of them
LOOKED_AT = 1000
# whether a case may be told at all where it is asked; beside who may know of it
Tellable = Callable[[CaseRow], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A line of a list. opened: the hour of filing, seconds since 1970 UTC; text: of
    its first report; damaged: what the case itself says does not open.
    """

    case: Case
    opened: int
    changed: int
    text: str
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class FoundCases:
    """What a search found.

    total: all that this reader may know of, of which `entries` are the first;
    is_counted: False where there may be more than that.
    """

    entries: list[ListedCase]
    total: int
    is_counted: bool


@dataclass(frozen=True, slots=True)
class PictureInfo:
    id: str
    mime: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as staff read it. number: as `ask --to` counts, None once forgotten;
    filed: the hour.
    """

    number: int | None
    filed: int
    text: str
    facts: dict[str, Any]
    pictures: tuple[PictureInfo, ...]
    solved: bool | None
    satisfied: bool | None
    word: str | None


@dataclass(frozen=True, slots=True)
class StepView:
    """by: staff's name or "专线", None for reporters; report: number of the reporter it
    concerns alone.
    """

    kind: str
    at: int
    by: str | None
    report: int | None
    public: bool
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoteView:
    at: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one case. into: alias of the case that it was merged into, and
    joint: of the one that has its reports now, where that is another one; merged:
    aliases of those merged into it; damaged: as in `ListedCase`.
    """

    case: Case
    opened: int
    changed: int
    into: str | None
    merged: tuple[str, ...]
    reports: tuple[ReportView, ...]
    steps: tuple[StepView, ...]
    notes: tuple[NoteView, ...]
    damaged: bool = False
    joint: str | None = None

    @property
    def went(self) -> str | None:
        """Where its reports went, as staff read it."""
        if self.joint in (None, self.into):
            return self.into
        return f"{self.into}，再并入 {self.joint}"


class CaseReadModel:
    """Opens what storage keeps sealed. Receipts, addresses and chats are not in it.

    What is kept from a reader is in no list.
    """

    def __init__(
        self,
        database: Database,
        files: CaseSealer,
        search: CaseSearch,
        *,
        conflict: ConflictRule,
        now: Callable[[], datetime],
    ) -> None:
        self._now = now
        self._files = files
        self._search = search
        self._conflict = conflict
        self._cases, self._clocks = Cases(database), Clocks(database)
        self._reports, self._ratings = Reports(database), Ratings(database)
        self._steps, self._notes = Steps(database), Notes(database)
        self._media = Media(database)
        self._merged = MergedCases(database, files)

    async def entries(
        self,
        reader: CaseReader,
        *,
        states: Sequence[State] | None = None,
        category: str | None = None,
        claimed_by: str | None = None,
        urgent: bool = False,
        limit: int = 50,
    ) -> list[ListedCase]:
        """Urgent ones first, then the oldest; without `states`, all that is still to be
        worked on.
        """
        working = [state for state in State if state not in FINISHED]
        wanted = [state.value for state in states or working]
        staff = bytes.fromhex(claimed_by) if claimed_by else None
        rows: list[CaseRow] = []
        while page := await self._cases.list(
            wanted, staff, category, ROWS_A_PAGE, len(rows)
        ):
            rows += page
            if len(page) < ROWS_A_PAGE:
                break
        if urgent:
            rows = [row for row in rows if row.urgent]
        rows.sort(key=lambda row: not row.urgent)
        return await self._all(self._entry, await self._seen(reader, rows, limit))

    async def _seen(
        self, reader: CaseReader, rows: Sequence[CaseRow], limit: int
    ) -> list[CaseRow]:
        """The first of them that this reader may know of."""
        found: list[CaseRow] = []
        for start in range(0, len(rows), ROWS_A_PAGE):
            page = rows[start : start + ROWS_A_PAGE]
            found += await self._conflict.visible(reader, page)
            if len(found) >= limit:
                break
        return found[:limit]

    async def search(
        self,
        reader: CaseReader,
        query: str,
        most: int = 50,
        *,
        tellable: Tellable | None = None,
        progress: Progress | None = None,
    ) -> FoundCases:
        """Cases with a report that has all these words: the newest first, those of one
        hour in no order that tells anything.

        tellable: which cases may be told where it is asked, None: all; progress: told
        where it takes long.
        Raises: Refusal, if there is nothing to look for, or it is too early.
        """
        looks_at_each = tellable is not None or not await self._conflict.sees_all(
            reader
        )
        hits = await self._search.find(
            query,
            LOOKED_AT if looks_at_each else most,
            reserved=reader.role == "supervisor",
            progress=progress,
        )
        by_text = {hit.group: hit.id for hit in hits.found}
        cases = [case for case in await self._all(self._cases.by_id, by_text) if case]
        seen = await self._conflict.visible(reader, cases)
        if tellable is not None:
            seen = [case for case in seen if await tellable(case)]
        reports = [by_text[case.id] for case in seen[:most]]
        entries = await self._all(self._hit, zip(seen, reports, strict=False))
        if not looks_at_each:
            return FoundCases(entries, hits.total, is_counted=True)
        return FoundCases(entries, len(seen), is_counted=hits.total <= LOOKED_AT)

    async def _hit(self, found: tuple[CaseRow, bytes]) -> ListedCase:
        case, id = found
        report = await self._reports.by_id(id)
        return await self._entry(case, self._text(report) if report else None)

    @staticmethod
    async def _all(
        ask: Callable[[Asked], Awaitable[Got]], each: Iterable[Asked]
    ) -> list[Got]:
        """Ask for all at once: reads that wait together make one way."""
        return await asyncio.gather(*map(ask, each))

    async def _entry(self, row: CaseRow, text: str | None = None) -> ListedCase:
        reports = await self._reports.of_case(row.id)
        if text is None:
            text = self._first_text(reports)
        case, damaged = self._files.shown_case(row, reports)
        return ListedCase(case, row.opened_hour, row.changed_at, text, damaged)

    def _first_text(self, reports: Sequence[ReportRow]) -> str:
        """Of the first report that is not forgotten."""
        for report in reports:
            if report.wrapped_key is not None:
                return self._text(report)
        return FORGOTTEN if reports else ""

    def _text(self, report: ReportRow) -> str:
        opened = self._files.shown_report(report)
        return self._files.shown_content(opened).text if opened else FORGOTTEN

    async def sheet(self, row: CaseRow) -> Sheet:
        """One case in full."""
        reports, lines, steps, notes, merged, into = await asyncio.gather(
            self._reports.of_case(row.id),
            self._clocks.of_case(row.id),
            self._steps.of_case(row.id),
            self._notes.of_case(row.id),
            self._cases.merged_from(row.id),
            self._cases.by_id(row.merged_into or b""),
        )
        case, damaged = self._files.shown_case(row, reports, lines)
        owners, steps = await self._private(row.id, reports, steps)
        sent = await self._all(self._of_answer, steps)
        numbers = {report: number for number, report in enumerate(case.reports, 1)}
        views = [self._report(report, numbers) for report in reports]
        told = [
            self._step(step, owners.get(step.report_id), numbers, len(pictures))
            for step, pictures in zip(steps, sent, strict=True)
        ]
        return Sheet(
            case=case,
            opened=row.opened_hour,
            changed=row.changed_at,
            into=into.alias if into else None,
            joint=(await self._merged.joint(into)).alias if into else None,
            merged=tuple(one.alias for one in merged),
            reports=tuple(await asyncio.gather(*views)),
            steps=tuple(_with_corrections(steps, told)),
            notes=self._notes_until_now(notes),
            damaged=damaged,
        )

    async def separated(self, row: CaseRow) -> tuple[Sheet, Sheet]:
        """A merged case and the one that has its reports now, as they would be if they
        were separated: each with its own reports.

        Raises: Refusal, where something of them is damaged.
        """
        joint = await self._merged.joint(row)
        try:
            own = await self._merged.own_reports(row)
        except Unsealable:
            raise Refusal("damaged", name=row.alias) from None
        ids = {report.id for report in own}
        there = await self._reports.of_case(joint.id)
        rest = [report for report in there if report.id not in ids]
        mine = await self.sheet(row)
        others = await self.sheet(joint)
        return (
            replace(mine, reports=await self._reported(own)),
            replace(others, reports=await self._reported(rest)),
        )

    async def _reported(self, rows: Sequence[ReportRow]) -> tuple[ReportView, ...]:
        """These reports, which are numbered only within their case."""
        return tuple(await self._all(lambda row: self._report(row, {}), rows))

    def _notes_until_now(self, rows: Sequence[NoteRow]) -> tuple[NoteView, ...]:
        """What the line itself notes of a push is not shown before its time."""
        now = seconds(self._now())
        return tuple(self._note(row) for row in rows if row.at <= now)

    def _note(self, row: NoteRow) -> NoteView:
        note = self._files.shown_note(row)
        return NoteView(row.at, note.by, note.text)

    async def _report(self, row: ReportRow, numbers: dict[str, int]) -> ReportView:
        opened = self._files.shown_report(row)
        rating, media = await asyncio.gather(
            self._ratings.of_report(row.id), self._media.of_report(row.id)
        )
        content = self._files.shown_content(opened) if opened else None
        solved, satisfied = answers(rating)
        return ReportView(
            number=numbers.get(row.id.hex()),
            filed=row.filed_hour,
            text=content.text if content else FORGOTTEN,
            facts=content.facts() if content else {},
            pictures=tuple(map(_info, media)),
            solved=solved,
            satisfied=satisfied,
            word=self._files.word(rating, opened) if rating and opened else None,
        )

    async def _private(
        self, case: bytes, reports: Sequence[ReportRow], steps: Sequence[StepRow]
    ) -> tuple[dict[bytes | None, OpenReport], list[StepRow]]:
        """Open reports by id, and all steps in order.

        What a reporter said before a merge stands with the old case; it is shown and
        opened in both. Once they are separated it is shown where its report is.
        """
        ids = [report.id for report in reports]
        said = await self._all(self._steps.of_report, ids)
        others = {step.case_id for own in said for step in own} - {case}
        elsewhere = await self._all(self._steps.of_case, others)
        owners = {report.id: report for report in reports}
        moved = {step.report_id for step in steps if step.report_id} - owners.keys()
        gone: set[bytes | None] = set()
        family = await self._cases.family(case) if moved else []
        related = {one.id for one in family}
        for report in await self._all(self._reports.by_id, moved):
            if report is not None and report.case_id in related:
                owners[report.id] = report
            elif report is not None:
                gone.add(report.id)
        opened = filter(None, map(self._files.shown_report, owners.values()))
        found = [step for step in placed(steps) if step.row.report_id not in gone]
        for there in elsewhere:
            found += [one for one in placed(there) if one.row.report_id in ids]
        found.sort(key=lambda step: step.since)
        return {one.row.id: one for one in opened}, [step.row for step in found]

    def _step(
        self,
        row: StepRow,
        owner: OpenReport | None,
        numbers: dict[str, int],
        sent: int,
    ) -> StepView:
        """sent: how many pictures came with a unit's answer."""
        step = self._files.shown_step(row, owner)
        params = {**step.params, "pictures": sent} if sent else step.params
        number = numbers.get(row.report_id.hex()) if row.report_id else None
        is_ours = row.kind == "replied"  # before its writer was kept, too
        own_words = row.report_id is not None and row.by is None and not is_ours
        of_reporter = own_words or row.kind == "forgotten"
        by = None if of_reporter else step.by or THE_LINE.name
        return StepView(
            kind=row.kind,
            at=row.at,
            by=by,
            report=number,
            public=row.public,
            params=params,
        )

    async def pictures(self, row: CaseRow) -> list[tuple[str, str, bytes]]:
        """(id in hex, mime, bytes) of every picture of the case's reports, then of its
        units' answers; damaged ones are left out.
        """
        found = []
        for report in await self._reports.of_case(row.id):
            opened = self._files.shown_report(report)
            if opened is None:
                continue
            for media in await self._media.of_report(report.id):
                with suppress(Unsealable):
                    data = self._files.picture(media, opened.key)
                    found.append((media.id.hex(), media.mime, data))
        for step in await self._steps.of_case(row.id):
            for media in await self._of_answer(step):
                with suppress(Unsealable):
                    data = self._files.unit_picture(media)
                    found.append((media.id.hex(), media.mime, data))
        return found

    async def _of_answer(self, step: StepRow) -> list[MediaRow]:
        """What a unit sent with its answer, or with what it put right."""
        return await self._media.of_step(step.id) if step.kind in PICTURED else []


def _with_corrections(
    rows: Sequence[StepRow], told: Sequence[StepView]
) -> list[StepView]:
    """Two supplements that contradict each other become one entry, where the later one
    stands. rows, told: the same steps.
    """
    supplements = corrected(
        SupplementStep(number, row.report_id.hex(), view.params)
        for number, (row, view) in enumerate(zip(rows, told, strict=True))
        if row.kind == SUPPLEMENTED and row.report_id is not None
    )
    views = list(told)
    for one in supplements:
        if not one.before:
            continue
        number = one.newest.number
        together = {"before": one.words_before, "pictures": one.pictures}
        params = {**views[number].params, **together}
        views[number] = replace(views[number], params=params)
    superseded = {old.number for one in supplements for old in one.before}
    return [view for number, view in enumerate(views) if number not in superseded]


def _info(media: MediaRow) -> PictureInfo:
    return PictureInfo(media.id.hex(), media.mime, media.width, media.height)
