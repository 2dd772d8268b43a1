"""A liaison in a private chat: what can be done there, and what must not be learnt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Update

from bot.people.member import AtTheMachine
from dialogs.case.orders import (
    Accept,
    Answer,
    Assign,
    Find,
    Note,
    Order,
    Rectify,
    RefuseReturn,
)
from tests.bot.desk.telegram.office import Office, opened_office
from tests.botapi.persons import Person
from tests.botapi.server import BotApi

OURS, OTHERS = "清河街道办事处", "翠苑街道办事处"


@pytest.fixture
async def office(tmp_path: Path, server: BotApi) -> AsyncIterator[Office]:
    """Without a group: what is said is said in private."""
    async with opened_office(tmp_path, server, None) as office:
        await office.unit(OURS)
        await office.unit(OTHERS)
        yield office


async def sent(office: Office, told: Person | None, unit: str = OURS) -> str:
    """A report, accepted and given to the unit, of which its liaison is told; its
    alias.
    """
    before = await aliases(office)
    await office.files()
    [alias] = await aliases(office) - before
    await orders(office, alias, Note("像是社区的小王"), Accept(), Assign(unit))
    if told is not None:
        await told.sees(
            f"{alias}：有新转来的工单，请到单位网页办理，或发 /case {alias} 看"
        )
    return alias


async def aliases(office: Office) -> set[str]:
    return {
        str(row[0])
        for row in await office.app.resources.database.all("SELECT alias FROM cases")
    }


async def orders(office: Office, alias: str, *orders: Order) -> None:
    for order in orders:
        await office.app.casework.staff.order(
            alias, order, AtTheMachine("值班员", "operator")
        )


async def said_to(person: Person, words: str) -> str:
    """What the bot answers, without the line that stands before what is covered."""
    before = len(person.by_bot())
    person.says(words)
    await person.until(lambda _: len(person.by_bot()) > before)
    return person.by_bot()[before].text.removeprefix("您有一条新消息\n")


async def liaison(office: Office) -> Person:
    return await office.staff("林联络", "liaison", OURS)


async def test_the_list_and_a_case_without_anything_of_the_reporter(
    office: Office,
) -> None:
    """By due date; no hour of filing, no note, nothing of what was masked, nobody of
    the staff.
    """
    one = await liaison(office)
    first = await sent(office, one)
    office.later(days=1, hours=3)
    second = await sent(office, one)
    listed = await said_to(one, "/queue")
    assert [line.split(" ")[0] for line in listed.splitlines()] == [first, second]
    assert "办理中" in listed and "待签收" in listed and "答复 12月1日" in listed
    read = await said_to(one, f"/case {second[-4:].lower()}")
    assert (
        "每周报五次" in read
        and "转办时间：11月24日 13:17" in read
        and f"/answer {second}" in read
    )
    read = await said_to(one, f"/case {second}")
    for hidden in ("13812345678", "王芳", "小王", "值班员", "认领", "受理", "反映1"):
        assert hidden not in read + listed
    assert "已签收" in await said_to(one, f"/receive {second}")
    assert "本单位签收" in await said_to(one, f"/case {second}")


async def test_an_answer_is_shown_as_it_went_out_and_counts_once(
    office: Office,
) -> None:
    """The reporter reads it; a repeated update is no second answer, and a second answer
    is refused.
    """
    one = await liaison(office)
    alias = await sent(office, one)
    assert "请写：" in await said_to(one, f"/answer {alias}")
    said = one.says(f"/answer {alias} 已经合成一份\n下周起只报一次")
    await one.sees(f"{alias}：答复已送出。反映人会看到：\n已经合成一份\n下周起只报一次")
    taken = await office.count("inbox")
    again = Update.de_json(
        {"update_id": 987654321, "message": said.json()}, office.channel.bot
    )
    for _ in range(2):
        assert await office.desk.hear(again)
    await one.sees("这一步现在做不了")
    assert (
        "请发 /case" in one.by_bot()[-1].text
        and await office.count("inbox") == taken + 1
    )
    read = await said_to(one, f"/case {alias}")
    assert read.count("本单位答复：已经合成一份") == 1 and "已答复，等专线核实" in read


async def test_more_time_and_the_cap_on_returns(office: Office) -> None:
    """Each as it was understood; the third return is refused with the page's
    sentence.
    """
    one = await liaison(office)
    alias = await sent(office, one)
    assert "请先写几个工作日" in await said_to(one, f"/extend {alias} 还在核对")
    assert await said_to(one, f"/extend {alias} 5 还在核对") == (
        f"{alias}：延期申请已送出，等专线主管决定。\n5个工作日：还在核对"
    )
    assert "依据哪一条" in await said_to(one, f"/return {alias}")
    for words in ("三定方案第二条 归区里管", "三定方案 第二条\n归区里管"):
        assert "依据：三定方案" in await said_to(one, f"/return {alias} {words}")
        await orders(office, alias, RefuseReturn("是你们的事"))
        await one.until(lambda _: "专线不同意退回" in one.by_bot()[-1].text)
    refused = await said_to(one, f"/return {alias} 三定方案第二条 归区里管")
    assert (
        "已经退回过2次，不能再退：首接负责" in refused and "（extend）" not in refused
    )
    assert "这一步现在做不了" in await said_to(
        one, f"/arrive {alias}"
    )  # it is not urgent


async def test_another_unit_s_case_is_like_none(office: Office) -> None:
    """For every command, and nothing is done."""
    one = await liaison(office)
    alias, none = await sent(office, None, OTHERS), "白鹭-0000"
    assert await said_to(one, "/queue") == "没有要办的工单。"
    steps = await office.count("steps")
    commands = (
        "/case {}",
        "/receive {}",
        "/arrive {}",
        "/answer {} 好",
        "/extend {} 5 好",
        "/return {} 甲 乙",
    )
    for command in commands:
        theirs, nobody = [
            await said_to(one, command.format(name)) for name in (alias, none)
        ]
        assert theirs.replace(alias, none) == nobody and "没有" in nobody
    assert await office.count("steps") == steps


async def test_operators_commands_and_plain_words_are_not_a_liaison_s(
    office: Office,
) -> None:
    """They get what a stranger gets, as a stranger does of a liaison's, and whoever was
    disabled.
    """
    one, stranger = await liaison(office), office.server.person(started=True)
    alias = await sent(office, one)
    steps = await office.count("steps")
    assert "/answer K7QM" in await said_to(one, "/help")
    for person in (one, stranger):
        await all_said_to(person, "/nonsense")  # the first word is greeted
    nonsense = await all_said_to(stranger, "/nonsense")
    for words in (f"/note {alias} 好", f"/close {alias} 好", "/mine"):
        assert await all_said_to(one, words) == nonsense
    assert await all_said_to(stranger, f"/receive {alias}") == nonsense
    one.says("街道要求我们社区同一份台账每周报五次")
    await one.offered("送出")
    await office.app.roster.disable("林联络")
    assert (
        alias not in "".join(await all_said_to(one, "/queue"))
        and await office.count("steps") == steps
    )


async def all_said_to(person: Person, words: str) -> list[str]:
    before = len(person.by_bot())
    await said_to(person, words)
    await person.settles(0.5)
    return [one.text for one in person.by_bot()[before:]]


async def test_what_is_put_right_is_reported_in_a_chat(office: Office) -> None:
    """Shown as it went out; then it is the hotline's turn."""
    one = await liaison(office)
    alias = await sent(office, one)
    found = (Answer("停了"), Find("partly"), Rectify("减到一份"))
    await orders(office, alias, *found)
    one.says(f"/rectified {alias} 撤了四份\n见通知")
    await one.sees(f"{alias}：整改完成已报，等专线核对。反映人会看到：\n撤了四份")
    read = await said_to(one, f"/case {alias}")
    assert "已报整改完成，等专线核对" in read and "/rectified" not in read
    assert "现在做不了" in await said_to(one, f"/rectified {alias} 又一次")
