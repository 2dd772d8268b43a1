"""A hotline with three doors, on one clock turned by hand: the whole program joined,
real SQLite and keys, Telegram's Bot API on loopback; and those who work behind it.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from bot.app import opened
from bot.channels.messenger import Running
from bot.channels.port import Channel, Incoming
from bot.channels.telegram.channel import TelegramChannel, make_bot
from bot.channels.telegram.hearing import IntakeContext
from bot.channels.telegram.run import TelegramService
from bot.channels.terminal import TerminalChannel
from bot.channels.web.channel import WebChannel
from bot.desk import documents
from bot.desk.liaison import Liaison
from bot.desk.verbs import LABELS, asks_for_a_case, ordered
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings, Telegram
from bot.site import site
from bot.talks import DueDrafts
from dialogs.case.orders import Merge
from dialogs.case.orders import Order as CaseOrder
from dialogs.case.roles import Role
from dialogs.case.typed import Now
from tests.botapi.server import BotApi
from tests.journeys.clocked import SPEED
from tests.journeys.doors import (
    Door,
    Keyboard,
    TelegramDoor,
    TerminalDoor,
    Turns,
    WebDoor,
)

BEIJING = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 2, 17, 41, tzinfo=UTC)  # 10:17 in Beijing
DOORS = ("web", "terminal", "telegram")
FILED = "SELECT id FROM reports"
HELD = "SELECT id FROM holds WHERE wrapped_key IS NOT NULL"
STEP = timedelta(minutes=15)  # between two looks at what is due
LONG_STEP = timedelta(hours=2)
LONG = timedelta(days=2)
WHO: dict[str, tuple[str, Role]] = {
    "operator": ("王值班", "operator"),
    "supervisor": ("沈主管", "supervisor"),
    "liaison": ("林联络", "liaison"),
}
UNITS = (
    NewUnit("滨江区政府", "district"),
    NewUnit("市大数据局", "city"),
    NewUnit("区卫健局", "district", "滨江区政府"),
    NewUnit("清河街道办事处", "subdistrict", "滨江区政府"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody behind the hotline does. who: of WHO; label: as it stands on the
    button of it.
    """

    who: str
    alias: str
    label: str
    words: str


class Stage:
    """What happens at the hotline, in one line each."""

    def __init__(self, folder: Path, server: BotApi) -> None:
        self.folder = folder
        self.at = MONDAY
        self.app: Program
        self.turns = Turns()
        self._server = server
        self._open: dict[str, Door] = {}
        self._parts: AsyncExitStack
        self._printed = io.StringIO()
        self.settings = Settings(
            data_dir=folder / "data",
            keyring=folder / "keys" / "keyring.json",
            telegram=Telegram(
                token=SecretStr(server.token),
                base_url=server.base_url,
                base_file_url=server.base_file_url,
            ),
        )

    def now(self) -> datetime:
        return self.at

    @property
    def here(self) -> datetime:
        """What the clock on the wall shows."""
        return self.at.astimezone(BEIJING)

    # ── opening ───────────────────────────────────────────────────────────────────────

    def make(self, resources: Resources) -> Sequence[Channel]:
        self._keyboard = Keyboard()
        self.terminal = TerminalChannel(
            "a terminal of this journey", self._keyboard.read, self._printed, self.now
        )
        self.web = WebChannel(
            resources.database,
            resources.keys,
            resources.settings.receipt_minutes,
            self.now,
        )
        self.telegram = TelegramChannel(
            make_bot(resources.settings.telegram),
            resources.database,
            resources.keys,
            self.now,
            speed=SPEED,
        )
        return [self.web, self.terminal, self.telegram]

    async def settles_in(self, parts: AsyncExitStack) -> None:
        self._parts = parts
        for unit in UNITS:
            await self.app.register.add(unit)

    async def door(self, name: str, remembered: bool) -> Door:
        """Opened when somebody first comes by it."""
        if name not in self._open:
            make = {
                "web": self._web,
                "terminal": self._terminal,
                "telegram": self._telegram,
            }[name]
            self._open[name] = await make(remembered)
            await self._open[name].opens()
        return self._open[name]

    async def _web(self, remembered: bool) -> Door:
        transport = httpx.ASGITransport(site(self.web, self.app))
        client = httpx.AsyncClient(
            transport=transport,
            base_url="http://localhost",
            headers={"Origin": "http://localhost"},
        )
        await self._parts.enter_async_context(client)
        return WebDoor(client, remembered)

    async def _terminal(self, remembered: bool) -> Door:
        listening = asyncio.create_task(self.terminal.listen(self._hear))
        self._parts.push_async_callback(self._ends, listening)
        return TerminalDoor(self._keyboard, self._printed, str(self.folder))

    async def _ends(self, listening: asyncio.Task[None]) -> None:
        await self._keyboard.types(None)
        await listening

    async def _telegram(self, remembered: bool) -> Door:
        resources = self.app.resources
        context = IntakeContext(
            hear=self._hear,
            database=resources.database,
            keys=resources.keys,
            settings=resources.settings,
            now=self.now,
        )
        running = TelegramService(self.telegram, context).running()
        await self._parts.enter_async_context(_going_on(running))
        return TelegramDoor(self._server.person(), self.turns)

    async def _hear(self, incoming: Incoming) -> None:
        """Over once its answers are delivered."""
        try:
            await self.app.hotline.hear(incoming)
            await self.app.sender.idle()
        finally:
            await self.turns.over()

    async def settles(self) -> None:
        """Until all that was said is answered."""
        await self.app.sender.idle()

    @property
    def doors(self) -> list[Door]:
        return list(self._open.values())

    # ── time ──────────────────────────────────────────────────────────────────────────

    def step(self, whole: timedelta) -> timedelta:
        return LONG_STEP if whole > LONG else STEP

    async def rings(self, step: timedelta) -> None:
        """So much time passes; all that is due by then rings and goes out."""
        self.at += step
        app = self.app
        drafts = DueDrafts(app.resources.database, app.hotline.ring)
        await app.rounds.run(self.at)
        await app.casework.held.run(self.at)
        await drafts.run(self.at)
        await app.sender.look()
        await app.sender.idle()

    # ── behind the hotline ────────────────────────────────────────────────────────────

    async def orders(self, order: Order) -> None:
        """Raises: Refusal."""
        verb = LABELS[order.label]
        if asks_for_a_case(verb):
            given: CaseOrder = Merge(order.words)
        else:
            given = ordered(verb, order.words, Now(self.at, BEIJING))
        name, role = WHO[order.who]
        unit = await self._unit_of(order.alias) if role == "liaison" else None
        who = AtTheMachine(name, role, unit)
        await self.app.casework.staff.order(order.alias, given, who)

    async def _unit_of(self, alias: str) -> str | None:
        """Whose the case is now (id)."""
        row = await self.app.casework.staff.find(alias, AT_THE_MACHINE)
        sheet = await self.app.casework.reading.sheet(row)
        return sheet.case.assignment.unit_id

    async def aliases(self) -> list[str]:
        listed = await self.app.casework.reading.entries(AT_THE_MACHINE)
        return [one.case.alias for one in listed]

    async def filed(self) -> int:
        return len(await self.app.resources.database.all(FILED))

    async def reports(self) -> int:
        return await self.filed() + len(await self.app.resources.database.all(HELD))

    async def case(self, alias: str) -> str:
        """All that staff can read of it."""
        row = await self.app.casework.staff.find(alias, AT_THE_MACHINE)
        sheet = await self.app.casework.reading.sheet(row)
        casework = self.app.casework
        written = documents.sheet_json(sheet, casework.terms, {}, casework.now())
        return json.dumps(written, ensure_ascii=False, indent=1, default=str)

    async def case_at_unit(self, alias: str) -> str:
        """All that the liaison of its unit can read of it."""
        unit = await self.app.register.of(await self._unit_of(alias) or "")
        assert unit is not None, "no unit has it"
        name, _ = WHO["liaison"]
        known = [one for one in await self.app.roster.list() if one.staff.name == name]
        member = known[0] if known else None
        if member is None:
            member = await self.app.roster.add(name, "liaison", unit.id)
        liaison = Liaison(member, unit.id, unit.name)
        return repr(await self.app.desk.case(liaison, alias))


@asynccontextmanager
async def _going_on(running: Running) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(task()) for task in running.tasks]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


@asynccontextmanager
async def opened_stage(folder: Path, server: BotApi) -> AsyncIterator[Stage]:
    stage = Stage(folder, server)
    log = logging.FileHandler(folder / "log")
    logging.getLogger().addHandler(log)
    try:
        async with (
            opened(
                stage.settings, stage.make, stage.now, lambda numbers, report: 0
            ) as stage.app,
            AsyncExitStack() as parts,
        ):
            await stage.settles_in(parts)
            yield stage
    finally:
        logging.getLogger().removeHandler(log)
        log.close()


PERIOD = re.compile(r"(\d+)([hd])")
TIME = re.compile(r"(\d\d):(\d\d)")


def passing(words: str, now: datetime) -> timedelta:
    """How long it is: so many hours or days, or until the next such time of day.

    now: as the clock on the wall shows it.
    """
    if found := PERIOD.fullmatch(words):
        number = int(found[1])
        return timedelta(hours=number) if found[2] == "h" else timedelta(days=number)
    found = TIME.fullmatch(words)
    assert found, f"no time: {words}"
    then = now.replace(hour=int(found[1]), minute=int(found[2]), second=0)
    return then - now if then > now else then - now + timedelta(days=1)
