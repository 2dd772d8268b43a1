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
from itertools import chain
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
from bot.lab.bench.telegram_talk import (
    BENCH_TOKEN,
    PRESS,
    SCRIPT,
    SCRIPT_TURNS,
    Crowd,
    Player,
)

# one update of this player, until it is dealt with
TakeTurn = Callable[[Player], Awaitable[None]]
ButtonRows = list[list[tuple[str, str]]]  # of buttons: label, callback data
PREVIEW = (
    "请看一眼，这就是要送出的内容：\n\n{said}\n\n"
    "类别：台账报表\n责任单位：{unit}\n地点：{place}\n时间频次：{when}\n"
    "进展：在这里告诉我"
)
PREVIEW_CHOICES = (
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
    (PREVIEW, PREVIEW_CHOICES),
    ("是哪个单位要求的？可以直接写。", ("none", "back")),
    (PREVIEW, PREVIEW_CHOICES),
    ("大概在哪里？", ("none", "back")),
    (PREVIEW, PREVIEW_CHOICES),
    ("多久一次？", ("is:day", "is:week", "is:month", "none", "back")),
    (PREVIEW, PREVIEW_CHOICES),
    ("遮住了这些，点一下就露出来：", ("mask:0", "mask:1", "done")),
    ("遮住了这些，点一下就露出来：", ("mask:0", "mask:1", "done")),
    (PREVIEW, PREVIEW_CHOICES),
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
INSTALL_RIVALS = (
    "没有 {missing}，不测 aiogram+Redis；要测：apt install redis-server，"
    "pip install aiogram redis，再来一次"
)


def screen(turn: int, data: dict[str, Any]) -> tuple[str, ButtonRows]:
    """Words and buttons, three in a row."""
    text, choices = SCREENS[turn]
    known = dict.fromkeys(("said", "unit", "place", "when", "receipt"), "未填") | data
    keys = [(f"选{choice}", f"m|{choice}") for choice in choices]
    rows = [keys[at : at + 3] for at in range(0, len(keys), 3)]
    return text.format_map(known), rows


def _is_pressed(turn: int) -> bool:
    return SCRIPT[turn][0] == PRESS


# ── python-telegram-bot ───────────────────────────────────────────────────────────────


@asynccontextmanager
async def pickling(folder: Path, users: int, crowd: Crowd) -> AsyncIterator[TakeTurn]:
    """ConversationHandler and PicklePersistence in one file, flushed at each turn.
    users: stored before.
    """
    path = folder / "bot.pickle"
    bot = ExtBot(
        BENCH_TOKEN, request=StubRequest(crowd), get_updates_request=StubRequest(crowd)
    )
    await _fill(path, users, bot)
    application = _application(path, bot)
    await application.initialize()

    async def turn(player: Player) -> None:
        await application.process_update(Update.de_json(player.next(), bot))
        await application.update_persistence()

    yield turn
    await application.shutdown()


def _application(
    path: Path, bot: ExtBot[None]
) -> Application[Any, Any, Any, Any, Any, Any]:
    builder = Application.builder().bot(bot).updater(None).job_queue(None)
    keep = PicklePersistence(path, store_data=_STORED, on_flush=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBUserWarning)
        application = builder.persistence(keep).build()
        application.add_handler(_conversation())
    return application


_STORED = PersistenceInput(
    bot_data=True, chat_data=False, user_data=True, callback_data=False
)


async def _fill(path: Path, users: int, bot: ExtBot[None]) -> None:
    """As many people in the middle of their report."""
    filling = PicklePersistence(path, store_data=_STORED, on_flush=True)
    filling.set_bot(bot)
    await filling.update_bot_data({})
    answered = FIELDS[:7]
    for user in range(users):
        draft = dict.fromkeys(answered, f"{user} 街道要求社区同一份台账每周报五次")
        await filling.update_user_data(user, draft)
        await filling.update_conversation("report", (user, user), len(answered))
    await filling.flush()


def _conversation() -> ConversationHandler[Any]:
    later = range(1, SCRIPT_TURNS)
    states: dict[object, list[Any]] = {turn: [_ptb_step(turn)] for turn in later}
    return ConversationHandler(
        [_ptb_step(0)], states, [], name="report", persistent=True
    )


def _ptb_step(turn: int) -> Any:
    """The handler that takes this turn's answer and shows the next screen."""

    async def answer(update: Update, context: Any) -> int:
        query = update.callback_query
        said = query.data if query else update.effective_message.text  # type: ignore[union-attr]
        words, rows = _kept(turn, said, context)
        markup = _ptb_markup(rows)
        if query:
            await query.answer()
        if query and FIELDS[turn] != "sent":
            await query.edit_message_text(words, reply_markup=markup)
        else:
            assert update.effective_chat is not None
            chat = update.effective_chat.id
            await context.bot.send_message(chat, words, reply_markup=markup)
        is_last = turn + 1 == SCRIPT_TURNS
        return ConversationHandler.END if is_last else turn + 1

    if _is_pressed(turn):
        return CallbackQueryHandler(answer)
    return MessageHandler(filters.TEXT, answer)


def _kept(turn: int, said: str | None, context: Any) -> tuple[str, ButtonRows]:
    """Note what was said; a report that was sent is found by its receipt. Returns: the
    next screen.
    """
    data = context.user_data
    data[FIELDS[turn]] = said
    if FIELDS[turn] == "sent":
        data["receipt"] = receipts.new()
        context.bot_data[data["receipt"]] = dict(data)
    words, rows = screen(turn, data)
    if FIELDS[turn] == "found":
        words, _ = screen(turn, context.bot_data[said])
        data.clear()
    return words, rows


def _ptb_markup(rows: ButtonRows) -> InlineKeyboardMarkup:
    keyboard = []
    for row in rows:
        keys = [InlineKeyboardButton(label, callback_data=data) for label, data in row]
        keyboard.append(keys)
    return InlineKeyboardMarkup(keyboard)


# ── aiogram ───────────────────────────────────────────────────────────────────────────


def missing() -> str | None:
    """What aiogram's side lacks, None if nothing."""
    lacks = [name for name in ("aiogram", "redis") if find_spec(name) is None]
    if shutil.which("redis-server") is None:
        lacks.append("redis-server")
    return "、".join(lacks) or None


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncIterator[Path]:
    """A Redis of its own that writes to disk before it answers. Returns: its socket."""
    socket = folder / "redis.sock"
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--dir": str(folder),
        "--save": "",
        "--appendonly": "yes",
        "--appendfsync": "always",
    }
    process = await asyncio.create_subprocess_exec(
        "redis-server",
        *chain.from_iterable(options.items()),
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
async def remembering(socket: Path, crowd: Crowd) -> AsyncIterator[TakeTurn]:
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
        result = crowd.call(method.__api_method__, values)
        answer = json.dumps({"ok": True, "result": result})
        return session.check_response(bot, method, 200, answer).result

    session.make_request = stubbed
    bot = Bot(BENCH_TOKEN, session=session)
    dispatcher = Dispatcher(storage=RedisStorage(redis))
    _add_steps(dispatcher, redis)

    async def turn(player: Player) -> None:
        update = Incoming.model_validate(player.next(), context={"bot": bot})
        await dispatcher.feed_update(bot, update)

    yield turn
    await redis.aclose()
    await bot.session.close()


def _add_steps(dispatcher: Any, redis: Any) -> None:
    from aiogram.filters import StateFilter

    for turn in range(SCRIPT_TURNS):
        observer = dispatcher.message
        if _is_pressed(turn):
            observer = dispatcher.callback_query
        register = observer(StateFilter(str(turn) if turn else None))
        register(_aiogram_step(turn, redis))


def _aiogram_step(turn: int, redis: Any) -> Callable[..., Awaitable[None]]:
    """The handler that takes this turn's answer and shows the next screen."""

    async def answer(event: Any, state: Any) -> None:
        said = event.data if _is_pressed(turn) else event.text
        data = await state.update_data(**{FIELDS[turn]: said})
        if FIELDS[turn] == "sent":
            data["receipt"] = receipts.new()
            await redis.set(f"report:{data['receipt']}", json.dumps(data))
        if FIELDS[turn] == "found":
            data = json.loads(await redis.get(f"report:{said}"))
        if turn + 1 < SCRIPT_TURNS:
            await state.set_state(str(turn + 1))
        else:
            await state.clear()
        await _show(event, turn, data)

    return answer


async def _show(event: Any, turn: int, data: dict[str, Any]) -> None:
    from aiogram.types import InlineKeyboardButton as Button
    from aiogram.types import InlineKeyboardMarkup as Markup

    words, rows = screen(turn, data)
    keyboard = []
    for row in rows:
        keyboard.append([Button(text=label, callback_data=data) for label, data in row])
    markup = Markup(inline_keyboard=keyboard)
    message = event.message if _is_pressed(turn) else event
    if _is_pressed(turn):
        await event.answer()
    if _is_pressed(turn) and FIELDS[turn] != "sent":
        await message.edit_text(words, reply_markup=markup)
    else:
        await message.answer(words, reply_markup=markup)
