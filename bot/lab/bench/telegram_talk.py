"""The conversation that is measured over Telegram: twelve turns of one reporter, the
same for every bot.

A player gives the next update as Telegram would, and takes what the bot answers; it
knows no bot's inside.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from itertools import count
from typing import Any

from bot.lab.bench import words

RECEIPT = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
SAY, PRESS = "say", "press"
# What the person does, and the words that must have been answered before; "" for: a
# button of that name.
SCRIPT = (
    (SAY, "", ""),  # the report
    (PRESS, "unit", ""),
    (SAY, "幸福路街道办事处", "哪个单位"),
    (PRESS, "place", ""),
    (PRESS, "none", ""),
    (PRESS, "when", ""),
    (PRESS, "is:week", ""),
    (PRESS, "masks", ""),
    (PRESS, "mask:0", ""),
    (PRESS, "done", ""),
    (PRESS, "send", ""),
    (SAY, "receipt", "回执码"),
)
TURNS = len(SCRIPT)
LAST = "台账"  # in the answer to the last turn, the report's story
AT = 1_763_800_000  # seconds since 1970 UTC
BOT = {
    "id": 7_000_000_001,
    "is_bot": True,
    "first_name": "bench",
    "username": "bench_bot",
}
TOKEN = f"{BOT['id']}:{'A' * 35}"

RESULTS: Mapping[str, Any] = {
    "getMe": BOT,
    "getMyCommands": [],
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
}

_updates, _messages, _people = count(1), count(1), count(5_000_000_000)


class Unexpected(Exception):
    """The bot went another way than the benchmark says: mend the benchmark."""


class Player:
    """One person in a private chat, journey after journey. Update and message numbers
    are shared by all.
    """

    def __init__(self) -> None:
        self.chat = next(_people)
        self.turn = 0
        self.answered: asyncio.Future[None] | None = None
        self._text, self._message = "", 0
        self._data: dict[
            str, str
        ] = {}  # of the newest keyboard: choice → callback data
        self._receipt = ""

    def next(self) -> dict[str, Any]:
        """The next update. Raises: Unexpected."""
        how, what, before = SCRIPT[self.turn]
        if before not in self._text:
            raise Unexpected(
                f"{before!r} was expected before turn {self.turn + 1}: {self._text!r}"
            )
        update: dict[str, Any] = {"update_id": next(_updates)}
        if how == PRESS:
            if what not in self._data:
                raise Unexpected(
                    f"no button {what!r} before turn {self.turn + 1}: {self._text!r}"
                )
            message = self._shown(self._message, BOT) | {"text": self._text}
            press = {
                "id": str(update["update_id"]),
                "from": self._user,
                "message": message,
            }
            update["callback_query"] = {
                **press,
                "chat_instance": "1",
                "data": self._data[what],
            }
        else:
            said = (
                self._receipt
                if what == "receipt"
                else what or words.sentence(self.chat)
            )
            update["message"] = self._shown(next(_messages), self._user) | {
                "text": said
            }
        self.turn = (self.turn + 1) % TURNS
        self._text, self._data = "", {}
        self.answered = asyncio.get_running_loop().create_future()
        return update

    def take(
        self, values: Mapping[str, Any], edited: int | None = None
    ) -> dict[str, Any]:
        """A message of the bot. values: text or caption, reply_markup. Returns: it as
        Telegram shows it.
        """
        words, markup = (
            values.get("text") or values.get("caption") or "",
            values.get("reply_markup"),
        )
        self._text = words
        for row in (markup or {}).get("inline_keyboard", ()):
            for button in row:
                choice = button.get("callback_data", "").rpartition("|")[2]
                self._data[choice] = button.get("callback_data", "")
        if found := RECEIPT.search(words):
            self._receipt = found[0]
        self._message = edited or next(_messages)
        if self.turn == 0 and LAST not in words:
            raise Unexpected(f"{LAST!r} was expected at the end: {words!r}")
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)
        return self._shown(self._message, BOT) | {"text": words}

    @property
    def _user(self) -> dict[str, Any]:
        return {
            "id": self.chat,
            "is_bot": False,
            "first_name": "P",
            "language_code": "zh-hans",
        }

    def _shown(self, number: int, by: Mapping[str, Any]) -> dict[str, Any]:
        chat = {"id": self.chat, "type": "private", "first_name": "P"}
        return {"message_id": number, "date": AT, "chat": chat, "from": dict(by)}


class Crowd:
    """Everybody who talks to one bot; what the bot calls is answered here, without a
    network.
    """

    def __init__(self) -> None:
        self.players: dict[int, Player] = {}

    def player(self) -> Player:
        player = Player()
        self.players[player.chat] = player
        return player

    def call(self, method: str, values: Mapping[str, Any]) -> Any:
        """The result of a call. values: its parameters as Telegram reads them."""
        if method in ("sendMessage", "sendPhoto", "editMessageText"):
            player = self.players[int(values["chat_id"])]
            return player.take(
                values,
                int(values["message_id"]) if method == "editMessageText" else None,
            )
        return RESULTS.get(method, True)
