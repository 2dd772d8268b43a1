"""Brings one card, and the topic that it stands in, to what its case is now."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest

from bot.channels.pace import nothing_kept
from bot.channels.telegram.channel import NO_PREVIEW
from bot.channels.telegram.errors import TOPIC_GONE
from bot.channels.telegram.markup import plain, rows
from bot.desk.telegram.inside import DeskContext
from bot.desk.telegram.standing import Standing, Standings
from bot.desk.telegram.views import GONE, View
from storage.repositories.desk import CardRow

log = logging.getLogger(__name__)
NOT_MODIFIED = ("not modified", "topic_not_modified")
CARD_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
)
PIN_GONE = ("message to pin not found",)
DELETED = ("message to delete not found",)


class Showing:
    """All its calls count in the chat's pace, and leave room for others."""

    def __init__(
        self,
        inside: DeskContext,
        standings: Standings,
        kept: Callable[[], int] = nothing_kept,
        icons: dict[str, str] | None = None,
    ) -> None:
        """kept: see `Pace.turn`; icons: emoji → id, filled when first needed."""
        self._in = inside
        self._bot = inside.channel.bot
        self._standings = standings
        self._kept = kept
        self._icons = icons if icons is not None else {}

    def leaving(self, kept: Callable[[], int]) -> Showing:
        """The same, leaving so much room."""
        return Showing(self._in, self._standings, kept, self._icons)

    async def show(
        self, row: CardRow, standing: Standing, view: View, *, urgent: bool
    ) -> None:
        """In a group, in its topic; in private, as it comes. Raises: TelegramError."""
        if standing.chat < 0:
            await self._in_topic(row, standing, view, urgent)
        else:
            await self._card(row, standing, view, silent=False)

    async def stands(self, standing: Standing) -> bool:
        """Whether its topic is still there."""
        try:
            await self._bot.send_chat_action(
                standing.chat, ChatAction.TYPING, standing.thread
            )
        except BadRequest as error:
            return not _is(error, TOPIC_GONE)
        return True

    # ── the topic ─────────────────────────────────────────────────────────────────────

    async def _in_topic(
        self, row: CardRow, standing: Standing, view: View, urgent: bool
    ) -> None:
        """Made, renamed, opened and closed as the case is; made anew where somebody has
        deleted it.
        """
        silent = not urgent and self._in.settings.quiet_hours.hold(self._in.now())
        for _ in range(2):
            if standing.thread is None and view.closed:
                return  # nothing is left to do in it
            try:
                await self._topic(row, standing, view)
                await self._card(row, standing, view, silent)
                await self._close(standing, view)
                return
            except BadRequest as error:
                if not _is(error, TOPIC_GONE):
                    raise
                standing.lost()
                await self._standings.save(row, standing)

    async def _topic(self, row: CardRow, standing: Standing, view: View) -> None:
        icon = (await self._known_icons()).get(_bare(view.icon))
        if standing.thread is None:
            await self._make(row, standing, view, icon)
            return
        if standing.closed and not view.closed:
            await self._do(
                standing.chat,
                self._bot.reopen_forum_topic,
                standing.chat,
                message_thread_id=standing.thread,
            )
            standing.closed = False
        if (standing.title, standing.icon) != (view.title, view.icon):
            await self._do(
                standing.chat,
                self._bot.edit_forum_topic,
                standing.chat,
                standing.thread,
                name=view.title,
                icon_custom_emoji_id=icon,
            )
            standing.title = view.title
            standing.icon = view.icon

    async def _make(
        self, row: CardRow, standing: Standing, view: View, icon: str | None
    ) -> None:
        made = await self._in.after_others(
            standing.chat,
            self._kept,
            self._bot.create_forum_topic,
            standing.chat,
            view.title,
            icon_custom_emoji_id=icon,
        )
        standing.thread = made.message_thread_id
        standing.title = view.title
        standing.icon = view.icon
        await self._standings.save(row, standing)

    async def _close(self, standing: Standing, view: View) -> None:
        if view.closed and not standing.closed:
            await self._do(
                standing.chat,
                self._bot.close_forum_topic,
                standing.chat,
                message_thread_id=standing.thread,
            )
            standing.closed = True

    async def _known_icons(self) -> dict[str, str]:
        """Emoji → id, as Telegram has them."""
        if not self._icons:
            stickers = await self._bot.get_forum_topic_icon_stickers()
            self._icons |= {
                _bare(one.emoji): one.custom_emoji_id
                for one in stickers
                if one.emoji and one.custom_emoji_id
            }
        return self._icons

    # ── the card ──────────────────────────────────────────────────────────────────────

    async def _card(
        self, row: CardRow, standing: Standing, view: View, silent: bool
    ) -> None:
        digest = _digest(view)
        if standing.card is not None and standing.stands != digest:
            await self._edit(standing, view)
        if standing.card is None:
            await self._send(standing, view, silent)
            standing.stands = digest
            await self._standings.save(row, standing)
        standing.stands = digest
        to_be_pinned = standing.thread is not None and not standing.pinned
        if to_be_pinned and not await self._pin(standing):
            standing.card = None  # somebody was faster: put there again
            await self._card(row, standing, view, silent)

    async def _edit(self, standing: Standing, view: View) -> None:
        """Where the card is gone, none stands there any more."""
        try:
            await self._do(
                standing.chat,
                self._bot.edit_message_text,
                view.text,
                standing.chat,
                standing.card,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(view.buttons),
            )
        except BadRequest as error:
            if not _is(error, CARD_GONE):
                raise
            standing.card = None
            standing.pinned = False

    async def _send(self, standing: Standing, view: View, silent: bool) -> None:
        sent = await self._in.after_others(
            standing.chat,
            self._kept,
            self._bot.send_message,
            standing.chat,
            view.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard(view.buttons),
            message_thread_id=standing.thread,
            disable_notification=silent,
        )
        standing.card = sent.message_id

    async def _pin(self, standing: Standing) -> bool:
        """False where the card is not there any more."""
        assert standing.card is not None
        try:
            await self._in.after_others(
                standing.chat,
                self._kept,
                self._bot.pin_chat_message,
                standing.chat,
                standing.card,
                disable_notification=True,
            )
        except BadRequest as error:
            if _is(error, PIN_GONE):
                return False
            log.warning(
                "a card was not pinned: give the bot the right to (jianfu doctor)"
            )
        standing.pinned = True
        return True

    # ── taking it away ────────────────────────────────────────────────────────────────

    async def remove(self, standing: Standing) -> None:
        """The topic with all that stands in it; in private, where 48 hours are over,
        only the words.
        """
        chat = standing.chat
        try:
            if standing.thread is not None:
                await self._do(
                    chat, self._bot.delete_forum_topic, chat, standing.thread
                )
            elif standing.card is not None:
                await self._do(chat, self._bot.delete_message, chat, standing.card)
        except BadRequest as error:
            if _is(error, (*TOPIC_GONE, *DELETED)):
                return
            if standing.thread is not None or standing.card is None:
                raise
            await self._do(
                chat, self._bot.edit_message_text, plain(GONE), chat, standing.card
            )

    async def _do(
        self, chat: int, call: Callable[..., Awaitable[object]], *args: Any, **more: Any
    ) -> None:
        """Paced; that it is so already is no trouble."""
        try:
            await self._in.after_others(chat, self._kept, call, *args, **more)
        except BadRequest as error:
            if not _is(error, NOT_MODIFIED):
                raise


def keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    """buttons: (callback data, label)."""
    shown = [InlineKeyboardButton(label, callback_data=data) for data, label in buttons]
    return InlineKeyboardMarkup(rows(shown)) if shown else None


def _digest(view: View) -> str:
    return hashlib.sha256(json.dumps([view.text, view.buttons]).encode()).hexdigest()


def _is(error: BadRequest, words: Sequence[str]) -> bool:
    said = str(error).lower()
    return any(one in said for one in words)


def _bare(emoji: str) -> str:
    """Without the mark that asks for a coloured picture."""
    return emoji.replace("\ufe0f", "")
