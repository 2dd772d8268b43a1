"""The chat's pages: each reads a request, hands it to the hotline's one door, and shows
the screen.

With scripts a post is answered with the new bubbles alone; without, the browser is sent
back to the page.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
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
from bot.channels.port import Incoming, TurnFailed, heard
from bot.channels.web.channel import Bubble, WebChannel, expires
from bot.channels.web.forms import BadForm, TooMuch, read_form
from bot.channels.web.peer_limit import PeerLimit, peer_of
from bot.channels.web.screen import Pages, draw, welcome
from bot.channels.web.visits import Visit, Visits
from bot.hours import seconds
from dialogs.texts import text
from dialogs.words import (
    MISTYPED,
    SAVED,
    UNPICTURE,
    Event,
    Pictured,
    Pressed,
    Unreadable,
)
from storage.port import Database, StorageError, Write
from storage.repositories.web import WebBubbles, WebSessions

ANSWER_WITHIN = 3.0  # seconds a post waits for its answer to stand on the screen
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
SEEN_MARK = re.compile(r"(\d{1,9})-([0-9a-f]{32})")
NOTHING = "-"  # a page that has seen nothing yet


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was sent: a sentence, and the text that shall stay in the box."""

    status: int
    words: str
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatContext:
    """All that the chat's pages need of the program."""

    reporters: ReporterDoor
    channel: WebChannel
    database: Database
    now: Callable[[], datetime]


class Chat:
    """What a visitor sees and does."""

    def __init__(
        self,
        context: ChatContext,
        pages: Pages,
        visits: Visits,
        limit: PeerLimit,
        behind_proxy: bool,
    ) -> None:
        self.context, self.pages, self.visits = context, pages, visits
        self._limit, self._behind_proxy = limit, behind_proxy

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

    # ── seeing ────────────────────────────────────────────────────────────────────────

    async def home(self, request: Request) -> Response:
        """The chat. Who comes by another site's link is led here once more, for cookies
        are strict.
        """
        visit = await self.visits.of(request)
        if (
            visit.fresh
            and request.headers.get("sec-fetch-site") == "cross-site"
            and not request.query_params
        ):
            return self.note(visit.lang, "", again="/?in")
        if (seen := request.headers.get("x-seen")) is not None:
            return self.fragment(await self.news(visit.screen, seen), visit.lang)
        return await self._page(visit)

    async def _page(self, visit: Visit, trouble: Trouble | None = None) -> Response:
        bubbles = await self.context.channel.bubbles(visit.screen)
        lang = said_in(bubbles) or visit.lang
        page = self.pages.page(
            "chat.html",
            lang,
            intro=welcome(bubbles, lang),
            drawn=draw(bubbles, lang),
            seen=seen_of(bubbles),
            lasting=visit.lasting,
            unanswered=bool(bubbles) and bubbles[-1].mine and trouble is None,
            trouble=trouble.words if trouble else "",
            draft=trouble.draft if trouble else "",
            large=MOST_BYTES,
        )
        response = HTMLResponse(page, trouble.status if trouble else 200)
        if visit.fresh:
            self.visits.keep(response, visit, visit.lasting)
        if lang != visit.lang:
            self.visits.keep_lang(response, lang, visit.lasting)
        return response

    def note(
        self,
        lang: str,
        words: str,
        status: int = 200,
        again: str = "",
        back: bool = False,
    ) -> Response:
        return HTMLResponse(
            self.pages.page("note.html", lang, words=words, again=again, back=back),
            status,
        )

    async def away(self, request: Request) -> Response:
        """Where a quick exit leads: an empty note."""
        return self.note("zh", text("zh", "web.away_empty"))

    async def missing(self, request: Request, error: Exception) -> Response:
        return self.note("zh", text("zh", "web.not_found"), 404, back=True)

    async def health(self, request: Request) -> Response:
        """For a watchdog: 200 while reports can be taken, 503 while storage refuses."""
        refusing = self.context.database.refusing
        return PlainTextResponse(
            "refusing" if refusing else "ok", 503 if refusing else 200
        )

    async def code(self, request: Request) -> Response:
        """The receipt on this visitor's screen as a QR code of its plain text."""
        visit = await self.visits.of(request)
        for bubble in await self.context.channel.bubbles(visit.screen):
            if (
                bubble.id == request.path_params["id"]
                and bubble.message
                and bubble.message.secret
            ):
                out = io.BytesIO()
                segno.make_qr(bubble.message.params["receipt"]).save(
                    out, kind="svg", scale=6, border=2, light="#fff"
                )
                return Response(out.getvalue(), media_type="image/svg+xml")
        return Response(status_code=404)

    # ── doing ─────────────────────────────────────────────────────────────────────────

    async def say(self, request: Request) -> Response:
        """The visitor's words."""
        visit, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visit, form)
        said = form.get("text", "").replace("\r\n", "\n")
        key = form.get("key", "")
        now = self.context.now()
        if not said.strip():
            nothing = Unreadable("empty", now)
            return await self.hear(request, visit, key, nothing, (), draft=said)
        event = heard(said, now)
        words = said
        if event.receipt and event.receipt != MISTYPED:
            words = text(visit.lang, "web.receipt_sent")  # it is no sight for others
        shown = self.context.channel.own(
            visit.screen, secrets.token_bytes(16), visit.lasting, words
        )
        return await self.hear(request, visit, key, event, [shown], draft=said)

    async def press(self, request: Request) -> Response:
        """A button of the visitor's screen."""
        visit, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visit, form)
        choice, mark = form.get("choice", ""), form.get("mark", "")
        also = await self._gone_with(visit, choice)
        event = Pressed(choice, mark, self.context.now())
        return await self.hear(
            request, visit, f"{form.get('key', '')}-{choice}", event, also, bool(also)
        )

    async def _gone_with(self, visit: Visit, choice: str) -> list[Write]:
        """Bubbles that go when this is pressed: a receipt that was saved, a picture
        that is taken away.
        """
        name, _, argument = choice.partition(":")
        if name not in (SAVED, UNPICTURE):
            return []
        return [
            WebBubbles.drop(bytes.fromhex(bubble.id))
            for bubble in await self.context.channel.bubbles(visit.screen)
            if (bubble.message and bubble.message.secret and name == SAVED)
            or (bubble.picture and bubble.picture.id == argument)
        ]

    async def remember(self, request: Request) -> Response:
        """这台设备记住我, on or off."""
        visit, form = await self.begin(request)
        if isinstance(form, Trouble):
            return await self.refuse(request, visit, form)
        lasting = bool(form.get("on"))
        until = expires(seconds(self.context.now()), lasting)
        try:
            await self.context.database.commit(
                [WebSessions.touch(visit.screen, lasting, until)]
            )
        except StorageError:
            return await self.refuse(
                request, visit, Trouble(503, text(visit.lang, "web.refused"))
            )
        response = RedirectResponse("/", 303)
        self.visits.keep(response, visit, lasting)
        self.visits.keep_lang(response, visit.lang, lasting)
        return response

    async def leave(self, request: Request) -> Response:
        """Quick exit: draft, screen and session are gone, and the browser forgets what
        it kept of us.
        """
        visit = await self.visits.of(request)
        response = RedirectResponse("/note", 303)
        self.visits.forget(response)
        response.headers["clear-site-data"] = '"cache", "cookies", "storage"'
        if not visit.fresh:
            with suppress(
                StorageError
            ):  # who leaves must not be held up; what is left expires by itself
                await self.context.reporters.leave(visit.address, self.context.now())
                await self.context.database.commit(WebSessions.end(visit.screen))
            self.context.channel.wake(visit.screen, whole=True)
        return response

    # ── the turn ──────────────────────────────────────────────────────────────────────

    async def begin(self, request: Request) -> tuple[Visit, dict[str, str] | Trouble]:
        """Who posts, and what; a flood is held up by its limit."""
        await self._limit.wait(peer_of(request, self._behind_proxy))
        visit = await self.visits.of(request)
        try:
            form = dict(await read_form(request))
        except TooMuch:
            return visit, Trouble(413, text(visit.lang, "web.too_much"))
        except BadForm:
            return visit, Trouble(400, text(visit.lang, "web.bad_form"))
        if visit.fresh:
            return visit, Trouble(
                400, text(visit.lang, "web.no_cookie"), form.get("text", "")
            )
        return visit, form

    async def hear(
        self,
        request: Request,
        visit: Visit,
        key: str,
        event: Event,
        also: Sequence[Write],
        whole: bool = False,
        draft: str = "",
        scrubbed: Scrubbed | None = None,
    ) -> Response:
        """Hand one event in; answer once its answer stands on the screen, or after some
        seconds anyway.
        """
        lang = visit.lang
        if not KEY.match(key):
            return await self.refuse(
                request, visit, Trouble(400, text(lang, "web.bad_form"), draft)
            )
        until = expires(seconds(event.at), visit.lasting)
        touched = visit.row is None or visit.row.expires != until
        if touched:
            also = [WebSessions.touch(visit.screen, visit.lasting, until), *also]
        pictures = (
            {event.picture.id: scrubbed}
            if scrubbed and isinstance(event, Pictured)
            else {}
        )
        incoming = Incoming(
            f"{visit.screen.hex()} {key}",
            visit.address,
            event,
            lang,
            visit.lasting,
            tuple(also),
            pictures,
        )
        try:
            await self.context.reporters.hear(incoming)
        except StorageError:
            return await self.refuse(
                request, visit, Trouble(503, text(lang, "web.refused"), draft)
            )
        except TurnFailed as failed:
            words = text(lang, "web.failed", {"incident": failed.incident})
            return await self.refuse(request, visit, Trouble(500, words, draft))
        await self.context.reporters.settle(visit.address, ANSWER_WITHIN)
        if whole:
            self.context.channel.wake(visit.screen, whole=True)
        response = await self._answer(request, visit, whole)
        if touched and visit.lasting:
            self.visits.keep(response, visit, lasting=True)
        return response

    async def _answer(self, request: Request, visit: Visit, whole: bool) -> Response:
        seen = request.headers.get("x-seen")
        if seen is None:
            return RedirectResponse("/#now", 303)
        return self.fragment(
            await self.news(visit.screen, "" if whole else seen), visit.lang
        )

    async def news(self, screen: bytes, seen: str) -> tuple[list[Bubble], bool]:
        """What stands behind the bubble a page saw last: (bubbles, whole).

        whole: that bubble is gone, so these are all there are, to be shown in place of
        the old ones.
        """
        if found := SEEN_MARK.fullmatch(seen):
            bubbles = await self.context.channel.bubbles(screen, int(found[1]) - 1)
            if bubbles and bubbles[0].id == found[2]:
                return bubbles[1:], False
            if bubbles and bubbles[0].replaces == found[2]:
                return bubbles, False
        return await self.context.channel.bubbles(screen), seen != NOTHING

    def fragment(self, news: tuple[list[Bubble], bool], lang: str) -> Response:
        bubbles, whole = news
        said = said_in(bubbles) or lang
        response = HTMLResponse(self.pages.bubbles(bubbles, said))
        response.headers["x-screen"] = "whole" if whole else "more"
        response.headers["x-lang"] = said
        if bubbles or whole:
            response.headers["x-seen"] = seen_of(bubbles)
        return response

    async def refuse(
        self, request: Request, visit: Visit, trouble: Trouble
    ) -> Response:
        """Say why nothing was sent; what was typed stays in the box."""
        if "x-seen" in request.headers:
            response: Response = Response(
                trouble.words, trouble.status, media_type="text/plain"
            )
            if visit.fresh:
                self.visits.keep(response, visit, visit.lasting)
                response.headers["x-again"] = "1"
            return response
        return await self._page(visit, trouble)


def seen_of(bubbles: Sequence[Bubble]) -> str:
    """Names the last bubble of a screen; its place alone would not do, for a wiped
    screen counts anew.
    """
    return f"{bubbles[-1].seq}-{bubbles[-1].id}" if bubbles else NOTHING


def said_in(bubbles: Sequence[Bubble]) -> str | None:
    """The language the hotline spoke last."""
    return next(
        (bubble.message.lang for bubble in reversed(bubbles) if bubble.message), None
    )
