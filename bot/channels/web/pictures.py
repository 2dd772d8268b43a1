"""Pictures: taken in through memory, shown to their own chat, cropped and painted over
before they go.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from anonymizer.scrub import (
    MOST_BYTES,
    Box,
    EmptyCrop,
    NotAnImage,
    Scrubbed,
    ScrubError,
    TooLarge,
    edit_image,
    scrub_image,
)
from bot.channels.web.chat import Chat, Trouble
from bot.channels.web.forms import BadForm, TooMuch, read_form, read_upload
from bot.channels.web.visits import Visit
from dialogs.texts import text
from dialogs.words import Event, Picture, Pictured, Unreadable
from storage.repositories.web import WebBubbles

AT_ONCE = 8  # pictures in memory
AT_ONCE_EACH = 2  # of one session
QUEUE = 60.0  # seconds an upload waits for its turn
BOXES = 100  # painted over in one go
# CSS pixels across where there are no scripts: a click's place is told in these
SHOWN = 320
ID = re.compile(r"[0-9a-f]{32}")
BOX = re.compile(r"(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6})")
POINT = re.compile(r"(\d{1,6}),(\d{1,6})")


class Busy(Exception):
    """Too many pictures at once, for a minute already."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of this visitor's own draft."""

    id: str
    data: bytes
    mime: str
    width: int
    height: int


class Pictures:
    """The picture pages, for the visitor whose draft the picture lies in."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._all = asyncio.Semaphore(AT_ONCE)
        self._each: dict[bytes, tuple[asyncio.Semaphore, int]] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/picture", self.upload, methods=["POST"]),
            Route("/picture/{id}", self.show, methods=["GET"]),
            Route("/picture/{id}/edit", self.edit, methods=["GET"]),
            Route("/picture/{id}/edit", self.change, methods=["POST"]),
        ]

    async def upload(self, request: Request) -> Response:
        """A new picture."""
        visit = await self._chat.visits.of(request)
        lang = visit.lang
        if visit.fresh:
            return await self._chat.refuse(
                request, visit, Trouble(400, text(lang, "web.no_cookie"))
            )
        try:
            async with self._turn(visit.screen):
                upload = await read_upload(request, MOST_BYTES)
                event, scrubbed = await self._scrubbed(upload.data, upload.too_large)
                upload.data = None
                return await self._hear(
                    request, visit, upload.fields.get("key", ""), event, scrubbed
                )
        except Busy:
            return await self._chat.refuse(
                request, visit, Trouble(503, text(lang, "web.busy"))
            )
        except TooMuch:
            return await self._chat.refuse(
                request, visit, Trouble(413, text(lang, "web.too_much"))
            )
        except BadForm:
            return await self._chat.refuse(
                request, visit, Trouble(400, text(lang, "web.bad_form"))
            )

    async def _scrubbed(
        self, data: bytearray | None, too_large: bool
    ) -> tuple[Event, Scrubbed | None]:
        now = self._chat.context.now
        if too_large:
            return Unreadable("too_large", now()), None
        if not data:
            return Unreadable("empty", now()), None
        try:
            scrubbed = await scrub_image(bytes(data))
        except TooLarge:
            return Unreadable("too_large", now()), None
        except NotAnImage:
            return Unreadable("file", now()), None
        except ScrubError:
            return Unreadable("broken", now()), None
        return Pictured(
            Picture(secrets.token_hex(16), scrubbed.width, scrubbed.height), now()
        ), scrubbed

    async def _hear(
        self,
        request: Request,
        visit: Visit,
        key: str,
        event: Event,
        scrubbed: Scrubbed | None,
    ) -> Response:
        """The picture is a bubble of the visitor's own; a new version stands in place
        of the old one.
        """
        if not isinstance(event, Pictured):
            return await self._chat.hear(request, visit, key, event, ())
        screen, picture = visit.screen, event.picture
        also = [
            self._chat.context.channel.own(
                screen, _bubble(picture.id), visit.lasting, picture
            )
        ]
        if event.replaces:
            also.insert(0, WebBubbles.drop(_bubble(event.replaces)))
        return await self._chat.hear(
            request, visit, key, event, also, bool(event.replaces), scrubbed=scrubbed
        )

    async def show(self, request: Request) -> Response:
        visit = await self._chat.visits.of(request)
        shot = await self._shot(visit, request.path_params["id"])
        return (
            Response(shot.data, media_type=shot.mime)
            if shot
            else Response(status_code=404)
        )

    async def edit(self, request: Request) -> Response:
        """The page on which a picture is cropped and painted over."""
        visit = await self._chat.visits.of(request)
        shot = await self._shot(visit, request.path_params["id"])
        return self._editor(visit, shot) if shot else RedirectResponse("/", 303)

    async def change(self, request: Request) -> Response:
        """With scripts all boxes come at once; without, click by click, until
        "save".
        """
        visit = await self._chat.visits.of(request)
        shot = await self._shot(visit, request.path_params["id"])
        if shot is None:
            return RedirectResponse("/", 303)
        try:
            marks = Marks.read(await read_form(request), shot)
        except BadForm:
            return self._editor(visit, shot, trouble="web.bad_form", status=400)
        if not marks.save:
            return self._editor(visit, shot, marks)
        try:
            async with self._turn(visit.screen):
                edited = await edit_image(shot.data, marks.crop, marks.paint)
                picture = Picture(secrets.token_hex(16), edited.width, edited.height)
                event = Pictured(picture, self._chat.context.now(), shot.id)
                return await self._hear(request, visit, marks.key, event, edited)
        except EmptyCrop:
            return self._editor(visit, shot, marks, "web.empty_crop", 400)
        except Busy:
            return self._editor(visit, shot, marks, "web.busy", 503)
        except ScrubError:
            return self._editor(visit, shot, marks, "web.edit_failed", 500)

    def _editor(
        self,
        visit: Visit,
        shot: Shot,
        marks: Marks | None = None,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        page = self._chat.pages.page(
            "edit.html",
            visit.lang,
            shot=shot,
            marks=marks or Marks(),
            shown=min(shot.width, SHOWN),
            trouble=text(visit.lang, trouble) if trouble else "",
        )
        return HTMLResponse(page, status)

    async def _shot(self, visit: Visit, id: str) -> Shot | None:
        found = (
            await self._chat.context.reporters.picture(visit.address, id)
            if ID.fullmatch(id)
            else None
        )
        if found is None:
            return None
        data, row = found
        return Shot(id, data, row.mime, row.width, row.height)

    @asynccontextmanager
    async def _turn(self, screen: bytes) -> AsyncIterator[None]:
        """Wait until this session and the machine have room for one more picture.
        Raises: Busy.
        """
        own, users = self._each.get(screen) or (asyncio.Semaphore(AT_ONCE_EACH), 0)
        self._each[screen] = own, users + 1
        try:
            async with _soon(own), _soon(self._all):
                yield
        finally:
            own, users = self._each[screen]
            if users == 1:
                del self._each[screen]
            else:
                self._each[screen] = own, users - 1


@asynccontextmanager
async def _soon(turn: asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        await asyncio.wait_for(turn.acquire(), QUEUE)
    except TimeoutError:
        raise Busy from None
    try:
        yield
    finally:
        turn.release()


@dataclass(frozen=True, slots=True)
class Marks:
    """What an editing page has so far, in pixels of the stored picture. corner: the
    first of two clicks.
    """

    key: str = ""
    tool: str = "paint"
    paint: tuple[Box, ...] = ()
    crop: Box | None = None
    corner: tuple[int, int] | None = None
    save: bool = False

    @classmethod
    def read(cls, form: Sequence[tuple[str, str]], shot: Shot) -> Marks:
        """Raises: BadForm."""
        values = dict(form)
        paint = [_box(value) for name, value in form if name == "paint"][:BOXES]
        crop = _box(values["crop"]) if values.get("crop") else None
        corner = POINT.fullmatch(values.get("corner", ""))
        tool = "crop" if values.get("tool") == "crop" else "paint"
        first = (int(corner[1]), int(corner[2])) if corner else None
        act = values.get("act", "")
        if act == "undo":
            return cls(
                "",
                tool,
                tuple(paint[:-1]) if not first and not crop else tuple(paint),
                None,
            )
        if act in ("paint", "crop"):
            return cls("", act, tuple(paint), crop)
        if "at.x" in values:
            place = _clicked(values, shot)
            if first is None:
                return cls("", tool, tuple(paint), crop, place)
            box = Box(*first, *place)
            return (
                cls("", tool, (*paint, box), crop)
                if tool == "paint"
                else cls("", tool, tuple(paint), box)
            )
        return cls(values.get("key", ""), tool, tuple(paint), crop, save=True)


def _box(value: str) -> Box:
    found = BOX.fullmatch(value)
    if found is None:
        raise BadForm("box")
    left, top, right, bottom = map(int, found.groups())
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def _clicked(values: dict[str, str], shot: Shot) -> tuple[int, int]:
    """Where on the stored picture a click on the small one fell."""
    try:
        x, y = int(values["at.x"]), int(values["at.y"])
    except (KeyError, ValueError):
        raise BadForm("click") from None
    scale = shot.width / min(shot.width, SHOWN)
    return round(min(max(x, 0), SHOWN) * scale), round(
        min(max(y, 0), shot.height) * scale
    )


def _bubble(picture: str) -> bytes:
    """The id of the bubble that shows a picture, so that it is found again by the
    picture.
    """
    return hashlib.sha256(b"bubble" + bytes.fromhex(picture)).digest()[:16]
