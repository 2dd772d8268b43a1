"""What one connection may cost, so that none shuts others out.

So many at once, in all and from one address; a head of so many bytes; so many seconds
for each thing that is waited for. Where room is short, who has waited longest without
asking for anything goes first. Nothing of it is written down: an address counts for as
long as its connection stands.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import resource
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from dialogs.texts import text

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 8000
MOST_EACH = 256  # connections of one address: a whole office behind it
MOST_DESCRIPTORS = 16_384
# descriptors that connections never take: database, pictures, messengers
DESCRIPTORS_KEPT = 256
MOST_HEAD_BYTES = 32_768  # of a request; browsers send some 2,000
HEAD_WITHIN = 10.0  # seconds from the first byte of a request, or from connecting
HANDSHAKE_WITHIN = 10.0  # seconds
IDLE_WITHIN = 30  # seconds between two requests
# seconds for the rest of a request that was answered before it was whole
REST_WITHIN = 20.0
TAKEN_WITHIN = 30.0  # seconds in which a reader must take something of what waits
FAREWELL_WITHIN = 5.0  # seconds for the last words to leave
MOST_UNHEARD_BYTES = 1_000_000  # that still come meanwhile
TELL_EVERY = 60.0  # seconds between two lines in the log


def raise_descriptors() -> None:
    """As many descriptors as connections may need, where the system grants them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    is_endless = hard == resource.RLIM_INFINITY
    wanted = MOST_DESCRIPTORS if is_endless else min(MOST_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """How many there may be at once, with the descriptors that this process has."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    left = max(soft - DESCRIPTORS_KEPT, soft // 2)
    return min(MOST_CONNECTIONS, left)


def party_of(peer: str | None) -> str | None:
    """Whom the connections of an address are counted for: of IPv6 a whole /64, for one
    customer has that. None: nobody, for it is this machine, or a proxy on it.
    """
    if not peer:
        return None
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        if mapped is None and not address.is_loopback:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = mapped or address
    return None if address.is_loopback else str(address)


class Connections:
    """All that stand now.

    most: in all; each: of one address, which does not count where a proxy stands
    before us: there all come from the proxy's.
    """

    def __init__(self, most: int, each: int, *, behind_proxy: bool) -> None:
        self._most = most
        self._each = each
        self._behind_proxy = behind_proxy
        self._open: dict[Connection, None] = {}
        # those that have asked for nothing yet, or no more; longest waiting first
        self._idle: dict[Connection, None] = {}
        self._by_party: dict[str, dict[Connection, None]] = {}
        self._turned_away = 0
        self._told_at = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, one: Connection, peer: str | None) -> None:
        """A connection stands; where there are too many, one goes."""
        self._open[one] = None
        self._idle[one] = None
        one.party = None if self._behind_proxy else party_of(peer)
        if one.party is not None:
            own = self._by_party.setdefault(one.party, {})
            own[one] = None
            if len(own) > self._each:
                self._turn_away(next(of for of in own if of in self._idle))
        if len(self._open) > self._most and one in self._open:
            self._turn_away(next(iter(self._idle)))

    def leave(self, one: Connection) -> None:
        self._open.pop(one, None)
        self._idle.pop(one, None)
        if one.party is None:
            return
        own = self._by_party.get(one.party, {})
        own.pop(one, None)
        if not own:
            self._by_party.pop(one.party, None)

    def works(self, one: Connection) -> None:
        """It has asked for something: it is not turned away for others."""
        self._idle.pop(one, None)

    def rests(self, one: Connection) -> None:
        """It was answered, and may go on or not."""
        if one in self._open:
            self._idle[one] = None

    def _turn_away(self, one: Connection) -> None:
        self.leave(one)
        one.turn_away()
        self._turned_away += 1
        now = asyncio.get_running_loop().time()
        if now >= self._told_at + TELL_EVERY:
            log.warning("connections: %d turned away for others", self._turned_away)
            self._turned_away = 0
            self._told_at = now


class Connection(HttpToolsProtocol):
    """Uvicorn's, with limits."""

    def __init__(self, connections: Connections, **of_uvicorn: Any) -> None:
        super().__init__(**of_uvicorn)
        self.party: str | None = None
        self._all = connections
        self._timer: asyncio.TimerHandle | None = None  # for what is to come in
        self._stalled: asyncio.TimerHandle | None = None  # for what is to be taken
        self._arriving = False  # a request has begun and is not whole
        self._in_head = False
        self._has_said = False  # anything
        self._unread = 0  # bytes that were neither body nor the end of anything
        self._too_large = False
        self._parting = False  # last words are said, what still comes is not read

    # ── of the transport ──────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_WITHIN)
        self._all.enter(self, self.client[0] if self.client else None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.leave(self)
        self._wait(None)
        self._resume_taking()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._has_said = True
        self._unread += len(data)
        if self._parting:
            if self._unread > MOST_UNHEARD_BYTES:
                self.transport.abort()
            return
        super().data_received(data)
        if self._unread > MOST_HEAD_BYTES:
            self._too_large = True
            self.send_400_response("")

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._resume_taking()

    def _resume_taking(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    # ── of the parser ─────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving = True
        self._in_head = True
        if self._timer is None:
            self._wait(HEAD_WITHIN)

    def on_headers_complete(self) -> None:
        lengths = (len(name) + len(value) for name, value in self.headers)
        if sum(lengths) + len(self.url) > MOST_HEAD_BYTES:
            self._too_large = True
            raise ValueError("head")  # the parser hands it on as its own error
        self._unread = 0
        self._in_head = False
        self._wait(None)
        self._all.works(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        self._arriving = False
        super().on_message_complete()
        if self.cycle is None or self.cycle.response_complete:
            self._wait(None)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing() or not self.cycle.response_complete:
            return
        if self._arriving:
            self._wait(HEAD_WITHIN if self._in_head else REST_WITHIN)
        self._all.rests(self)

    # ── its end ───────────────────────────────────────────────────────────────────────

    def send_400_response(self, msg: str) -> None:
        """In words of ours, not in uvicorn's."""
        if self._too_large:
            self._end_with(431, "web.head_too_large")
        else:
            self._end_with(400, "web.bad_request")

    def turn_away(self) -> None:
        """Others need the room, and at once."""
        if not self.transport.is_closing():
            self.transport.write(_last_words(503, "web.crowded"))
            self._let_go()

    def _wait(self, seconds: float | None) -> None:
        """From now on so long for the next thing; None: for nothing."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._timer = None
        if not self._has_said:
            self._let_go()
        elif self._in_head:
            self._end_with(408, "web.too_slow")
        else:
            self._part()

    def _end_with(self, status: int, name: str) -> None:
        """Last words, where no answer has begun into which they would fall."""
        if self._parting or self.transport.is_closing():
            return
        cycle = self.cycle
        is_answered = cycle is None or cycle.response_complete
        if not is_answered and cycle.response_started:
            self._let_go()
            return
        if not is_answered:  # whoever works on it is told that nobody listens
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(_last_words(status, name))
        self._part()

    def _part(self) -> None:
        """Close our side, and let theirs run dry for a while: a line that is cut while
        something still comes takes the last words with it.
        """
        self._wait(None)
        if not self.transport.can_write_eof():  # under TLS
            self._let_go()
            return
        self._parting = True
        self._unread = 0
        self.transport.write_eof()
        self.loop.call_later(FAREWELL_WITHIN, self._cut)

    def _let_go(self) -> None:
        """What was said leaves first, but not for ever."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(FAREWELL_WITHIN, self._cut)

    def timeout_keep_alive_handler(self) -> None:
        self._let_go()

    def _cut(self) -> None:
        if self in self.connections:
            self.transport.abort()


def _last_words(status: int, name: str) -> bytes:
    """An answer after which nothing comes."""
    words = text("zh", name).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
        "content-type: text/plain; charset=utf-8\r\n"
        f"content-length: {len(words)}\r\ncache-control: no-store\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + words
