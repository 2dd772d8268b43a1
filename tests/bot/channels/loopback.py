"""A messenger in sixty lines: words come in by POST, answers are kept here."""

import asyncio
import secrets
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.address import Address
from bot.channels.messenger import Messenger, Running, Served
from bot.channels.port import Incoming, Limits, heard
from bot.channels.render import Rendered
from bot.finding import Finding
from bot.resources import Resources
from scheduler.bell import Job, every
from storage.port import Write


class LoopbackChannel:
    name = "loopback"
    limits = Limits(characters=1000, buttons=9, label=40)
    EXPIRED = "DELETE FROM telegram_state WHERE name = 'loopback' AND at < ?"

    def __init__(self, resources: Resources) -> None:
        self.shown: dict[str, list[str]] = {}
        self.beats: list[object] = []

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        self.shown.setdefault(to.key, []).append(message.text)
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()


def start(channel: LoopbackChannel, program: Served) -> Running:
    async def post(request: Request) -> Response:
        said = heard((await request.body()).decode(), program.resources.now())
        chat = Address(channel.name, request.path_params["chat"])
        await program.reporters.hear(Incoming(secrets.token_hex(16), chat, said))
        return Response(status_code=204)

    async def beat(at: object) -> None:
        channel.beats.append(at)

    route = Route("/loopback/{chat}", post, methods=["POST"])
    beating = Job(name="loopback", trigger=every(seconds=0.05), run=beat)
    return Running(tasks=[asyncio.Event().wait], jobs=[beating], routes=[route])


LOOPBACK = Messenger(
    name="loopback",
    is_set_up=lambda settings: True,
    channel=LoopbackChannel,
    start=start,
    sweeps=[lambda now: [Write(LoopbackChannel.EXPIRED, (now,))]],
    check=lambda settings, now: [Finding("loopback", True, "loopback is here")],
)
