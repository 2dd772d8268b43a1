"""The liaison's pages: what a unit has to do, by due date; receive, answer, ask for
time, send back.

Nothing irreversible goes out before it was shown once more; what was typed is on every
page that comes back.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from anonymizer.scrub import MOST_BYTES, NotAnImage, ScrubError, TooLarge, scrub_image
from bot.channels.web.forms import (
    BadForm,
    NoRoom,
    Share,
    TooMuch,
    TooSlow,
    Upload,
    UploadMemory,
    read_form,
    read_upload,
)
from bot.channels.web.peer_limit import PeerLimit, peer_of
from bot.channels.web.screen import Pages
from bot.desk.liaison import DID, LONGEST, Liaison, LiaisonDesk, Missing
from bot.desk.refused import UNIT_PAGE, worded
from bot.desk.times import printed_at, said_due
from bot.desk.unit_pictures import PICTURES
from bot.desk.unit_view import UNIT_CLOCK_NAMES, UnitCase
from bot.desk.web.form import PICTURE_ID, Form
from bot.desk.web.slip import print_size, slip_of
from bot.reports.paper_form import SIGNED
from bot.reports.papers import Slip, rules_of_use, slip_paper
from bot.reports.templates import Templates
from bot.settings import Settings
from dialogs.case.order_table import UNIT_ORDERS
from dialogs.case.refusals import Refusal
from dialogs.texts import text
from storage.port import Refusing, Stale

log = logging.getLogger(__name__)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # as the roster makes them
GONE = "没有这一页。"
LATER = "现在存不下新内容，没有送出。您写的还在下面，请稍后再送一次。"
BUSY = "专线正在改这一件，没有送出。您写的还在下面，请再送一次。"
NOTHING_WAITS = "这份督办单已经签收过，或不用再送了。"
BUSY_SIGNING = "专线正在改这一件，没有记下。请回列表再点一次。"
LATER_SIGNING = "现在存不下新内容，没有记下。请稍后回列表再点一次。"
NOT_IMAGE = (
    "只收图片（JPG、PNG、WebP 等），这个文件没有收：别的文件可能带着看不见的信息。"
    "请截图后再传。"
)
TOO_LARGE = "图片超过20MB了，没有收。请裁小或截图后再传。"
NOT_SCRUBBED = "这张图片打不开，没有收。请重新截图再传。"
GONE_PICTURES = (
    "有{count}张图片放了一天还没送出，已经删掉。字都还在，请重新选图，再送出。"
)
TOO_MANY = f"一次答复最多{PICTURES}张图片，多出来的没有收。"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Units:
    """What a liaison sees and does in a browser."""

    def __init__(
        self,
        desk: LiaisonDesk,
        pages: Pages,
        limit: PeerLimit,
        memory: UploadMemory,
        settings: Settings,
    ) -> None:
        self._desk = desk
        self._pages = pages
        self._limit = limit
        self._memory = memory
        self._web = settings.web
        self._templates = Templates.of(settings)
        self.cookie = "__Host-u" if self._web.https else "u"

    def routes(self) -> list[Route]:
        case = "/unit/case/{alias}"
        return [
            Route("/unit", self.list, methods=["GET"]),
            Route("/unit/", self.list, methods=["GET"]),
            Route("/unit/enter", self.enter, methods=["POST"]),
            Route("/unit/leave", self.leave, methods=["POST"]),
            Route(case, self.case, methods=["GET"]),
            Route(f"{case}/slip", self.slip, methods=["GET"]),
            Route(f"{case}/slip.docx", self.slip_docx, methods=["GET"]),
            Route(f"{case}/picture/{{id}}", self.picture, methods=["GET"]),
            Route(f"{case}/receive", self.receive, methods=["POST"]),
            Route(f"{case}/sign", self.sign, methods=["POST"]),
            Route(f"{case}/{{action}}", self.act, methods=["POST"]),
        ]

    # ── coming and going ──────────────────────────────────────────────────────────────

    async def enter(self, request: Request) -> Response:
        """The code of a one-time link, for a session."""
        peer = peer_of(request, self._web.behind_proxy)
        await self._limit.wait(peer)
        try:
            code = dict(await read_form(request, 4096)).get("code", "")
            token = await self._desk.enter(code, peer or "") if code.strip() else None
        except BadForm:
            token = None
        except Refusing:
            return self._page(
                "enter",
                None,
                503,
                trouble="现在登录不了，请稍后再试；链接还可以用。",
                kept="",
            )
        if token is None:
            words = (
                "这个链接用过了、过期了，或者抄错了。请再看一眼，或联系专线再要一个。"
            )
            return self._page("enter", None, 403, trouble=words, kept="")
        response = RedirectResponse("/unit/", 303)
        self._set(response, token, None)
        return response

    async def leave(self, request: Request) -> Response:
        token = request.cookies.get(self.cookie, "")
        if TOKEN.fullmatch(token):
            await self._desk.leave(token)
        response = RedirectResponse("/unit/", 303)
        self._set(response, "", 0)
        return response

    def _set(self, response: Response, value: str, max_age: int | None) -> None:
        response.set_cookie(
            self.cookie,
            value,
            max_age=max_age,
            path="/",
            secure=self._web.https,
            httponly=True,
            samesite="strict",
        )

    async def _who(self, request: Request) -> Liaison | None:
        token = request.cookies.get(self.cookie, "")
        return await self._desk.who(token) if TOKEN.fullmatch(token) else None

    # ── seeing ────────────────────────────────────────────────────────────────────────

    async def list(self, request: Request) -> Response:
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, kept="")
        items = await self._desk.cases(who)
        return self._page(
            "list",
            who,
            did=DID.get(request.query_params.get("did", ""), ""),
            papers=await self._desk.papers(who),
            open=[item for item in items if item.open],
            waiting=[item for item in items if not item.open and not item.done],
            done=[item for item in items if item.done],
        )

    async def case(self, request: Request) -> Response:
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept="")
        return await self._case(
            request, who, Form(), did=DID.get(request.query_params.get("did", ""), "")
        )

    async def _case(
        self,
        request: Request,
        who: Liaison,
        form: Form,
        *,
        status: int = 200,
        trouble: str = "",
        did: str = "",
    ) -> Response:
        try:
            case = await self._desk.case(who, request.path_params["alias"])
        except Missing:
            return self._missing(who)
        return self._page(
            "case", who, status, trouble=trouble, did=did, case=case, form=form
        )

    async def slip(self, request: Request) -> Response:
        """The 转办单, for the printer."""
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept="")
        slip = await self._slip(request, who)
        if slip is None:
            return self._missing(who)
        alias = request.path_params["alias"]
        return self._page(
            "slip",
            who,
            slip=slip,
            alias=alias,
            size=print_size(slip),
            rules=rules_of_use(slip),
            signed=SIGNED,
        )

    async def slip_docx(self, request: Request) -> Response:
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept="")
        slip = await self._slip(request, who)
        if slip is None:
            return self._missing(who)
        name = quote(f"转办单-{slip.number}.docx")
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
        filled = await asyncio.to_thread(self._templates.fill, slip_paper(slip))
        if filled.trouble:
            log.warning("the template of 转办单 cannot be used: see jianfu doctor")
        return Response(filled.data, media_type=DOCX, headers=headers)

    async def _slip(self, request: Request, who: Liaison) -> Slip | None:
        try:
            case = await self._desk.case(who, request.path_params["alias"])
        except Missing:
            return None
        drawn = self._desk.now().astimezone(self._desk.terms.zone)
        return slip_of(case, who.unit_name, self._printed_at, drawn)

    async def picture(self, request: Request) -> Response:
        who = await self._who(request)
        id = request.path_params["id"]
        if who is None or not PICTURE_ID.fullmatch(id):
            return Response(status_code=404)
        try:
            found = await self._desk.picture(who, request.path_params["alias"], id)
        except Missing:
            found = None
        if found is None:
            return Response(status_code=404)
        data, mime = found
        return Response(data, media_type=mime)

    # ── doing ─────────────────────────────────────────────────────────────────────────

    async def receive(self, request: Request) -> Response:
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept="")
        try:
            await self._desk.receive(who, request.path_params["alias"])
        except Missing:
            return self._missing(who)
        except Refusing:
            return await self._case(request, who, Form(), status=503, trouble=LATER)
        return self._back(request, "receive")

    async def sign(self, request: Request) -> Response:
        """A leader has the paper."""
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept="")
        alias = request.path_params["alias"]
        try:
            rank = dict(await read_form(request, 256)).get("rank", "")
            await self._desk.sign(who, alias, rank)
        except BadForm:
            return self._note(who, text("zh", "web.bad_form"), 400)
        except Missing:
            return self._missing(who)
        except Refusal:  # signed already, or nothing waits any more
            return self._note(who, NOTHING_WAITS, 409)
        except Stale:
            return self._note(who, BUSY_SIGNING, 409)
        except Refusing:
            return self._note(who, LATER_SIGNING, 503)
        return RedirectResponse("/unit/?did=sign", 303)

    async def act(self, request: Request) -> Response:
        """Answer, extend, return: typed, looked at once more, sent. Arriving is one
        tap.
        """
        peer = peer_of(request, self._web.behind_proxy)
        await self._limit.wait(peer)
        action = request.path_params["action"]
        if action not in UNIT_ORDERS:
            return self._note(await self._who(request), GONE, 404)
        with self._memory.share(peer) as share:
            return await self._acted(request, action, share)

    async def _acted(self, request: Request, action: str, share: Share) -> Response:
        try:
            upload = await self._read(request, action, share)
        except NoRoom:
            return self._note(await self._who(request), text("zh", "web.busy"), 503)
        except TooSlow:
            return self._note(await self._who(request), text("zh", "web.too_slow"), 408)
        except TooMuch:
            return self._note(await self._who(request), text("zh", "web.too_much"), 413)
        except BadForm:
            return self._note(await self._who(request), text("zh", "web.bad_form"), 400)
        form = Form.of(upload.fields, action)
        who = await self._who(request)
        if who is None:
            return self._page("enter", None, 401, kept=form.words)
        try:
            case = await self._desk.case(who, request.path_params["alias"])
            if who.reads_only:
                raise Missing
            if _brings_picture(upload):
                form, trouble = await self._with_picture(form, upload)
                if trouble:
                    return await self._case(
                        request, who, form, status=422, trouble=trouble
                    )
            gone = await self._desk.gone(form.pictures)
            if gone:
                return await self._without(request, who, form, gone)
            pressed = upload.fields.get("act", "")
            return await self._pressed(request, who, case, form, pressed)
        except Missing:
            return self._missing(who)
        except Refusal as refusal:
            sentence = worded(refusal, UNIT_PAGE)
            return await self._case(request, who, form, status=422, trouble=sentence)
        except Stale:
            return await self._case(request, who, form, status=409, trouble=BUSY)
        except Refusing:
            return await self._case(request, who, form, status=503, trouble=LATER)

    async def _without(
        self, request: Request, who: Liaison, form: Form, gone: frozenset[str]
    ) -> Response:
        """What was written stays, and nothing is sent without the pictures that were
        meant to go along.
        """
        left = tuple(id for id in form.pictures if id not in gone)
        trouble = GONE_PICTURES.format(count=len(gone))
        kept = replace(form, pictures=left)
        return await self._case(request, who, kept, status=422, trouble=trouble)

    async def _pressed(
        self, request: Request, who: Liaison, case: UnitCase, form: Form, button: str
    ) -> Response:
        """Raises: Missing; Refusal; Stale; Refusing."""
        action = form.open
        if button == "add":
            return await self._case(request, who, form, did=DID["add"])
        if button == "edit":
            return await self._case(request, who, form)
        side = UNIT_ORDERS[action]
        at_once = not side.title
        if at_once or button == "send":
            await self._desk.order(who, case.item.alias, form.order(), form.pictures)
            return self._back(request, action)
        form.check(case)
        return self._page(
            "check", who, item=case.item, action=action, side=side, form=form
        )

    async def _read(self, request: Request, action: str, share: Share) -> Upload:
        if UNIT_ORDERS[action].pictures:
            return await read_upload(request, MOST_BYTES, share, LONGEST * 4)
        return Upload(dict(await read_form(request)))

    async def _with_picture(self, form: Form, upload: Upload) -> tuple[Form, str]:
        """The form with one picture more, or why it was not taken."""
        if len(form.pictures) >= PICTURES:
            return form, TOO_MANY
        if upload.too_large:
            return form, TOO_LARGE
        if not upload.data:
            return form, "请先选一张图片。"
        try:
            scrubbed = await scrub_image(bytes(upload.data))
        except TooLarge:
            return form, TOO_LARGE
        except NotAnImage:
            return form, NOT_IMAGE
        except ScrubError:
            return form, NOT_SCRUBBED
        return replace(
            form, pictures=(*form.pictures, await self._desk.keep(scrubbed))
        ), ""

    # ── answering ─────────────────────────────────────────────────────────────────────

    def _back(self, request: Request, did: str) -> Response:
        return RedirectResponse(
            f"/unit/case/{quote(request.path_params['alias'])}?did={did}", 303
        )

    def _missing(self, who: Liaison) -> Response:
        return self._note(who, GONE, 404)

    def _note(self, who: Liaison | None, words: str, status: int) -> Response:
        return self._page("note", who, status, words=words)

    def _page(
        self,
        name: str,
        who: Liaison | None,
        status: int = 200,
        *,
        trouble: str = "",
        did: str = "",
        **values: Any,
    ) -> Response:
        page = self._pages.page(
            f"unit_{name}.html",
            "zh",
            who=who,
            trouble=trouble,
            did=did,
            at=self._at,
            refused=lambda refusal: worded(refusal, UNIT_PAGE),
            category=lambda code: text("zh", f"category.{code}"),
            clocks=UNIT_CLOCK_NAMES,
            longest=LONGEST,
            most_pictures=PICTURES,
            **values,
        )
        return HTMLResponse(page, status)

    def _at(self, at: datetime) -> str:
        """With the year only where it is another one."""
        return said_due(at, self._desk.terms.zone, now=self._desk.now())

    def _printed_at(self, at: datetime) -> str:
        return printed_at(at, self._desk.terms.zone)


def _brings_picture(upload: Upload) -> bool:
    chosen = bool(upload.data) or upload.too_large
    return chosen or upload.fields.get("act") == "add"
