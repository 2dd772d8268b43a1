"""Asking Telegram until it answers: trouble with it never ends the program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.errors import about, backoff, retry_after
from bot.logs import incident
from storage.port import StorageError

log = logging.getLogger(__name__)
AFTER_BUG = 5.0  # seconds
PATIENT = 2  # where nobody waits for the answer, the first pause is that much longer
SERIOUS = (Conflict, InvalidToken)


def told_wait(error: TelegramError | StorageError, tries: int) -> float:
    """Log it, and say how many seconds to wait. tries: how often it failed before."""
    if isinstance(error, StorageError):
        log.warning("telegram: %s", type(error).__name__)
        return backoff(tries)
    level = logging.ERROR if isinstance(error, SERIOUS) else logging.INFO
    log.log(level, "telegram: %s", about(error))
    return retry_after(error) if isinstance(error, RetryAfter) else backoff(tries)


async def until_done(doing: Callable[[], Awaitable[None]]) -> None:
    """Again and again: neither Telegram nor storage nor a bug ends the program."""
    tries = PATIENT
    while True:
        try:
            return await doing()
        except (TelegramError, StorageError) as error:
            wait = told_wait(error, tries)
        # an answer that python-telegram-bot cannot read, or a bug of ours
        except Exception as error:
            incident(log, error, "telegram")
            wait = backoff(tries)
        await asyncio.sleep(wait)
        tries += 1


async def lasting(doing: Callable[[], Awaitable[None]]) -> None:
    """A bug of ours stops it for a moment, and nothing else."""
    while True:
        try:
            return await doing()
        except Exception as error:
            incident(log, error, "telegram")
            await asyncio.sleep(AFTER_BUG)
