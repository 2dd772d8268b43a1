"""What goes wrong on purpose, and how the real library meets it. Source: `faults`; PTB,
telegram.error.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from tests.botapi.persons import Person
from tests.botapi.server import BotApi


async def test_429_names_the_wait_and_minds_it(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Too Many Requests with `retry_after`; who comes back before that time breaks a
    rule.
    """
    server.fault("429", server.number + 2, retry_after=1)
    await bot.send_message(person.id, "一")
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(person.id, "二")
    assert refused.value.retry_after == timedelta(seconds=1)
    with pytest.raises(RetryAfter):
        await bot.send_message(person.id, "二")
    assert [each.rule for each in server.violations] == ["retry_after"]
    await asyncio.sleep(1.02)
    await bot.send_message(person.id, "二")
    assert [each.text for each in person.screen()] == ["一", "二"]


@pytest.mark.parametrize(
    ("kind", "error", "arrives"),
    [
        ("500", NetworkError, False),
        ("502", NetworkError, False),
        ("reset", NetworkError, False),
        ("reset_done", NetworkError, True),
    ],
)
async def test_server_errors_and_broken_lines(
    server: BotApi,
    bot: Bot,
    person: Person,
    kind: str,
    error: type[Exception],
    arrives: bool,
) -> None:
    """5xx and resets: the message has not arrived, except where the line broke only
    after it had.
    """
    server.fault(kind, server.number + 1)  # type: ignore[arg-type]
    with pytest.raises(error):
        await bot.send_message(person.id, "一")
    assert [each.text for each in person.screen()] == (["一"] if arrives else [])
    assert await bot.send_message(person.id, "二")
    met = server.calls[-2]
    assert met.fault == kind and met.done is arrives


@pytest.mark.parametrize(("kind", "arrives"), [("silence", True), ("deaf", False)])
async def test_silence(
    server: BotApi, bot: Bot, person: Person, kind: str, arrives: bool
) -> None:
    """No answer ever: only the time-out ends it, and whether the message arrived cannot
    be known.
    """
    server.fault(kind, server.number + 1)  # type: ignore[arg-type]
    begun = time.monotonic()
    with pytest.raises(TimedOut):
        await bot.send_message(person.id, "一", read_timeout=0.3)
    assert time.monotonic() - begun > 0.2
    assert [each.text for each in person.screen()] == (["一"] if arrives else [])


async def test_people_and_topics_go_at_the_worst_moment(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Blocked, not found, topic deleted: from that call on, as in life."""
    other, group = server.person(started=True), server.group()
    topic = (await bot.create_forum_topic(group.id, "一")).message_thread_id
    server.fault("blocked", server.number + 1)
    server.fault("vanished", server.number + 3)
    server.fault("topic", lambda call: call.number_of("message_thread_id") == topic)
    for _ in range(2):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(person.id, "x")
    for _ in range(2):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(other.id, "x")
    for _ in range(2):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(group.id, "x", message_thread_id=topic)


async def test_a_press_grows_old_on_the_way(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """ "late": the answer comes too late, the press stays unanswered."""
    row = [InlineKeyboardButton("是", callback_data="y")]
    await bot.send_message(person.id, "要吗", reply_markup=InlineKeyboardMarkup([row]))
    press = person.presses("是")
    (update,) = await bot.get_updates()
    server.fault("late", lambda call: call.method == "answerCallbackQuery")
    assert update.callback_query is not None
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    assert not press.answered


async def test_updates_come_twice_and_out_of_order(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Update, `update_id`: "to ignore repeated updates or to restore the correct update
    sequence".
    """
    person.says("一")
    (first,) = await bot.get_updates()
    for word in "二三":
        person.says(word)
    server.fault("duplicate", lambda call: call.method == "getUpdates")
    twice = await bot.get_updates(offset=first.update_id + 1)
    assert [each.message.text for each in twice if each.message] == ["一", "二", "三"]
    server.fault("reorder", lambda call: call.method == "getUpdates")
    turned = await bot.get_updates(offset=first.update_id + 1 - 2)
    assert [each.message.text for each in turned if each.message] == ["三", "二"]


async def test_the_network_goes_and_comes_back(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Connections break and are refused; afterwards everything is as it was."""
    await bot.send_message(person.id, "一")
    server.goes_down()
    with pytest.raises(NetworkError):
        await bot.send_message(person.id, "二")
    server.comes_back()
    await bot.send_message(person.id, "二")
    assert [each.text for each in person.screen()] == ["一", "二"]


async def test_a_fault_meets_as_many_calls_as_told(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """`times`: once unless told otherwise; `met` counts."""
    fault = server.fault("500", lambda call: call.method == "sendMessage", times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(person.id, "x")
    assert await bot.send_message(person.id, "x") and fault.met == 2
