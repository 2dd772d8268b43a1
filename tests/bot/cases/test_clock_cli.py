"""`jianfu clock`: why a case is due when it is, in the terminal."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import clock
from bot.people.member import AtTheMachine
from bot.people.roster import Roster
from dialogs.case.orders import Accept, Assign, Wait
from tests.bot.command import Login
from tests.bot.counter import Counter


class Terminal:
    """Runs the verb on the counter's casework, at the counter's time."""

    def __init__(self, counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
        self.counter, self._capsys = counter, capsys

    async def says(self, *words: str, code: int = 0) -> str:
        parser = argparse.ArgumentParser()
        clock.arguments(parser)
        counter = self.counter
        roster = Roster(counter.database, counter.keys, lambda: counter.at)
        assert (
            await clock.work(
                parser.parse_args(words), counter.casework, roster, counter.at
            )
            == code
        )
        printed = self._capsys.readouterr()
        return printed.err if code else printed.out

    async def json(self, *words: str) -> Any:
        return json.loads(await self.says(*words, "--json"))


@pytest.fixture
def terminal(counter: Counter, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(counter, capsys)


async def dispatched(counter: Counter) -> str:
    """A case at its unit since Monday, 23 November 2026, 10 in Beijing; its name."""
    await counter.files()
    name = await counter.alias()
    counter.at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    await counter.casework.staff.order(name, Accept(), AtTheMachine("王", "operator"))
    await counter.casework.staff.order(
        name, Assign("某街道", "subdistrict", new=True), AtTheMachine("王", "operator")
    )
    return name


async def test_an_overdue_case_tells_why(terminal: Terminal) -> None:
    """Each clock from its start, the days counted, and by how much it is late."""
    name = await dispatched(terminal.counter)
    terminal.counter.later(days=8)
    said = (await terminal.says(name)).splitlines()
    assert said[0] == name and "【受理】" in said and "【转办】" in said
    assert said[said.index("【单位答复】") :] == [
        "【单位答复】",
        "2026年11月23日 10:00 起算，给5个工作日，当天不算。",
        "　11月24日–11月27日：上班4天，第1–4个工作日。",
        "　11月28日–11月29日：周末，不算。",
        "　11月30日：上班1天，第5个工作日。",
        "期限：11月30日 24:00。",
        "现在 12月1日 10:00，已超期1个工作日。",
    ]
    assert "[the unit's answer]" in await terminal.says(name, "--lang", "en")


async def test_an_urgent_case_of_the_night_waits_for_who_is_on_duty(
    terminal: Terminal,
) -> None:
    """Sent at 23:30: nobody has to be there before somebody could set out."""
    counter = terminal.counter
    await counter.files(urgent=True)
    name = await counter.alias()
    counter.at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    who = AtTheMachine("王", "operator")
    for order in (Accept(), Assign("某街道", "subdistrict", new=True)):
        await counter.casework.staff.order(name, order, who)
    clocks = {one["clock"]: one for one in (await terminal.json(name))["clocks"]}
    assert clocks["on_site"]["started"] == "2026-11-24T08:00:00+08:00"
    assert clocks["on_site"]["ahead"]["breached"] == "2026-11-24T10:00:00+08:00"
    for name_of_clock in ("on_site", "result"):
        ahead = clocks[name_of_clock]["ahead"].values()
        assert min(ahead) > "2026-11-24T08:00:00+08:00"
    said = await terminal.says(name)
    assert "转办时没有人值班，从 2026年11月24日 08:00" in said


def test_who_is_on_duty_is_told_for_any_hour(tmp_path: Path) -> None:
    """As whoever answers at night types it: by the rules of the deployment."""
    login = Login(tmp_path)
    rules = tmp_path / "rules.toml"
    duty = '[duty]\n"某街道" = ["夜班室 20-8"]\n"专线" = ["值班员 8-22"]\n'
    rules.write_text(duty, "utf-8")
    login.environ["JIANFU_RULES"] = str(rules)
    by_night = login.run("duty", "--at", "23:30")
    assert (by_night.code, by_night.err) == (0, "")
    lines = {line.split()[0]: line for line in by_night.out.splitlines()[1:]}
    assert "夜班室" in lines["某街道"].partition("（")[0]
    assert "没有人值班" in lines["专线"]


async def test_scripts_get_the_same_as_data(terminal: Terminal) -> None:
    name = await dispatched(terminal.counter)
    terminal.counter.later(hours=47)
    found = await terminal.json(name)
    assert (found["case"], found["due"]) == (name, "2026-12-01T00:00:00+08:00")
    assert found["lines"] == (await terminal.says(name)).splitlines()[1:]
    answer = {one["clock"]: one for one in found["clocks"]}["answer"]
    assert answer["ahead"].pop("supervised") == "2026-12-03T00:00:00+08:00"
    assert set(answer["ahead"]) == {
        "warned",
        "breached",
        "urged",
        "escalated",
        "circulated",
    }
    assert {
        name: answer[name]
        for name in ("started", "allowance", "paused", "stopped", "share")
    } == {
        "started": "2026-11-23T10:00:00+08:00",
        "allowance": "5 W",
        "paused": False,
        "stopped": None,
        "share": 0.275,  # the whole of Tuesday, and nine hours of Wednesday
    }


async def test_a_pause_has_no_due_time_and_cannot_steer_the_terminal(
    terminal: Terminal,
) -> None:
    name = await dispatched(terminal.counter)
    terminal.counter.later(days=1)
    until = datetime(2026, 11, 30, 1, tzinfo=UTC)
    await terminal.counter.casework.staff.order(
        name, Wait("等市局\x1b[2J批复", until), AtTheMachine("王", "operator")
    )
    said = await terminal.says(name)
    assert "暂停：等市局" in said and "还剩4个工作日。" in said and "\x1b" not in said
    found = await terminal.json(name)
    assert found["due"] is None and [
        one["paused"] for one in found["clocks"] if one["clock"] == "answer"
    ] == [True]


async def test_a_case_that_is_not_there_is_one_sentence(terminal: Terminal) -> None:
    said = await terminal.says("白鹭-0000", code=1)
    assert said.count("\n") == 1 and "白鹭-0000" in said


def test_the_command_reads_the_rules_of_the_deployment(tmp_path: Path) -> None:
    """As an operator types it; a file that is wrong is one line with the key."""
    login = Login(tmp_path)
    login.does("init")
    login.files("同一份网格台账每周要报五次")
    ((name,),) = login.rows("SELECT alias FROM cases")
    assert "给1天" in login.does("clock", str(name))
    rules = tmp_path / "rules.toml"
    rules.write_text('[deadlines]\naccept = "36 hours"\n', "utf-8")
    assert "deadlines.accept 不对" in login.refused(
        "clock", str(name), JIANFU_RULES=str(rules)
    )
    missing = login.refused(
        "clock", str(name), JIANFU_CALENDAR=str(tmp_path / "no.toml")
    )
    assert "没有本地日历" in missing and "请检查路径" in missing
