"""Telegram without a network: python-telegram-bot's calls are answered by the crowd in
this process.
"""

from __future__ import annotations

import json
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.lab.bench.telegram_talk import Crowd


class StubRequest(BaseRequest):
    """In the place of HTTP: parameters are taken as they would be sent, results read as
    they would come.
    """

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        values = request_data.parameters if request_data is not None else {}
        result = self._crowd.call(url.rpartition("/")[2], values)
        return 200, json.dumps({"ok": True, "result": result}).encode()
