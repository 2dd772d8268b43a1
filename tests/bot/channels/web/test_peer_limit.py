"""A flood is slowed, nobody is turned away, and who it was is forgotten by the next
day.
"""

from __future__ import annotations

import pytest
from starlette.requests import Request

from bot.channels.web.peer_limit import (
    LONGEST_WAIT,
    PEERS_REMEMBERED,
    POSTS_AT_ONCE,
    PeerLimit,
    peer_of,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_an_office_behind_one_address_is_not_held_up() -> None:
    limit = PeerLimit(Clock())
    delays = [limit.delay("198.51.100.7") for _ in range(POSTS_AT_ONCE)]
    assert delays == [0.0] * POSTS_AT_ONCE


def test_a_flood_waits_longer_and_longer_but_never_for_ever() -> None:
    limit = PeerLimit(Clock())
    delays = [limit.delay("198.51.100.7") for _ in range(POSTS_AT_ONCE + 200)]
    assert 0 < delays[POSTS_AT_ONCE] < delays[POSTS_AT_ONCE + 20] <= LONGEST_WAIT
    assert max(delays) == LONGEST_WAIT
    assert limit.delay("198.51.100.8") == 0, "its neighbour is not held up"


def test_after_a_while_it_is_forgiven() -> None:
    clock = Clock()
    limit = PeerLimit(clock)
    for _ in range(POSTS_AT_ONCE + 200):
        limit.delay("198.51.100.7")
    clock.now += 60
    assert limit.delay("198.51.100.7") == 0


def test_no_address_is_kept_and_not_even_its_digest_for_more_than_a_day() -> None:
    clock = Clock()
    limit = PeerLimit(clock)
    limit.delay("198.51.100.7")
    first = set(limit._full_at)
    assert not any(b"198.51" in who for who in first)
    clock.now += 86400
    limit.delay("198.51.100.7")
    assert not first & set(limit._full_at)


def test_many_peers_take_no_more_than_so_much_room() -> None:
    limit = PeerLimit(Clock())
    for number in range(PEERS_REMEMBERED + 100):
        limit.delay(str(number))
    assert len(limit._full_at) <= PEERS_REMEMBERED


async def test_this_machine_itself_is_not_limited() -> None:
    """Loopback is the operator, or a proxy that names no peer: it cannot be told who is
    behind it.
    """
    clock = Clock()
    limit = PeerLimit(clock)
    for _ in range(POSTS_AT_ONCE * 3):
        await limit.wait("127.0.0.1")
        await limit.wait("::1")
        await limit.wait(None)
    assert limit._full_at == {}


@pytest.mark.parametrize(
    "lines",
    [
        ["198.51.100.7"],
        ["203.0.113.9, 198.51.100.7"],
        ["203.0.113.9", "198.51.100.7"],
        ["127.0.0.1", "203.0.113.9, 198.51.100.7"],
    ],
)
def test_whose_pace_counts_is_what_the_proxy_saw(lines: list[str]) -> None:
    """The attacker writes lines of his own, so as to be another peer each time or none;
    the proxy's own comes last, in the same line or below.
    """
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    request = Request({"type": "http", "headers": headers, "client": ("10.0.0.1", 1)})
    assert peer_of(request, behind_proxy=True) == "198.51.100.7"
    assert peer_of(request, behind_proxy=False) == "10.0.0.1"
