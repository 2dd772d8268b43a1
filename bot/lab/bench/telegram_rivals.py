"""The same conversation in the two usual ways: python-telegram-bot with pickle, aiogram
with Redis.

They answer with as many words and buttons as we do, keep what was said, and write it at
every turn; they neither understand, mask, seal nor count anything. aiogram and redis
are no part of this program: without them, and redis-server, there is nothing to compare
with.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ConversationHandler,
    ExtBot,
    MessageHandler,
    PersistenceInput,
    PicklePersistence,
    filters,
)
from telegram.warnings import PTBUserWarning

from anonymizer import receipts
from bot.lab.bench.telegram_stub import StubRequest
from bot.lab.bench.telegram_talk import PRESS, SCRIPT, TOKEN, TURNS, Crowd, Player

Turn = Callable[
    [Player], Awaitable[None]
]  # one update of this player, until it is dealt with
PREVIEW = (
    "请看一眼，这就是要送出的内容：\n\n{said}\n\n"
    "类别：台账报表\n责任单位：{unit}\n地点：{place}\n时间频次：{when}\n"
    "进展：在这里告诉我"
)
MAIN = (
    "send",
    "category",
    "unit",
    "place",
    "when",
    "pictures",
    "follow",
    "masks",
    "edit",
    "drop",
)
SCREENS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (PREVIEW, MAIN),
    ("是哪个单位要求的？可以直接写。", ("none", "back")),
    (PREVIEW, MAIN),
    ("大概在哪里？", ("none", "back")),
    (PREVIEW, MAIN),
    ("多久一次？", ("is:day", "is:week", "is:month", "none", "back")),
    (PREVIEW, MAIN),
    ("遮住了这些，点一下就露出来：", ("mask:0", "mask:1", "done")),
    ("遮住了这些，点一下就露出来：", ("mask:0", "mask:1", "done")),
    (PREVIEW, MAIN),
    (
        "已送出，谢谢您。\n您的回执码：{receipt}\n请抄下或截图保存。",
        ("saved", "progress", "clear"),
    ),
    (
        "等待受理 · 台账报表\n\n{said}",
        ("add", "settings", "hush", "forget", "refresh", "close"),
    ),
)
FIELDS = (
    "said",
    "asked",
    "unit",
    "asking",
    "place",
    "asks",
    "when",
    "masks",
    "mask",
    "done",
    "sent",
    "found",
)
HOW_TO = (
    "没有 {missing}，不测 aiogram+Redis；要测：apt install redis-server，"
    "pip install aiogram redis，再来一次"
)


def screen(turn: int, data: dict[str, Any]) -> tuple[str, list[list[tuple[str, str]]]]:
    """Words and rows of (label, callback data)."""
    text, choices = SCREENS[turn]
    known = dict.fromkeys(("said", "unit", "place", "when", "receipt"), "未填") | data
    keys = [(f"选{choice}", f"m|{choice}") for choice in choices]
    return text.format_map(known), [keys[at : at + 3] for at in range(0, len(keys), 3)]


# ── python-telegram-bot ───────────────────────────────────────────────────────────────


@asynccontextmanager
async def pickling(folder: Path, users: int, crowd: Crowd) -> AsyncIterator[Turn]:
    """ConversationHandler and PicklePersistence in one file, flushed at each turn.
    users: stored before.
    """
    path = folder / "bot.pickle"
    bot = ExtBot(
        TOKEN, request=StubRequest(crowd), get_updates_request=StubRequest(crowd)
    )
    await _fill(path, users, bot)
    keep = PicklePersistence(path, store_data=_STORED, on_flush=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBUserWarning)
        application = (
            Application.builder()
            .bot(bot)
            .updater(None)
            .persistence(keep)
            .job_queue(None)
            .build()
        )
        application.add_handler(_conversation())
    await application.initialize()

    async def turn(player: Player) -> None:
        await application.process_update(Update.de_json(player.next(), bot))
        await application.update_persistence()

    yield turn
    await application.shutdown()


_STORED = PersistenceInput(
    bot_data=True, chat_data=False, user_data=True, callback_data=False
)


async def _fill(path: Path, users: int, bot: ExtBot[None]) -> None:
    """As many people in the middle of their report."""
    filling = PicklePersistence(path, store_data=_STORED, on_flush=True)
    filling.set_bot(bot)
    await filling.update_bot_data({})
    for user in range(users):
        draft = {
            field: f"{user} 街道要求社区同一份台账每周报五次" for field in FIELDS[:7]
        }
        await filling.update_user_data(user, draft)
        await filling.update_conversation("report", (user, user), 7)
    await filling.flush()


def _conversation() -> ConversationHandler[Any]:
    def step(turn: int) -> Any:
        async def answer(update: Update, context: Any) -> int:
            data, query = context.user_data, update.callback_query
            data[FIELDS[turn]] = query.data if query else update.effective_message.text  # type: ignore[union-attr]
            if FIELDS[turn] == "sent":
                data["receipt"] = receipts.new()
                context.bot_data[data["receipt"]] = dict(data)
            words, rows = screen(turn, data)
            if FIELDS[turn] == "found":
                words = screen(turn, context.bot_data[data[FIELDS[turn]]])[0]
                data.clear()
            markup = InlineKeyboardMarkup(
                [
                    [InlineKeyboardButton(a, callback_data=b) for a, b in row]
                    for row in rows
                ]
            )
            if query:
                await query.answer()
            if query and FIELDS[turn] != "sent":
                await query.edit_message_text(words, reply_markup=markup)
            else:
                assert update.effective_chat is not None
                await context.bot.send_message(
                    update.effective_chat.id,
                    words,
                    reply_markup=markup,
                )
            return turn + 1 if turn + 1 < TURNS else ConversationHandler.END

        pressed = SCRIPT[turn][0] == PRESS
        return (
            CallbackQueryHandler(answer)
            if pressed
            else MessageHandler(filters.TEXT, answer)
        )

    states: dict[object, list[Any]] = {turn: [step(turn)] for turn in range(1, TURNS)}
    return ConversationHandler([step(0)], states, [], name="report", persistent=True)


# ── aiogram ───────────────────────────────────────────────────────────────────────────


def missing() -> str | None:
    """What aiogram's side lacks, None if nothing."""
    lacks = [name for name in ("aiogram", "redis") if find_spec(name) is None]
    return (
        "、".join([*lacks, *([] if shutil.which("redis-server") else ["redis-server"])])
        or None
    )


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncIterator[Path]:
    """A Redis of its own that writes to disk before it answers. Returns: its socket."""
    socket = folder / "redis.sock"
    process = await asyncio.create_subprocess_exec(
        "redis-server",
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        while not socket.exists():
            assert process.returncode is None, "redis-server ended"
            await asyncio.sleep(0.02)
        yield socket
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def remembering(socket: Path, crowd: Crowd) -> AsyncIterator[Turn]:
    """aiogram's Dispatcher and state machine on Redis; two writes a turn: what was
    said, and the state.
    """
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.fsm.storage.redis import RedisStorage
    from aiogram.types import Update as Incoming
    from redis.asyncio import Redis

    redis = Redis(unix_socket_path=str(socket))
    session = AiohttpSession()

    async def stubbed(bot: Any, method: Any, timeout: int | None = None) -> Any:
        values = method.model_dump(exclude_none=True, warnings=False)
        answer = json.dumps(
            {"ok": True, "result": crowd.call(method.__api_method__, values)}
        )
        return session.check_response(bot, method, 200, answer).result

    session.make_request = stubbed
    bot, dispatcher = (
        Bot(TOKEN, session=session),
        Dispatcher(storage=RedisStorage(redis)),
    )
    _steps(dispatcher, redis)

    async def turn(player: Player) -> None:
        update = Incoming.model_validate(player.next(), context={"bot": bot})
        await dispatcher.feed_update(bot, update)

    yield turn
    await redis.aclose()
    await bot.session.close()


def _steps(dispatcher: Any, redis: Any) -> None:
    from aiogram.filters import StateFilter
    from aiogram.types import InlineKeyboardButton as Button
    from aiogram.types import InlineKeyboardMarkup as Markup

    def step(turn: int) -> Callable[..., Awaitable[None]]:
        async def answer(event: Any, state: Any) -> None:
            pressed = SCRIPT[turn][0] == PRESS
            said = event.data if pressed else event.text
            data = await state.update_data(**{FIELDS[turn]: said})
            if FIELDS[turn] == "sent":
                data["receipt"] = receipts.new()
                await redis.set(f"report:{data['receipt']}", json.dumps(data))
            if FIELDS[turn] == "found":
                data = json.loads(await redis.get(f"report:{said}"))
            words, rows = screen(turn, data)
            if turn + 1 < TURNS:
                await state.set_state(str(turn + 1))
            else:
                await state.clear()
            keys = [[Button(text=a, callback_data=b) for a, b in row] for row in rows]
            markup = Markup(inline_keyboard=keys)
            if pressed:
                await event.answer()
            if pressed and FIELDS[turn] != "sent":
                await event.message.edit_text(words, reply_markup=markup)
            else:
                await (event.message if pressed else event).answer(
                    words, reply_markup=markup
                )

        return answer

    for turn in range(TURNS):
        on = (
            dispatcher.callback_query
            if SCRIPT[turn][0] == PRESS
            else dispatcher.message
        )
        on(StateFilter(str(turn) if turn else None))(step(turn))
