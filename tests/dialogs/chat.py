"""A reporter at a dialog, without hotline or storage: real understanding, real masks,
cases in a dict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from anonymizer import receipts
from anonymizer.redact import find_identifying
from bot.channels.port import heard
from bot.channels.render import numbered, render
from bot.people.directory import Directory
from dialogs.case.hold import hold_day
from dialogs.case.rules import Rules
from dialogs.case.worktime import Terms, weekday_calendar
from dialogs.catalogue import DIALOGS
from dialogs.meaning import meaning
from dialogs.talk import Talk
from dialogs.understand import understand
from dialogs.words import (
    Action,
    Asked,
    ByHandle,
    ByReceipt,
    Event,
    File,
    Found,
    Hide,
    HoldDay,
    LastReceipt,
    Look,
    Mask,
    Meant,
    Message,
    Mine,
    MyCase,
    NewReceipt,
    OpenQuestion,
    Picture,
    Pictured,
    Pressed,
    Query,
    Rang,
    Read,
    Reading,
    RulesInForce,
    Say,
    Tell,
    UnitName,
    Unreadable,
)

ROUNDS = 12  # of Look and Found, as the hotline has them
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TERMS = Terms(Rules.default(), weekday_calendar(), UTC)
RECEIPT = "EHPX-FEGJ-P8MK-K0R1"


@dataclass
class StoryStub:
    """Stands for a case's story where only the dialog around it is tested."""

    report: str
    can: tuple[str, ...]
    wishes: dict[str, bool] = field(default_factory=dict)
    added: str = ""
    questions: tuple[str, ...] = ()
    state: str = "assigned"
    urgent: bool = False
    words: str = "同一份台账每周报五次"

    def text(self, lang: str) -> str:
        return "办理中" if lang == "zh" else "In progress"

    def params(self, lang: str) -> dict[str, Any]:
        return {"number": None, "lines": []}


@dataclass
class Chat:
    """`says` and `presses` hand events in; what came of them is kept, the newest turn
    in `last`.
    """

    stories: dict[str, StoryStub] = field(default_factory=dict)
    by_receipt: dict[str, str] = field(default_factory=dict)
    mine: tuple[MyCase, ...] = ()
    asked: tuple[OpenQuestion, ...] = ()
    last_receipt: str | None = None
    talk: Talk | None = None
    last: list[Action] = field(default_factory=list)
    done: list[Action] = field(default_factory=list)
    births: int = 0

    def says(self, *words: str) -> str:
        for said in words:
            self.take(heard(said, NOON))
        return self.screen

    def presses(self, choice: str, mark: str | None = None) -> str:
        return self.take(Pressed(choice, self.mark if mark is None else mark, NOON))

    def shows(self, id: str = "ab" * 16, replaces: str | None = None) -> str:
        return self.take(Pictured(Picture(id, 800, 600), NOON, replaces))

    def sends(self, why: Any) -> str:
        return self.take(Unreadable(why, NOON))

    def rings(self, bell: Any) -> str:
        return self.take(Rang(bell, NOON))

    def take(self, event: Event) -> str:
        """One event through the dialog, as the hotline would: Looks answered, the talk
        stored between.
        """
        stored = DIALOGS.store(self.talk) if self.talk else None
        talk = DIALOGS.load(stored) if stored else self.newborn()
        known: dict[Query[Any], Any] = {}
        actions = DIALOGS.receive(talk, event)
        rounds = 0
        while len(actions) == 1 and isinstance(actions[0], Look):
            rounds += 1
            assert rounds <= ROUNDS, "too many rounds"
            known[actions[0].query] = self.answer(actions[0].query)
            actions = DIALOGS.receive(talk, Found(event, known))
        assert not any(isinstance(action, Look) for action in actions)
        self.talk = None if talk.over or talk.idle else talk
        self.last = actions
        self.done += [action for action in actions if not isinstance(action, Say)]
        return self.screen

    def newborn(self) -> Talk:
        self.births += 1
        tag = f"{self.births:06x}"
        return DIALOGS.begin(report="22" * 16, key="00" * 32, stream="11" * 16, tag=tag)

    def answer(self, query: Query[Any]) -> Any:
        match query:
            case Read(text):
                return Reading(understand(text), self.masks(text))
            case Hide(text):
                return self.masks(text)
            case Meant(text, moment):
                return meaning(text, moment)
            case UnitName(text):
                return Directory().called(text)
            case NewReceipt():
                return RECEIPT
            case LastReceipt():
                return self.last_receipt
            case ByReceipt(text):
                try:
                    return self.by_receipt.get(receipts.read(text))
                except receipts.MalformedReceipt:
                    return "malformed" if receipts.resembles(text) else None
            case Mine():
                return self.mine
            case ByHandle(handle):  # reports are their own handles here
                return next(
                    (case.report for case in self.mine if case.report == handle), None
                )
            case HoldDay(days):
                return hold_day(NOON, days, TERMS)
            case RulesInForce():
                return TERMS.rules
            case Asked():
                return self.asked
            case Tell(report):
                return self.stories.get(report)
        raise AssertionError(query)

    @staticmethod
    def masks(text: str) -> tuple[Mask, ...]:
        return tuple(
            Mask(span.start, span.end, span.type) for span in find_identifying(text)
        )

    @property
    def messages(self) -> list[Message]:
        return [action.message for action in self.last if isinstance(action, Say)]

    @property
    def screen(self) -> str:
        """What the last turn showed, as a text channel would."""
        return "\n\n".join(numbered(render(message)) for message in self.messages)

    @property
    def mark(self) -> str:
        return self.messages[-1].mark if self.messages else ""

    @property
    def draft(self) -> Talk:
        assert self.talk is not None
        return self.talk

    @property
    def step(self) -> str | None:
        return self.talk.state.value if self.talk else None

    @property
    def filed(self) -> list[File]:
        return [action for action in self.done if isinstance(action, File)]
