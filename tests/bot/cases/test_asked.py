"""What the hotline has asked a chat and not had an answer to: found for who types the
answer, and for nobody else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.address import Address
from bot.cases.followups import FollowupRounds
from bot.channels.port import Incoming
from bot.lookups import Lookups
from bot.people.member import AT_THE_MACHINE
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Resume,
    StaffReopen,
)
from dialogs.case.pushes import handles
from dialogs.words import (
    Asked,
    Forget,
    Held,
    OpenQuestion,
    Rate,
    Said,
    Supplement,
    Wish,
)
from tests.bot.counter import Counter
from tests.bot.line import Line, Notebook, opened_line

CLOSED = (
    Accept(),
    Assign("某街道", new=True),
    Answer("已改"),
    Find("substantiated"),
    Close("每月报一次"),
)


async def asked(counter: Counter, chat: str = "anna") -> list[tuple[str, str]]:
    found = await questions(counter, chat)
    return [(one.kind, one.text) for one in found]


async def questions(counter: Counter, chat: str = "anna") -> tuple[OpenQuestion, ...]:
    to = Address("terminal", chat)
    return await counter.casework.stories.asked_in_chat(to, "zh")


async def rings(counter: Counter, **later: float) -> None:
    counter.later(**later)
    casework = counter.casework
    rounds = FollowupRounds(counter.database, casework.writer, casework.addresses)
    await rounds.run(counter.at)


async def test_a_question_is_open_until_it_is_answered(counter: Counter) -> None:
    receipt = await counter.files()
    assert await asked(counter) == []
    await counter.orders(await counter.alias(), Accept(), Ask("是哪个科室要的？"))
    assert await asked(counter) == [("question", "是哪个科室要的？")]
    [question] = await questions(counter)
    await counter.does(Supplement(question.report, "党政办", (), counter.at))
    assert question.report == await counter.report(receipt)
    assert await asked(counter) == []


async def test_nobody_waits_for_the_answer_any_more(counter: Counter) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Ask("是哪个科室要的？"), Resume())
    assert await asked(counter) == []


async def test_the_last_of_two_questions_counts(counter: Counter) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(
        name, Accept(), Ask("是哪个科室？"), Resume(), Ask("有通知吗？")
    )
    assert await asked(counter) == [("question", "有通知吗？")]


async def test_callback_and_look_back_are_open_once_they_were_asked(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, *CLOSED)
    assert await asked(counter) == [], "closed, and not asked yet"
    await rings(counter, days=4)
    assert await asked(counter) == [("callback", "办结几天了，专线问您：解决了吗？")]
    report = await counter.report(receipt)
    await counter.does(Rate(report, True, None, None, counter.at))
    assert await asked(counter) == []
    await rings(counter, days=26, hours=12)
    assert await asked(counter) == [("look_back", "专线回头看，问您：又反弹了吗？")]
    await counter.does(Held(report, counter.at))
    assert await asked(counter) == []


async def test_who_wished_not_to_be_asked_was_not(counter: Counter) -> None:
    receipt = await counter.files()
    report = await counter.report(receipt)
    wishes = {"callback": False, "look_back": False}
    await counter.does(Wish(report, wishes, counter.at))
    await counter.orders(await counter.alias(), *CLOSED)
    await rings(counter, days=4)
    assert await asked(counter) == []
    await rings(counter, days=26, hours=12)
    assert await asked(counter) == []


async def test_of_several_cases_the_newest_question_stands_first(
    counter: Counter,
) -> None:
    await counter.files("街道要求同一份台账每周报五次")
    older = await counter.alias()
    counter.later(hours=2)
    await counter.files("区里一周开七次会，都要书记到场")
    newer = await counter.alias(1)
    counter.later(hours=2)
    await counter.orders(newer, Accept(), Ask("哪几次？"))
    counter.later(hours=2)
    await counter.orders(older, Accept(), Ask("哪份台账？"))
    assert await asked(counter) == [
        ("question", "哪份台账？"),
        ("question", "哪几次？"),
    ]


async def test_only_the_chat_that_filed_is_asked_and_none_once_it_is_forgotten(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    await counter.files(chat="bert", lasting=False)
    for number in (0, 1):
        await counter.orders(await counter.alias(number), Accept(), Ask("哪个科室？"))
    assert len(await asked(counter)) == 1
    assert await asked(counter, "bert") == [], "that chat is not this person's tomorrow"
    assert await asked(counter, "carl") == []
    await counter.does(Forget(await counter.report(receipt), counter.at))
    assert await asked(counter) == []


async def test_a_reopened_case_asks_nothing(counter: Counter) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, *CLOSED)
    await rings(counter, days=4)
    await counter.orders(name, StaffReopen())
    assert await asked(counter) == []


# ── a screen that is somebody else's tomorrow ─────────────────────────────────────────


class Screens(Notebook):
    """A messenger that knows what it shows."""

    async def pushed(self, to: Address) -> list[str]:
        shown = reversed(self.shown.get(to.key, []))
        pushes = [one.message for one in shown if not one.message.mark]
        return [handle for push in pushes for handle in handles(push)]


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path, ScreenLine) as line:
        yield line


class ScreenLine(Line):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.notebook = Screens()
        self.lasting = False


async def test_a_push_on_the_screen_says_what_was_asked(line: Line) -> None:
    """As a press on it would: on this screen, in this chat, and no other."""
    await line.says("街道要求我们社区同一份台账每周报五次", "送出")
    casework = line.app.casework
    [entry] = await casework.reading.entries(AT_THE_MACHINE)
    for order in (Accept(), Ask("是哪个科室要的？")):
        await casework.staff.order(entry.case.alias, order, AT_THE_MACHINE)

    async def asked(chat: str) -> list[str]:
        assert isinstance(line.notebook, Screens)
        screens = {"notebook": line.notebook}
        lookups = Lookups(
            casework, line.app.register, line.settings, lambda: line.at, screens
        )
        said = Said("党政办", line.at)
        incoming = Incoming("a key", Address("notebook", chat), said, lasting=False)
        return [one.text for one in await lookups.answer(Asked(), incoming, b"")]

    assert await asked("anna") == [], "nothing was pushed yet"
    line.later(days=1)
    await line.app.sender.look()
    await line.app.sender.idle()
    assert line.screen().startswith("专线有个问题想问您")
    assert await asked("anna") == ["是哪个科室要的？"]
    line.notebook.shown["bert"] = line.notebook.shown["anna"]
    assert await asked("bert") == [], "a copied screen opens nothing"
    line.notebook.shown.clear()
    assert await asked("anna") == []
