"""The web chat as a channel: what it delivers are bubbles on a visitor's screen.

They are kept sealed for a day; news for as long as the browser is remembered.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anonymizer.seal import Place, Unsealable
from bot.address import Address
from bot.channels.port import Gone, Limits
from bot.channels.render import Rendered
from bot.hours import DAY, HOUR, seconds
from bot.keys import Keys
from dialogs.case.pushes import handles
from dialogs.looks import kind_of
from dialogs.message_json import message_from_json, message_to_json
from dialogs.words import Message, Picture
from storage.port import Database, Write
from storage.repositories.web import BubbleRow, WebBubbles, WebSessionRow, WebSessions

SESSION_KEPT = DAY  # seconds after the last activity
SESSION_REMEMBERED = 7 * DAY  # with 这台设备记住我
# seconds: a secret bubble's row says no more exactly when it was shown
SECRET_EXPIRY_STEP = 300


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing on the screen: a message of ours, or the visitor's words or picture.

    seq: its place; until: when a secret must be gone, seconds since 1970 UTC; replaces:
    id of the bubble in whose place it stands, "" for none.
    """

    id: str
    seq: int
    message: Message | None = None
    words: str | None = None
    picture: Picture | None = None
    until: int | None = None
    replaces: str = ""

    @property
    def mine(self) -> bool:
        return self.message is None

    @property
    def asks(self) -> bool:
        """Whether its buttons belong to a step of a dialog; a reminder only points at
        the prompt above.
        """
        if self.message is None or kind_of(self.message.name) == "reminder":
            return False
        return bool(self.message.mark)


@dataclass(eq=False, slots=True)
class OpenPage:
    """A page that listens.

    rung: set when there is more to show; reads_anew: it is to show everything anew;
    closed: it is to let go.
    """

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    reads_anew: bool = False
    closed: bool = False


class WebChannel:
    """Screens of all sessions.

    A session's address is its token, which only its browser knows.
    """

    name = "web"
    limits = Limits(characters=100_000, buttons=99, label=200)

    def __init__(
        self,
        database: Database,
        keys: Keys,
        secret_minutes: int,
        now: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._now = now
        self._secret_seconds = secret_minutes * 60
        self._sessions = WebSessions(database)
        self._bubbles = WebBubbles(database)
        self._open_pages: dict[bytes, set[OpenPage]] = {}
        # digest of a receipt that is shown → when it must be gone; oldest first
        self._secrets: dict[bytes, int] = {}
        self._closed = False

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        """A bubble under the outbox row's id: a repeated delivery changes nothing.

        Raises: Gone.
        """
        screen = self.screen_of(to)
        session = await self.session(screen)
        now = seconds(self._now())
        if session is None:
            raise Gone
        said = message.message
        writes: list[Write] = []
        replaced = ""
        last = await self._last_prompt(screen) if said.replaces else None
        if last:
            replaced = last.id
            writes.append(WebBubbles.drop(bytes.fromhex(last.id)))
        until: int | None = None
        # a prompt may show what the visitor wrote; news does not
        is_news = not said.mark
        row_expires = expires(now, session.lasting and is_news)
        if said.secret:
            until = self._gone_at(screen, said.params["receipt"], now)
            row_expires = _next_multiple(until, SECRET_EXPIRY_STEP)
        content = {
            "message": message_to_json(said),
            "until": until,
            "replaces": replaced,
        }
        writes.append(self._add(key, screen, row_expires, content))
        return writes

    def delivered(self, to: Address) -> None:
        """There is more to show to whoever looks at this screen."""
        self.wake(self.screen_of(to))

    def wipe(self, to: Address) -> Sequence[Write]:
        return [WebBubbles.wipe(self.screen_of(to))]

    async def pushed(self, to: Address) -> Sequence[str]:
        """Handles of the reports that the pushes on this screen are about, newest
        first.
        """
        standing = await self.bubbles(self.screen_of(to))
        messages = [bubble.message for bubble in reversed(standing) if bubble.message]
        pushes = [message for message in messages if not message.mark]
        return [handle for push in pushes for handle in handles(push)]

    # ── for the pages ─────────────────────────────────────────────────────────────────

    def screen_of(self, to: Address) -> bytes:
        """What is stored in place of a token."""
        return self._keys.pseudonyms.session_digest(to.key)

    async def session(self, screen: bytes) -> WebSessionRow | None:
        """None where there is none, or none any more."""
        row = await self._sessions.get(screen)
        return row if row and row.expires > seconds(self._now()) else None

    def own(self, screen: bytes, id: bytes, content: str | Picture) -> Write:
        """What the visitor said or showed, as a bubble of theirs: no longer than a
        draft, also where this browser is remembered.
        """
        row_expires = expires(seconds(self._now()), lasting=False)
        if isinstance(content, str):
            return self._add(id, screen, row_expires, {"words": content})
        picture = [content.id, content.width, content.height]
        return self._add(id, screen, row_expires, {"picture": picture})

    async def bubbles(self, screen: bytes, after: int = 0) -> list[Bubble]:
        """What stands on a screen behind place `after`, in order."""
        now = seconds(self._now())
        rows = await self._bubbles.of_session(screen, after, now=now)
        standing: list[Bubble] = []
        for row in rows:
            bubble = self._open(row)
            is_over = bubble and bubble.until and bubble.until <= now
            if bubble and not is_over:
                standing.append(bubble)
        return standing

    def wake(self, screen: bytes, whole: bool = False) -> None:
        """Tell the open pages of a session that there is more to show.

        Args:
            whole: they are to show everything anew.
        """
        for page in self._open_pages.get(screen, ()):
            page.reads_anew |= whole
            page.rung.set()

    def open_page(self, screen: bytes) -> OpenPage:
        """A page begins to listen."""
        page = OpenPage(closed=self._closed)
        self._open_pages.setdefault(screen, set()).add(page)
        return page

    def close_page(self, screen: bytes, page: OpenPage) -> None:
        """A page listens no more."""
        pages = self._open_pages[screen]
        pages.discard(page)
        if not pages:
            del self._open_pages[screen]

    def count_open_pages(self, screen: bytes | None = None) -> int:
        """How many pages listen: of one session, or of all."""
        if screen is not None:
            return len(self._open_pages.get(screen, ()))
        return sum(map(len, self._open_pages.values()))

    def close(self) -> None:
        """The program ends: let every open page go."""
        self._closed = True
        for pages in self._open_pages.values():
            for page in pages:
                page.closed = True
                page.rung.set()

    # ── inside ────────────────────────────────────────────────────────────────────────

    def _add(
        self, id: bytes, screen: bytes, row_expires: int, content: dict[str, Any]
    ) -> Write:
        sealed = self._keys.session.seal_json(content, _place(id))
        row = BubbleRow(id, screen, seq=0, expires=row_expires, sealed=sealed)
        return WebBubbles.add(row)

    def _open(self, row: BubbleRow) -> Bubble | None:
        try:
            content = self._keys.session.open_json(row.sealed, _place(row.id))
        except Unsealable:
            # a key that was taken out of the ring: one bubble less, no page less
            return None
        message = content.get("message")
        picture = content.get("picture")
        return Bubble(
            id=row.id.hex(),
            seq=row.seq,
            message=message_from_json(message) if message else None,
            words=content.get("words"),
            picture=Picture(*picture) if picture else None,
            until=content.get("until"),
            replaces=content.get("replaces", ""),
        )

    def _gone_at(self, screen: bytes, receipt: str, now: int) -> int:
        """When a receipt must be gone, in seconds since 1970 UTC.

        It is as long after it was first shown, however often it is asked for.
        """
        while self._secrets:
            oldest, gone_at = next(iter(self._secrets.items()))
            if gone_at > now:
                break
            del self._secrets[oldest]
        shown = hashlib.sha256(screen + receipt.encode()).digest()
        return self._secrets.setdefault(shown, now + self._secret_seconds)

    async def _last_prompt(self, screen: bytes) -> Bubble | None:
        rows = await self._bubbles.of_session(screen, now=seconds(self._now()))
        for row in reversed(rows):
            bubble = self._open(row)
            if bubble and bubble.asks:
                return bubble
        return None


def expires(now: int, lasting: bool) -> int:
    """When a session or bubble of this moment is let go.

    It is a whole hour, so that it tells no moment.
    """
    until = now + (SESSION_REMEMBERED if lasting else SESSION_KEPT)
    return _next_multiple(until, HOUR)


def _next_multiple(number: int, step: int) -> int:
    """The first multiple of `step` that is greater."""
    return number - number % step + step


def _place(id: bytes) -> Place:
    return Place("web_bubbles", "sealed", id)
