"""A hotline that is deployed, with its three real doors: pages over HTTP, `jianfu chat`
at a terminal, Telegram by polling; and the real ways of those who work behind it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from bot.desk.verbs import LABELS, VERBS
from bot.settings import Settings
from dialogs.case.order_row import Field
from dialogs.case.typed import Now
from tests.botapi.server import BotApi
from tests.journeys.deployment import Chat, Deployment
from tests.journeys.doors import Came, Door, TelegramDoor, TerminalDoor, WebDoor
from tests.journeys.stage import BEIJING, FILED, HELD, MONDAY, UNITS, WHO, Order

TAG = re.compile(r"<[^>]*>")


class PtyDoor(TerminalDoor):
    """A terminal: what is typed there, and what is printed."""

    def __init__(self, deployment: Deployment) -> None:
        self.chat = Chat(deployment)
        self._out = io.StringIO(self.chat.printed)
        self._out.seek(0, io.SEEK_END)
        self._folder = str(deployment.folder)
        self._seen = 0

    async def opens(self) -> None:
        """The chat says by itself what it is."""

    async def says(self, words: str) -> None:
        self._out.write(self.chat.type(words))

    async def looks(self) -> list[Came]:
        self._out.write(self.chat.came())
        return await super().looks()


class CommittedTurns:
    """See `TurnByTurn`: a turn is over once it is committed and all is delivered."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        before = self._deployment.turns()
        yield
        self._deployment.waits_for(lambda: self._deployment.turns() > before)
        self._deployment.settles()


class ServedStage:
    """See `Played`."""

    def __init__(self, folder: Path, server: BotApi) -> None:
        self.folder = folder
        self.doors: list[Door] = []
        self._at = MONDAY
        self._server = server
        self._clients: list[httpx.AsyncClient] = []
        self._office: httpx.AsyncClient | None = None
        self._office_until = MONDAY
        self._has_staff = False
        self.deployment = Deployment(
            folder,
            MONDAY,
            Settings.model_construct().quiet_hours,
            JIANFU_TELEGRAM__TOKEN=server.token,
            JIANFU_TELEGRAM__BASE_URL=server.base_url,
            JIANFU_TELEGRAM__BASE_FILE_URL=server.base_file_url,
        )
        self._knows_units()

    def _knows_units(self) -> None:
        """The register, as an operator imports it."""
        head = "名称,层级,上级"
        rows = [f"{one.name},{one.level},{one.parent or ''}" for one in UNITS]
        file = self.folder / "units.csv"
        file.write_text("\n".join([head, *rows]), "utf-8")
        self.deployment.run("unit", "import", str(file))

    async def close(self) -> None:
        for door in self.doors:
            if isinstance(door, PtyDoor):
                door.chat.close()
        for client in self._clients:
            await client.aclose()
        self.deployment.close()

    # ── time ──────────────────────────────────────────────────────────────────────────

    @property
    def at(self) -> datetime:
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._at = at
        self.deployment.clock.turn(at)

    @property
    def here(self) -> datetime:
        return self.at.astimezone(BEIJING)

    def step(self, whole: timedelta) -> timedelta:
        """Until something falls due, if anything does by then: nothing happens by
        itself at any other moment.
        """
        due = self.deployment.next_due()
        return whole if due is None else due - self.at

    async def rings(self, step: timedelta) -> None:
        self.at += step
        self.deployment.ring()

    async def settles(self) -> None:
        self.deployment.settles()

    # ── the doors ─────────────────────────────────────────────────────────────────────

    async def door(self, name: str, remembered: bool) -> Door:
        for door in self.doors:
            if door.name == name:
                return door
        door = self._door(name, remembered)
        await door.opens()
        self.doors.append(door)
        return door

    def _door(self, name: str, remembered: bool) -> Door:
        match name:
            case "web":
                return WebDoor(self._browser(), remembered)
            case "terminal":
                return PtyDoor(self.deployment)
        return TelegramDoor(self._server.person(), CommittedTurns(self.deployment))

    def _browser(self) -> httpx.AsyncClient:
        url = self.deployment.url
        client = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=60)
        self._clients.append(client)
        return client

    # ── behind the hotline ────────────────────────────────────────────────────────────

    async def orders(self, order: Order) -> None:
        """Raises: CommandRefused."""
        self._hires()
        if order.who == "liaison":
            return await self._orders_at_unit(order)
        name, _ = WHO[order.who]
        words = self._as_command(order)
        self.deployment.run("case", *words, "--as", name)

    def _hires(self) -> None:
        """Who works at the hotline, once somebody does something there."""
        if self._has_staff:
            return
        for who in ("operator", "supervisor"):
            name, role = WHO[who]
            self.deployment.run("staff", "add", name, "--role", role)
        self._has_staff = True

    def _as_command(self, order: Order) -> list[str]:
        """As it is typed at a terminal."""
        verb = VERBS[LABELS[order.label]]
        values = self._values(order)
        words = [verb.row.name, order.alias]
        for field in verb.row.fields:
            words += _typed(field, values.get(field.name))
        return words

    def _values(self, order: Order) -> Mapping[str, Any]:
        """What the order asks, as its words say it."""
        row = VERBS[LABELS[order.label]].row
        if not row.fields:
            return {}
        if row.fields[0].kind == "case":
            return {row.fields[0].name: order.words}
        return row.grammar(row.fields, order.words, Now(self.at, BEIJING))

    async def _orders_at_unit(self, order: Order) -> None:
        """At the unit's page, looked at and sent."""
        office = await self._opened_office(order.alias)
        row = VERBS[LABELS[order.label]].row
        fields = {name: str(value) for name, value in self._values(order).items()}
        path = f"/unit/case/{order.alias}/{row.name}"
        if row.name == "answer":  # a form that may bring a picture
            parts = {name: (None, said) for name, said in fields.items()}
            act = {"act": (None, "send")}
            answer = await office.post(path, files={**parts, **act})
        else:
            answer = await office.post(path, data={**fields, "act": "send"})
        assert answer.status_code == 303, _read_off(answer.text)

    async def _opened_office(self, alias: str) -> httpx.AsyncClient:
        """Where the liaison of the case's unit sits; a login lasts for some days."""
        if self._office is not None and self.at < self._office_until:
            return self._office
        name, role = WHO["liaison"]
        if self._office is None:
            unit = self._show(alias)["unit"]
            self.deployment.run("staff", "add", name, "--role", role, "--unit", unit)
        code = self.deployment.run("staff", "link", name, "--desk")["code"]
        office = self._browser()
        answer = await office.post("/unit/enter", data={"code": code})
        assert answer.status_code == 303, answer.text
        self._office = office
        self._office_until = self.at + timedelta(days=6)
        return office

    def _show(self, alias: str) -> Any:
        name, _ = WHO["supervisor"]
        return self.deployment.run("case", "show", alias, "--as", name)

    async def aliases(self) -> list[str]:
        name, _ = WHO["supervisor"]
        return [
            one["alias"] for one in self.deployment.run("case", "list", "--as", name)
        ]

    async def filed(self) -> int:
        return self.deployment.count(FILED)

    async def reports(self) -> int:
        return self.deployment.count(FILED) + self.deployment.count(HELD)

    async def case(self, alias: str) -> str:
        return json.dumps(self._show(alias), ensure_ascii=False, indent=1)

    async def case_at_unit(self, alias: str) -> str:
        self._hires()
        office = await self._opened_office(alias)
        answer = await office.get(f"/unit/case/{alias}")
        assert answer.status_code == 200, answer.text
        return _read_off(answer.text)


def _typed(field: Field, value: Any) -> list[str]:
    """One thing that an order asks, on a command line."""
    if field.kind == "flag":
        return [field.option] if value is field.means else []
    if value is None or value == "":
        return []
    words = f"{value:%Y-%m-%d}" if field.kind == "day" else str(value)
    return [field.option, words] if field.option else [words]


def _read_off(page: str) -> str:
    """The words of a page."""
    return unescape(TAG.sub("", page.partition("<body")[2]))


@asynccontextmanager
async def opened_deployment(folder: Path, server: BotApi) -> AsyncIterator[ServedStage]:
    stage = ServedStage(folder, server)
    try:
        yield stage
    finally:
        await stage.close()
