"""The staff's group gets another number, as it does when topics are turned on: the desk
goes on in it, and the supervisors hear which number to set.
"""

from __future__ import annotations

from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group


async def test_a_group_with_another_number_is_followed(
    office: Office, group: Group
) -> None:
    """Cards, answers and presses; what stood in the old one is shown anew when it
    changes.
    """
    one = await office.staff("李明")
    boss = await office.staff("王主管", "supervisor")
    await office.files_and_rings()
    alias = await office.alias()
    after = group.upgrades()
    at_the_machine = AtTheMachine("值班员", "operator")
    await office.app.casework.staff.order(alias, Accept(), at_the_machine)
    await after.until(lambda screen: screen.with_button("转办"))
    assert [topic.name for topic in after.topics()] == [f"{alias} 已受理"]
    one.says("/queue", to=after)
    await after.sees(alias)
    [look] = [job for job in office.desk.staff_side().jobs if job.name == "staff group"]
    for _ in range(2):
        await look.run(office.at)
    told = await boss.sees("换了编号")
    assert f"JIANFU_TELEGRAM__STAFF_CHAT_ID 改成 {after.chat.id}" in told.text
    assert len([one for one in boss.by_bot() if "换了编号" in one.text]) == 1
