"""The confined process that touches a stranger's picture.

It reads standard input and writes standard output, nothing else. In: a line of JSON
(`crop`, `paint`), then the file. Out: a line of JSON (`mime`, `width`, `height`;
`error`) and the fresh file. It is started by path in isolated mode, so it imports
nothing of ours.
"""

import io
import json
import math
import re
import resource
import sys
from contextlib import suppress
from typing import Any


def limit(kind: int, most: int) -> None:
    """Lower a limit of this process for good."""
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


# where memory runs out, this process goes and not the server; only Linux has the file
with suppress(OSError), open("/proc/self/oom_score_adj", "w") as badness:
    badness.write("1000")

limit(resource.RLIMIT_AS, 3 << 29)  # bytes; WebP of 50 megapixels needs over 1 GiB
limit(resource.RLIMIT_CPU, 20)  # seconds
limit(resource.RLIMIT_FSIZE, 0)
limit(resource.RLIMIT_NPROC, 0)
limit(resource.RLIMIT_CORE, 0)  # a core dump would hold the picture

from PIL import (  # noqa: E402
    AvifImagePlugin,
    Image,
    ImageCms,
    ImageDraw,
    MpoImagePlugin,
    WebPImagePlugin,
)

MOST_PIXELS = 210_000_000  # the largest cameras of phones have 200 megapixels
# libjpeg writes 10 scans, careful optimizers some dozens; thousands are a bomb, for
# each goes over the whole picture
MOST_SCANS = 64
MOST_SEGMENTS = 2000  # of a JPEG: 20 MB in pieces of 64 kB are 300
LONG_EDGE = 2560
# what has many times the height of a screen, or of a table the width, is not shrunk
# below this breadth: its words are to be read
READABLE_EDGE = 1080
MOST_KEPT_PIXELS = 24_000_000
MOST_KEPT_EDGE = 24_000  # browsers and the encoders stop not far above
STRIP_PIXELS = 4_000_000  # turned into plain colour at once
QUALITY = 85
BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # bytes, by version
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
LOSSY = {
    "JPEG",
    MpoImagePlugin.MpoImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    AvifImagePlugin.AvifImageFile.format,
}
# a screenshot stays lossless if that costs at most this many times the JPEG
LOSSLESS_WORTH = 1.5
FEW_COLOURS = 256
ORIENTATION_TAG = 0x0112
UPRIGHT = 1
TURNED_UPRIGHT = {  # by EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# JPEG: within a scan, 0xFF stands before 0 or a restart mark; all else is a segment
NEXT_SEGMENT = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
START_OF_SCAN = b"\xda"
END_OF_PICTURE = b"\xd9"

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # this process may start no other

Corners = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
Size = tuple[int, int]  # width, height, in pixels


def work(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Answer one order: what to tell, and the fresh file."""
    if not is_picture(data):
        return {"error": "not_an_image"}, b""
    try:
        pixels, was_lossless = opened(data)
    except Exception:  # decoders raise whatever a crafted file makes them
        return {"error": "does_not_open"}, b""
    paint(pixels, order.get("paint") or [])
    if order.get("crop"):
        box = inside(pixels, order["crop"])
        if box is None:
            return {"error": "empty_crop"}, b""
        pixels = pixels.crop(box)
    mime, fresh = encode(pixels, was_lossless)
    return {"mime": mime, "width": pixels.width, "height": pixels.height}, fresh


def is_picture(data: bytes) -> bool:
    """Whether it begins as a picture of a kind we take, though it may be broken.

    Its bytes alone say so: names and types told by others are not known here.
    """
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return True
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    if data.startswith(b"BM"):  # so may a text
        return int.from_bytes(data[14:18], "little") in BITMAP_HEADERS
    return data[4:8] == b"ftyp" and is_avif(data)


def is_avif(data: bytes) -> bool:
    """Whether a file of this family (HEIC is of it too) says that it is AVIF."""
    length = int.from_bytes(data[:4], "big")
    brands = data[8:length]
    return b"avif" in brands or b"avis" in brands


def opened(data: bytes) -> tuple[Image.Image, bool]:
    """The picture's pixels, and whether its kind keeps every one of them.

    Raises: anything; MemoryError among it.
    """
    Image.MAX_IMAGE_PIXELS = None  # checked here, exactly
    if data.startswith(b"\xff\xd8") and is_scan_bomb(data):
        raise ValueError("scans")
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("pixels")
        return bare(image), image.format not in LOSSY


def is_scan_bomb(jpeg: bytes) -> bool:
    """Whether a JPEG goes over its picture so often that it would take minutes."""
    scans = 0
    at = 2
    for _ in range(MOST_SEGMENTS):
        found = NEXT_SEGMENT.search(jpeg, at)
        if found is None or found[1] == END_OF_PICTURE:
            return False
        if found[1] == START_OF_SCAN:
            scans += 1
        if scans > MOST_SCANS:
            return True
        length = int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
        at = found.end() + length
    return True


def paint(pixels: Image.Image, boxes: list[list[int]]) -> None:
    """Cover boxes with solid black."""
    draw = ImageDraw.Draw(pixels)
    for corners in boxes:
        left, top, right, bottom = ordered(corners)
        if left < right and top < bottom:
            # Pillow counts the right and lower edge as inside
            draw.rectangle((left, top, right - 1, bottom - 1), fill="black")


def inside(pixels: Image.Image, corners: list[int]) -> Corners | None:
    """What of a box lies inside the picture; None: nothing."""
    left, top, right, bottom = ordered(corners)
    left = max(left, 0)
    top = max(top, 0)
    right = min(right, pixels.width)
    bottom = min(bottom, pixels.height)
    if left >= right or top >= bottom:
        return None
    return left, top, right, bottom


def ordered(corners: list[int]) -> Corners:
    """Left, top, right, bottom, though corners were swapped."""
    one_x, one_y, other_x, other_y = corners
    left, right = sorted((one_x, other_x))
    top, bottom = sorted((one_y, other_y))
    return left, top, right, bottom


def bare(image: Image.Image) -> Image.Image:
    """Nothing but pixels: upright, of a size to be kept, opaque, in sRGB.

    They stand in a picture that never saw the file.
    """
    turn = TURNED_UPRIGHT.get(orientation(image))
    profile = image.info.get("icc_profile")
    size = kept_size(image.width, image.height)
    # a JPEG is decoded at an eighth, a quarter or half of its size where that is enough
    image.draft(None, size)
    pixels = in_srgb(shrunk(image, size), profile)
    fresh = Image.new("RGB", size)
    fresh.paste(pixels)
    return fresh if turn is None else fresh.transpose(turn)


def kept_size(width: int, height: int) -> Size:
    """What a picture of this size is shrunk to, if it is too large to be kept.

    A size that is kept already stays as it is.
    """
    longer = max(width, height)
    shorter = min(width, height)
    wanted = max(LONG_EDGE / longer, READABLE_EDGE / shorter)
    most_by_edge = MOST_KEPT_EDGE / longer
    most_by_pixels = math.sqrt(MOST_KEPT_PIXELS / (width * height))
    scale = min(1.0, wanted, most_by_edge, most_by_pixels)
    return scaled(width, scale), scaled(height, scale)


def scaled(edge: int, scale: float) -> int:
    """Whole pixels, at least one; a product that is just below one counts as it."""
    return max(1, int(edge * scale + 1e-6))


def shrunk(image: Image.Image, size: Size) -> Image.Image:
    """The picture in grey, RGB or CMYK, of this size.

    First it is made smaller by a whole factor, strip by strip: so little memory is
    taken beside what the decoder needs, however large the picture is.
    """
    factor = min(image.width // size[0], image.height // size[1])
    lines = max(1, STRIP_PIXELS // image.width // factor) * factor
    mode = in_plain_colour(image.crop((0, 0, 1, 1))).mode
    width = math.ceil(image.width / factor)
    height = math.ceil(image.height / factor)
    smaller = Image.new(mode, (width, height))
    for top in range(0, image.height, lines):
        bottom = min(top + lines, image.height)
        strip = in_plain_colour(image.crop((0, top, image.width, bottom)))
        smaller.paste(strip.reduce(factor), (0, top // factor))
    edges = (0, 0, image.width / factor, image.height / factor)
    return smaller.resize(size, box=edges)


def in_plain_colour(pixels: Image.Image) -> Image.Image:
    """Grey, RGB or CMYK of 8 bits; what is transparent becomes white."""
    if pixels.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip
        return pixels.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if pixels.has_transparency_data:
        pixels = pixels.convert("RGBA")
        opaque = Image.new("RGB", pixels.size, "white")
        opaque.paste(pixels, mask=pixels)
        return opaque
    if pixels.mode in ("RGB", "L", "CMYK"):
        return pixels
    return pixels.convert("RGB")


def in_srgb(pixels: Image.Image, profile: bytes | None) -> Image.Image:
    """As every screen shows it: what the colours mean in the file's own space (that of
    a new phone, of a camera, of print) is told in the common one.
    """
    if profile:
        # a profile that is broken or of another kind of colour says nothing
        with suppress(ImageCms.PyCMSError, OSError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converter = ImageCms.buildTransform(own, SRGB, pixels.mode, "RGB")
            return converter.apply(pixels)
    return pixels.convert("RGB")


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8; unreadable notes about it mean upright."""
    try:
        return int(image.getexif().get(ORIENTATION_TAG, UPRIGHT))
    except Exception:  # as with pixels, anything may be raised
        return UPRIGHT


def encode(pixels: Image.Image, was_lossless: bool) -> tuple[str, bytes]:
    """JPEG for photos; PNG for few colours, or what was lossless and stays small.

    Messengers take both.
    """
    jpeg = saved(pixels, "JPEG", quality=QUALITY)
    has_few_colours = pixels.getcolors(FEW_COLOURS) is not None
    if has_few_colours or was_lossless:
        png = saved(pixels, "PNG")
        if has_few_colours or len(png) <= LOSSLESS_WORTH * len(jpeg):
            return "image/png", png
    return "image/jpeg", jpeg


def saved(pixels: Image.Image, kind: str, **how: Any) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    pixels.save(out, kind, **how)
    return out.getvalue()


def warm_up() -> None:
    """Go once through every decoder and encoder, and through a change of colours.

    Pillow loads much of its code only then.
    """
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    for kind in FORMATS:
        for mode in ("RGB", "L") if kind == "JPEG" else ("RGB", "P"):
            image = Image.new(mode, (8, 8))
            notes = {"exif": exif.tobytes(), "icc_profile": SRGB.tobytes()}
            answer, _ = work({}, saved(image, kind, **notes))
            if "error" in answer:
                raise RuntimeError(f"this Pillow cannot read {kind}")


def main() -> None:
    """Read one order, write one answer."""
    warm_up()
    # all code is loaded: from here no file and no socket can be opened
    limit(resource.RLIMIT_NOFILE, 3)
    order = json.loads(sys.stdin.buffer.readline())
    answer, fresh = work(order, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + fresh)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
