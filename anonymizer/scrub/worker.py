"""The confined process that touches a stranger's picture.

It reads standard input and writes standard output, nothing else. In: a line of JSON
(`crop`, `paint`), then the file. Out: a line of JSON (`mime`, `width`, `height`;
`error`) and the fresh file. It is started by path in isolated mode, so it imports
nothing of ours.
"""

import io
import json
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

from PIL import Image, ImageDraw, MpoImagePlugin, WebPImagePlugin  # noqa: E402

MOST_PIXELS = 50_000_000
LONG_EDGE = 2560
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
LOSSY = {
    "JPEG",
    MpoImagePlugin.MpoImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
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


Corners = tuple[int, int, int, int]  # left, top, right, bottom, in pixels


def work(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Answer one order: what to tell, and the fresh file."""
    Image.MAX_IMAGE_PIXELS = None  # checked here, exactly
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return {"error": "too_large"}, b""
            was_lossless = image.format not in LOSSY
            pixels = bare(image)
    except MemoryError:
        return {"error": "too_large"}, b""
    except Exception:  # decoders raise whatever a crafted file makes them
        return {"error": "not_an_image"}, b""
    paint(pixels, order.get("paint") or [])
    if order.get("crop"):
        box = inside(pixels, order["crop"])
        if box is None:
            return {"error": "empty_crop"}, b""
        pixels = pixels.crop(box)
    mime, fresh = encode(pixels, was_lossless)
    return {"mime": mime, "width": pixels.width, "height": pixels.height}, fresh


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
    """Nothing but pixels: upright, within the long edge, opaque.

    They stand in a picture that never saw the file.
    """
    turn = TURNED_UPRIGHT.get(orientation(image))
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONG_EDGE, LONG_EDGE))
    fresh = Image.new("RGB", image.size, "white")
    opacity = image if image.mode == "RGBA" else None
    fresh.paste(image.convert("RGB"), mask=opacity)
    return fresh if turn is None else fresh.transpose(turn)


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
    """Go once through every decoder and encoder.

    Pillow loads much of its code only then.
    """
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    for kind in FORMATS:
        for mode in ("RGB", "L") if kind == "JPEG" else ("RGB", "P"):
            sample = saved(Image.new(mode, (8, 8)), kind, exif=exif.tobytes())
            answer, _ = work({}, sample)
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
