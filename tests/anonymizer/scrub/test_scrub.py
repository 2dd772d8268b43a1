import asyncio
import base64
import io
import os
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from anonymizer.scrub import (
    MOST_BYTES,
    Box,
    EmptyCrop,
    NotAnImage,
    Scrubbed,
    ScrubError,
    ScrubFailed,
    TooLarge,
    edit_image,
    image,
    scrub_image,
)
from tests.anonymizer.scrub import pictures
from tests.anonymizer.scrub.pictures import SECRET, chunk, file, into_png, photo, png_of


def shown(scrubbed: Scrubbed) -> Image.Image:
    """The picture as a browser would show it, checked against what was said
    about it.
    """
    opened = Image.open(io.BytesIO(scrubbed.data))
    assert opened.size == (scrubbed.width, scrubbed.height)
    assert opened.get_format_mimetype() == scrubbed.mime
    opened.load()
    return opened.convert("RGB")


def traces(data: bytes) -> list[str]:
    """Every way in which the planted words can stand in a file."""
    pieces = [SECRET, "PLANTED", "王小明", "2024:05:03"]
    codings = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    spelt = [piece.encode(coding) for piece in pieces for coding in codings]
    spelt += [base64.b64encode(one)[:-4] for one in spelt] + [
        one.hex().encode() for one in spelt
    ]
    return [repr(one) for one in spelt if one in data]


def marks(data: bytes) -> list[str]:
    """Names of the parts a JPEG or PNG consists of."""
    names = []
    if data.startswith(b"\x89PNG"):
        at = 8
        while at < len(data):
            length = struct.unpack(">I", data[at : at + 4])[0]
            names.append(data[at + 4 : at + 8].decode())
            at += 12 + length
        return names
    at = 2
    while data[at + 1] != 0xDA:
        names.append(f"{data[at + 1]:02x}")
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    assert data.index(b"\xff\xd9", at) == len(data) - 2, "something follows the end"
    return names


BARE = {
    "IHDR",
    "IDAT",
    "IEND",
    "e0",
    "db",
    "c0",
    "c4",
}  # e0 is JFIF's own 14 bytes: version and density


@pytest.mark.parametrize("make", pictures.ALL.values(), ids=pictures.ALL)
async def test_nothing_but_pixels_survives(make: Callable[[], bytes]) -> None:
    """EXIF, GPS, XMP, ICC, comments, private parts, second pictures and trailing bytes
    are gone.
    """
    dirty = make()
    assert traces(dirty)
    scrubbed = await scrub_image(dirty)
    assert traces(scrubbed.data) == []
    assert set(marks(scrubbed.data)) <= BARE
    opened = Image.open(io.BytesIO(scrubbed.data))
    assert not opened.getexif() and opened.info.keys() <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
    }
    assert getattr(opened, "n_frames", 1) == 1


def corners(picture: Image.Image) -> str:
    """The colours of the corners, clockwise from the upper left."""
    right, lower = picture.width - 9, picture.height - 9
    names = ""
    for at in ((8, 8), (right, 8), (right, lower), (8, lower)):
        red, green, blue = picture.getpixel(at)  # type: ignore[misc]
        names += (
            "w"
            if min(red, green, blue) > 180
            else "rgb"[[red, green, blue].index(max(red, green, blue))]
        )
    return names


UPRIGHT = {
    1: "rgbw",
    2: "grwb",
    3: "bwrg",
    4: "wbgr",
    5: "rwbg",
    6: "wrgb",
    7: "bgrw",
    8: "gbwr",
}


@pytest.mark.parametrize("orientation", UPRIGHT)
async def test_orientation_is_applied_before_it_is_forgotten(orientation: int) -> None:
    scrubbed = await scrub_image(pictures.jpeg(orientation))
    assert corners(shown(scrubbed)) == UPRIGHT[orientation]
    assert (scrubbed.width > scrubbed.height) is (orientation < 5)


async def test_broken_notes_do_not_spoil_a_picture() -> None:
    broken = file(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert corners(shown(await scrub_image(broken))) == "rgbw"


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((5000, 1000), (2560, 512)), ((300, 2561), (300, 2560)), ((1, 1), (1, 1))],
)
async def test_the_long_edge_is_shrunk_to_2560(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    scrubbed = await scrub_image(file(Image.new("RGB", size, "red"), "PNG"))
    assert (scrubbed.width, scrubbed.height) == fitted


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "becomes"),
    [
        ("1", 1, "PNG", (255, 255, 255)),
        ("L", 90, "PNG", (90, 90, 90)),
        ("I;16", 40000, "PNG", (156, 156, 156)),
        ("P", 0, "PNG", (0, 0, 0)),
        ("LA", (50, 0), "PNG", (255, 255, 255)),
        ("RGBA", (10, 20, 30, 0), "PNG", (255, 255, 255)),
        ("RGBA", (10, 20, 30, 255), "WEBP", (10, 20, 30)),
        ("CMYK", (0, 0, 0, 255), "JPEG", (0, 0, 0)),
    ],
)
async def test_every_kind_of_pixel_becomes_plain_colour(
    mode: str, colour: int | tuple[int, ...], kind: str, becomes: tuple[int, int, int]
) -> None:
    how = {"lossless": True} if kind == "WEBP" else {}
    picture = shown(
        await scrub_image(file(Image.new(mode, (20, 20), colour), kind, **how))
    )
    assert picture.getpixel((10, 10)) == becomes


async def test_what_transparency_hid_is_gone() -> None:
    """Editors erase by making pixels transparent: their colours are still in
    the file.
    """
    hidden = photo().convert("RGBA")
    hidden.putalpha(0)
    picture = shown(await scrub_image(file(hidden, "PNG")))
    assert picture.getcolors() == [(640 * 480, (255, 255, 255))]


async def test_photos_become_jpeg_and_screenshots_stay_sharp() -> None:
    assert (await scrub_image(file(photo(), "PNG"))).mime == "image/jpeg"
    screenshot = Image.new("RGB", (400, 800), "white")
    screenshot.paste("black", (20, 20, 200, 40))
    scrubbed = await scrub_image(file(screenshot, "PNG"))
    assert scrubbed.mime == "image/png"
    assert shown(scrubbed).tobytes() == screenshot.tobytes()


async def test_only_the_first_frame_of_an_animation_stays() -> None:
    picture = shown(await scrub_image(pictures.gif()))
    assert picture.getcolors() == [(40 * 30, (255, 0, 0))]


POLYGLOTS = {
    "a page behind a GIF": pictures.gif() + b"<script>alert('PLANTED')</script>",
    "a page in a JPEG comment": file(photo(), "JPEG", comment=b"<html>PLANTED<script>"),
    "an archive behind a PNG": file(photo(), "PNG") + b"PK\x03\x04PLANTED",
    "code in the palette of a BMP": file(Image.new("P", (8, 8)), "BMP")
    + b"#!/bin/sh PLANTED",
}


@pytest.mark.parametrize("polyglot", POLYGLOTS.values(), ids=POLYGLOTS)
async def test_a_file_that_is_also_something_else_becomes_only_a_picture(
    polyglot: bytes,
) -> None:
    scrubbed = await scrub_image(polyglot)
    assert (
        traces(scrubbed.data) == []
        and b"script" not in scrubbed.data
        and b"PK" not in scrubbed.data[-8:]
    )
    assert set(marks(scrubbed.data)) <= BARE


REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "text": "同一份台账每周报五次".encode(),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image '
    b'href="file:///etc/passwd"/></svg>',
    "PDF": b"%PDF-1.7\n",
    "TIFF": file(photo(), "TIFF"),
    "ICO": file(photo(64, 64), "ICO"),
    "PPM": file(photo(64, 64), "PPM"),
    (
        "EPS, which would call a program"
    ): b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n",
    "only the head of a PNG": file(photo(), "PNG")[:33],
    "half a PNG": file(photo(), "PNG")[:30_000],
    "half a JPEG": file(photo(), "JPEG")[:20_000],
    "half a WebP": file(photo(), "WEBP")[:9_000],
    "half a BMP": file(photo(), "BMP")[:9_000],
    "a PNG of no width": png_of(0, 10),
    "a bomb of text": into_png(
        file(photo(8, 8), "PNG"),
        *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 90,
    ),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
async def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAnImage) as caught:
        await scrub_image(data)
    assert str(caught.value) == "not_an_image"


BOMBS: dict[str, bytes] = {
    "50 megapixels and a row, all zeros": png_of(
        10_000, 5_001, body=bytes(30_001) * 5_001
    ),
    "2**31 pixels in 70 bytes": png_of(65_536, 32_768),
    (
        "a GIF of 65,535 squared"
    ): b"GIF89a%b\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0%b\0\x02\x02D\x01\0;"
    % (b"\xff" * 4, b"\xff" * 4),
    "a BMP of two billion": b"BM"
    + struct.pack(
        "<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 60_000, 40_000, 1, 24, *[0] * 6
    ),
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
async def test_bombs_are_refused_before_they_go_off(data: bytes) -> None:
    with pytest.raises(TooLarge):
        await scrub_image(data)


@pytest.mark.parametrize(
    ("mode", "kind", "size"),
    [
        ("RGBA", "PNG", (7071, 7071)),
        ("RGB", "JPEG", (8000, 6250)),
        ("1", "BMP", (12_500, 4_000)),
    ],
)
async def test_fifty_megapixels_are_taken(
    mode: str, kind: str, size: tuple[int, int]
) -> None:
    scrubbed = await scrub_image(file(Image.new(mode, size), kind))
    assert max(scrubbed.width, scrubbed.height) == 2560


async def test_over_twenty_megabytes_are_refused_unread() -> None:
    with pytest.raises(TooLarge):
        await scrub_image(file(photo(), "PNG") + bytes(MOST_BYTES))
    padded = file(photo(), "PNG")
    assert (await scrub_image(padded + bytes(MOST_BYTES - len(padded)))).width == 640


async def test_any_damage_ends_in_a_picture_or_a_refusal() -> None:
    """Random bytes of real files are changed: the worker never hangs, and never fails
    in another way.
    """
    dice = random.Random(7)
    originals = [make() for make in pictures.ALL.values()]

    async def attempt() -> None:
        data = bytearray(dice.choice(originals))
        for _ in range(dice.randint(1, 40)):
            data[dice.randrange(min(len(data), dice.choice([64, 4096, len(data)])))] = (
                dice.randrange(256)
            )
        try:
            shown(await scrub_image(bytes(data)))
        except (NotAnImage, TooLarge) as refused:
            assert str(refused) in ("not_an_image", "too_large")

    await asyncio.gather(*(attempt() for _ in range(40)))


async def screenshot() -> Scrubbed:
    """A stored picture of 400 × 300: four colours in quarters."""
    picture = Image.new("RGB", (400, 300), "red")
    picture.paste("lime", (200, 0, 400, 150))
    picture.paste("blue", (200, 150, 400, 300))
    picture.paste("white", (0, 150, 200, 300))
    return await scrub_image(file(picture, "PNG"))


async def test_a_painted_box_is_black_to_its_edge_and_no_further() -> None:
    edited = await edit_image((await screenshot()).data, None, [Box(10, 20, 110, 60)])
    picture = shown(edited)
    assert picture.crop((10, 20, 110, 60)).getcolors() == [(100 * 40, (0, 0, 0))]
    assert dict(picture.getcolors() or [])[100 * 40] == (0, 0, 0)
    assert picture.size == (400, 300)


async def test_the_picture_is_cut_to_the_box_after_painting() -> None:
    """Both boxes are in pixels of the stored picture."""
    edited = await edit_image(
        (await screenshot()).data, Box(150, 100, 250, 200), [Box(140, 90, 160, 110)]
    )
    picture = shown(edited)
    assert picture.size == (100, 100)
    seen = [
        picture.getpixel(at) for at in ((5, 5), (15, 15), (55, 5), (55, 55), (5, 55))
    ]
    assert seen == [(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]


async def test_boxes_over_the_edge_or_turned_round_mean_what_is_inside() -> None:
    data = (await screenshot()).data
    edited = shown(
        await edit_image(
            data, Box(500, 400, 200, 150), [Box(10**9, 300, 390, -(10**9))]
        )
    )
    assert edited.size == (200, 150)
    assert edited.getcolors() == [(10 * 150, (0, 0, 0)), (190 * 150, (0, 0, 255))]


async def test_boxes_without_area_change_nothing() -> None:
    data = (await screenshot()).data
    assert (
        await edit_image(data, None, [Box(5, 5, 5, 90), Box(900, 0, 950, 10)])
    ).data == data


async def test_a_crop_that_leaves_nothing_is_told() -> None:
    """To show the whole picture instead would show what was meant to be cut off."""
    data = (await screenshot()).data
    for box in (Box(400, 0, 500, 300), Box(20, 20, 20, 80)):
        with pytest.raises(EmptyCrop):
            await edit_image(data, box, [])


async def test_what_was_painted_over_is_not_in_the_new_file() -> None:
    """The painted half of a photo has one colour in the file that is stored, though it
    is a JPEG.
    """
    stored = await scrub_image(file(photo(), "JPEG"))
    edited = await edit_image(stored.data, None, [Box(0, 0, 320, 480)])
    assert edited.mime == "image/jpeg"
    assert shown(edited).crop((0, 0, 312, 480)).getcolors() == [(312 * 480, (0, 0, 0))]


TAKEN_OVER = """
import os, socket, sys
attempts = {
    "a file": lambda: open("/etc/passwd"),
    "a new file": lambda: open("/tmp/planted", "w"),
    "a socket": lambda: socket.socket(),
    "two gigabytes": lambda: bytearray(2 << 30),
    "a secret": lambda: os.environ["JIANFU_SECRET"],
    "its folder": lambda: os.listdir(),
}
class Stdin:
    class buffer:
        readline = staticmethod(lambda: b"{}")
        def read():
            for name, attempt in attempts.items():
                try:
                    attempt()
                    print(name, "given")
                except (OSError, KeyError, MemoryError) as refused:
                    print(name, type(refused).__name__)
            print(os.getcwd(), badness_seen, flush=True)
            return b""
sys.stdin = Stdin
"""
NEEDY = 'badness_seen = open("/proc/self/oom_score_adj").read().strip()\n'


async def test_a_decoder_that_was_taken_over_can_reach_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The worker's own code runs; where it would read the picture, it tries to look
    around instead.
    """
    worker = tmp_path / "worker.py"
    itself, main, started = image._WORKER.read_text().partition("def main()")
    worker.write_text(TAKEN_OVER + itself + NEEDY + main + started)
    monkeypatch.setattr(image, "_WORKER", worker)
    monkeypatch.setenv("JIANFU_SECRET", "PLANTED")
    lines = (await image._ask(b"{}\n")).decode().splitlines()
    assert lines[:6] == [
        "a file OSError",
        "a new file OSError",
        "a socket OSError",
        "two gigabytes MemoryError",
        "a secret KeyError",
        "its folder OSError",
    ]
    assert lines[6] == "/ 1000", (
        "its folder, and that it is the first to go where memory runs out"
    )


async def test_a_worker_that_dies_or_hangs_is_a_failure_of_ours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(image, "MOST_SECONDS", 0.5)
    for code in (
        "import os; os.abort()",
        "import time; time.sleep(3600)",  # waited for, this test would hang
        "raise SystemExit(1)",
        "1/0",
    ):
        worker = tmp_path / "worker.py"
        worker.write_text(
            f"import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); {code}"
        )
        monkeypatch.setattr(image, "_WORKER", worker)
        with pytest.raises(ScrubFailed):
            await scrub_image(pictures.png())


async def test_a_cancelled_upload_leaves_no_worker_behind() -> None:
    task = asyncio.create_task(
        scrub_image(file(Image.new("RGBA", (7000, 7000)), "PNG"))
    )
    await asyncio.sleep(0.3)
    started = children()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert started and not children() & started


def children() -> set[str]:
    """Process ids that this process started."""
    found = set()
    for thread in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{thread}/children") as names:
            found.update(names.read().split())
    return found


async def test_many_uploads_at_once_are_all_answered() -> None:
    answers = await asyncio.gather(*(scrub_image(pictures.jpeg()) for _ in range(8)))
    assert {(answer.mime, answer.width) for answer in answers} == {("image/jpeg", 640)}


def test_scrubbing_works_in_one_loop_after_another() -> None:
    async def several() -> None:
        await asyncio.gather(*(scrub_image(pictures.gif()) for _ in range(4)))

    asyncio.run(several())
    asyncio.run(several())


def test_errors_hold_nothing_of_the_picture() -> None:
    assert all(
        issubclass(kind, ScrubError)
        for kind in (NotAnImage, TooLarge, EmptyCrop, ScrubFailed)
    )
