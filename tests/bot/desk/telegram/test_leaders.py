"""督办 reaches who leads the unit: on Telegram by a paper that is signed with one tap,
else by the hand of a supervisor. The reporter reads what happened, and when it did.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.cli import unit
from bot.people.directory import Leader
from bot.people.member import AtTheMachine
from dialogs.case.orders import Accept, Answer, Assign, HandOver, Supervise
from dialogs.case.refusals import Refusal
from tests.bot.channels.telegram.line import SPEED
from tests.bot.desk.telegram.office import WORDS, Office, opened_office
from tests.botapi.persons import Person
from tests.botapi.server import BotApi

UNIT = "清河街道办事处"
BOSS = AtTheMachine("王主管", "supervisor")


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server


@pytest.fixture
async def office(tmp_path: Path, server: BotApi) -> AsyncIterator[Office]:
    async with opened_office(tmp_path, server, None) as office:
        await office.unit(UNIT)
        yield office


async def at_the_unit(office: Office, words: str = WORDS) -> tuple[Person, str]:
    """A report that the unit has."""
    reporter = await office.files(words)
    await office.rings()
    alias = await office.alias()
    for order in (Accept(), Assign(UNIT)):
        await office.app.casework.staff.order(alias, order, BOSS)
    return reporter, alias


async def story(reporter: Person, words: str) -> str:
    """What the reporter reads of the case, once these words stand in it."""
    reporter.says("/status")
    await reporter.until(lambda screen: words in screen.last.text, why=words)
    return reporter.screen().last.text


async def late(office: Office, days: int) -> None:
    office.later(days=days)
    await office.rings()


async def papers(
    office: Office, capsys: pytest.CaptureFixture[str], *words: str
) -> str:
    """What `jianfu unit papers` prints."""
    parser = argparse.ArgumentParser()
    unit.arguments(parser)
    args = parser.parse_args(["papers", "--as", "王主管", *words])
    capsys.readouterr()
    assert await unit.work(args, office.app) == 0
    return capsys.readouterr().out


async def test_the_leader_in_charge_signs_with_one_tap(office: Office) -> None:
    """Two working days late: the paper is with him within the round, and the reporter
    reads that it arrived only once he said so.
    """
    boss = await office.staff("王主管", "supervisor")
    await office.app.register.lead(UNIT, Leader("deputy", "李分管", "8123-4567"))
    leader = await office.staff("李分管", "leader", UNIT)
    reporter, alias = await at_the_unit(office)
    await late(office, 10)
    shown = await leader.sees(f"【督办单】{alias}")
    assert UNIT in shown.text and WORDS[:6] not in shown.text
    assert "督办单送到了" not in await story(reporter, "督办单写给")
    said = await leader.presses("收到了", on=shown).answer()
    assert said == "记下了，谢谢。"
    await story(reporter, f"督办单送到了{UNIT}分管的负责人那里。")
    assert not any("/hand_over" in one.text for one in boss.screen())
    again = await leader.presses("收到了", on=shown).answer()
    assert again == f"{alias} 没有督办单等着送给他，请看工单里的“待送达”。"


async def test_who_is_not_reached_waits_for_a_supervisor_s_hand(
    office: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    boss = await office.staff("王主管", "supervisor")
    await office.app.register.lead(UNIT, Leader("deputy", "李分管", "8123-4567"))
    reporter, alias = await at_the_unit(office)
    await late(office, 10)
    asked = await boss.sees("督办单要送到")
    assert f"{UNIT}的分管负责人" in asked.text
    listed = await papers(office, capsys, "--out", str(tmp_path / "out"))
    assert f"{alias}  督办单  {UNIT}  分管负责人 李分管 8123-4567" in listed
    [file] = (tmp_path / "out").iterdir()
    assert file.read_bytes()[:2] == b"PK" and file.stat().st_mode & 0o777 == 0o600
    boss.says(f"/hand_over {alias} 当面交")
    await boss.sees("督办单送达记下了")
    await story(reporter, "督办单送到了")
    assert await papers(office, capsys) == "没有等着送的督办单。\n"
    lines = await office.app.resources.database.all(
        "SELECT kind FROM audit WHERE kind = 'case.handover'"
    )
    assert len(lines) == 1


async def test_a_paper_goes_to_nobody_who_is_named_in_the_report(
    office: Office,
) -> None:
    boss = await office.staff("王主管", "supervisor")
    await office.app.register.lead(UNIT, Leader("deputy", "李分管"))
    leader = await office.staff("李分管", "leader", UNIT)
    _, alias = await at_the_unit(office, f"{WORDS}，都是李分管要的")
    await late(office, 10)
    await boss.sees("督办单要送到")
    assert not any(alias in one.text for one in leader.screen())


async def test_each_step_has_its_leader_and_an_answer_ends_it(office: Office) -> None:
    _, alias = await at_the_unit(office)
    order = office.app.casework.staff.order
    with pytest.raises(Refusal, match="没有督办单等着送"):
        await order(alias, HandOver("当面交"), BOSS)
    await order(alias, Supervise("三天内办好"), BOSS)
    await late(office, 16)
    await late(office, 3)
    with pytest.raises(Refusal, match="专线主管"):
        await order(alias, HandOver("当面交"), AtTheMachine("赵", "operator"))
    first = await order(alias, HandOver("当面交"), BOSS)
    left = [one.rank for one in first.case.assignment.notices if one.handed is None]
    assert left == ["chief"] * len(left) and left
    answered = await order(alias, Answer("改好了"), BOSS)
    assert answered.case.assignment.notices == ()
    with pytest.raises(Refusal, match="没有督办单等着送"):
        await order(alias, HandOver("当面交"), BOSS)
