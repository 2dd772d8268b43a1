"""A reporter takes a report back: what ends, what goes on, and who learns of it."""

from __future__ import annotations

import json

from bot.cases.followups import FollowupRounds
from bot.cases.retention import Retention
from bot.desk.unit_view import PAST
from bot.people.member import AT_THE_MACHINE
from dialogs.case.life import State
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Merge,
    StaffReopen,
)
from dialogs.words import Reopen, Supplement, Withdraw
from tests.bot.counter import Counter

TO_UNIT = (Accept(), Assign("某街道", new=True))
CLOSED = (Answer("已改"), Find("substantiated"), Close("每月报一次"))


async def withdraws(counter: Counter, receipt: str) -> None:
    await counter.does(Withdraw(await counter.report(receipt), counter.at))


async def rings(counter: Counter, **later: float) -> int:
    counter.later(**later)
    casework = counter.casework
    rounds = FollowupRounds(counter.database, casework.writer, casework.addresses)
    return await rounds.run(counter.at)


async def owed(counter: Counter) -> set[str]:
    rows = await counter.database.all("SELECT kind FROM followups")
    return {row[0] for row in rows}


async def ended(counter: Counter) -> list[str]:
    """Aliases of cases that were taken back."""
    reading = counter.casework.reading
    found = await reading.entries(AT_THE_MACHINE, states=(State.WITHDRAWN,))
    return [entry.case.alias for entry in found]


async def steps(counter: Counter, name: str) -> list[str]:
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    sheet = await counter.casework.reading.sheet(row)
    return [step.kind for step in sheet.steps]


# ── before a unit has it ──────────────────────────────────────────────────────────────


async def test_before_a_unit_has_it_the_case_ends(counter: Counter) -> None:
    receipt = await counter.files()
    assert "withdraw" in (await counter.story(receipt)).can
    name = await counter.alias()
    await withdraws(counter, receipt)
    story = await counter.story(receipt)
    assert story.text("zh") == (
        "已撤回 · 台账报表、多头填报\n\n"
        "11月23日10时　您反映了这件事。\n"
        "11月23日10时　您撤回了这件反映，专线不再办。\n\n"
        "接下来：不用做什么了。想接着办，点“重新办理”就行。"
    )
    assert story.can == ("reopen", "settings", "hush", "forget")
    assert await counter.casework.reading.entries(AT_THE_MACHINE) == []
    assert await ended(counter) == [name]
    assert await steps(counter, name) == ["withdrawn"]


async def test_no_clock_runs_on_and_nothing_is_asked(counter: Counter) -> None:
    receipt = await counter.files()
    await withdraws(counter, receipt)
    assert await owed(counter) == {"alert", "forget", "retain"}
    await rings(counter, days=30)
    assert await counter.told() == []
    [line] = await counter.database.all("SELECT at FROM clocks WHERE kind = 'stop'")
    [start] = await counter.database.all("SELECT at FROM clocks WHERE kind = 'start'")
    assert line[0] == start[0], "no sooner than it began"


async def test_the_audit_chain_says_so_to_the_hour(counter: Counter) -> None:
    await withdraws(counter, await counter.files())
    *_, last = await counter.database.all("SELECT at, kind, content FROM audit")
    assert last["kind"] == "report.withdraw" and last["at"] % 3600 == 0
    assert json.loads(last["content"]) == {"from": "filed", "to": "withdrawn"}


async def test_also_while_something_is_asked(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), Accept(), Ask("哪个科室？"))
    await withdraws(counter, receipt)
    assert len(await ended(counter)) == 1


async def test_what_was_taken_back_can_be_taken_up_again(counter: Counter) -> None:
    receipt = await counter.files()
    await withdraws(counter, receipt)
    counter.later(hours=3)
    report = await counter.report(receipt)
    await counter.does(Reopen(report, "想好了，还是要办", counter.at))
    story = await counter.story(receipt)
    assert story.state == "filed" and story.promise is not None
    assert "withdraw" in story.can and story.wishes == {}
    await rings(counter, days=2)
    assert "push.breached" in await counter.told(), "its clock runs anew"


async def test_its_words_go_like_those_of_a_declined_one(counter: Counter) -> None:
    receipt = await counter.files()
    await withdraws(counter, receipt)
    casework = counter.casework
    retention = Retention(counter.database, casework.writer, casework.addresses)
    counter.later(days=179)
    await retention.run(counter.at)
    assert (await counter.story(receipt)).state == "withdrawn"
    counter.later(days=2)
    await retention.run(counter.at)
    report = bytes.fromhex(await counter.report(receipt))
    assert await casework.stories.of(report) is None


# ── others reported the same ──────────────────────────────────────────────────────────


async def test_what_others_reported_too_goes_on(counter: Counter) -> None:
    first = await counter.files()
    name = await counter.alias()
    counter.later(hours=2)
    second = await counter.files(chat="bert")
    await counter.orders(await counter.alias(1), Merge(name))
    await withdraws(counter, second)
    assert await ended(counter) == []
    assert (await counter.story(first)).state == "filed"
    assert "撤回" not in (await counter.story(first)).text("zh")
    assert "撤回" in (await counter.story(second)).text("zh")
    assert "withdraw" not in (await counter.story(second)).can
    await withdraws(counter, first)
    assert await ended(counter) == [], "somebody is still counted as its reporter"


# ── once a unit has it ────────────────────────────────────────────────────────────────


async def test_once_a_unit_has_it_staff_decide(counter: Counter) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, *TO_UNIT)
    await rings(counter, hours=1)
    await withdraws(counter, receipt)
    story = await counter.story(receipt)
    assert story.state == "assigned"
    assert story.lines[-1].text("zh").startswith("您撤回了这件反映。它已经转给单位")
    assert "withdraw" not in story.can
    assert "alert" in await owed(counter), "staff hear of it, late by lot"
    assert (await steps(counter, name))[-1] == "withdrawn"
    assert "withdrawn" not in PAST, "the unit's pages have no words for it"


async def test_nobody_asks_whether_it_is_solved(counter: Counter) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, *TO_UNIT)
    await withdraws(counter, receipt)
    await counter.orders(name, *CLOSED)
    await rings(counter, days=4)
    await rings(counter, days=26, hours=12)
    told = await counter.told()
    assert "push.closed" in told, "what becomes of it is told"
    assert not [name for name in told if "called_back" in name or "looked" in name]


async def test_a_question_to_who_took_it_back_holds_nothing_up(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), *TO_UNIT, Ask("哪个科室？"))
    assert (await counter.story(receipt)).state == "waiting"
    await withdraws(counter, receipt)
    assert (await counter.story(receipt)).state == "assigned"


async def test_after_the_end_it_is_only_left_alone(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), *TO_UNIT, *CLOSED)
    await withdraws(counter, receipt)
    assert (await counter.story(receipt)).state == "closed"
    before = await counter.told()
    await rings(counter, days=30, hours=12)
    assert await counter.told() == before


async def test_said_twice_it_is_kept_as_said(counter: Counter) -> None:
    receipt = await counter.files()
    await withdraws(counter, receipt)
    await withdraws(counter, receipt)
    assert (await counter.story(receipt)).state == "withdrawn"
    await counter.does(
        Supplement(await counter.report(receipt), "还有一句", (), counter.at)
    )
    assert (await counter.story(receipt)).lines[-1].text("zh") == "您补充了：还有一句"


async def test_staff_may_take_it_up_of_their_own_accord(counter: Counter) -> None:
    receipt = await counter.files()
    await withdraws(counter, receipt)
    [name] = await ended(counter)
    await counter.orders(name, StaffReopen("同样的事还有别人遇到"))
    assert (await counter.story(receipt)).state == "filed"
