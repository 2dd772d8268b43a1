"""What staff edit: a reply follows while it can be taken back; whatever else was
ordered stands, and that is said.
"""

from __future__ import annotations

from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import Case
from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group
from tests.botapi.world import RIGHTS

OLD = "下周去看，请放心"
NEW = "下周三去看，请放心"


async def case_of(office: Office) -> Case:
    casework = office.app.casework
    row = await casework.staff.find(await office.alias(), AT_THE_MACHINE)
    return (await casework.writer.load(row)).case


async def test_a_reply_edited_before_it_goes_goes_out_in_the_new_words(
    office: Office,
) -> None:
    """In the place where it was shown; the reporter reads these words alone, once."""
    one = await office.staff("李明")
    reporter, _ = await office.files_and_rings()
    alias = await office.alias()
    said = one.says(f"/reply {alias} {OLD}")
    shown = await one.sees("现在可以撤回")
    office.later(seconds=6)
    one.edits(said, f"/reply {alias} {NEW}")
    await one.until(lambda screen: screen.with_text(NEW))
    [now_shown] = [m for m in one.screen().bots if "反映人会看到" in m.text]
    assert now_shown.id == shown.id and OLD not in now_shown.text
    office.later(seconds=6)
    await office.rings()
    case = await case_of(office)
    assert case.reply and case.reply.text == NEW, "ten seconds, from the edit on"
    office.later(seconds=5)
    await office.rings()
    await reporter.sees("专线给您回话了")
    office.later(minutes=12)
    await one.sees("已送达")
    reporter.presses("查进展")
    story = await reporter.sees(NEW)
    assert OLD not in story.text and story.text.count("专线给您回话") == 1


async def test_a_reply_edited_too_late_is_said_to_be_out(office: Office) -> None:
    one = await office.staff("李明")
    await office.files_and_rings()
    alias = await office.alias()
    said = one.says(f"/reply {alias} {OLD}")
    await one.sees("现在可以撤回")
    office.later(seconds=11)
    await office.rings()
    one.edits(said, f"/reply {alias} {NEW}")
    told = await one.until(
        lambda screen: screen.with_text("没有跟着改") or screen.with_text("不算数")
    )
    assert "再写一条" in told.text or "另发一条" in told.text
    assert (await case_of(office)).reply is None


async def test_a_reply_by_the_prompt_follows_its_edit(
    office: Office, group: Group
) -> None:
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    one.presses("答复", on=office.card(topic), at=group)
    asked = await group.sees("【答复】")
    said = one.says(OLD, to=group, topic=topic.id, reply=asked.id)
    await group.sees("现在可以撤回")
    one.edits(said, NEW)
    await group.until(lambda screen: screen.with_text(f"反映人会看到：\n{NEW}"))
    case = await case_of(office)
    assert case.reply is not None and case.reply.text == NEW


async def test_another_command_that_is_edited_stands_and_that_is_said(
    office: Office, group: Group
) -> None:
    """And nobody hears of an edit that changes nothing, or of what was never meant for
    us.
    """
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    said = one.says("/note 先问街道", to=group, topic=topic.id)
    await group.until(lambda _: "先问街道" in office.card(topic).text)
    chatter = one.says("我去问问", to=group, topic=topic.id)
    one.edits(chatter, "我明天去问问")
    one.edits(said, "/note 先问街道")
    one.edits(said, "/note 先问区里")
    told = await group.sees("改过的命令不算数")
    assert "请另发一条" in told.text
    await group.settles()
    assert len([m for m in group.screen().bots if "改过的命令" in m.text]) == 1
    assert await office.count("notes") == 1


async def test_a_question_mark_is_help(office: Office) -> None:
    one = await office.staff("李明")
    one.says("？")
    assert "/queue" in (await one.sees("办件：")).text
    stranger = office.server.person(started=True)
    stranger.says("?")
    assert "/queue" not in (await stranger.until(lambda s: s.bots and s.last)).text


async def test_the_supervisor_hears_when_the_group_is_lost(
    office: Office, group: Group
) -> None:
    """Once each time, and when it is well again."""
    boss = await office.staff("王主管", "supervisor")
    group.demotes_bot()
    told = await boss.sees("缺权限")
    assert "管理话题" in told.text and "管理员" in told.text
    group.demotes_bot()
    group.allows_bot(*RIGHTS)
    await boss.sees("又好了")
    group.removes_bot()
    assert "JIANFU_TELEGRAM__STAFF_CHAT_ID" in (await boss.sees("不在")).text
    await boss.settles()
    assert len([m for m in boss.screen().bots if "缺权限" in m.text]) == 1


async def test_a_group_that_is_gone_is_found_by_looking(
    office: Office, group: Group
) -> None:
    """Nobody tells a bot that a group was deleted while it was not there."""
    boss = await office.staff("王主管", "supervisor")
    [look] = [job for job in office.desk.staff_side().jobs if job.name == "staff group"]
    await look.run(office.at)
    group.chat.vanished = True
    for _ in range(2):
        await look.run(office.at)
    await boss.sees("机器人不在工作人员的群里了")
    group.chat.vanished = False
    await look.run(office.at)
    await boss.sees("又好了")
    assert len([m for m in boss.screen().bots if "不在" in m.text]) == 1
