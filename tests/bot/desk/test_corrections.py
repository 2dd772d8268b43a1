"""更正: whoever reads what a reporter added reads one entry, never two that contradict
each other.
"""

from __future__ import annotations

import argparse
import io
from contextlib import redirect_stdout
from datetime import timedelta

import pytest

from bot.cli import case as terminal
from bot.desk.liaison import Liaison, LiaisonDesk
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from dialogs.case.orders import Accept, Assign, Merge
from dialogs.words import Hold, Supplement
from tests.bot.counter import Counter, new_draft

FIRST = "上周又来要了一次，还拍了照"
RIGHT = "上上周五又来要了一次，还拍了照"


async def adds(
    counter: Counter, receipt: str, text: str, *, corrects: bool = False
) -> None:
    report = await counter.report(receipt)
    said = Supplement(report, text, (), counter.at, corrects=corrects)
    await counter.does(said)


async def sheet(counter: Counter, name: str) -> list[tuple[str, str]]:
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    steps = (await counter.casework.reading.sheet(row)).steps
    return [
        (step.params.get("text", ""), step.params.get("before", ""))
        for step in steps
        if step.kind == "supplemented"
    ]


async def lines(counter: Counter, receipt: str) -> list[str]:
    return [line.text("zh") for line in (await counter.story(receipt)).lines]


# ── staff, and the reporter ───────────────────────────────────────────────────────────


async def test_staff_read_it_together_with_what_it_corrects(counter: Counter) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await adds(counter, receipt, FIRST)
    await adds(counter, receipt, RIGHT, corrects=True)
    assert await sheet(counter, name) == [(RIGHT, FIRST)]
    parser, heard = argparse.ArgumentParser(), io.StringIO()
    terminal.arguments(parser)
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    with redirect_stdout(heard):
        args = parser.parse_args(["show", name])
        assert await terminal.work(args, counter.casework, roster) == 0
    assert f"更正：{RIGHT}（先前说的：{FIRST}）" in heard.getvalue()


async def test_its_reporter_reads_what_holds(counter: Counter) -> None:
    receipt = await counter.files()
    await adds(counter, receipt, FIRST)
    await adds(counter, receipt, RIGHT, corrects=True)
    assert (await lines(counter, receipt))[1:] == [f"您更正了补充的话：{RIGHT}"]
    assert (await counter.story(receipt)).added == RIGHT, "corrected again from here"


async def test_corrected_again_the_last_holds(counter: Counter) -> None:
    receipt = await counter.files()
    await adds(counter, receipt, "一", corrects=False)
    await adds(counter, receipt, FIRST)
    await adds(counter, receipt, "上上周四又来要", corrects=True)
    await adds(counter, receipt, RIGHT, corrects=True)
    assert await sheet(counter, await counter.alias()) == [
        ("一", ""),
        (RIGHT, f"{FIRST}；上上周四又来要"),
    ]


async def test_without_a_supplement_before_it_stands_alone(counter: Counter) -> None:
    receipt = await counter.files()
    await adds(counter, receipt, RIGHT, corrects=True)
    assert await sheet(counter, await counter.alias()) == [(RIGHT, "")]
    assert "您更正了补充的话" in (await lines(counter, receipt))[-1]


async def test_nobody_corrects_another(counter: Counter) -> None:
    first = await counter.files()
    name = await counter.alias()
    counter.later(hours=2)
    second = await counter.files(chat="bert")
    await counter.orders(await counter.alias(1), Merge(name))
    await adds(counter, first, FIRST)
    await adds(counter, second, RIGHT, corrects=True)
    assert await sheet(counter, name) == [(FIRST, ""), (RIGHT, "")]


async def test_pictures_of_both_are_counted(counter: Counter) -> None:
    receipt = await counter.files()
    report = await counter.report(receipt)
    for text, corrects in ((FIRST, False), (RIGHT, True)):
        draft = new_draft()
        picture = await counter.picture(draft)
        said = Supplement(report, text, (picture,), counter.at, corrects=corrects)
        await counter.does(said, draft=draft)
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    steps = (await counter.casework.reading.sheet(row)).steps
    assert [step.params["pictures"] for step in steps] == [2]
    assert len(await counter.casework.reading.pictures(row)) == 2


async def test_before_it_is_handed_in_nothing_else_is_left(counter: Counter) -> None:
    hold = Hold((counter.at + timedelta(days=7)).date(), "send")
    receipt = await counter.files("同一份台账每周报五次", hold=hold)
    await adds(counter, receipt, FIRST)
    await adds(counter, receipt, RIGHT, corrects=True)
    counter.later(days=8)
    await counter.casework.held.run(counter.at)
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    [report] = (await counter.casework.reading.sheet(row)).reports
    assert report.text == f"同一份台账每周报五次\n{RIGHT}"


# ── the unit ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def desk(counter: Counter) -> LiaisonDesk:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.import_(
        [NewUnit(name, "subdistrict") for name in ("文新街道", "古荡街道")]
    )
    return LiaisonDesk(
        counter.database,
        counter.keys,
        counter.casework,
        roster=Roster(counter.database, counter.keys, lambda: counter.at),
        register=register,
        now=lambda: counter.at,
    )


async def seat(counter: Counter, desk: LiaisonDesk, unit: str) -> Liaison:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    member = await roster.add(f"{unit}的", "liaison", (await register.get(unit)).id)
    found = await desk.seated(member)
    assert found is not None
    return found


async def test_what_was_not_passed_on_yet_the_unit_never_reads(
    counter: Counter, desk: LiaisonDesk
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Assign("文新街道"))
    who = await seat(counter, desk, "文新街道")
    await adds(counter, receipt, FIRST)
    counter.later(hours=3)
    await adds(counter, receipt, RIGHT, corrects=True)
    assert (await desk.case(who, name)).more == ()
    counter.later(days=1)
    assert (await desk.case(who, name)).more == (RIGHT,)


async def test_what_was_passed_on_is_corrected_in_one_entry(
    counter: Counter, desk: LiaisonDesk
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Assign("文新街道"))
    who = await seat(counter, desk, "文新街道")
    await adds(counter, receipt, FIRST)
    counter.later(days=1)
    await adds(counter, receipt, RIGHT, corrects=True)
    assert (await desk.case(who, name)).more == (FIRST,), "once a day"
    counter.later(days=1)
    assert (await desk.case(who, name)).more == (
        f"更正：{RIGHT}（先前转给您的是：{FIRST}）",
    )


async def test_a_unit_that_gets_the_case_afterwards_reads_what_holds(
    counter: Counter, desk: LiaisonDesk
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Assign("文新街道"))
    await adds(counter, receipt, FIRST)
    counter.later(days=1)
    await adds(counter, receipt, RIGHT, corrects=True)
    counter.later(days=1)
    await counter.orders(name, Assign("古荡街道"))
    who = await seat(counter, desk, "古荡街道")
    assert (await desk.case(who, name)).more == (RIGHT,)
