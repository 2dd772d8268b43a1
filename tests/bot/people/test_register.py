"""The register of units, over a real database and real keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.directory import Directory, NewUnit, Unit, WrongEntry, merged, plain
from bot.people.member import Member
from bot.people.register import Imported, UnitRegister
from dialogs.case.life import Assignment, Case, Staff, State
from dialogs.case.refusals import Refusal
from dialogs.case.roles import Role
from tests.bot.counter import Counter

OFFICE = NewUnit(
    "文新街道办事处", "subdistrict", "西湖区政府", ("文新街道",), ("forms",), ("张三",)
)
DISTRICT = NewUnit("西湖区政府", "district")


@pytest.fixture
def register(counter: Counter) -> UnitRegister:
    return another(counter)


def another(counter: Counter) -> UnitRegister:
    return UnitRegister(counter.database, counter.keys, lambda: counter.at)


async def written(counter: Counter) -> bytes:
    """All that a thief finds of units and audit lines."""
    rows = await counter.database.all("SELECT id, parent, level, sealed FROM units")
    lines = await counter.database.all("SELECT kind, about, content FROM audit")
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in [*rows, *lines]
        for value in row
    )


# ── finding ───────────────────────────────────────────────────────────────────────────


async def test_a_unit_is_found_by_name_and_alias_however_it_is_typed(
    register: UnitRegister,
) -> None:
    await register.import_([OFFICE, DISTRICT])
    unit = await register.find("文新街道办事处")
    assert unit is not None
    assert (unit.level, unit.competences, unit.people) == (
        "subdistrict",
        ("forms",),
        ("张三",),
    )
    assert [
        await register.find(name) for name in (" 文新 街道", "文新街道　", "文新")
    ] == [unit, unit, None]
    assert await register.of(unit.id) == unit
    assert await register.parent_of(unit.id) == await register.find("西湖区政府")


async def test_a_name_nobody_has_is_answered_with_near_misses(
    register: UnitRegister,
) -> None:
    await register.import_([OFFICE, DISTRICT])
    with pytest.raises(Refusal, match="是不是：文新街道办事处？"):
        await register.get("文薪街道")
    with pytest.raises(Refusal, match="是不是：西湖区政府？"):
        await register.get("西湖区")
    with pytest.raises(Refusal, match="jianfu unit list"):
        await register.get("ABCXYZ")


async def test_an_alias_of_several_asks_for_the_whole_name(
    register: UnitRegister,
) -> None:
    await register.import_(
        [
            NewUnit(f"{street}党政办", "subdistrict", None, ("党政办",))
            for street in "甲乙"
        ]
    )
    with pytest.raises(Refusal, match="有几家：乙党政办、甲党政办。请写全名"):
        await register.find("党政办")


async def test_the_full_name_goes_before_anothers_alias(register: UnitRegister) -> None:
    await register.import_(
        [NewUnit("城管", "city"), NewUnit("甲街道城管", "subdistrict", None, ("城管",))]
    )
    unit = await register.get("城管")
    assert unit.level == "city"


async def test_units_are_recognised_in_a_text(register: UnitRegister) -> None:
    await register.import_([OFFICE, DISTRICT, NewUnit("古荡街道", "subdistrict")])
    names = [
        unit.name
        for unit in await register.named("昨天 文新街 道又来查，说是西湖区政府布置的")
    ]
    assert sorted(names) == ["文新街道办事处", "西湖区政府"]
    assert await register.named("社区里的事") == ()


# ── changing ──────────────────────────────────────────────────────────────────────────


async def test_what_another_process_changes_is_seen_at_once(
    counter: Counter, register: UnitRegister
) -> None:
    other = another(counter)
    assert await other.list() == []
    unit = await register.add(DISTRICT)
    assert await other.list() == [unit]
    await register.import_([NewUnit("西湖区政府", "city")])
    assert [one.level for one in await other.list()] == ["city"]


async def test_names_are_not_on_the_disk(
    counter: Counter, register: UnitRegister
) -> None:
    await register.import_([OFFICE, DISTRICT], by="ab" * 16)
    await register.disable("西湖区政府")
    found = await written(counter)
    for secret in ("文新", "西湖", "张三", "forms"):
        assert secret.encode() not in found
    kinds = [
        row[0]
        for row in await counter.database.all("SELECT kind FROM audit ORDER BY seq")
    ]
    assert kinds == ["unit.added", "unit.added", "unit.disabled"]


async def test_adding_twice_is_refused_and_adding_a_disabled_one_revives_it(
    register: UnitRegister,
) -> None:
    unit = await register.add(DISTRICT)
    with pytest.raises(Refusal, match="已经登记了"):
        await register.add(NewUnit(" 西湖区 政府", "city"))
    await register.disable("西湖区政府")
    assert await register.find("西湖区政府") is None
    with pytest.raises(Refusal, match="本来就停用着"):
        await register.disable("西湖区政府")
    again = await register.add(NewUnit("西湖区政府", "city", aliases=("西湖区",)))
    assert (again.id, again.active, again.level) == (unit.id, True, "city")


async def test_importing_again_changes_nothing(
    counter: Counter, register: UnitRegister
) -> None:
    assert await register.import_([OFFICE, DISTRICT]) == Imported(2, 0, 0)
    before = await written(counter)
    assert await register.import_([OFFICE, DISTRICT]) == Imported(0, 0, 2)
    assert await written(counter) == before
    assert await register.import_(
        [DISTRICT, NewUnit("文新街道办事处", "community")]
    ) == Imported(0, 1, 1)
    changed = await register.get("文新街道办事处")
    assert (changed.level, changed.parent, changed.aliases) == ("community", None, ())


async def test_an_import_leaves_a_disabled_unit_disabled(
    register: UnitRegister,
) -> None:
    await register.add(DISTRICT)
    await register.disable("西湖区政府")
    assert await register.import_(
        [NewUnit("西湖区政府", "city"), NewUnit("杭州市政府", "city")]
    ) == Imported(1, 1, 0)
    assert [unit.active for unit in await register.list()] == [True, False]


@pytest.mark.parametrize(
    ("entries", "number", "field", "why"),
    [
        (
            [DISTRICT, NewUnit("甲街道", "subdistrict", "乙区")],
            1,
            "parent",
            "上级“乙区”不在名录里",
        ),
        ([NewUnit("甲街道", "subdistrict", "甲街道")], 0, "parent", "绕了一圈"),
        (
            [NewUnit("甲乙", "city", "丙丁"), NewUnit("丙丁", "city", "甲乙")],
            0,
            "parent",
            "绕了一圈",
        ),
        ([DISTRICT, NewUnit(" 西湖区政府", "city")], 1, "name", "写了两次"),
        ([NewUnit("甲街道", "street")], 0, "level", "层级“street”不对"),
        ([NewUnit("甲街道", "")], 0, "level", "层级没有写"),
        (
            [NewUnit("甲街道", "city", None, (), ("taxes",))],
            0,
            "competences",
            "职责“taxes”不是类别",
        ),
        ([NewUnit("甲", "city")], 0, "name", "太短"),
        ([NewUnit(" ", "city")], 0, "name", "没有写名称"),
        ([NewUnit("甲街道", "city", None, ("甲",))], 0, "aliases", "太短"),
    ],
)
async def test_one_wrong_entry_and_nothing_is_imported(
    register: UnitRegister, entries: list[NewUnit], number: int, field: str, why: str
) -> None:
    with pytest.raises(WrongEntry, match=why) as wrong:
        await register.import_([OFFICE, *entries] if field != "parent" else entries)
    assert (wrong.value.number, wrong.value.field) == (
        number + (field != "parent"),
        field,
    )
    assert await register.list() == []


async def test_a_circle_through_units_that_are_there_already_is_refused(
    register: UnitRegister,
) -> None:
    await register.import_([OFFICE, DISTRICT])
    with pytest.raises(WrongEntry, match="绕了一圈"):
        await register.import_(
            [NewUnit("西湖区政府", "district", "文新街道")]
        )  # named by alias


# ── the conflict rule ─────────────────────────────────────────────────────────────────

NAMED, OTHER = "aa" * 16, "bb" * 16
DIRECTORY = Directory(
    [
        Unit(
            NAMED, "文新街道办事处", ("文新街道",), "subdistrict", None, (), ("张三",)
        ),
        Unit(OTHER, "古荡街道", (), "subdistrict", None, (), ()),
    ]
)


def member(name: str, role: Role = "operator", unit: str | None = None) -> Member:
    return Member(Staff("cc" * 16, name), role, unit)


def case(unit_id: str | None = None, unit: str | None = None) -> Case:
    return Case(
        "dd" * 16,
        "白鹭-K7QM",
        State.ACCEPTED,
        "forms",
        assignment=Assignment(unit=unit, unit_id=unit_id),
    )


@pytest.mark.parametrize(
    ("who", "what", "text", "hidden"),
    [
        (member("张三"), case(), "文新街道要求每天报表", True),
        (member("张三"), case(), "古荡街道要求每天报表", False),
        (member("李四"), case(), "文新街道要求每天报表", False),
        (
            member("李四", "operator", NAMED),
            case(),
            "文新街道要求每天报表",
            True,
        ),  # lent by that unit
        (member("张三"), case(NAMED), "没有点名", True),
        (
            member("张三"),
            case(None, "文新街道"),
            "没有点名",
            True,
        ),  # given to it by a name alone
        (member("王五", "liaison", NAMED), case(NAMED), "文新街道要求每天报表", False),
        (member("张三", "liaison", NAMED), case(NAMED), "文新街道要求每天报表", False),
        (member("王五", "liaison", NAMED), case(OTHER), "文新街道要求每天报表", True),
        (member("王五", "liaison", OTHER), case(OTHER), "文新街道要求每天报表", False),
        (member("张三", "supervisor"), case(), "文新街道要求每天报表", True),
    ],
)
def test_a_case_is_invisible_to_the_people_of_the_unit_it_names(
    who: Member, what: Case, text: str, hidden: bool
) -> None:
    assert DIRECTORY.conflict(who, what, text, ()) is hidden


async def test_a_disabled_units_people_stay_blind(register: UnitRegister) -> None:
    await register.add(NewUnit("文新街道", "subdistrict", people=("张三",)))
    await register.disable("文新街道")
    directory = await register.directory()
    assert directory.conflict(member("张三"), case(), "文新街道要求每天报表", ())


words = st.text("文新古荡街道 ABab", max_size=12)
units = st.lists(
    st.builds(
        Unit,
        st.uuids().map(lambda id: id.hex),
        st.text("文新古荡街道ABab", min_size=2, max_size=4),
        st.lists(st.text("文新古荡街道ABab", min_size=2, max_size=3), max_size=2).map(
            tuple
        ),
        st.just("city"),
        st.none(),
        st.just(()),
        st.lists(st.sampled_from(["张三", "李四"]), max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda unit: plain(unit.name),
)


@given(words, units)
def test_a_text_names_those_units_whose_names_stand_in_it(
    text: str, found: list[Unit]
) -> None:
    said = plain(text)
    expected = {
        unit.id
        for unit in found
        if any(plain(name) in said for name in (unit.name, *unit.aliases))
    }
    assert {unit.id for unit in Directory(found).named(text)} == expected


@given(words, words, units)
def test_more_words_hide_a_case_from_no_fewer_people(
    text: str, more: str, found: list[Unit]
) -> None:
    directory = Directory(found)
    who = member("张三")
    hidden = directory.conflict(who, case(), text, ())
    assert directory.conflict(who, case(), f"{text}\n{more}", ()) >= hidden


@given(
    st.permutations(
        [
            NewUnit(f"第{n}级单位", "city", f"第{n - 1}级单位" if n else None)
            for n in range(5)
        ]
    )
)
def test_parents_come_first_in_whatever_order_they_were_written(
    entries: list[NewUnit],
) -> None:
    assert [unit.name for unit in merged(entries, Directory())] == [
        f"第{n}级单位" for n in range(5)
    ]
