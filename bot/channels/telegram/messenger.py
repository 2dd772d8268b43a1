"""Telegram as a messenger: set up by its token. Its library is imported only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from bot.address import Address
from bot.channels.messenger import Messenger, Running, Use
from bot.finding import Finding
from bot.resources import Resources
from bot.settings import Settings
from storage.port import Write
from storage.repositories.telegram import TelegramChats

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel
    from bot.channels.telegram.door import StaffSide

NAME = "telegram"


def messenger(
    staff_side: Callable[[TelegramChannel, Use], StaffSide],
) -> Messenger[TelegramChannel, Use]:
    """staff_side: makes what staff see and do there."""
    return Messenger(
        name=NAME,
        is_set_up=lambda settings: settings.telegram.token is not None,
        channel=_channel,
        start=partial(_start, staff_side),
        sweeps=(_expired,),
        check=_check,
        reaches_staff=True,
        staff_chat=_staff_chat,
    )


def _channel(resources: Resources) -> TelegramChannel:
    from bot.channels.telegram.channel import TelegramChannel, make_bot

    settings = resources.settings
    return TelegramChannel(
        make_bot(settings.telegram),
        resources.database,
        resources.keys,
        resources.now,
        web=settings.web.public_url,
    )


def _start(
    staff_side: Callable[[TelegramChannel, Use], StaffSide],
    channel: TelegramChannel,
    program: Use,
) -> Running:
    from bot.channels.telegram.hearing import IntakeContext
    from bot.channels.telegram.run import TelegramService

    resources = program.resources
    context = IntakeContext(
        hear=program.reporters.hear,
        database=resources.database,
        keys=resources.keys,
        settings=resources.settings,
        now=resources.now,
    )
    return TelegramService(channel, context, staff_side(channel, program)).running()


def _expired(now: int) -> Sequence[Write]:
    return [TelegramChats.sweep(now)]


def _check(settings: Settings, now: int) -> Sequence[Finding]:
    from bot.channels.telegram.checkup import look

    return asyncio.run(look(settings, now))


def _staff_chat(settings: Settings) -> Address | None:
    chat = settings.telegram.staff_chat_id
    return None if chat is None else Address(NAME, str(chat))
