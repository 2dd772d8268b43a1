"""What goes over the socket between who searches and the process that has the index.

A frame is its length in four bytes and a message in MessagePack. The socket lies in the
data folder, for its owner alone, and both ends look who is at the other one.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

SOCKET = "search.sock"
LENGTH = struct.Struct(">I")  # bytes of what follows
MOST_BYTES = 4 << 20  # of a frame
LONGEST_PATH = 100  # bytes; some systems take no more than 103
PEER = struct.Struct("3i")  # process, user, group


class IndexStart(msgspec.Struct, frozen=True):
    """What the process is handed. database: its file; folder: where the socket is to
    lie; keyring: its text.
    """

    database: str
    folder: str
    keyring: str


class IndexQuestion(msgspec.Struct, frozen=True):
    """words: folded; most: groups that are told; reserved: see `TextIndex.find`; what:
    the kind of text that is searched.
    """

    words: list[str]
    most: int
    reserved: bool
    what: str = "cases"


class IndexAnswer(msgspec.Struct, frozen=True):
    """found: (group, text) of each hit, in order; total: how many there are; percent:
    of the index, as far as it is ready; before 100 nothing was looked for.
    """

    found: list[tuple[bytes, bytes]] = []
    total: int = 0
    percent: int = 100


def framed(message: IndexQuestion | IndexAnswer) -> bytes:
    packed = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(packed)) + packed


async def frame(stream: asyncio.StreamReader) -> bytes:
    """Raises: EOFError, OSError; ValueError, where it is too long."""
    (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    if length > MOST_BYTES:
        raise ValueError("too long")
    return await stream.readexactly(length)


async def ask(folder: Path, question: IndexQuestion) -> IndexAnswer | None:
    """None: nobody is there who answers, or somebody who must not be."""
    try:
        with socket_path(folder) as path:
            stream, out = await asyncio.open_unix_connection(path)
    except OSError:
        return None
    try:
        if not is_owner(out.get_extra_info("socket"), folder.stat().st_uid):
            return None
        out.write(framed(question))
        await out.drain()
        return msgspec.msgpack.decode(await frame(stream), type=IndexAnswer)
    except (OSError, EOFError, ValueError, msgspec.MsgspecError):
        return None
    finally:
        out.close()


def is_owner(peer: socket.socket, owner: int) -> bool:
    """Whether the other end is this user's, or root's. Where the system does not tell,
    the socket's mode has to do.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    _, user, _ = PEER.unpack(told)
    return user in (owner, 0)


@contextmanager
def socket_path(folder: Path) -> Iterator[str]:
    """A path of the socket that systems take, however deep the folder lies.

    Raises: OSError.
    """
    path = os.fspath(folder.absolute() / SOCKET)
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield path
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{opened}/{SOCKET}"
    finally:
        os.close(opened)
