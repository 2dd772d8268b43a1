"""Open pages are told that there is more to show.

What is told names the last bubble, and no word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web.channel import OpenPage
from bot.channels.web.chat import ChatPages, seen_of
from bot.channels.web.visitors import Visitor

MOST_OPEN_PAGES = 4000
MOST_OPEN_PAGES_EACH = 8  # of one session
# seconds between signs of life, so that no proxy takes the line for dead
SIGN_OF_LIFE = 20.0
READ_ANEW = "0"  # names no bubble: the screen is to be read anew


class Live:
    """`/live`: rings at once, and whenever the screen changes.

    It rings at once lest anything be missed while a page connects again.
    """

    def __init__(self, chat: ChatPages) -> None:
        self._chat = chat
        self._channel = chat.context.channel

    async def __call__(self, request: Request) -> Response:
        visitor = await self._chat.visitors.of(request)
        if visitor.fresh or not self._has_room(visitor.screen):
            # 204 tells EventSource not to come again by itself
            return Response(status_code=204)
        return StreamingResponse(self._tell(visitor), media_type="text/event-stream")

    def _has_room(self, screen: bytes) -> bool:
        channel = self._channel
        if channel.count_open_pages() >= MOST_OPEN_PAGES:
            return False
        return channel.count_open_pages(screen) < MOST_OPEN_PAGES_EACH

    async def _tell(self, visitor: Visitor) -> AsyncIterator[str]:
        page = self._channel.open_page(visitor.screen)
        try:
            yield f"retry: 2000\ndata: {await self._last(visitor)}\n\n"
            while not page.closed:
                try:
                    await asyncio.wait_for(page.rung.wait(), SIGN_OF_LIFE)
                except TimeoutError:
                    yield ":\n\n"
                else:
                    yield f"data: {await self._news_for(page, visitor)}\n\n"
        finally:
            self._channel.close_page(visitor.screen, page)

    async def _news_for(self, page: OpenPage, visitor: Visitor) -> str:
        reads_anew = page.reads_anew
        page.rung.clear()
        page.reads_anew = False
        return READ_ANEW if reads_anew else await self._last(visitor)

    async def _last(self, visitor: Visitor) -> str:
        return seen_of(await self._channel.bubbles(visitor.screen))
