"""What was written to reporters: shown first, taken back by a button, and followed
until it is there.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from typing import Any

from telegram import Message
from telegram.error import BadRequest, TelegramError

from anonymizer.seal import Place, Unsealable
from bot.cases.reading import Sheet
from bot.cases.reporters import NOT_DELIVERED
from bot.cases.writing import THE_LINE
from bot.channels.port import TryLater
from bot.channels.telegram.channel import NO_PREVIEW
from bot.channels.telegram.errors import about, kind
from bot.channels.telegram.markup import shortened
from bot.desk.telegram.inside import DeskContext, Spot
from bot.desk.telegram.showing import keyboard
from bot.desk.telegram.views import data
from bot.outbox.bursts import ON_ITS_WAY, out_by
from dialogs.case.life import Case
from dialogs.case.orders import Reply
from storage.port import Write
from storage.repositories.cases import Cases
from storage.repositories.desk import DeskReplies, ReplyRow
from storage.repositories.reports import ReportRow, Reports

log = logging.getLogger(__name__)
SELDOM = 15  # one look in so many, after the first minute
AT_FIRST = 60  # seconds
LONG = 3000  # characters shown of it

WAITS = "waits"
UNDONE = "undone"
DELIVERY = {
    WAITS: "⏳ 10秒后发出，现在可以撤回。",
    UNDONE: "↩️ 已撤回，没有发出。",
    "due": "🕓 待发：错开几分钟才送，夜里不打扰；过一阵在这里告诉您结果。",
    "sent": "✅ 已送达。",
    "unseen": "⚠️ 对方可能没看到。凭回执码看得到。",  # in these words, why ever
}
FINAL = (UNDONE, "sent", "unseen")
BEFORE = ("gone", "refused")  # how it may have ended when an older version looked


class Replies:
    """Part of the desk's loop."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._rows = DeskReplies(inside.database)
        self._cases = Cases(inside.database)
        self._reports = Reports(inside.database)
        self._next: dict[bytes, float] = {}
        # what an outage of ours kept from leaving gets its time, too
        self._began = inside.at
        # what shows a reply, should its row be changed before it says so
        self._sent: dict[bytes, int] = {}

    def begin(
        self, case: bytes, spot: Spot, reply: Reply, ordered_by: int | None
    ) -> Write:
        """For the commit of the order. ordered_by: the message that ordered it."""
        id = secrets.token_bytes(16)
        said = {
            "chat": spot.chat,
            "thread": spot.thread,
            "text": reply.text.strip(),
            "to": reply.to,
            "ordered_by": ordered_by,
            "message": None,
            "shown": "",
        }
        return DeskReplies.put(ReplyRow(id, case, self._in.at, self._seal(id, said)))

    async def ordered_by(self, chat: int, message: int) -> ReplyRow | None:
        """The reply that this message ordered, as long as it is followed."""
        for row in await self._rows.all():
            said = self._said(row)
            if said and (said["chat"], said.get("ordered_by")) == (chat, message):
                return row
        return None

    def words(self, row: ReplyRow) -> str:
        said = self._said(row)
        return str(said["text"]) if said else ""

    def change(self, row: ReplyRow, reply: Reply) -> Write:
        """For the commit of an order that takes the place of this one: the same message
        goes on showing what became of it.
        """
        said = self._said(row)
        assert said is not None  # it was found by what it says
        said |= {"text": reply.text.strip(), "to": reply.to, "shown": ""}
        said["message"] = said["message"] or self._sent.get(row.id)
        sealed = self._seal(row.id, said)
        return DeskReplies.put(ReplyRow(row.id, row.case_id, self._in.at, sealed))

    def _said(self, row: ReplyRow) -> dict[str, Any] | None:
        try:
            said: dict[str, Any] = self._in.keys.staff.open_json(
                row.sealed, _place(row.id)
            )
        except Unsealable:
            log.error("a reply's row does not open: is the keyring complete?")
            return None
        return said

    async def look(self) -> None:
        """Bring what is shown of each to what became of it."""
        now = time.monotonic()
        rows = await self._rows.all()
        self._next = {row.id: at for row in rows if (at := self._next.get(row.id))}
        standing = {row.id for row in rows}
        self._sent = {id: one for id, one in self._sent.items() if id in standing}
        for row in rows:
            if self._next.get(row.id, 0.0) <= now:
                fresh = self._in.at - row.at < AT_FIRST
                self._next[row.id] = now + self._in.every * (1 if fresh else SELDOM)
                await self._follow(row)

    async def _follow(self, row: ReplyRow) -> None:
        said = self._said(row)
        if said is None:
            return
        if said["shown"] in BEFORE:
            await self._in.database.commit([DeskReplies.drop(row)])
            return
        said["message"] = said["message"] or self._sent.get(row.id)
        found = await self._cases.by_id(row.case_id)
        assert found is not None
        sheet = await self._in.casework.reading.sheet(found)
        state = await self._state(row, said, sheet)
        if state != said["shown"]:
            try:
                await self._show(row.id, said, state, sheet.case.alias)
            except TelegramError as error:
                log.info("a reply's state waits: %s", about(error))
                trouble = kind(error)
                self._in.channel.held(said["chat"], trouble)
                if isinstance(trouble, TryLater):
                    return
            said["shown"] = state
        elif state not in FINAL:
            return
        done = state in FINAL
        kept = ReplyRow(row.id, row.case_id, row.at, self._seal(row.id, said))
        ended = DeskReplies.drop(row) if done else DeskReplies.follow(kept, row)
        await self._in.database.commit([ended])

    async def _state(self, row: ReplyRow, said: dict[str, Any], sheet: Sheet) -> str:
        """One word for how far it is; of several reporters, the one that is furthest
        from being told.

        What became of it is shown when it must have gone out by any lot, and not
        before: else staff would learn when a phone rang.
        """
        case, words = sheet.case, str(said["text"]).strip()
        if case.reply is not None and case.reply.text == words:
            return WAITS
        told = [
            step.at
            for step in sheet.steps
            if step.kind == "replied"
            and step.at >= row.at
            and step.params.get("text") == words
        ]
        if not told:
            return UNDONE
        settings = self._in.settings
        late = settings.push_delay_minutes * 60
        shown_at = out_by(told[0], late, settings.quiet_hours)
        if self._in.at < max(shown_at, self._began + ON_ITS_WAY):
            return "due"
        reports = self._addressed(
            case, await self._reports.of_case(row.case_id), said["to"]
        )
        latest = shown_at - ON_ITS_WAY
        waiting = [await self._rows.waits(report.stream, latest) for report in reports]
        return "unseen" if any(waiting) else await self._ended(row, said["to"])

    async def _ended(self, row: ReplyRow, to: int | None) -> str:
        """How it ended, read after nothing waits any more: the commit that ended the
        wait says it, and may have come between two earlier reads.
        """
        found = await self._cases.by_id(row.case_id)
        assert found is not None
        sheet = await self._in.casework.reading.sheet(found)
        is_refused = any(
            note.by == THE_LINE.name
            and note.text == NOT_DELIVERED
            and note.at >= row.at
            for note in sheet.notes
        )
        if is_refused:
            return "unseen"
        reports = await self._reports.of_case(row.case_id)
        addressed = self._addressed(sheet.case, reports, to)
        reached = [report.address is not None for report in addressed]
        return "sent" if reached and all(reached) else "unseen"

    @staticmethod
    def _addressed(
        case: Case, reports: Sequence[ReportRow], to: int | None
    ) -> list[ReportRow]:
        wanted = case.reports if to is None else case.reports[to - 1 : to]
        return [report for report in reports if report.id.hex() in wanted]

    async def _show(
        self, id: bytes, said: dict[str, Any], state: str, alias: str
    ) -> None:
        words = (
            f"答复 {alias}\n反映人会看到：\n{shortened(said['text'], LONG)}\n\n"
            f"{DELIVERY[state]}"
        )
        markup = keyboard([(data("undo", alias), "撤回")] if state == WAITS else [])
        chat, bot = said["chat"], self._in.channel.bot
        plain = {"reply_markup": markup, "link_preview_options": NO_PREVIEW}
        if said["message"] is not None:
            try:
                await self._in.paced(
                    chat, bot.edit_message_text, words, chat, said["message"], **plain
                )
            except BadRequest as error:
                if "not modified" not in str(error).lower():
                    raise
            return
        sent: Message = await self._in.paced(
            chat,
            bot.send_message,
            chat,
            words,
            message_thread_id=said["thread"],
            **plain,
        )
        said["message"] = sent.message_id
        self._sent[id] = sent.message_id

    def _seal(self, id: bytes, said: dict[str, Any]) -> bytes:
        return self._in.keys.staff.seal_json(said, _place(id))


def _place(id: bytes) -> Place:
    return Place("desk_replies", "sealed", id)
