"""Buttons are there for what would succeed now: what time alone has ended goes from the
card, and an old button says why.
"""

from __future__ import annotations

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Assign, Extend, GrantExtend
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group

UNIT = "清河街道办事处"
BOSS = AtTheMachine("王主管", "supervisor")


async def test_what_would_come_too_late_is_offered_no_more(
    office: Office, group: Group
) -> None:
    """Two working days after it was sent out 退回 is too late; nothing else happened.
    Who has the card open still and presses is told so, before a word is written.
    """
    one = await office.staff("李明")
    await office.unit(UNIT)
    await office.files_and_rings()
    alias = await office.alias()
    for order in (Accept(), Assign(UNIT)):
        await office.app.casework.staff.order(alias, order, BOSS)
    topic = await office.topic("已转办")
    await group.until(lambda _: "单位退回" in office.card(topic).labels)
    before = office.card(topic)
    office.later(days=2)
    await office.desk.topics.review(everything=False)
    await group.until(lambda _: "单位退回" not in office.card(topic).labels)
    assert "单位答复" in office.card(topic).labels
    assert office.card(topic).text == before.text
    pressed = one.presses("单位退回", on=before, at=group)
    assert "转办已超过1个工作日，不能退回" in (await pressed.answer() or "")
    assert not any("【单位退回】" in one.text for one in group.by_bot())


async def test_more_time_is_offered_once(office: Office, group: Group) -> None:
    await office.unit(UNIT)
    await office.files_and_rings()
    alias = await office.alias()
    staff = office.app.casework.staff
    await staff.order(alias, Accept(), BOSS)
    await staff.order(alias, Assign(UNIT), BOSS)
    topic = await office.topic("已转办")
    await group.until(lambda _: "申请延期" in office.card(topic).labels)
    await staff.order(alias, Extend(2, "还在核对"), BOSS)
    await staff.order(alias, GrantExtend(True), BOSS)
    await group.until(lambda _: "申请延期" not in office.card(topic).labels)
