"""Who may do what in a chat, and who learns nothing."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image
from telegram import Update

from bot.people.member import AT_THE_MACHINE, AtTheMachine
from dialogs.case.orders import Accept, Assign, Extend
from tests.anonymizer.scrub.pictures import jpeg
from tests.bot.desk.telegram.office import WORDS, Office, opened_office
from tests.botapi.persons import Group, Person, Shown
from tests.botapi.server import BotApi


async def test_of_two_who_claim_one_gets_it(office: Office, group: Group) -> None:
    """The other is told who has it."""
    people = [await office.staff("李明"), await office.staff("赵云")]
    _, topic = await office.files_and_rings()
    card = office.card(topic)
    pressed = [person.presses("认领", on=card, at=group) for person in people]
    said = sorted([await one.answer() or "" for one in pressed])
    assert said[1].startswith("现在归") or said[0].startswith("现在归")
    lost = next(one for one in said if "好了" not in one)
    assert "李明" in lost or "赵云" in lost
    assert await office.count("steps") == 1


async def test_without_a_role_nobody_learns_anything(
    office: Office, group: Group
) -> None:
    """In private a staff command gets what any unknown command gets; in the group there
    is silence.
    """
    stranger = office.server.person(started=True)
    stranger.joins(group)
    _, topic = await office.files_and_rings()
    alias = await office.alias()
    control = office.server.person(started=True)
    staff_s = (
        "/queue",
        f"/case {alias}",
        f"/accept {alias}",
        "/link 7KQ2M-X8D4R",
        "/help",
    )
    nonsense = [await said_to(control, "/nonsense") for _ in staff_s]
    assert [await said_to(stranger, words) for words in staff_s] == nonsense
    quiet = len(group.by_bot())
    for said in ("/queue", f"/case {alias}", "/help"):
        stranger.says(said, to=group)
    pressed = stranger.presses("认领", on=office.card(topic), at=group)
    assert await pressed.answer() is None
    await asyncio.sleep(0.3)
    assert len(group.by_bot()) == quiet and await office.count("steps") == 0


async def test_chatter_in_a_topic_is_nobody_s_business(
    office: Office, group: Group
) -> None:
    """Nothing of it is stored or passed on, not even a reply to the card."""
    one = await office.staff("李明")
    reporter, topic = await office.files_and_rings()
    heard = len(reporter.by_bot())
    one.says("这个人说得对", to=group, topic=topic.id)
    one.says("我去问问", to=group, topic=topic.id, reply=office.card(topic).id)
    await asyncio.sleep(0.5)
    await office.app.sender.idle()
    assert (await office.count("steps"), await office.count("notes")) == (0, 0)
    assert len(reporter.by_bot()) == heard


async def test_a_prompt_takes_the_words_and_a_menu_has_templates(
    office: Office, group: Group
) -> None:
    """Declining by a template; the reporter reads its words."""
    one = await office.staff("李明")
    reporter, topic = await office.files_and_rings()
    one.presses("不予受理", on=office.card(topic), at=group)
    menu = await group.until(lambda _: _with(group, "不在范围"))
    pressed = one.presses("不在范围", on=menu, at=group)
    assert "不予受理" in (await pressed.answer() or "")
    await group.until(lambda _: group.topics()[0].closed)
    reporter.says("/status")
    await reporter.sees("不归本专线管")


async def test_a_note_by_reply_stays_inside(office: Office, group: Group) -> None:
    """Shown on the card, told to no reporter."""
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    one.presses("备注", on=office.card(topic), at=group)
    asked = await group.until(
        lambda _: next((m for m in _screen(group) if "【备注】" in m.text), None)
    )
    one.says("先问问街道", to=group, topic=topic.id, reply=asked.id)
    await group.until(lambda _: "先问问街道" in office.card(topic).text)
    assert await office.count("notes") == 1


async def test_more_time_is_a_supervisor_s_to_grant(
    office: Office, group: Group
) -> None:
    """An operator is refused; the supervisor hears of it in private and decides by a
    command.
    """
    one, boss = await office.staff("李明"), await office.staff("王主管", "supervisor")
    await office.unit("清河街道办事处")
    await office.files_and_rings()
    alias = await office.alias()
    for order in (Accept(), Assign("清河街道办事处"), Extend(5, "还在核对")):
        await office.app.casework.staff.order(
            alias, order, AtTheMachine("李明", "operator")
        )
    await boss.sees(f"{alias}：单位申请延期")
    one.says(f"/grant {alias} 同意")
    await one.sees("要专线主管来办")
    boss.says(f"/grant {alias} 同意 3")
    await boss.sees("批准延期")
    case = (
        await office.app.casework.writer.load(
            await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        )
    ).case
    assert case.assignment.extended and case.assignment.wants is None


async def test_what_was_wrong_is_corrected_by_button(
    office: Office, group: Group
) -> None:
    """Urgent by one tap, the category from a menu; the reporter reads of both."""
    one = await office.staff("李明")
    reporter, topic = await office.files_and_rings()
    one.presses("改为加急", on=office.card(topic), at=group)
    await group.until(lambda _: "加急" in office.card(topic).text)
    one.presses("改类别", on=office.card(topic), at=group)
    menu = await group.until(lambda _: _with(group, "会议过多过长"))
    pressed = one.presses("会议过多过长", on=menu, at=group)
    assert "类别改为" in (await pressed.answer() or "")
    reporter.says("/status")
    await reporter.sees("专线把类别改为“会议过多过长”")


async def test_a_unit_is_named_as_the_register_has_it(
    office: Office, group: Group
) -> None:
    """A slip is asked about; then unit, level, due date and liaisons are told."""
    one = await office.staff("李明")
    await office.unit("清河街道办事处")
    await office.files_and_rings()
    alias = await office.alias()
    one.says(f"/accept {alias}")
    await one.sees("受理了")
    one.says(f"/assign {alias} 清河街办事处")
    await one.sees("是不是：清河街道办事处？")
    one.says(f"/assign {alias} 清河街道办事处")
    await one.sees("转给清河街道办事处（街道）")
    await one.sees("没有联络员")
    one.says(f"/whistle {alias} 办不了\n区数据局")
    await one.sees("也没有相近的")
    one.says(f"/whistle {alias} 办不了\n区数据局 名录外")
    await one.sees("不在名录里，没有联络员")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/acept {}", "要的是 /accept（受理）吗"),
        ("/quue", "要的是 /queue（要办的工单）吗"),
        ("/受理 {}", "受理了"),
        ("/ACCEPT {}", "受理了"),
        ("/accept", "如：/accept K7QM"),
        ("/close {}", "不能办结。现在可以：认领、受理"),
        ("/find {} 对", "请先写属实、部分属实或不属实"),
        ("/finding {} 对", "请先写属实、部分属实或不属实"),
    ],
)
async def test_a_hurried_command_in_private(
    office: Office, words: str, said: str
) -> None:
    """The code alone, small letters, a slip of the finger: done, or a sentence says
    how.
    """
    one = await office.staff("李明")
    await office.files_and_rings()
    one.says(words.format((await office.alias())[-4:].lower()))
    await one.sees(said)


async def test_hurried_hands_in_the_group(office: Office, group: Group) -> None:
    """A slip, a code in the wrong place, two taps, an old prompt, a picture for words:
    one sentence each.
    """
    one = await office.staff("李明")
    _, topic = await office.files_and_rings()
    alias = await office.alias()
    one.says("/acept", to=group, topic=topic.id)
    await group.until(lambda _: _told(group, "要的是 /accept（受理）吗"))
    one.says("/nonsense", to=group)
    await group.sees("没有 /nonsense 这个命令")
    one.says("/link 7KQ2M-X8D4R", to=group)
    await group.sees("登记码请私聊机器人发")
    one.says("/close 白鹭-K7Q9 都办好了", to=group, topic=topic.id)
    await group.until(lambda _: _told(group, f"这里是 {alias} 的话题，没有照办"))
    assert await office.count("steps") == 0
    one.says(f"/note {alias} 问过了", to=group, topic=topic.id)
    await group.until(lambda _: "李明：问过了" in office.card(topic).text)
    taps = [one.presses("认领", on=office.card(topic), at=group) for _ in range(2)]
    said = {await tap.answer() or "" for tap in taps}
    assert any("现在归李明办" in each for each in said) and any(
        "本来就由您在办，请接着点" in each for each in said
    )
    one.presses("不予受理", on=office.card(topic), at=group)
    asked = await group.until(lambda _: _told(group, "【不予受理】"))
    one.sends_photo(jpeg(), to=group, topic=topic.id, reply=asked.id)
    await group.until(lambda _: _told(group, "这里只收文字"))
    one.says(f"/accept@jianfu_line_bot {alias}", to=group, topic=topic.id)
    await group.until(lambda _: group.topics()[-1].name.endswith("已受理"))
    one.says(f"/assign {alias} 某局 名录外", to=group, topic=topic.id)
    await group.until(lambda _: group.topics()[-1].name.endswith("已转办"))
    one.says("不归我们管", to=group, topic=topic.id, reply=asked.id)
    await group.until(lambda _: _told(group, "现在是“已转办”，没有照办"))
    assert await office.count("notes") == 1


async def test_a_long_screenshot_comes_as_it_is(office: Office, group: Group) -> None:
    """Telegram would refuse it as a photo, and shrink a shorter one until nobody can
    read it: it goes as a document, behind the photo that was sent before it.
    """
    one = await office.staff("李明")
    person = office.server.person(started=True)
    person.sends_photo(png_of_size(640, 480), caption=WORDS)
    await person.offered("送出")
    person.sends_document("长截图.png", png_of_size(1080, 12_000), "image/png")
    await person.until(lambda screen: "图片：2" in screen.text)
    person.presses("送出")
    await person.sees("您的回执码")
    await office.rings()
    topic = await office.topic()
    one.presses("图片2", on=office.card(topic), at=group)
    await group.until(lambda _: len(_files(group)) == 2)
    assert _files(group) == [("photo", 640, 480), ("document", 1080, 12_000)]


def png_of_size(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), "white").save(out, "png")
    return out.getvalue()


def _files(group: Group) -> list[tuple[str, int, int]]:
    """Kind, width and height of what was sent in the newest topic."""
    found = []
    for shown in group.topics()[-1].screen:
        if shown.by_bot and shown.kind in ("photo", "document"):
            content = shown.files[-1].content
            assert content is not None
            with Image.open(io.BytesIO(content())) as image:
                found.append((shown.kind, *image.size))
    return found


async def test_staff_s_own_words_in_private_are_a_reporter_s(office: Office) -> None:
    """A colleague who reports is a reporter like any other; no command of theirs shows
    the two are one.
    """
    one = await office.staff("李明")
    one.says("街道要求我们社区同一份台账每周报五次")
    await one.offered("送出")
    one.says("/queue")
    await one.sees("没有这样的工单")
    one.presses("送出")
    await one.sees("您的回执码")


async def test_a_repeated_update_changes_nothing(office: Office, group: Group) -> None:
    """A command that Telegram hands over twice, after a restart perhaps, is carried out
    and answered once.
    """
    one = await office.staff("李明")
    await office.files_and_rings()
    said = one.says(f"/accept {await office.alias()}")
    await one.sees("受理了")
    values = {
        "update_id": 987654321,
        "message": {**said.json(), "text": f"/note {await office.alias()} 问过了"},
    }
    update = Update.de_json(values, office.channel.bot)
    for _ in range(2):
        assert await office.desk.hear(update)
    assert await office.count("notes") == 1


@pytest.mark.parametrize("words", ["/help", "/search 台账", "/mine", "/why", "/case"])
async def test_every_command_answers_in_private(office: Office, words: str) -> None:
    """In a sentence or a list."""
    one = await office.staff("李明")
    before = len(one.by_bot())
    one.says(words)
    await one.until(lambda _: len(one.by_bot()) > before)


async def test_where_there_is_no_group_everything_goes_in_private(
    tmp_path: Path, server: BotApi
) -> None:
    """All of the hotline are told; each has a card that follows the case."""
    async with opened_office(tmp_path, server, None) as office:
        one, two = await office.staff("李明"), await office.staff("赵云")
        await office.files()
        await office.rings()
        for person in (one, two):
            await person.offered("看工单")
            person.presses("看工单")
            await person.offered("认领")
        one.presses("认领")
        await two.until(lambda screen: screen.with_text("在办：李明"))


async def said_to(person: Person, words: str) -> str:
    """What the bot answers."""
    before = len(person.by_bot())
    person.says(words)
    await person.until(lambda _: len(person.by_bot()) > before)
    return person.by_bot()[-1].text


def _screen(group: Group) -> list[Shown]:
    return [message for topic in group.topics() for message in topic.screen]


def _told(group: Group, words: str) -> Shown | None:
    return next(
        (message for message in reversed(_screen(group)) if words in message.text), None
    )


def _with(group: Group, label: str) -> Shown | None:
    return next(
        (message for message in _screen(group) if label in message.labels), None
    )
