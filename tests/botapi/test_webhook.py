"""How updates are pushed. Source: Bot API, setWebhook, WebhookInfo, "Marvin's
Marvellous Guide to All Things Webhook"; open source server, `WebhookActor`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from tests.botapi.persons import Person
from tests.botapi.server import BotApi
from tests.botapi.wire import Request, Response, serve


class Receiver:
    """A webhook that writes down what comes, and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers: list[
            int | float
        ] = []  # statuses; a fraction: seconds to wait before a 200
        self.at_once = self.most_at_once = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, request: Request) -> Response:
        body = {name: json.loads(value) for name, value in request.args.items()}
        self.heard.append(body)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        told = self.answers.pop(0) if self.answers else 200
        if isinstance(told, float):
            await asyncio.sleep(told)
            told = 200
        self.at_once -= 1
        return Response(told, b"")

    @property
    def words(self) -> list[str]:
        return [
            body["message"]["text"] if "message" in body else "按"
            for body in self.heard
        ]

    async def has(self, number: int) -> None:
        async with asyncio.timeout(5):
            while len(self.heard) < number:
                await asyncio.sleep(0.01)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    listener = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, receiver.answer), "127.0.0.1", 0
    )
    receiver.port = listener.sockets[0].getsockname()[1]
    yield receiver
    listener.close()


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=20) as server:
        yield server


async def test_an_update_is_posted_as_json(
    bot: Bot, person: Person, receiver: Receiver
) -> None:
    """setWebhook: "an HTTPS POST request … containing a JSON-serialized Update"."""
    assert await bot.set_webhook(receiver.url)
    person.says("你好")
    await receiver.has(1)
    assert receiver.words == ["你好"] and isinstance(
        receiver.heard[0]["update_id"], int
    )


async def test_what_waited_is_posted_too(
    bot: Bot, person: Person, receiver: Receiver
) -> None:
    """What nobody has fetched is kept, unless dropped (setWebhook,
    `drop_pending_updates`).
    """
    person.says("一")
    await bot.delete_webhook(drop_pending_updates=True)
    person.says("二")
    await bot.set_webhook(receiver.url)
    await receiver.has(1)
    assert receiver.words == ["二"]


async def test_the_secret_comes_along(server: BotApi, bot: Bot, person: Person) -> None:
    """setWebhook, `secret_token`: header "X-Telegram-Bot-Api-Secret-Token", 1–256 of
    A-Z a-z 0-9 _ -.
    """
    heads: list[bytes] = []

    async def listen(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            await writer.drain()
        writer.close()

    listener = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/", secret_token="s3cret_-")
    person.says("一")
    async with asyncio.timeout(5):
        while not heads:
            await asyncio.sleep(0.01)
    assert b"x-telegram-bot-api-secret-token: s3cret_-\r\n" in heads[0].lower()
    for wrong in ("有空格 ", "x" * 257):
        with pytest.raises(BadRequest, match="Secret token"):
            await bot.set_webhook(f"http://127.0.0.1:{port}/", secret_token=wrong)
    listener.close()


@pytest.mark.parametrize("status", [500, 404, 301, 401])
async def test_all_but_2xx_means_again(
    bot: Bot, person: Person, receiver: Receiver, status: int
) -> None:
    """setWebhook: "In case of an unsuccessful request (… different from 2XY), we will
    repeat the request".
    """
    receiver.answers = [status, status]
    await bot.set_webhook(receiver.url)
    person.says("一")
    await receiver.has(3)
    assert receiver.words == ["一", "一", "一"]
    assert len({body["update_id"] for body in receiver.heard}) == 1
    await asyncio.sleep(0.15)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_one_chat_keeps_its_order(
    bot: Bot, person: Person, receiver: Receiver
) -> None:
    """Open source server: one update of a queue at a time, the next after the first got
    through.
    """
    receiver.answers = [500]
    await bot.set_webhook(receiver.url)
    for word in "一二三":
        person.says(word)
    await receiver.has(4)
    assert receiver.words == ["一", "一", "二", "三"] and receiver.most_at_once == 1


async def test_different_chats_go_side_by_side(
    server: BotApi, bot: Bot, person: Person, receiver: Receiver
) -> None:
    """setWebhook, `max_connections`: so many simultaneous connections, 1–100, by
    default 40.
    """
    others = [server.person(started=True) for _ in range(4)]
    receiver.answers = [0.3] * 5
    await bot.set_webhook(receiver.url, max_connections=3)
    for each in (person, *others):
        each.says("一")
    await receiver.has(5)
    assert receiver.most_at_once == 3
    with pytest.raises(BadRequest, match="max_connections"):
        await bot.set_webhook(receiver.url, max_connections=101)


async def test_a_press_may_overtake_a_message(
    bot: Bot, person: Person, receiver: Receiver
) -> None:
    """Open source server: presses are queued by person, messages by chat; a stuck one
    holds no other up.
    """
    row = [InlineKeyboardButton("是", callback_data="y")]
    await bot.send_message(person.id, "要吗", reply_markup=InlineKeyboardMarkup([row]))
    receiver.answers = [500, 200, 200]
    await bot.set_webhook(receiver.url)
    person.says("一")
    person.presses("是")
    await receiver.has(3)
    assert receiver.words == ["一", "按", "一"]


async def test_what_the_platform_says_of_a_webhook(
    bot: Bot, person: Person, receiver: Receiver
) -> None:
    """getWebhookInfo: url, pending updates, last error; an empty url when there is
    none.
    """
    assert (await bot.get_webhook_info()).url == ""
    receiver.answers = [503] * 20
    await bot.set_webhook(receiver.url, allowed_updates=["message"], max_connections=7)
    person.says("一")
    await receiver.has(2)
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.max_connections) == (
        receiver.url,
        1,
        7,
    )
    assert info.last_error_message is not None and "503" in info.last_error_message
    assert info.allowed_updates == ("message",)
    with pytest.raises(BadRequest, match="nvalid webhook url specified"):
        await bot.set_webhook("nowhere")
