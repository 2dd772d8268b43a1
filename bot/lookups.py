"""What a dialog has to know before it decides: answered here, before anything is
written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from anonymizer import receipts
from bot.cases.casework import Casework
from bot.channels.port import Incoming, KeepsScreens
from bot.people.register import UnitRegister
from bot.people.throttle import GuessThrottle
from bot.readings import Readings
from bot.settings import Settings
from dialogs.case.hold import hold_day
from dialogs.words import (
    MISTYPED,
    Asked,
    ByHandle,
    ByReceipt,
    Hide,
    HoldDay,
    LastReceipt,
    Meant,
    Mine,
    NewReceipt,
    OpenQuestion,
    Query,
    Read,
    RulesInForce,
    Tell,
    UnitName,
)


class Lookups:
    """Answers queries; remembers, in memory alone, fresh receipts and how often a chat
    guessed wrong.
    """

    def __init__(
        self,
        casework: Casework,
        register: UnitRegister,
        settings: Settings,
        now: Callable[[], datetime],
        screens: Mapping[str, KeepsScreens],
    ) -> None:
        """screens: the channels that know what they show, by name."""
        self._casework = casework
        self._register = register
        self._screens = screens
        self._now = now
        self._shown_for = timedelta(minutes=settings.receipt_minutes)
        self._receipts: dict[bytes, tuple[str, datetime]] = {}
        self._guesses = GuessThrottle(now)
        self._readings = Readings()

    async def close(self) -> None:
        """Nothing is looked up any more."""
        await self._readings.close()

    async def answer(self, query: Query[Any], incoming: Incoming, who: bytes) -> Any:
        match query:
            case Read(text):
                return await self._readings.reading(text)
            case Meant(text, moment):
                return await self._readings.meaning(text, moment)
            case UnitName(text):
                return await self._register.called(text)
            case Hide(text):
                return await self._readings.masks(text)
            case NewReceipt():
                return receipts.new()
            case LastReceipt():
                return self._last_receipt(who)
            case ByReceipt(text):
                return await self._by_receipt(text, who)
            case Mine():
                if not incoming.lasting:
                    return ()
                return await self._casework.stories.mine(incoming.sender)
            case ByHandle(handle):
                return await self._casework.stories.by_handle(handle, incoming.sender)
            case Asked():
                return await self._asked(incoming)
            case HoldDay(days):
                return hold_day(self._now(), days, self._casework.terms)
            case RulesInForce():
                return self._casework.terms.rules
            case Tell(report):
                return await self._casework.stories.told(bytes.fromhex(report))
        raise TypeError(f"nobody answers {type(query).__name__}")

    def keep_receipt(self, who: bytes, receipt: str) -> None:
        """What is over is let go."""
        now = self._now()
        over = [chat for chat, (_, until) in self._receipts.items() if until <= now]
        for chat in over:
            del self._receipts[chat]
        self._receipts.pop(who, None)
        self._receipts[who] = receipt, now + self._shown_for

    def drop_receipt(self, who: bytes) -> None:
        self._receipts.pop(who, None)

    async def _asked(self, incoming: Incoming) -> tuple[OpenQuestion, ...]:
        """A chat that is somebody else's tomorrow is asked only what still stands on
        its screen, as a press on it would find it.
        """
        stories = self._casework.stories
        if incoming.lasting:
            return await stories.asked_in_chat(incoming.sender, incoming.lang)
        screens = self._screens.get(incoming.sender.channel)
        if screens is None:
            return ()
        handles = await screens.pushed(incoming.sender)
        return await stories.asked_by_pushes(handles, incoming.sender, incoming.lang)

    def _last_receipt(self, who: bytes) -> str | None:
        shown = self._receipts.get(who)
        if shown is None:
            return None
        receipt, until = shown
        return receipt if until > self._now() else None

    async def _by_receipt(self, text: str, who: bytes) -> str | None:
        """Who guesses waits before the look-up, so that right and wrong answers take
        equally long.
        """
        try:
            receipt = receipts.read(text)
        except receipts.MalformedReceipt:
            return MISTYPED if receipts.resembles(text) else None
        await self._guesses.wait(who)
        report = await self._casework.stories.report_of(receipt)
        if report is None:
            self._guesses.wrong(who)
        return report.hex() if report else None
