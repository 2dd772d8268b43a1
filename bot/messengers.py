"""Where messengers are registered. One more messenger is one more line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels.messenger import Messenger
from bot.channels.telegram import messenger as telegram
from bot.channels.web import messenger as web
from bot.desk import telegram as telegram_desk
from bot.program import Program
from bot.site import site

Messengers = Sequence[Messenger[Any, Program]]

MESSENGERS: Messengers = (
    web.messenger(site),
    telegram.messenger(telegram_desk.staff_side),
)
