"""The sender on real SQLite, with small channels of this process: in order, nobody held
up, never stuck.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import bot.outbox.sender
from anonymizer.keyring import Keyring
from bot.address import Address
from bot.app import clock
from bot.channels.port import Channel, Gone, Limits, Refused, TryLater
from bot.channels.render import Rendered
from bot.channels.web.channel import WebChannel
from bot.hours import seconds
from bot.keys import Keys
from bot.outbox.bursts import Burst
from bot.outbox.messages import OutboxMessage, OutboxMessages
from bot.outbox.sender import Sender, WhenGone, WhenRefused
from dialogs.case.pushes import told_by
from dialogs.words import Message
from storage.port import Refusing, Write, Writes
from storage.repositories.outbox import Outbox
from storage.repositories.web import WebSessions
from storage.sqlite import SQLiteDatabase
from tests.bot.counter import Counter, opened
from tests.looking import keys_of, look_into
from tests.project.checkout import ROOT

ANNA, BEN = Address("wall", "anna"), Address("wall", "ben")
STREAMS = {ANNA: b"a" * 16, BEN: b"b" * 16}


def letter(word: str, stream: bytes, to: Address = ANNA) -> OutboxMessage:
    return OutboxMessages.letter(to, Message("help", {"word": word}), stream)


class Wall:
    """A messenger whose chats are lists on a wall; tests say what goes wrong there, and
    where it is slow.
    """

    name = "wall"
    limits = Limits(characters=100_000, buttons=99, label=200)

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.keys: list[bytes] = []
        self.told_names: list[list[str]] = []
        self.told: list[Address] = []
        self.wrong: list[Exception] = []  # raised by the next sendings, one each
        self.slow: dict[
            str, asyncio.Event
        ] = {}  # chats that take nothing until their event is set

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        self.keys.append(key)
        if to.key in self.slow:
            await self.slow[to.key].wait()
        if self.wrong:
            raise self.wrong.pop(0)
        self.told_names.append(list(told_by(message.message)))
        self.shown.append((to.key, message.message.params.get("word", "")))
        return []

    def delivered(self, to: Address) -> None:
        self.told.append(to)

    def wipe(self, to: Address) -> Sequence[Write]:
        return []

    def names(self, to: Address = ANNA) -> list[str]:
        return [name for key, name in self.shown if key == to.key]


class Office:
    """A counter's post, carried by a sender."""

    def __init__(
        self, counter: Counter, wall: Wall, gone: WhenGone, refused: WhenRefused
    ) -> None:
        self.counter, self.wall = counter, wall
        self.sender = Sender(
            counter.database,
            counter.post,
            {"wall": wall},
            lambda: counter.at,
            gone=gone,
            refused=refused,
            quiet=counter.settings.quiet_hours.hold,
        )
        self.sender.when_delivered("wall", wall.delivered)

    async def posts(self, *names: str, to: Address = ANNA) -> None:
        letters = [letter(name, STREAMS[to], to) for name in names]
        await self.counter.database.commit(
            [self.counter.post.put(one) for one in letters]
        )
        self.sender.post(letters)

    async def pending(self) -> int:
        return await Outbox(self.counter.database).pending()

    async def idle(self) -> None:
        await asyncio.wait_for(self.sender.idle(), 60)


@pytest.fixture
async def office(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(bot.outbox.sender, "AFTER_TROUBLE", 0.01)
    casework = counter.casework
    return Office(
        counter,
        Wall(),
        casework.addresses.forget_address,
        casework.reporters.undelivered,
    )


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it, for some seconds at most."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)


# ── order and patience ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("joined", [1, 3])
async def test_what_an_outage_by_day_kept_does_not_go_at_night(
    office: Office, joined: int
) -> None:
    """F6: unreachable from 20:20 to 23:30; it goes at 08:00, and a direct answer goes
    at any time.
    """
    counter = office.counter
    night = counter.at.replace(hour=15, minute=30)  # 23:30 in Beijing
    evening = counter.at = night.replace(hour=12, minute=20)
    pushes = [
        replace(
            letter(f"push {number}", STREAMS[ANNA]), burst=Burst(seconds(evening), 0)
        )
        for number in range(joined)
    ]
    puts = [counter.post.put(one, seconds(evening)) for one in pushes]
    await counter.database.commit(puts)
    office.wall.wrong = [TryLater(0.1) for _ in range(5)]
    await office.sender.look()
    await until(lambda: len(office.wall.wrong) < 4)
    counter.at = night
    await office.idle()
    assert office.wall.shown == [] and await office.pending() == joined
    await office.sender.look()
    await office.posts("answer")
    await office.idle()
    assert [word for _, word in office.wall.shown] == ["answer"]
    office.wall.wrong.clear()
    counter.at = night + timedelta(hours=8, minutes=30)
    await office.sender.look()
    await office.idle()
    assert await office.pending() == 0 and len(office.wall.shown) == 2


async def test_what_fell_due_while_we_were_stopped_is_not_pushed_at_night(
    office: Office,
) -> None:
    """A push has a time of its own, a direct answer has none."""
    counter = office.counter
    push, answer = (
        letter("push", STREAMS[ANNA], ANNA),
        letter("answer", STREAMS[BEN], BEN),
    )
    due = seconds(counter.at)
    await counter.database.commit(
        [counter.post.put(push, due), counter.post.put(answer)]
    )
    counter.later(hours=13)  # 23:17 in Beijing
    await office.sender.look()
    await office.idle()
    assert (office.wall.names(ANNA), office.wall.names(BEN)) == ([], ["answer"])
    counter.later(hours=9)
    await office.sender.look()
    await office.idle()
    assert office.wall.names(ANNA) == ["push"]


async def test_each_chat_hears_in_the_order_of_the_turns(office: Office) -> None:
    for number in range(20):
        await office.posts(f"anna {number}", to=ANNA)
        await office.posts(f"ben {number}", to=BEN)
    await office.idle()
    assert office.wall.names(ANNA) == [f"anna {number}" for number in range(20)]
    assert office.wall.names(BEN) == [f"ben {number}" for number in range(20)]
    assert await office.pending() == 0


async def test_a_look_finds_what_others_posted_in_order_and_once(
    office: Office,
) -> None:
    """As after a restart, or from a staff member's terminal: nothing in memory,
    everything in the outbox.
    """
    letters = [letter(str(number), STREAMS[ANNA]) for number in range(300)]
    await office.counter.database.commit(
        [office.counter.post.put(one) for one in letters]
    )
    await office.sender.look()
    await office.sender.look()
    await office.idle()
    await office.sender.look()
    await office.idle()
    assert office.wall.names() == [str(number) for number in range(300)]


async def test_a_burst_is_one_message_and_ends_all_its_rows(office: Office) -> None:
    """Only what belongs to one report; tried again, it is the very same message, and
    what came meanwhile goes after it.
    """
    counter, wall = office.counter, office.wall
    due = seconds(counter.at)

    def push(stream: bytes, name: str) -> OutboxMessage:
        said = Message(name, {"word": name})
        return counter.post.letter(ANNA, said, stream, Burst(due, 0))

    names = ("push.accepted", "push.assigned", "push.answered")
    rows = [push(STREAMS[ANNA], name) for name in names[:2]]
    other = push(STREAMS[BEN], "push.closed")
    put = [counter.post.put(one, due) for one in (*rows, other)]
    await counter.database.commit(put)
    wall.wrong = [TryLater(0.2)]
    await office.sender.look()
    await asyncio.sleep(0.05)
    late = push(STREAMS[ANNA], names[2])
    await counter.database.commit([counter.post.put(late, due)])
    await office.sender.look()
    await office.idle()
    assert wall.told_names == [
        list(names[:2]),
        ["push.closed"],
        ["push.answered"],
    ]
    assert [key for key in wall.keys if key in {one.id for one in rows}] == [
        rows[0].id
    ] * 2
    assert await office.pending() == 0


async def test_a_slow_chat_stops_nobody_else(office: Office) -> None:
    office.wall.slow["anna"] = asyncio.Event()
    await office.posts("first", "second")
    await office.posts("hello", "again", to=BEN)
    await until(lambda: office.wall.names(BEN) == ["hello", "again"])
    assert office.wall.names(ANNA) == []
    office.wall.slow["anna"].set()
    await office.idle()
    assert office.wall.names(ANNA) == ["first", "second"]


async def test_settling_waits_for_this_chat_and_no_longer_than_said(
    office: Office,
) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await office.sender.settle(ANNA, 5)
    assert loop.time() - begun < 1, "nothing is on its way"
    office.wall.slow["anna"] = asyncio.Event()
    await office.posts("first", "second")
    await office.posts("hello", to=BEN)
    await office.sender.settle(BEN, 5)
    assert office.wall.shown == [("ben", "hello")], (
        "the slow neighbour is not waited for"
    )
    begun = loop.time()
    await office.sender.settle(ANNA, 0.1)
    assert 0.09 < loop.time() - begun < 2 and office.wall.names() == []
    office.wall.slow["anna"].set()
    await office.sender.settle(ANNA, 5)
    assert office.wall.names() == ["first", "second"], (
        "giving up waiting stops no sending"
    )
    assert office.wall.told == [BEN, ANNA, ANNA]
    assert await office.pending() == 0, "settled means committed"


async def test_who_stops_settling_stops_no_sending(office: Office) -> None:
    """A browser that goes away takes its request along, not its answer."""
    office.wall.slow["anna"] = asyncio.Event()
    await office.posts("first")
    waiting = asyncio.create_task(office.sender.settle(ANNA, 5))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.wait({waiting})
    office.wall.slow["anna"].set()
    await office.idle()
    assert (office.wall.names(), waiting.cancelled()) == (["first"], True)


# ── what channels say ─────────────────────────────────────────────────────────────────


async def test_later_means_later_and_keeps_the_order(office: Office) -> None:
    office.wall.wrong = [TryLater(0.2), TryLater(0.0)]
    begun = asyncio.get_running_loop().time()
    await office.posts("first", "second")
    await office.idle()
    assert office.wall.names() == ["first", "second"]
    assert asyncio.get_running_loop().time() - begun >= 0.3, (
        "what the platform asked, a little always"
    )


async def test_our_own_mistake_is_tried_again(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.wall.wrong = [ValueError("13812345678")]
    await office.posts("first", "second")
    await office.idle()
    assert office.wall.names() == ["first", "second"]
    assert "ValueError" in caplog.text and "13812345678" not in caplog.text


async def test_a_chat_that_is_gone_is_forgotten_and_its_case_goes_on(
    office: Office,
) -> None:
    receipt = await office.counter.files(chat="anna")
    [row] = await office.counter.database.all("SELECT stream, address FROM reports")
    assert row["address"] is not None
    letters = [
        letter(word, row["stream"]) for word in ("accepted", "and what waits behind it")
    ]
    await office.counter.database.commit(
        [office.counter.post.put(one) for one in letters]
    )
    office.wall.wrong = [Gone(), Gone()]
    await office.sender.look()
    await office.idle()
    [row] = await office.counter.database.all("SELECT address, mine FROM reports")
    assert (row["address"], row["mine"], await office.pending()) == (None, None, 0)
    assert office.wall.shown == []
    assert await office.counter.story(receipt)


async def test_a_refused_message_is_noted_for_staff_and_the_next_one_goes_out(
    office: Office,
) -> None:
    await office.counter.files(chat="anna")
    [row] = await office.counter.database.all("SELECT stream FROM reports")
    office.wall.wrong = [Refused()]
    burst = Burst(seconds(office.counter.at), 0)
    too_long = replace(letter("too long", row["stream"]), burst=burst)
    letters = [too_long, letter("next", row["stream"])]
    await office.counter.database.commit(
        [office.counter.post.put(one) for one in letters]
    )
    await office.sender.look()
    await office.idle()
    assert (office.wall.names(), await office.pending()) == (["next"], 0)
    [note] = await office.counter.database.all("SELECT count(*) AS number FROM notes")
    assert note["number"] == 1


@pytest.mark.parametrize("error", [Gone, Refused])
async def test_a_fate_that_storage_refuses_is_tried_again(
    office: Office, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is the chat forgotten by halves, nor does what waits behind it wait for
    ever.
    """
    asked: list[bytes] = []

    async def fate(stream: bytes, to: Address | int) -> Sequence[Write]:
        asked.append(stream)
        if len(asked) < 3:
            raise Refusing("full")
        return []

    office = Office(office.counter, office.wall, fate, fate)
    office.wall.wrong = [error(), error(), error()]
    pushed = Burst(seconds(office.counter.at), 0)
    first = replace(letter("first", STREAMS[ANNA]), burst=pushed)
    await office.counter.database.commit([office.counter.post.put(first)])
    await office.sender.look()
    await office.posts("second")
    await office.idle()
    assert asked == [STREAMS[ANNA]] * 3
    assert (office.wall.names(), await office.pending()) == (["second"], 0)
    await office.posts("third")
    await office.idle()
    assert office.wall.names() == ["second", "third"]


# ── storage refuses, the program is killed ────────────────────────────────────────────


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Another process holds the database, so that nothing can be written."""
    other = look_into(file)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_an_end_that_cannot_be_written_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message went out, its row stayed: it goes out no second time, however long
    that takes, and those behind it keep their order.
    """
    tried: list[Writes] = []
    monkeypatch.setattr(bot.outbox.sender, "AFTER_TROUBLE", 0.05)
    async with opened(tmp_path, patience=0.05) as counter:
        office = Office(
            counter,
            Wall(),
            counter.casework.addresses.forget_address,
            counter.casework.reporters.undelivered,
        )
        letters = [letter(name, STREAMS[ANNA]) for name in ("first", "second")]
        await counter.database.commit([counter.post.put(one) for one in letters])
        commit = counter.database.commit

        async def counted(writes: Writes) -> None:
            tried.append(writes)
            await commit(writes)

        monkeypatch.setattr(counter.database, "commit", counted)
        async with locked(tmp_path / "data" / "jianfu.db"):
            await office.sender.look()
            await until(lambda: len(tried) > 3)
        await office.idle()
        assert office.wall.names() == ["first", "second"]
        assert (await office.pending(), office.wall.told) == (0, [ANNA, ANNA])


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.bot.outbox.test_sender import begun

folder, kind = Path(sys.argv[1]), sys.argv[2]
number, when = int(sys.argv[3]), sys.argv[4]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def deadly(channel):
    sent, send, delivered = [], channel.send, channel.delivered
    async def sending(*words):
        writes = await send(*words)
        sent.append(words)
        if when == "sent" and len(sent) == number:
            die()
        return writes
    def told(to):
        if when == "committed" and len(sent) == number:
            die()
        delivered(to)
    channel.send, channel.delivered = sending, told

async def main():
    async with begun(folder, kind) as (sender, channel, to):
        deadly(channel)
        await sender.look()
        await sender.idle()

asyncio.run(main())
"""
WORDS = ["one", "two", "three", "four"]


class Notebook(Wall):
    """A messenger that forgets nothing when the program is killed, and does not know a
    message again.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        with open(self._file, "a") as file:
            file.write(f"{message.message.params['word']}\n")
        return []


@asynccontextmanager
async def begun(
    folder: Path, kind: str
) -> AsyncIterator[tuple[Sender, Notebook | WebChannel, Address]]:
    """A program that starts on what is there: its sender, its one channel and the one
    chat there is.
    """
    file = folder / "keys" / "keyring.json"
    keys = Keys.of(Keyring.load(file) if file.exists() else Keyring.create(file))
    path = folder / "data" / "jianfu.db"
    database = await SQLiteDatabase.open(path, keys_of(file))
    channel = (
        Notebook(folder / "notes")
        if kind == "wall"
        else WebChannel(database, keys, 15, clock)
    )

    async def nothing(stream: bytes, to: Address | int) -> Sequence[Write]:
        return []

    try:
        sender = Sender(
            database,
            OutboxMessages(keys.outbox),
            {kind: channel},
            clock,
            gone=nothing,
            refused=nothing,
        )
        sender.when_delivered(kind, lambda to: channel.delivered(to))
        yield sender, channel, Address(kind, "t" * 43)
    finally:
        await database.close()


@pytest.mark.parametrize("when", ["sent", "committed"])
@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("kind", ["wall", "web"])
async def test_killed_in_between_at_most_that_one_message_comes_twice(
    tmp_path: Path, kind: str, number: int, when: str
) -> None:
    """On the web it never does: the bubble and the end of its outbox row are one
    commit.
    """
    async with begun(tmp_path, kind) as (_, channel, to):
        await _fill(tmp_path, channel, to)
    program = [sys.executable, "-c", KILLED, str(tmp_path), kind, str(number), when]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL, done.stderr
    async with begun(tmp_path, kind) as (sender, channel, to):
        await sender.look()
        await asyncio.wait_for(sender.idle(), 60)
        shown = await _shown(tmp_path, channel, to)
    twice = WORDS[number - 1 : number] if (kind, when) == ("wall", "sent") else []
    assert shown == [*WORDS[: number - 1], *twice, *WORDS[number - 1 :]]


async def _fill(folder: Path, channel: Channel, to: Address) -> None:
    file = folder / "keys" / "keyring.json"
    keys = Keys.of(Keyring.load(file))
    post, stream = OutboxMessages(keys.outbox), b"s" * 16
    writes = [post.put(letter(name, stream, to)) for name in WORDS]
    if isinstance(channel, WebChannel):
        writes.append(WebSessions.touch(channel.screen_of(to), False, 1 << 40))
    database = await SQLiteDatabase.open(folder / "data" / "jianfu.db", keys_of(file))
    await database.commit(writes)
    await database.close()


async def _shown(folder: Path, channel: Channel, to: Address) -> list[str]:
    if isinstance(channel, WebChannel):
        bubbles = await channel.bubbles(channel.screen_of(to))
        return [bubble.message.params["word"] for bubble in bubbles if bubble.message]
    return (folder / "notes").read_text().split()
