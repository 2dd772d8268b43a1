"""Updates as the platform sends them, or as anybody may who has its secret: halves of
characters are left out, and what is no update is told by an error of its own.
"""

from __future__ import annotations

from typing import Any

from telegram import Bot, Update
from telegram.request import HTTPXRequest

from bot.channels.port import encodable

HIGHEST_NUMBER = 2**63 - 1  # what a database takes as a whole number


class NoUpdate(Exception):
    """Not what Telegram sends. Holds nothing of it."""


class CleanRequest(HTTPXRequest):
    """Calls to the platform whose answers hold no half characters."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        return whole(HTTPXRequest.parse_json_payload(payload))


def update_of(values: Any, bot: Bot) -> Update:
    """An update of its JSON.

    Raises: NoUpdate; whatever python-telegram-bot raises of what it cannot read.
    """
    number = values.get("update_id") if isinstance(values, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise NoUpdate("number")
    if not 0 <= number <= HIGHEST_NUMBER:
        raise NoUpdate("number")
    update = Update.de_json(whole(values), bot)
    chat = update.effective_chat
    if chat is not None and not isinstance(chat.id, int):
        raise NoUpdate("chat")
    return update


def whole(values: Any) -> Any:
    """JSON without the halves of characters in its texts."""
    if isinstance(values, str):
        return encodable(values)
    if isinstance(values, list):
        return [whole(value) for value in values]
    if isinstance(values, dict):
        return {encodable(name): whole(value) for name, value in values.items()}
    return values
