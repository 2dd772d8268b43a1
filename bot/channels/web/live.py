"""Open pages are told that there is more to show: events that name the last bubble, and
no word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web.channel import Ear
from bot.channels.web.chat import Chat, seen_of
from bot.channels.web.visits import Visit

MOST = 4000  # pages that listen, in all
MOST_EACH = 8  # of one session
BEAT = 20.0  # seconds between signs of life, so that no proxy takes the line for dead
WHOLE = "0"  # names no bubble: the screen is to be read anew


class Live:
    """`/live`: rings at once, lest anything be missed while reconnecting, and whenever
    the screen changes.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def __call__(self, request: Request) -> Response:
        visit = await self._chat.visits.of(request)
        channel = self._chat.context.channel
        if (
            visit.fresh
            or channel.ears() >= MOST
            or channel.ears(visit.screen) >= MOST_EACH
        ):
            return Response(
                status_code=204
            )  # tells EventSource not to come again by itself
        return StreamingResponse(self._tell(visit), media_type="text/event-stream")

    async def _tell(self, visit: Visit) -> AsyncIterator[str]:
        channel = self._chat.context.channel
        ear = channel.open_ear(visit.screen)
        try:
            yield f"retry: 2000\ndata: {await self._last(visit)}\n\n"
            while not ear.closed:
                try:
                    await asyncio.wait_for(ear.rung.wait(), BEAT)
                except TimeoutError:
                    yield ":\n\n"
                else:
                    yield f"data: {await self._heard(visit, ear)}\n\n"
        finally:
            channel.close_ear(visit.screen, ear)

    async def _heard(self, visit: Visit, ear: Ear) -> str:
        ear.rung.clear()
        whole, ear.whole = ear.whole, False
        return WHOLE if whole else await self._last(visit)

    async def _last(self, visit: Visit) -> str:
        return seen_of(await self._chat.context.channel.bubbles(visit.screen))
