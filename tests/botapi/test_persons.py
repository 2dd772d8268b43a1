"""The helpers that other tests lean on: persons, screens, waiting. No platform rule
stands here.
"""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from tests.botapi.persons import Person
from tests.botapi.server import BotApi


async def test_a_person_waits_for_what_the_bot_says(bot: Bot, person: Person) -> None:
    """`sees` and `offered` end as soon as it is there, and tell what was there when it
    never came.
    """

    async def later() -> None:
        await asyncio.sleep(0.1)
        await bot.send_message(
            person.id,
            "请选择",
            reply_markup=InlineKeyboardMarkup(
                [[InlineKeyboardButton("是", callback_data="y")]]
            ),
        )

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(later())
        assert (await person.sees("选择")).labels == ("是",)
    assert (await person.offered("是")).text == "请选择"
    with pytest.raises(
        AssertionError, match=r"(?s)没有.*bot #\d+ text: 请选择\n    \[是\]"
    ):
        await person.sees("没有", timeout=0.05)


def test_a_person_waits_without_a_loop(server: BotApi, person: Person) -> None:
    """The same for tests that drive a process of its own."""
    person.says("你好")
    assert person.wait(lambda screen: screen.text) == "你好"
    with pytest.raises(AssertionError, match="not within"):
        person.wait(lambda screen: len(screen) > 1, timeout=0.05)


async def test_the_log_remembers_what_is_gone(bot: Bot, person: Person) -> None:
    """What came, changed and went, in order, each as it looked then."""
    sent = await bot.send_message(person.id, "一")
    await sent.edit_text("二")
    await sent.delete()
    assert [(each.what, each.shown.text) for each in person.log] == [
        ("sent", "一"),
        ("edited", "二"),
        ("deleted", "二"),
    ]
    assert person.screen() == () and [each.text for each in person.by_bot()] == ["一"]
    assert await person.settles(quiet=0.05) == ()


def test_people_are_told_apart(server: BotApi) -> None:
    """Names that occur nowhere else: a sweep for them finds only what should not be
    there.
    """
    one, other = server.person(), server.person()
    assert len(one.traces) == 5 and not set(one.traces) & set(other.traces)
