"""The whole program with Telegram and a staff group, on a loopback server that speaks
the Bot API.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import opened
from bot.channels.telegram.channel import TelegramChannel, make_bot
from bot.channels.telegram.hearing import IntakeContext
from bot.channels.telegram.run import TelegramService
from bot.desk.telegram.door import Desk
from bot.desk.telegram.inside import context_of
from bot.people.directory import NewUnit
from bot.program import Program
from bot.resources import Resources
from bot.settings import Settings, Telegram
from dialogs.case.roles import Role
from tests.bot.channels.telegram.line import MORNING, SECRET, SPEED, Mode, going_on
from tests.botapi.persons import Group, Person, Shown, TopicSeen
from tests.botapi.server import BotApi

WORDS = "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678"


class Office:
    """A hotline whose clock is turned by hand, and the people of its group."""

    def __init__(
        self,
        folder: Path,
        server: BotApi,
        group: Group | None,
        delay: int = 0,
        mode: Mode = "polling",
    ) -> None:
        """delay: minutes that news of a case waits at most."""
        self.server, self.group = server, group
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.at = MORNING
        self.clock: Callable[[], datetime] = lambda: self.at
        self.late = 0  # seconds: what the lot says
        self.settings = Settings(
            data_dir=folder / "data",
            keyring=folder / "keys" / "keyring.json",
            push_delay_minutes=delay,
            push_gather_minutes=0,
            telegram=Telegram(
                token=SecretStr(server.token),
                base_url=server.base_url,
                base_file_url=server.base_file_url,
                staff_chat_id=group.chat.id if group else None,
                mode=mode,
                webhook_url=f"http://127.0.0.1:{self.listening.getsockname()[1]}/telegram",
                webhook_secret=SecretStr(SECRET),
            ),
        )
        self.app: Program
        self.desk: Desk
        self.channel: TelegramChannel

    def close(self) -> None:
        self.listening.close()

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    def make(self, resources: Resources) -> Sequence[TelegramChannel]:
        bot = make_bot(resources.settings.telegram)
        self.channel = TelegramChannel(
            bot, resources.database, resources.keys, resources.now, speed=SPEED
        )
        return [self.channel]

    # ── people ────────────────────────────────────────────────────────────────────────

    async def staff(
        self, name: str, role: Role = "operator", unit: str | None = None
    ) -> Person:
        """Somebody on the roster, linked by a code, in the group if there is one."""
        id = (await self.app.register.get(unit)).id if unit else None
        await self.app.roster.add(name, role, id)
        person = self.server.person(started=True)
        if self.group is not None and role in ("operator", "supervisor"):
            person.joins(self.group)
        person.says(f"/link {await self.app.roster.code(name, 'link')}")
        await person.sees("绑定好了")
        return person

    async def unit(
        self, name: str, people: tuple[str, ...] = (), level: str = "subdistrict"
    ) -> None:
        await self.app.register.add(NewUnit(name, level, people=people))

    async def files(self, words: str = WORDS) -> Person:
        """A reporter who files; staff hear of it once it rings."""
        person = self.server.person(started=True, language_code="de")
        person.says(words)
        await person.offered("送出")
        person.presses("送出")
        await person.sees("您的回执码")
        return person

    async def rings(self) -> None:
        await self.app.rounds.run(self.at)

    async def topic(self, words: str = "") -> TopicSeen:
        """The newest topic with these words in its title, once its card is pinned."""
        assert self.group is not None
        group = self.group
        await group.until(
            lambda _: any(words in one.name and _pinned(one) for one in group.topics()),
            why=f"topic {words}",
        )
        return group.topic(words)

    def card(self, topic: TopicSeen) -> Shown:
        assert self.group is not None
        [found] = [
            one
            for one in self.group.topic(topic.name.partition(" ")[0]).screen
            if one.pinned
        ]
        return found

    async def files_and_rings(self, words: str = WORDS) -> tuple[Person, TopicSeen]:
        reporter = await self.files(words)
        await self.rings()
        return reporter, await self.topic()

    async def alias(self) -> str:
        [row] = await self.app.resources.database.all(
            "SELECT alias FROM cases ORDER BY changed_at DESC LIMIT 1"
        )
        return str(row[0])

    async def count(self, table: str) -> int:
        [row] = await self.app.resources.database.all(f"SELECT count(*) FROM {table}")
        return int(row[0])


def _pinned(topic: TopicSeen) -> bool:
    return any(one.pinned for one in topic.screen)


@asynccontextmanager
async def running(office: Office) -> AsyncIterator[Office]:
    """Once through the life of a process; may be entered again on the same data."""
    async with opened(
        office.settings, office.make, office.clock, lambda most, _: office.late
    ) as app:
        office.app, resources = app, app.resources
        desk = Desk(context_of(office.channel, app, every=0.1))
        office.desk = desk
        context = IntakeContext(
            hear=app.hotline.hear,
            database=resources.database,
            keys=resources.keys,
            settings=resources.settings,
            now=resources.now,
        )
        telegram = TelegramService(office.channel, context, desk.staff_side())
        async with going_on(app, telegram.running(), office.listening):
            yield office


@asynccontextmanager
async def opened_office(
    folder: Path, server: BotApi, group: Group | None, mode: Mode = "polling"
) -> AsyncIterator[Office]:
    with closing(Office(folder, server, group, mode=mode)) as office:
        async with running(office):
            yield office
