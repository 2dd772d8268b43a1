"""Whatever somebody writes holds nobody else up: the work grows with the text and no
faster, and a long text is read in another process.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest

from bot import readings
from bot.channels.port import heard
from bot.lab.bench.reading import HOSTILE
from bot.readings import SHORT, Readings, masks, reading
from dialogs.meaning import Draft, Moment, meaning

TraceFunction = Callable[[FrameType, str, Any], Any]
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PREVIEW = Moment("preview", ("街道要求每周填五次表",), Draft("forms", "街道"), None)
LONG = "街道要求我们社区每周把同一份台账报五次，王主任（13812345678）天天催。" * 20

READERS: dict[str, Callable[[str], object]] = {
    "heard": lambda text: heard(text, NOON),
    "reading": reading,
    "meaning": lambda text: meaning(text, PREVIEW),
    "changed": lambda text: meaning("改成" + text, PREVIEW),
}
MOST_LINES = 2.1  # times those of half the text
FACTOR = 3.2  # twice the text is twice the work; four times would be quadratic
SPARE = 0.004  # seconds


def worked(read: Callable[[str], object], text: str) -> float:
    """Seconds of processor, the least of three."""
    took: list[float] = []
    for _ in range(3):
        before = time.thread_time()
        read(text)
        took.append(time.thread_time() - before)
    return min(took)


def counted(read: Callable[[str], object], text: str) -> int:
    """Lines of Python that are executed, in loops and comprehensions each time."""
    lines = 0

    def count(frame: FrameType, event: str, value: object) -> TraceFunction:
        nonlocal lines
        lines += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("unit", HOSTILE)
def test_twice_the_text_is_twice_the_work_by_count(unit: str) -> None:
    """The same number on every machine, however busy it is."""
    for name, read in READERS.items():
        half = (unit * 300)[:300]
        whole = (unit * 600)[:600]
        read(whole)  # word lists are read, what is kept for later is kept
        assert counted(read, whole) <= MOST_LINES * counted(read, half), name


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_twice_the_text_is_twice_the_work_by_the_clock(unit: str) -> None:
    """What a regular expression does within one line is not counted: two lengths of one
    text, side by side, by the processor's clock of this thread alone.
    """
    for name, read in READERS.items():
        half = (unit * 1500)[:1500]
        whole = (unit * 3000)[:3000]
        read(whole)
        once = worked(read, half)
        twice = worked(read, whole)
        if twice > FACTOR * once + SPARE:  # somebody else's work came between
            once = max(once, worked(read, half))
            twice = min(twice, worked(read, whole))
        assert twice <= FACTOR * once + SPARE, name


@pytest.fixture
async def readers() -> AsyncIterator[Readings]:
    one = Readings()
    yield one
    await one.close()


@pytest.fixture
def only_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be read in this process."""

    def refuse(*words: object) -> None:
        raise AssertionError("read on the loop")

    for name in readings.READERS:
        monkeypatch.setitem(readings.READERS, name, refuse)


async def test_a_long_text_is_read_in_another_process(
    readers: Readings, only_elsewhere: None
) -> None:
    assert await readers.reading(LONG) == reading(LONG)
    assert await readers.masks(LONG) == masks(LONG)
    assert await readers.meaning(LONG, PREVIEW) == meaning(LONG, PREVIEW)


async def test_what_was_said_before_counts_too(
    readers: Readings, only_elsewhere: None
) -> None:
    moment = Moment("preview", (LONG,), Draft("forms", "街道"), None)
    assert await readers.meaning("改成区里", moment) == meaning("改成区里", moment)


async def test_a_short_one_starts_no_process(readers: Readings) -> None:
    text = LONG[:SHORT]
    assert await readers.reading(text) == reading(text)
    assert readers._worker is None


async def test_many_at_once_get_each_their_own(readers: Readings) -> None:
    texts = [f"第{number}次。{LONG}" for number in range(8)]
    found = await asyncio.gather(*map(readers.reading, texts))
    assert found == [reading(text) for text in texts]


async def test_a_process_that_dies_loses_no_words(readers: Readings) -> None:
    await readers.reading(LONG)
    assert readers._worker is not None
    readers._worker.kill()
    assert await readers.reading(LONG) == reading(LONG)
    assert await readers.reading(LONG) == reading(LONG)


async def test_where_no_process_can_be_had_it_is_read_here(
    readers: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert await readers.masks(LONG) == masks(LONG)


async def test_who_breaks_off_leaves_no_answer_for_the_next(readers: Readings) -> None:
    await readers.reading(LONG)
    asked = asyncio.create_task(readers.reading("另一件。" + LONG))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert await readers.reading(LONG) == reading(LONG)
