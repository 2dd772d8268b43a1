"""A unit's name was mistyped: one tap on the right one, nothing is written again."""

from __future__ import annotations

import pytest

from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.decisions import answer_due
from dialogs.case.life import Case
from dialogs.case.orders import Accept, Assign
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group, Shown

UNIT = "清河街道办事处"
SLIP = "清河街办事处"
LI = AtTheMachine("李明", "operator")


async def accepted(office: Office) -> str:
    await office.unit(UNIT)
    await office.unit("清河区数据局", level="district")
    await office.files_and_rings()
    alias = await office.alias()
    await office.app.casework.staff.order(alias, Accept(), LI)
    return alias


async def case_of(office: Office, alias: str) -> Case:
    row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    return (await office.app.casework.writer.load(row)).case


async def test_the_name_that_was_meant_is_one_tap(office: Office) -> None:
    """What else was written, a due date here, is done with it; the question goes."""
    one = await office.staff("李明")
    alias = await accepted(office)
    one.says(f"/assign {alias} {SLIP} 11月25日")
    asked = await one.sees("是不是：清河街道办事处？")
    assert asked.labels[0] == UNIT
    assert asked.labels[-2:] == ("都不是", "名录外，照写的办")
    one.presses(UNIT, on=asked)
    await one.until(lambda screen: screen.with_text("是不是：") is None)
    case = await case_of(office, alias)
    assert case.assignment.unit == UNIT and case.assignment.unit_id is not None
    due = answer_due(case, office.app.casework.terms)
    assert due is not None and due.astimezone(office.app.casework.zone).day == 25


async def test_in_the_group_a_prompt_s_answer_is_asked_about(
    office: Office, group: Group
) -> None:
    """The prompt that was answered goes; an old tap on the question does nothing."""
    one, two = await office.staff("李明"), await office.staff("赵云")
    alias = await accepted(office)
    topic = await office.topic("已受理")
    await group.until(lambda _: "转办" in office.card(topic).labels)
    one.presses("转办", on=office.card(topic), at=group)
    menu = await group.sees("【转办】")
    one.says(SLIP, to=group, topic=topic.id, reply=menu.id)
    asked = await group.sees("是不是：清河街道办事处？")
    assert asked.topic == topic.id
    await group.until(lambda screen: menu.id not in [each.id for each in screen])
    taps = [who.presses(UNIT, on=asked, at=group) for who in (one, two)]
    said = [await tap.answer() or "" for tap in taps]
    [lost] = [each for each in said if UNIT not in each]
    assert "没有照办" in lost or "李明" in lost
    assert (await case_of(office, alias)).assignment.unit == UNIT


@pytest.mark.parametrize(
    ("label", "unit", "said"),
    [
        ("名录外，照写的办", SLIP, "不在名录里"),
        ("都不是", None, "没有照办"),
    ],
)
async def test_who_means_something_else_says_so(
    office: Office, label: str, unit: str | None, said: str
) -> None:
    one = await office.staff("李明")
    alias = await accepted(office)
    one.says(f"/assign {alias} {SLIP}")
    asked = await one.sees("是不是：")
    pressed = one.presses(label, on=asked)
    assert said in (await pressed.answer() or "")
    await one.until(lambda screen: screen.with_text("是不是：") is None)
    assert (await case_of(office, alias)).assignment.unit == unit


async def test_a_whistle_keeps_its_reason(office: Office) -> None:
    one = await office.staff("李明")
    alias = await accepted(office)
    await office.app.casework.staff.order(alias, Assign(UNIT), LI)
    one.says(f"/whistle {alias} 办不了，要区里定\n清河区数剧局")
    asked = await one.sees("是不是：清河区数据局？")
    await one.presses("清河区数据局", on=asked).answer()
    given = (await case_of(office, alias)).assignment
    assert given.unit == "清河区数据局"
    row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
    sheet = await office.app.casework.reading.sheet(row)
    reasons = [step.params.get("text") for step in sheet.steps]
    assert "办不了，要区里定" in reasons


async def test_who_may_not_assign_now_is_told_so_first(office: Office) -> None:
    """A colleague has the case: no question comes that would be for nothing."""
    one = await office.staff("赵云")
    alias = await accepted(office)
    one.says(f"/assign {alias} {SLIP}")
    await one.sees("由“李明”在办。要接过来，请用 /take")
    assert not any("是不是" in each.text for each in one.by_bot())


async def test_a_tap_under_what_telegram_does_not_show_any_more_is_refused(
    office: Office, group: Group
) -> None:
    """Or a forged one, under another message: no order without what was asked."""
    one = await office.staff("李明")
    alias = await accepted(office)
    card: Shown = office.card(await office.topic("已受理"))
    unit = (await office.app.register.get(UNIT)).id[:8]
    for more in (unit, f"@{unit}", "@new"):
        pressed = one.press_data(f"s:assign:{alias}:{more}", card.id, group)
        assert "没有照办" in (await pressed.answer() or "")
    assert (await case_of(office, alias)).assignment.unit is None
