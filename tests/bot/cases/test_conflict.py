"""A case that names a unit is invisible to that unit's people, whoever said the name,
and when.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.cases.conflict import ConflictRule
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, Member
from bot.people.register import UnitRegister
from dialogs.case.life import Case, Staff
from dialogs.case.orders import Accept, Assign, Merge
from dialogs.case.roles import Role
from dialogs.words import Forget, Supplement
from tests.bot.counter import Counter

NEUTRAL: dict[str, Any] = {"unit": None, "place": None}


@pytest.fixture
async def sight(counter: Counter) -> ConflictRule:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.import_(
        [
            NewUnit("文新街道", "subdistrict", people=("张三",)),
            NewUnit("古荡街道", "subdistrict"),
            NewUnit("德加社区", "community", parent="文新街道"),
            NewUnit("西湖区卫生健康局", "district", people=("钱七",)),
        ]
    )
    return ConflictRule(counter.database, counter.keys, register)


def member(name: str, role: Role = "operator", unit: str | None = None) -> Member:
    return Member(Staff("cc" * 16, name), role, unit)


async def unit(counter: Counter, name: str) -> str:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    return (await register.get(name)).id


async def case(counter: Counter, number: int = 0) -> Case:
    entry = (await counter.casework.reading.entries(AT_THE_MACHINE))[number]
    return (await counter.casework.writer.by_id(bytes.fromhex(entry.case.id))).case


@pytest.mark.parametrize(
    "said",
    [
        {"text": "文 新 街道又要台账", **NEUTRAL},
        {"text": "又要台账", "unit": "文新街道", "place": None},
        {"text": "又要台账", "unit": None, "place": "文新街道某社区"},
    ],
)
async def test_whatever_field_names_it(
    counter: Counter, sight: ConflictRule, said: dict[str, Any]
) -> None:
    await counter.files(**said)
    zhang, li = member("张三"), member("李四")
    assert await sight.among([zhang, li], await case(counter)) == [li]


@pytest.mark.parametrize(
    "text",
    [
        "文\u200b新\u200b街\u200b道又要台账",
        "文·新·街-道又要台账",
        "文\ufe0f新街道又要台账",
        "文新街办又要台账",
        "文新街道办又要台账",
        "文新街到又要台账",
        "德加社区的都被叫去填表",
    ],
)
async def test_however_it_is_written(
    counter: Counter, sight: ConflictRule, text: str
) -> None:
    """Invisible signs, short forms, characters that sound alike, a community of it."""
    await counter.files(text, **NEUTRAL)
    zhang, li, qian = member("张三"), member("李四"), member("钱七")
    assert await sight.among([zhang, li, qian], await case(counter)) == [li, qian]


@pytest.mark.parametrize("text", ["区卫健局又要台账", "卫生健康局又要台账"])
async def test_a_bureau_is_named_without_its_district(
    counter: Counter, sight: ConflictRule, text: str
) -> None:
    await counter.files(text, **NEUTRAL)
    zhang, qian = member("张三"), member("钱七")
    assert await sight.among([zhang, qian], await case(counter)) == [zhang]


async def test_a_supplement_that_names_it_hides_the_case_from_then_on(
    counter: Counter, sight: ConflictRule
) -> None:
    receipt = await counter.files("又要台账", **NEUTRAL)
    assert await sight.sees(member("张三"), await case(counter))
    report = await counter.report(receipt)
    await counter.does(Supplement(report, "是文新街道党政办要的", (), counter.at))
    assert not await sight.sees(member("张三"), await case(counter))
    await counter.does(Forget(report, counter.at))
    assert await sight.sees(
        member("张三"), await case(counter)
    )  # nobody's words are left to hide


async def test_what_is_merged_into_it_counts(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("文新街道又要台账", chat="anna", **NEUTRAL)
    first = await counter.alias()
    await counter.files("又要台账", chat="boris", **NEUTRAL)
    (second,) = {
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    } - {first}
    await counter.orders(first, Accept(), Merge(second))
    assert not await sight.sees(member("张三"), await case(counter))


async def test_the_unit_that_has_it_answers_and_its_people_at_the_hotline_do_not_see_it(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("文新街道又要台账", **NEUTRAL)
    await counter.orders(await counter.alias(), Accept(), Assign("文新街道"))
    given, id = await case(counter), await unit(counter, "文新街道")
    assert await sight.sees(member("王五", "liaison", id), given)
    assert not await sight.sees(member("张三"), given)
    assert not await sight.sees(member("赵六", "supervisor", id), given)
    assert await sight.visible(member("张三"), [given]) == []
    assert await sight.visible(member("李四"), [given]) == [given]


async def test_giving_it_to_another_unit_hides_it_from_the_named_ones_liaison(
    counter: Counter, sight: ConflictRule
) -> None:
    await counter.files("文新街道又要台账", **NEUTRAL)
    await counter.orders(await counter.alias(), Accept(), Assign("古荡街道"))
    wang = member("王五", "liaison", await unit(counter, "文新街道"))
    assert not await sight.sees(wang, await case(counter))
