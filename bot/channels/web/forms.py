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

MOST_TEXT = 1_000_000  # bytes of a form without a picture
MOST_FIELDS = 200
MOST_FIELD = 4096  # bytes of a form field beside a picture
# bytes of an oversized upload read and dropped, so that a browser sees our answer
DRAINED = 64_000_000
SILENCE = 20.0  # seconds without a byte after which an upload is given up


class BadForm(Exception):
    """Not a form as our pages send it. Holds nothing of it."""


class TooMuch(BadForm):
    """More than any page of ours sends."""


@dataclass(slots=True)
class Upload:
    """A posted picture. data: None where there was no file; `too_large`: it was read,
    but not kept.
    """

    fields: dict[str, str] = field(default_factory=dict)
    data: bytearray | None = None
    too_large: bool = False


async def read_form(request: Request, most: int = MOST_TEXT) -> list[tuple[str, str]]:
    """The fields of a urlencoded form, in order. Raises: BadForm."""
    raw = bytearray()
    async for chunk in _chunks(request):
        raw += chunk
        if len(raw) > most:
            raise TooMuch("body")
    try:
        return parse_qsl(
            raw.decode("utf-8", "replace"),
            True,
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise TooMuch("fields") from None


async def read_upload(
    request: Request, most: int, most_field: int = MOST_FIELD
) -> Upload:
    """One picture and the small fields around it, from multipart/form-data. Raises:
    BadForm.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BadForm("not multipart")
    parts = _Parts(most, most_field)
    parser = MultipartParser(options[b"boundary"], parts.callbacks())
    read = 0
    try:
        async for chunk in _chunks(request):
            read += len(chunk)
            if read > DRAINED:
                raise TooMuch("upload")
            parser.write(chunk)
        parser.finalize()
    except FormParserError:
        raise BadForm("multipart") from None
    return parts.upload


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises: BadForm, when the browser is gone or silent for too
    long.
    """
    stream = request.stream()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), SILENCE)
        except StopAsyncIteration:
            return
        except (TimeoutError, ClientDisconnect):
            raise BadForm("broken off") from None
        yield chunk


class _Parts:
    """Takes in what the parser finds."""

    def __init__(self, most: int, most_field: int) -> None:
        self.upload = Upload()
        self._most, self._most_field = most, most_field
        self._header = self._value = self._disposition = b""
        self._name, self._text = "", bytearray()
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
        self._disposition, self._text = b"", bytearray()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = (
            b"filename" in options
        )  # the name itself is never looked at: it may name somebody

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._is_file:
            if len(self._text) + end - start > self._most_field:
                raise TooMuch("field")
            self._text += data[start:end]
            return
        kept = self.upload.data if self.upload.data is not None else bytearray()
        if len(kept) + end - start > self._most:
            self.upload.too_large = True
            kept.clear()
        elif not self.upload.too_large:
            kept += data[start:end]
        self.upload.data = kept

    def _end(self) -> None:
        if not self._is_file:
            if len(self.upload.fields) >= MOST_FIELDS:
                raise TooMuch("fields")
            self.upload.fields[self._name] = self._text.decode("utf-8", "replace")
