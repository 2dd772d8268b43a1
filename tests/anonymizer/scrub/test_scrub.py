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
from PIL import Image, ImageChops, ImageStat

from anonymizer.scrub import (
    MOST_BYTES,
    Box,
    DoesNotOpen,
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
from tests.bench.pictures import weighed


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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((4000, 3000), (2560, 1920)),
        ((1290, 2796), (1181, 2560)),  # a phone's screen
        ((1080, 4800), (1080, 4800)),
        ((1080, 10_000), (1080, 10_000)),
        ((1080, 20_000), (1080, 20_000)),
        ((1440, 20_000), (1080, 15_000)),
        ((6000, 1200), (5400, 1080)),  # a wide table
        ((300, 2561), (300, 2561)),
        ((1080, 40_000), (648, 24_000)),
        ((2, 200_000), (1, 24_000)),
        ((1, 1), (1, 1)),
    ],
)
async def test_a_picture_is_shrunk_as_far_as_it_stays_readable(
    size: tuple[int, int], kept: tuple[int, int]
) -> None:
    """To 2560 at the longer edge, but not below 1080 at the shorter one; a long
    screenshot stays one picture.
    """
    scrubbed = await scrub_image(file(Image.new("RGB", size, "red"), "PNG"))
    assert (scrubbed.width, scrubbed.height) == kept
    again = await edit_image(scrubbed.data, None, [])
    assert (again.width, again.height) == kept, "painting over shrinks nothing more"


async def test_small_print_of_a_long_screenshot_is_there_stroke_by_stroke() -> None:
    screenshot = pictures.long_screenshot(1080, 20_000)
    kept = shown(await scrub_image(file(screenshot, "PNG")))
    assert kept.tobytes() == screenshot.tobytes()
    as_photo = shown(await scrub_image(file(screenshot, "JPEG", quality=90)))
    difference = ImageChops.difference(as_photo, screenshot).convert("L")
    assert ImageStat.Stat(difference).mean[0] < 4


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
        ("RGBA", (10, 20, 30, 0), "AVIF", (255, 255, 255)),
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


NO_PICTURES: dict[str, bytes] = {
    "nothing": b"",
    "text": "同一份台账每周报五次".encode(),
    "a text that begins as a bitmap": "BMW送来的同一份台账每周报五次".encode(),
    "a page": b"<!doctype html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image '
    b'href="file:///etc/passwd"/></svg>',
    "PDF": b"%PDF-1.7\n",
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(4000),
    "a film": b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(4000),
    "sound": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "TIFF": file(photo(), "TIFF"),
    "ICO": file(photo(64, 64), "ICO"),
    "PPM": file(photo(64, 64), "PPM"),
    (
        "EPS, which would call a program"
    ): b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n",
}


@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES)
async def test_what_is_no_picture_of_our_kinds_is_told_to_be_none(data: bytes) -> None:
    with pytest.raises(NotAnImage) as caught:
        await scrub_image(data)
    assert str(caught.value) == "not_an_image"


def cut(data: bytes, part: float = 0.6) -> bytes:
    return data[: int(len(data) * part)]


BROKEN: dict[str, bytes] = {
    "only the head of a PNG": file(photo(), "PNG")[:33],
    "most of a PNG": cut(file(photo(), "PNG")),
    "most of a JPEG": cut(file(photo(), "JPEG")),
    "most of a progressive JPEG": cut(file(photo(), "JPEG", progressive=True)),
    "most of a WebP": cut(file(photo(), "WEBP")),
    "most of an AVIF": cut(file(photo(), "AVIF", speed=10)),
    "most of a BMP": cut(file(photo(), "BMP")),
    "only the head of a GIF": pictures.gif()[:20],
    "a PNG of no width": png_of(0, 10),
    "a PNG without its first kilobyte": b"\x89PNG\r\n\x1a\n" + pictures.png()[1000:],
    "a bomb of text": into_png(
        file(photo(8, 8), "PNG"),
        *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 90,
    ),
    "more than 210 megapixels, all zeros": png_of(
        21_000, 10_001, body=bytes(63_001) * 40
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
    "a JPEG of a million empty comments": b"\xff\xd8" + b"\xff\xfe\0\2" * 1_000_000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
async def test_a_broken_picture_is_told_not_to_open(data: bytes) -> None:
    """Cut off, damaged, or a bomb, which is not let go off: all need another picture,
    and none is called a kind that we do not take.
    """
    with pytest.raises(DoesNotOpen) as caught:
        await scrub_image(data)
    assert str(caught.value) == "does_not_open"


def test_a_jpeg_of_20_000_scans_is_left_alone() -> None:
    """It would take minutes: half a megabyte that goes over its picture again and
    again.
    """
    few = weighed(pictures.many_scans(10))
    assert few.told["width"] == 2560, "careful programs write some, too"
    bomb = pictures.many_scans(20_000)
    assert len(bomb) < 1_000_000
    many = weighed(bomb)
    assert many.told == {"error": "does_not_open"}
    assert many.processor < few.processor


def test_a_photo_of_200_megapixels_is_shrunk_in_little_memory() -> None:
    """It is never in memory as a whole: decoded, it would take 600 MB."""
    data = file(Image.new("L", (16_320, 12_240), "grey"), "JPEG")
    weight = weighed(data)
    assert (weight.told["width"], weight.told["height"]) == (2560, 1920)
    assert weight.memory < 300_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "kind", "size"),
    [
        ("RGBA", "PNG", (9000, 7112)),
        ("RGB", "JPEG", (9248, 6936)),
        ("CMYK", "JPEG", (9248, 6936)),
        ("P", "GIF", (9248, 6936)),
        ("1", "BMP", (16_000, 8000)),
    ],
)
async def test_photos_of_64_megapixels_and_more_are_taken(
    mode: str, kind: str, size: tuple[int, int]
) -> None:
    scrubbed = await scrub_image(file(Image.new(mode, size), kind))
    assert max(scrubbed.width, scrubbed.height) == 2560


# a colour of sRGB as other spaces write it; source: their matrices and curves
PROFILED = {
    "Display P3, red": (pictures.display_p3(), (202, 54, 44), (220, 30, 30)),
    "Display P3, green": (pictures.display_p3(), (76, 158, 73), (30, 160, 60)),
    "Display P3, grey": (pictures.display_p3(), (128, 128, 128), (128, 128, 128)),
    "Adobe RGB, red": (pictures.adobe_rgb(), (189, 35, 35), (220, 30, 30)),
    "Adobe RGB, blue": (pictures.adobe_rgb(), (62, 90, 196), (40, 90, 200)),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("profile", "written", "meant"), PROFILED.values(), ids=PROFILED
)
async def test_colours_of_a_profile_become_those_that_every_screen_shows(
    profile: bytes,
    written: tuple[int, int, int],
    meant: tuple[int, int, int],
    kind: str,
) -> None:
    picture = Image.new("RGB", (64, 48), written)
    exact: dict[str, dict[str, object]] = {
        "JPEG": {"quality": 100, "subsampling": 0},
        "WEBP": {"lossless": True},
    }
    data = file(picture, kind, icc_profile=profile, **exact.get(kind, {}))
    assert near(await scrub_image(data), meant)


def near(scrubbed: Scrubbed, meant: tuple[int, int, int]) -> bool:
    """Whether the middle is of this colour, but for two steps of 256."""
    picture = shown(scrubbed)
    found = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(found, tuple)
    return all(abs(one - other) <= 2 for one, other in zip(found, meant, strict=True))


async def test_the_colours_of_print_become_those_of_a_screen() -> None:
    """Full magenta is no pure colour of any screen; without its profile it is taken as
    one.
    """
    magenta = Image.new("CMYK", (64, 48), (0, 255, 0, 0))
    how = {"quality": 100, "subsampling": 0}
    profiled = file(magenta, "JPEG", icc_profile=pictures.print_colours(), **how)
    assert near(await scrub_image(profiled), (217, 47, 123))
    assert near(await scrub_image(file(magenta, "JPEG", **how)), (255, 0, 255))


async def test_a_profile_of_another_kind_of_colour_changes_nothing() -> None:
    for mode, colour in (("RGB", (220, 30, 30)), ("L", 90)):
        other = file(
            Image.new(mode, (64, 48), colour),
            "PNG",
            icc_profile=pictures.print_colours(),
        )
        meant = colour if isinstance(colour, tuple) else (colour,) * 3
        assert near(await scrub_image(other), meant)


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
        except (NotAnImage, DoesNotOpen) as refused:
            assert str(refused) in ("not_an_image", "does_not_open")

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
        for kind in (NotAnImage, DoesNotOpen, TooLarge, EmptyCrop, ScrubFailed)
    )
