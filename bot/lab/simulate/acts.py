"""What reporters do, button by button and sentence by sentence, through the hotline's
own door.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.channels.port import heard
from bot.lab.simulate.oracle import Oracle
from bot.lab.simulate.people import ADDED, Reporter
from bot.lab.simulate.stand_ins import PeopleChannel, VirtualClock
from dialogs.words import Event, Pressed

MOST_SCREENS = 8  # of a dialog until a report is filed

HearReporter = Callable[[Reporter, Event], Awaitable[None]]


class ReporterActs:
    """hear: takes in what a reporter says or presses, until it is answered."""

    def __init__(
        self,
        people: PeopleChannel,
        clock: VirtualClock,
        oracle: Oracle,
        hear: HearReporter,
    ) -> None:
        self._people = people
        self._clock = clock
        self._oracle = oracle
        self._hear = hear
        self.unfinished: list[int] = []  # numbers of those who could not file

    async def act(self, reporter: Reporter, plan: str) -> None:
        """Carry out what they had in mind, as far as the screens allow it."""
        match plan:
            case "file":
                await self._file(reporter)
            case "answer":
                await self._answer(reporter)
            case "visit" | "forget":
                await self._come_back(reporter, forgets=plan == "forget")
            case "hush":
                if await self._press(reporter, "hush"):
                    reporter.hushed = True
                    self._oracle.hushed(reporter.number, self._clock.at)
            case "solved" | "unsolved":
                if await self._press(reporter, plan):
                    await self._rate(reporter)
            case "later":
                pressed = await self._press(reporter, plan)
                if pressed and self._people.last_shown(reporter.chat) == "later":
                    self._oracle.chats[reporter.number].later = True
            case "held" | "rebound":
                await self._press(reporter, plan)
                await self._press(reporter, "reopen")

    async def _file(self, reporter: Reporter) -> None:
        """Through the dialog, whatever it asks."""
        await self._say(reporter, reporter.sentence())
        for _ in range(MOST_SCREENS):
            if reporter.receipt:
                return
            await self._answer_screen(reporter)
        self.unfinished.append(reporter.number)

    async def _answer_screen(self, reporter: Reporter) -> None:
        for choice in ("send", "anyway", "is"):
            if choice == "send":
                await self._choose_receipt(reporter)
            if await self._press(reporter, choice):
                return

    async def _choose_receipt(self, reporter: Reporter) -> None:
        """Before sending, those who want nothing pushed say so, once."""
        if reporter.temper != "receipt" or reporter.plans:
            return
        if await self._press(reporter, "follow"):
            reporter.plans.append("receipt")
            await self._press(reporter, "receipt")

    async def _answer(self, reporter: Reporter) -> None:
        """What the hotline asked back."""
        await self._press(reporter, "status")
        if await self._press(reporter, "add"):
            await self._say(reporter, reporter.dice.choice(ADDED))
            await self._press(reporter, "send")

    async def _come_back(self, reporter: Reporter, *, forgets: bool) -> None:
        """By the receipt, to have all forgotten or to rate."""
        await self._say(reporter, reporter.receipt)
        if forgets and await self._press(reporter, "forget"):
            await self._press(reporter, "sure")
        elif not forgets and await self._press(reporter, "rate"):
            solved = reporter.dice.random() < 0.6
            await self._press(reporter, "yes" if solved else "no")
            await self._rate(reporter)
        await self._press(reporter, "close")

    async def _rate(self, reporter: Reporter) -> None:
        """From the question after whether it is solved to the end."""
        again = reporter.dice.random() < 0.7
        if await self._press(reporter, "reopen" if again else "not_now") and again:
            return
        satisfied = reporter.dice.random() < 0.7
        await self._press(reporter, "yes" if satisfied else "no")
        await self._press(reporter, "none")
        await self._press(reporter, "close")

    async def _press(self, reporter: Reporter, choice: str) -> bool:
        """False where there is no such button."""
        button = self._people.button(reporter.chat, choice)
        if button is None:
            return False
        choice, mark = button
        await self._hear(reporter, Pressed(choice, mark, self._clock.at))
        return True

    async def _say(self, reporter: Reporter, words: str) -> None:
        await self._hear(reporter, heard(words, self._clock.at))
