"""Plays a script on a stage, and checks after it what always holds.

1. Nothing that names the person, and no word that was to stand nowhere, is in any file,
   log or screen behind the hotline.
2. Every turn was answered, and no answer left the person without a next step.
3. Nothing came by itself between 21:00 and 08:00.
4. The person could always stop, and was never asked who they are.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw

from anonymizer import receipts
from dialogs.case.refusals import Refusal
from tests.journeys.deployment import CommandRefused
from tests.journeys.doors import Came, Door
from tests.journeys.script import Line, Script
from tests.journeys.stage import DOORS, Order, passing
from tests.proofs.needles import all_files, found_in

NEXT_STEP = re.compile("说|写|发|点|打|查|会|告诉|say|write|send|will", re.IGNORECASE)
PRYING = re.compile(
    "您的(姓名|名字|电话|手机号|身份证)是|怎么称呼您|请(留下|提供)您的|your name\\?"
)
ACT = timedelta(seconds=20)  # between two turns of a person
NIGHT = (21, 8)
REFUSALS = (Refusal, CommandRefused)


class Played(Protocol):
    """What a script is played on: the program in this process, or one that serves."""

    folder: Path
    at: datetime

    @property
    def here(self) -> datetime: ...

    @property
    def doors(self) -> list[Door]: ...

    async def door(self, name: str, remembered: bool) -> Door: ...

    async def settles(self) -> None: ...

    def step(self, whole: timedelta) -> timedelta:
        """How long until the next look at what came, where so much time is to pass."""

    async def rings(self, step: timedelta) -> None: ...

    async def orders(self, order: Order) -> None: ...

    async def aliases(self) -> list[str]:
        """Of all cases that are still to be worked on, the oldest first, urgent ones
        before others.
        """

    async def filed(self) -> int:
        """How many reports there are behind the hotline."""

    async def reports(self) -> int:
        """How many were filed, those that are still kept back among them."""

    async def case(self, alias: str) -> str: ...

    async def case_at_unit(self, alias: str) -> str: ...


@dataclass(slots=True)
class Told:
    """One turn, for the transcript. did: "" for what came by itself."""

    did: str
    came: list[Came]
    at: str


@dataclass(slots=True)
class Player:
    """One person on one stage. came: since the last line that did something."""

    stage: Played
    script: Script
    first: str
    door: Door
    came: list[Came] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    filed: int = 0

    # ── line by line ──────────────────────────────────────────────────────────────────

    async def plays(self) -> None:
        """Raises: AssertionError, which begins with the line."""
        self.came = await self.door.looks()
        for line in self.script.lines:
            try:
                await self._line(line)
            except (AssertionError, *REFUSALS) as error:
                place = f"{self.script.name}:{line.number} at the {self.first} door"
                said = f"{line.mark} {line.words}"
                raise AssertionError(f"{place}: {said}\n{error}") from error
        await self._always()

    async def _line(self, line: Line) -> None:
        words = self._filled(line.words)
        if line.only_if and not re.search(line.only_if, self._heard):
            return
        match line.mark:
            case "›":
                await self._does(f"› {words}", self.door.says(words))
            case "⟦" | "⟦⟦":
                await self._picks(words, 2 if line.mark == "⟦⟦" else 1)
            case "📷":
                await self._does(f"📷 {words}", self.door.shows(picture(words)))
            case "✎":
                await self._edits(words)
            case "⇄":
                await self._turns_to(words)
            case "⏱":
                await self._passes(passing(words, self.stage.here))
            case "⚙":
                await self.stage.orders(self._order(words))
            case "⚙!":
                await self._is_refused(self._order(words))
            case "→":
                found = re.search(words, self._heard)
                assert found, f"missing in what came:\n{self._heard}"
                self.names.update(found.groupdict())
            case "↛":
                found = re.search(words, self._heard)
                assert not found, f"{found} in what came:\n{self._heard}"
            case "★" | "☆" | "◉" | "◎":
                await self._reads(line.mark, words)
            case "#":
                filed = await self.stage.reports()
                assert filed == int(words), f"{filed} reports were filed"
            case "▣":
                seen = await self.stage.aliases()
                assert len(seen) == int(words), f"staff see {seen}"

    def _filled(self, words: str) -> str:
        for name, value in self.names.items():
            words = words.replace(f"{{{name}}}", value)
        return words

    @property
    def _heard(self) -> str:
        return "\n".join(_whole(one) for one in self.came)

    # ── the person ────────────────────────────────────────────────────────────────────

    async def _does(self, did: str, doing: object) -> None:
        self.stage.at += ACT
        await doing  # type: ignore[misc]
        await self.stage.settles()
        self.came = await self.door.looks()
        self.told.append(Told(did, self.came, f"{self.stage.here:%H:%M}"))
        assert self.came, "no answer"
        await self._note_names()
        offered = await self.door.offered()
        says_how = NEXT_STEP.search(self.came[-1].text)
        assert offered or says_how, f"no next step:\n{self._heard}"
        prying = PRYING.search(self._heard)
        assert not prying, f"asked for who they are:\n{self._heard}"

    async def _picks(self, words: str, times: int) -> None:
        labels = [one.strip() for one in words.split("|")]

        async def picks() -> None:
            if not await self.door.picks(labels, times):
                await self.door.says(labels[0])

        await self._does(f"⟦{labels[0]}⟧", picks())

    async def _edits(self, words: str) -> None:
        old, _, new = (one.strip() for one in words.partition("⇒"))

        async def edits() -> None:
            if not await self.door.edits(old, new):
                await self.door.says(new)

        await self._does(f"✎ {old} ⇒ {new}", edits())

    async def _turns_to(self, words: str) -> None:
        next_one = DOORS[(DOORS.index(self.first) + 1) % len(DOORS)]
        name = self.first if words == "back" else next_one
        self.door = await self.stage.door(name, self.script.is_remembered)
        await self.door.looks()

    async def _note_names(self) -> None:
        """Cases are looked for where something new has been filed."""
        for receipt in receipts.find_all(self._heard):
            if receipt.receipt:
                self._name("R", receipt.receipt)
        filed = await self.stage.filed()
        if filed == self.filed:
            return
        self.filed = filed
        for alias in await self.stage.aliases():
            self._name("case", alias)

    def _name(self, kind: str, value: str) -> None:
        """The first of a kind is called case1, the next case2."""
        if value not in self.names.values():
            count = sum(name.startswith(kind) for name in self.names)
            self.names[f"{kind}{count + 1}"] = value

    # ── time ──────────────────────────────────────────────────────────────────────────

    async def _passes(self, time: timedelta) -> None:
        """What comes in between came by itself: never at night."""
        self.came = []
        until = self.stage.at + time
        while self.stage.at < until:
            step = self.stage.step(time)
            await self.stage.rings(min(step, until - self.stage.at))
            came = await self.door.looks()
            if came:
                hour = self.stage.here.hour
                is_night = hour >= NIGHT[0] or hour < NIGHT[1]
                assert not is_night, f"pushed at {self.stage.here}: {came}"
                self.came += came
                self.told.append(Told("", came, f"{self.stage.here:%m-%d %H:%M}"))
        await self._note_names()

    # ── behind the hotline ────────────────────────────────────────────────────────────

    def _order(self, words: str) -> Order:
        head, _, rest = words.partition("：")
        who, alias, label = head.split()
        return Order(who, alias, label, rest)

    async def _is_refused(self, order: Order) -> None:
        try:
            await self.stage.orders(order)
        except REFUSALS:
            return
        raise AssertionError("it was not refused")

    async def _reads(self, mark: str, words: str) -> None:
        name, _, pattern = words.partition(" ")
        await self._note_names()
        alias = self.names[name]
        is_unit = mark in "◉◎"
        sees = self.stage.case_at_unit if is_unit else self.stage.case
        seen = await sees(alias)
        self.behind.append(seen)
        if mark in "★◉":
            assert re.search(pattern, seen), f"missing in:\n{seen}"
        else:
            assert not re.search(pattern, seen), f"stands in:\n{seen}"

    # ── what always holds ─────────────────────────────────────────────────────────────

    async def _always(self) -> None:
        known = [name for name in self.names if name.startswith("case")]
        aliases = {self.names[name] for name in known}
        for alias in sorted({*aliases, *await self.stage.aliases()}):
            self.behind.append(await self.stage.case(alias))
        traces = [trace for door in self.stage.doors for trace in door.traces]
        needles = [*self.script.secrets, *traces]
        for seen in self.behind:
            told = [needle for needle in needles if needle in seen]
            assert not told, f"staff read {told}:\n{seen}"
        places = all_files(self.stage.folder / "data", self.stage.folder / "log")
        in_clear = found_in(places, needles)
        assert not in_clear, f"in clear: {in_clear}"


def _whole(one: Came) -> str:
    return "\n".join([one.text, *(f"[{label}]" for label in one.offers)])


def picture(words: str) -> bytes:
    """A picture of this; what it shows nobody reads."""
    out = io.BytesIO()
    image = Image.new("RGB", (320, 240), "#eeeeee")
    draw = ImageDraw.Draw(image)
    for row in range(len(words) % 7 + 2):
        draw.rectangle((20, 20 + row * 22, 260, 34 + row * 22), fill="#888888")
    image.save(out, "PNG")
    return out.getvalue()


async def played(stage: Played, script: Script, first: str) -> Player:
    """From the first word to the last, by this door."""
    door = await stage.door(first, script.is_remembered)
    player = Player(stage, script, first, door)
    await player.plays()
    return player
