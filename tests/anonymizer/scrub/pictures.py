"""Pictures as phones, editors and attackers make them."""

import io
import struct
import zlib
from typing import Any

from PIL import Image
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


ALL = {"jpeg": jpeg, "png": png, "webp": webp, "gif": gif, "bmp": bmp, "mpo": mpo}


def png_of(width: int, height: int, *, body: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data
