"""Reading what a browser posts: in memory, within limits, never through a file."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from bot.connections import party_of

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FORM_BYTES = 1_000_000  # of a form without a picture
MOST_FIELDS = 200
MOST_FIELD_BYTES = 4096  # of a form field beside a picture
# an oversized upload is read and dropped so far, so that a browser sees our answer
MOST_DRAINED_BYTES = 64_000_000
MOST_KEPT_BYTES = 40_000_000  # of all pictures of one post
MOST_SILENT_SECONDS = 20.0  # without a byte, after which an upload is given up
SLOWEST = 2000  # bytes a second on an average; a phone in a cellar has more
SLOW_START = 30.0  # seconds in which nobody is called slow
LONGEST_SECONDS = 600.0  # of one post
MOST_HELD_BYTES = 320_000_000  # of all uploads that are being read
MOST_HELD_BYTES_EACH = 80_000_000  # of those that come from one address


class BadForm(Exception):
    """Not a form as our pages send it. Holds nothing of it."""


class TooMuch(BadForm):
    """More than any page of ours sends."""


class TooSlow(BadForm):
    """It came so slowly that it would never be whole."""


class NoRoom(Exception):
    """Too many uploads are being read at once."""


@dataclass(slots=True)
class UploadedFile:
    """too_large: it was read, but not kept."""

    data: bytearray = field(default_factory=bytearray)
    too_large: bool = False


class UploadMemory:
    """How many bytes of uploads may be held: in all, and from one address.

    It counts what has come and not what was announced, so that who sends nothing takes
    nothing.
    """

    def __init__(
        self, most: int = MOST_HELD_BYTES, most_each: int = MOST_HELD_BYTES_EACH
    ) -> None:
        self._most = most
        self._most_each = most_each
        self._held = 0
        self._held_of: Counter[str] = Counter()

    @contextmanager
    def share(self, peer: str | None) -> Iterator[Share]:
        """What one upload holds, given back in the end."""
        share = Share(self, party_of(peer))
        try:
            yield share
        finally:
            share.give_back()

    def hold(self, party: str | None, count: int) -> None:
        """Raises: NoRoom."""
        is_above = self._held + count > self._most
        if party is not None:
            is_above = is_above or self._held_of[party] + count > self._most_each
            self._held_of[party] += count
        self._held += count
        if is_above:
            self.release(party, count)
            raise NoRoom

    def release(self, party: str | None, count: int) -> None:
        self._held -= count
        if party is None:
            return
        self._held_of[party] -= count
        if self._held_of[party] == 0:
            del self._held_of[party]


class Share:
    """The part of the memory that one upload has."""

    def __init__(self, memory: UploadMemory, party: str | None) -> None:
        self._memory = memory
        self._party = party
        self._count = 0

    def take(self, count: int) -> None:
        """So many bytes more. Raises: NoRoom."""
        self._memory.hold(self._party, count)
        self._count += count

    def give_back(self, count: int | None = None) -> None:
        """So many bytes; None: all that there are."""
        count = self._count if count is None else count
        self._memory.release(self._party, count)
        self._count -= count


@dataclass(slots=True)
class Upload:
    """Posted pictures in their order, and the fields around them."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[UploadedFile] = field(default_factory=list)

    @property
    def data(self) -> bytearray | None:
        """Of the one picture that most forms have; None where there is no file."""
        return self.files[0].data if self.files else None

    @property
    def too_large(self) -> bool:
        return bool(self.files) and self.files[0].too_large


async def read_form(
    request: Request, most: int = MOST_FORM_BYTES
) -> list[tuple[str, str]]:
    """The fields of a urlencoded form, in order.

    Raises: BadForm.
    """
    body = bytearray()
    async for chunk in _chunks(request):
        body += chunk
        if len(body) > most:
            raise TooMuch("body")
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise TooMuch("fields") from None


async def read_upload(
    request: Request, most: int, share: Share, most_field: int = MOST_FIELD_BYTES
) -> Upload:
    """Pictures and the small fields around them, from multipart/form-data.

    Args:
        most: bytes of one picture.
        share: of the memory; it must outlast the pictures.
        most_field: bytes of another field.

    Raises: BadForm, NoRoom.
    """
    boundary = _boundary(request)
    parts = _Parts(most, most_field, share)
    bytes_read = 0
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async for chunk in _chunks(request):
            bytes_read += len(chunk)
            if bytes_read > MOST_DRAINED_BYTES:
                raise TooMuch("upload")
            parser.write(chunk)
        parser.finalize()
    except FormParserError:
        raise BadForm("multipart") from None
    if parts.has_too_many_bytes:
        raise TooMuch("pictures")
    return parts.upload


def _boundary(request: Request) -> bytes:
    """What parts the fields of a post.

    Raises: BadForm.
    """
    try:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
    except (ValueError, LookupError):  # codecs that nobody knows are among these
        raise BadForm("content type") from None
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadForm("not multipart")
    return boundary


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes.

    Raises: BadForm, when the browser is gone; TooSlow, when it is silent for too long
    or sends so little that it will never be done.
    """
    clock = asyncio.get_running_loop().time
    begun = clock()
    bytes_read = 0
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), MOST_SILENT_SECONDS)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise TooSlow("silent") from None
        except ClientDisconnect:
            raise BadForm("broken off") from None
        bytes_read += len(chunk)
        allowed = min(SLOW_START + bytes_read / SLOWEST, LONGEST_SECONDS)
        if clock() - begun > allowed:
            raise TooSlow("trickling")
        yield chunk


class _Parts:
    """Takes in what the parser finds, piece by piece.

    Args:
        most: bytes of a picture.
        most_field: bytes of another field.
        share: of the memory, for what is kept.
    """

    def __init__(self, most: int, most_field: int, share: Share) -> None:
        self.upload = Upload()
        self.has_too_many_bytes = False
        self._bytes_kept = 0
        self._most = most
        self._most_field = most_field
        self._share = share
        self._header = b""
        self._header_value = b""
        self._disposition = b""
        self._name = ""
        self._text = bytearray()
        self._is_file = False

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
        }

    def _begin(self) -> None:
        self._disposition = b""
        self._text = bytearray()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header = b""
        self._header_value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        # the file's name is never looked at: it may name somebody
        self._is_file = b"filename" in options
        if self._is_file and len(self.upload.files) >= MOST_FIELDS:
            raise TooMuch("files")
        if self._is_file:
            self.upload.files.append(UploadedFile())

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._keep_file(data[start:end])
            return
        if len(self._text) + end - start > self._most_field:
            raise TooMuch("field")
        self._text += data[start:end]

    def _keep_file(self, piece: bytes) -> None:
        if self.has_too_many_bytes:
            return
        file = self.upload.files[-1]
        if file.too_large:
            return
        if len(file.data) + len(piece) > self._most:
            file.too_large = True
            self._bytes_kept -= len(file.data)
            self._share.give_back(len(file.data))
            file.data.clear()
        elif self._bytes_kept + len(piece) > MOST_KEPT_BYTES:
            self.has_too_many_bytes = True
            self._share.give_back()
            self.upload.files.clear()
        else:
            self._share.take(len(piece))
            file.data += piece
            self._bytes_kept += len(piece)

    def _end(self) -> None:
        if self._is_file:
            return
        if len(self.upload.fields) >= MOST_FIELDS:
            raise TooMuch("fields")
        self.upload.fields[self._name] = self._text.decode("utf-8", "replace")
