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
from bot.lab.bench.benchmark import Unexpected

RECEIPT_FORM = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
SAY = "say"
PRESS = "press"
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
SCRIPT_TURNS = len(SCRIPT)
LAST_WORDS = "台账"  # in the answer to the last turn, the report's story
SENT_AT = 1_763_800_000  # seconds since 1970 UTC
BENCH_BOT = {
    "id": 7_000_000_001,
    "is_bot": True,
    "first_name": "bench",
    "username": "bench_bot",
}
BENCH_TOKEN = f"{BENCH_BOT['id']}:{'A' * 35}"

SENDING = frozenset({"sendMessage", "sendPhoto", "editMessageText"})
RESULTS: Mapping[str, Any] = {  # of calls that send nothing; of all others: True
    "getMe": BENCH_BOT,
    "getMyCommands": [],
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
}

_updates, _messages, _people = count(1), count(1), count(5_000_000_000)


class Player:
    """One person in a private chat, journey after journey. Update and message numbers
    are shared by all.
    """

    def __init__(self) -> None:
        self.chat = next(_people)
        self.turn = 0
        self.answered: asyncio.Future[None] | None = None
        self._text = ""
        self._message = 0
        # of the newest keyboard: choice → callback data
        self._data: dict[str, str] = {}
        self._receipt = ""

    def next(self) -> dict[str, Any]:
        """The next update. Raises: Unexpected."""
        how, what, before = SCRIPT[self.turn]
        if before not in self._text:
            raise self._unexpected(f"{before!r} was expected")
        update: dict[str, Any] = {"update_id": next(_updates)}
        if how == PRESS:
            update["callback_query"] = self._press(what, update["update_id"])
        else:
            update["message"] = self._say(what)
        self.turn = (self.turn + 1) % SCRIPT_TURNS
        self._text = ""
        self._data = {}
        self.answered = asyncio.get_running_loop().create_future()
        return update

    def _press(self, choice: str, number: int) -> dict[str, Any]:
        """A callback query. Raises: Unexpected."""
        if choice not in self._data:
            raise self._unexpected(f"no button {choice!r}")
        message = self._shown(self._message, BENCH_BOT)
        return {
            "id": str(number),
            "from": self._user,
            "message": message | {"text": self._text},
            "chat_instance": "1",
            "data": self._data[choice],
        }

    def _say(self, what: str) -> dict[str, Any]:
        """A message of this person."""
        text = what or words.sentence(self.chat)
        if what == "receipt":
            text = self._receipt
        return self._shown(next(_messages), self._user) | {"text": text}

    def _unexpected(self, wrong: str) -> Unexpected:
        return Unexpected(f"{wrong} before turn {self.turn + 1}: {self._text!r}")

    def take(
        self, values: Mapping[str, Any], edited: int | None = None
    ) -> dict[str, Any]:
        """A message of the bot. values: text or caption, reply_markup. Returns: it as
        Telegram shows it.
        """
        text = values.get("text") or values.get("caption") or ""
        self._text = text
        self._read_keyboard(values.get("reply_markup") or {})
        if found := RECEIPT_FORM.search(text):
            self._receipt = found[0]
        self._message = edited or next(_messages)
        if self.turn == 0 and LAST_WORDS not in text:
            raise Unexpected(f"{LAST_WORDS!r} was expected at the end: {text!r}")
        if self.answered is not None and not self.answered.done():
            self.answered.set_result(None)
        return self._shown(self._message, BENCH_BOT) | {"text": text}

    def _read_keyboard(self, markup: Mapping[str, Any]) -> None:
        for row in markup.get("inline_keyboard", ()):
            for button in row:
                data = button.get("callback_data", "")
                choice = data.rpartition("|")[2]
                self._data[choice] = data

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
        return {"message_id": number, "date": SENT_AT, "chat": chat, "from": dict(by)}


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
        if method not in SENDING:
            return RESULTS.get(method, True)
        player = self.players[int(values["chat_id"])]
        is_edit = method == "editMessageText"
        return player.take(values, int(values["message_id"]) if is_edit else None)
