"""Three doors into one hotline: the web's pages, a terminal, Telegram. Before each
stands a person who types, picks and looks.
"""

from __future__ import annotations

import asyncio
import io
import queue
import re
import secrets
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Protocol

import httpx

from tests.botapi.persons import Happened, Person, Shown
from tests.botapi.world import Message

PATIENCE = 60.0  # seconds until an answer is missed


@dataclass(frozen=True, slots=True)
class Came:
    """One message as its reader has it. offers: the labels of its buttons."""

    text: str
    offers: tuple[str, ...] = ()


class Door(Protocol):
    """What a person does here. Each returns once the hotline is through with it."""

    name: str

    async def opens(self) -> None: ...

    async def says(self, words: str) -> None: ...

    async def picks(self, labels: Sequence[str], times: int = 1) -> bool:
        """Whether any such answer is offered; if so, it is picked."""

    async def shows(self, picture: bytes) -> None: ...

    async def edits(self, old: str, new: str) -> bool:
        """Whether words that were said can be changed here; if so, they are."""

    async def looks(self) -> list[Came]:
        """What came since the last look."""

    async def offered(self) -> list[str]:
        """All labels that can be picked now."""

    @property
    def traces(self) -> list[str]:
        """What names this person here, and must stand nowhere behind the hotline."""


def fitting(labels: Sequence[str], offered: Sequence[str]) -> str | None:
    """The offered label that is, or else holds, one of these words."""
    for wanted in labels:
        if wanted in offered:
            return wanted
    for wanted in labels:
        found = [label for label in offered if wanted in label]
        if found:
            return found[-1]
    return None


# ── the web's pages, as a browser without scripts uses them ───────────────────────────


@dataclass(slots=True)
class Row:
    """A bubble of the page. keys: label to choice."""

    id: str
    mine: bool
    text: str
    key: str
    mark: str
    keys: dict[str, str]


class Page(HTMLParser):
    """Reads the conversation off a page: its bubbles in order, with what they offer."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._depth = 0
        self._choice: str | None = None
        self._label = ""
        self.feed(page)

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in found}
        if attributes.get("class", "").startswith("row "):
            mine = "me" in attributes["class"].split()
            self.rows.append(Row(attributes.get("id", ""), mine, "", "", "", {}))
            self._depth = 1
            return
        if not self._depth:
            return
        if tag == "div":
            self._depth += 1
        row = self.rows[-1]
        if tag == "input" and attributes.get("name") == "key":
            row.key = attributes["value"]
        if tag == "input" and attributes.get("name") == "mark":
            row.mark = attributes["value"]
        if tag == "button" and attributes.get("name") == "choice":
            self._choice = attributes["value"]
            self._label = ""
        if tag in ("p", "li", "div", "ol", "ul", "details", "summary"):
            row.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        if not self._depth:
            return
        if tag == "button" and self._choice is not None:
            self.rows[-1].keys[self._label.strip()] = self._choice
            self._choice = None
        if tag == "div":
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if not self._depth:
            return
        if self._choice is not None:
            self._label += data
        self.rows[-1].text += data


class WebDoor:
    name = "web"

    def __init__(self, client: httpx.AsyncClient, remembered: bool) -> None:
        self._client = client
        self._remembered = remembered
        self._seen: set[str] = set()
        self._page = ""

    async def opens(self) -> None:
        await self._reads()
        if self._remembered:
            await self._posts("/remember", {"on": "1"})

    async def says(self, words: str) -> None:
        await self._posts("/say", {"key": secrets.token_hex(8), "text": words})

    async def picks(self, labels: Sequence[str], times: int = 1) -> bool:
        await self._reads()
        rows = [row for row in self._rows() if row.keys]
        for row in reversed(rows):
            label = fitting(labels, list(row.keys))
            if label is not None:
                await self._presses(row, row.keys[label], times)
                return True
        return False

    async def _presses(self, row: Row, choice: str, times: int) -> None:
        fields = {"key": row.key, "mark": row.mark, "choice": choice}
        for _ in range(times):
            await self._posts("/press", fields)

    async def shows(self, picture: bytes) -> None:
        answer = await self._client.post(
            "/picture",
            data={"key": secrets.token_hex(8)},
            files={"file": ("shot.png", picture, "image/png")},
        )
        assert answer.status_code == 303, answer.text

    async def edits(self, old: str, new: str) -> bool:
        return False

    async def looks(self) -> list[Came]:
        await self._reads()
        new = [row for row in self._rows() if row.id not in self._seen and not row.mine]
        self._seen |= {row.id for row in self._rows()}
        return [Came(row_as_text(row), tuple(row.keys)) for row in new]

    async def offered(self) -> list[str]:
        return [label for row in self._rows() for label in row.keys]

    @property
    def traces(self) -> list[str]:
        cookies = self._client.cookies.jar
        return [one.value for one in cookies if one.value and len(one.value) > 8]

    async def _posts(self, path: str, fields: dict[str, str]) -> None:
        answer = await self._client.post(path, data=fields)
        assert answer.status_code == 303, answer.text

    async def _reads(self) -> None:
        answer = await self._client.get("/")
        assert answer.status_code == 200, answer.text
        self._page = answer.text

    def _rows(self) -> list[Row]:
        return rows_of(self._page)


def rows_of(page: str) -> list[Row]:
    """The conversation on a page."""
    return Page(page).rows


def row_as_text(row: Row) -> str:
    """Its words without the page's own spacing."""
    lines = [" ".join(line.split()) for line in row.text.splitlines()]
    return "\n".join(line for line in lines if line)


# ── a terminal ────────────────────────────────────────────────────────────────────────

NUMBERED = re.compile(r"^ {2}(\d+)\. (.+)$", re.M)
BESIDE = re.compile(r"\[([^\[\]]+)\]")


class Keyboard:
    """Lines that a terminal reads, one after the other; `idle` is set while it waits
    for the next.
    """

    def __init__(self) -> None:
        self.idle = asyncio.Event()
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()

    def read(self) -> str | None:
        """Called by the terminal, in a thread."""
        self._loop.call_soon_threadsafe(self.idle.set)
        return self._lines.get()

    async def types(self, line: str | None) -> None:
        """Returns once the terminal reads on."""
        await self.idle.wait()
        self.idle.clear()
        self._lines.put(line)
        if line is not None:
            await asyncio.wait_for(self.idle.wait(), PATIENCE)


class TerminalDoor:
    name = "terminal"

    def __init__(self, keyboard: Keyboard, out: io.StringIO, folder: str) -> None:
        """folder: where pictures lie while they are sent."""
        self._keyboard = keyboard
        self._out = out
        self._folder = folder
        self._seen = 0

    async def opens(self) -> None:
        await asyncio.wait_for(self._keyboard.idle.wait(), PATIENCE)

    async def says(self, words: str) -> None:
        await self._keyboard.types(words)

    async def picks(self, labels: Sequence[str], times: int = 1) -> bool:
        label = fitting(labels, await self.offered())
        if label is None:
            return False
        numbers = {name: number for number, name in self._numbered()}
        for _ in range(times):
            await self.says(numbers.get(label, label))
        return True

    async def shows(self, picture: bytes) -> None:
        path = f"{self._folder}/{secrets.token_hex(4)}.png"
        with open(path, "wb") as file:
            file.write(picture)
        await self.says(f"/picture {path}")

    async def edits(self, old: str, new: str) -> bool:
        return False

    async def looks(self) -> list[Came]:
        printed = self._out.getvalue()
        new = printed[self._seen :]
        self._seen = len(printed)
        if not new.strip():
            return []
        labels = [label for _, label in NUMBERED.findall(new)]
        return [Came(new.strip(), tuple(labels))]

    async def offered(self) -> list[str]:
        beside = BESIDE.findall(self._out.getvalue().rpartition("\n· ")[2])
        return [*beside, *(label for _, label in self._numbered())]

    def _numbered(self) -> list[tuple[str, str]]:
        """The choices that were printed last."""
        found: list[tuple[str, str]] = NUMBERED.findall(self._out.getvalue())
        last = max((at for at, one in enumerate(found) if one[0] == "1"), default=0)
        return found[last:]

    @property
    def traces(self) -> list[str]:
        return []


# ── Telegram ──────────────────────────────────────────────────────────────────────────


class TurnByTurn(Protocol):
    """Knows when the hotline is through with what a person did."""

    def one(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is answered when it is left."""


class TelegramDoor:
    name = "telegram"

    def __init__(self, person: Person, turns: TurnByTurn) -> None:
        self._person = person
        self._turns = turns
        self._seen = 0
        self._toasts: list[str] = []
        self._said: dict[str, Message] = {}
        self._texts: dict[int, str] = {}

    async def opens(self) -> None:
        async with self._turns.one():
            self._person.starts()

    async def says(self, words: str) -> None:
        async with self._turns.one():
            self._said[words] = self._person.says(words)

    async def picks(self, labels: Sequence[str], times: int = 1) -> bool:
        for message in reversed(self._person.screen().bots):
            offered = [one.label for one in message.buttons if one.data is not None]
            label = fitting(labels, offered)
            if label is not None:
                await self._presses(message, label, times)
                return True
        return False

    async def _presses(self, message: Shown, label: str, times: int) -> None:
        for _ in range(times):
            async with self._turns.one():
                pressed = self._person.presses(label, on=message)
                toast = await pressed.answer()
            if toast:
                self._toasts.append(toast)

    async def shows(self, picture: bytes) -> None:
        async with self._turns.one():
            self._person.sends_photo(picture)

    async def edits(self, old: str, new: str) -> bool:
        [said] = [words for words in self._said if old in words]
        words = said.replace(old, new)
        message = self._said.pop(said)
        async with self._turns.one():
            self._person.edits(message, words)
        self._said[words] = message
        return True

    async def looks(self) -> list[Came]:
        """A message whose buttons alone were taken away has not come."""
        log = self._person.log
        newest: dict[int, Shown] = {}
        for one in log[self._seen :]:
            number = one.shown.id
            is_undressed = not one.shown.labels and number in self._texts
            if is_undressed and self._texts[number] == one.shown.text:
                continue
            if _is_shown(one):
                newest[number] = one.shown
                self._texts[number] = one.shown.text
        self._seen = len(log)
        came = [Came(shown.text, shown.labels) for shown in newest.values()]
        came += [Came(toast) for toast in self._toasts]
        self._toasts.clear()
        return came

    async def offered(self) -> list[str]:
        return [label for shown in self._person.screen() for label in shown.labels]

    @property
    def traces(self) -> list[str]:
        return self._person.traces


def _is_shown(one: Happened) -> bool:
    return one.what in ("sent", "edited") and one.shown.by_bot


class Turns:
    """Counts what the hotline is through with, answers delivered."""

    def __init__(self) -> None:
        self._count = 0
        self._came = asyncio.Condition()

    async def over(self) -> None:
        async with self._came:
            self._count += 1
            self._came.notify_all()

    def one(self) -> OneTurn:
        return OneTurn(self)

    async def beyond(self, count: int) -> None:
        async with self._came:
            is_over = self._came.wait_for(lambda: self._count > count)
            await asyncio.wait_for(is_over, PATIENCE)

    @property
    def count(self) -> int:
        return self._count


class OneTurn(AbstractAsyncContextManager[None]):
    """See `TurnByTurn.one`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._count = 0

    async def __aenter__(self) -> None:
        self._count = self._turns.count

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            await self._turns.beyond(self._count)
