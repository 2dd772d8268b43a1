"""A unit named anywhere is one of the register, or said not to be: F19."""

from __future__ import annotations

import pytest

from bot.people.directory import Directory, NewUnit, WrongEntry, merged
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from dialogs.case.orders import Accept, Assign, Whistle
from dialogs.case.refusals import Refusal
from tests.bot.cases.test_case_cli import Terminal
from tests.bot.counter import Counter


@pytest.fixture
def terminal(counter: Counter, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(counter, capsys)


@pytest.fixture
async def register(counter: Counter) -> UnitRegister:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.add(NewUnit("临江区政府", "district"))
    await register.add(NewUnit("文新街道", "subdistrict", "临江区政府"))
    await register.add(NewUnit("古荡街道", "subdistrict", "临江区政府"))
    return register


async def accepted(counter: Counter) -> str:
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept())
    return name


async def test_a_slip_in_a_unit_s_name_is_asked_about(
    terminal: Terminal, register: UnitRegister
) -> None:
    """The nearest names are offered, and nothing is done."""
    name = await accepted(terminal.counter)
    await terminal.runs("assign", name, "文新街", code=1)
    said = terminal.printed.err
    assert "单位名录里没有“文新街”。是不是：文新街道？" in said and "--new" in said
    assert (await terminal.json("show", name))["state"] == "accepted"


async def test_a_unit_that_nobody_knows_is_not_guessed_at(
    terminal: Terminal, register: UnitRegister
) -> None:
    name = await accepted(terminal.counter)
    await terminal.runs("assign", name, "邮政公司", code=1)
    assert "没有“邮政公司”，也没有相近的" in terminal.printed.err


async def test_the_reply_says_whom_it_went_to_and_who_looks_there(
    terminal: Terminal, register: UnitRegister
) -> None:
    """Unit, level, due date, and that there is no liaison, while there is none."""
    name = await accepted(terminal.counter)
    said = await terminal.runs("assign", name, "文新街道")
    assert "转给文新街道（街道），11月30日 24:00 前答复，没有联络员" in said

    roster: Roster = terminal.roster
    unit = (await register.get("临江区政府")).id
    await roster.add("陈联络", "liaison", unit)
    await roster.add("王", "supervisor")
    said = await terminal.runs("whistle", name, "街道办不了")
    assert "转给临江区政府（区），11月30日 24:00 前答复，联络员：陈联络。" in said


async def test_who_insists_is_heard_and_told_what_it_means(
    terminal: Terminal, register: UnitRegister
) -> None:
    name = await accepted(terminal.counter)
    said = await terminal.runs("assign", name, "邮政公司", "--new")
    assert "转给邮政公司，" in said and "不在名录里，没有联络员" in said
    told = await terminal.json("whistle", name, "办不了", "文新街", "--new")
    assert told["handed"] == {
        "unit": "文新街",
        "level": "subdistrict",
        "due": "2026-12-01T00:00:00+08:00",
        "registered": False,
        "liaisons": [],
    }


async def test_who_insists_on_a_unit_that_is_registered_gets_that(
    terminal: Terminal, register: UnitRegister
) -> None:
    name = await accepted(terminal.counter)
    told = await terminal.json("assign", name, "文新街道", "--new")
    assert told["handed"]["registered"]


async def test_a_whistle_to_an_unknown_unit_is_asked_about_too(
    counter: Counter, register: UnitRegister
) -> None:
    name = await accepted(counter)
    await counter.orders(name, Assign("文新街道"))
    with pytest.raises(Refusal, match="是不是：临江区政府"):
        await counter.orders(name, Whistle("办不了", "临江政府"))


def test_a_parent_that_an_import_misspells_is_asked_about() -> None:
    """The line's sentence names what may have been meant."""
    known = Directory(merged([NewUnit("文新街道", "subdistrict")], Directory()))
    with pytest.raises(WrongEntry, match="是不是：文新街道"):
        merged([NewUnit("府苑社区", "community", "文新街")], known)
