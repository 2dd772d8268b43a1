"""The confined process that touches a stranger's picture: standard input to standard
output, nothing else.

In: a line of JSON (`crop`, `paint`), then the file. Out: a line of JSON (`mime`,
`width`, `height`; `error`) and the fresh file. Started by path in isolated mode, so it
imports nothing of ours.
"""

import io
import json
import resource
import sys
from contextlib import suppress
from typing import Any


def limit(kind: int, most: int) -> None:
    """Lower a limit of this process for good."""
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


with (
    suppress(OSError),
    open("/proc/self/oom_score_adj", "w") as badness,
):  # only Linux has it
    badness.write("1000")  # where memory runs out, this process goes and not the server

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
LOSSLESS_WORTH = (
    1.5  # a screenshot stays lossless if that costs at most this many times the JPEG
)
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def work(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Answer one order."""
    Image.MAX_IMAGE_PIXELS = None  # checked here, exactly
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return {"error": "too_large"}, b""
            lossless = image.format not in LOSSY
            pixels = bare(image)
    except MemoryError:
        return {"error": "too_large"}, b""
    except Exception:  # decoders raise whatever a crafted file makes them
        return {"error": "not_an_image"}, b""
    draw = ImageDraw.Draw(pixels)
    for left, top, right, bottom in map(ordered, order.get("paint") or []):
        if left < right and top < bottom:
            draw.rectangle((left, top, right - 1, bottom - 1), fill="black")
    if order.get("crop"):
        left, top, right, bottom = ordered(order["crop"])
        box = (
            max(left, 0),
            max(top, 0),
            min(right, pixels.width),
            min(bottom, pixels.height),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return {"error": "empty_crop"}, b""
        pixels = pixels.crop(box)
    mime, fresh = encode(pixels, lossless)
    return {"mime": mime, "width": pixels.width, "height": pixels.height}, fresh


def ordered(corners: list[int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom, though corners were swapped."""
    left, top, right, bottom = corners
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def bare(image: Image.Image) -> Image.Image:
    """Nothing but pixels: upright, within the long edge, opaque, in a picture that
    never saw the file.
    """
    turn = TURNS.get(orientation(image))
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would clip
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONG_EDGE, LONG_EDGE))
    fresh = Image.new("RGB", image.size, "white")
    fresh.paste(image.convert("RGB"), mask=image if image.mode == "RGBA" else None)
    return fresh.transpose(turn) if turn is not None else fresh


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8; unreadable notes about it mean upright."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # as with pixels, anything may be raised
        return 1


def encode(pixels: Image.Image, lossless: bool) -> tuple[str, bytes]:
    """JPEG for photos; PNG for few colours, or what was lossless and stays small.
    Messengers take both.
    """
    jpeg = saved(pixels, "JPEG", quality=QUALITY)
    few = pixels.getcolors(256) is not None
    if few or lossless:
        png = saved(pixels, "PNG")
        if few or len(png) <= LOSSLESS_WORTH * len(jpeg):
            return "image/png", png
    return "image/jpeg", jpeg


def saved(pixels: Image.Image, kind: str, **how: Any) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    pixels.save(out, kind, **how)
    return out.getvalue()


def warm_up() -> None:
    """Go once through every decoder and encoder: Pillow loads much of its code only
    then.
    """
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    for kind in FORMATS:
        for mode in ("RGB", "L") if kind == "JPEG" else ("RGB", "P"):
            sample = saved(Image.new(mode, (8, 8)), kind, exif=exif.tobytes())
            answer, _ = work({}, sample)
            if "error" in answer:
                raise RuntimeError(f"this Pillow cannot read {kind}")


def main() -> None:
    """Read one order, write one answer."""
    warm_up()
    limit(
        resource.RLIMIT_NOFILE, 3
    )  # all code is loaded: from here no file and no socket can be opened
    order = json.loads(sys.stdin.buffer.readline())
    answer, fresh = work(order, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + fresh)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
