"""Open pages are told of what comes later: server-sent events, each a piece of the screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web import Ear
from bot.web.chat import Chat, said_in, seen_of
from bot.web.visits import Visit

MOST = 4000  # pages that listen, in all
MOST_EACH = 8  # of one session
BEAT = 20.0  # seconds between signs of life, so that no proxy takes the line for dead


class Live:
    """`/live`: begins behind the bubble a page saw last, and goes on until the page is closed."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def __call__(self, request: Request) -> Response:
        visit = await self._chat.visits.of(request)
        channel = self._chat.door.channel
        if visit.fresh or channel.ears() >= MOST or channel.ears(visit.screen) >= MOST_EACH:
            return Response(status_code=204)  # tells EventSource not to come again
        seen = request.headers.get("last-event-id") or request.query_params.get("seen", "-")
        return StreamingResponse(self._tell(visit, seen), media_type="text/event-stream")

    async def _tell(self, visit: Visit, seen: str) -> AsyncIterator[str]:
        channel = self._chat.door.channel
        ear = channel.open_ear(visit.screen)
        try:
            yield "retry: 2000\n\n"
            while not ear.closed:
                event, seen = await self._news(visit, ear, seen)
                yield event
                try:
                    await asyncio.wait_for(ear.rung.wait(), BEAT)
                except TimeoutError:
                    continue
        finally:
            channel.close_ear(visit.screen, ear)

    async def _news(self, visit: Visit, ear: Ear, seen: str) -> tuple[str, str]:
        """What is new as one event, and where the page stands then; a comment where nothing is."""
        ear.rung.clear()
        whole, ear.whole = ear.whole, False
        bubbles, anew = await self._chat.news(visit.screen, "0" if whole else seen)
        if not bubbles and not anew:
            return ":\n\n", seen
        html = self._chat.pages.bubbles(bubbles, said_in(bubbles) or visit.lang)
        data = "".join(f"data: {line}\n" for line in html.splitlines())
        seen = seen_of(bubbles)
        return f"event: {'whole' if anew else 'more'}\nid: {seen}\n{data}\n", seen
