"""The group takes twenty messages a minute: whoever pressed something is answered
first, however many cards wait.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Answer, Assign, Order, RefuseReturn, Return
from tests.bot.channels.telegram.line import SPEED
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.calls import Call
from tests.botapi.persons import Group, TopicSeen
from tests.botapi.server import BotApi

CASES = 12
PATIENT = 10.0  # seconds at the platform's own pace


@pytest.mark.slow
async def test_the_card_after_a_press_comes_before_twelve_new_cases(
    office: Office, group: Group
) -> None:
    """Twelve cases come at once, 36 messages; the first is claimed meanwhile."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    for number in range(CASES):
        await office.files(f"街道要求我们社区第{number}份台账每周报五次")
    await office.rings()
    await group.until(lambda _: len(group.topics()) > 3)
    begun = time.monotonic()
    one.presses("认领", on=office.card(topic), at=group)
    await group.until(lambda _: "在办：李明" in office.card(topic).text)
    took = (time.monotonic() - begun) * SPEED
    assert len(group.topics()) <= CASES, "nothing waited any more"
    assert took < PATIENT
    await group.until(lambda _: len(group.topics()) == CASES + 1)


@pytest.mark.slow
async def test_an_alert_comes_before_topics_and_a_card_follows_once(
    office: Office, group: Group
) -> None:
    """While twelve cases wait for their topics, four things happen in the first: the
    alerts come at once, and its card and title change once for all of them.
    """
    await office.unit("清河街道办事处")
    _, topic = await office.files_and_rings()
    alias = await office.alias()
    for number in range(CASES):
        await office.files(f"街道要求我们社区第{number}份台账每周报五次")
    await office.rings()
    await group.until(lambda _: len(group.topics()) > 3)
    colleague = AtTheMachine("值班员", "operator")
    begun = time.monotonic()
    given: tuple[Order, ...] = (
        Accept(),
        Assign("清河街道办事处"),
        Return("不归我们管"),
        RefuseReturn("就归你们管"),
        Answer("已经合并成一份"),
    )
    for order in given:
        await office.app.casework.staff.order(alias, order, colleague)
    for words in ("单位退回了", "单位答复了"):
        told = await group.sees(f"{alias}：{words}")
        assert told.topic == topic.id
    took = (time.monotonic() - begun) * SPEED
    assert len(group.topics()) <= CASES, "nothing waited any more"
    assert took < 2 * PATIENT
    await group.until(lambda _: group.topic(alias).name.endswith("已答复"))
    await office.desk.topics.idle()
    edits = [call for call in office.server.calls if renames(call, topic)]
    assert 1 <= len(edits) <= 2


def renames(call: Call, topic: TopicSeen) -> bool:
    is_its = call.get("message_thread_id") == str(topic.id)
    return call.method == "editForumTopic" and is_its


async def test_after_a_restart_the_group_is_not_mute(
    tmp_path: Path, server: BotApi, group: Group
) -> None:
    """What the process before said is known, so the next says what is left."""
    with closing(Office(tmp_path, server, group)) as office:
        async with running(office):
            one = await office.staff("李明")
            _, topic = await office.files_and_rings()
        async with running(office):
            begun = time.monotonic()
            one.presses("认领", on=office.card(topic), at=group)
            await group.until(lambda _: "在办：李明" in office.card(topic).text)
            took = (time.monotonic() - begun) * SPEED
            assert took < 2 * PATIENT
