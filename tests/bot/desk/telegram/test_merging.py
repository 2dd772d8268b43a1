"""A merge asks once and shows what would be joined; taking it back asks once, too."""

from __future__ import annotations

from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import State
from dialogs.case.orders import Merge
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


async def test_a_merge_is_taken_back_once_both_parts_were_shown(
    office: Office, group: Group
) -> None:
    """By the button of the merged card; the reports that come back and those that stay
    are told apart, and nothing is done before the yes.
    """
    one = await office.staff("李明")
    await office.files_and_rings()
    first = await office.alias()
    await office.files_and_rings(OTHER)
    await group.until(lambda _: len(group.topics()) == 2)
    [second] = {topic.name.partition(" ")[0] for topic in group.topics()} - {first}
    staff = office.app.casework.staff
    await staff.order(second, Merge(first), AT_THE_MACHINE)
    topic, joint = await office.topic(second), await office.topic(first)
    await group.sees(f"并进来：{second}")
    card = await group.sees(f"已并入：{first}")
    one.presses("分开", on=card, at=group)
    asked = await group.sees(f"{second} 从 {first} 里分开？")
    goes, _, stays = asked.text.partition("留下的")
    assert "每天开视频会" in goes and "台账每周报五次" not in goes
    assert "台账每周报五次" in stays and "每天开视频会" not in stays
    row = await staff.find(second, AT_THE_MACHINE)
    assert State(row.state) is State.MERGED
    pressed = one.presses(f"确定分开 {second}", on=asked, at=group)
    assert f"从 {first} 里分出来" in (await pressed.answer() or "")
    row = await staff.find(second, AT_THE_MACHINE)
    assert State(row.state) is State.FILED and row.merged_into is None
    await group.until(lambda screen: not screen.with_text(f"已并入：{first}"))
    await group.sees(f"分出去：{second}")
    assert (await office.topic(first)).id == joint.id, "nothing there is taken back"
    one.says(f"/unmerge {second}", to=group, topic=topic.id)
    await group.sees("现在是“待受理”，不能分开")
