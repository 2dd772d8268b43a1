"""The web as a channel, on real SQLite with real keys: exactly once, sealed, and gone
in time.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anonymizer.keyring import Keyring
from bot.address import Address
from bot.channels.port import Gone
from bot.channels.render import render
from bot.channels.web.channel import Bubble, WebChannel, expires
from bot.hours import seconds
from bot.keys import Keys, page_keys
from dialogs.case.pushes import addressed, push
from dialogs.catalogue import DIALOGS
from dialogs.words import Button, Message, Picture
from storage.port import Write
from storage.repositories.web import WebSessions
from storage.sqlite import SQLiteDatabase

PROMPT = Message("preview.again", buttons=(Button("send", "b.send"),), mark="abc1")
MOVED = (
    "UPDATE web_bubbles SET sealed = (SELECT sealed FROM web_bubbles WHERE id = ?) "
    "WHERE id = ?"
)
SECRET = Message("filed", {"receipt": "7K2M-9QXT-4WHN-P3V8", "urgent": ""}, secret=True)
OTHER = replace(SECRET, params={"receipt": "0000-1111-2222-3333", "urgent": ""})


@dataclass
class Screen:
    """One visitor's screen and a clock that stands until it is moved."""

    database: SQLiteDatabase
    channel: WebChannel
    at: datetime
    to: Address
    digest: bytes = b""

    async def begin(self, lasting: bool = False) -> None:
        until = expires(seconds(self.at), lasting)
        await self.database.commit([WebSessions.touch(self.digest, lasting, until)])

    async def send(self, message: Message, key: bytes | None = None) -> None:
        await self.database.commit(
            list(
                await self.channel.send(
                    self.to, render(message), key or secrets.token_bytes(16)
                )
            )
        )

    async def shown(self, after: int = 0) -> list[Bubble]:
        return await self.channel.bubbles(self.digest, after)


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Screen]:
    keyring = Keyring.create(tmp_path / "keys.json")
    path = tmp_path / "data" / "web.db"
    database = await SQLiteDatabase.open(path, page_keys(keyring))
    keys = Keys.of(keyring)
    channel = WebChannel(database, keys, 15, lambda: own.at)
    own = Screen(
        database,
        channel,
        datetime(2026, 11, 22, 4, 7, 31, tzinfo=UTC),
        Address("web", "t" * 43),
    )
    own.digest = channel.screen_of(own.to)
    yield own
    await database.close()


async def test_it_knows_which_reports_its_pushes_are_about(screen: Screen) -> None:
    """By their handles, the newest first; a step's own buttons are none."""
    await screen.begin()
    for handle in ("ab" * 16, "cd" * 16):
        _, push_of_one = push("aa" * 16, "asked")
        await screen.send(addressed(push_of_one, handle))
    await screen.send(replace(PROMPT, buttons=(Button("case:0", "b.send"),)))
    assert list(await screen.channel.pushed(screen.to)) == ["cd" * 16, "ab" * 16]


async def test_a_message_sent_twice_is_one_bubble(screen: Screen) -> None:
    await screen.begin()
    for _ in range(2):
        await screen.send(PROMPT, key=b"k" * 16)
    assert [bubble.message for bubble in await screen.shown()] == [PROMPT]


async def test_a_prompt_takes_the_place_of_the_last_one(screen: Screen) -> None:
    await screen.begin()
    await screen.send(PROMPT)
    await screen.send(Message("help"))
    [first, _] = await screen.shown()
    await screen.send(Message("place", mark="abc2", replaces=True))
    [kept, new] = await screen.shown()
    assert (kept.message, new.replaces) == (Message("help"), first.id)
    await screen.send(Message("unit", mark="abc3", replaces=True))
    assert [
        bubble.message.name for bubble in await screen.shown() if bubble.message
    ] == ["help", "unit"]


async def test_a_command_s_buttons_are_no_prompt(screen: Screen) -> None:
    """A message whose buttons work anywhere stays when a prompt is replaced."""
    await screen.begin()
    await screen.send(Message("goodbye", buttons=DIALOGS.welcome().buttons))
    await screen.send(Message("place", mark="abc2", replaces=True))
    assert len(await screen.shown()) == 2


async def test_a_secret_is_gone_after_its_minutes_to_the_second(screen: Screen) -> None:
    await screen.begin()
    await screen.send(SECRET)
    screen.at += timedelta(minutes=14, seconds=59)
    assert len(await screen.shown()) == 1
    screen.at += timedelta(seconds=1)
    assert await screen.shown() == []


async def test_a_receipt_shown_again_is_gone_with_the_first(screen: Screen) -> None:
    """Asking for it prolongs nothing, not even once the screen was wiped; another has
    its own time.
    """
    await screen.begin()
    await screen.send(SECRET)
    screen.at += timedelta(minutes=10)
    await screen.send(replace(SECRET, params={**SECRET.params, "urgent": "已加急"}))
    assert len({bubble.until for bubble in await screen.shown()}) == 1
    await screen.database.commit(list(screen.channel.wipe(screen.to)))
    screen.at += timedelta(minutes=4, seconds=59)
    await screen.send(SECRET)
    await screen.send(OTHER)
    assert len(await screen.shown()) == 2
    screen.at += timedelta(seconds=1)
    assert [bubble.message for bubble in await screen.shown()] == [OTHER]
    screen.at += timedelta(minutes=14, seconds=59)
    assert await screen.shown() == []
    await screen.send(SECRET)
    assert len(await screen.shown()) == 1, "what was shown long ago is forgotten"


async def test_a_row_tells_no_moment(screen: Screen) -> None:
    """Rows expire at whole hours, secrets at five minutes."""
    await screen.begin()
    await screen.send(PROMPT)
    await screen.send(SECRET)
    rows = await screen.database.all("SELECT expires FROM web_bubbles ORDER BY seq")
    assert [row[0] % 3600 for row in rows] == [0, rows[1][0] % 3600] and rows[1][
        0
    ] % 300 == 0
    sessions = await screen.database.all("SELECT expires FROM web_sessions")
    assert sessions[0][0] % 3600 == 0


@pytest.mark.parametrize(
    ("lasting", "mark", "hours"),
    [(False, "", 24), (True, "", 7 * 24), (True, "a0000a.1", 24)],
)
async def test_news_stays_for_a_week_where_it_is_remembered_a_prompt_for_a_day(
    screen: Screen, lasting: bool, mark: str, hours: int
) -> None:
    """A prompt may show what was written."""
    await screen.begin(lasting)
    await screen.send(replace(PROMPT, mark=mark))
    screen.at += timedelta(hours=hours)
    assert len(await screen.shown()) == 1
    screen.at += timedelta(hours=1)
    assert await screen.shown() == []


async def test_nobody_is_there_without_a_session(screen: Screen) -> None:
    with pytest.raises(Gone):
        await screen.send(PROMPT)
    await screen.begin()
    screen.at += timedelta(hours=25)
    with pytest.raises(Gone):
        await screen.send(PROMPT)


async def test_wiping_leaves_nothing_on_one_screen_and_all_on_others(
    screen: Screen,
) -> None:
    await screen.begin()
    await screen.send(PROMPT)
    other = b"o" * 32
    await screen.database.commit([screen.channel.own(other, b"x" * 16, "别人的话")])
    await screen.database.commit(list(screen.channel.wipe(screen.to)))
    assert await screen.shown() == []
    assert [bubble.words for bubble in await screen.channel.bubbles(other)] == [
        "别人的话"
    ]


async def test_what_stands_there_is_sealed_to_its_place(screen: Screen) -> None:
    """Neither words nor token lie in the file, and a bubble moved to another row does
    not open.
    """
    await screen.begin()
    words, picture = "王主任的原话就是这样讲的", Picture("ab" * 16, 720, 1280)
    await screen.database.commit(
        [
            screen.channel.own(screen.digest, b"1" * 16, words),
            screen.channel.own(screen.digest, b"2" * 16, picture),
        ]
    )
    assert [(bubble.words, bubble.picture) for bubble in await screen.shown()] == [
        (words, None),
        (None, picture),
    ]
    rows = await screen.database.all(
        "SELECT id, session, sealed FROM web_bubbles ORDER BY seq"
    )
    for row in rows:
        assert (
            words.encode() not in row["sealed"]
            and screen.to.key.encode() not in row["session"]
        )
    await screen.database.commit([Write(MOVED, (b"1" * 16, b"2" * 16))])
    assert [bubble.words for bubble in await screen.shown()] == [words]


async def test_open_pages_are_told(screen: Screen) -> None:
    page = screen.channel.open_page(screen.digest)
    screen.channel.delivered(screen.to)
    assert (page.rung.is_set(), page.closed) == (True, False)
    screen.channel.close()
    assert [page.rung.is_set(), page.closed] == [True, True]
    screen.channel.close_page(screen.digest, page)
    assert screen.channel.count_open_pages() == 0
