"""Updates of Telegram that we keep until their turn is over: sealed, and without names
of people.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from telegram import Bot, Update

from anonymizer.seal import Place, Unsealable
from bot.channels.telegram.decode import nameless
from bot.channels.telegram.payload import update_of
from bot.keys import Keys
from bot.logs import incident
from storage.port import Database
from storage.repositories.telegram import TelegramHeld

log = logging.getLogger(__name__)


class HeldTelegramUpdates:
    """See HeldUpdates. Rows are named by a keyed digest of bot and number."""

    def __init__(self, bot: Bot, channel: str, database: Database, keys: Keys) -> None:
        self._bot = bot
        self._channel = channel
        self._number = bot.token.partition(":")[0]
        self._database = database
        self._keys = keys
        self._rows = TelegramHeld(database)

    async def keep(self, update: Update) -> None:
        id = self._id(update)
        sealed = self._keys.session.seal(packed(update), _place(id))
        await self._database.commit([TelegramHeld.hold(id, sealed)])

    async def release(self, update: Update) -> None:
        await self._database.commit([TelegramHeld.release(self._id(update))])

    async def all(self) -> Sequence[Update]:
        rows = await self._rows.all()
        opened = [self._open(id, sealed) for id, sealed in rows]
        return [update for update in opened if update is not None]

    def _open(self, id: bytes, sealed: bytes) -> Update | None:
        try:
            values = json.loads(self._keys.session.open(sealed, _place(id)))
        except Unsealable:
            log.error("a kept update does not open: is the keyring complete?")
            return None
        try:
            return update_of(values, self._bot)
        except Exception as error:  # one that cannot be read holds up no other
            incident(log, error, "a kept update")
            return None

    def _id(self, update: Update) -> bytes:
        key = f"held {self._number} {update.update_id}"
        return self._keys.pseudonyms.inbox_mark(self._channel, key)


def packed(update: Update) -> bytes:
    """JSON of it without names; whatever was not JSON any more is kept as words."""
    values = nameless(update.to_dict())
    return json.dumps(values, ensure_ascii=False, default=str).encode()


def _place(id: bytes) -> Place:
    return Place("telegram_held", "sealed", id)
