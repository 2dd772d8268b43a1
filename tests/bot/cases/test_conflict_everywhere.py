"""Whoever must not know of a case cannot tell it from one that there is not, wherever
they meet cases.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from random import Random

import pytest

from bot.address import Address
from bot.cases.conflict import ConflictRule
from bot.cli import case as terminal
from bot.cli import clock
from bot.desk.alerts import MessengerAlerts
from bot.desk.liaison import Liaison, LiaisonDesk, Missing
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine, Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from dialogs.case.life import Case, State
from dialogs.case.orders import Accept, Alert, Answer, Assign, Claim, Merge, Note, Order
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, ROLES, Role
from dialogs.words import Supplement
from storage.repositories.desk import DeskCases
from tests.bot.counter import Counter

TOWN, BUREAU, OTHER = "文新街道", "区城管局", "古荡街道"
UNITS = {
    TOWN: ("文新", "张三", "周联络"),
    BUREAU: ("城管", "李四"),
    OTHER: ("古荡街办",),
}  # alias, people
STAFF: dict[str, tuple[Role, str | None]] = {
    "张三": ("operator", None),
    "李四": ("supervisor", None),
    "赵六": ("supervisor", TOWN),
    "王五": ("operator", None),
    "孙七": ("auditor", BUREAU),
    "文联络": ("liaison", TOWN),
    "周联络": ("liaison", OTHER),  # of the town's people, too
    "古联络": ("liaison", OTHER),
}
WORDS = ("又要台账", "文 新 要台账", "城管要台账", "古荡街办要台账")
STATES = tuple(State)


@dataclass
class Place:
    """The hotline, and beside it what the rule says, written down anew and simply."""

    counter: Counter
    roster: Roster
    register: UnitRegister
    sight: ConflictRule
    members: list[Member] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # unit's name → id
    said: dict[str, str] = field(default_factory=dict)  # case's alias → all words in it
    given: dict[str, set[str]] = field(
        default_factory=dict
    )  # alias → units that had it
    has: dict[str, str] = field(default_factory=dict)  # alias → the unit that has it
    into: dict[str, str] = field(default_factory=dict)

    async def opens(self) -> None:
        entries = [
            NewUnit(name, "subdistrict", aliases=said[:1], people=said[1:])
            for name, said in UNITS.items()
        ]
        await self.register.import_(entries)
        self.ids = {unit.name: unit.id for unit in await self.register.list()}
        for number, (name, (role, unit)) in enumerate(STAFF.items()):
            member = await self.roster.add(name, role, self.ids[unit] if unit else None)
            await self.roster.link(
                await self.roster.code(name, "link"), Address("telegram", f"{number}")
            )
            self.members.append(member)

    async def files(self, text: str) -> str:
        before = set(self.said)
        await self.counter.files(
            text, chat=f"chat {len(before)}", unit=None, place=None
        )
        entries = await self.counter.casework.reading.entries(AT_THE_MACHINE)
        [alias] = {entry.case.alias for entry in entries} - before - self.into.keys()
        self.said[alias], self.given[alias] = text, set()
        return alias

    def root(self, alias: str) -> str:
        while alias in self.into:
            alias = self.into[alias]
        return alias

    def hidden(self, member: Member, alias: str) -> bool:
        family = [one for one in self.said if self.root(one) == self.root(alias)]
        text = "".join("".join(self.said[one] for one in family).split())
        for name, (also, *people) in UNITS.items():
            named = (
                name in text
                or also in text
                or any(name in self.given[one] for one in family)
            )
            answers = (
                member.role == "liaison"
                and member.unit == self.ids[name]
                and self.has.get(alias) == name
            )
            if (
                named
                and not answers
                and (member.unit == self.ids[name] or member.staff.name in people)
            ):
                return True
        return False

    async def case(self, alias: str) -> Case:
        return (
            await self.counter.casework.writer.load(
                await self.counter.casework.staff.find(alias, AT_THE_MACHINE)
            )
        ).case


@pytest.fixture
async def place(counter: Counter) -> Place:
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    place = Place(
        counter,
        roster,
        register,
        ConflictRule(counter.database, counter.keys, register),
    )
    await place.opens()
    return place


async def lives(place: Place, dice: Random) -> None:
    """Some cases, and what may happen to them."""
    casework = place.counter.casework
    for _ in range(6):
        alias = await place.files(dice.choice(WORDS))
        for _ in range(dice.randrange(4)):
            what = dice.choice(["assign", "note", "add", "merge"])
            row = await casework.staff.find(alias, AT_THE_MACHINE)
            if what == "assign" and row.state in ("filed", "accepted"):
                unit = dice.choice([*UNITS])
                if row.state == "filed":
                    await casework.staff.order(
                        alias, Accept(), AtTheMachine("王五", "operator")
                    )
                await casework.staff.order(
                    alias, Assign(unit), AtTheMachine("王五", "operator")
                )
                place.given[alias].add(unit)
                place.has[alias] = unit
            elif what == "note":
                words = dice.choice(WORDS)
                await casework.staff.order(
                    alias, Note(words), AtTheMachine("王五", "operator")
                )
                place.said[alias] += words
            elif what == "add" and row.state != "merged":
                [report] = await place.counter.database.all(
                    "SELECT id FROM reports WHERE case_id = ?1", **{"1": row.id}
                )
                words = dice.choice(WORDS)
                await place.counter.does(
                    Supplement(report["id"].hex(), words, (), place.counter.at)
                )
                place.said[alias] += words
            elif (
                what == "merge"
                and len(place.said) > 1
                and row.state in ("filed", "accepted")
            ):
                other = dice.choice([one for one in place.said if one != alias])
                if (await casework.staff.find(other, AT_THE_MACHINE)).state != "merged":
                    await casework.staff.order(
                        alias, Merge(other), AtTheMachine("王五", "operator")
                    )
                    place.into[alias] = other
                    break


async def refused(place: Place, name: str, order: Order | None, who: Member) -> str:
    with pytest.raises(Refusal) as caught:
        if order is None:
            await place.counter.casework.staff.find(name, who)
        else:
            await place.counter.casework.staff.order(name, order, who)
    return str(caught.value).replace(name, "…")


@pytest.mark.parametrize("seed", range(6))
async def test_nobody_in_conflict_can_tell_a_case_from_none(
    place: Place, seed: int
) -> None:
    await lives(place, Random(seed))
    book, checked = place.counter.casework.reading, 0
    every = [
        entry.case.alias
        for entry in await book.entries(AT_THE_MACHINE, states=STATES, limit=99)
    ]
    assert sorted(every) == sorted(place.said)
    for member in place.members:
        seen = [alias for alias in every if not place.hidden(member, alias)]
        for most in (1, 3, 99):
            listed = await book.entries(member, states=STATES, limit=most)
            assert [entry.case.alias for entry in listed] == seen[:most], (
                "as long as if there were no others"
            )
        for words in ("台账", "城管", "文新"):
            found = [
                entry.case.alias
                for entry in (await book.search(AT_THE_MACHINE, words, 99)).entries
            ]
            told = await book.search(member, words, 99)
            may = [entry.case.alias for entry in told.entries]
            assert may == [alias for alias in found if alias in seen]
            first = await book.search(member, words, 1)
            assert [entry.case.alias for entry in first.entries] == may[:1]
            assert told.total == first.total == len(may)
            assert told.is_counted and first.is_counted
        for alias in every:
            case = await place.case(alias)
            assert await place.sight.sees(member, case) is (alias in seen)
            if alias in seen:
                continue
            checked += 1
            names = [
                alias,
                alias.split("-")[1],
                *([case.serial] if case.serial else []),
            ]
            none = await refused(place, "白鹭-0000", None, member)
            assert {await refused(place, name, None, member) for name in names} == {
                none
            }
            if member.role in HOTLINE:
                orders: list[Order] = [
                    Claim(),
                    Accept(),
                    Note("看看"),
                    Answer("改了"),
                    Merge(alias),
                ]
                assert {
                    await refused(place, alias, order, member) for order in orders
                } == {none}
                for own in seen[:1]:
                    assert await merging(place, own, alias, member) == await merging(
                        place, own, "白鹭-0000", member
                    )
    assert checked


async def merging(place: Place, own: str, other: str, who: Member) -> str:
    with pytest.raises(Refusal) as caught:
        await place.counter.casework.staff.order(own, Merge(other), who)
    return str(caught.value).replace(other, "…")


@pytest.mark.parametrize("seed", range(3))
async def test_no_alert_reaches_who_must_not_know(place: Place, seed: int) -> None:
    """In private, to staff, to supervisors and to liaisons; who may know is told."""
    await lives(place, Random(seed))
    counter = place.counter
    letters = MessengerAlerts(
        counter.database,
        counter.post,
        place.roster,
        place.sight,
        place.register,
        channels=("telegram",),
        group=None,
        now=lambda: counter.at,
    )
    accounts = {f"{number}": member for number, member in enumerate(place.members)}
    for alias in place.said:
        case = await place.case(alias)
        await counter.database.commit(
            [DeskCases.put(bytes.fromhex(case.id), "private")]
        )
        reached = await place.sight.reach(place.roster, [*ROLES], case)
        assert {one.staff.name for one, _ in reached} == {
            one.staff.name for one in place.members if not place.hidden(one, alias)
        }
        for alert in (
            Alert("staff", "breach"),
            Alert("supervisor", "urged"),
            Alert("unit", "assigned"),
        ):
            await counter.database.commit(await letters.writes(alert, case))
    told = [
        letter
        for letter, _ in await counter.letters()
        if letter.to.channel == "telegram"
    ]
    for letter in told:
        assert not place.hidden(accounts[letter.to.key], letter.message.params["alias"])
    assert told


@pytest.mark.parametrize("seed", range(3))
async def test_a_liaison_does_not_find_what_names_another_unit_of_theirs(
    place: Place, seed: int
) -> None:
    await lives(place, Random(seed))
    counter = place.counter
    named = await place.files("文新要台账，古荡街办也要")
    await counter.orders(named, Accept(), Assign(OTHER))
    place.given[named], place.has[named] = {OTHER}, OTHER
    desk = LiaisonDesk(
        counter.database,
        counter.keys,
        counter.casework,
        place.roster,
        place.register,
        lambda: counter.at,
    )
    for member in place.members:
        if member.role != "liaison" or member.unit is None:
            continue
        who = Liaison(member, member.unit, "")
        own = {
            alias for alias, unit in place.has.items() if place.ids[unit] == member.unit
        }
        seen = {alias for alias in own if not place.hidden(member, alias)}
        assert {item.alias for item in await desk.cases(who)} == seen
        for alias in {*place.said} - seen:
            with pytest.raises(Missing):
                await desk.case(who, alias)
            with pytest.raises(Missing):
                await desk.order(who, alias, Answer("改了"))
        assert (named in seen) is (member.staff.name == "古联络")


# ── in the terminal ───────────────────────────────────────────────────────────────────

VERBS = (
    ("show",),
    ("claim",),
    ("accept",),
    ("decline", "不归我们"),
    ("ask", "哪个科室？"),
    ("note", "看看"),
    ("assign", OTHER),
    ("close", "好了"),
    ("reopen",),
    ("supervise", "快些"),
    ("merge", "K7QM"),
)


async def typed(place: Place, *words: str, by: str, code: int = 1) -> None:
    parser = argparse.ArgumentParser()
    terminal.arguments(parser)
    args = parser.parse_args([*words, "--as", by])
    assert await terminal.work(args, place.counter.casework, place.roster) == code


async def test_the_terminal_says_of_it_what_it_says_of_none(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    alias = await place.files("文新街道又要台账")
    before = [[*row] for row in await place.counter.database.all("SELECT * FROM cases")]
    for verb, *more in VERBS:
        heard = []
        for name in (alias, "白鹭-0000"):
            await typed(place, verb, name, *more, by="赵六")
            heard.append(capsys.readouterr().err.replace(name, "…"))
        assert heard[0] == heard[1] and heard[0].startswith("没有“…”这件工单")
    await typed(place, "list", "--json", by="赵六", code=0)
    await typed(place, "search", "台账", "--json", by="赵六", code=0)
    assert capsys.readouterr().out == "[]\n[]\n"
    parser = argparse.ArgumentParser()
    clock.arguments(parser)
    args = parser.parse_args([alias, "--as", "赵六"])
    assert (
        await clock.work(args, place.counter.casework, place.roster, place.counter.at)
        == 1
    )
    assert capsys.readouterr().err.startswith(f"没有“{alias}”这件工单")
    assert [
        [*row] for row in await place.counter.database.all("SELECT * FROM cases")
    ] == before
    await typed(place, "accept", alias, by="王五", code=0)


@pytest.mark.parametrize(
    ("words", "by", "sentence"),
    [
        (("list",), "孙七", "审计不能看工单，请找专线工作人员、专线主管。"),
        (("list",), "古联络", "承办单位联络员不能看工单，请找专线工作人员、专线主管。"),
        (("accept", "{}"), "孙七", "审计不能办这一步，请找专线工作人员、专线主管。"),
        (
            ("supervise", "{}", "快些"),
            "王五",
            "专线工作人员不能办这一步，请找专线主管。",
        ),
        (
            ("answer", "{}", "改了"),
            "孙七",
            "审计不能办这一步，请找专线工作人员、专线主管、承办单位联络员。",
        ),
        (("accept", "{}"), "老王", "“老王”已停用。"),
        (("accept", "{}"), "谁也不是", "“谁也不是”不在名册里。"),
    ],
)
async def test_the_roster_decides_who_may(
    place: Place,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    by: str,
    sentence: str,
) -> None:
    alias = await place.files("又要台账")
    await place.roster.add("老王", "operator")
    await place.roster.disable("老王")
    await typed(place, *(word.format(alias) for word in words), by=by)
    assert capsys.readouterr().err.startswith(sentence)
    assert (await place.case(alias)).state is State.FILED


async def test_while_the_roster_is_empty_who_has_the_machine_may_all(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    await counter.files()
    parser = argparse.ArgumentParser()
    terminal.arguments(parser)
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    args = parser.parse_args(["accept", await counter.alias(), "--as", "谁也不是"])
    assert await terminal.work(args, counter.casework, roster) == 0
    assert "已受理" in capsys.readouterr().out
