"""How updates are fetched. Source: Bot API, "Getting updates", Update, getUpdates; open
source server.
"""

from __future__ import annotations

import asyncio
import time

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from tests.botapi.persons import Person
from tests.botapi.server import BotApi

DAY = 86400


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text for update in updates if update.message]


async def test_an_update_stays_until_it_is_confirmed(bot: Bot, person: Person) -> None:
    """getUpdates, `offset`: "confirmed as soon as getUpdates is called with an offset
    higher" than its id.
    """
    for word in "一二三":
        person.says(word)
    first = await bot.get_updates()
    assert texts(first) == ["一", "二", "三"]
    assert [each.update_id for each in first] == list(
        range(first[0].update_id, first[0].update_id + 3)
    )
    assert texts(await bot.get_updates(limit=2)) == ["一"], (
        "asked again at once: one by one (open source server)"
    )
    assert texts(await bot.get_updates(offset=first[1].update_id)) == ["二", "三"]
    assert texts(await bot.get_updates(offset=first[2].update_id + 1)) == []
    person.says("四")
    assert texts(await bot.get_updates(offset=0)) == ["四"], (
        "what is confirmed never comes again"
    )


async def test_a_negative_offset_forgets_all_but_the_last(
    bot: Bot, person: Person
) -> None:
    """getUpdates, negative `offset`: counted from the end, "All previous updates will
    be forgotten".
    """
    for word in "一二三":
        person.says(word)
    assert texts(await bot.get_updates(offset=-1)) == ["三"]
    assert texts(await bot.get_updates(offset=0)) == ["三"]


async def test_at_most_100_updates_come_at_once(bot: Bot, person: Person) -> None:
    """getUpdates, `limit`: 1–100; what lies outside is moved inside (open source
    server, get_integer_arg).
    """
    for number in range(105):
        person.says(str(number))
    assert len(await bot.get_updates(limit=500)) == 100
    assert len(await bot.get_updates(limit=-3, offset=-99)) == 1


async def test_a_long_poll_waits_for_news(
    bot: Bot, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """getUpdates, `timeout`: seconds of long polling; news end it at once, nothing ends
    it in time. Were the time waited for, this test would hang.
    """
    monkeypatch.setattr("tests.botapi.updates.LONGEST_POLL", 3600)
    waiting = asyncio.ensure_future(bot.get_updates(timeout=3600))
    await asyncio.sleep(0.1)
    person.says("好")
    assert texts(await waiting) == ["好"]
    begun = time.monotonic()
    assert await bot.get_updates(offset=2**31 - 1, timeout=1) == ()
    assert time.monotonic() - begun >= 1


async def test_only_one_poll_at_a_time(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Open source server, `abort_long_poll`: the earlier one gets 409."""
    async with Bot(server.token, base_url=server.base_url) as twin:
        first = asyncio.ensure_future(bot.get_updates(timeout=10))
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(twin.get_updates(timeout=10))
        with pytest.raises(
            Conflict,
            match="terminated by other getUpdates request; make sure that only one",
        ):
            await first
        person.says("好")
        assert texts(await second) == ["好"]


async def test_who_hangs_up_takes_nothing_along(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """A poll whose reader is gone confirms nothing, and stands in nobody's way."""
    first = asyncio.ensure_future(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    first.cancel()
    await asyncio.sleep(0.2)
    person.says("好")
    assert texts(await bot.get_updates(timeout=5)) == ["好"]


async def test_no_poll_beside_a_webhook(bot: Bot) -> None:
    """getUpdates, note 1: "will not work if an outgoing webhook is set up"; setting one
    ends a poll.
    """
    waiting = asyncio.ensure_future(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waiting
    with pytest.raises(
        Conflict, match="can't use getUpdates method while webhook is active"
    ):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_allowed_updates_are_remembered(bot: Bot, person: Person) -> None:
    """getUpdates, `allowed_updates`: "the previous setting will be used"; judged when
    the update is made.
    """
    message = person.says("一")
    assert len(await bot.get_updates(allowed_updates=["message"])) == 1
    person.edits(message, "二")
    person.says("三")
    updates = await bot.get_updates(offset=-100)
    assert [
        (each.message is not None, each.edited_message is not None) for each in updates
    ] == [(True, False)] * 2
    await bot.get_updates(offset=2**31 - 1, allowed_updates=[])
    person.edits(message, "四")
    (edited,) = await bot.get_updates()
    assert edited.edited_message is not None and edited.edited_message.text == "四"


async def test_unknown_kinds_of_updates_are_refused(bot: Bot) -> None:
    """Update lists all kinds. (The real server skips unknown names in silence.)"""
    with pytest.raises(BadRequest, match="nknown update types"):
        await bot.get_updates(allowed_updates=["mesage"])


async def test_updates_are_kept_for_a_day(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """ "Getting updates": "they will not be kept longer than 24 hours"."""
    person.says("旧")
    server.skip(DAY + 60)
    person.says("新")
    assert texts(await bot.get_updates()) == ["新"]


async def test_presses_are_kept_for_150_seconds(
    server: BotApi, bot: Bot, person: Person
) -> None:
    """Open source server, `add_new_callback_query`: the update's time is 150 s."""
    row = [InlineKeyboardButton("是", callback_data="y")]
    await bot.send_message(person.id, "要吗", reply_markup=InlineKeyboardMarkup([row]))
    person.presses("是")
    person.says("是")
    server.skip(151)
    assert [each.callback_query is None for each in await bot.get_updates()] == [True]


async def test_the_bot_does_not_hear_itself(bot: Bot, person: Person) -> None:
    """Own messages make no update (open source server, need_skip_update_message)."""
    await bot.send_message(person.id, "一")
    assert await bot.get_updates() == ()
