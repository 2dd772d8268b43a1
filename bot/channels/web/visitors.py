"""Who asks: a token in a cookie, known to that browser alone, and what it chose."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.address import Address
from bot.channels.web.channel import SESSION_REMEMBERED, WebChannel
from bot.settings import Web
from dialogs.texts import LANGUAGES
from storage.repositories.web import WebSessionRow

VISITOR_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 random bytes


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser.

    screen: what is stored in place of its token; row: None until it has said something;
    fresh: it had no token, and gets one with the answer.
    """

    address: Address
    screen: bytes
    row: WebSessionRow | None
    lang: str
    fresh: bool

    @property
    def lasting(self) -> bool:
        return self.row is not None and self.row.lasting


class Visitors:
    """Cookies in and out.

    Over https they are `Secure` and tied to this host; plain only on this machine.
    """

    def __init__(self, channel: WebChannel, web: Web) -> None:
        self._channel = channel
        self._secure = web.https
        self.cookie = "__Host-s" if web.https else "s"
        self.lang_cookie = "__Host-l" if web.https else "l"

    async def of(self, request: Request) -> Visitor:
        """Who makes this request; a browser without a token is given a new one."""
        token = request.cookies.get(self.cookie, "")
        is_fresh = not VISITOR_TOKEN.fullmatch(token)
        if is_fresh:
            token = secrets.token_urlsafe(32)
        address = Address(self._channel.name, token)
        screen = self._channel.screen_of(address)
        row = None if is_fresh else await self._channel.session(screen)
        lang = request.cookies.get(self.lang_cookie, "")
        if lang not in LANGUAGES:
            lang = LANGUAGES[0]
        return Visitor(address, screen, row, lang, is_fresh)

    def keep(self, response: Response, visitor: Visitor, lasting: bool) -> None:
        """Give the token to the browser.

        It keeps it until it is closed, or for 7 days if it shall remember.
        """
        max_age = SESSION_REMEMBERED if lasting else None
        self._set(response, self.cookie, visitor.address.key, max_age)

    def keep_lang(self, response: Response, lang: str, lasting: bool) -> None:
        max_age = SESSION_REMEMBERED if lasting else None
        self._set(response, self.lang_cookie, lang, max_age)

    def forget(self, response: Response) -> None:
        for name in (self.cookie, self.lang_cookie):
            self._set(response, name, "", 0)

    def _set(
        self, response: Response, name: str, value: str, max_age: int | None
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )
