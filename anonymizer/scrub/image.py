"""The door to the worker: a picture goes in, bare pixels in a fresh file come out.

ScrubError
├── NotAnImage    by its bytes not JPEG, PNG, WebP, AVIF, GIF or BMP: ask for a picture
├── DoesNotOpen   one of these, but broken or over 210 megapixels: ask for a screenshot
├── TooLarge      over 20 MB: ask for a smaller one
├── EmptyCrop     nothing of the picture lies inside the crop box: ask again
└── ScrubFailed   the worker died or took too long: our trouble, may be tried again
"""

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
MOST_WORKERS = 2  # at once; each may take up to 1.5 GiB for a moment
_WORKER = Path(__file__).with_name("worker.py")
_free_workers: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
    WeakKeyDictionary()
)


class ScrubError(Exception):
    """A picture was not taken. Holds nothing of it, so it may be logged."""


class NotAnImage(ScrubError):
    """No picture of a kind we take, whatever its name says."""


class DoesNotOpen(ScrubError):
    """A picture, but cut off, broken, or made of more than can be opened here."""


class TooLarge(ScrubError):
    """Over 20 MB."""


class EmptyCrop(ScrubError):
    """The crop box holds nothing of the picture."""


class ScrubFailed(ScrubError):
    """The worker died or took too long."""


_ERRORS: dict[str, type[ScrubError]] = {
    "not_an_image": NotAnImage,
    "does_not_open": DoesNotOpen,
    "empty_crop": EmptyCrop,
}


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of the stored picture, from its upper left corner.

    The right and lower edge are not inside. A box may reach over the picture's edges,
    and its corners may be swapped.
    """

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A fresh file (`image/jpeg` or `image/png`) without metadata.

    width, height: pixels. A picture is shrunk to 2560 pixels at its longer edge, but
    not below 1080 at its shorter one: a long screenshot stays readable, in one piece.
    No picture has more than 24 megapixels, or an edge above 24,000.
    """

    data: bytes
    mime: str
    width: int
    height: int


async def scrub_image(data: bytes) -> Scrubbed:
    """Decode a picture in a confined process and encode its pixels anew.

    Nothing is written to disk. Orientation is applied, colours become sRGB,
    transparency white (hidden colours go), of an animation the first frame stays. What
    kind of picture it is, its bytes say.

    Raises: NotAnImage, DoesNotOpen, TooLarge, ScrubFailed.
    """
    return await _work(data, {})


async def edit_image(data: bytes, crop: Box | None, paint: Sequence[Box]) -> Scrubbed:
    """Paint boxes of a stored picture solid black, then cut it to `crop`.

    All boxes are in the stored picture's own pixels.

    Raises: NotAnImage, DoesNotOpen, TooLarge, EmptyCrop, ScrubFailed.
    """
    order: dict[str, object] = {
        "crop": crop and _corners(crop),
        "paint": [_corners(box) for box in paint],
    }
    return await _work(data, order)


def _corners(box: Box) -> list[int]:
    return [box.left, box.top, box.right, box.bottom]


async def _work(data: bytes, order: dict[str, object]) -> Scrubbed:
    if len(data) > MOST_BYTES:
        raise TooLarge("over 20 MB")
    loop = asyncio.get_running_loop()
    free_workers = _free_workers.setdefault(loop, asyncio.Semaphore(MOST_WORKERS))
    async with free_workers:
        answer = await _ask(json.dumps(order).encode() + b"\n" + data)
    head, _, picture = answer.partition(b"\n")
    told = json.loads(head)
    if "error" in told:
        error_class = _ERRORS.get(told["error"], ScrubFailed)
        raise error_class(told["error"])
    return Scrubbed(picture, told["mime"], told["width"], told["height"])


async def _ask(question: bytes) -> bytes:
    """Run the worker on one question.

    It is started by path, isolated, without environment or working folder.
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
