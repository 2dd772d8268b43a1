"""Alerts stand in the topic of their case; said elsewhere, they lead there; and they
reach nobody from whom the case is kept.
"""

from __future__ import annotations

import asyncio

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Answer, Assign, Extend, Order, Return
from tests.bot.desk.telegram.office import WORDS, Office
from tests.botapi.calls import Call
from tests.botapi.persons import Group, TopicSeen

UNIT = "清河街道办事处"
GENERAL = 1
COLLEAGUE = AtTheMachine("值班员", "operator")


async def at_the_unit(office: Office, *more: Order) -> tuple[str, TopicSeen]:
    """A case in its topic, given to a unit; then these orders. Returns: its alias, the
    topic.
    """
    await office.unit(UNIT)
    await office.files_and_rings()
    alias = await office.alias()
    await orders(office, alias, Accept(), Assign(UNIT))
    topic = await office.topic("已转办")
    await orders(office, alias, *more)
    return alias, topic


async def orders(office: Office, alias: str, *given: Order) -> None:
    for order in given:
        await office.app.casework.staff.order(alias, order, COLLEAGUE)


async def test_an_alert_stands_in_the_topic_of_its_case(
    office: Office, group: Group
) -> None:
    """Without a word of the report, and nowhere else; the card has the buttons."""
    alias, topic = await at_the_unit(office, Answer("已经合并成一份"))
    told = await group.sees(f"{alias}：单位答复了")
    assert told.topic == topic.id and not told.labels
    assert WORDS[:8] not in told.text and "合并成一份" not in told.text
    assert not any(alias in one.text for one in group.screen(GENERAL))


async def test_an_alert_in_private_leads_to_the_topic(
    office: Office, group: Group
) -> None:
    """One tap opens the card in the own chat, too."""
    boss = await office.staff("王主管", "supervisor")
    alias, topic = await at_the_unit(office, Extend(5, "还在核对"))
    told = await boss.sees(f"{alias}：单位申请延期")
    number = str(group.chat.id).removeprefix("-100")
    assert told.text.endswith(f"https://t.me/c/{number}/{topic.id}")
    boss.presses("看工单", on=told)
    await boss.offered("批复延期")


async def test_a_unit_s_people_get_no_link_into_the_group(office: Office) -> None:
    await office.unit(UNIT)
    seated = await office.staff("联络员小周", "liaison", UNIT)
    await office.files_and_rings()
    await orders(office, await office.alias(), Accept(), Assign(UNIT))
    told = await seated.sees("有新转来的工单")
    assert "t.me" not in told.text and not told.labels


async def test_an_alert_whose_topic_is_deleted_is_said_all_the_same(
    office: Office, group: Group
) -> None:
    """Once: beside the topic, or in the one that was made anew meanwhile."""
    office.server.fault("topic", tells_of_an_answer)
    alias, topic = await at_the_unit(office, Answer("已经合并成一份"))
    told = await group.sees(f"{alias}：单位答复了")
    again = await office.topic("已答复")
    assert again.id != topic.id
    assert told.topic in (None, again.id)
    assert [one.text for one in group.by_bot()].count(told.text) == 1


async def test_where_there_is_no_topic_yet_a_button_leads_to_it(
    office: Office, group: Group
) -> None:
    """The bot may make none: the alert stands in General until somebody helps."""
    one = await office.staff("李明")
    refused = office.server.fault("400", makes_a_topic, times=1000)
    await office.unit(UNIT)
    await office.files()
    await office.rings()
    alias = await office.alias()
    while not refused.met:
        await asyncio.sleep(0.05)
    await orders(office, alias, Accept(), Assign(UNIT), Answer("已经合并成一份"))
    told = await group.sees(f"{alias}：单位答复了")
    assert told.topic is None
    refused.times = 0
    office.desk.topics._resting.clear()
    topic = await office.topic("已答复")
    one.presses("看工单", on=told, at=group)
    led = await group.sees("t.me/c/")
    assert led.text.endswith(f"/{topic.id}")


def makes_a_topic(call: Call) -> bool:
    return call.method == "createForumTopic"


def tells_of_an_answer(call: Call) -> bool:
    is_in_topic = bool(call.get("message_thread_id"))
    return is_in_topic and (call.get("text") or "").endswith("：单位答复了。")


async def test_what_waited_for_the_morning_asks_again_who_may_hear_it(
    office: Office, group: Group
) -> None:
    """At 22:00 everybody in the group might; in the morning the case is with the unit
    of one who sits there.
    """
    boss = await office.staff("王主管", "supervisor")
    await office.unit("凤凰街道")
    blind = await office.staff("凤凰来的", "supervisor", "凤凰街道")
    alias, _ = await at_the_unit(office)
    office.at = office.at.replace(hour=14)
    await orders(office, alias, Return("凤凰街道管这条路"))
    await orders(office, alias, Assign("凤凰街道"))
    await group.until(lambda _: group.topics() == [])
    office.later(hours=11)
    await boss.sees(f"{alias}：有新工单")
    await boss.sees(f"{alias}：单位退回了")
    assert not any("单位退回了" in one.text for one in group.by_bot())
    assert not any(alias in one.text for one in blind.by_bot())
