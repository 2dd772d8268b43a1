"""The web site: its files, its pages, and what guards them."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from importlib import resources
from time import monotonic

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

import bot.channels.web.texts  # noqa: F401 - the pages' sentences become known
from bot.channels.messenger import Running
from bot.channels.web.channel import WebChannel
from bot.channels.web.chat import ChatContext, ChatPages
from bot.channels.web.forms import UploadMemory
from bot.channels.web.guard import Guard
from bot.channels.web.heads import HeadPages
from bot.channels.web.health import Watch
from bot.channels.web.live import Live
from bot.channels.web.peer_limit import PeerLimit
from bot.channels.web.pictures import Pictures
from bot.channels.web.screen import PAGES, Pages
from bot.channels.web.visitors import Visitors
from bot.desk.web.units import Units
from bot.hours import HOUR
from bot.program import Program


class Files:
    """Our own styles, scripts and icon, held in memory, packed and plain.

    They stand in one folder whose name changes when any of them does: so a script finds
    those it imports beside itself, in the same edition.
    """

    def __init__(self) -> None:
        folders = [resources.files(package) / "static" for package in PAGES]
        files = [file for folder in folders for file in folder.iterdir()]
        self._held = {file.name: file.read_bytes() for file in files}
        self._packed = {
            name: gzip.compress(held, mtime=0) for name, held in self._held.items()
        }
        self._edition = _digest(self._held)
        self.addresses = {
            name: f"/static/{self._edition}/{name}" for name in self._held
        }

    async def __call__(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._held:
            return Response(status_code=404)
        is_packed = "gzip" in request.headers.get("accept-encoding", "")
        held = self._packed[name] if is_packed else self._held[name]
        headers = {"vary": "accept-encoding"}
        if is_packed:
            headers["content-encoding"] = "gzip"
        if request.path_params["edition"] == self._edition:
            headers["cache-control"] = "public, max-age=31536000, immutable"
        return Response(held, media_type=_kind(name), headers=headers)


def _kind(name: str) -> str | None:
    is_script = name.endswith(".js")  # systems disagree on what to call one
    return "text/javascript" if is_script else mimetypes.guess_type(name)[0]


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode())
        digest.update(hashlib.sha256(files[name]).digest())
    return digest.hexdigest()[:12]


def site(channel: WebChannel, program: Program) -> ASGIApp:
    """All pages as one ASGI application: the reporters' chat and the units' page."""
    resources = program.resources
    web = resources.settings.web
    program.reporters.when_delivered(channel.name, channel.delivered)
    context = ChatContext(
        reporters=program.reporters,
        channel=channel,
        database=resources.database,
        now=resources.now,
        watch=Watch(program.bell.silent, lambda: _doubted(program)),
    )
    files = Files()
    visitors = Visitors(channel, web)
    limit = PeerLimit(monotonic)
    pages = Pages(files.addresses, resources.now)
    chat = ChatPages(context, pages, visitors, limit, web.behind_proxy)
    memory = UploadMemory()
    units = Units(program.desk, pages, limit, memory, resources.settings)
    routes = [
        *chat.routes(),
        *Pictures(chat, memory).routes(),
        *units.routes(),
        *HeadPages(program.casework.heads.all, pages).routes(),
        Route("/live", Live(chat).__call__, methods=["GET"]),
        Route("/static/{edition}/{name}", files.__call__, methods=["GET"]),
    ]
    unknown = {404: chat.missing, 405: chat.missing}
    return Guard(Starlette(routes=routes, exception_handlers=unknown), web)


def _doubted(program: Program) -> str | None:
    """How far off the clock seems to be, in English; None: it can be relied on."""
    found = program.time.doubt()
    return f"{found.by // HOUR} hours {found.direction}" if found else None


def served(running: Sequence[Running]) -> ASGIApp:
    """All that is reached by HTTP: messengers' own routes, and the pages for whatever
    none of them takes.
    """
    routes = [route for one in running for route in one.routes]
    pages = [one.pages for one in running if one.pages is not None]
    if not pages:
        return Router(routes, redirect_slashes=False)
    return Router(routes, default=pages[0], redirect_slashes=False)
