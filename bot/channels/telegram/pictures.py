"""A picture somebody sent: fetched from Telegram and scrubbed."""

from __future__ import annotations

import asyncio
from datetime import datetime

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from anonymizer.scrub import NotAnImage, Scrubbed, ScrubError, TooLarge, scrub_image
from bot.channels.port import TryLater
from bot.channels.telegram.errors import kind
from dialogs.words import Unreadable

FETCHES = 8  # tries to fetch a picture while the network is down


async def fetched(bot: Bot, file: str, now: datetime) -> Scrubbed | Unreadable:
    """file: Telegram's name for it."""
    data = await _fetch(bot, file)
    if data is None:
        return Unreadable("broken", now)
    try:
        return await scrub_image(data)
    except TooLarge:
        return Unreadable("too_large", now)
    except NotAnImage:
        return Unreadable("file", now)
    except ScrubError:
        return Unreadable("broken", now)


async def _fetch(bot: Bot, file: str) -> bytes | None:
    """The picture as it was sent; None where Telegram does not give it."""
    for tries in range(FETCHES):
        try:
            found = await bot.get_file(file)
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            trouble = None if isinstance(error, BadRequest) else kind(error, tries)
        if not isinstance(trouble, TryLater):
            return None
        await asyncio.sleep(trouble.wait)
    return None
