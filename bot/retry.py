"""A turn that others were faster than: read and decide again, once for the product."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from storage.port import Stale

T = TypeVar("T")

TRIES = 5  # of one turn; after that others are too busy with the same rows


async def retry_stale(attempt: Callable[[], Awaitable[T]]) -> T:
    """Carry `attempt` out, again from its first read each time that it finds itself
    stale.

    attempt: reads, decides and commits; nothing of it may outlast a commit that failed.
    Raises: Stale after the fifth time; whatever else `attempt` raises, at once.
    """
    for _ in range(TRIES - 1):
        try:
            return await attempt()
        except Stale:
            continue
    return await attempt()
