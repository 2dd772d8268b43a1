"""How much is too much.

Source: Bots FAQ, "My bot is hitting limits, how do I avoid this?"; the buckets are
chosen here, see `rates`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import RetryAfter

from tests.botapi.rates import Rates
from tests.botapi.server import BotApi


def broken(
    rates: Rates, chat: int, times: list[float], messages: int = 1
) -> list[set[str]]:
    return [set(rates.count(chat, messages, at)) for at in times]


def test_one_message_per_second_and_chat_with_short_bursts() -> None:
    """FAQ: "avoid sending more than one message per second … short bursts" may pass:
    three, here.
    """
    assert broken(Rates(), 7, [0, 0, 0, 1, 2, 3]) == [set()] * 6
    assert broken(Rates(), 7, [0, 0, 0, 0.5]) == [set(), set(), set(), {"chat"}]
    assert broken(Rates(), 7, [each * 0.5 for each in range(10)])[-1] == {"chat"}
    assert broken(Rates(), 7, [each * 0.96 for each in range(100)]) == [set()] * 100, (
        "squeezed on the road"
    )


def test_different_chats_do_not_count_together() -> None:
    """The rule of one message per second is "inside a particular chat"."""
    rates = Rates()
    assert [broken(rates, chat, [0, 0, 0]) for chat in (7, 8)] == [[set()] * 3] * 2


def test_20_messages_per_minute_and_group() -> None:
    """FAQ: "not be able to send more than 20 messages per minute to the same group"."""
    assert broken(Rates(), -7, [each * 0.1 for each in range(20)]) == [set()] * 20
    assert broken(Rates(), -7, [each * 0.1 for each in range(21)])[-1] == {"group"}
    assert broken(Rates(), -7, [each * 3.0 for each in range(60)]) == [set()] * 60


def test_30_messages_per_second_in_all() -> None:
    """FAQ: "the API will not allow bulk notifications to more than ~30 users per
    second", here 36.
    """
    rates = Rates()
    assert [set(rates.count(chat, 1, 0.0)) for chat in range(1, 37)] == [set()] * 36
    assert rates.count(37, 1, 0.5).keys() == {"overall"}
    rates = Rates()
    assert [set(rates.count(chat, 1, chat / 30)) for chat in range(1, 300)] == [
        set()
    ] * 299


def test_nobody_is_blamed_for_a_server_that_slept() -> None:
    """What came while it had no time to look may have come at any moment of
    that time.
    """
    rates = Rates()
    assert [set(rates.count(chat, 1, 0.0)) for chat in range(1, 31)] == [set()] * 30
    assert [set(rates.count(chat, 1, 1.2, since=0.5)) for chat in range(1, 20)] == [
        set()
    ] * 19
    assert [set(rates.count(chat, 1, 1.5)) for chat in range(20, 35)] == [set()] * 15
    assert [set(rates.count(chat, 1, 1.6)) for chat in range(40, 70)][-1] == {"overall"}


def test_an_album_counts_once_per_picture() -> None:
    """sendMediaGroup puts as many messages into the chat as it has items."""
    assert broken(Rates(), 7, [0], messages=4) == [{"chat"}]


def test_speed_divides_the_windows() -> None:
    """A test need not last as long as the rule."""
    assert (
        broken(Rates(speed=10), 7, [each * 0.1 for each in range(50)]) == [set()] * 50
    )
    assert broken(Rates(speed=10), 7, [each * 0.05 for each in range(50)])[-1] == {
        "chat"
    }


async def test_violations_are_counted_and_the_message_passes(
    server: BotApi, bot: Bot
) -> None:
    """Without `strict` nothing is refused, and everything told."""
    person = server.person(started=True)
    for number in range(5):
        await bot.send_message(person.id, str(number))
    assert [(each.rule, each.call.method) for each in server.violations] == [
        ("chat", "sendMessage")
    ] * 2
    assert len(person.screen()) == 5


async def test_strictly_too_much_is_429() -> None:
    """ResponseParameters, `retry_after`: "the number of seconds left to wait" before
    repeating.
    """
    with BotApi(strict=True) as server:
        person, other = server.person(started=True), server.person(started=True)
        async with Bot(server.token, base_url=server.base_url) as bot:
            for number in range(3):
                await bot.send_message(person.id, str(number))
            with pytest.raises(RetryAfter) as refused:
                await bot.send_message(person.id, "3")
            assert (
                refused.value.retry_after == timedelta(seconds=1)
                and len(person.screen()) == 3
            )
            assert await bot.send_message(other.id, "另一个人不等")
            with pytest.raises(RetryAfter):
                await bot.send_message(person.id, "3")
            assert [each.rule for each in server.violations] == ["chat", "retry_after"]
            await asyncio.sleep(1.05)
            assert await bot.send_message(person.id, "3")
