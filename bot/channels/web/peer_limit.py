"""Limits that make a flood slow and never turn anybody away; who is who is forgotten
every day.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
from collections.abc import Callable

from starlette.requests import Request

BURST = 60  # posts at once: a whole office behind one address
RATE = 10.0  # posts a second after that
LONGEST_WAIT = 5.0  # seconds one post is held up at most
PEERS_REMEMBERED = 50_000  # peers remembered


class PeerLimit:
    """A bucket per peer, under a digest keyed afresh each day, in memory alone."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock  # seconds; only differences count
        self._key, self._until = b"", 0.0
        self._full: dict[
            bytes, float
        ] = {}  # when each peer's bucket will be full again

    async def wait(self, peer: str | None) -> None:
        """Hold a post up if its peer is too fast. Loopback is ourselves, or a proxy
        that names no peer.
        """
        if peer and not _is_loopback(peer):
            await asyncio.sleep(self.delay(peer))

    def delay(self, peer: str) -> float:
        """Take one from the peer's bucket. Returns: seconds to wait, at most
        LONGEST_WAIT.
        """
        now = self._clock()
        if now >= self._until:
            self._key, self._until, self._full = (
                secrets.token_bytes(32),
                now + 86400,
                {},
            )
        who = hmac.digest(self._key, peer.encode("utf-8", "replace"), "sha256")
        if len(self._full) >= PEERS_REMEMBERED and who not in self._full:
            self._full = {
                known: full for known, full in self._full.items() if full > now
            }
        full = max(self._full.pop(who, now), now) + 1 / RATE
        over = full - now - BURST / RATE
        if len(self._full) < PEERS_REMEMBERED:
            self._full[who] = min(full, now + BURST / RATE + LONGEST_WAIT)
        return min(max(over, 0.0), LONGEST_WAIT)


def peer_of(request: Request, behind_proxy: bool) -> str | None:
    """Whose pace counts; never stored. Behind a proxy it is the address that the proxy
    itself saw.
    """
    if behind_proxy:
        return (
            request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
            or None
        )
    return request.client.host if request.client else None


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
