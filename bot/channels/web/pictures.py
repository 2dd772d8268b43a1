"""Pictures: taken in through memory, shown to their own chat.

There they are cropped and painted over before they go.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

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
from bot.channels.web.chat import ChatPages, Posted, Trouble
from bot.channels.web.forms import (
    BadForm,
    NoRoom,
    TooMuch,
    TooSlow,
    UploadedFile,
    UploadMemory,
    read_form,
    read_upload,
)
from bot.channels.web.visitors import Visitor
from dialogs.texts import text
from dialogs.words import PICTURES, Picture, Pictured, Together, Unreadable
from storage.port import Write
from storage.repositories.web import WebBubbles

MOST_PICTURES = 8  # being scrubbed, or waiting for it
MOST_PICTURES_EACH = 2  # of one session
LONGEST_QUEUE = 60.0  # seconds an upload waits for its turn
MOST_BOXES = 100  # painted over in one go
# CSS pixels across where there are no scripts: a click's place is told in these
SHOWN_WIDTH = 320
LONG = 2.5  # times as high as wide, and a picture is scrolled while it is edited
PICTURE_ID = re.compile(r"[0-9a-f]{32}")
BOX = re.compile(r"(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6}),(-?\d{1,6})")
POINT = re.compile(r"(\d{1,6}),(\d{1,6})")

# what came, with the picture where there is one
Arrived = tuple[Pictured | Unreadable, Scrubbed | None]


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

    def __init__(self, chat: ChatPages, memory: UploadMemory) -> None:
        self._chat = chat
        self._memory = memory
        self._room = PictureRoom()

    def routes(self) -> list[Route]:
        return [
            Route("/picture", self.upload, methods=["POST"]),
            Route("/picture/{id}", self.show, methods=["GET"]),
            Route("/picture/{id}/edit", self.edit, methods=["GET"]),
            Route("/picture/{id}/edit", self.change, methods=["POST"]),
        ]

    async def upload(self, request: Request) -> Response:
        """New pictures: one, or without scripts several at once."""
        visitor = await self._chat.visitors.of(request)
        lang = visitor.lang
        if visitor.fresh:
            trouble = Trouble(400, text(lang, "web.no_cookie"))
            return await self._chat.refuse(request, visitor, trouble)
        try:
            with self._memory.share(self._chat.peer(request)) as share:
                # only what is whole takes a turn: who sends slowly holds up nobody
                upload = await read_upload(request, MOST_BYTES, share)
                async with self._room.turn(visitor.screen):
                    arrived = await self._arrived(upload.files)
                    upload.files.clear()  # not held in memory while the turn goes on
                    share.give_back()
                    key = upload.fields.get("key", "")
                    return await self._hear(request, visitor, key, arrived)
        except (Busy, NoRoom):
            trouble = Trouble(503, text(lang, "web.busy"))
        except TooSlow:
            trouble = Trouble(408, text(lang, "web.too_slow"))
        except TooMuch:
            trouble = Trouble(413, text(lang, "web.too_much"))
        except BadForm:
            trouble = Trouble(400, text(lang, "web.bad_form"))
        return await self._chat.refuse(request, visitor, trouble)

    async def _arrived(self, files: Sequence[UploadedFile]) -> list[Arrived]:
        """What came, in its order; of too many pictures the first ones.

        They are scrubbed side by side, as many at once as there are workers.
        """
        if not files:
            return [(Unreadable("empty", self._chat.context.now()), None)]
        taken = files[:PICTURES]
        arrived = await asyncio.gather(*(self._scrubbed(file) for file in taken))
        if len(files) > PICTURES:
            arrived.append((Unreadable("too_many", self._chat.context.now()), None))
        return arrived

    async def _scrubbed(self, file: UploadedFile) -> Arrived:
        now = self._chat.context.now
        if file.too_large:
            return Unreadable("too_large", now()), None
        if not file.data:
            return Unreadable("empty", now()), None
        try:
            scrubbed = await scrub_image(bytes(file.data))
        except TooLarge:
            return Unreadable("too_large", now()), None
        except NotAnImage:
            return Unreadable("file", now()), None
        except ScrubError:
            return Unreadable("broken", now()), None
        return Pictured(_new_picture(scrubbed), now()), scrubbed

    async def _hear(
        self,
        request: Request,
        visitor: Visitor,
        key: str,
        arrived: Sequence[Arrived],
    ) -> Response:
        """Each picture is a bubble of the visitor's own.

        A new version stands in place of the old one.
        """
        events = tuple(event for event, _ in arrived)
        writes: list[Write] = []
        redraws = False
        scrubbed: dict[str, Scrubbed] = {}
        for event, picture in arrived:
            if isinstance(event, Pictured) and picture is not None:
                writes += self._bubble_writes(visitor, event)
                redraws |= event.replaces is not None
                scrubbed[event.picture.id] = picture
        at = self._chat.context.now()
        posted = Posted(
            key=key,
            event=events[0] if len(events) == 1 else Together(events, at),
            writes=writes,
            redraws=redraws,
            scrubbed=scrubbed,
        )
        return await self._chat.hear(request, visitor, posted)

    def _bubble_writes(self, visitor: Visitor, event: Pictured) -> list[Write]:
        picture = event.picture
        bubble = self._chat.context.channel.own(
            visitor.screen, _bubble_id(picture.id), picture
        )
        if event.replaces is None:
            return [bubble]
        return [WebBubbles.drop(_bubble_id(event.replaces)), bubble]

    async def show(self, request: Request) -> Response:
        """The picture itself."""
        visitor = await self._chat.visitors.of(request)
        shot = await self._shot(visitor, request.path_params["id"])
        if shot is None:
            return Response(status_code=404)
        return Response(shot.data, media_type=shot.mime)

    async def edit(self, request: Request) -> Response:
        """The page on which a picture is cropped and painted over."""
        visitor = await self._chat.visitors.of(request)
        shot = await self._shot(visitor, request.path_params["id"])
        if shot is None:
            return RedirectResponse("/", 303)
        return self._editor(visitor, shot)

    async def change(self, request: Request) -> Response:
        """With scripts all boxes come at once; without, click by click until "save"."""
        visitor = await self._chat.visitors.of(request)
        shot = await self._shot(visitor, request.path_params["id"])
        if shot is None:
            return RedirectResponse("/", 303)
        try:
            marks = Marks.read(await read_form(request), shot)
        except BadForm:
            return self._editor(visitor, shot, trouble="web.bad_form", status=400)
        if not marks.save:
            return self._editor(visitor, shot, marks)
        try:
            async with self._room.turn(visitor.screen):
                edited = await edit_image(shot.data, marks.crop, marks.paint)
                now = self._chat.context.now()
                event = Pictured(_new_picture(edited), now, replaces=shot.id)
                return await self._hear(request, visitor, marks.key, [(event, edited)])
        except EmptyCrop:
            return self._editor(visitor, shot, marks, "web.empty_crop", 400)
        except Busy:
            return self._editor(visitor, shot, marks, "web.busy", 503)
        except ScrubError:
            return self._editor(visitor, shot, marks, "web.edit_failed", 500)

    def _editor(
        self,
        visitor: Visitor,
        shot: Shot,
        marks: Marks | None = None,
        trouble: str = "",
        status: int = 200,
    ) -> Response:
        page = self._chat.pages.page(
            "edit.html",
            visitor.lang,
            shot=shot,
            marks=marks or Marks(),
            shown=min(shot.width, SHOWN_WIDTH),
            long=shot.height > shot.width * LONG,
            trouble=text(visitor.lang, trouble) if trouble else "",
        )
        return HTMLResponse(page, status)

    async def _shot(self, visitor: Visitor, id: str) -> Shot | None:
        if not PICTURE_ID.fullmatch(id):
            return None
        found = await self._chat.context.reporters.picture(visitor.address, id)
        if found is None:
            return None
        data, row = found
        return Shot(id, data, row.mime, row.width, row.height)


class PictureRoom:
    """How many pictures may be scrubbed or wait for it: of one session, and in all."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(MOST_PICTURES)
        self._each: dict[bytes, asyncio.Semaphore] = {}
        self._users: Counter[bytes] = Counter()  # of each session's semaphore

    @asynccontextmanager
    async def turn(self, screen: bytes) -> AsyncIterator[None]:
        """Wait until this session and the machine have room for one more picture.

        Raises: Busy.
        """
        if screen not in self._each:
            self._each[screen] = asyncio.Semaphore(MOST_PICTURES_EACH)
        own = self._each[screen]
        self._users[screen] += 1
        try:
            async with _acquired(own), _acquired(self._all):
                yield
        finally:
            self._users[screen] -= 1
            if self._users[screen] == 0:
                del self._users[screen]
                del self._each[screen]


@asynccontextmanager
async def _acquired(semaphore: asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        await asyncio.wait_for(semaphore.acquire(), LONGEST_QUEUE)
    except TimeoutError:
        raise Busy from None
    try:
        yield
    finally:
        semaphore.release()


@dataclass(frozen=True, slots=True)
class Marks:
    """What an editing page has so far, in pixels of the stored picture.

    corner: the first of two clicks.
    """

    key: str = ""
    tool: str = "paint"
    paint: tuple[Box, ...] = ()
    crop: Box | None = None
    corner: tuple[int, int] | None = None
    save: bool = False

    @classmethod
    def read(cls, form: Sequence[tuple[str, str]], shot: Shot) -> Marks:
        """Marks after what was clicked last.

        Raises: BadForm.
        """
        values = dict(form)
        boxes = [_box(value) for name, value in form if name == "paint"]
        marks = cls(
            tool="crop" if values.get("tool") == "crop" else "paint",
            paint=tuple(boxes[:MOST_BOXES]),
            crop=_box(values["crop"]) if values.get("crop") else None,
            corner=_point(values.get("corner", "")),
        )
        act = values.get("act", "")
        if act == "undo":
            return marks._undone()
        if act in ("paint", "crop"):
            return replace(marks, tool=act, corner=None)
        if "at.x" in values:
            return marks._clicked(_clicked_point(values, shot))
        key = values.get("key", "")
        return replace(marks, key=key, corner=None, save=True)

    def _undone(self) -> Marks:
        """Without a lone corner and the crop box, or else without the last box."""
        if self.corner or self.crop:
            return replace(self, crop=None, corner=None)
        return replace(self, paint=self.paint[:-1])

    def _clicked(self, point: tuple[int, int]) -> Marks:
        """The first click is a corner, the second makes a box of both."""
        if self.corner is None:
            return replace(self, corner=point)
        box = Box(*self.corner, *point)
        if self.tool == "crop":
            return replace(self, crop=box, corner=None)
        return replace(self, paint=(*self.paint, box), corner=None)


def _new_picture(scrubbed: Scrubbed) -> Picture:
    return Picture(secrets.token_hex(16), scrubbed.width, scrubbed.height)


def _box(value: str) -> Box:
    """A box of "left,top,right,bottom", whichever corners these are.

    Raises: BadForm.
    """
    found = BOX.fullmatch(value)
    if found is None:
        raise BadForm("box")
    one_x, one_y, other_x, other_y = map(int, found.groups())
    left, right = sorted((one_x, other_x))
    top, bottom = sorted((one_y, other_y))
    return Box(left, top, right, bottom)


def _point(value: str) -> tuple[int, int] | None:
    found = POINT.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None


def _clicked_point(values: dict[str, str], shot: Shot) -> tuple[int, int]:
    """Where on the stored picture a click on the small one fell."""
    try:
        x = int(values["at.x"])
        y = int(values["at.y"])
    except (KeyError, ValueError):
        raise BadForm("click") from None
    scale = shot.width / min(shot.width, SHOWN_WIDTH)
    inside_x = min(max(x, 0), SHOWN_WIDTH)
    inside_y = min(max(y, 0), shot.height)
    return round(inside_x * scale), round(inside_y * scale)


def _bubble_id(picture: str) -> bytes:
    """The id of the bubble that shows a picture, to be found again by the picture's."""
    return hashlib.sha256(b"bubble" + bytes.fromhex(picture)).digest()[:16]
