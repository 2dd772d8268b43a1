"""Our own webhook: Telegram's posts, proved by the secret, answered only after the
commit.
"""

from __future__ import annotations

import hmac
import json
import logging

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from telegram import Bot, Update

from bot.channels.arrivals import Arrivals
from bot.channels.telegram.payload import update_of
from bot.logs import incident
from storage.port import StorageError

log = logging.getLogger(__name__)
UPDATE_BYTES = 1 << 20  # bytes of one update
SECRET = b"x-telegram-bot-api-secret-token"


class Webhook:
    """An ASGI application for one path."""

    def __init__(self, arrivals: Arrivals[Update], bot: Bot, secret: str) -> None:
        self._arrivals = arrivals
        self._bot = bot
        self._secret = secret.encode()

    def knows(self, scope: Scope) -> bool:
        """Whether this is Telegram: compared in constant time."""
        shown = dict(scope["headers"]).get(SECRET, b"")
        return hmac.compare_digest(shown, self._secret) and scope["method"] == "POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            status = await self._take(request)
        except ClientDisconnect:
            return
        await Response(status_code=status)(scope, receive, send)

    async def _take(self, request: Request) -> int:
        """The answer's status, once the update is committed or kept."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > UPDATE_BYTES:
                return 413
        try:
            update = update_of(json.loads(body), self._bot)
        except Exception as error:  # sent again and again, it would never get better
            incident(log, error, "an update")
            return 200
        try:
            await self._arrivals.settle(update)
        except StorageError as error:
            log.warning("webhook: %s", type(error).__name__)
            return 503
        except Exception as error:  # an error of ours is ours, too: never again 500
            incident(log, error, "an update")
        return 200


class WebhookRoute(BaseRoute):
    """Taken only by who knows the secret: everybody else gets what any visitor of that
    page would get.
    """

    def __init__(self, path: str, webhook: Webhook) -> None:
        self._path = path
        self._webhook = webhook

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        meant = scope["type"] == "http" and scope["path"] == self._path
        if meant and self._webhook.knows(scope):
            return Match.FULL, {}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._webhook(scope, receive, send)
