"""Open pages are told that there is more to show.

What is told names the last bubble, and no word.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.channels.web.channel import OpenPage
from bot.channels.web.chat import ChatPages, seen_of
from bot.channels.web.visitors import Visitor
from bot.connections import most_connections, party_of

MOST_OPEN_PAGES = 4000
MOST_OPEN_PAGES_EACH = 8  # of one session
MOST_OPEN_PAGES_THERE = 128  # of one address: half of what it may connect
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
        # half of all connections at most, so that pages can still be opened
        self._most = min(MOST_OPEN_PAGES, most_connections() // 2)
        self._open_there: Counter[str] = Counter()

    async def __call__(self, request: Request) -> Response:
        visitor = await self._chat.visitors.of(request)
        party = party_of(self._chat.peer(request))
        if visitor.fresh or not self._has_room(visitor.screen, party):
            # 204 tells EventSource not to come again by itself
            return Response(status_code=204)
        telling = self._tell(visitor, party)
        return StreamingResponse(telling, media_type="text/event-stream")

    def _has_room(self, screen: bytes, party: str | None) -> bool:
        channel = self._channel
        if channel.count_open_pages() >= self._most:
            return False
        there = 0 if party is None else self._open_there[party]
        if there >= MOST_OPEN_PAGES_THERE:
            return False
        return channel.count_open_pages(screen) < MOST_OPEN_PAGES_EACH

    async def _tell(self, visitor: Visitor, party: str | None) -> AsyncIterator[str]:
        page = self._channel.open_page(visitor.screen)
        self._count(party, 1)
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
            self._count(party, -1)

    def _count(self, party: str | None, more: int) -> None:
        """An address is known here only while a page of it is open."""
        if party is None:
            return
        self._open_there[party] += more
        if self._open_there[party] == 0:
            del self._open_there[party]

    async def _news_for(self, page: OpenPage, visitor: Visitor) -> str:
        reads_anew = page.reads_anew
        page.rung.clear()
        page.reads_anew = False
        return READ_ANEW if reads_anew else await self._last(visitor)

    async def _last(self, visitor: Visitor) -> str:
        return seen_of(await self._channel.bubbles(visitor.screen))
