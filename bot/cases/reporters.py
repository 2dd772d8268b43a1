"""What reporters do to their cases: file, add, rate, reopen, be forgotten.

Reads are awaited; what an action changes comes back as writes, for the one commit of
the turn that it was said in.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from anonymizer import receipts
from bot.address import Address
from bot.cases.addresses import ReplyAddresses
from bot.cases.filing import CaseFiling, ReportBody, ReportHead
from bot.cases.holds import HeldReports, HoldAction
from bot.cases.sealing import CaseSealer, OpenReport, answers
from bot.cases.writing import ALERT, THE_LINE, CaseWriter, LoadedCase, owing
from bot.hours import whole_hour
from bot.keys import Keys
from bot.reported import ReportContent
from dialogs.case.figures import rated
from dialogs.case.life import Case
from dialogs.case.orders import Decision
from dialogs.case.reactions import Reaction, react
from dialogs.case.story import is_asked, is_rated
from dialogs.categories import RETALIATION
from dialogs.words import (
    WISHES,
    CaseAction,
    ConfirmHold,
    File,
    Forget,
    Hush,
    KeepFrom,
    Rate,
    Rebound,
    ReleaseHold,
    Reopen,
    Retaliation,
    Supplement,
    Wish,
    Withdraw,
)
from storage.port import Changes, Database, Write
from storage.repositories.media import Media, MediaRow
from storage.repositories.outbox import Outbox
from storage.repositories.reports import ReportRow, Reports
from storage.repositories.steps import Notes, RatingRow, Ratings, Steps

# what of a reporter's doing staff are told of
NEWS = (Supplement, Reopen, Rebound, KeepFrom, Withdraw)
NOT_DELIVERED = "有一条给反映人的消息，对方可能没看到。凭回执码仍看得到进展。"


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """What the talk drew at its birth. report, stream: 16 random bytes; key: 32, the
    report's data key.
    """

    report: bytes
    key: bytes
    stream: bytes


@dataclass(frozen=True, slots=True)
class Reacting:
    """A reporter's own report with its case, as an action finds them.

    rated: they rated since the case was closed.
    """

    opened: OpenReport
    rating: RatingRow | None
    case: LoadedCase
    asked: bool
    rated: bool


class ReporterCases:
    """All that reporters change."""

    def __init__(
        self,
        database: Database,
        *,
        keys: Keys,
        files: CaseSealer,
        addresses: ReplyAddresses,
        writer: CaseWriter,
        filing: CaseFiling,
        held: HeldReports,
        now: Callable[[], datetime],
        out_by: Callable[[int], int],
    ) -> None:
        """out_by: see `Pushes.out_by`."""
        self._told_by = out_by
        self._receipt_key = keys.receipt
        self._files = files
        self._addresses = addresses
        self._writer = writer
        self._filing = filing
        self._held = held
        self._now = now
        self._steps, self._ratings = Steps(database), Ratings(database)
        self._media = Media(database)

    async def act(
        self,
        action: CaseAction,
        draft: Draft,
        to: Address | None,
        *,
        lasting: bool = True,
    ) -> Changes:
        """What a reporter's action changes.

        draft: of the talk it was said in (its key seals the pictures). to: the chat.
        lasting: it will still be this person's tomorrow.
        Raises: KeyringError, if forgetting cannot be noted: then nothing is forgotten.
        """
        match action:
            case File():
                told_here = to if action.follow == "here" else None
                return await self._file(action, draft, told_here, lasting)
            case Retaliation():
                return await self._retaliation(action, draft.key, to, lasting)
            case _:
                return await self._react(action, draft)

    async def undelivered(self, stream: bytes, since: int) -> list[Write]:
        """A push of this stream was refused for good: an internal note tells staff,
        once they may know what became of it.

        since: when the push was ordered, seconds since 1970 UTC.
        """
        opened = await self._addresses.of_stream(stream)
        if opened is None:
            return []
        at = self._told_by(since)
        note = self._files.note(opened.row.case_id, at, THE_LINE, NOT_DELIVERED)
        return [Notes.add(note)]

    # ── filing ────────────────────────────────────────────────────────────────────────

    async def _file(
        self, action: File, draft: Draft, to: Address | None, lasting: bool
    ) -> Changes:
        """Into a case now, or kept back until its day."""
        receipt = receipts.fingerprint(action.receipt, self._receipt_key)
        head = await self._head(receipt, draft, to, lasting)
        body = ReportBody(
            content=_content(action),
            urgent=action.urgent,
            pictures=action.pictures,
            keep_from=action.keep_from,
        )
        if action.hold is None:
            return self._filing.writes(head, body, action.at)
        return self._held.keep(head, body, action.hold, action.at)

    async def _head(
        self, receipt: bytes, draft: Draft, to: Address | None, lasting: bool
    ) -> ReportHead:
        """receipt: its keyed digest; to: the chat, if it is told there."""
        address = None
        if to is not None:
            address = self._files.seal_address(to, draft.key, draft.report)
        return ReportHead(
            id=draft.report,
            key=draft.key,
            wrapped_key=self._files.wrap(draft.key, draft.report),
            receipt=receipt,
            mine=await self._addresses.next_tag(to if lasting else None),
            stream=draft.stream,
            address=address,
        )

    async def _retaliation(
        self, action: Retaliation, talk_key: bytes, to: Address | None, lasting: bool
    ) -> Changes:
        """A report of its own with ids and a key drawn now, so that neither the report
        it came of nor the draft that is open shares anything with it.

        talk_key: seals the pictures until now.
        """
        draft = Draft(
            report=secrets.token_bytes(16),
            key=secrets.token_bytes(32),
            stream=secrets.token_bytes(16),
        )
        receipt = secrets.token_bytes(32)  # of no receipt, where none is wanted
        if action.receipt is not None:
            receipt = receipts.fingerprint(action.receipt, self._receipt_key)
        told_here = to if action.follow == "here" else None
        head = await self._head(receipt, draft, told_here, lasting)
        content = ReportContent(
            case="",
            text=action.text,
            category=RETALIATION,
            unit=await self._unit_of(action.report),
            lang=action.lang,
        )
        rows = await self._pictured(action.pictures)
        pictures = tuple(row.id.hex() for row in rows)
        body = ReportBody(content, urgent=True, pictures=pictures)
        return [
            *self._files.rekeyed(rows, talk_key, draft.key),
            *self._filing.writes(head, body, action.at),
        ]

    async def _unit_of(self, report: str | None) -> str | None:
        """Whom it was about: the people of that unit must not see this either."""
        if report is None:
            return None
        opened = await self._addresses.open(bytes.fromhex(report))
        if opened is not None:
            return self._files.content(opened).unit
        held = await self._held.open(bytes.fromhex(report))
        return held.held.report.unit if held else None

    # ── everything afterwards ─────────────────────────────────────────────────────────

    async def _react(
        self,
        action: HoldAction,
        draft: Draft,
    ) -> Changes:
        report = bytes.fromhex(action.report)
        opened = await self._addresses.open(report)
        if opened is None:
            return await self._unfiled(action, draft)
        if isinstance(action, ReleaseHold | ConfirmHold):
            return []  # it was handed in meanwhile
        if isinstance(action, Hush):
            unlinked = await self._addresses.unlink(opened)
            return [*unlinked, Outbox.drop_stream(opened.row.stream)]
        if isinstance(action, Wish):
            return [self._wished(action, opened)]
        found = await self._reacting(opened)
        decision = react(
            found.case.case,
            action,
            self._writer.terms,
            asked=found.asked,
            rated=found.rated,
        )
        return [
            *await self._of_report(action, found),
            *await self._of_case(action, decision, found, draft),
        ]

    async def _unfiled(self, action: HoldAction, draft: Draft) -> Changes:
        """The report is kept back, or it was forgotten meanwhile, from another chat."""
        held = await self._held.open(bytes.fromhex(action.report))
        if held is not None:
            return await self._held.act(action, held, draft.key)
        pictures = map(bytes.fromhex, getattr(action, "pictures", ()))
        return [Media.drop(picture) for picture in pictures]

    async def _reacting(self, opened: OpenReport) -> Reacting:
        case, own, rating = await asyncio.gather(
            self._writer.by_id(opened.row.case_id),
            self._steps.of_report(opened.row.id),
            self._ratings.of_report(opened.row.id),
        )
        told = [self._files.told(step, opened) for step in own]
        report = opened.row.id.hex()
        return Reacting(
            opened=opened,
            rating=rating,
            case=case,
            asked=is_asked(told, report),
            rated=is_rated(told, report, case.case.followup.closed),
        )

    def _wished(self, action: Wish, opened: OpenReport) -> Write:
        wishes = {**self._addresses.wishes(opened), **action.wishes}
        return self._resealed(opened, wishes=wishes)

    def _resealed(self, opened: OpenReport, **changes: Any) -> Write:
        """The report holds these values now, by their names in `ReportContent`."""
        row = opened.row
        content = msgspec.structs.replace(self._files.content(opened), **changes)
        sealed = self._files.reseal_content(content, opened)
        changed = replace(row, version=row.version + 1, sealed=sealed)
        return Reports.change(changed, row.version)

    # ── the report's own rows ─────────────────────────────────────────────────────────

    async def _of_report(self, action: Reaction, found: Reacting) -> list[Write]:
        """What changes in the report's own rows; its version guards them all."""
        opened = found.opened
        match action:
            case Supplement(text=text) if text:
                return [_touched(opened.row)]
            case Rate():
                return [_touched(opened.row), *self._rated(action, found)]
            case Withdraw():
                silent = dict.fromkeys(WISHES, False)
                return [self._resealed(opened, withdrawn=True, wishes=silent)]
            case Reopen() | Rebound() if self._files.content(opened).withdrawn:
                return [self._resealed(opened, withdrawn=False, wishes={})]
            case Forget():
                return await self._addresses.forget(opened)
            case _:
                return [_touched(opened.row)]

    def _rated(self, action: Rate, found: Reacting) -> list[Write]:
        """A rating of a closing before does not count: a new round begins."""
        before = found.rating if found.rated else None
        case, opened = found.case.case, found.opened
        figures = rated(answers(before), action, asked=self._called_back(case, opened))
        counted = self._writer.asked_of_unit(case, figures, whole_hour(action.at))
        return [Ratings.put(self._rating(action, opened, before)), *counted]

    def _rating(
        self, action: Rate, opened: OpenReport, before: RatingRow | None
    ) -> RatingRow:
        """One tap, one answer: what is not said this time stays as it was."""
        rating = before or RatingRow(opened.row.id, None, None, None)
        if action.solved is not None:
            rating = replace(rating, solved=int(action.solved))
        if action.satisfied is not None:
            rating = replace(rating, satisfied=int(action.satisfied))
        if action.word is not None:
            sealed = self._files.seal_word(action.word, opened)
            rating = replace(rating, sealed=sealed)
        return rating

    def _called_back(self, case: Case, opened: OpenReport) -> bool:
        """As far as is known: who has no address now, or wishes no such question, was
        not asked.
        """
        wishes = self._addresses.wishes(opened)
        wished = wishes.get("callback", WISHES["callback"])
        reachable = opened.row.address is not None
        return bool(case.followup.called_back and wished and reachable)

    # ── the case ──────────────────────────────────────────────────────────────────────

    async def _of_case(
        self, action: Reaction, decision: Decision, found: Reacting, draft: Draft
    ) -> Changes:
        """The case moved, its story longer, other reporters told; all of it no finer
        than the hour.
        """
        case, opened = found.case, found.opened
        hour = whole_hour(action.at)
        keys = {opened.row.id.hex(): opened.key}
        steps: list[Write] = []
        for entry in decision.entries:
            step, write = self._files.add_step(entry, case.row.id, hour, None, keys)
            steps.append(write)
            if isinstance(action, Supplement):
                steps += await self._pictures(action, opened, draft, step)
        owed = None
        if isinstance(action, NEWS) and ALERT not in case.owed:
            news_at = self._filing.news_at(case.case, action.at, opened.row.id)
            owed = owing(decision.case, self._writer.terms) | {ALERT: news_at}
        return await self._writer.changes(
            case, decision, at=hour, by=None, steps=steps, owed=owed
        )

    async def _pictures(
        self, action: Supplement, opened: OpenReport, draft: Draft, step: bytes
    ) -> list[Write]:
        rows = await self._pictured(action.pictures)
        return self._files.hand_over(rows, draft.key, opened, step)

    async def _pictured(self, pictures: Sequence[str]) -> list[MediaRow]:
        """Pictures of a draft that are still there."""
        ids = map(bytes.fromhex, pictures)
        found = await asyncio.gather(*map(self._media.get, ids))
        return [row for row in found if row is not None]


def _content(action: File) -> ReportContent:
    """What only the report's key opens."""
    return ReportContent(
        case="",
        text=action.text,
        category=action.category,
        also=[*action.also],
        kind=action.kind,
        unit=action.unit,
        unit_level=action.unit_level,
        place=action.place,
        when=action.when,
        counts=[*action.counts],
        signpost=action.signpost,
        lang=action.lang,
    )


def _touched(row: ReportRow) -> Write:
    """Somebody else may have changed the report meanwhile: then this turn is decided
    again.
    """
    return Reports.change(replace(row, version=row.version + 1), row.version)
