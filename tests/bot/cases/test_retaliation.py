"""Retaliation reaches supervisors alone, at once, as a matter of its own that nothing
links to the report it came of.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta

import pytest

from anonymizer import receipts
from bot.address import Address
from bot.cases.followups import FollowupRounds
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine, Member
from bot.people.register import UnitRegister
from bot.people.roster import Roster
from bot.reports.digest import digest
from dialogs.case.life import State, legal
from dialogs.case.orders import Accept, Ask, Assign, Close, Decline, Merge, Order, Reply
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, OF_UNITS, ROLES
from dialogs.words import Hold, OpenQuestion, Retaliation
from scheduler.periods import latest
from storage.repositories.statistics import Statistics
from tests.bot.counter import Counter, new_draft
from tests.looking import look_into
from tests.proofs.linkage import Dump

WORDS = "组长在会上问是谁告的状，第二天就不给我排班了"
SUPERVISOR = AtTheMachine("周主管", "supervisor")
OPERATOR = AtTheMachine("王值班", "operator")


async def suffers(
    counter: Counter,
    report: str | None = None,
    *,
    chat: str = "anna",
    with_receipt: bool = True,
    **other: object,
) -> str | None:
    """Tells of retaliation; gives back the receipt, if one is wanted."""
    receipt = receipts.new() if with_receipt else None
    action = Retaliation(report, WORDS, counter.at, receipt, **other)  # type: ignore[arg-type]
    await counter.does(action, chat)
    return receipt


async def alias(counter: Counter) -> str:
    [row] = await counter.database.all(
        "SELECT alias FROM cases WHERE category = 'retaliation'"
    )
    return str(row[0])


async def orders(counter: Counter, *given: Order) -> None:
    name = await alias(counter)
    for order in given:
        await counter.casework.staff.order(name, order, SUPERVISOR)


# ── who learns of it ──────────────────────────────────────────────────────────────────


async def test_only_supervisors_meet_it(counter: Counter) -> None:
    await suffers(counter)
    casework = counter.casework
    name = await alias(counter)
    for reader, count in ((SUPERVISOR, 1), (OPERATOR, 0)):
        listed = await casework.reading.entries(reader, states=tuple(State))
        found = await casework.reading.search(reader, "不给我排班")
        assert [len(listed), found.total, len(found.entries)] == [count] * 3, reader
    with pytest.raises(Refusal) as refusal:
        await casework.staff.find(name, OPERATOR)
    assert refusal.value.code == "unknown_case", "as one that there is not"
    with pytest.raises(Refusal, match="没有"):
        await casework.staff.order(name, Accept(), OPERATOR)
    row = await casework.staff.find(name, SUPERVISOR)
    assert (await casework.reading.sheet(row)).reports[0].text == WORDS


async def test_of_those_on_the_roster_supervisors_alone_are_reached(
    counter: Counter,
) -> None:
    """A supervisor who belongs to the unit that it is about is not."""
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.add(NewUnit("某街道", "subdistrict"))
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    unit = (await register.get("某街道")).id
    for role in ROLES:
        await roster.add(role, role, unit if role in OF_UNITS else None)
    await roster.add("街道来的", "supervisor", unit)
    members = await roster.list()
    report = await counter.report(await counter.files())
    await suffers(counter, report)
    row = await counter.casework.staff.find(await alias(counter), SUPERVISOR)
    sight = counter.casework.conflict
    seen: Sequence[Member] = await sight.among(members, row)
    assert [member.staff.name for member in seen] == ["supervisor"]
    assert not await sight.open_to(seen, row.id), "no group, whoever is in it"
    assert not await sight.open_to([], row.id)


async def test_no_figure_shows_that_it_exists(counter: Counter) -> None:
    await suffers(counter)
    counter.later(hours=1)
    await orders(counter, Accept(), Close("已约谈，排班恢复"))
    counter.later(days=3)
    statistics = Statistics(counter.database)
    every = [state.value for state in State]
    now = int(counter.at.timestamp())
    assert await statistics.by_state() == {}
    assert await statistics.overdue(now, every) == []
    assert await statistics.due(0, now, every) == []
    assert await statistics.oldest(every, 9) == []
    assert await statistics.happenings(0, now, every, ("accepted", "closed")) == []
    for table in ("counts", "unit_counts", "serials"):
        [row] = await counter.database.all(f"SELECT count(*) FROM {table}")
        assert row[0] == 0, table
    of = latest("day", counter.at, counter.casework.zone)
    assert "在办0件" in await digest(of, counter.at, counter.database)


async def test_supervisors_hear_of_it_at_once(counter: Counter) -> None:
    await suffers(counter)
    [row] = await counter.database.all(
        "SELECT due_at FROM followups WHERE kind = 'alert'"
    )
    assert row[0] <= counter.at.timestamp()
    casework = counter.casework
    rounds = FollowupRounds(counter.database, casework.writer, casework.addresses)
    assert await rounds.run(counter.at) == 1
    roster = Roster(counter.database, counter.keys, lambda: counter.at)
    for number, role in enumerate(HOTLINE):
        await roster.add(role, role)
        to = Address("telegram", f"{number}")
        await roster.link(await roster.code(role, "link"), to)
    found = await casework.staff.find(await alias(counter), SUPERVISOR)
    reached = await casework.conflict.reach(roster, HOTLINE, found)
    assert [member.role for member, _ in reached] == ["supervisor"]


# ── what links it ─────────────────────────────────────────────────────────────────────


async def test_nothing_stored_leads_from_one_to_the_other(counter: Counter) -> None:
    """From chat, receipt and place alike: no value of eight bytes or more in common."""
    opened = await counter.report(await counter.files())
    before = await counter.database.all("SELECT * FROM reports")
    await suffers(counter, opened, follow="here")
    after = await counter.database.all("SELECT * FROM reports")
    assert [row for row in after if row["id"].hex() == opened] == before
    [other] = [row["id"] for row in after if row["id"].hex() != opened]
    with closing(look_into(counter.folder / "data" / "jianfu.db")) as database:
        dump = Dump(database)
    blobs = [
        {value for _, _, value in dump.reached(id) if isinstance(value, bytes)}
        for id in (bytes.fromhex(opened), other)
    ]
    assert {value for value in blobs[0] & blobs[1] if len(value) >= 8} == set()
    words = [
        {value for _, _, value in dump.reached(id) if isinstance(value, str)}
        for id in (bytes.fromhex(opened), other)
    ]
    assert not [word for word in words[1] if opened in word or "某街道" in word]


async def test_the_draft_of_the_talk_is_not_used_up(counter: Counter) -> None:
    """What is being written below it is filed afterwards, with its own key."""
    draft = new_draft()
    await counter.does(Retaliation(None, WORDS, counter.at), draft=draft)
    await counter.does(counter.filing(), draft=draft)
    [row] = await counter.database.all("SELECT count(*) FROM reports")
    assert row[0] == 2


async def test_its_pictures_are_sealed_with_its_own_key(counter: Counter) -> None:
    draft = new_draft()
    picture = await counter.picture(draft, b"the roster without a name")
    told = Retaliation(None, WORDS, counter.at, pictures=(picture,))
    await counter.does(told, draft=draft)
    row = await counter.casework.staff.find(await alias(counter), SUPERVISOR)
    [(id, _, data)] = await counter.casework.reading.pictures(row)
    assert (id, data) == (picture, b"the roster without a name")


async def test_whom_it_is_about_is_known_to_supervisors(counter: Counter) -> None:
    """The unit's name is copied, from a report that is kept back, too."""
    day = (counter.at + timedelta(days=7)).date()
    kept = await counter.report(await counter.files(hold=Hold(day, "send")))
    await suffers(counter, kept)
    row = await counter.casework.staff.find(await alias(counter), SUPERVISOR)
    [report] = (await counter.casework.reading.sheet(row)).reports
    assert report.facts["unit"] == "某街道"
    assert "place" not in report.facts, "and nothing else"


# ── how its reporter follows it ───────────────────────────────────────────────────────


async def test_its_receipt_opens_its_story(counter: Counter) -> None:
    receipt = await suffers(counter)
    assert receipt is not None
    assert (await counter.story(receipt)).text("zh") == (
        "等待受理 · 打击报复\n"
        "承诺：是否受理，最迟11月24日，还有1天。\n\n"
        "11月23日10时　您反映了这件事。\n\n"
        "接下来：只有专线的主管看得到，已经马上提醒。最迟11月24日告诉您怎么办。"
    )
    await orders(counter, Accept(), Ask("谁在会上问的？"))
    assert "谁在会上问的？" in (await counter.story(receipt)).text("zh")
    assert (await counter.story(receipt)).number is None
    assert await counter.letters() == [], "by receipt alone"


async def test_told_here_it_is_pushed_and_found_in_its_chat(counter: Counter) -> None:
    await suffers(counter, follow="here")
    await orders(counter, Accept(), Ask("谁在会上问的？"))
    assert await counter.told() == ["push.accepted", "push.asked"]
    to = Address("terminal", "anna")
    stories = counter.casework.stories
    [mine] = await stories.mine(to)
    assert (mine.category, mine.state) == ("retaliation", "waiting")
    [question] = await stories.asked_in_chat(to, "zh")
    assert question == OpenQuestion(mine.report, "question", "谁在会上问的？")


async def test_without_receipt_nothing_opens_it(counter: Counter) -> None:
    """Two of them share nothing either."""
    for _ in range(2):
        await suffers(counter, with_receipt=False)
    rows = await counter.database.all("SELECT receipt, mine, address FROM reports")
    assert len({row["receipt"] for row in rows}) == 2
    assert {len(row["receipt"]) for row in rows} == {32}
    assert {(row["mine"], row["address"]) for row in rows} == {(None, None)}


# ── what can be done with it ──────────────────────────────────────────────────────────


async def test_it_goes_to_no_unit_and_into_no_other_case(counter: Counter) -> None:
    await suffers(counter)
    await counter.files(chat="bert")
    other = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
        if entry.case.category != "retaliation"
    ]
    await orders(counter, Accept())
    row = await counter.casework.staff.find(await alias(counter), SUPERVISOR)
    case = (await counter.casework.writer.load(row)).case
    assert not {"assign", "merge", "whistle"} & {*legal(case)}
    for order in (Assign("某街道", new=True), Merge(other[0])):
        with pytest.raises(Refusal):
            await orders(counter, order)
    with pytest.raises(Refusal, match="只给主管看") as refusal:
        merge = Merge(await alias(counter))
        await counter.casework.staff.order(other[0], merge, SUPERVISOR)
    assert refusal.value.code == "merge_into_apart"


async def test_it_is_declined_closed_and_forgotten_like_any_other(
    counter: Counter,
) -> None:
    await suffers(counter, follow="here")
    await orders(counter, Accept(), Reply("已经找他谈了"), Close("排班恢复了"))
    casework = counter.casework
    rounds = FollowupRounds(counter.database, casework.writer, casework.addresses)
    for _ in range(20):
        counter.later(days=2)
        await rounds.run(counter.at)
    assert "push.called_back" in await counter.told()
    [row] = await counter.database.all("SELECT address, mine FROM reports")
    assert tuple(row) == (None, None)
    await suffers(counter, chat="bert")
    names = await counter.database.all("SELECT alias FROM cases WHERE state = 'filed'")
    await casework.staff.order(names[0][0], Decline("没有这回事"), SUPERVISOR)
