"""Hurried hands: two at once, twice, on what is past, after a restart. One order is
carried out, everybody is answered, and nothing leads to what must not be known.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.life import Case
from dialogs.case.orders import Accept, Answer, Assign, Extend
from tests.bot.desk.telegram.office import Office, running
from tests.botapi.persons import Group
from tests.botapi.server import BotApi

UNIT = "清河街道办事处"
COLLEAGUE = AtTheMachine("值班员", "operator")


async def case_of(office: Office, alias: str) -> Case:
    row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    return (await office.app.casework.writer.load(row)).case


async def test_of_two_supervisors_who_decide_at_once_one_does(
    office: Office, group: Group
) -> None:
    """Each has the menu open; the other is told what has become of it."""
    bosses = [await office.staff(name, "supervisor") for name in ("王主管", "孙主管")]
    await office.unit(UNIT)
    await office.files_and_rings()
    alias = await office.alias()
    for order in (Accept(), Assign(UNIT), Extend(5, "还在核对")):
        await office.app.casework.staff.order(alias, order, COLLEAGUE)
    for boss in bosses:
        boss.presses("看工单", on=await boss.sees("申请延期"))
        boss.presses("批复延期", on=await boss.offered("批复延期"))
        await boss.sees("【批复延期】")
    taps = [
        boss.presses("同意", on=boss.screen().with_button("同意")) for boss in bosses
    ]
    said = [await tap.answer() or "" for tap in taps]
    assert len(set(said)) == 2 and all(said)
    assert (await case_of(office, alias)).assignment.extended
    assert await office.count("audit WHERE kind = 'case.grantextend'") == 1


async def test_what_was_opened_before_a_restart_goes_on_after_it(
    tmp_path: Path, server: BotApi, group: Group
) -> None:
    """A prompt is answered, an old card is pressed, a command is edited."""
    with closing(Office(tmp_path, server, group)) as office:
        async with running(office):
            one = await office.staff("李明")
            _, topic = await office.files_and_rings()
            old = office.card(topic)
            alias = await office.alias()
            one.presses("备注", on=old, at=group)
            prompt = await group.sees("【备注】")
            typed = one.says("/accept", to=group, topic=topic.id)
            await group.until(lambda _: group.topics()[0].name.endswith("已受理"))
        async with running(office):
            one.says("先问问街道", to=group, topic=topic.id, reply=prompt.id)
            await group.until(lambda _: "先问问街道" in office.card(topic).text)
            pressed = one.presses("受理", on=old, at=group)
            assert "不能受理" in (await pressed.answer() or "")
            one.edits(typed, "/decline 不归我们管")
            await group.sees("改过的命令不算数")
            assert (await case_of(office, alias)).state.value == "accepted"


async def test_an_alert_that_stands_beside_topics_leads_nobody_astray(
    office: Office, group: Group
) -> None:
    """It was said before the case was kept from somebody there: its button finds
    nothing, for whoever presses it.
    """
    boss = await office.staff("王主管", "supervisor")
    await office.unit(UNIT)
    await office.unit("凤凰街道")
    blind = await office.staff("凤凰来的", "operator", "凤凰街道")
    refused = office.server.fault(
        "400", lambda call: call.method == "createForumTopic", times=1
    )
    await office.files()
    await office.rings()
    while not refused.met:
        await asyncio.sleep(0.05)
    alias = await office.alias()
    for order in (Accept(), Assign(UNIT), Answer("并成一份了")):
        await office.app.casework.staff.order(alias, order, COLLEAGUE)
    told = await group.sees(f"{alias}：单位答复了")
    assert told.labels == ("看工单",)
    await office.app.casework.staff.order(alias, Assign("凤凰街道"), COLLEAGUE)
    office.desk.topics._resting.clear()
    await boss.sees(f"{alias}：有新工单")
    for one in (blind, boss):
        pressed = one.presses("看工单", on=told, at=group)
        assert f"没有“{alias}”这件工单" in (await pressed.answer() or "")
    boss.presses("看工单")
    assert "单位答复" in (await boss.offered("全文")).text
