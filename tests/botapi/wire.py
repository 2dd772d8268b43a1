"""HTTP as the Bot API speaks it: a call arrives as query, form, JSON or multipart; a
refusal leaves as JSON.

Source: Bot API, "Making requests": "We support GET and POST HTTP methods … four ways of
passing parameters".
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import h11
from python_multipart.multipart import parse_form

MOST_BODY = 64 << 20


class Refusal(Exception):
    """What the platform answers instead of a result. `retry_after`: whole seconds, of a
    429.
    """

    def __init__(
        self,
        code: int,
        description: str,
        retry_after: int | None = None,
        moved_to: int | None = None,
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.moved_to = moved_to

    def json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.moved_to is not None:
            body["parameters"] = {"migrate_to_chat_id": self.moved_to}
        return body


def moved(to: int) -> Refusal:
    """Bot API, ResponseParameters, migrate_to_chat_id."""
    what = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, what, moved_to=to)


def bad(what: str) -> Refusal:
    return Refusal(400, f"Bad Request: {what}")


def forbidden(what: str) -> Refusal:
    return Refusal(403, f"Forbidden: {what}")


def too_many(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds)


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    verb: str
    path: str
    args: dict[str, str]
    files: dict[str, Upload]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    mime: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, body: Mapping[str, Any], status: int = 200) -> Response:
        return cls(status, json.dumps(body, ensure_ascii=False).encode())


class Reset(Exception):
    """Instead of answering: the connection breaks."""


Answer = Callable[[Request], Awaitable[Response]]


def arguments(
    target: str, mime: str, body: bytes
) -> tuple[dict[str, str], dict[str, Upload]]:
    """All parameters of a call as text, as the real server holds them, and the files
    that came along.
    """
    args = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    files: dict[str, Upload] = {}
    kind = mime.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        args |= parse_qsl(body.decode(), keep_blank_values=True)
    elif kind == "application/json" and body:
        given = json.loads(body)
        args |= {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in given.items()
        }
    elif kind == "multipart/form-data":
        _multipart(mime, body, args, files)
    return args, files


def _multipart(
    mime: str, body: bytes, args: dict[str, str], files: dict[str, Upload]
) -> None:
    def told(part: Any) -> None:
        args[part.field_name.decode()] = (part.value or b"").decode()

    def sent(part: Any) -> None:
        part.file_object.seek(0)
        files[part.field_name.decode()] = Upload(
            (part.file_name or b"file").decode(),
            part.content_type or "application/octet-stream",
            part.file_object.read(),
        )
        part.close()

    headers = {"Content-Type": mime.encode(), "Content-Length": str(len(body)).encode()}
    parse_form(headers, io.BytesIO(body), told, sent)


async def serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer
) -> None:
    """One kept connection: request after request until either side ends it."""
    line = h11.Connection(h11.SERVER)
    try:
        while True:
            request = await _read(reader, line)
            if request is None:
                return
            response = await _answered(request, reader, answer)
            writer.write(_written(line, response))
            await writer.drain()
            if line.our_state is not h11.DONE or line.their_state is not h11.DONE:
                return
            line.start_next_cycle()
    except (Reset, ConnectionError):
        writer.transport.abort()
    except h11.RemoteProtocolError:
        pass  # a broken request: hang up, as a front end does
    finally:
        writer.close()


async def _answered(
    request: Request, reader: asyncio.StreamReader, answer: Answer
) -> Response:
    """Whoever hangs up takes its waiting call along: a poll that nobody waits for
    steals no updates.
    """
    working = asyncio.ensure_future(answer(request))
    try:
        while not working.done():
            await asyncio.wait({working}, timeout=0.05)
            if not working.done() and (
                reader.at_eof() or reader.exception() is not None
            ):
                raise ConnectionResetError
        return working.result()
    finally:
        working.cancel()


async def _read(reader: asyncio.StreamReader, line: h11.Connection) -> Request | None:
    head: h11.Request | None = None
    body: list[bytes] = []
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            line.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body.append(bytes(event.data))
            if sum(map(len, body)) > MOST_BODY:
                raise Reset
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            target = head.target.decode()
            mime = next(
                (
                    value.decode()
                    for name, value in head.headers
                    if name == b"content-type"
                ),
                "",
            )
            args, files = arguments(target, mime, b"".join(body))
            return Request(
                head.method.decode(), unquote(urlsplit(target).path), args, files
            )
        else:
            return None


def _written(line: h11.Connection, response: Response) -> bytes:
    headers = {
        "Content-Type": response.mime,
        "Content-Length": str(len(response.body)),
        **response.headers,
    }
    parts = [
        line.send(
            h11.Response(status_code=response.status, headers=list(headers.items()))
        ),
        line.send(h11.Data(data=response.body)),
        line.send(h11.EndOfMessage()),
    ]
    return b"".join(part for part in parts if part)
