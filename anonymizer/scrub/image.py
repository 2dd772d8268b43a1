"""The door to the worker: a picture goes in, bare pixels in a fresh file come out.

ScrubError
├── NotAnImage    not JPEG, PNG, WebP, GIF or BMP, or broken: ask for another picture
├── TooLarge      over 20 MB or 50 megapixels: ask for a smaller one
├── EmptyCrop     nothing of the picture lies inside the crop box: ask again
└── ScrubFailed   the worker died or took too long: our trouble, may be tried again"""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

MOST_BYTES = 20_000_000
MOST_SECONDS = 30.0
AT_ONCE = 2  # workers; each may take up to 1.5 GiB for a moment
_WORKER = Path(__file__).with_name("worker.py")
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
    WeakKeyDictionary()
)


class ScrubError(Exception):
    """A picture was not taken. Holds nothing of it, so it may be logged."""


class NotAnImage(ScrubError):
    """No picture of a kind we take, or a broken one."""


class TooLarge(ScrubError):
    """Over 20 MB or 50 megapixels."""


class EmptyCrop(ScrubError):
    """The crop box holds nothing of the picture."""


class ScrubFailed(ScrubError):
    """The worker died or took too long."""


_ERRORS: dict[str, type[ScrubError]] = {
    "not_an_image": NotAnImage,
    "too_large": TooLarge,
    "empty_crop": EmptyCrop,
}


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of the stored picture, from its upper left corner; the right and lower
    edge are not inside.

    May reach over the picture's edges, and corners may be swapped.
    """

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A fresh file (`image/jpeg` or `image/png`) without metadata; in pixels, long edge
    at most 2560.
    """

    data: bytes
    mime: str
    width: int
    height: int


async def scrub_image(data: bytes) -> Scrubbed:
    """Decode a picture in a confined process and encode its pixels anew; nothing is
    written to disk.

    Orientation is applied, transparency becomes white (hidden colours go), of an
    animation the first frame stays.
    Raises: NotAnImage, TooLarge, ScrubFailed.
    """
    return await _work(data, {})


async def edit_image(data: bytes, crop: Box | None, paint: Sequence[Box]) -> Scrubbed:
    """Paint boxes of a stored picture solid black, then cut it to `crop`; all boxes are
    in its own pixels.

    Raises: NotAnImage, TooLarge, EmptyCrop, ScrubFailed.
    """
    return await _work(
        data,
        {"crop": crop and _corners(crop), "paint": [_corners(box) for box in paint]},
    )


def _corners(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]


async def _work(data: bytes, order: dict[str, object]) -> Scrubbed:
    if len(data) > MOST_BYTES:
        raise TooLarge("over 20 MB")
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with turn:
        answer = await _ask(json.dumps(order).encode() + b"\n" + data)
    head, _, picture = answer.partition(b"\n")
    found = json.loads(head)
    if "error" in found:
        raise _ERRORS.get(found["error"], ScrubFailed)(found["error"])
    return Scrubbed(picture, found["mime"], found["width"], found["height"])


async def _ask(question: bytes) -> bytes:
    """Run the worker on one question: by path, isolated, without environment or working
    folder.
    """
    try:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-B",
            str(_WORKER),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
    except OSError:
        raise ScrubFailed("no worker could be started") from None
    try:
        answer, _ = await asyncio.wait_for(worker.communicate(question), MOST_SECONDS)
    except TimeoutError:
        raise ScrubFailed("the worker took too long") from None
    finally:
        if worker.returncode is None:
            with suppress(ProcessLookupError):  # it may have ended just now
                worker.kill()
            await worker.wait()
    if worker.returncode:
        raise ScrubFailed("the worker died")
    return answer
