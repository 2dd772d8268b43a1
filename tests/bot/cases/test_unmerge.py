"""A merge can be undone: every report is back where it was filed, its case goes on
where it was, and no reporter reads a step of the other one, before or after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from bot.cases.sealing import FORGOTTEN, CaseSealer
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.people.register import UnitRegister
from dialogs.case.clock import read
from dialogs.case.life import Case, State
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Merge,
    Order,
    Rectified,
    Rectify,
    Reply,
    Resume,
    Unmerge,
)
from dialogs.case.refusals import Refusal
from dialogs.words import Forget, KeepFrom, Rate, Supplement
from storage.repositories.cases import Cases
from tests.bot.counter import Counter

TOWN = "某街道"
OFFICE = "乙街道"
OPERATOR = AtTheMachine("王", "operator")


@dataclass
class Filed:
    """A case with its one report. chat: of its reporter."""

    name: str
    receipt: str
    chat: str


@dataclass
class Desk:
    """The hotline as these tests work at it."""

    counter: Counter

    async def files(self, chat: str) -> Filed:
        receipt = await self.counter.files(f"{chat}说：台账太多", chat=chat)
        report = await self.counter.report(receipt)
        entries = await self.counter.casework.reading.entries(AT_THE_MACHINE)
        [name] = [one.case.alias for one in entries if report in one.case.reports]
        return Filed(name, receipt, chat)

    async def case(self, one: Filed) -> Case:
        row = await self.counter.casework.staff.find(one.name, AT_THE_MACHINE)
        return (await self.counter.casework.writer.load(row)).case

    async def order(self, one: Filed, *orders: Order) -> None:
        for order in orders:
            await self.counter.casework.staff.order(one.name, order, OPERATOR)

    async def lines(self, one: Filed) -> list[str]:
        story = await self.counter.story(one.receipt)
        return [line.text("zh") for line in story.lines]

    async def adds(self, one: Filed, words: str) -> None:
        report = await self.counter.report(one.receipt)
        await self.counter.does(
            Supplement(report, words, (), self.counter.at), one.chat
        )

    async def shown(self, one: Filed) -> tuple[list[str], list[str]]:
        """The reports that staff read in a case, and its steps with their words."""
        row = await self.counter.casework.staff.find(one.name, AT_THE_MACHINE)
        sheet = await self.counter.casework.reading.sheet(row)
        steps = [f"{step.kind} {step.params.get('text', '')}" for step in sheet.steps]
        return [one.text for one in sheet.reports], [step.strip() for step in steps]

    async def figures(self) -> dict[str, int]:
        rows = await self.counter.database.all(
            "SELECT what, sum(n) FROM counts GROUP BY 1"
        )
        return {what: n for what, n in rows if n}


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


async def merged(desk: Desk) -> tuple[Filed, Filed]:
    """Berta's case is at a unit with two days gone when it is merged into Anna's."""
    anna = await desk.files("安娜")
    desk.counter.later(hours=1)
    berta = await desk.files("贝塔")
    await desk.order(anna, Accept(), Assign(TOWN, new=True))
    await desk.order(berta, Accept(), Assign(OFFICE, new=True))
    desk.counter.later(days=1)
    await desk.order(berta, Merge(anna.name))
    return anna, berta


async def test_it_goes_on_where_it_was(desk: Desk) -> None:
    """State, unit and clock, which waited; the joint case stays as it is."""
    anna, berta = await merged(desk)
    before = await desk.case(anna)
    assert before.due is not None and len(before.reports) == 2
    was = await desk.case(berta)
    assert (was.state, was.due, was.reports) == (State.MERGED, None, ())
    desk.counter.later(days=7)
    await desk.order(berta, Unmerge())
    own = await desk.case(berta)
    assert (own.state, own.assignment.unit) == (State.ASSIGNED, OFFICE)
    assert own.merged_into is None and own.asked_in is None
    assert own.due is not None and (own.due - before.due).days == 7
    assert own.reports == (await desk.counter.report(berta.receipt),)
    joint = await desk.case(anna)
    assert joint.due == before.due and joint.state is State.ASSIGNED
    assert joint.reports == (await desk.counter.report(anna.receipt),)


async def test_no_reporter_reads_of_the_other_case(desk: Desk) -> None:
    """Neither what was done while it was joined, nor what is done later; what they said
    themselves, and what was said to them alone, stays in its place.
    """
    anna, berta = await merged(desk)
    await desk.order(anna, Ask("贝塔，哪一天？", 2))
    desk.counter.later(hours=2)
    await desk.adds(berta, "是周五")
    await desk.order(anna, Answer("街道的答复"))
    desk.counter.later(hours=2)
    await desk.order(berta, Unmerge())
    desk.counter.later(hours=2)
    await desk.adds(berta, "又多了一份")
    await desk.order(anna, Find("substantiated"), Close("都改好了"))
    await desk.order(berta, Answer("乙街道的答复"))
    assert await desk.lines(berta) == [
        "您反映了这件事。",
        "专线受理了。",
        f"转给{OFFICE}办理，要求11月30日前答复。",
        "还有人反映同一件事，合在一起办，进展一样告诉您。",
        "专线想问您：贝塔，哪一天？",
        "您补充了：是周五",
        "专线把您这件分出来，单独接着办。合着办时的进展是那一件的，不再列在这里。",
        "您补充了：又多了一份",
        f"{OFFICE}答复：乙街道的答复",
    ]
    assert await desk.lines(anna) == [
        "您反映了这件事。",
        "专线受理了。",
        f"转给{TOWN}办理，要求11月30日前答复。",
        f"{TOWN}答复：街道的答复",
        "专线核实：属实。",
        "办结了：都改好了",
    ]
    story = await desk.counter.story(berta.receipt)
    times = [line.at for line in story.lines]
    assert story.lines[1].grain == "minute", "its own steps have their own times"
    assert times[4] < times[6] and times == sorted(times)
    assert "push.unmerged" in await desk.counter.told("贝塔")
    assert "push.unmerged" not in await desk.counter.told("安娜")
    assert "push.closed" not in await desk.counter.told("贝塔")


async def test_staff_read_which_case_went_where_when_and_by_whom(desk: Desk) -> None:
    anna, berta = await merged(desk)
    await desk.adds(berta, "贝塔又说")
    row = await desk.counter.casework.staff.find(anna.name, AT_THE_MACHINE)
    reading = desk.counter.casework.reading
    assert (await reading.sheet(row)).merged == (berta.name,)
    [step] = [one for one in (await reading.sheet(row)).steps if one.kind == "absorbed"]
    assert (step.params["text"], step.by, step.public) == (berta.name, "王", False)
    assert "supplemented 贝塔又说" in (await desk.shown(anna))[1]
    desk.counter.later(minutes=5)
    await desk.order(berta, Unmerge())
    reports, steps = await desk.shown(anna)
    assert reports == ["安娜说：台账太多"] and "贝塔" not in " ".join(steps)
    assert steps[-2:] == [f"absorbed {berta.name}", f"separated {berta.name}"]
    assert FORGOTTEN not in str(steps)
    reports, steps = await desk.shown(berta)
    assert reports == ["贝塔说：台账太多"]
    assert steps[-3:] == ["merged", "supplemented 贝塔又说", "unmerged"]
    own = await reading.sheet(
        await desk.counter.casework.staff.find(berta.name, AT_THE_MACHINE)
    )
    assert own.into is None
    named = [one.params["case"] for one in own.steps if "case" in one.params]
    assert named == [anna.name, anna.name]
    rows = await desk.counter.database.all("SELECT kind FROM audit ORDER BY seq")
    kinds = [row["kind"] for row in rows]
    assert kinds[-2:] == ["case.unmerge", "case.separate"]


async def test_one_of_three_and_a_chain(desk: Desk) -> None:
    """Carla's went into Berta's, Berta's into Anna's: taken out, each takes along what
    was merged into it, from where it is now.
    """
    anna, berta = await merged(desk)
    carla = await desk.files("卡拉")
    dora = await desk.files("朵拉")
    await desk.order(dora, Merge(anna.name))
    await desk.order(berta, Unmerge())
    await desk.order(carla, Merge(berta.name))
    desk.counter.later(days=1)
    await desk.order(berta, Merge(anna.name))
    assert len((await desk.case(anna)).reports) == 4
    await desk.counter.casework.staff.order(berta.name, Unmerge(), AT_THE_MACHINE)
    of = {
        one.chat: await desk.counter.report(one.receipt)
        for one in (anna, berta, carla, dora)
    }
    assert {*(await desk.case(berta)).reports} == {of["贝塔"], of["卡拉"]}
    assert {*(await desk.case(anna)).reports} == {of["安娜"], of["朵拉"]}
    await desk.order(berta, Merge(anna.name))
    row = await desk.counter.casework.staff.find(carla.name, AT_THE_MACHINE)
    sheet = await desk.counter.casework.reading.sheet(row)
    assert sheet.went == f"{berta.name}，再并入 {anna.name}"
    await desk.order(carla, Unmerge())
    assert (await desk.case(carla)).reports == (of["卡拉"],)
    assert (await desk.case(carla)).state is State.FILED
    assert {*(await desk.case(anna)).reports} == {of["安娜"], of["贝塔"], of["朵拉"]}
    await desk.order(anna, Answer("都说了"))
    for one, reads in ((anna, True), (berta, True), (dora, True), (carla, False)):
        assert (f"{TOWN}答复：都说了" in await desk.lines(one)) is reads, one.chat


async def test_after_the_joint_case_was_closed(desk: Desk) -> None:
    """It goes on by itself and is rated once more; the other one stays closed."""
    anna, berta = await merged(desk)
    await desk.order(anna, Answer("改了"), Find("substantiated"), Close("好了"))
    report = await desk.counter.report(berta.receipt)
    desk.counter.later(hours=3)
    await desk.counter.does(
        Rate(report, solved=False, satisfied=None, word=None, at=desk.counter.at),
        "贝塔",
    )
    assert "rate" not in (await desk.counter.story(berta.receipt)).can
    desk.counter.later(days=2)
    await desk.order(berta, Unmerge())
    assert (await desk.case(anna)).state is State.CLOSED
    assert "办结了：好了" not in await desk.lines(berta)
    await desk.order(berta, Answer("也改了"), Find("partly"), Close("也好了"))
    story = await desk.counter.story(berta.receipt)
    assert story.lines[-1].text("zh") == "办结了：也好了" and "rate" in story.can


async def test_figures_count_once(desk: Desk) -> None:
    anna, berta = await merged(desk)
    assert (await desk.figures())["merged"] == 1
    desk.counter.later(days=1)
    await desk.order(berta, Unmerge())
    assert "merged" not in await desk.figures()
    await desk.order(berta, Merge(anna.name))
    desk.counter.later(days=20)  # in December, November has been told
    await desk.counter.casework.staff.order(berta.name, Unmerge(), AT_THE_MACHINE)
    assert (await desk.figures())["merged"] == 1


async def test_a_finding_stands_again(desk: Desk) -> None:
    """The rung that another case took away is found once more, once."""
    register = UnitRegister(
        desk.counter.database, desk.counter.keys, lambda: desk.counter.at
    )
    for name in (TOWN, OFFICE):
        await register.add(NewUnit(name, "subdistrict"))
    anna = await desk.files("安娜")
    berta = await desk.files("贝塔")
    await desk.order(anna, Accept(), Assign(TOWN))
    await desk.order(
        berta, Accept(), Assign(OFFICE), Answer("是"), Find("substantiated")
    )
    standing = "SELECT count(*) FROM rungs WHERE withdrawn_at IS NULL"
    assert [row[0] for row in await desk.counter.database.all(standing)] == [1]
    await desk.order(berta, Merge(anna.name))
    assert [row[0] for row in await desk.counter.database.all(standing)] == [0]
    desk.counter.later(hours=1)
    await desk.order(berta, Unmerge())
    assert (await desk.case(berta)).state is State.VERIFIED
    assert [row[0] for row in await desk.counter.database.all(standing)] == [1]
    rows = await desk.counter.database.all(
        "SELECT sum(n) FROM unit_counts WHERE what = 'substantiated'"
    )
    assert [row[0] for row in rows] == [1]


async def test_a_wish_said_meanwhile_goes_along(desk: Desk) -> None:
    _, berta = await merged(desk)
    report = await desk.counter.report(berta.receipt)
    await desk.counter.does(KeepFrom(report, "县考核办", desk.counter.at), "贝塔")
    await desk.order(berta, Unmerge())
    assert (await desk.case(berta)).keep_from == ("县考核办",)


# ── no time by a side door ────────────────────────────────────────────────────────────


async def test_a_clock_waits_for_a_merge_once(desk: Desk) -> None:
    """As for a third party: again, or for long, a supervisor decides."""
    anna, berta = await merged(desk)
    await desk.order(berta, Unmerge())
    desk.counter.later(minutes=5)
    await desk.order(berta, Merge(anna.name))
    with pytest.raises(Refusal, match="请专线主管来分") as refusal:
        await desk.order(berta, Unmerge())
    assert refusal.value.code == "unmerge_gives_time"
    await desk.counter.casework.staff.order(berta.name, Unmerge(), AT_THE_MACHINE)


async def test_a_merge_of_long_ago_is_a_supervisor_s(desk: Desk) -> None:
    _, berta = await merged(desk)
    desk.counter.later(days=30)
    with pytest.raises(Refusal, match="延期"):
        await desk.order(berta, Unmerge())


async def test_what_the_hotline_looks_at_goes_on_waiting(desk: Desk) -> None:
    """The unit has said that it is put right: neither an answer of a reporter nor a
    merge lets its clock run.
    """
    anna, berta = await merged(desk)
    await desk.order(berta, Unmerge(), Answer("是"), Find("substantiated"))
    await desk.order(
        berta, Rectify("撤掉"), Rectified("撤了"), Ask("撤了吗？"), Resume()
    )
    terms = desk.counter.casework.terms
    reading = read((await desk.case(berta)).ledger, "rectify", terms)
    assert reading is not None and reading.paused is not None
    await desk.order(berta, Merge(anna.name), Unmerge())
    own = await desk.case(berta)
    reading = read(own.ledger, "rectify", terms)
    assert own.state is State.RECTIFYING and own.assignment.rectified
    assert reading is not None and reading.paused is not None


# ── what cannot be ────────────────────────────────────────────────────────────────────


async def test_what_was_not_merged_is_not_separated(desk: Desk) -> None:
    anna, berta = await merged(desk)
    with pytest.raises(Refusal, match=r"已转办.*这一步不能办"):
        await desk.order(anna, Unmerge())
    await desk.order(berta, Unmerge())
    with pytest.raises(Refusal, match="这一步不能办"):
        await desk.order(berta, Unmerge())


async def test_not_while_a_reply_waits_nor_once_all_is_forgotten(desk: Desk) -> None:
    anna, berta = await merged(desk)
    await desk.order(anna, Reply("在看"))
    with pytest.raises(Refusal, match="10秒后再分开"):
        await desk.order(berta, Unmerge())
    await desk.counter.database.commit([])
    report = await desk.counter.report(berta.receipt)
    await desk.counter.does(Forget(report, desk.counter.at), "贝塔")
    assert (await desk.case(anna)).reply is not None
    with pytest.raises(Refusal):
        await desk.order(berta, Unmerge())
    entries: Sequence[str] = (await desk.shown(anna))[0]
    assert FORGOTTEN in entries


async def test_what_an_older_version_merged_is_taken_up_anew(desk: Desk) -> None:
    """It ended the clocks and kept no state: the case is accepted, and is to be sent
    out.
    """
    _, berta = await merged(desk)
    row = await desk.counter.casework.staff.find(berta.name, AT_THE_MACHINE)
    loaded = await desk.counter.casework.writer.load(row)
    older = replace(loaded.case, asked_in=None)
    files = CaseSealer(desk.counter.keys)
    await desk.counter.database.commit(
        [Cases.change(files.case_row(row, older, row.changed_at), row.version)]
    )
    await desk.order(berta, Unmerge())
    own = await desk.case(berta)
    assert (own.state, own.assignment.unit) == (State.ACCEPTED, None)
    assert own.due is not None and own.assignment.had is None
    await desk.order(berta, Assign(OFFICE, new=True))
