"""A loopback server that speaks Telegram's Bot API, strictly, for tests. It imports
nothing of ours.

    with BotApi() as server:
        bot = Bot(server.token, base_url=server.base_url,
        base_file_url=server.base_file_url) person = server.person() person.starts()

It runs on a thread of its own, so tests of any kind may use it. It answers as the
platform does where the platform is known, more strictly where the platform is lenient,
and counts what it would take in silence: `violations`. What it assumes where nothing is
published stands in `rates`, `updates`, `platform`, `messages`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import math
import re
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from tests.botapi import groups, messages, profile
from tests.botapi.calls import METHODS, Call, Method, check, unknown_method
from tests.botapi.faults import Fault, Kind, at
from tests.botapi.persons import Group, Happened, Person, Place, Screen, shown
from tests.botapi.platform import PRESS_ANSWERABLE, Platform
from tests.botapi.rates import Rates, whole_seconds
from tests.botapi.wire import (
    Refusal,
    Request,
    Reset,
    Response,
    bad,
    forbidden,
    serve,
    too_many,
)
from tests.botapi.world import (
    GENERAL,
    RIGHTS,
    Chat,
    Message,
    Press,
    Status,
    Topic,
    User,
    World,
)

T = TypeVar("T")
SPOKEN = (messages, groups, profile)  # importing them enters their methods
NGINX = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
PATH = re.compile(r"/bot([^/]+)/([^/]*)")
STALL, AFTER_STALL, LONGEST_STALL = 0.03, 0.1, 10.0  # seconds
FILE = re.compile(r"/file/bot([^/]+)/(.+)")


@dataclass(frozen=True, slots=True)
class Violation:
    """Rule: "chat", "group", "overall", "retry_after", "parameters"."""

    rule: str
    call: Call
    detail: str


class BotApi:
    """`speed` divides rate windows and webhook delays; `strict` answers 429 where a
    rate rule is broken.
    """

    def __init__(
        self, *, speed: float = 1.0, strict: bool = False, seed: int | None = None
    ) -> None:
        digits = secrets.randbelow(9 * 10**9) + 10**9
        self.token = f"{digits}:{secrets.token_urlsafe(26)[:35]}"
        self.platform = Platform.new(self.token, "jianfu_line_bot", speed, seed)
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self.faults: list[Fault] = []
        self.logs: defaultdict[int, list[Happened]] = defaultdict(list)
        self.port = 0
        self._strict = strict
        self._rates = Rates(speed)
        self._number = 0
        self._embargo: dict[int, float] = {}
        self._looked = time.monotonic()  # when this server last had time to look
        self._stall = (self._looked, self._looked)  # the last time in which it had none
        self._watched: defaultdict[int, list[_Watch]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bot-api", daemon=True)
        self._up = threading.Event()
        self._listener: asyncio.Server | None = None
        self._lines: set[asyncio.Task[Any]] = set()
        self.world.happened.append(self._note)

    @property
    def world(self) -> World:
        return self.platform.world

    @property
    def number(self) -> int:
        """Of the last call; the next one has one more."""
        return self._number

    @property
    def thread(self) -> int:
        """The system's number of the thread it runs on."""
        assert self._thread.native_id is not None
        return self._thread.native_id

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    # ---- running
    # ------------------------------------------------------------

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._look_up)
        self._loop.run_until_complete(self._start())
        self._up.set()
        self._loop.run_forever()

    def _look_up(self) -> None:
        """Note the times in which nothing could be read; what was read right after may
        have come in them.
        """
        now = time.monotonic()
        if now - self._looked > STALL:
            begun, ended = self._stall
            self._stall = (
                (begun if self._looked - ended < AFTER_STALL else self._looked),
                now,
            )
        self._looked = now
        self._loop.call_later(0.005, self._look_up)

    def _since(self, now: float) -> float:
        """The earliest moment at which a call that is dealt with now may have come."""
        begun, ended = self._stall
        if now - self._looked > STALL:
            ended, begun = (
                now,
                begun if self._looked - ended < AFTER_STALL else self._looked,
            )
        return max(begun, now - LONGEST_STALL) if now - ended < AFTER_STALL else now

    async def _start(self) -> None:
        self._listener = await asyncio.start_server(
            self._line, "127.0.0.1", self.port, backlog=1024
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _line(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            await serve(reader, writer, self._answer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._lines.discard(task)

    async def _stop(self) -> None:
        await self._close_lines()
        await self.platform.updates.close()

    async def _close_lines(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    def goes_down(self) -> None:
        """The network is gone: every connection breaks, new ones are refused."""
        asyncio.run_coroutine_threadsafe(self._close_lines(), self._loop).result(10)

    def comes_back(self) -> None:
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    def do(self, work: Callable[[], T]) -> T:
        """Run something on the server's thread and wait for it."""
        if threading.current_thread() is self._thread or not self._thread.is_alive():
            return work()
        done: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(30)

    # ---- the world
    # ------------------------------------------------------------

    def person(
        self,
        first_name: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str = "zh-hans",
        started: bool = False,
    ) -> Person:
        """Somebody new; names are unlike all others unless given. `started`: has opened
        the chat before.
        """

        def work() -> Person:
            mark = secrets.token_hex(4)
            user = self.world.person(
                first_name or f"名{mark}",
                last_name=last_name or f"姓{secrets.token_hex(4)}",
                username=username or f"user_{secrets.token_hex(5)}",
                language_code=language_code,
                phone=f"+8613{secrets.randbelow(10**9):09d}",
            )
            chat = self.world.chats[user.id]
            chat.started = started
            return Person(self, user, chat)

        return self.do(work)

    def group(
        self,
        title: str = "减负专线值班群",
        forum: bool = True,
        bot: Status = "administrator",
    ) -> Group:
        """A group with the bot in it, as an administrator with every right unless said
        otherwise.
        """

        def work() -> Group:
            chat = self.world.group(title, forum)
            if forum:
                chat.topics[GENERAL] = Topic(GENERAL, "General", 7322096, by_bot=False)
            rights = frozenset(RIGHTS) if bot == "administrator" else frozenset[str]()
            self.seat(chat, self.world.bot, bot, rights)
            return Group(self, chat)

        return self.do(work)

    def seat(
        self, chat: Chat, user: User, status: Status, rights: frozenset[str]
    ) -> None:
        was = chat.members.get(user.id, (user, "left", frozenset[str]()))
        chat.members[user.id] = (user, status, rights)
        is_bot = user is self.world.bot
        kind = "my_chat_member" if is_bot else "chat_member"
        if is_bot or self._leads(chat):
            now = groups._member(user, status, rights)
            self._tell_standing(chat, user, groups._member(*was), now, kind)

    def _leads(self, chat: Chat) -> bool:
        """Whether the bot is an administrator (Bot API, Update: chat_member)."""
        bot = chat.members.get(self.world.bot.id)
        return bot is not None and bot[1] == "administrator"

    def block(self, chat: Chat, blocked: bool) -> None:
        """The owner of a private chat blocks the bot, or takes it back."""
        assert chat.owner is not None
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        member = groups._member(self.world.bot, "member", frozenset())
        kicked = groups._member(self.world.bot, "kicked", frozenset())
        self._tell_standing(
            chat, chat.owner, *((member, kicked) if blocked else (kicked, member))
        )

    def _tell_standing(
        self,
        chat: Chat,
        by: User,
        old: dict[str, Any],
        new: dict[str, Any],
        kind: str = "my_chat_member",
    ) -> None:
        self.platform.updates.add(
            kind,
            {
                "chat": chat.json(),
                "from": by.json(),
                "date": int(self.world.now()),
                "old_chat_member": old,
                "new_chat_member": new,
            },
            chat.id,
        )

    def press(self, user: User, chat: Chat, number: int, data: str) -> Press:
        press = Press(
            str(self.world.dice.getrandbits(62)),
            user,
            chat,
            number,
            data,
            self.world.now(),
        )
        self.world.presses[press.id] = press
        message = chat.messages.get(number)
        seen = (
            message.json()
            if message
            else {"chat": chat.json(), "message_id": number, "date": 0}
        )
        self.platform.updates.add(
            "callback_query",
            {
                "id": press.id,
                "from": user.json(),
                "message": seen,
                "chat_instance": chat.instance,
                "data": data,
            },
            user.id,
        )
        return press

    def skip(self, seconds: float) -> None:
        """Move the world's clock ahead: messages age, presses grow old,
        updates expire.
        """
        self.do(lambda: setattr(self.world, "skipped", self.world.skipped + seconds))

    # ---- watching
    # ------------------------------------------------------------

    def watch(
        self, place: Place, test: Callable[[Screen], Any]
    ) -> concurrent.futures.Future[Any]:
        watch = _Watch(place, test, concurrent.futures.Future())

        def begin() -> None:
            if not watch.ask():
                self._watched[place.chat.id].append(watch)

        self._loop.call_soon_threadsafe(begin)
        return watch.found

    def _note(self, what: str, message: Message) -> None:
        self.logs[message.chat.id].append(
            Happened(what, shown(message, self.world.bot), time.monotonic())
        )
        self._look(message.chat)

    def _look(self, chat: Chat) -> None:
        """Ask the watchers of a chat again, after the turn that changed it."""
        if self._watched[chat.id]:
            self._loop.call_soon(self._ask, chat.id)

    def _ask(self, number: int) -> None:
        self._watched[number] = [
            watch for watch in self._watched[number] if not watch.ask()
        ]

    # ---- faults
    # ------------------------------------------------------------

    def fault(
        self,
        kind: Kind,
        when: int | Callable[[Call], bool],
        times: int = 1,
        retry_after: int = 1,
    ) -> Fault:
        """Let something go wrong at a call: its number, or what `when` says of it."""
        fault = Fault(
            kind, at(when) if isinstance(when, int) else when, times, retry_after
        )
        self.do(lambda: self.faults.append(fault))
        return fault

    def _fault(self, call: Call) -> Fault | None:
        return next((fault for fault in self.faults if fault.meets(call)), None)

    def _change(self, kind: Kind, call: Call) -> None:
        """Faults that befall the world; the call then meets the world as it is."""
        chat = self.world.chats.get(self.concerns(call))
        press = self.world.presses.get(call.get("callback_query_id"))
        if kind == "blocked" and chat is not None and chat.owner is not None:
            self.block(chat, True)
        elif kind == "vanished" and chat is not None:
            chat.vanished = True
        elif kind == "topic" and chat is not None:
            topic = chat.topics.get(call.number_of("message_thread_id"))
            if topic is not None:
                groups.drop_topic(self.platform, chat, topic)
        elif kind == "late" and press is not None:
            press.at -= PRESS_ANSWERABLE + 1
        elif kind == "duplicate":
            self.platform.updates.duplicate += 1
        elif kind == "reorder":
            self.platform.updates.reorder += 1

    # ---- answering
    # ------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        method: Method | None = DOWNLOAD
        if found := FILE.fullmatch(request.path):
            name = DOWNLOAD.name
            request.args["path"] = found[2]
        elif found := PATH.fullmatch(request.path):
            method = METHODS.get(found[2].lower())
            name = method.name if method else found[2]
        else:
            return _refused(Refusal(404, "Not Found"))
        if found[1] != self.token:
            return _refused(Refusal(401, "Unauthorized"))
        call = self._enter(name, request)
        try:
            return await self._met(method, call)
        except Refusal as refusal:
            call.refused = refusal.description
            return _refused(refusal)

    def _enter(self, name: str, request: Request) -> Call:
        if name != "getUpdates":
            self._number += 1
        call = Call(self._number, name, request.args, request.files, time.monotonic())
        self.calls.append(call)
        return call

    async def _met(self, method: Method | None, call: Call) -> Response:
        fault = self._fault(call)
        if fault is None:
            return await self._work(method, call)
        call.fault = fault.kind
        match fault.kind:
            case "429":
                if method is not None and method.counts(call):
                    self._forbid(call, fault.retry_after)
                raise too_many(fault.retry_after)
            case "400":
                raise bad("member list is inaccessible")
            case "403":
                raise forbidden("not enough rights")
            case "500":
                raise Refusal(500, "Internal Server Error")
            case "502":
                return Response(502, NGINX, "text/html")
            case "garbled":
                return Response.json({"ok": True, "result": {"nonsense": 1}})
            case "reset":
                raise Reset
            case "deaf":
                await asyncio.Event().wait()
            case "reset_done" | "silence":
                await self._quietly(method, call)
                if fault.kind == "reset_done":
                    raise Reset
                await asyncio.Event().wait()
        self._change(fault.kind, call)
        return await self._work(method, call)

    async def _quietly(self, method: Method | None, call: Call) -> None:
        try:
            await self._work(method, call)
        except Refusal as refusal:
            call.refused = refusal.description

    async def _work(self, method: Method | None, call: Call) -> Response:
        if method is None:
            raise unknown_method()
        for slip in check(method, call):
            self._violated("parameters", call, slip)
        self._pace(method, call)
        result = method.work(self.platform, call)
        if inspect.isawaitable(result):
            result = await result
        call.done = True
        if method is DOWNLOAD:
            return Response(200, result, "application/octet-stream")
        if press := self.world.presses.get(call.get("callback_query_id")):
            self._look(press.chat)
        return Response.json({"ok": True, "result": result})

    def _pace(self, method: Method, call: Call) -> None:
        messages = method.counts(call)
        if not messages:
            return
        now = time.monotonic()
        if (wait := self._embargo.get(call.chat, 0.0) - now) > 0.01:
            self._violated("retry_after", call, f"{wait:.2f} s too early")
            raise too_many(whole_seconds(wait))
        broken = self._rates.count(call.chat, messages, now, self._since(now))
        for rule, wait in broken.items():
            self._violated(rule, call, f"{wait:.2f} s too early")
        if broken and self._strict:
            seconds = whole_seconds(max(broken.values()))
            self._forbid(call, seconds)
            raise too_many(seconds)

    def _forbid(self, call: Call, seconds: float) -> None:
        if call.chat:
            self._embargo[call.chat] = time.monotonic() + math.ceil(seconds)

    def _violated(self, rule: str, call: Call, detail: str) -> None:
        self.violations.append(Violation(rule, call, detail))

    def concerns(self, call: Call) -> int:
        """The chat a call is about, also where it names only a press or a file of it; 0
        for none.
        """
        press = self.world.presses.get(call.get("callback_query_id"))
        if call.chat or press is not None:
            return call.chat or (press.chat.id if press is not None else 0)
        file = self.world.files.get(call.get("file_id")) or self.world.paths.get(
            call.get("path")
        )
        return self.world.owner_of(file) if file is not None else 0


def _download(on: Platform, call: Call) -> bytes:
    """Bot API, getFile: the file behind a `file_path`."""
    file = on.world.paths.get(call.get("path"))
    if file is None or file.content is None:
        raise Refusal(404, "Not Found")
    return file.content()


DOWNLOAD = Method("download", frozenset(), frozenset({"path"}), _download)


@dataclass(slots=True)
class _Watch:
    place: Place
    test: Callable[[Screen], Any]
    found: concurrent.futures.Future[Any]

    def ask(self) -> bool:
        """Whether it is over: found, or nobody waits any more."""
        if self.found.done():
            return True
        try:
            answer = self.test(self.place._screen())
        except BaseException as error:
            self.found.set_exception(error)
            return True
        if answer and self.found.set_running_or_notify_cancel():
            self.found.set_result(answer)
        return bool(answer)


def _refused(refusal: Refusal) -> Response:
    headers = (
        {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    )
    return Response(refusal.code, Response.json(refusal.json()).body, headers=headers)
