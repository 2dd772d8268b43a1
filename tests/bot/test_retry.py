"""Somebody was faster: the turn is read and decided again, five times at most."""

from __future__ import annotations

import pytest

from bot.retry import TRIES, retry_stale
from storage.port import Broken, Stale, StorageError


class Busy:
    """A turn that fails so many times before it goes through."""

    def __init__(self, failures: int, error: StorageError) -> None:
        self.attempts = 0
        self._failures = failures
        self._error = error

    async def turn(self) -> str:
        self.attempts += 1
        if self.attempts <= self._failures:
            raise self._error
        return "done"


@pytest.mark.parametrize("failures", range(TRIES))
async def test_a_stale_turn_is_tried_again(failures: int) -> None:
    busy = Busy(failures, Stale("taken"))
    assert await retry_stale(busy.turn) == "done"
    assert busy.attempts == failures + 1


async def test_the_fifth_stale_turn_is_told() -> None:
    busy = Busy(TRIES, Stale("taken"))
    with pytest.raises(Stale):
        await retry_stale(busy.turn)
    assert busy.attempts == TRIES


async def test_another_error_is_told_at_once() -> None:
    busy = Busy(1, Broken("damaged"))
    with pytest.raises(Broken):
        await retry_stale(busy.turn)
    assert busy.attempts == 1
