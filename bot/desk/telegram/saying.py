"""What the desk says in a chat: sentences by the outbox, windows and nods at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram.errors import about
from bot.desk.telegram.inside import DeskContext, Spot, staff_message
from bot.outbox.messages import OutboxMessage
from bot.people.member import Member
from dialogs.words import Button
from storage.port import Write

log = logging.getLogger(__name__)
TOAST = 200  # characters in a window


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what where. mark: the write by which a repeated update changes nothing;
    message: theirs; account: their number at the platform; prompt: the message of ours
    that they answered.
    """

    member: Member
    spot: Spot
    mark: Write
    grouped: bool
    message: int | None = None
    press: str | None = None
    account: int = 0
    prompt: int | None = None


class Saying:
    """Everything is said in one commit with the mark of the update it answers."""

    def __init__(self, inside: DeskContext) -> None:
        self._in = inside
        self._bot = inside.channel.bot
        self._tasks: set[asyncio.Task[Any]] = set()

    async def say(
        self, act: Act, words: str, buttons: Sequence[Button] = (), files: object = ()
    ) -> str:
        """Returns "": nothing is left to be told."""
        await self.commit(
            act, [], [staff_message(act.spot.address, words, buttons, files)]
        )
        return ""

    async def commit(
        self, act: Act, writes: Sequence[Write], messages: Sequence[OutboxMessage]
    ) -> None:
        outgoing = [self._in.post.put(one) for one in messages]
        await self._in.database.commit([act.mark, *writes, *outgoing])
        self._in.send(messages)

    def toast(self, press: str, words: str = "", *, alert: bool = False) -> None:
        """A window over the button that was pressed; without words it only stops
        waiting.
        """
        self._soon(self._answer(press, words, alert))

    def nod(self, act: Act) -> None:
        """A sign on their message costs the group no message."""
        if act.message is not None:
            self._soon(self._react(act.spot.chat, act.message))

    def clear(self, act: Act, after: float = 0.0) -> None:
        """Take away the prompt that was answered, so that nobody answers it again.
        after: seconds.
        """
        if act.prompt is not None:
            self._soon(self._delete(act.spot.chat, act.prompt, after))

    async def _delete(self, chat: int, message: int, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await self._bot.delete_message(chat, message)
        except TelegramError as error:
            log.debug("a prompt stays: %s", about(error))

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _answer(self, press: str, words: str, alert: bool) -> None:
        try:
            await self._bot.answer_callback_query(
                press, words[:TOAST] or None, show_alert=alert
            )
        except TelegramError as error:
            log.debug("a press was not answered: %s", about(error))

    async def _react(self, chat: int, message: int) -> None:
        try:
            await self._bot.set_message_reaction(chat, message, "👌")
        except TelegramError as error:
            log.debug("no nod: %s", about(error))

    def _soon(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
