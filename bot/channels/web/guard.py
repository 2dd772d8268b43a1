"""What stands before every page: who may post, which headers go out, that nothing of a
visitor is logged.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Web
from dialogs.texts import text

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    # "no-referrer" would send `Origin: null` with our own forms
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    (
        "permissions-policy"
    ): "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}
HSTS = "max-age=31536000"


class Guard:
    """The outermost layer: security headers on every answer, posts from our own pages
    only, no traceback.
    """

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app, self._web = app, web
        headers = HEADERS | ({"strict-transport-security": HSTS} if web.https else {})
        self._headers = [
            (name.encode(), value.encode()) for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name for name, _ in message["headers"]}
                message["headers"] += [
                    header for header in self._headers if header[0] not in own
                ]
            await send(message)

        try:
            if refused := self._refuses(scope):
                status, words = refused
                await PlainTextResponse(words, status)(scope, receive, guarded)
            else:
                await self._app(scope, receive, guarded)
        except Exception as error:
            incident = secrets.token_hex(4)
            log.error("incident %s: %s on a page", incident, type(error).__name__)
            if not begun:
                words = text("zh", "web.failed", {"incident": incident})
                await PlainTextResponse(words, 500)(scope, receive, guarded)

    def _refuses(self, scope: Scope) -> tuple[int, str] | None:
        """Why this request is not let in: (status, sentence), or None."""
        headers = {
            name: value for name, value in scope["headers"] if name in _LOOKED_AT
        }
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._web.https and not _is_local(
            host
        ):  # a foreign name that was bent to this machine
            return 421, text("zh", "web.foreign")
        if scope["method"] == "POST" and not self._is_ours(headers, host):
            return 403, text("zh", "web.foreign")
        return None

    def _is_ours(self, headers: dict[bytes, bytes], host: str) -> bool:
        """Whether a page of ours sent this: browsers say where a post comes from, and
        no page can lie.
        """
        site = headers.get(b"sec-fetch-site")
        if site is not None and site != b"same-origin":
            return False
        origin = headers.get(b"origin", b"").decode("latin-1")
        own = {
            f"{'https' if self._web.https else 'http'}://{host}",
            self._web.public_url,
        }
        return origin in own or (site == b"same-origin" and origin in ("", "null"))


_LOOKED_AT = (b"host", b"origin", b"sec-fetch-site")


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
