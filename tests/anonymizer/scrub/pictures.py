"""Pictures as phones, editors and attackers make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

# a name as people write it, in every place a file has for words
SECRET = "PLANTED-3f9a-王小明"
TAKEN = "2024:05:03 09:41:00"
GPS = {1: "N", 2: (30.0, 16.0, 27.25), 3: "E", 4: (120.0, 9.0, 18.5), 29: SECRET}


def file(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def photo(width: int = 640, height: int = 480) -> Image.Image:
    """Many colours and four unlike corners: red, green, blue, white, clockwise from the
    upper left.
    """
    image = Image.merge(
        "RGB", [Image.effect_noise((width, height), 40) for _ in range(3)]
    )
    half = (width // 4, height // 4)
    image.paste("red", (0, 0, *half))
    image.paste("lime", (width - half[0], 0, width, half[1]))
    image.paste("blue", (width - half[0], height - half[1], width, height))
    image.paste("white", (0, height - half[1], half[0], height))
    return image


def exif(orientation: int = 1) -> bytes:
    """Camera, owner, serial number, a comment and where it was taken."""
    notes = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x013B, 0x8298, 0xA430, 0xA431):
        notes[tag] = SECRET
    notes[0x0112] = orientation
    notes.get_ifd(0x8825).update(GPS)
    notes.get_ifd(0x8769).update(
        {0x9286: b"UNICODE\0" + SECRET.encode("utf-16-le"), 0x9003: TAKEN}
    )
    return notes.tobytes()


XMP = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{SECRET}</dc:creator></x:xmpmeta>'
).encode()
ICC = b"\0" * 36 + b"acsp" + b"\0" * 88 + SECRET.encode()


def chunk(name: bytes, body: bytes) -> bytes:
    return (
        struct.pack(">I", len(body))
        + name
        + body
        + struct.pack(">I", zlib.crc32(name + body))
    )


def into_png(png: bytes, *chunks: bytes) -> bytes:
    """Chunks right behind the header, where readers take them seriously."""
    return png[:33] + b"".join(chunks) + png[33:]


def jpeg(orientation: int = 1) -> bytes:
    """A phone's photo: EXIF with GPS, XMP, ICC, a comment, a thumbnail block and what
    lies behind the end.
    """
    data = file(
        photo(),
        "JPEG",
        quality=90,
        exif=exif(orientation),
        xmp=XMP,
        icc_profile=ICC,
        comment=SECRET.encode(),
    )
    app13 = b"Photoshop 3.0\0" + SECRET.encode()
    return (
        data[:2]
        + b"\xff\xed"
        + struct.pack(">H", len(app13) + 2)
        + app13
        + data[2:]
        + SECRET.encode()
    )


def png() -> bytes:
    notes = PngInfo()
    notes.add_text("Author", SECRET)
    notes.add_text("Comment", SECRET, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = file(
        photo(), "PNG", pnginfo=notes, exif=exif(), icc_profile=ICC, dpi=(123, 123)
    )
    return into_png(data, chunk(b"prVt", SECRET.encode())) + SECRET.encode()


def webp() -> bytes:
    return (
        file(photo(), "WEBP", quality=80, exif=exif(), xmp=XMP, icc_profile=ICC)
        + SECRET.encode()
    )


def gif() -> bytes:
    """An animation whose second picture shows what the first does not."""
    frames = [Image.new("P", (40, 30), colour) for colour in (1, 2)]
    for frame in frames:
        frame.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
    data = file(
        frames[0],
        "GIF",
        save_all=True,
        append_images=frames[1:],
        comment=SECRET.encode(),
    )
    return data + SECRET.encode()


def bmp() -> bytes:
    return file(photo(), "BMP") + SECRET.encode()


def mpo() -> bytes:
    """What phones with several lenses write: one JPEG behind the other, each with its
    own notes.
    """
    second = Image.new("RGB", (64, 48), "blue")
    return file(
        photo(),
        "MPO",
        save_all=True,
        append_images=[second],
        exif=exif(),
        comment=SECRET.encode(),
    )


def avif() -> bytes:
    return file(photo(), "AVIF", speed=10, exif=exif(), xmp=XMP) + SECRET.encode()


def motion() -> bytes:
    """What phones write when they take a "live" or "motion" photo: a film of the
    seconds around it lies behind the JPEG's end, with a place and a device of its own.
    """
    place = b"\0\0\0\x1e\xa9xyz\0\x12\x15\xc7+30.2742+120.1551/"
    device = SECRET.encode("utf-16-be") + SECRET.encode()
    film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + place + device + bytes(9000)
    return jpeg() + film


ALL = {
    "jpeg": jpeg,
    "png": png,
    "webp": webp,
    "avif": avif,
    "gif": gif,
    "bmp": bmp,
    "mpo": mpo,
    "motion": motion,
}


def png_of(width: int, height: int, *, body: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data


def long_screenshot(width: int, height: int) -> Image.Image:
    """A chat: white, with lines of black strokes as thin as those of small print."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for top in range(0, height, 40):
        for left in range(20, width - 20, 12):
            draw.line((left, top, left + 5, top + 16), fill="black", width=2)
    return image


def many_scans(count: int) -> bytes:
    """A progressive JPEG that goes over its 12 megapixels so many times more than it
    need: each time takes some bytes and a tenth of a second.
    """
    plain = file(Image.new("RGB", (4000, 3000), "grey"), "JPEG", progressive=True)
    last_scan = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + last_scan * count + b"\xff\xd9"


# ── colours that a file's own profile explains ────────────────────────────────────────

Matrix = tuple[tuple[float, float, float], ...]  # red, green, blue, each as X, Y, Z
# against the white D50; source: the profiles that Apple and Adobe publish
DISPLAY_P3: Matrix = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
ADOBE_RGB: Matrix = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
D50 = (0.9642, 1.0, 0.8249)
MAGENTA_LAB = (128, 196, 128)  # in sRGB 217, 47, 123
BLACK_LAB = (0, 128, 128)


def fixed(*numbers: float) -> bytes:
    """s15Fixed16Number, ICC.1 4.6."""
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def profile(space: bytes, pcs: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile with words in it. Source: ICC.1:2022, 7 and 10."""
    words = b"desc\0\0\0\0" + struct.pack(">I", len(SECRET.encode()) + 1)
    words += SECRET.encode() + b"\0" + bytes(78)
    tags = {b"desc": words, b"wtpt": b"XYZ \0\0\0\0" + fixed(*D50), **tags}
    table = struct.pack(">I", len(tags))
    body = b""
    at = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, kind, space, pcs)
    head = head.ljust(36, b"\0") + b"acsp" + bytes(28) + fixed(*D50)
    return head.ljust(128, b"\0") + table + body


def rgb_profile(colorants: Matrix, curve: bytes) -> bytes:
    tags = {}
    for name, colorant in zip((b"r", b"g", b"b"), colorants, strict=True):
        tags[name + b"XYZ"] = b"XYZ \0\0\0\0" + fixed(*colorant)
        tags[name + b"TRC"] = curve
    return profile(b"RGB ", b"XYZ ", b"mntr", tags)


def display_p3() -> bytes:
    """Of new phones and their screenshots."""
    curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + fixed(*SRGB_CURVE)
    return rgb_profile(DISPLAY_P3, curve)


def adobe_rgb() -> bytes:
    """Of cameras; gamma 2 + 51/256."""
    return rgb_profile(ADOBE_RGB, b"curv\0\0\0\0" + struct.pack(">IH", 1, 563))


def print_colours() -> bytes:
    """Of print: full cyan, magenta, yellow and black lie where this table says (Lab of
    8 bits), between them lies a mixture. Source: ICC.1:2022, 10.10, lut8Type.
    """
    paper = (255, 128, 128)
    inks = ((156, 98, 86), MAGENTA_LAB, (240, 120, 200), BLACK_LAB)
    corners = b""
    for number in range(16):  # the first ink changes slowest
        used = [ink for at, ink in enumerate(inks) if number & (8 >> at)]
        corner = paper
        if used:
            corner = used[0] if len(used) == 1 else BLACK_LAB
        corners += bytes(corner)
    straight = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += straight * 4 + corners + straight * 3
    return profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": table})
