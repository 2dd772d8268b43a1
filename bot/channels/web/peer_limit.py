"""Limits that make a flood slow and never turn anybody away.

Who is who is forgotten every day.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
from collections.abc import Callable

from starlette.requests import Request

from bot.hours import DAY

POSTS_AT_ONCE = 60  # a whole office behind one address
POSTS_A_SECOND = 10.0  # after that
LONGEST_WAIT = 5.0  # seconds one post is held up at most
PEERS_REMEMBERED = 50_000  # remembered


class PeerLimit:
    """A bucket per peer, under a digest keyed afresh each day, in memory alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock  # seconds; only differences count
        self._key = b""
        self._key_ends = 0.0
        # digest of a peer → when its bucket will be full again
        self._full_at: dict[bytes, float] = {}

    async def wait(self, peer: str | None) -> None:
        """Hold a post up if its peer is too fast.

        Loopback is ourselves, or a proxy that names no peer.
        """
        if peer and not _is_loopback(peer):
            await asyncio.sleep(self.delay(peer))

    def delay(self, peer: str) -> float:
        """Take one from the peer's bucket.

        Returns: seconds to wait, at most LONGEST_WAIT.
        """
        now = self._clock()
        if now >= self._key_ends:
            self._forget_everybody(now)
        who = hmac.digest(self._key, peer.encode("utf-8", "replace"), "sha256")
        if len(self._full_at) >= PEERS_REMEMBERED and who not in self._full_at:
            self._forget_full_buckets(now)
        full_at = max(self._full_at.pop(who, now), now) + 1 / POSTS_A_SECOND
        seconds_of_burst = POSTS_AT_ONCE / POSTS_A_SECOND
        too_early = full_at - now - seconds_of_burst
        if len(self._full_at) < PEERS_REMEMBERED:
            latest = now + seconds_of_burst + LONGEST_WAIT
            self._full_at[who] = min(full_at, latest)
        return min(max(too_early, 0.0), LONGEST_WAIT)

    def _forget_everybody(self, now: float) -> None:
        self._key = secrets.token_bytes(32)
        self._key_ends = now + DAY
        self._full_at = {}

    def _forget_full_buckets(self, now: float) -> None:
        self._full_at = {who: at for who, at in self._full_at.items() if at > now}


def peer_of(request: Request, behind_proxy: bool) -> str | None:
    """Whose pace counts; never stored.

    Behind a proxy it is the address that the proxy itself saw: it stands last, also
    where a proxy adds a line of its own below one that the peer wrote.
    """
    if behind_proxy:
        lines = request.headers.getlist("x-forwarded-for")
        forwarded_for = ",".join(lines)
        nearest = forwarded_for.rpartition(",")[2].strip()
        return nearest or None
    return request.client.host if request.client else None


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
