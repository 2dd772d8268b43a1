"""A case from filing to the look-back, over a real database and real keys."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.address import Address
from bot.cases.sealing import FORGOTTEN
from bot.cases.staff import Outcome
from bot.cases.writing import LoadedCase
from bot.hours import seconds
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine, staff_named
from bot.people.register import UnitRegister
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Claim,
    Close,
    Decline,
    Find,
    Merge,
    Note,
    Recategorise,
    Rectify,
    Reply,
    StaffReopen,
    Undo,
    Whistle,
)
from dialogs.case.refusals import Refusal
from dialogs.words import Forget, Hush, Rate, Reopen, Supplement
from storage.port import ONE_ROW, Audit, Broken, Stale, Write
from storage.repositories.audit import AuditLog
from storage.repositories.cases import CaseRow
from storage.repositories.counts import Counts
from tests.bot.counter import MORNING, Counter, new_draft

TERMINAL = "terminal"
WEEK = timedelta(days=7)


async def told(counter: Counter, receipt: str) -> str:
    return (await counter.story(receipt)).text("zh")


# ── a whole case ──────────────────────────────────────────────────────────────────────


async def test_a_case_tells_its_story_from_filing_to_reopening(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    assert await told(counter, receipt) == (
        "等待受理 · 台账报表、多头填报\n"
        "承诺：是否受理，最迟11月24日，还有1天。\n\n"
        "11月23日10时　您反映了这件事。\n\n"
        "接下来：专线会在11月24日前告诉您是否受理。"
    )
    name = await counter.alias()
    counter.later(minutes=5)
    await counter.orders(name, Accept(), Ask("是街道哪个科室要的？"))
    assert (await counter.story(receipt)).can == (
        "answer",
        "keep_from",
        "withdraw",
        "settings",
        "hush",
        "forget",
    )
    counter.later(hours=1)
    await counter.does(
        Supplement(await counter.report(receipt), "党政办", (), counter.at)
    )
    counter.later(hours=1)
    await counter.orders(
        name,
        Assign("某街道办事处", "subdistrict", MORNING + WEEK, new=True),
        Answer("以后每月报一次。"),
        Find("substantiated", "一周五报没有依据。"),
        Rectify("取消重复台账", MORNING + 2 * WEEK),
        Close("已取消四次重复报送。"),
    )
    assert await told(counter, receipt) == (
        "已办结 · 台账报表、多头填报\n"
        "编号 JF2026-000001\n"
        "承办单位：某街道办事处\n\n"
        "11月23日10时　您反映了这件事。\n"
        "11月23日 10:22　专线受理了。\n"
        "11月23日 10:22　专线想问您：是街道哪个科室要的？\n"
        "11月23日11时　您补充了：党政办\n"
        "11月23日 12:22　转给某街道办事处办理，要求11月30日前答复。\n"
        "11月23日 12:22　某街道办事处答复：以后每月报一次。\n"
        "11月23日 12:22　专线核实：属实。一周五报没有依据。\n"
        "11月23日 12:22　开始整改，12月7日前改好。取消重复台账\n"
        "11月23日 12:22　办结了：已取消四次重复报送。\n\n"
        "接下来：请评一评。没解决，点“重新办理”就行。"
        "12月23日前后专线会回头看有没有反弹。"
    )
    report = await counter.report(receipt)
    await counter.does(Rate(report, False, None, None, counter.at))
    await counter.does(Rate(report, None, True, None, counter.at))
    await counter.does(Rate(report, None, None, "态度好，但没改", counter.at))
    story = await counter.story(receipt)
    assert story.lines[-1].text("zh") == "您评价了：没解决，满意。"
    assert story.can == ("reopen", "settings", "hush", "forget")
    await counter.does(Reopen(report, "又要报了", counter.at))
    story = await counter.story(receipt)
    assert [line.text("zh") for line in story.lines[-2:]] == [
        "您要求重新办理。又要报了",
        "专线重新办理。",
    ]
    assert (story.state, story.unit, story.number) == (
        "accepted",
        None,
        "JF2026-000001",
    )
    rated = (
        await counter.casework.reading.sheet(
            await counter.casework.staff.find(name, AT_THE_MACHINE)
        )
    ).reports[0]
    assert (rated.solved, rated.satisfied, rated.word) == (
        False,
        True,
        "态度好，但没改",
    )


async def test_a_declined_case_says_why_and_can_be_looked_at_again(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Decline("这是居民诉求，12345 能直接派单"))
    story = await counter.story(receipt)
    assert (
        story.lines[-1].text("zh") == "这件事没有受理：这是居民诉求，12345 能直接派单"
    )
    assert "reopen" in story.can
    counter.later(days=3)
    await counter.does(Reopen(story.report, "不是居民诉求", counter.at))
    assert (await told(counter, receipt)).endswith(
        "接下来：专线会在11月27日前告诉您是否受理。"
    )


async def test_english_tells_the_same(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), Accept())
    assert "11-23, about 10:00  You reported this." in (
        await counter.story(receipt)
    ).text("en")


async def test_a_late_acceptance_is_owned_up_to(counter: Counter) -> None:
    receipt = await counter.files()
    counter.later(days=2)
    assert "我们晚了，对不住" in await told(counter, receipt)


# ── times ─────────────────────────────────────────────────────────────────────────────


async def test_what_a_reporter_caused_is_known_to_the_hour_only(
    counter: Counter,
) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Ask("哪个科室？"), Close("说清楚了"))
    counter.later(minutes=71, seconds=13)
    for action in (
        Supplement(await counter.report(receipt), "党政办", (), counter.at),
        Rate(await counter.report(receipt), True, None, None, counter.at),
        Reopen(await counter.report(receipt), "又来了", counter.at),
        Forget(await counter.report(receipt), counter.at),
    ):
        await counter.does(action)
    for table, column, where in (
        ("reports", "filed_hour", "1"),
        ("cases", "opened_hour", "1"),
        ("cases", "changed_at", "1"),
        ("steps", "at", '"by" IS NULL'),
        ("audit", "at", '"by" IS NULL'),
    ):
        rows = await counter.database.all(
            f"SELECT {column} AS at FROM {table} WHERE {where}"
        )
        assert rows and all(row["at"] % 3600 == 0 for row in rows), (table, column)


async def test_pushes_come_late_and_never_at_night(counter: Counter) -> None:
    """20 orders at daytime are spread over the delay, after three minutes for what may
    follow; one at ten in the evening waits for the morning.
    """
    for number in range(20):
        await counter.files(chat=f"chat {number}")
    entries = await counter.casework.reading.entries(AT_THE_MACHINE)
    for entry in entries:
        await counter.orders(entry.case.alias, Accept())
    due = [at - seconds(counter.at) for _, at in await counter.letters()]
    assert min(due) >= 180 and max(due) <= 23 * 60 and len(set(due)) > 10
    counter.at = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00 in Beijing
    await counter.orders(entries[0].case.alias, Assign("某街道", new=True))
    morning = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 8:00
    late = max(at for _, at in await counter.letters())
    assert seconds(morning) <= late <= seconds(morning) + 20 * 60


# ── who hears what ────────────────────────────────────────────────────────────────────


async def test_who_wants_only_the_receipt_leaves_no_address(counter: Counter) -> None:
    receipt = await counter.files(follow="receipt")
    row = await counter.database.one("SELECT address, mine FROM reports")
    assert row is not None and [*row] == [None, None]
    outcome = await counter.casework.staff.order(
        await counter.alias(), Accept(), AtTheMachine("王", "operator")
    )
    assert await counter.letters() == []
    assert outcome.told == 1, "who reads it by the receipt alone counts likewise"
    assert "hush" not in (await counter.story(receipt)).can


async def test_every_change_of_state_is_pushed_and_says_nothing_of_the_matter(
    counter: Counter,
) -> None:
    await counter.files(lang="en")
    name = await counter.alias()
    await counter.orders(
        name,
        Claim(),
        Accept(),
        Assign("某街道", new=True),
        Answer("知道了"),
        Note("难办"),
    )
    letters = [letter for letter, _ in await counter.letters()]
    assert [letter.message.name for letter in letters] == [
        "push.accepted",
        "push.assigned",
        "push.answered",
    ]
    assert all(
        not letter.message.params and letter.message.lang == "en" for letter in letters
    )


async def test_a_direct_answer_is_no_push(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), Accept(), Close("说清楚了"))
    before = await counter.told()
    await counter.does(Reopen(await counter.report(receipt), "又来了", counter.at))
    assert await counter.told() == before


async def test_hush_keeps_the_receipt_working(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), Accept())
    await counter.does(Hush(await counter.report(receipt), counter.at))
    await counter.orders(await counter.alias(), Close("好了"))
    assert await counter.letters() == []
    assert "hush" not in (await counter.story(receipt)).can
    assert await counter.casework.stories.mine(Address(TERMINAL, "anna")) == ()


# ── the way back ──────────────────────────────────────────────────────────────────────


async def test_my_cases_are_found_without_a_receipt_newest_first(
    counter: Counter,
) -> None:
    for category in ("forms", "meetings", "signage"):
        await counter.files(category=category)
        counter.later(minutes=50)
    mine = await counter.casework.stories.mine(Address(TERMINAL, "anna"))
    assert [(case.category, case.state, case.filed_day) for case in mine] == [
        (category, "filed", "11月23日") for category in ("signage", "meetings", "forms")
    ]
    assert await counter.casework.stories.mine(Address(TERMINAL, "berta")) == ()


async def test_a_chat_that_does_not_last_keeps_no_list(counter: Counter) -> None:
    await counter.files(lasting=False)
    assert await counter.casework.stories.mine(Address(TERMINAL, "anna")) == ()
    assert (
        await counter.casework.staff.order(
            await counter.alias(), Accept(), AtTheMachine("王", "operator")
        )
    ).told == 1


@pytest.mark.parametrize("which", range(4))
async def test_forgetting_one_leaves_the_others_in_the_list(
    counter: Counter, which: int
) -> None:
    """The gap in the chain of tags is closed, wherever it is, and filing goes on behind
    it.
    """
    receipts = []
    for number in range(4):
        receipts.append(await counter.files(f"第{number}件事情"))
        counter.later(hours=1)
    reports = [await counter.report(receipt) for receipt in receipts]
    await counter.does(Forget(reports[which], counter.at))
    new = await counter.report(await counter.files("后来的一件"))
    mine = {
        case.report
        for case in await counter.casework.stories.mine(Address(TERMINAL, "anna"))
    }
    assert mine == {*reports, new} - {reports[which]}


async def test_a_gone_chat_is_forgotten_in_all_its_reports(counter: Counter) -> None:
    receipts = [await counter.files(), await counter.files("另外一件事")]
    other = await counter.files(chat="berta")
    for entry in await counter.casework.reading.entries(AT_THE_MACHINE):
        await counter.orders(entry.case.alias, Accept())
    letter = next(
        letter for letter, _ in await counter.letters() if letter.to.key == "anna"
    )
    await counter.database.commit(
        await counter.casework.addresses.forget_address(letter.stream)
    )
    assert await counter.told("anna") == [] and await counter.told("berta") == [
        "push.accepted"
    ]
    assert await counter.casework.stories.mine(Address(TERMINAL, "anna")) == ()
    for receipt in (*receipts, other):
        assert (await counter.story(receipt)).state == "accepted"
    assert await counter.casework.addresses.forget_address(b"nobody's stream!") == []


async def test_a_refused_message_is_noted_for_staff_only(counter: Counter) -> None:
    receipt = await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept())
    (letter, _), *_ = await counter.letters()
    assert letter.burst is not None
    noted = await counter.casework.reporters.undelivered(
        letter.stream, letter.burst.since
    )
    await counter.database.commit(noted)
    row = await counter.casework.staff.find(name, AT_THE_MACHINE)
    reading = counter.casework.reading
    assert (await reading.sheet(row)).notes == (), "it would tell when it went"
    counter.later(minutes=31)
    [note] = (await reading.sheet(row)).notes
    assert note.by == "专线" and "可能没看到" in note.text
    assert "可能没看到" not in await told(counter, receipt)


# ── forgetting ────────────────────────────────────────────────────────────────────────


async def test_a_forgotten_report_is_shredded_and_its_case_goes_on(
    counter: Counter,
) -> None:
    receipt = await counter.files("街道办张某要我们填蓝色台账")
    name, report = await counter.alias(), await counter.report(receipt)
    draft = new_draft()
    picture = await counter.picture(draft)
    await counter.does(
        Supplement(report, "补充一句绿色表格", (picture,), counter.at), draft=draft
    )
    await counter.orders(name, Accept(), Ask("哪天要的？"))
    await counter.does(Forget(report, counter.at))
    assert await counter.casework.stories.of(bytes.fromhex(report)) is None
    assert await counter.casework.stories.report_of(receipt) is None
    assert counter.journal.has(bytes.fromhex(report))
    for words in ("蓝色台账", "绿色表格"):
        assert await counter.finds(words) == []
    sheet = await counter.casework.reading.sheet(
        await counter.casework.staff.find(name, AT_THE_MACHINE)
    )
    assert [view.text for view in sheet.reports] == [FORGOTTEN] and sheet.reports[
        0
    ].facts == {}
    assert [
        step.params.get("text") for step in sheet.steps if step.kind == "asked"
    ] == [FORGOTTEN]
    assert sheet.case.state.value == "accepted", "nobody waits for who is gone"
    assert sheet.steps[-1].kind == "forgotten" and not sheet.steps[-1].public
    for table in ("media", "outbox"):
        assert await counter.database.all(f"SELECT id FROM {table}") == []
    row = await counter.database.one(
        "SELECT wrapped_key, sealed, address, mine FROM reports"
    )
    assert row is not None and [*row] == [None] * 4
    await counter.orders(name, Close("已查清"))
    with pytest.raises(Refusal, match="反映人都已要求删除"):
        await counter.orders(name, StaffReopen(), Ask("还在吗？"))


async def test_what_comes_after_forgetting_is_dropped(counter: Counter) -> None:
    """Another chat with the receipt had the story still open."""
    report = await counter.report(await counter.files())
    await counter.does(Forget(report, counter.at))
    draft = new_draft()
    picture = await counter.picture(draft)
    for action in (
        Supplement(report, "晚了", (picture,), counter.at),
        Rate(report, True, True, None, counter.at),
        Hush(report, counter.at),
        Forget(report, counter.at),
    ):
        await counter.does(action, draft=draft)
    assert await counter.database.all("SELECT id FROM media") == []


async def test_the_journal_knows_before_the_database(counter: Counter) -> None:
    """A crash between the two leaves a report that `restore` shreds, never one that
    comes back.
    """
    report = await counter.report(await counter.files())
    await counter.casework.reporters.act(
        Forget(report, counter.at), new_draft(), None
    )  # and never committed
    assert counter.journal.has(bytes.fromhex(report))
    assert await counter.casework.stories.of(bytes.fromhex(report)) is not None


# ── merging ───────────────────────────────────────────────────────────────────────────


async def test_merged_reporters_read_the_common_case_and_never_each_other(
    counter: Counter,
) -> None:
    anna = await counter.files("安娜的话：台账太多", chat="anna")
    first = await counter.alias()
    await counter.orders(first, Accept(), Ask("安娜，哪个科室？"))
    await counter.does(
        Supplement(await counter.report(anna), "安娜补充", (), counter.at), "anna"
    )
    counter.later(days=1)
    berta = await counter.files("贝塔的话：台账太多", chat="berta", urgent=True)
    second = await counter.alias()  # urgent ones come first
    await counter.orders(second, Ask("贝塔，哪个科室？"))
    await counter.does(
        Supplement(await counter.report(berta), "贝塔补充", (), counter.at), "berta"
    )
    await counter.orders(second, Merge(first))
    counter.later(hours=2)
    await counter.orders(first, Assign("某街道", new=True))
    assert [line.text("zh") for line in (await counter.story(berta)).lines] == [
        "您反映了这件事。",
        "专线想问您：贝塔，哪个科室？",
        "您补充了：贝塔补充",
        "还有人反映同一件事，合在一起办，进展一样告诉您。",
        "转给某街道办理，要求11月24日前答复。",
    ]
    for mine, other in ((anna, "贝塔"), (berta, "安娜")):
        story = await counter.story(mine)
        assert other not in story.text("zh") and story.unit == "某街道"
        assert story.number == "JF2026-000001"
    assert (
        (await counter.told("anna"))[-1]
        == (await counter.told("berta"))[-1]
        == "push.assigned"
    )
    sheet = await counter.casework.reading.sheet(
        await counter.casework.staff.find(first, AT_THE_MACHINE)
    )
    assert sheet.merged == (second,) and sheet.case.urgent and len(sheet.reports) == 2
    said = {step.params["text"] for step in sheet.steps if step.kind == "supplemented"}
    assert said == {"安娜补充", "贝塔补充"}
    old = await counter.casework.reading.sheet(
        await counter.casework.staff.find(second, AT_THE_MACHINE)
    )
    assert old.into == first and FORGOTTEN not in str(old)


async def test_who_reports_the_same_reads_nothing_of_what_was_before(
    counter: Counter,
) -> None:
    """The attacker plants a report so that it is merged, and reads its story: what a
    unit answered to others before is not in it, what happens from now on is.
    """
    victim = await counter.files("同一份台账每周报五次", chat="anna")
    first = await counter.alias()
    before = Answer("三科的老陈要求的，已批评")
    await counter.orders(first, Accept(), Assign("某街道", new=True), before)
    assert "老陈" in (await counter.story(victim)).text("zh"), "the control"
    counter.later(hours=1)
    planted = await counter.files("台账每周报五次", chat="mallory", urgent=True)
    second = await counter.alias()
    await counter.orders(second, Merge(first))
    counter.later(hours=1)
    await counter.orders(first, Find("substantiated", "一周五报没有依据。"))
    story = await counter.story(planted)
    assert "老陈" not in story.text("zh")
    assert "受理了" not in story.text("zh")
    assert story.lines[-1].text("zh") == (await counter.story(victim)).lines[-1].text(
        "zh"
    )


async def test_a_merge_is_followed_from_case_to_case(counter: Counter) -> None:
    receipts = [
        await counter.files(f"第{number}件", chat=f"chat {number}")
        for number in range(3)
    ]
    rows = [
        entry.case for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    ]
    by_report = {case.reports[0]: case.alias for case in rows}
    names = [by_report[await counter.report(receipt)] for receipt in receipts]
    await counter.orders(names[0], Merge(names[1]))
    await counter.orders(names[1], Merge(names[2]))
    await counter.orders(names[2], Accept(), Close("都好了"))
    for receipt in receipts:
        assert (await counter.story(receipt)).lines[-1].text("zh") == "办结了：都好了"
    await counter.does(
        Reopen(await counter.report(receipts[0]), "又来了", counter.at), "chat 0"
    )
    other = await counter.story(receipts[2])
    assert [line.text("zh") for line in other.lines[-1:]] == ["专线重新办理。"]
    assert (await counter.told("chat 2"))[-1] == "push.reopened"
    assert (await counter.told("chat 0"))[-1] != "push.reopened"


async def test_a_reply_goes_where_the_reporters_went(counter: Counter) -> None:
    """Under the name of the case that was merged, and merged again."""
    for number in range(3):
        await counter.files(f"第{number}件", chat=f"chat {number}")
    names = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    ]
    await counter.orders(names[0], Merge(names[1]))
    await counter.orders(names[1], Merge(names[2]))
    order = counter.casework.staff.order
    outcome = await order(names[0], Reply("下周去看"), AT_THE_MACHINE)
    assert outcome.case.alias == names[2]
    with pytest.raises(Refusal, match=names[2]):
        await order(names[1], Reply("又一句"), AT_THE_MACHINE)
    undone = await order(names[0], Undo(), AT_THE_MACHINE)
    assert undone.case.alias == names[2] and undone.case.reply is None


async def test_a_whistle_past_a_level_says_the_level_of_its_unit(
    counter: Counter,
) -> None:
    """From a subdistrict to the city at once."""
    register = UnitRegister(counter.database, counter.keys, lambda: counter.at)
    await register.add(NewUnit("某街道", "subdistrict"))
    await register.add(NewUnit("市民政局", "city"))
    await counter.files()
    name = await counter.alias()
    order = counter.casework.staff.order
    await order(name, Accept(), AT_THE_MACHINE)
    await order(name, Assign("某街道"), AT_THE_MACHINE)
    outcome = await order(name, Whistle("没有办", "市民政局"), AT_THE_MACHINE)
    assert outcome.case.assignment.level == "city"


async def test_only_open_cases_take_others_in(counter: Counter) -> None:
    for text in ("第一件", "第二件"):
        await counter.files(text)
    first, second = [
        entry.case.alias
        for entry in await counter.casework.reading.entries(AT_THE_MACHINE)
    ]
    with pytest.raises(Refusal, match="不能并入它自己"):
        await counter.orders(first, Merge(first))
    await counter.orders(second, Merge(first))
    with pytest.raises(Refusal, match="已合并”，不能并入"):
        await counter.orders(first, Merge(second))


# ── staff ─────────────────────────────────────────────────────────────────────────────


async def test_of_two_who_claim_at_once_one_is_told_who_has_it(
    counter: Counter,
) -> None:
    await counter.files()
    name = await counter.alias()
    both = await asyncio.gather(
        counter.casework.staff.order(name, Claim(), AtTheMachine("王", "operator")),
        counter.another().staff.order(name, Claim(), AtTheMachine("李", "operator")),
        return_exceptions=True,
    )
    won = [one for one in both if isinstance(one, Outcome)]
    lost = [one for one in both if isinstance(one, Refusal)]
    assert len(won) == len(lost) == 1 and won[0].case.claimed
    assert f"已由“{won[0].case.claimed.name}”认领" in str(lost[0])


async def test_a_colleague_takes_over_only_knowingly(counter: Counter) -> None:
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), by="王")
    with pytest.raises(Refusal, match="由“王”在办"):
        await counter.orders(name, Close("好"), by="李")
    await counter.orders(name, Note("我知道这家"), by="李")
    await counter.orders(name, Claim(take=True), Close("好"), by="李")


async def test_who_is_overtaken_decides_again(counter: Counter) -> None:
    """Five change one case at once, each having read it before the others wrote:
    nothing is lost.
    """
    receipt = await counter.files()
    name, report = await counter.alias(), await counter.report(receipt)
    words = {f"第{number}次补充" for number in range(4)}
    supplements = [
        counter.does(Supplement(report, word, (), counter.at)) for word in words
    ]
    await asyncio.gather(counter.orders(name, Accept()), *supplements)
    story = await counter.story(receipt)
    lines = [line.text("zh") for line in story.lines]
    assert story.state == "accepted" and {f"您补充了：{word}" for word in words} <= {
        *lines
    }
    for word in words:
        assert len(await counter.finds(word)) == 1


async def test_numbers_are_given_at_acceptance_one_after_the_other(
    counter: Counter,
) -> None:
    for text in ("第一件", "第二件"):
        await counter.files(text)
    for number, entry in enumerate(
        await counter.casework.reading.entries(AT_THE_MACHINE), 1
    ):
        assert entry.case.serial is None
        outcome = await counter.casework.staff.order(
            entry.case.alias, Accept(), AtTheMachine("王", "operator")
        )
        assert outcome.case.serial == f"JF2026-00000{number}"


async def test_a_case_is_found_by_all_that_staff_may_type(counter: Counter) -> None:
    await counter.files()
    alias = await counter.alias()
    await counter.orders(alias, Accept())
    word, code = alias.split("-")
    for typed in (
        alias,
        code.lower(),
        f"{word}{code}",
        f" {word} {code.lower()} ",
        "jf2026-000001",
        "2026000001",
    ):
        assert (await counter.casework.staff.find(typed, AT_THE_MACHINE)).alias == alias
    for typed in ("", "白鹭", "没有这件", "ZZZZZ", "JF2026-000002"):
        with pytest.raises(Refusal, match=r"没有“.*”这件工单"):
            await counter.casework.staff.find(typed, AT_THE_MACHINE)


async def test_search_finds_words_of_report_unit_and_supplement(
    counter: Counter,
) -> None:
    receipt = await counter.files("要求每天在“红杉通”打卡", unit="数据资源局")
    await counter.files("开会太多", chat="berta")
    await counter.does(
        Supplement(await counter.report(receipt), "还要转发朋友圈", (), counter.at)
    )
    await counter.does(
        Supplement(await counter.report(receipt), "连三次", (), counter.at)
    )
    for words in ("红杉通", "数据资源", "朋友圈 打卡", "三次"):
        assert len(await counter.finds(words)) == 1, words
    assert await counter.finds("从来没有的词") == []
    with pytest.raises(Refusal, match="至少两个字"):
        await counter.finds("会")


async def test_lists_hold_what_is_to_be_done_urgent_first(counter: Counter) -> None:
    await counter.files("头一件")
    counter.later(hours=1)
    await counter.files("急事", urgent=True, category="meetings")
    book = counter.casework.reading
    assert [entry.text for entry in await book.entries(AT_THE_MACHINE)] == [
        "急事",
        "头一件",
    ]
    assert [
        entry.text for entry in await book.entries(AT_THE_MACHINE, urgent=True)
    ] == ["急事"]
    assert [
        entry.text for entry in await book.entries(AT_THE_MACHINE, category="forms")
    ] == ["头一件"]
    urgent = await counter.alias()
    await counter.orders(urgent, Decline("不归这里"))
    assert [entry.text for entry in await book.entries(AT_THE_MACHINE)] == ["头一件"]
    assert [
        entry.text
        for entry in await book.entries(
            AT_THE_MACHINE, claimed_by=staff_named("王", counter.keys).id
        )
    ] == []


async def test_pictures_of_filing_and_supplement_open_with_the_reports_key(
    counter: Counter,
) -> None:
    filing, later = new_draft(), new_draft()
    first = await counter.picture(filing, b"one")
    receipt = await counter.files_with(filing, (first,))
    second = await counter.picture(later, b"two")
    await counter.does(
        Supplement(await counter.report(receipt), "", (second,), counter.at),
        draft=later,
    )
    row = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    assert {data for _, _, data in await counter.casework.reading.pictures(row)} == {
        b"one",
        b"two",
    }
    assert (
        await counter.database.all("SELECT id FROM media WHERE expires IS NOT NULL")
        == []
    )
    assert "您补充了1张图片。" in await told(counter, receipt)


async def test_the_audit_chain_names_moves_and_no_words(counter: Counter) -> None:
    receipt = await counter.files("一句不该出现的话")
    await counter.orders(await counter.alias(), Accept(), Ask("不该出现的问题"))
    await counter.does(
        Supplement(await counter.report(receipt), "不该出现的补充", (), counter.at)
    )
    lines = await AuditLog(counter.database).tail()
    assert [(line.kind, line.content) for line in lines] == [
        ("report.filed", "{}"),
        ("case.accept", '{"from": "filed", "to": "accepted"}'),
        ("case.ask", '{"from": "accepted", "to": "waiting"}'),
        ("report.supplement", '{"from": "waiting", "to": "accepted"}'),
    ]
    case = await counter.casework.staff.find(await counter.alias(), AT_THE_MACHINE)
    assert {line.about for line in lines} == {case.id}
    assert await AuditLog(counter.database).verify() is None


async def test_month_figures_are_kept_in_the_same_write(counter: Counter) -> None:
    await counter.files()
    await counter.orders(await counter.alias(), Accept(), Close("好"))
    figures = await Counts(counter.database).between("2026-11", "2026-11")
    assert {(count.what, count.n) for count in figures} == {
        ("filed", 1),
        ("accepted", 1),
        ("closed", 1),
    }


@pytest.mark.parametrize(
    ("later", "forms", "meetings"), [(timedelta(), 0, 1), (timedelta(days=9), 1, 0)]
)
async def test_a_corrected_category_is_counted_where_it_belongs(
    counter: Counter, later: timedelta, forms: int, meetings: int
) -> None:
    """In the month of filing; what was told of an earlier month stays."""
    await counter.files()
    counter.at += later
    await counter.orders(await counter.alias(), Accept(), Recategorise("meetings"))
    figures = await Counts(counter.database).between("2026-11", "2026-11")
    filed = {one.category: one.n for one in figures if one.what == "filed"}
    assert (filed["forms"], filed.get("meetings", 0)) == (forms, meetings)


async def test_notes_reach_no_reporter(counter: Counter) -> None:
    receipt = await counter.files()
    await counter.orders(await counter.alias(), Accept(), Note("内部：先问区里"))
    story = await counter.story(receipt)
    assert "内部" not in story.text("zh") + str(story.params("zh"))
    assert all(
        "内部" not in str(letter.message) for letter, _ in await counter.letters()
    )


async def test_two_reports_of_one_chat_share_no_value(counter: Counter) -> None:
    """Beside what strangers' reports share as often: hours, counters, and the words of
    the schema.
    """
    await counter.files()
    await counter.files()
    rows = await counter.database.all("SELECT * FROM reports")
    blobs = [{value for value in row if isinstance(value, bytes)} for row in rows]
    assert len(rows) == 2 and not blobs[0] & blobs[1]


async def test_writes_hold_no_clear_word(counter: Counter) -> None:
    filing = counter.filing()
    changes = await counter.casework.reporters.act(
        filing, new_draft(), Address(TERMINAL, "anna")
    )
    flat = repr([change for change in changes if not isinstance(change, Audit)])
    for word in (filing.text, filing.receipt, "某街道", "某社区", "anna", "每周都有"):
        assert word not in flat and word.encode().hex() not in flat


# ── a guard that is in the way ────────────────────────────────────────────────────────


async def test_what_is_in_the_way_is_told_as_what_it_is(counter: Counter) -> None:
    """A guard that nobody's doing explains is a mistake of ours, not colleagues who are
    faster.
    """
    await counter.files()
    name = await counter.alias()
    never = Write("DELETE FROM cases WHERE alias = ?", ("没有",), ONE_ROW)
    with pytest.raises(Broken):
        await counter.casework.staff.order(name, Accept(), AT_THE_MACHINE, also=[never])
    meanwhile = Write("UPDATE cases SET version = version + 1", ())

    class Busy:
        """A colleague changes the case each time that it is read."""

        def __init__(self) -> None:
            self.read = counter.casework.writer.load

        async def load(self, row: CaseRow) -> LoadedCase:
            found = await self.read(row)
            await counter.database.commit([meanwhile])
            return found

    staff = counter.casework.staff
    staff._writer.load = Busy().load  # type: ignore[method-assign]
    with pytest.raises(Stale):
        await staff.order(name, Accept(), AT_THE_MACHINE)


async def test_a_refusal_names_what_this_person_may_do_now(counter: Counter) -> None:
    """Not what is too late, nor what others must do."""
    await counter.files()
    name = await counter.alias()
    await counter.orders(name, Accept(), Assign("某街道", new=True))
    with pytest.raises(Refusal) as refused:
        await counter.orders(name, Close("好"))
    assert {"return", "extend", "answer"} <= {*refused.value.legal}
    assert not {"supervise", "grant"} & {*refused.value.legal}  # a supervisor's
    counter.later(days=10)
    with pytest.raises(Refusal) as refused:
        await counter.orders(name, Close("好"))
    assert not {"return", "extend"} & {*refused.value.legal}
    assert "answer" in refused.value.legal
