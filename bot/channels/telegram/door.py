"""What is meant for staff goes to their door first; whatever it does not take is a
reporter's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from telegram import BotCommand, Update

from bot.channels.messenger import LastingTask
from dialogs.plain import plain_word
from scheduler.bell import Job

# callback data of staff's buttons begin so; a reporter's begin with a mark or "|"
STAFF_BUTTON = "s:"


class StaffDoor(Protocol):
    """Consulted before pseudonym and hotline."""

    async def hear(self, update: Update) -> bool:
        """Take it, if a member of staff did what only staff can do. True: taken, and
        answered.

        Offered is everything from the staff group; of a private chat only slash
        commands, a lone question mark, staff's buttons and replies to a message of
        ours, each of them also when it was edited into one. When this returns,
        what it changed is committed: the update may be confirmed. It answers the button
        presses that it takes; a repeated update must change nothing.
        Raises: StorageError, to be asked again later.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSide:
    """What staff see and do in Telegram.

    commands: shown in the staff's group, nowhere else. tasks, jobs: see
    `bot.channels.messenger.Running`.
    """

    door: StaffDoor
    commands: Sequence[BotCommand] = ()
    tasks: Sequence[LastingTask] = ()
    jobs: Sequence[Job] = ()


def offered(update: Update, staff_chat: int | None) -> bool:
    """Whether the staff's door is asked about this update."""
    chat = update.effective_chat
    if chat is not None and staff_chat is not None and chat.id == staff_chat:
        return True
    if update.callback_query is not None:
        return (update.callback_query.data or "").startswith(STAFF_BUTTON)
    message = update.message or update.edited_message
    if message is None or chat is None or chat.type != chat.PRIVATE:
        return False
    reply = message.reply_to_message
    to_us = reply is not None and reply.from_user is not None and reply.from_user.is_bot
    words = message.text or ""
    return words.startswith("/") or plain_word(words) == "?" or to_us
