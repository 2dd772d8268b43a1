"""Reports that are kept back until a day: nothing of them is anywhere else, so that
nobody can find, count or guess them before then.

What a row betrays is the day until which it waits, never when it was written: its time
is reckoned from that day, and drawn by lot within it. On the day it is filed as if it
had been written then, or it is gone, key and all. Each change is one commit guarded by
the row's version: killed in between, or rung by two processes, nothing happens twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from anonymizer.keyring import KeyringError
from anonymizer.seal import Unsealable
from bot.cases.addresses import ReplyAddresses
from bot.cases.filing import CaseFiling, ReportBody, ReportHead
from bot.cases.pushes import Jitter, Pushes
from bot.cases.sealed import SealedHold
from bot.cases.sealing import CaseSealer, OpenHold
from bot.hours import seconds
from bot.logs import incident
from dialogs.case.hold import (
    HeldStory,
    ask_push,
    asked_on,
    dropped_push,
    kept_until,
    sent_push,
)
from dialogs.case.reactions import Reaction
from dialogs.case.worktime import ONE_DAY, Terms, day_of
from dialogs.words import (
    ConfirmHold,
    Forget,
    Hold,
    Hush,
    KeepFrom,
    Rebound,
    ReleaseHold,
    Reopen,
    Supplement,
    Wish,
    Withdraw,
)
from storage.port import Changes, Database, Stale, StorageError, Write
from storage.repositories.holds import HoldRow, Holds
from storage.repositories.media import Media, MediaRow
from storage.repositories.outbox import Outbox

log = logging.getLogger(__name__)
# Local hours from which on something happens on its day, and seconds over which chance
# spreads it: handed in while staff are there, asked at a decent hour, dropped when the
# day is over.
SEND_HOUR, SEND_SPREAD = 9, 3 * 3600
ASK_HOUR, ASK_SPREAD = 10, 4 * 3600
DROP_HOUR, DROP_SPREAD = 19, 3600
HoldAction = Reaction | ReleaseHold | ConfirmHold
KEPT_AS_GONE = timedelta(days=31)  # a receipt is told so long that it was dropped
A_PAGE = 64


class HeldReports:
    """What their reporters do to them, and what falls due."""

    def __init__(
        self,
        database: Database,
        *,
        files: CaseSealer,
        addresses: ReplyAddresses,
        filing: CaseFiling,
        pushes: Pushes,
        terms: Terms,
        jitter: Jitter,
    ) -> None:
        self._files = files
        self._addresses = addresses
        self._filing = filing
        self._pushes = pushes
        self._terms = terms
        self._jitter = jitter
        self._holds, self._media = Holds(database), Media(database)

    # ── kept back ─────────────────────────────────────────────────────────────────────

    def keep(
        self,
        head: ReportHead,
        body: ReportBody,
        hold: Hold,
        at: datetime,
    ) -> Changes:
        """The draft's key becomes the report's own, as in filing."""
        held = SealedHold(
            report=body.content,
            until=kept_until(hold, at, self._terms),
            unless=hold.unless,
            urgent=body.urgent,
            pictures=[*body.pictures],
            keep_from=[*body.keep_from],
        )
        row = HoldRow(
            id=head.id,
            version=1,
            wrapped_key=head.wrapped_key,
            receipt=head.receipt,
            mine=head.mine,
            stream=head.stream,
            address=head.address,
            due_at=self._due(held, head.id, at),
            sealed=self._files.seal_hold(held, head.key, head.id),
        )
        pictures = map(bytes.fromhex, body.pictures)
        return [Holds.put(row), *map(Media.hold, pictures)]

    def _due(self, held: SealedHold, report: bytes, at: datetime) -> int:
        """When something happens next."""
        if held.unless == "send":
            return self._moment(held.until, SEND_HOUR, SEND_SPREAD, report)
        if held.asked:
            return self._moment(held.until, DROP_HOUR, DROP_SPREAD, report)
        day = asked_on(held.until, at, self._terms)
        return self._moment(day, ASK_HOUR, ASK_SPREAD, report)

    def _moment(self, day: date, hour: int, spread: int, report: bytes) -> int:
        begins = datetime.combine(day, time(hour), self._terms.zone)
        return seconds(begins) + self._jitter(spread, report)

    # ── read ──────────────────────────────────────────────────────────────────────────

    async def open(self, report: bytes) -> OpenHold | None:
        return await self._addresses.open_hold(report)

    async def story(self, report: bytes) -> HeldStory | None:
        """As its reporter may read it; None where there is none, or it was dropped."""
        opened = await self.open(report)
        if opened is None:
            return None
        held = opened.held
        return HeldStory(
            report=report.hex(),
            category=held.report.category,
            until=held.until,
            unless=held.unless,
            follows=opened.row.address is not None,
            added=held.added,
            wishes=held.report.wishes,
            words=held.report.text,
            urgent=held.urgent,
        )

    # ── what their reporters do ───────────────────────────────────────────────────────

    async def act(
        self, action: HoldAction, opened: OpenHold, draft_key: bytes
    ) -> Changes:
        """draft_key: of the talk that it was said in. What makes no sense before a
        report is handed in changes nothing, but its words are kept with the report.

        Raises: KeyringError, if dropping cannot be noted: then nothing is dropped.
        """
        held = opened.held
        match action:
            case ReleaseHold():
                return await self.hand_in(opened, action.at)
            case ConfirmHold():
                confirmed = msgspec.structs.replace(held, unless="send")
                return [self._changed(opened, confirmed, action.at)]
            case Withdraw():
                return await self.drop(opened)
            case Forget():
                return await self._forget(opened)
            case Hush():
                unlinked = await self._addresses.unlink(opened)
                return [*unlinked, Outbox.drop_stream(opened.row.stream)]
            case KeepFrom(unit=unit):
                units = [*dict.fromkeys([*held.keep_from, unit])]
                kept = msgspec.structs.replace(held, keep_from=units)
                return [self._changed(opened, kept)]
            case Wish(wishes=wishes):
                return [self._changed(opened, _wished(held, wishes))]
            case Supplement(corrects=True):
                return await self._added(_without_last(opened), action, draft_key)
            case Supplement():
                return await self._added(opened, action, draft_key)
            case Reopen(reason=text) | Rebound(text=text) if text:
                said = Supplement(action.report, text, (), action.at)
                return await self._added(opened, said, draft_key)
            case _:
                return []

    async def _added(
        self, opened: OpenHold, action: Supplement, draft_key: bytes
    ) -> Changes:
        """Nobody has read it yet: what is added becomes part of it."""
        held = opened.held
        found = await asyncio.gather(
            *(self._media.get(bytes.fromhex(picture)) for picture in action.pictures)
        )
        rows: list[MediaRow] = [row for row in found if row is not None]
        words = "\n".join(filter(None, [held.report.text, action.text]))
        longer = msgspec.structs.replace(held.report, text=words)
        ids = [*held.pictures, *(row.id.hex() for row in rows)]
        more = msgspec.structs.replace(
            held, report=longer, pictures=ids, added=action.text
        )
        handed_over = self._files.hold_pictures(rows, draft_key, opened)
        return [self._changed(opened, more), *handed_over]

    def _changed(
        self, opened: OpenHold, held: SealedHold, at: datetime | None = None
    ) -> Write:
        """at: when something that is to happen changed."""
        row = opened.row
        due_at = row.due_at if at is None else self._due(held, row.id, at)
        sealed = self._files.reseal_hold(held, opened)
        changed = replace(row, version=row.version + 1, due_at=due_at, sealed=sealed)
        return Holds.change(changed, row.version)

    # ── what becomes of them ──────────────────────────────────────────────────────────

    async def hand_in(self, opened: OpenHold, at: datetime) -> Changes:
        """It is filed as if it had been written at this time."""
        row, held = opened.row, opened.held
        head = ReportHead(
            id=row.id,
            key=opened.key,
            wrapped_key=row.wrapped_key or b"",
            receipt=row.receipt,
            mine=row.mine,
            stream=row.stream,
            address=row.address,
        )
        body = ReportBody(
            content=held.report,
            urgent=held.urgent,
            pictures=tuple(held.pictures),
            keep_from=tuple(held.keep_from),
        )
        return [Holds.take(row), *self._filing.writes(head, body, at)]

    async def drop(self, opened: OpenHold) -> Changes:
        """Key, words, pictures and the way back go. A row without anything in it stays
        for a while, by which its receipt is told that it is gone.

        Raises: KeyringError, if it cannot be noted: then nothing is dropped.
        """
        row = opened.row
        await self._addresses.note_shredded(row.id)  # first, as in forgetting a report
        others = await self._addresses.closed_gaps(opened)
        gone_at = datetime.combine(opened.held.until, time(), UTC) + KEPT_AS_GONE
        emptied = replace(
            row,
            version=row.version + 1,
            wrapped_key=None,
            mine=None,
            address=None,
            due_at=seconds(gone_at),
            sealed=b"",
        )
        pictures = map(bytes.fromhex, opened.held.pictures)
        return [
            Holds.change(emptied, row.version),
            *others,
            *map(Media.drop, pictures),
            Outbox.drop_stream(row.stream),
        ]

    async def _forget(self, opened: OpenHold) -> Changes:
        """The same, and its receipt is like one that was never given."""
        row = opened.row
        emptied = await self.drop(opened)
        return [*emptied, Holds.take(replace(row, version=row.version + 1))]

    async def fall_due(self, opened: OpenHold, at: datetime) -> Changes:
        """What is to happen now: handed in, asked about, or dropped; and its reporter
        is told, where a chat was left.
        """
        held = opened.held
        lang = held.report.lang
        if held.unless == "send":
            told = self._pushes.to_holder(opened, sent_push(lang))
            return [*await self.hand_in(opened, at), *told]
        if held.asked:
            # what would be sent with the report's stream is gone with the report
            told = self._pushes.to_holder(opened, dropped_push(lang))
            return [*await self.drop(opened), *told]
        asked = msgspec.structs.replace(held, asked=True)
        asking = self._pushes.to_holder(opened, ask_push(held.until, lang))
        return [self._asked(opened, asked, at), *asking]

    def _asked(self, opened: OpenHold, held: SealedHold, at: datetime) -> Write:
        """After a long stop of ours the day may be over: who was not asked has one
        more.
        """
        today = day_of(at, self._terms)
        last_day = held.until if held.until >= today else today + ONE_DAY
        row = opened.row
        changed = replace(
            row,
            version=row.version + 1,
            due_at=self._moment(last_day, DROP_HOUR, DROP_SPREAD, row.id),
            sealed=self._files.reseal_hold(held, opened),
        )
        return Holds.change(changed, row.version)


def _without_last(opened: OpenHold) -> OpenHold:
    """What was added last makes room for its correction."""
    held = opened.held
    words = held.report.text.removesuffix(held.added).removesuffix("\n")
    if not held.added:
        return opened
    shorter = msgspec.structs.replace(held.report, text=words)
    return replace(opened, held=msgspec.structs.replace(held, report=shorter))


def _wished(held: SealedHold, wishes: Mapping[str, bool]) -> SealedHold:
    content = held.report
    told = msgspec.structs.replace(content, wishes={**content.wishes, **wishes})
    return msgspec.structs.replace(held, report=told)


# ── the bell ──────────────────────────────────────────────────────────────────────────


class HoldRounds:
    """Rings those that are due; `run` may go on in two processes at the same time."""

    def __init__(
        self, database: Database, files: CaseSealer, held: HeldReports
    ) -> None:
        self._database = database
        self._files = files
        self._held = held
        self._holds = Holds(database)

    async def run(self, at: datetime) -> int:
        """Gives how many rang. Raises: StorageError; what has rung by then stays."""
        at = at.replace(microsecond=0)
        rang = 0
        last: HoldRow | None = None
        while page := await self._holds.due(seconds(at), last, A_PAGE):
            for row in page:
                rang += await self._ring(row, at)
            last = page[-1]
        return rang

    async def _ring(self, row: HoldRow, at: datetime) -> int:
        """Whoever was faster has done it; what fails by a mistake of ours rings
        again.
        """
        try:
            opened = self._files.hold(row)
            if opened is None:
                return 0
            await self._database.commit(await self._held.fall_due(opened, at))
        except Stale:
            return 0
        except StorageError:
            raise
        except Unsealable:
            log.error("a report that is kept back does not open: is the keyring whole?")
            return 0
        except KeyringError:
            log.error("holds: the shred journal cannot be written, nothing is dropped")
            return 0
        except Exception as error:
            incident(log, error, "ringing for a report that is kept back")
            return 0
        return 1
