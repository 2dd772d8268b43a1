"""Looking for words in files, in every shape in which they could lie there."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from tests.looking import laid_open

TEXTS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def shapes(needle: str | bytes) -> set[bytes]:
    """All byte strings that betray it: encodings, each as it is, in hex and in base64;
    escapes.
    """
    raw = (
        {needle}
        if isinstance(needle, bytes)
        else {needle.encode(encoding) for encoding in TEXTS}
    )
    found = set(raw)
    for data in raw:
        found |= {data.hex().encode(), data.hex().upper().encode()}
        found |= set(in_base64(data))
    if isinstance(needle, str):
        found |= {quote(needle).encode(), json.dumps(needle)[1:-1].encode()}
    return found


def in_base64(data: bytes) -> Iterator[bytes]:
    """What of it shows in base64, whatever stands before and behind; with either
    alphabet.
    """
    for before in range(3):
        padded = base64.b64encode(bytes(before) + data)
        shown = padded[
            -(-before * 8 // 6) : (before + len(data)) * 8 // 6
        ]  # symbols all of whose bits are its
        yield shown
        yield shown.translate(bytes.maketrans(b"+/", b"-_"))


def found_in(
    files: Iterable[Path], needles: Iterable[str | bytes]
) -> list[tuple[str, str]]:
    """Every (file, needle) that is there."""
    wanted = {needle: shapes(needle) for needle in needles}
    found = []
    for path in files:
        held = laid_open(path)
        for needle, looks in wanted.items():
            if any(look in held for look in looks):
                found.append((path.name, str(needle)))
    return found


def all_files(*places: Path) -> list[Path]:
    """Files, and all files below folders."""
    below = [
        path
        for place in places
        for path in (place.rglob("*") if place.is_dir() else [place])
    ]
    return sorted(path for path in below if path.is_file())
