"""The hotline and a unit's office on one clock turned by hand: real rows and keys, real
HTTP on loopback.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from anonymizer import receipts
from bot.address import Address
from bot.app import opened
from bot.cases.reporters import Draft
from bot.channels.port import Channel
from bot.channels.web.channel import WebChannel
from bot.cli.serve import Server
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings
from bot.site import site
from dialogs.case.orders import Accept, Assign, Order
from dialogs.words import CaseAction, File
from tests.bot.counter import FILE

MONDAY = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # 10:17 in Beijing
NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # loading certificates takes longer than the test
TOWN, OTHER = "翠苑街道办事处", "文新街道办事处"


class Office:
    """What happens, in one line each. Two units, a liaison each; the first has a second
    one.
    """

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            data_dir=folder / "data",
            keyring=folder / "keys" / "keyring.json",
            push_delay_minutes=0,
            push_gather_minutes=0,
        )
        self.at = MONDAY
        self.app: Program
        self.url = ""
        self.drafts: dict[str, Draft] = {}  # by alias: of the report filed last

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def make(self, resources: Resources) -> list[Channel]:
        return [WebChannel(resources.database, resources.keys, 15, resources.now)]

    async def settle_in(self) -> None:
        units = [
            await self.app.register.add(NewUnit(name, "subdistrict"))
            for name in (TOWN, OTHER)
        ]
        for name, unit in (
            ("林联络", units[0]),
            ("代理员", units[0]),
            ("文联络", units[1]),
        ):
            await self.app.roster.add(name, "liaison", unit.id)
        await self.app.roster.add("沈主管", "supervisor")
        await self.app.roster.add("值班员", "operator")

    # ── the hotline ───────────────────────────────────────────────────────────────────

    async def files(self, text: str = FILE.text, **other: Any) -> str:
        """A report; gives back its case's alias."""
        before = {
            entry.case.alias
            for entry in await self.app.casework.reading.entries(
                AT_THE_MACHINE, limit=1000
            )
        }
        values = {
            "receipt": receipts.new(),
            "text": text,
            "at": self.at,
            "follow": "receipt",
            **other,
        }
        draft = Draft(
            secrets.token_bytes(16), secrets.token_bytes(32), secrets.token_bytes(16)
        )
        file: File = replace(FILE, **values)
        await self.does(file, draft)
        entries = await self.app.casework.reading.entries(AT_THE_MACHINE, limit=1000)
        [alias] = [
            entry.case.alias for entry in entries if entry.case.alias not in before
        ]
        self.drafts[alias] = draft
        return alias

    async def does(self, action: CaseAction, draft: Draft) -> None:
        changes = await self.app.casework.reporters.act(
            action, draft, Address("web", "nobody")
        )
        await self.app.resources.database.commit(changes)

    async def orders(
        self, alias: str, *orders: Order, by: str = "值班员", role: Any = "operator"
    ) -> None:
        for order in orders:
            await self.app.casework.staff.order(alias, order, AtTheMachine(by, role))

    async def sends(self, text: str = FILE.text, unit: str = TOWN, **other: Any) -> str:
        """A report accepted and sent to a unit; its alias."""
        alias = await self.files(text, **other)
        await self.orders(alias, Accept(), Assign(unit))
        return alias

    # ── the unit ──────────────────────────────────────────────────────────────────────

    @asynccontextmanager
    async def sits(self, name: str = "林联络") -> AsyncIterator[Seat]:
        async with httpx.AsyncClient(
            base_url=self.url,
            headers={"Origin": self.url},
            trust_env=False,
            timeout=120,
            verify=NO_TLS,
        ) as client:
            seat = Seat(client)
            answer = await seat.post(
                "/unit/enter", code=await self.app.roster.code(name, "desk")
            )
            assert answer.status_code == 200, answer.text
            yield seat


class Seat:
    """A liaison at a browser without scripts; pages are kept as last seen."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client, self.page = client, ""

    async def opens(self, path: str) -> httpx.Response:
        answer = await self.client.get(path, follow_redirects=True)
        self.page = answer.text
        return answer

    async def post(
        self, path: str, file: bytes | None = None, **fields: Any
    ) -> httpx.Response:
        if path.endswith(("/answer", "/rectified")):
            parts = {name: (None, value.encode()) for name, value in fields.items()}
            upload = {"file": ("私人姓名.jpg", file or b"", "image/jpeg")}
            answer = await self.client.post(
                path, files={**parts, **upload}, follow_redirects=True
            )
        else:
            answer = await self.client.post(path, data=fields, follow_redirects=True)
        self.page = answer.text
        return answer


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    office = Office(folder)
    async with opened(office.settings, office.make, lambda: office.at) as office.app:
        await office.settle_in()
        async with served(office):
            yield office


@asynccontextmanager
async def served(office: Office) -> AsyncIterator[None]:
    channel = office.app.channels["web"]
    assert isinstance(channel, WebChannel)
    listening = socket.create_server(("127.0.0.1", 0))
    office.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        site(channel, office.app),
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
