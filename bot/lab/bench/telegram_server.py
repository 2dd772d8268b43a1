"""A Telegram in a process of its own, for `jianfu bench telegram`: people who answer at
once, over HTTP.

    python -m bot.lab.bench.telegram_server CHATS JOURNEYS

It says where it is, and after all journeys how many seconds they took; then it answers
on until it is told to end. Strictness is not its business.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections import deque
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.lab.bench.telegram_talk import SCRIPT_TURNS, SENDING, Crowd, Player

LONGEST_POLL = 1.0  # seconds that it waits for something new
MOST_UPDATES = 100  # of one poll, as Telegram has it


class Platform:
    """Telegram as one bot sees it, with so many chats at once."""

    def __init__(self, chats: int, journeys: int) -> None:
        self._crowd = Crowd()
        self._chats = chats
        self._journeys = chats * journeys  # that have not begun
        self._left = chats * journeys * SCRIPT_TURNS  # answers that are awaited
        self._pending: deque[dict[str, Any]] = deque()
        self._news = asyncio.Event()
        self._begun: float | None = None
        self.over: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def call(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        values = await _values(request)
        if method == "getUpdates":
            result = await self._updates(values)
        else:
            result = self._answered(method, values)
        return JSONResponse({"ok": True, "result": result})

    async def _updates(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """The first poll begins it all."""
        if self._begun is None:
            self._begun = time.perf_counter()
            for _ in range(self._chats):
                self._does_next(None)
        offset = int(values.get("offset", 0))
        while self._pending and self._pending[0]["update_id"] < offset:
            self._pending.popleft()
        if not self._pending:
            self._news.clear()
            wait = min(LONGEST_POLL, float(values.get("timeout", 0)))
            try:
                await asyncio.wait_for(self._news.wait(), wait)
            except TimeoutError:
                return []
        return list(self._pending)[:MOST_UPDATES]

    def _answered(self, method: str, values: dict[str, Any]) -> Any:
        result = self._crowd.call(method, values)
        if method in SENDING:
            player = self._crowd.players[int(values["chat_id"])]
            self._left -= 1
            if self._left == 0 and self._begun is not None:
                self.over.set_result(time.perf_counter() - self._begun)
            self._does_next(player if player.turn else None)
        return result

    def _does_next(self, player: Player | None) -> None:
        """None: somebody new, as long as there are journeys left."""
        if player is None and self._journeys:
            self._journeys -= 1
            player = self._crowd.player()
        if player is not None:
            self._pending.append(player.next())
            self._news.set()


async def _values(request: Request) -> dict[str, Any]:
    async with request.form() as form:
        values: dict[str, Any] = {
            name: value for name, value in form.items() if isinstance(value, str)
        }
    if "reply_markup" in values:
        values["reply_markup"] = json.loads(values["reply_markup"])
    return values


async def serve(chats: int, journeys: int) -> None:
    platform = Platform(chats, journeys)
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    calls = Route("/bot{token}/{method}", platform.call, methods=["GET", "POST"])
    config = uvicorn.Config(
        Starlette(routes=[calls]), log_config=None, access_log=False, lifespan="off"
    )
    serving = asyncio.create_task(uvicorn.Server(config).serve([listening]))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    print(await platform.over, flush=True)
    await serving


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
