"""What happens to a case within minutes is one message; questions and urgent cases
wait for nothing, and by night all of it waits for the morning.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.app import opened
from bot.hours import seconds
from bot.people.member import AT_THE_MACHINE
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Order,
    Supervise,
)
from dialogs.words import Message, Pressed
from tests.bot.counter import Counter
from tests.bot.line import Line

REPORT = "街道要求我们社区同一份台账每周报五次"
TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Beijing
ALL_STEPS = (
    Accept(),
    Assign("某街道", new=True),
    Answer("已改"),
    Find("substantiated"),
    Close("以后每月只报一次"),
)
ONE_MORE = "\n另有1条新进展。"
ASKED = "专线有个问题想问您。点“回答”看看。"


class Desk(Line):
    """Staff order, minutes pass, and what goes out by itself is looked at."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.at = TEN
        by_no_lot = {"push_delay_minutes": 0}
        self.settings = self.settings.model_copy(update=by_no_lot)
        self.alias = ""
        self.seen = 0

    async def files(self) -> None:
        await self.says(REPORT, "送出")
        [entry] = await self.app.casework.reading.entries(AT_THE_MACHINE)
        self.alias = entry.case.alias
        self.seen = len(self.notebook.shown["anna"])

    async def orders(self, *orders: Order) -> None:
        for order in orders:
            await self.app.casework.staff.order(self.alias, order, AT_THE_MACHINE)

    async def minutes(self, minutes: float) -> list[str]:
        """What arrives until so many minutes have passed, looked for every half."""
        until = self.at + timedelta(minutes=minutes)
        while self.at < until:
            self.later(seconds=30)
            await self.looks()
        return self.new()

    async def looks(self) -> None:
        await self.app.sender.look()
        await self.app.sender.idle()

    def new(self) -> list[str]:
        shown = self.notebook.shown["anna"][self.seen :]
        self.seen += len(shown)
        return [message.text for message in shown]

    async def presses_push(self, verb: str) -> str:
        push = self.notebook.shown["anna"][-1]
        [choice] = [
            key.choice for key in push.keys if key.choice.startswith(f"{verb}:")
        ]
        await self.takes(Pressed(choice, "", self.at))
        return self.screen()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    async with opened(desk.settings, desk.make, lambda: desk.at) as desk.app:
        await desk.files()
        yield desk


async def test_a_whole_case_within_a_minute_is_one_message(desk: Desk) -> None:
    """The weightiest of it is said, the rest is counted; nothing follows later."""
    for order in ALL_STEPS:
        await desk.orders(order)
        desk.later(seconds=10)
    assert await desk.minutes(2) == []
    closed = "办结了。点“查进展”看结果，也可以评一评。\n另有4条新进展。"
    assert await desk.minutes(1) == [closed]
    assert await desk.minutes(120) == []
    assert await desk.count("outbox") == 0
    assert "以后每月只报一次" in await desk.presses_push("status")


async def test_three_minutes_after_the_last_step_it_goes(desk: Desk) -> None:
    await desk.orders(Accept())
    assert await desk.minutes(2.5) == []
    await desk.orders(Assign("某街道", new=True))
    assert await desk.minutes(2.5) == []
    [together] = await desk.minutes(0.5)
    assert together == f"有新进展：已转给承办单位。点“查进展”看看。{ONE_MORE}"


async def test_what_never_comes_to_rest_goes_ten_minutes_after_the_first(
    desk: Desk,
) -> None:
    await desk.orders(Accept())
    heard = await desk.minutes(2.5)
    await desk.orders(Assign("某街道", new=True))
    heard += await desk.minutes(2.5)
    for _ in range(2):
        await desk.orders(Supervise("快些办"))
        heard += await desk.minutes(2.5 if not heard else 0)
    assert len(heard) == 1 and heard[0].endswith("另有3条新进展。")
    assert desk.at == TEN + timedelta(minutes=10)
    await desk.orders(Answer("已改"))
    assert len(await desk.minutes(3)) == 1, "another burst begins"


async def test_a_single_step_is_told_as_it_is(desk: Desk) -> None:
    await desk.orders(Accept())
    assert await desk.minutes(3) == ["有新进展：受理了。点“查进展”看下一步。"]


async def test_a_question_waits_for_nothing_and_takes_along_what_waits(
    desk: Desk,
) -> None:
    await desk.orders(Accept())
    desk.later(seconds=30)
    await desk.orders(Ask("是哪个科室要的？"))
    assert await desk.minutes(0.5) == [ASKED + ONE_MORE]
    shown = await desk.presses_push("answer")
    assert "请写要补充的话" in shown
    assert desk.notebook.shown["anna"][-2].text == "专线想问您：是哪个科室要的？"


async def test_two_questions_of_the_night_come_together_in_the_morning(
    desk: Desk,
) -> None:
    """At eight, not before, and one tap shows both."""
    await desk.orders(Accept())
    await desk.minutes(5)
    desk.at = TEN + timedelta(hours=12, minutes=30)  # 22:30
    await desk.orders(Ask("是口头要求还是有文件？"))
    desk.later(hours=1)
    await desk.orders(Ask("有没有没完成被处理的？"))
    desk.at = TEN + timedelta(hours=21, minutes=30)  # 07:30
    assert await desk.minutes(29.5) == []
    assert await desk.minutes(0.5) == ["专线有2个问题想问您。点“回答”看看。"]
    await desk.presses_push("answer")
    both = "专线想问您：\n1. 是口头要求还是有文件？\n2. 有没有没完成被处理的？"
    assert desk.notebook.shown["anna"][-2].text == both


async def test_the_second_question_is_counted_when_the_first_was_told_before(
    desk: Desk,
) -> None:
    """And what is answered is not counted any more."""
    await desk.orders(Accept(), Ask("是口头要求还是有文件？"))
    assert await desk.minutes(1) == [ASKED + ONE_MORE]
    await desk.orders(Ask("有没有没完成被处理的？"))
    assert await desk.minutes(1) == ["专线有2个问题想问您。点“回答”看看。"]
    await desk.presses_push("answer")
    await desk.says("口头的，在会上讲的", "送出")
    desk.new()
    await desk.orders(Ask("是哪天讲的？"))
    assert await desk.minutes(1) == ["专线有2个问题想问您。点“回答”看看。"]


async def test_what_waits_is_not_told_after_hush(desk: Desk) -> None:
    await desk.orders(Accept(), Assign("某街道", new=True))
    await desk.says("别再提醒")
    desk.new()
    assert await desk.minutes(60) == []


async def test_nothing_that_waits_is_told_of_what_was_forgotten(desk: Desk) -> None:
    await desk.orders(Accept(), Assign("某街道", new=True))
    await desk.says("进度", "忘记我", "确定，忘记我")
    desk.new()
    assert await desk.minutes(60) == []
    assert await desk.count("outbox") == 0


async def test_a_push_that_fell_due_is_told_though_another_step_follows(
    desk: Desk,
) -> None:
    """Somebody was not there to send it: both are told, each once."""
    await desk.orders(Accept())
    desk.later(minutes=4)
    await desk.orders(Assign("某街道", new=True))
    await desk.looks()
    assert desk.new() == ["有新进展：受理了。点“查进展”看下一步。"]
    [assigned] = await desk.minutes(3)
    assert assigned == "有新进展：已转给承办单位。点“查进展”看看。"


@pytest.mark.parametrize(("urgent", "waits"), [(True, 0), (False, 180)])
async def test_of_an_urgent_case_no_step_waits_for_the_next(
    counter: Counter, urgent: bool, waits: int
) -> None:
    counter.settings = counter.settings.model_copy(update={"push_delay_minutes": 0})
    counter.casework = counter.another()
    await counter.files(urgent=urgent)
    await counter.orders(await counter.alias(), Accept())
    [(_, due)] = await counter.letters()
    assert due - seconds(counter.at) == waits


async def test_what_an_older_program_left_waiting_stays_as_it_is(
    counter: Counter,
) -> None:
    """It lies sealed without what a burst keeps, and is told alone, and first."""
    await counter.files()
    row = await counter.database.one("SELECT stream FROM reports")
    assert row is not None
    old = Message("push.hear")
    letter = counter.post.letter(Address("terminal", "anna"), old, row["stream"])
    waits = counter.post.put(letter, seconds(counter.at) + 60)
    await counter.database.commit([waits])
    await counter.orders(await counter.alias(), Accept())
    told = [(one.message.name, one.burst is None) for one, _ in await counter.letters()]
    assert told == [("push.hear", True), ("push.accepted", False)]
