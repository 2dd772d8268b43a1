"""Whatever is over is wiped everywhere it was shown: each way out of a dialog, on a
browser that is remembered. The attacker has all that is stored, and the keys.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.address import Address
from bot.channels.port import Incoming, heard
from bot.channels.web.channel import WebChannel, expires
from bot.hours import seconds
from bot.resources import Resources
from bot.talks import DueDrafts
from dialogs.message_json import message_to_json
from dialogs.words import Event, Pressed
from storage.port import Write
from storage.repositories.outbox import OUTBOX_COLUMNS, OutboxRow
from storage.repositories.web import WebSessions
from tests.bot.line import Line, opened_line

SECRET = "13812345678"
WORDS = f"街道要求我们社区同一份台账每周报五次，联系人王芳{SECRET}"
ME = Address("web", "t" * 43)


class WebLine(Line):
    """A remembered browser: what it says stands on its screen, as its pages put it."""

    channel: WebChannel

    def make(self, resources: Resources) -> list[WebChannel]:  # type: ignore[override]
        self.channel = WebChannel(resources.database, resources.keys, 15, resources.now)
        return [self.channel]

    @property
    def place(self) -> bytes:
        return self.channel.screen_of(ME)

    async def takes(self, event: Event, chat: str = "", key: str | None = None) -> None:
        until = expires(seconds(self.at), lasting=True)
        writes = [WebSessions.touch(self.place, True, until)]
        if not isinstance(event, Pressed):
            said = getattr(event, "text", "")
            bubble = self.channel.own(self.place, secrets.token_bytes(16), said)
            writes.append(bubble)
        name = f"{next(self.keys)}"
        incoming = Incoming(name, ME, event, lasting=True, also=tuple(writes))
        await self.app.hotline.hear(incoming)
        await self.app.sender.idle()

    async def writes(self, *words: str) -> None:
        for said in words:
            await self.takes(heard(said, self.at))

    async def taps(self, choice: str) -> None:
        """A button of the last prompt."""
        standing = await self.channel.bubbles(self.place)
        prompts = [one.message for one in standing if one.message and one.asks]
        assert prompts, "nothing is asked"
        await self.takes(Pressed(choice, prompts[-1].mark, self.at))

    async def rings(self) -> None:
        drafts = DueDrafts(self.app.resources.database, self.app.hotline.ring)
        await drafts.run(self.at)

    async def stored(self) -> str:
        """All that screens, outbox and talk hold, opened."""
        found = [str(one) for one in await self.channel.bubbles(self.place)]
        database = self.app.resources.database
        sql = f"SELECT {OUTBOX_COLUMNS.names} FROM outbox"
        for row in await database.all(sql):
            letter = self.app.post.open(OutboxRow(*row))
            found.append(json.dumps(message_to_json(letter.message), default=str))
        for row in await database.all("SELECT pseudonym FROM talks"):
            talk = await self.app.hotline.talks.load(row["pseudonym"])
            assert talk is not None
            found.append(str(self.app.hotline.talks.talk(talk)))
        return "\n".join(found)


async def cancels(line: WebLine) -> None:
    await line.writes("不报了")
    await line.taps("discard")


async def expiring(line: WebLine) -> None:
    line.later(hours=25)
    await line.rings()


async def sends(line: WebLine) -> None:
    await line.taps("send")


async def leaves(line: WebLine) -> None:
    await line.app.hotline.leave(ME, line.at)


async def damaged(line: WebLine) -> None:
    """Its talk does not open: it is begun anew."""
    sql = "UPDATE talks SET sealed = x'00'"
    await line.app.resources.database.commit([Write(sql, ())])
    [row] = await line.app.resources.database.all("SELECT pseudonym FROM talks")
    line.app.hotline.talks.let_go(row["pseudonym"])
    await line.writes("你好")


Way = Callable[[WebLine], Awaitable[None]]
WAYS: list[Way] = [cancels, expiring, sends, leaves, damaged]


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
async def test_a_draft_that_is_over_stands_nowhere(tmp_path: Path, way: Way) -> None:
    async with opened_line(tmp_path, WebLine) as line:
        await line.writes(WORDS)
        assert SECRET in await line.stored(), "the control: it stands there before"
        await way(line)
        assert SECRET not in await line.stored()


async def drops(line: WebLine) -> None:
    await line.taps("drop")
    await line.taps("drop")


async def adds(line: WebLine) -> None:
    await line.taps("send")


async def goes_to_another(line: WebLine) -> None:
    """Written again instead: nothing of the first words is left to be read."""
    await line.taps("drop")
    await line.writes("放弃")


LATER: list[Way] = [drops, adds, expiring, leaves, goes_to_another]


@pytest.mark.parametrize("way", LATER, ids=[way.__name__ for way in LATER])
async def test_a_supplement_that_is_over_stands_nowhere(
    tmp_path: Path, way: Way
) -> None:
    async with opened_line(tmp_path, WebLine) as line:
        await line.writes("街道要求我们社区同一份台账每周报五次")
        await line.taps("send")
        await line.writes("查进展")
        await line.taps("add")
        await line.writes(f"又来催了，王芳{SECRET}")
        assert SECRET in await line.stored(), "the control: it stands there before"
        await way(line)
        assert SECRET not in await line.stored()


async def test_what_was_only_asked_is_gone_in_a_day(tmp_path: Path) -> None:
    """Words that were never a draft have nothing that wipes them: they end by
    themselves, and news stays for whoever is remembered.
    """
    async with opened_line(tmp_path, WebLine) as line:
        await line.writes(f"我是王芳{SECRET}，会不会查到我")
        assert SECRET in await line.stored()
        line.later(hours=25)
        await line.rings()
        assert SECRET not in await line.stored()
