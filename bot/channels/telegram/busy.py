"""Nobody looks at a silent chat for long: while something takes time it shows that we
write, and soon a sentence says what it is that takes it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.chats import PrivateChat
from bot.channels.telegram.errors import about
from dialogs.texts import text

log = logging.getLogger(__name__)
SHOWN = 4.0  # seconds; Telegram shows it for five
SILENT_AT_MOST = 8.0  # seconds until a sentence is said


@asynccontextmanager
async def busy(channel: TelegramChannel, chat: PrivateChat) -> AsyncIterator[None]:
    """While this lasts."""
    showing = asyncio.create_task(_show(channel, chat))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def _show(channel: TelegramChannel, chat: PrivateChat) -> None:
    """Until cancelled; of trouble only the log hears."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    is_told = False
    while True:
        try:
            await channel.bot.send_chat_action(chat.id, ChatAction.TYPING)
        except TelegramError as error:
            log.debug("typing is not shown: %s", about(error))
        await asyncio.sleep(SHOWN)
        if not is_told and clock() - begun >= SILENT_AT_MOST:
            is_told = True
            await channel.tell(chat.id, text(chat.lang, "telegram.fetching"))
