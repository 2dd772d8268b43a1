"""What stands before every page.

Only our own pages may post, security headers go out with every answer, and nothing of a
visitor is logged.
"""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.logs import incident
from bot.settings import Web
from dialogs.texts import text

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # "no-referrer" would send `Origin: null` with our own forms
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": PERMISSIONS_POLICY,
    "x-robots-tag": "noindex",
    "cache-control": "no-store",
}
STRICT_TRANSPORT_SECURITY = "max-age=31536000"  # seconds; a year
_HEADERS_LOOKED_AT = (b"host", b"origin", b"sec-fetch-site")


class Guard:
    """The outermost layer: headers on every answer, posts from our own pages only.

    Of an error, a visitor sees the incident's number and no traceback.
    """

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self._app = app
        self._https = web.https
        self._public_url = web.public_url
        headers = dict(SECURITY_HEADERS)
        if web.https:
            headers["strict-transport-security"] = STRICT_TRANSPORT_SECURITY
        self._headers = [
            (name.encode(), value.encode()) for name, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                self._add_headers(message)
            await send(message)

        try:
            page = self._refusal(scope) or self._app
            await page(scope, receive, send_guarded)
        except Exception as error:
            number = incident(log, error, "showing a page")
            if not has_begun:
                words = text("zh", "web.failed", {"incident": number})
                await PlainTextResponse(words, 500)(scope, receive, send_guarded)

    def _add_headers(self, message: Message) -> None:
        """Add ours, except those that a page has set itself."""
        own = {name for name, _ in message["headers"]}
        message["headers"] += [
            header for header in self._headers if header[0] not in own
        ]

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """What a request is told that is not let in; None: it is let in."""
        headers = {
            name: value
            for name, value in scope["headers"]
            if name in _HEADERS_LOOKED_AT
        }
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._https and not _is_local(host):
            # a foreign name that was bent to this machine
            return PlainTextResponse(text("zh", "web.foreign"), 421)
        if scope["method"] == "POST" and not self._is_ours(headers, host):
            return PlainTextResponse(text("zh", "web.foreign"), 403)
        return None

    def _is_ours(self, headers: dict[bytes, bytes], host: str) -> bool:
        """Whether a page of ours sent this.

        Browsers say where a post comes from, and no page can lie about it.
        """
        site = headers.get(b"sec-fetch-site")
        if site is not None and site != b"same-origin":
            return False
        scheme = "https" if self._https else "http"
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin in (f"{scheme}://{host}", self._public_url):
            return True
        is_untold = origin in ("", "null")
        return is_untold and site == b"same-origin"


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
