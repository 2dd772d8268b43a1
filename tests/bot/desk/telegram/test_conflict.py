"""A case that names a unit is invisible to that unit's people: in the group, in
private, in letters.
"""

from __future__ import annotations

import pytest

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Assign
from dialogs.words import Retaliation
from tests.bot.counter import new_draft
from tests.bot.desk.telegram.office import Office
from tests.botapi.calls import Call
from tests.botapi.faults import Kind
from tests.botapi.persons import Group

NAMING = "清河街道要我们社区再挂三块牌子"


async def test_no_topic_where_somebody_in_the_group_is_of_that_unit(
    office: Office, group: Group
) -> None:
    """A supervisor without conflict hears of it in private; the other one, and the
    group, never.
    """
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    blind = await office.staff("清河来的", "supervisor", "清河街道")
    await office.files(NAMING)
    await office.rings()
    await boss.sees("有新工单")
    alias = await office.alias()
    boss.presses("看工单")
    card = await boss.until(lambda screen: screen.with_button("受理"))
    assert "三块牌子" in card.text
    boss.presses("受理")
    await boss.until(lambda screen: screen.with_text("JF2026-000001"))
    blind.says(f"/case {alias}")
    assert await blind.sees(f"没有“{alias}”这件工单")
    blind.says("/queue")
    assert await blind.sees("没有这样的工单")
    boss.says("/queue", to=group)
    assert await group.sees("没有这样的工单")
    assert group.topics() == [] and alias not in blind.screen().text.replace(
        f"“{alias}”", ""
    ).replace(f"/case {alias}", "")


async def test_a_case_given_to_their_unit_leaves_the_group(
    office: Office, group: Group
) -> None:
    """From then on it is worked on in private."""
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    await office.staff("清河来的", "operator", "清河街道")
    await office.files_and_rings("上级要求我们社区同一份台账每周报五次")
    alias = await office.alias()
    await office.app.casework.staff.order(
        alias, Accept(), AtTheMachine("值班员", "operator")
    )
    await office.app.casework.staff.order(
        alias, Assign("清河街道"), AtTheMachine("值班员", "operator")
    )
    await group.until(lambda _: group.topics() == [])
    await boss.sees(f"{alias}：有新工单")


async def test_who_is_elsewhere_holds_nothing_up(office: Office, group: Group) -> None:
    """A liaison who is linked but not in the group does not keep the topic away."""
    await office.unit("清河街道")
    await office.staff("联络员小周", "liaison", "清河街道")
    await office.files_and_rings(NAMING)
    assert len(group.topics()) == 1


async def test_what_is_for_supervisors_alone_never_stands_in_the_group(
    office: Office, group: Group
) -> None:
    """Not even where no operator is on the roster: others may sit there."""
    boss = await office.staff("王主管", "supervisor")
    told = Retaliation(None, "组长问是谁告的状，第二天就不给排班", office.at)
    reporters = office.app.casework.reporters
    changes = await reporters.act(told, new_draft(), None)
    await office.app.resources.database.commit(changes)
    await office.rings()
    await boss.sees("有新工单")
    assert group.topics() == []
    boss.says("/queue", to=group)
    assert await group.sees("没有这样的工单")
    worker = await office.staff("小王", "operator")
    alias = await office.alias()
    worker.says(f"/case {alias}")
    assert await worker.sees(f"没有“{alias}”这件工单")
    worker.says("/queue")
    assert await worker.sees("没有这样的工单")


def asks_about_members(call: Call) -> bool:
    return call.method == "getChatMember"


@pytest.mark.parametrize("kind", ["400", "403", "garbled"])
async def test_what_telegram_does_not_say_of_a_member_keeps_the_case_out(
    office: Office, group: Group, kind: Kind
) -> None:
    """The unit's man sits in the group, and getChatMember refuses to say so: the case
    goes to the supervisor alone, who is told why and what to do.
    """
    await office.unit("清河街道")
    boss = await office.staff("王主管", "supervisor")
    await office.staff("清河来的", "operator", "清河街道")
    office.server.fault(kind, asks_about_members, times=1000)
    await office.files(NAMING)
    await office.rings()
    told = await boss.sees("有新工单")
    assert "查不到清河来的在不在群里" in told.text
    assert "群管理员" in told.text and "jianfu staff disable" in told.text
    await office.files("上级要求我们社区同一份台账每周报五次")
    await office.rings()
    await office.topic()  # another matter still goes there
    assert len(group.topics()) == 1
    assert not any("三块牌子" in one.text for one in group.by_bot())


async def test_trouble_on_the_way_only_delays_a_case(
    office: Office, group: Group
) -> None:
    """Three answers are lost; it goes into the group after the fourth."""
    await office.unit("清河街道")
    await office.staff("联络员小周", "liaison", "清河街道")
    lost = office.server.fault("500", asks_about_members, times=3)
    await office.files(NAMING)
    await office.rings()
    await office.topic()
    assert lost.met == 3


async def test_who_has_a_case_is_told_of_it_even_if_the_report_names_them(
    office: Office,
) -> None:
    """The rule is asked about the case as it will be, not as it was before."""
    await office.unit("清河街道")
    seated = await office.staff("联络员小周", "liaison", "清河街道")
    other = await office.staff("联络员小吴", "liaison", "清河街道")
    await office.files_and_rings(NAMING)
    alias = await office.alias()
    at_the_machine = AtTheMachine("值班员", "operator")
    await office.app.casework.staff.order(alias, Accept(), at_the_machine)
    await office.app.casework.staff.order(alias, Assign("清河街道"), at_the_machine)
    await seated.sees(f"{alias}：有新转来的工单")
    await other.sees(f"{alias}：有新转来的工单")
