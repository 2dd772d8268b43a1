"""A merge cannot be taken back, so it asks once, and shows what would be joined."""

from __future__ import annotations

from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import State
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group

OTHER = "区里让我们每天开视频会，一开就是两小时"


async def test_a_merge_asks_once_and_shows_both(office: Office, group: Group) -> None:
    """By a command in the topic; the prompt is gone once it is answered."""
    one = await office.staff("李明")
    await office.files_and_rings()
    first = await office.alias()
    await office.files_and_rings(OTHER)
    await group.until(lambda _: len(group.topics()) == 2)
    [second] = {topic.name.partition(" ")[0] for topic in group.topics()} - {first}
    topic = await office.topic(second)
    one.says(f"/merge {first}", to=group, topic=topic.id)
    asked = await group.sees(f"{second} 并入 {first}？")
    assert "台账每周报五次" in asked.text and "每天开视频会" in asked.text
    staff = office.app.casework.staff
    row = await staff.find(second, AT_THE_MACHINE)
    assert State(row.state) is State.FILED
    pressed = one.presses(f"确定并入 {first}", on=asked, at=group)
    assert "并入 " in (await pressed.answer() or "")
    row = await staff.find(second, AT_THE_MACHINE)
    assert State(row.state) is State.MERGED
    await group.until(lambda screen: not screen.with_text(f"{second} 并入 {first}？"))


async def test_a_merge_into_what_there_is_not_is_refused_at_once(
    office: Office, group: Group
) -> None:
    one = await office.staff("李明")
    await office.files_and_rings()
    one.says(f"/merge {await office.alias()} 白鹭-K7QM")
    await one.sees("没有“白鹭-K7QM”这件工单")
