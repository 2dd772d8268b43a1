"""The page of all daily heads of the audit chain, for everybody; no cookie is asked for
nor given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.web.screen import Pages
from storage.repositories.heads import AuditHead

MOST_SHOWN = 400  # days on the page; the text holds all


class HeadPages:
    """As a page to look at, and as a text to keep."""

    def __init__(
        self, heads: Callable[[], Awaitable[Sequence[AuditHead]]], pages: Pages
    ) -> None:
        """heads: gives all of them, oldest first."""
        self._heads = heads
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/audit", self.shown, methods=["GET"]),
            Route("/audit.txt", self.kept, methods=["GET"]),
        ]

    async def shown(self, request: Request) -> Response:
        lang = "en" if "en" in request.query_params else "zh"
        newest_first = list(reversed(await self._heads()))[:MOST_SHOWN]
        heads = [(head.day.isoformat(), head.code()) for head in newest_first]
        return HTMLResponse(self._pages.page("audit.html", lang, heads=heads))

    async def kept(self, request: Request) -> Response:
        """A day and its hash a line, oldest first: `jianfu audit verify` reads it."""
        heads = await self._heads()
        lines = [f"{head.day.isoformat()} {head.hash.hex()}\n" for head in heads]
        return PlainTextResponse("".join(lines))
