"""Fetching updates: no job of the bell, for each fetch waits at Telegram until
something comes.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable, Sequence

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.arrivals import Arrivals
from bot.channels.telegram.decode import ALLOWED
from bot.channels.telegram.trying import told_wait, until_done
from bot.logs import incident
from storage.port import StorageError

log = logging.getLogger(__name__)
LONG_POLL = 50  # seconds
FREED_FIRST = 2.0  # seconds: without a webhook there is no fetch that is refused
LONGEST_PAUSE = 5.0  # seconds until the next fetch: somebody waits to be heard
UPDATES_A_FETCH = 100  # updates of one fetch


class Polling:
    """reached: called after each fetch."""

    def __init__(
        self,
        bot: Bot,
        arrivals: Arrivals[Update],
        reached: Callable[[], Awaitable[None]],
    ) -> None:
        self._bot = bot
        self._arrivals = arrivals
        self._reached = reached

    async def run(self) -> None:
        """Fetch, take in, and confirm by the next offset what was committed; until
        cancelled. Whether a webhook is still set there delays nothing for long.
        """
        async with asyncio.TaskGroup() as beside:
            freeing = beside.create_task(until_done(self._no_webhook))
            await asyncio.wait({freeing}, timeout=FREED_FIRST)
            await self._fetch_all()

    async def _fetch_all(self) -> None:
        following: int | None = None
        tries = 0
        is_reached = False
        while True:
            try:
                await self._arrivals.clear()
                updates = await self._fetch(following, LONG_POLL if is_reached else 0)
            except (TelegramError, StorageError) as error:
                await asyncio.sleep(_pause(error, told_wait(error, tries)))
                is_reached = is_reached and isinstance(error, StorageError)
                tries += 1
                continue
            tries = 0
            is_reached = True
            for update in sorted(updates, key=lambda update: update.update_id):
                self._arrivals.take(update)
                following = update.update_id + 1
            await self._reached()

    async def _no_webhook(self) -> None:
        await self._bot.delete_webhook(drop_pending_updates=False)

    async def _fetch(self, offset: int | None, timeout: int) -> Sequence[Update]:
        try:
            return await self._bot.get_updates(
                offset, UPDATES_A_FETCH, timeout, allowed_updates=ALLOWED
            )
        except TelegramError:
            raise
        # something in it that python-telegram-bot cannot read
        except Exception as error:
            incident(log, error, "an update")
        return await self._one_by_one(offset)

    async def _one_by_one(self, offset: int | None) -> list[Update]:
        """What can be read of it; an update that cannot is passed over, or it would
        hold up all.
        """
        asked = {
            "offset": offset,
            "limit": UPDATES_A_FETCH,
            "timeout": 0,
            "allowed_updates": list(ALLOWED),
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is a method for this
            raw = await self._bot.do_api_request("getUpdates", asked)
        found = []
        for values in raw:
            try:
                found.append(Update.de_json(values, self._bot))
            except Exception as error:
                incident(log, error, "an update")
                found.append(Update(values["update_id"]))
        return found


def _pause(error: TelegramError | StorageError, told: float) -> float:
    """Short, unless the platform wants it longer, or asking again changes nothing."""
    if isinstance(error, RetryAfter | Conflict | InvalidToken):
        return told
    return min(told, LONGEST_PAUSE)
