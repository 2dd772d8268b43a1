"""Keeps topics and cards true: whatever shows another version of its case is brought to
what it is now.

Nothing tells this loop that a case has changed: it compares. So an order from the
terminal, a reporter's word or a clock all show within a second or two, and after a
restart it goes on where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from telegram import (
    ChatMemberBanned,
    ChatMemberLeft,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError

from anonymizer.seal import Place, Unsealable
from bot.channels.port import Gone, TryLater
from bot.channels.telegram.channel import NO_PREVIEW
from bot.channels.telegram.errors import about, kind
from bot.channels.telegram.markup import plain, rows
from bot.desk.telegram.inside import TELEGRAM, DeskContext, letter
from bot.desk.telegram.views import GONE, View, button, view
from bot.logs import where
from bot.people.roster import Reached
from dialogs.case.life import FINISHED, Case, State
from dialogs.case.roles import HOTLINE, ROLES, Role
from storage.port import StorageError, Write
from storage.repositories.cases import Cases
from storage.repositories.desk import CardRow, DeskCards, DeskCases

log = logging.getLogger(__name__)
THROUGH_EVERY = 30.0  # seconds: cards of finished cases
# seconds: are topics still there, and may everybody in the group know of them
REVIEW_EVERY = 600.0
PROBE_EVERY = 0.2  # seconds between two such questions
REST = 60.0  # seconds for a card that cannot be shown
KEPT = 60.0  # seconds for which an answer about membership holds
OPEN = [state.value for state in State if state not in FINISHED]
TOPIC_GONE = ("message thread not found", "topic_id_invalid", "topic_deleted")
NOT_MODIFIED = "not modified", "topic_not_modified"
CARD_GONE = "message to edit not found", "message can't be edited", "message_id_invalid"


@dataclass(slots=True)
class Standing:
    """What stands in a chat for a case. stands: digest of the card; reports: how many
    it was made from.

    settled: the case that it shows is finished.
    """

    chat: int
    thread: int | None = None
    card: int | None = None
    pinned: bool = False
    title: str = ""
    icon: str = ""
    closed: bool = False
    stands: str = ""
    reports: int = 0
    settled: bool = False

    def lost(self) -> None:
        """Of the topic nothing is left."""
        self.thread = self.card = None
        self.pinned = self.closed = False
        self.title = self.icon = self.stands = ""


class Topics:
    """The loop. `look` may be called from outside, too."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._bot = inside.channel.bot
        self._cases = DeskCases(inside.database)
        self._cards = DeskCards(inside.database)
        self._rows = Cases(inside.database)
        self._icons: dict[str, str] | None = None
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._resting: dict[bytes, float] = {}
        self._members: dict[int, tuple[float, bool]] = {}
        self._poked = asyncio.Event()
        self._reviewed = self._through = 0.0  # when, by the monotonic clock; 0: never

    def poke(self, *, review: bool = False) -> None:
        """Look soon; review: through everything, who may know of what may
        have changed.
        """
        if review:
            self._members.clear()
            self._reviewed = self._through = 0.0
        self._poked.set()

    async def run(self) -> None:
        """Until cancelled."""
        beside: set[asyncio.Task[None]] = set()
        try:
            while True:
                await self.trying(self.look)
                beside = {task for task in beside if not task.done()}
                if not beside:
                    beside = {
                        asyncio.create_task(self.trying(doing))
                        for doing in self._beside()
                    }
                self._poked.clear()
                try:
                    await asyncio.wait_for(self._poked.wait(), self._in.every)
                except TimeoutError:
                    continue
        finally:
            tasks = [*self._busy.values(), *beside]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _beside(self) -> Iterator[Callable[[], Awaitable[None]]]:
        """What takes longer and is done now and then."""
        now = time.monotonic()
        if self._through == 0.0 or now - self._through > THROUGH_EVERY:
            self._through = now
            yield self.look_through
        if self._reviewed == 0.0 or now - self._reviewed > REVIEW_EVERY:
            everything, self._reviewed = self._reviewed == 0.0, now
            yield partial(self.review, everything=everything)

    async def trying(self, doing: Callable[[], Awaitable[None]]) -> None:
        try:
            await doing()
        except StorageError as error:
            log.warning("desk: %s", type(error).__name__)
        except TelegramError as error:
            log.info("desk: %s", about(error))
        except Exception as error:  # content-free by the type alone
            log.error(
                "incident %s: desk: %s in %s",
                secrets.token_hex(4),
                type(error).__name__,
                where(error),
            )

    async def look(self) -> None:
        """Announce what is new, and begin to show what differs; a slow chat holds up no
        other.
        """
        for case in await self._cases.news(OPEN):
            await self._announce(case)
        await self._begin(await self._cards.old(OPEN))

    async def look_through(self) -> None:
        """The same for cards of finished cases, of which there are many and which
        seldom change.
        """
        after: bytes | None = b""
        while after is not None:
            found, after = await self._cards.settled(after)
            if found:
                await self._begin(found)
                await self.idle()

    async def _begin(self, found: Sequence[CardRow]) -> None:
        by_chat: dict[int, list[CardRow]] = {}
        now = time.monotonic()
        for row in found:
            standing = self._open(row)
            if standing is not None and self._resting.get(row.id, 0.0) <= now:
                by_chat.setdefault(standing.chat, []).append(row)
        for chat, differing in by_chat.items():
            if chat not in self._busy:
                self._busy[chat] = asyncio.create_task(self._show_all(chat, differing))

    async def idle(self) -> None:
        """Wait until nothing is being shown."""
        while self._busy:
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    # ── where a case is worked on ─────────────────────────────────────────────────────

    async def _announce(self, id: bytes) -> None:
        """Staff hear of a case: by its topic, or where somebody there must not know of
        it, in private.
        """
        case = (await self._in.casework.writer.by_id(id)).case
        group = self._in.group
        if group is None or await self._hidden(case):
            await self._in.database.commit(await self._privately(id, case))
            return
        row = CardRow(self._in.card_id(group, id), id, None, True, 0, b"")
        await self._in.database.commit(
            [DeskCases.put(id, "group"), self._put(row, Standing(group), 0)]
        )

    async def _privately(self, id: bytes, case: Case) -> list[Write]:
        """To supervisors who may know of it; where there is no group, to all of the
        hotline.
        """
        roles: Sequence[Role] = (
            ("supervisor",) if self._in.group is not None else HOTLINE
        )
        reached = await self._seeing(await self._reached(roles), case)
        if not reached:
            log.warning(
                "a case is known to nobody: link a supervisor of no unit (jianfu "
                "staff link)"
            )
        words = f"{case.alias}：有新工单。"
        letters = [
            letter(to, words, [button("card", case.alias, "看工单")])
            for _, to in reached
        ]
        due = 0 if case.urgent else self._in.at
        return [
            DeskCases.put(id, "private"),
            *(self._in.post.put(one, due) for one in letters),
        ]

    async def _reached(self, roles: Sequence[Role]) -> Reached:
        found = await self._in.roster.reach(roles)
        return [(member, to) for member, to in found if to.channel == TELEGRAM]

    async def _seeing(self, reached: Reached, case: Case) -> Reached:
        seeing = {
            one.staff.id
            for one in await self._in.sight.among([one for one, _ in reached], case)
        }
        return [(member, to) for member, to in reached if member.staff.id in seeing]

    async def _hidden(self, case: Case) -> bool:
        """Whether somebody in the group must not know of this case. Raises:
        TelegramError.
        """
        reached = await self._reached([*ROLES])
        seeing = await self._seeing(reached, case)
        for pair in reached:
            if pair not in seeing and await self._present(int(pair[1].key)):
                return True
        return False

    async def _present(self, account: int) -> bool:
        """Whether this account is in the group."""
        assert self._in.group is not None
        asked, answer = self._members.get(account, (0.0, False))
        if asked and time.monotonic() - asked < KEPT:
            return answer
        try:
            member = await self._bot.get_chat_member(self._in.group, account)
            answer = not isinstance(member, ChatMemberLeft | ChatMemberBanned)
        except BadRequest:  # nobody it has ever seen there
            answer = False
        self._members[account] = time.monotonic(), answer
        return answer

    async def review(self, *, everything: bool) -> None:
        """Whether topics are still there, and everybody in the group may still know of
        them.
        """
        directory, reached = (
            await self._in.register.directory(),
            await self._reached([*ROLES]),
        )
        everything = everything and any(directory.ties(member) for member, _ in reached)
        after = b""
        while found := await self._cards.all(after, live=not everything):
            after = found[-1].id
            for row in found:
                await self._review(row)

    async def _review(self, row: CardRow) -> None:
        standing = self._open(row)
        if standing is None or standing.thread is None or row.shown == 0:
            return
        case = (await self._in.casework.writer.by_id(row.case_id)).case
        if await self._hidden(case):
            await self._again(row, standing)
        elif not standing.closed:
            await asyncio.sleep(PROBE_EVERY)
            try:
                await self._bot.send_chat_action(
                    standing.chat, ChatAction.TYPING, standing.thread
                )
            except BadRequest as error:
                if _is(error, TOPIC_GONE):
                    standing.lost()
                    await self._again(row, standing)

    async def _again(self, row: CardRow, standing: Standing) -> None:
        """To be shown anew, unless that is happening already."""
        if await self._cards.get(row.id) == row:
            await self._in.database.commit([self._put(row, standing, 0)])
            self._poked.set()

    # ── showing ───────────────────────────────────────────────────────────────────────

    async def _show_all(self, chat: int, found: Sequence[CardRow]) -> None:
        try:
            await self._show_each(chat, found)
        finally:
            del self._busy[chat]

    async def _show_each(self, chat: int, found: Sequence[CardRow]) -> None:
        for row in found:
            try:
                if not await self._show_one(chat, row):
                    return
            except StorageError as error:
                log.warning("desk: %s", type(error).__name__)
                return
            # one case's trouble is not another's; content-free by the type alone
            except Exception as error:
                incident, name = secrets.token_hex(4), type(error).__name__
                log.error("incident %s: a card: %s in %s", incident, name, where(error))
                self._resting[row.id] = time.monotonic() + REST

    async def _show_one(self, chat: int, row: CardRow) -> bool:
        """False where this chat must wait."""
        try:
            await self._show(row)
        except TelegramError as error:
            trouble = kind(error)
            log.info("a card waits: %s", about(error))
            if isinstance(trouble, TryLater):
                self._in.channel.held(chat, trouble)
                return False
            if (
                isinstance(trouble, Gone) and chat > 0
            ):  # whoever blocked us can be reached no more
                await self._in.database.commit([DeskCards.drop(row.id)])
            self._resting[row.id] = time.monotonic() + REST
            return not isinstance(trouble, Gone)
        return True

    async def _show(self, row: CardRow) -> None:
        """Bring one card, and its topic, to what its case is now."""
        found, standing = await self._rows.by_id(row.case_id), self._open(row)
        assert found is not None and standing is not None
        sheet = await self._in.casework.reading.sheet(found)
        case = sheet.case
        if case.retained:
            await self._remove(standing)
            await self._in.database.commit([DeskCards.drop(row.id)])
            return
        in_group = standing.chat < 0
        if in_group and await self._hidden(case):
            await self._remove(standing)
            moved = await self._privately(row.case_id, case)
            await self._in.database.commit([DeskCards.drop(row.id), *moved])
            return
        if (
            in_group
            and standing.reports > len(case.reports)
            and case.state is not State.MERGED
        ):
            await self._remove(
                standing
            )  # all of it: what a reporter took back may stand anywhere in it
            standing.lost()
        standing.reports, standing.settled = len(case.reports), case.state in FINISHED
        shown = view(sheet, self._in.casework.terms, self._in.casework.zone)
        if in_group:
            await self._in_topic(row, standing, shown, case.urgent)
        else:
            await self._card(row, standing, shown, silent=False)
        await self._in.database.commit(
            [self._put(row, standing, found.version + len(sheet.notes))]
        )

    async def _in_topic(
        self, row: CardRow, standing: Standing, shown: View, urgent: bool
    ) -> None:
        """Made, renamed, opened and closed as the case is; made anew where somebody has
        deleted it.
        """
        silent = not urgent and self._in.settings.quiet_hours.hold(self._in.now())
        for _ in range(2):
            if standing.thread is None and shown.closed:
                return  # nothing is left to do in it
            try:
                await self._topic(row, standing, shown)
                await self._card(row, standing, shown, silent)
                await self._close(standing, shown)
                return
            except BadRequest as error:
                if not _is(error, TOPIC_GONE):
                    raise
                standing.lost()
                await self._save(row, standing)

    async def _topic(self, row: CardRow, standing: Standing, shown: View) -> None:
        icon = (await self._known_icons()).get(_bare(shown.icon))
        if standing.thread is None:
            make = self._bot.create_forum_topic
            made = await self._in.paced(
                standing.chat,
                make,
                standing.chat,
                shown.title,
                icon_custom_emoji_id=icon,
            )
            standing.thread, standing.title, standing.icon = (
                made.message_thread_id,
                shown.title,
                shown.icon,
            )
            await self._save(row, standing)
            return
        if standing.closed and not shown.closed:
            await self._do(
                standing.chat,
                self._bot.reopen_forum_topic,
                standing.chat,
                message_thread_id=standing.thread,
            )
            standing.closed = False
        if (standing.title, standing.icon) != (shown.title, shown.icon):
            await self._do(
                standing.chat,
                self._bot.edit_forum_topic,
                standing.chat,
                standing.thread,
                name=shown.title,
                icon_custom_emoji_id=icon,
            )
            standing.title, standing.icon = shown.title, shown.icon

    async def _close(self, standing: Standing, shown: View) -> None:
        if shown.closed and not standing.closed:
            await self._do(
                standing.chat,
                self._bot.close_forum_topic,
                standing.chat,
                message_thread_id=standing.thread,
            )
            standing.closed = True

    async def _do(
        self, chat: int, call: Callable[..., Awaitable[object]], *args: Any, **more: Any
    ) -> None:
        """Paced; that it is so already is no trouble."""
        try:
            await self._in.paced(chat, call, *args, **more)
        except BadRequest as error:
            if not _is(error, NOT_MODIFIED):
                raise

    async def _card(
        self, row: CardRow, standing: Standing, shown: View, silent: bool
    ) -> None:
        stands = _digest(shown)
        if standing.card is not None and standing.stands != stands:
            try:
                await self._do(
                    standing.chat,
                    self._bot.edit_message_text,
                    shown.text,
                    standing.chat,
                    standing.card,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=keyboard(shown.buttons),
                )
            except BadRequest as error:
                if not _is(error, CARD_GONE):
                    raise
                standing.card, standing.pinned = None, False
        if standing.card is None:
            sent = await self._in.paced(
                standing.chat,
                self._bot.send_message,
                standing.chat,
                shown.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(shown.buttons),
                message_thread_id=standing.thread,
                disable_notification=silent,
            )
            standing.card = sent.message_id
            await self._save(row, standing, stands)
        standing.stands = stands
        if (
            standing.thread is not None
            and not standing.pinned
            and not await self._pin(standing)
        ):
            standing.card = None  # somebody was faster: put there again
            await self._card(row, standing, shown, silent)

    async def _pin(self, standing: Standing) -> bool:
        """False where the card is not there any more."""
        assert standing.card is not None
        pin, chat = self._bot.pin_chat_message, standing.chat
        try:
            await self._in.paced(
                chat, pin, chat, standing.card, disable_notification=True
            )
        except BadRequest as error:
            if _is(error, ("message to pin not found",)):
                return False
            log.warning(
                "a card was not pinned: give the bot the right to (jianfu doctor)"
            )
        standing.pinned = True
        return True

    async def _remove(self, standing: Standing) -> None:
        """The topic with all that stands in it; in private, where 48 hours are over,
        only the words.
        """
        try:
            if standing.thread is not None:
                await self._do(
                    standing.chat,
                    self._bot.delete_forum_topic,
                    standing.chat,
                    standing.thread,
                )
            elif standing.card is not None:
                await self._do(
                    standing.chat,
                    self._bot.delete_message,
                    standing.chat,
                    standing.card,
                )
        except BadRequest as error:
            if (
                _is(error, TOPIC_GONE)
                or "message to delete not found" in str(error).lower()
            ):
                return
            if standing.thread is not None or standing.card is None:
                raise
            await self._do(
                standing.chat,
                self._bot.edit_message_text,
                plain(GONE),
                standing.chat,
                standing.card,
            )

    async def _known_icons(self) -> dict[str, str]:
        """Emoji → id, as Telegram has them."""
        if self._icons is None:
            stickers = await self._bot.get_forum_topic_icon_stickers()
            self._icons = {
                _bare(one.emoji): one.custom_emoji_id
                for one in stickers
                if one.emoji and one.custom_emoji_id
            }
        return self._icons

    # ── rows ──────────────────────────────────────────────────────────────────────────

    def private_card(self, chat: int, case: bytes) -> Write:
        """A card in a private chat, sent by the next look; an earlier one there is left
        as it is.
        """
        row = CardRow(self._in.card_id(chat, case), case, None, True, 0, b"")
        return self._put(row, Standing(chat), 0)

    async def case_of(self, thread: bytes) -> bytes | None:
        """The case of a topic; thread: its keyed digest."""
        return await self._cards.of_thread(thread)

    async def of_case(self, chat: int, case: bytes) -> Standing | None:
        row = await self._cards.get(self._in.card_id(chat, case))
        return self._open(row) if row else None

    async def _save(self, row: CardRow, standing: Standing, stands: str = "") -> None:
        standing.stands = stands or standing.stands
        await self._in.database.commit([self._put(row, standing, 0)])

    def _put(self, row: CardRow, standing: Standing, shown: int) -> Write:
        thread = (
            self._in.thread_id(standing.chat, standing.thread)
            if standing.thread
            else None
        )
        sealed = self._in.keys.staff.seal_json(asdict(standing), _place(row.id))
        live = shown == 0 or not standing.settled
        return DeskCards.put(CardRow(row.id, row.case_id, thread, live, shown, sealed))

    def _open(self, row: CardRow) -> Standing | None:
        try:
            return Standing(**self._in.keys.staff.open_json(row.sealed, _place(row.id)))
        except Unsealable:
            log.error("a card's row does not open: is the keyring complete?")
            return None


def keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    shown = [InlineKeyboardButton(label, callback_data=data) for data, label in buttons]
    return InlineKeyboardMarkup(rows(shown)) if shown else None


def _digest(shown: View) -> str:
    return hashlib.sha256(json.dumps([shown.text, shown.buttons]).encode()).hexdigest()


def _is(error: BadRequest, words: Sequence[str]) -> bool:
    said = str(error).lower()
    return any(one in said for one in words)


def _bare(emoji: str) -> str:
    """Without the mark that asks for a coloured picture."""
    return emoji.replace("\ufe0f", "")


def _place(id: bytes) -> Place:
    return Place("desk_cards", "sealed", id)
