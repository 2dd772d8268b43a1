"""The chat's pages.

Each reads a request, hands it to the hotline's one door, and shows the screen. With
scripts a post is answered with the new bubbles alone; without, the browser is sent back
to the page.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import segno
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from anonymizer.scrub import MOST_BYTES, Scrubbed
from bot.channels.messenger import ReporterDoor
from bot.channels.port import Incoming, ToldOnly, TurnFailed, heard
from bot.channels.web.channel import Bubble, WebChannel, expires
from bot.channels.web.forms import BadForm, TooMuch, TooSlow, read_form
from bot.channels.web.health import StorageHealth, Watch
from bot.channels.web.peer_limit import PeerLimit, peer_of
from bot.channels.web.screen import Pages, draw, welcome
from bot.channels.web.visitors import Visitor, Visitors
from bot.hours import seconds
from dialogs.texts import text
from dialogs.words import (
    PICTURES,
    SAVED,
    UNPICTURE,
    Event,
    Message,
    Pressed,
    Unreadable,
)
from storage.port import Database, StorageError, Write
from storage.repositories.web import WebBubbles, WebSessions

ANSWER_WITHIN = 3.0  # seconds a post waits for its answer to stand on the screen
POST_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
SEEN_BUBBLE = re.compile(r"(\d{1,9})-([0-9a-f]{32})")
SEEN_NOTHING = "-"  # of a page that has seen nothing yet


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was sent: a sentence, and the text that shall stay in the box."""

    status: int
    words: str
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a visitor did, on its way to the hotline.

    key: of the form, so that a repeated post is no second one; writes: what goes into
    the same commit; redraws: the screen is to be shown anew; draft: what stays in the
    box if nothing is sent; scrubbed: pictures of the event, by their ids; seen: what
    the page had shown last, "" where it does not say.
    """

    key: str
    event: Event
    writes: Sequence[Write] = ()
    redraws: bool = False
    draft: str = ""
    scrubbed: Mapping[str, Scrubbed] = field(default_factory=dict)
    seen: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a page has not seen yet.

    is_whole: what it saw last is gone, so these are all there are, to be shown in place
    of the old ones.
    """

    bubbles: list[Bubble]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatContext:
    """All that the chat's pages need of the program."""

    reporters: ReporterDoor
    channel: WebChannel
    database: Database
    now: Callable[[], datetime]
    watch: Watch


class ChatPages:
    """What a visitor sees and does."""

    def __init__(
        self,
        context: ChatContext,
        pages: Pages,
        visitors: Visitors,
        limit: PeerLimit,
        behind_proxy: bool,
    ) -> None:
        self.context = context
        self.pages = pages
        self.visitors = visitors
        self._limit = limit
        self._behind_proxy = behind_proxy
        self._storage = StorageHealth(context.database)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/say", self.say, methods=["POST"]),
            Route("/press", self.press, methods=["POST"]),
            Route("/qr/{id}", self.code, methods=["GET"]),
            Route("/remember", self.remember, methods=["POST"]),
            Route("/leave", self.leave, methods=["POST"]),
            Route("/note", self.away, methods=["GET"]),
            Route("/health", self.health, methods=["GET"]),
        ]

    def peer(self, request: Request) -> str | None:
        """Whose pace and share count; never stored."""
        return peer_of(request, self._behind_proxy)

    # ── seeing ────────────────────────────────────────────────────────────────────────

    async def home(self, request: Request) -> Response:
        """The chat.

        Who comes by another site's link is led here once more, for cookies are strict.
        """
        visitor = await self.visitors.of(request)
        is_from_elsewhere = request.headers.get("sec-fetch-site") == "cross-site"
        if visitor.fresh and is_from_elsewhere and not request.query_params:
            return self.note(visitor.lang, "", again="/?in")
        seen = request.headers.get("x-seen")
        if seen is not None:
            return self.fragment(await self.news(visitor.screen, seen), visitor)
        lost = "lost" in request.query_params
        trouble = Trouble(200, text(visitor.lang, "web.lost")) if lost else None
        return await self._page(visitor, trouble)

    async def _page(
        self,
        visitor: Visitor,
        trouble: Trouble | None = None,
        also: Sequence[Bubble] = (),
    ) -> Response:
        """also: what is shown below all that is stored."""
        stored = await self.context.channel.bubbles(visitor.screen)
        bubbles = [*stored, *also]
        lang = language_of(bubbles) or visitor.lang
        waits_for_answer = bool(bubbles) and bubbles[-1].mine
        page = self.pages.page(
            "chat.html",
            lang,
            intro=welcome(bubbles, lang),
            drawn=draw(bubbles, lang),
            seen=seen_of(stored),
            lasting=visitor.lasting,
            unanswered=waits_for_answer and trouble is None,
            trouble=trouble.words if trouble else "",
            draft=trouble.draft if trouble else "",
            large=MOST_BYTES,
            most=PICTURES,
        )
        response = HTMLResponse(page, trouble.status if trouble else 200)
        if visitor.fresh:
            self.visitors.keep(response, visitor, visitor.lasting)
        if lang != visitor.lang:
            self.visitors.keep_lang(response, lang, visitor.lasting)
        return response

    def note(
        self,
        lang: str,
        words: str,
        status: int = 200,
        again: str = "",
        back: bool = False,
    ) -> Response:
        """A page with a sentence on it.

        Args:
            again: where the browser is led from it; "" for nowhere.
            back: whether it has a link to the chat.
        """
        page = self.pages.page("note.html", lang, words=words, again=again, back=back)
        return HTMLResponse(page, status)

    async def away(self, request: Request) -> Response:
        """Where a quick exit leads: an empty note."""
        return self.note("zh", text("zh", "web.away_empty"))

    async def missing(self, request: Request, error: Exception) -> Response:
        return self.note("zh", text("zh", "web.not_found"), 404, back=True)

    async def health(self, request: Request) -> Response:
        """For a watchdog: 200 while reports can be taken, 503 while storage refuses or
        was just found unable to write and read, or a job has stopped.
        """
        trouble = await self._storage.trouble() or self.context.watch.silent()
        if trouble is not None:
            return PlainTextResponse(trouble, 503)
        doubted = self.context.watch.doubted()
        return PlainTextResponse(f"ok; {doubted}" if doubted else "ok")

    async def code(self, request: Request) -> Response:
        """The receipt on this visitor's screen as a QR code of its plain text."""
        visitor = await self.visitors.of(request)
        wanted = request.path_params["id"]
        for bubble in await self.context.channel.bubbles(visitor.screen):
            message = bubble.message
            if bubble.id == wanted and message and message.secret:
                image = _qr_code(message.params["receipt"])
                return Response(image, media_type="image/svg+xml")
        return Response(status_code=404)

    # ── doing ─────────────────────────────────────────────────────────────────────────

    async def say(self, request: Request) -> Response:
        """The visitor's words."""
        visitor, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visitor, form)
        said = form.get("text", "").replace("\r\n", "\n")
        key = form.get("key", "")
        now = self.context.now()
        if not said.strip():
            nothing = Unreadable("empty", now)
            posted = Posted(key=key, event=nothing, draft=said)
            return await self.hear(request, visitor, posted)
        event = heard(said, now)
        shown = event.text
        if event.receipts:  # it is no sight for others
            sent = text(visitor.lang, "web.receipt_sent")
            shown = f"{sent} {shown}".strip()
        bubble = self.context.channel.own(
            visitor.screen, secrets.token_bytes(16), shown
        )
        posted = Posted(
            key=key,
            event=event,
            writes=[bubble],
            draft=said,
            seen=form.get("seen", ""),
        )
        return await self.hear(request, visitor, posted)

    async def press(self, request: Request) -> Response:
        """A button of the visitor's screen."""
        visitor, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visitor, form)
        choice = form.get("choice", "")
        mark = form.get("mark", "")
        dropped = await self._dropped_with(visitor, choice)
        posted = Posted(
            key=f"{form.get('key', '')}-{choice}",
            event=Pressed(choice, mark, self.context.now()),
            writes=dropped,
            redraws=bool(dropped),
        )
        return await self.hear(request, visitor, posted)

    async def _dropped_with(self, visitor: Visitor, choice: str) -> list[Write]:
        """Bubbles that go when this is pressed.

        That is a receipt that was saved, or a picture that is taken away.
        """
        name, _, argument = choice.partition(":")
        if name not in (SAVED, UNPICTURE):
            return []
        dropped: list[Write] = []
        for bubble in await self.context.channel.bubbles(visitor.screen):
            shows_receipt = bubble.message is not None and bubble.message.secret
            is_saved = shows_receipt and name == SAVED
            is_picture = bubble.picture is not None and bubble.picture.id == argument
            if is_saved or is_picture:
                dropped.append(WebBubbles.drop(bytes.fromhex(bubble.id)))
        return dropped

    async def remember(self, request: Request) -> Response:
        """这台设备记住我, on or off."""
        visitor, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visitor, form)
        lasting = bool(form.get("on"))
        until = expires(seconds(self.context.now()), lasting)
        touch = WebSessions.touch(visitor.screen, lasting, until)
        try:
            await self.context.database.commit([touch])
        except StorageError:
            trouble = Trouble(503, text(visitor.lang, "web.refused"))
            return await self.refuse(request, visitor, trouble)
        response = RedirectResponse("/", 303)
        self.visitors.keep(response, visitor, lasting)
        self.visitors.keep_lang(response, visitor.lang, lasting)
        return response

    async def leave(self, request: Request) -> Response:
        """Quick exit: draft, screen and session are gone.

        The browser forgets what it kept of us, too.
        """
        visitor = await self.visitors.of(request)
        response = RedirectResponse("/note", 303)
        self.visitors.forget(response)
        response.headers["clear-site-data"] = '"cache", "cookies", "storage"'
        if visitor.fresh:
            return response
        # who leaves must not be held up; what is left expires by itself
        with suppress(StorageError):
            await self.context.reporters.leave(visitor.address, self.context.now())
            await self.context.database.commit(WebSessions.end(visitor.screen))
        self.context.channel.wake(visitor.screen, whole=True)
        return response

    # ── the turn ──────────────────────────────────────────────────────────────────────

    async def begin(self, request: Request) -> tuple[Visitor, dict[str, str] | Trouble]:
        """Who posts, and what; a flood is held up by its limit."""
        await self._limit.wait(self.peer(request))
        visitor = await self.visitors.of(request)
        try:
            form = dict(await read_form(request))
        except TooSlow:
            return visitor, Trouble(408, text(visitor.lang, "web.too_slow"))
        except TooMuch:
            return visitor, Trouble(413, text(visitor.lang, "web.too_much"))
        except BadForm:
            return visitor, Trouble(400, text(visitor.lang, "web.bad_form"))
        if visitor.fresh:
            goes_on = _names_bubble(form.get("seen", "")) or form.get("mark", "")
            name = "web.lost_cookie" if goes_on else "web.no_cookie"
            words = text(visitor.lang, name)
            return visitor, Trouble(400, words, form.get("text", ""))
        return visitor, form

    async def hear(
        self, request: Request, visitor: Visitor, posted: Posted
    ) -> Response:
        """Hand one event in, and answer once its answer stands on the screen.

        After some seconds it is answered anyway.
        """
        lang = visitor.lang
        if not POST_KEY.match(posted.key):
            trouble = Trouble(400, text(lang, "web.bad_form"), posted.draft)
            return await self.refuse(request, visitor, trouble)
        until = expires(seconds(posted.event.at), visitor.lasting)
        must_touch = visitor.row is None or visitor.row.expires != until
        writes = [*posted.writes]
        if must_touch:
            touch = WebSessions.touch(visitor.screen, visitor.lasting, until)
            writes.insert(0, touch)
        try:
            await self.context.reporters.hear(_incoming(visitor, posted, writes))
        except ToldOnly as told:
            return await self._told_only(request, visitor, told.messages)
        except StorageError:
            trouble = Trouble(503, text(lang, "web.refused"), posted.draft)
            return await self.refuse(request, visitor, trouble)
        except TurnFailed as failed:
            words = text(lang, "web.failed", {"incident": failed.incident})
            trouble = Trouble(500, words, posted.draft)
            return await self.refuse(request, visitor, trouble)
        await self.context.reporters.settle(visitor.address, ANSWER_WITHIN)
        if posted.redraws:
            self.context.channel.wake(visitor.screen, whole=True)
        response = await self._answer(request, visitor, posted)
        if must_touch and visitor.lasting:
            self.visitors.keep(response, visitor, lasting=True)
        return response

    async def _told_only(
        self, request: Request, visitor: Visitor, messages: Sequence[Message]
    ) -> Response:
        """What cannot be stored is shown below what stands there, this once."""
        note = Message("web.told_only", lang=visitor.lang)
        own = Bubble(_new_id(), 0, words=text(visitor.lang, "web.receipt_sent"))
        told = [Bubble(_new_id(), 0, message=one) for one in (*messages, note)]
        if "x-seen" in request.headers:
            response = self.fragment(News([own, *told], is_whole=False), visitor)
            response.headers["x-seen"] = request.headers["x-seen"]
            return response
        return await self._page(visitor, also=[own, *told])

    async def _answer(
        self, request: Request, visitor: Visitor, posted: Posted
    ) -> Response:
        seen = request.headers.get("x-seen")
        is_lost = _is_lost(visitor, posted.seen if seen is None else seen)
        if seen is None:
            return RedirectResponse("/?lost#now" if is_lost else "/#now", 303)
        if posted.redraws:
            seen = ""  # names no bubble: all that there are
        response = self.fragment(await self.news(visitor.screen, seen), visitor)
        if is_lost:
            response.headers["x-lost"] = "1"
        if isinstance(posted.event, Unreadable):
            response.headers["x-declined"] = "1"
        return response

    async def news(self, screen: bytes, seen: str) -> News:
        """What stands behind the bubble that a page saw last.

        Args:
            seen: as `seen_of` names it.
        """
        channel = self.context.channel
        named = SEEN_BUBBLE.fullmatch(seen)
        if named:
            place = int(named[1])
            bubbles = await channel.bubbles(screen, place - 1)
            if bubbles and bubbles[0].id == named[2]:
                return News(bubbles[1:], is_whole=False)
            if bubbles and bubbles[0].replaces == named[2]:
                return News(bubbles, is_whole=False)
        return News(await channel.bubbles(screen), is_whole=seen != SEEN_NOTHING)

    def fragment(self, news: News, visitor: Visitor) -> Response:
        """The bubbles alone, for a page with scripts to put in."""
        said_in = language_of(news.bubbles) or visitor.lang
        drawn = self.pages.bubbles(news.bubbles, said_in, lasting=visitor.lasting)
        response = HTMLResponse(drawn)
        response.headers["x-screen"] = "whole" if news.is_whole else "more"
        response.headers["x-lang"] = said_in
        if news.bubbles or news.is_whole:
            response.headers["x-seen"] = seen_of(news.bubbles)
        return response

    async def refuse(
        self, request: Request, visitor: Visitor, trouble: Trouble
    ) -> Response:
        """Say why nothing was sent; what was typed stays in the box."""
        has_scripts = "x-seen" in request.headers
        if not has_scripts:
            return await self._page(visitor, trouble)
        response = PlainTextResponse(trouble.words, trouble.status)
        if visitor.fresh:
            self.visitors.keep(response, visitor, visitor.lasting)
            response.headers["x-again"] = "1"
        return response


def _new_id() -> str:
    return secrets.token_hex(16)


def seen_of(bubbles: Sequence[Bubble]) -> str:
    """Names the last bubble of a screen.

    Its place alone would not do, for a wiped screen counts anew.
    """
    if not bubbles:
        return SEEN_NOTHING
    last = bubbles[-1]
    return f"{last.seq}-{last.id}"


def _is_lost(visitor: Visitor, seen: str) -> bool:
    """Whether the conversation that a page goes on with was over before it posted."""
    return visitor.row is None and _names_bubble(seen)


def _names_bubble(seen: str) -> bool:
    return SEEN_BUBBLE.fullmatch(seen) is not None


def language_of(bubbles: Sequence[Bubble]) -> str | None:
    """The language the hotline spoke last."""
    for bubble in reversed(bubbles):
        if bubble.message:
            return bubble.message.lang
    return None


def _incoming(visitor: Visitor, posted: Posted, writes: Sequence[Write]) -> Incoming:
    return Incoming(
        key=f"{visitor.screen.hex()} {posted.key}",
        sender=visitor.address,
        event=posted.event,
        lang=visitor.lang,
        lasting=visitor.lasting,
        also=tuple(writes),
        scrubbed=posted.scrubbed,
    )


def _qr_code(words: str) -> bytes:
    image = io.BytesIO()
    segno.make_qr(words).save(image, kind="svg", scale=6, border=2, light="#fff")
    return image.getvalue()
