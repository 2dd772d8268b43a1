"""The web chat as a messenger: always set up, for it needs nobody else's platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from starlette.types import ASGIApp

from bot.channels.messenger import Messenger, Running, Use
from bot.channels.web.channel import WebChannel
from bot.resources import Resources
from storage.port import Write
from storage.repositories.web import WebBubbles, WebSessions


def messenger(
    site: Callable[[WebChannel, Use], ASGIApp],
) -> Messenger[WebChannel, Use]:
    """site: makes all pages that browsers see, of reporters and of whoever else."""
    return Messenger(
        name=WebChannel.name,
        is_set_up=lambda settings: True,
        channel=_channel,
        start=partial(_start, site),
        sweeps=(_expired,),
    )


def _channel(resources: Resources) -> WebChannel:
    return WebChannel(
        resources.database,
        resources.keys,
        resources.settings.receipt_minutes,
        resources.now,
    )


def _start(
    site: Callable[[WebChannel, Use], ASGIApp], channel: WebChannel, program: Use
) -> Running:
    return Running(pages=site(channel, program), close=channel.close)


def _expired(now: int) -> Sequence[Write]:
    return [WebBubbles.sweep(now), WebSessions.sweep(now)]
