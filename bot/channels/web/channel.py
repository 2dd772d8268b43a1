"""The web chat as a messenger: what it delivers are bubbles on a visitor's screen, kept
sealed for a day.
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
from dialogs.message_json import message_from_json, message_to_json
from dialogs.words import Message, Picture
from storage.port import Database, Write
from storage.repositories.web import BubbleRow, WebBubbles, WebSessionRow, WebSessions

KEPT = DAY  # seconds after the last activity
REMEMBERED = 7 * DAY  # with 这台设备记住我
STEP = 300  # seconds: a secret bubble's row says no more exactly when it was shown


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
        """Whether its buttons belong to a step of a dialog."""
        return self.message is not None and bool(self.message.mark)


@dataclass(eq=False, slots=True)
class Ear:
    """A page that is open: `rung` is set when there is more to show; `whole`: show
    everything anew.
    """

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    whole: bool = False
    closed: bool = False


class WebChannel:
    """Screens of all sessions. A session's address is its token, which only its browser
    knows.
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
        self._keys, self._now = keys, now
        self._secret = secret_minutes * 60
        self._sessions, self._bubbles = WebSessions(database), WebBubbles(database)
        self._ears: dict[bytes, set[Ear]] = {}
        self._secrets: dict[
            bytes, int
        ] = {}  # digest of a receipt that is shown: when it must be gone
        self._closed = False

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        """A bubble under the outbox row's id, so that a repeated delivery changes
        nothing. Raises: Gone.
        """
        screen = self.screen_of(to)
        session, now = await self.session(screen), seconds(self._now())
        if session is None:
            raise Gone
        said = message.message
        last = await self._last_prompt(screen) if said.replaces else None
        replaced = last.id if last is not None else ""
        writes = [WebBubbles.drop(bytes.fromhex(last.id))] if last is not None else []
        until = None
        kept = expires(now, session.lasting)
        if said.secret:
            until = self._gone_at(screen, said.params["receipt"], now)
            kept = until + STEP - until % STEP
        content = {
            "message": message_to_json(said),
            "until": until,
            "replaces": replaced,
        }
        return [*writes, self._add(key, screen, kept, content)]

    def delivered(self, to: Address) -> None:
        """There is more to show to whoever looks at this screen."""
        self.wake(self.screen_of(to))

    def wipe(self, to: Address) -> Sequence[Write]:
        return [WebBubbles.wipe(self.screen_of(to))]

    # ── for the pages ─────────────────────────────────────────────────────────────────

    def screen_of(self, to: Address) -> bytes:
        """What is stored in place of a token."""
        return self._keys.pseudonyms.session_digest(to.key)

    async def session(self, screen: bytes) -> WebSessionRow | None:
        """None where there is none, or none any more."""
        row = await self._sessions.get(screen)
        return row if row and row.expires > seconds(self._now()) else None

    def own(
        self, screen: bytes, id: bytes, lasting: bool, content: str | Picture
    ) -> Write:
        """What the visitor said or showed, as a bubble of theirs."""
        kept = expires(seconds(self._now()), lasting)
        values: dict[str, Any] = (
            {"words": content}
            if isinstance(content, str)
            else {"picture": [content.id, content.width, content.height]}
        )
        return self._add(id, screen, kept, values)

    async def bubbles(self, screen: bytes, after: int = 0) -> list[Bubble]:
        """What stands on a screen behind place `after`, in order."""
        now = seconds(self._now())
        rows = await self._bubbles.of_session(screen, after, now=now)
        opened = [self._open(row) for row in rows]
        return [
            bubble
            for bubble in opened
            if bubble and not (bubble.until and bubble.until <= now)
        ]

    def wake(self, screen: bytes, whole: bool = False) -> None:
        """Tell the open pages of a session that there is more to show."""
        for ear in self._ears.get(screen, ()):
            ear.whole |= whole
            ear.rung.set()

    def open_ear(self, screen: bytes) -> Ear:
        ear = Ear(closed=self._closed)
        self._ears.setdefault(screen, set()).add(ear)
        return ear

    def close_ear(self, screen: bytes, ear: Ear) -> None:
        ears = self._ears[screen]
        ears.discard(ear)
        if not ears:
            del self._ears[screen]

    def ears(self, screen: bytes | None = None) -> int:
        """How many pages listen: of one session, or of all."""
        if screen is not None:
            return len(self._ears.get(screen, ()))
        return sum(map(len, self._ears.values()))

    def close(self) -> None:
        """The program ends: let every open page go."""
        self._closed = True
        for ears in self._ears.values():
            for ear in ears:
                ear.closed = True
                ear.rung.set()

    # ── inside ────────────────────────────────────────────────────────────────────────

    def _add(
        self, id: bytes, screen: bytes, kept: int, content: dict[str, Any]
    ) -> Write:
        sealed = self._keys.session.seal_json(content, _place(id))
        return WebBubbles.add(BubbleRow(id, screen, 0, kept, sealed))

    def _open(self, row: BubbleRow) -> Bubble | None:
        try:
            content = self._keys.session.open_json(row.sealed, _place(row.id))
        except (
            Unsealable
        ):  # a key that was taken out of the ring: one bubble less, no page less
            return None
        message, picture = content.get("message"), content.get("picture")
        return Bubble(
            row.id.hex(),
            row.seq,
            message_from_json(message) if message else None,
            content.get("words"),
            Picture(*picture) if picture else None,
            content.get("until"),
            content.get("replaces", ""),
        )

    def _gone_at(self, screen: bytes, receipt: str, now: int) -> int:
        """When a receipt must be gone: as long after it was first shown, however often
        it is asked for.
        """
        while self._secrets:
            oldest, until = next(iter(self._secrets.items()))
            if until > now:
                break
            del self._secrets[oldest]
        shown = hashlib.sha256(screen + receipt.encode()).digest()
        return self._secrets.setdefault(shown, now + self._secret)

    async def _last_prompt(self, screen: bytes) -> Bubble | None:
        rows = await self._bubbles.of_session(screen, now=seconds(self._now()))
        opened = (self._open(row) for row in reversed(rows))
        return next((bubble for bubble in opened if bubble and bubble.asks), None)


def expires(now: int, lasting: bool) -> int:
    """When a session or bubble of this moment is let go: a whole hour, so that it tells
    no moment.
    """
    until = now + (REMEMBERED if lasting else KEPT)
    return until - until % HOUR + HOUR


def _place(id: bytes) -> Place:
    return Place("web_bubbles", "sealed", id)
