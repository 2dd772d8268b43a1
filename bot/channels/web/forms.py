"""Reading what a browser posts: in memory, within limits, never through a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FORM_BYTES = 1_000_000  # of a form without a picture
MOST_FIELDS = 200
MOST_FIELD_BYTES = 4096  # of a form field beside a picture
# an oversized upload is read and dropped so far, so that a browser sees our answer
MOST_DRAINED_BYTES = 64_000_000
MOST_KEPT_BYTES = 40_000_000  # of all pictures of one post
MOST_SILENT_SECONDS = 20.0  # without a byte, after which an upload is given up


class BadForm(Exception):
    """Not a form as our pages send it. Holds nothing of it."""


class TooMuch(BadForm):
    """More than any page of ours sends."""


@dataclass(slots=True)
class UploadedFile:
    """too_large: it was read, but not kept."""

    data: bytearray = field(default_factory=bytearray)
    too_large: bool = False


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
    request: Request, most: int, most_field: int = MOST_FIELD_BYTES
) -> Upload:
    """Pictures and the small fields around them, from multipart/form-data.

    Args:
        most: bytes of one picture.
        most_field: bytes of another field.

    Raises: BadForm.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BadForm("not multipart")
    parts = _Parts(most, most_field)
    parser = MultipartParser(options[b"boundary"], parts.callbacks())
    bytes_read = 0
    try:
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


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes.

    Raises: BadForm, when the browser is gone or silent for too long.
    """
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), MOST_SILENT_SECONDS)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise BadForm("broken off") from None
        yield chunk


class _Parts:
    """Takes in what the parser finds, piece by piece.

    Args:
        most: bytes of a picture.
        most_field: bytes of another field.
    """

    def __init__(self, most: int, most_field: int) -> None:
        self.upload = Upload()
        self.has_too_many_bytes = False
        self._bytes_kept = 0
        self._most = most
        self._most_field = most_field
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
            file.data.clear()
        elif self._bytes_kept + len(piece) > MOST_KEPT_BYTES:
            self.has_too_many_bytes = True
            self.upload.files.clear()
        else:
            file.data += piece
            self._bytes_kept += len(piece)

    def _end(self) -> None:
        if self._is_file:
            return
        if len(self.upload.fields) >= MOST_FIELDS:
            raise TooMuch("fields")
        self.upload.fields[self._name] = self._text.decode("utf-8", "replace")
