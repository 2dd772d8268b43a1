"""别给他们看: the people of a unit that a reporter named do not meet the case, and
nobody can give it to them.
"""

from __future__ import annotations

import argparse
import io
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cases.conflict import ConflictRule
from bot.cli import case as terminal
from bot.desk.liaison import LiaisonDesk
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from dialogs.case.life import Case, Staff
from dialogs.case.orders import Accept, Assign, Merge, Whistle
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from dialogs.words import Forget, Hold, KeepFrom
from tests.bot.counter import Counter

NEUTRAL: dict[str, Any] = {"unit": None, "place": None}
OFFICE = "县考核办"


@pytest.fixture
async def sight(counter: Counter) -> ConflictRule:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.import_(
        [
            NewUnit("县政府", "district"),
            NewUnit(OFFICE, "district", aliases=("绩效办",), people=("张三",)),
            NewUnit("古荡街道", "subdistrict", parent=OFFICE),
            NewUnit("文新街道", "subdistrict", parent="县政府"),
        ]
    )
    return counter.casework.conflict


def member(name: str, role: Role = "operator", unit: str | None = None) -> Member:
    return Member(Staff("cc" * 16, name), role, unit)


async def unit(counter: Counter, name: str = OFFICE) -> str:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    return (await register.get(name)).id


async def case(counter: Counter, alias: str | None = None) -> Case:
    alias = alias or await counter.alias()
    row = await counter.casework.staff.find(alias, AT_THE_MACHINE)
    return (await counter.casework.writer.load(row)).case


async def hidden_from(counter: Counter, sight: ConflictRule) -> list[str]:
    id = await unit(counter)
    everybody = [
        member("张三"),
        member("李四"),
        member("赵六", "supervisor", id),
        member("周联络", "liaison", id),
    ]
    seen = await sight.among(everybody, await case(counter))
    return [one.staff.name for one in everybody if one not in seen]


@pytest.mark.parametrize(
    "said", [OFFICE, "县 考核办", "绩效办", "考核办", "就是县考核办的人"]
)
async def test_its_people_do_not_see_the_case(
    counter: Counter, sight: ConflictRule, said: str
) -> None:
    await counter.files("又要台账", keep_from=(said,), **NEUTRAL)
    assert await hidden_from(counter, sight) == ["张三", "赵六", "周联络"]


@pytest.mark.parametrize("said", ["街道", "市考核办", "我们领导"])
async def test_who_is_not_meant_sees_it(
    counter: Counter, sight: ConflictRule, said: str
) -> None:
    await counter.files("又要台账", keep_from=(said,), **NEUTRAL)
    assert await hidden_from(counter, sight) == []


async def test_said_later_it_holds_from_then_on(
    counter: Counter, sight: ConflictRule
) -> None:
    receipt = await counter.files("又要台账", **NEUTRAL)
    assert await hidden_from(counter, sight) == []
    report = await counter.report(receipt)
    await counter.does(KeepFrom(report, OFFICE, counter.at))
    await counter.does(KeepFrom(report, OFFICE, counter.at))
    assert (await case(counter)).keep_from == (OFFICE,)
    assert await hidden_from(counter, sight) == ["张三", "赵六", "周联络"]
    story = await counter.story(receipt)
    assert story.lines[-1].text("zh") == "您要求：不给县考核办的人看。"
    assert "keep_from" in story.can
    rows = await counter.database.all("SELECT kind FROM followups")
    assert "alert" in [row[0] for row in rows], "staff hear of it"
    await counter.does(Forget(report, counter.at))
    assert await hidden_from(counter, sight) == ["张三", "赵六", "周联络"], (
        "the wish outlives the words"
    )


async def test_the_unit_that_has_it_loses_it(
    counter: Counter, sight: ConflictRule
) -> None:
    receipt = await counter.files("又要台账", **NEUTRAL)
    await counter.orders(await counter.alias(), Accept(), Assign(OFFICE))
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    desk = LiaisonDesk(
        counter.database,
        counter.keys,
        counter.casework,
        roster=roster,
        register=register,
        now=lambda: counter.at,
    )
    liaison = await roster.add("周联络", "liaison", await unit(counter))
    seat = await desk.seated(liaison)
    assert seat is not None and len(await desk.cases(seat)) == 1
    await counter.does(KeepFrom(await counter.report(receipt), OFFICE, counter.at))
    assert await desk.cases(seat) == []
    await counter.orders(await counter.alias(), Assign("文新街道"))


async def test_nobody_can_give_it_to_that_unit(
    counter: Counter, sight: ConflictRule
) -> None:
    """Neither by its name, nor an alias, nor one level up, nor a supervisor."""
    await counter.files("又要台账", keep_from=("考核办",), **NEUTRAL)
    name = await counter.alias()
    staff = counter.casework.staff
    await staff.order(name, Accept(), AT_THE_MACHINE)
    for said in (OFFICE, "绩效办"):
        with pytest.raises(Refusal, match="反映人要求不给“县考核办”的人看") as refusal:
            await staff.order(name, Assign(said), AT_THE_MACHINE)
        assert refusal.value.code == "kept_from"
    await staff.order(name, Assign("古荡街道"), AT_THE_MACHINE)
    with pytest.raises(Refusal, match="反映人要求不给"):
        await staff.order(name, Whistle("没有办"), AT_THE_MACHINE)
    await staff.order(name, Whistle("没有办", "县政府"), AT_THE_MACHINE)
    assert (await case(counter)).assignment.unit == "县政府"


async def test_a_unit_that_is_not_registered_is_known_by_its_name(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("又要台账", keep_from=("镇经济办",), **NEUTRAL)
    await counter.orders(await counter.alias(), Accept())
    with pytest.raises(Refusal, match="镇 经济办”的人看"):
        await counter.orders(await counter.alias(), Assign("镇 经济办", new=True))


async def test_no_merge_gives_it_to_that_unit(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("又要台账", **NEUTRAL)
    at_office = await counter.alias()
    await counter.orders(at_office, Accept(), Assign(OFFICE))
    counter.later(hours=2)
    await counter.files("又要台账", chat="bert", keep_from=(OFFICE,), **NEUTRAL)
    kept = await counter.alias(1)
    with pytest.raises(Refusal, match="不能合并") as refusal:
        await counter.orders(kept, Merge(at_office))
    assert refusal.value.code == "kept_from_merge"
    await counter.orders(at_office, Assign("文新街道"))
    await counter.orders(kept, Merge(at_office))
    with pytest.raises(Refusal, match="县考核办"):
        await counter.orders(at_office, Assign(OFFICE))
    assert await hidden_from(counter, sight) == ["张三", "赵六", "周联络"]


async def test_it_is_kept_with_a_report_that_waits_for_its_day(
    counter: Counter, sight: ConflictRule
) -> None:
    hold = Hold((counter.at + timedelta(days=7)).date(), "send")
    await counter.files("又要台账", keep_from=(OFFICE,), hold=hold, **NEUTRAL)
    await counter.casework.held.run(datetime(2026, 12, 1, tzinfo=UTC))
    assert await hidden_from(counter, sight) == ["张三", "赵六", "周联络"]


async def test_staff_read_whom_it_is_kept_from(
    counter: Counter, sight: ConflictRule
) -> None:
    receipt = await counter.files("又要台账", keep_from=(OFFICE,), **NEUTRAL)
    assert "您要求：不给县考核办的人看。" in (await counter.story(receipt)).text("zh")
    parser, heard = argparse.ArgumentParser(), io.StringIO()
    terminal.arguments(parser)
    args = parser.parse_args(["show", await counter.alias()])
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    with redirect_stdout(heard):
        assert await terminal.work(args, counter.casework, roster) == 0
    assert "不给看    县考核办（反映人要求，不能交给它办）" in heard.getvalue()
    assert "要求不给看        反映人（反映 1）：县考核办" in heard.getvalue()


async def test_no_row_shows_whom_it_is_kept_from(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("又要台账", keep_from=(OFFICE,), **NEUTRAL)
    [row] = await counter.database.all("SELECT * FROM cases")
    assert not [cell for cell in tuple(row) if OFFICE in str(cell)]
    assert OFFICE.encode() not in row["sealed"]
    [step] = await counter.database.all("SELECT kind, sealed, at FROM steps")
    assert step["kind"] == "kept_from" and OFFICE.encode() not in step["sealed"]
    assert step["at"] % 3600 == 0
