"""Whatever names somebody on a messenger, in every shape in which it could lie
somewhere; and looking for it.

Beside the shapes of `needles`: numbers as machines write them (bytes in both orders,
hex, LEB128), HTML's numeric escapes, other cases of letters; and what is packed (gzip,
zlib at any place, zip, base64 of those). All shapes are looked for in one pass over the
data.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import numpy

from tests.botapi.calls import Call
from tests.looking import laid_open
from tests.proofs.needles import in_base64, shapes

SHORTEST = 4  # bytes of a shape; shorter ones stand everywhere by chance
MOST = 1 << 26  # bytes that one packed piece may come to
DEEP = 3  # packed in packed
ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
ADDRESSING = {
    "chat_id",
    "callback_query_id",
    "file_id",
    "path",
    "message_id",
    "message_ids",
}


def of_text(words: str | bytes) -> set[bytes]:
    """All shapes of a name, a token, a file id."""
    if isinstance(words, bytes):
        return shapes(words)
    found = set[bytes]()
    for form in {words, words.lower(), words.upper()}:
        found |= shapes(form)
        found |= {quote(form, safe="").encode(), quote(form, safe="").lower().encode()}
        found |= {"".join(f"&#{ord(sign)};" for sign in form).encode(),
                  "".join(f"&#x{ord(sign):x};" for sign in form).encode()}  # fmt: skip
    return found


def of_number(number: int) -> set[bytes]:
    """All shapes of an account's id: in decimal, hex, and as bytes from first to last
    or the other way.
    """
    big = number.to_bytes((number.bit_length() + 7) // 8, "big")
    found = of_text(str(number)) | {f"{number:x}".encode(), f"{number:X}".encode()}
    for raw in (big, big[::-1], _leb128(number)):
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64(raw)}
    for raw in (number.to_bytes(8, "big"), number.to_bytes(8, "little")):
        found |= set(in_base64(raw))
    return found


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


class Sweep:
    """Looks for all shapes of all needles at once."""

    def __init__(self, needles: Mapping[str, Iterable[bytes]]) -> None:
        """needles: a name of each, and its shapes."""
        self.names = list(needles)
        self._starts = numpy.zeros(1 << 24, bool)
        self._shapes: defaultdict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for name, looks in needles.items():
            for look in {look for look in looks if len(look) >= SHORTEST}:
                self._starts[int.from_bytes(look[:3], "big")] = True
                self._shapes[look[:3]].append((look, name))

    def found(self, data: bytes) -> set[str]:
        """Names of the needles in it, packed or not."""
        return {name for layer in layers(data) for name in self._in(layer)}

    def files(self, paths: Iterable[Path]) -> set[tuple[str, str]]:
        """(file, needle), of contents and of the files' own names."""
        return {
            (path.name, name)
            for path in paths
            for name in self.found(laid_open(path)) | self.found(path.name.encode())
        }

    def _in(self, data: bytes) -> Iterator[str]:
        if len(data) < SHORTEST:
            return
        each = numpy.frombuffer(data, numpy.uint8).astype(numpy.uint32)
        heads = each[:-2] << 16 | each[1:-1] << 8 | each[2:]
        for at in numpy.flatnonzero(self._starts[heads]).tolist():
            for look, name in self._shapes[data[at : at + 3]]:
                if data.startswith(look, at):
                    yield name


def layers(data: bytes, deep: int = DEEP) -> Iterator[bytes]:
    """The data, and all that is packed in it."""
    yield data
    if deep:
        for inner in [*_streams(data), *_members(data), *_decoded(data)]:
            yield from layers(inner, deep - 1)


def _streams(data: bytes) -> Iterator[bytes]:
    """gzip and zlib, wherever one begins; as far as it goes."""
    for begin in ZLIB.finditer(data):
        unpack = zlib.decompressobj(31 if data[begin.start()] == 0x1F else 15)
        out = b""
        try:
            out = unpack.decompress(data[begin.start() :], MOST)
        except zlib.error:
            out = _as_far_as_it_goes(data[begin.start() : begin.start() + 4096])
        if len(out) >= SHORTEST:
            yield out


def _as_far_as_it_goes(data: bytes) -> bytes:
    """Of a broken stream what comes before the break."""
    unpack, out = zlib.decompressobj(31 if data[0] == 0x1F else 15), b""
    try:
        for at in range(0, len(data), 16):
            out += unpack.decompress(data[at : at + 16], MOST)
    except zlib.error:
        return out
    return out


def _members(data: bytes) -> Iterator[bytes]:
    """Of zip files: workbooks and documents are such."""
    if b"PK\x05\x06" in data and data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)


def _decoded(data: bytes) -> Iterator[bytes]:
    """base64 in text; plain words in it are found without, packed ones only so."""
    for run in BASE64.findall(data):
        bare = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            raw = base64.b64decode(bare[: len(bare) // 4 * 4])
        except binascii.Error:
            continue
        if ZLIB.match(raw):
            yield raw


def told(call: Call, group: bool) -> bytes:
    """What a call of the bot says. To a person its own chat, press or file must be
    named; a group must not.

    group: all of it counts, also where it went.
    """
    said = {
        name: value
        for name, value in call.args.items()
        if group or name not in ADDRESSING
    }
    words = json.dumps(said, ensure_ascii=False).encode()
    files = [
        part
        for file in call.files.values()
        for part in (file.name.encode(), file.content)
    ]
    return b"\n".join([words, *files])
