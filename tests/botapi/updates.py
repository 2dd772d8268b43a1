"""How the platform hands updates over: by long poll or by webhook.

Sources: Bot API, "Getting updates", getUpdates, setWebhook, WebhookInfo; the open
source server for what the page leaves out (`Client::do_get_updates`, `WebhookActor`):

* an update is kept 24 hours, a button press 150 seconds;
* `offset` confirms everything before it, a negative one forgets all but the last ones;
* `allowed_updates` is remembered and judged when the update is made, not when it is
    fetched;
* a second poll ends the first with 409, and so does setting a webhook;
* a poll that repeats its offset within half a second gets one update;
* webhook: the messages of one chat go out one at a time and in order; a person's button
    presses are a queue of their own and may overtake a message; queues go side by side,
    up to `max_connections`; any answer but 2xx, and silence, means again: after 1 s,
    then 2, 4 … 60 s (÷ speed);
* a cloud webhook must be https on 443, 80, 88 or 8443; a server of one's own takes http
    on any port, as here.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.botapi.wire import Refusal, bad

DAY = 86400.0
PRESS_KEPT = 150.0
LONGEST_POLL = 50.0
WEBHOOK_TIMEOUT = 60.0
OVERTAKEN = 0.3  # seconds a post is held up by a fault, so that later ones come first
KINDS = {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
}
ON_REQUEST = {
    "chat_member",
    "message_reaction",
    "message_reaction_count",
}  # not sent unless asked for
QUEUES = {"edited_message": "message"}  # kinds that share a queue
DEFAULT = frozenset(KINDS - ON_REQUEST)


@dataclass(slots=True)
class Update:
    id: int
    kind: str
    content: dict[str, Any]
    queue: tuple[str, int]  # updates of one queue keep their order on the webhook
    expires: float  # by the world's clock
    wait: float = 0.0  # before the next try, of a webhook
    tries: int = 0
    busy: bool = False

    def json(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.content}


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str = ""
    connections: int = 40
    last_error: str = ""
    last_error_at: int = 0
    deliveries: list[tuple[int, int]] = field(
        default_factory=list
    )  # update, status (0: no answer)


class Updates:
    """The queue of one bot."""

    def __init__(
        self, first: int, now: Callable[[], float], speed: float = 1.0
    ) -> None:
        self._now = now
        self._speed = speed
        self._next = first
        self.pending: deque[Update] = deque()
        self.allowed = DEFAULT
        self.webhook: Webhook | None = None
        self._poll: asyncio.Future[str] | None = (
            None  # the waiting poll; its result is why it ends early
        )
        self._news = asyncio.Event()
        self._last_poll = (0, float("-inf"))
        self._sender: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self.duplicate = self.reorder = 0  # faults: how many of the next hand-overs
        self._shown: deque[Update] = deque(maxlen=50)

    # ---- making
    # ------------------------------------------------------------

    def add(self, kind: str, content: dict[str, Any], of: int) -> int | None:
        """Queue an update of a chat, or of a person's presses.

        Returns: its number, None where the bot did not ask for this kind.
        """
        if kind not in self.allowed:
            return None
        kept = PRESS_KEPT if kind == "callback_query" else DAY
        update = Update(
            self._next, kind, content, (QUEUES.get(kind, kind), of), self._now() + kept
        )
        self._next += 1
        self.pending.append(update)
        self._wake()
        return update.id

    def _wake(self) -> None:
        self._news.set()

    def _expire(self) -> None:
        now = self._now()
        if any(update.expires < now for update in self.pending):
            self.pending = deque(
                update for update in self.pending if update.expires >= now
            )

    # ---- polling
    # ------------------------------------------------------------

    def ask_for(self, kinds: object) -> None:
        """Remember `allowed_updates`; None changes nothing, an empty list is the
        default.
        """
        if kinds is None:
            return
        if not isinstance(kinds, list) or not all(
            isinstance(kind, str) for kind in kinds
        ):
            raise bad("can't parse allowed_updates: expected an Array of String")
        unknown = [kind for kind in kinds if kind.lower() not in KINDS]
        if unknown:
            raise bad(f"unknown update types {unknown}")
        self.allowed = frozenset(kind.lower() for kind in kinds) or DEFAULT

    async def poll(
        self, offset: int, limit: int, timeout: float
    ) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self.end_poll(
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        limit = max(1, min(100, limit))
        at = time.monotonic()
        if offset == self._last_poll[0] and at < self._last_poll[1] + 0.5 / self._speed:
            limit = 1
        self._last_poll = (offset, at)
        self._confirm(offset)
        until = at + max(0.0, min(LONGEST_POLL, timeout))
        while not (found := self._fetch(limit)):
            left = until - time.monotonic()
            if left <= 0:
                break
            await self._wait(left)
        return [update.json() for update in found]

    def end_poll(self, why: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(why)

    def _confirm(self, offset: int) -> None:
        self._expire()
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        elif offset > 0:
            while self.pending and self.pending[0].id < offset:
                self._shown.append(self.pending.popleft())

    def _fetch(self, limit: int) -> list[Update]:
        self._expire()
        found = list(self.pending)[:limit]
        if found and self.duplicate and self._shown:
            self.duplicate -= 1
            found.insert(0, self._shown[-1])
        if self.reorder and len(found) > 1:
            self.reorder -= 1
            found.reverse()
        return found

    async def _wait(self, seconds: float) -> None:
        self._news.clear()
        self._poll = ended = asyncio.get_running_loop().create_future()
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait(
                {ended, news}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if ended.done():
                raise Refusal(409, ended.result())
        finally:
            news.cancel()
            if self._poll is ended:
                self._poll = None

    # ---- webhook
    # ------------------------------------------------------------

    def set_webhook(self, url: str, secret: str, connections: int, drop: bool) -> str:
        """Returns: what the platform says of it."""
        if drop:
            self.pending.clear()
        self.end_poll("Conflict: terminated by setWebhook request")
        if not url:
            was = self.webhook is not None
            self.webhook = None
            self._stop_sending()
            return "Webhook was deleted" if was else "Webhook is already deleted"
        if not re.match(r"https?://[^\s/]+", url):
            raise bad("invalid webhook URL specified")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        same = self.webhook is not None and (self.webhook.url, self.webhook.secret) == (
            url,
            secret,
        )
        if same and self.webhook is not None:
            self.webhook.connections = connections
            return "Webhook is already set"
        self._stop_sending()
        self.webhook = Webhook(url, secret, connections)
        self._sender = asyncio.get_running_loop().create_task(
            self._send_all(self.webhook)
        )
        return "Webhook was set"

    def info(self) -> dict[str, Any]:
        self._expire()
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if hook is not None:
            info["max_connections"] = hook.connections
            if hook.last_error:
                info |= {
                    "last_error_date": hook.last_error_at,
                    "last_error_message": hook.last_error,
                }
        if self.allowed != DEFAULT:
            info["allowed_updates"] = sorted(self.allowed)
        return info

    def _stop_sending(self) -> None:
        for task in (self._sender, *self._sending):
            if task is not None:
                task.cancel()
        self._sender = None
        for update in self.pending:
            update.busy, update.wait = False, 0.0

    async def close(self) -> None:
        tasks = [task for task in (self._sender, *self._sending) if task is not None]
        self._stop_sending()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, hook: Webhook) -> None:
        async with httpx.AsyncClient(
            timeout=WEBHOOK_TIMEOUT / self._speed, trust_env=False
        ) as client:
            while True:
                self._expire()
                now, soonest = time.monotonic(), None
                waiting: set[tuple[str, int]] = {
                    update.queue for update in self.pending if update.busy
                }
                for update in [update for update in self.pending if not update.busy]:
                    if len(self._sending) >= hook.connections:
                        break
                    if update.queue in waiting:
                        continue
                    waiting.add(update.queue)
                    if update.wait > now:
                        soonest = min(soonest or update.wait, update.wait)
                        continue
                    update.busy = True
                    task = asyncio.get_running_loop().create_task(
                        self._send(client, hook, update)
                    )
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)
                    task.add_done_callback(lambda _: self._wake())
                self._news.clear()
                try:
                    await asyncio.wait_for(
                        self._news.wait(), None if soonest is None else soonest - now
                    )
                except TimeoutError:
                    continue

    async def _send(
        self, client: httpx.AsyncClient, hook: Webhook, update: Update
    ) -> None:
        headers = (
            {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        )
        said, status, after = "", 0, 0
        if self.reorder:
            self.reorder -= 1
            await asyncio.sleep(OVERTAKEN)
        try:
            answer = await client.post(hook.url, json=update.json(), headers=headers)
            status = answer.status_code
            after = int(answer.headers.get("Retry-After", "0") or 0)
            said = f"Wrong response from the webhook: {status} {answer.reason_phrase}"
        except httpx.TimeoutException:
            said = "Read timeout expired"
        except httpx.HTTPError:
            said = "Connection refused"
        hook.deliveries.append((update.id, status))
        update.busy = False
        if 200 <= status < 300:
            if self.duplicate:
                self.duplicate -= 1
                return  # as if the answer had been lost: the same update once more
            if update in self.pending:
                self.pending.remove(update)
                self._shown.append(update)
            return
        hook.last_error, hook.last_error_at = said, int(self._now())
        delay = after or min(60.0, 2.0**update.tries)
        update.tries += 1
        update.wait = time.monotonic() + delay / self._speed
