"""What a unit must never learn, looked for on every page, paper and list it
can open.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from docx import Document

from bot.people.member import AT_THE_MACHINE
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Merge,
    Note,
    Order,
    StaffReopen,
)
from dialogs.words import Forget, Rate, Reopen, Supplement
from tests.bot.desk.web.office import OTHER, TOWN, Office, Seat, open_office

HOME = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def everything(seat: Seat, alias: str) -> str:
    """All that the unit can open about a case, as it comes over the wire, the Word file
    opened.
    """
    found = []
    for path in ("/unit/", f"/unit/case/{alias}", f"/unit/case/{alias}/slip"):
        answer = await seat.client.get(path)
        assert answer.status_code == 200, path
        found.append(answer.text)
    word = await seat.client.get(f"/unit/case/{alias}/slip.docx")
    paper = Document(io.BytesIO(word.content))
    found += [cell.text for row in paper.tables[0].rows for cell in row.cells]
    return "\n".join(found)


async def page_of(seat: Seat, alias: str) -> str:
    """The case's page with its names left out."""
    await seat.opens(f"/unit/case/{alias}")
    return re.sub(rf"{quote(alias)}|{alias}|JF2026-\d+", "", seat.page)


async def report_of(office: Office, alias: str) -> str:
    return office.drafts[alias].report.hex()


def same(one: str, other: str) -> bool:
    """Told by the first difference: pytest's own, of whole pages, takes minutes."""
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    apart = [pair for pair in lines if pair[0] != pair[1]]
    assert not apart, apart[0]
    return len(one) == len(other)


def nowhere(seen: str, *words: str) -> None:
    assert not [word for word in words if word in seen], [
        word for word in words if word in seen
    ]


async def test_no_hour_no_date_of_filing(office: Office) -> None:
    """Filed on Monday at 10, sent on Tuesday at 15: nothing of Monday is there."""
    alias = await office.files(place="翠苑", when="每周")
    office.later(days=1, hours=5, minutes=3)
    await office.orders(alias, Accept(), Assign(TOWN))
    office.later(days=1)
    async with office.sits() as seat:
        seen = await everything(seat, alias)
    nowhere(seen, "11月23日", "2026-11-23", "11-23", "10:17", "10:00", "11:00")
    assert "11月24日 15:20" in seen and "翠苑" in seen


async def test_not_how_many_reported_nor_what_the_others_said(office: Office) -> None:
    alias = await office.sends("街道一周要五次台账")
    alone = await office.sends("街道一周要五次台账")
    async with office.sits() as seat:
        other = await office.files("我们社区也被催了，一天三次")
        await office.orders(other, Accept(), Merge(alias))
        seen = await everything(seat, alias)
        nowhere(seen, "一天三次", "2位", "两位", "合并", "并入", other)
        await office.does(
            Forget(await report_of(office, other), office.at), office.drafts[other]
        )
        assert same(await everything(seat, alias), seen)

        assert same(await page_of(seat, alone), await page_of(seat, alias))


async def test_a_case_merged_away_is_just_taken_back(office: Office) -> None:
    alias, into = await office.sends("甲"), await office.sends("乙", unit=OTHER)
    await office.orders(alias, Merge(into))
    async with office.sits() as seat:
        await seat.opens(f"/unit/case/{alias}")
        assert "专线已收回，不用再办" in seat.page
        nowhere(seat.page, into, "合并", "并入", OTHER)


async def test_what_was_added_comes_the_next_day_without_its_time(
    office: Office,
) -> None:
    alias = await office.sends()
    office.at = datetime(2026, 11, 24, 14, 35, tzinfo=HOME)
    said = Supplement(await report_of(office, alias), "昨晚又催了一遍", (), office.at)
    await office.does(said, office.drafts[alias])
    async with office.sits() as seat:
        for at in (office.at, datetime(2026, 11, 24, 23, 59, tzinfo=HOME)):
            office.at = at
            nowhere(await everything(seat, alias), "昨晚又催了一遍", "补充情况")
        office.at = datetime(2026, 11, 25, 0, 1, tzinfo=HOME)
        seen = await everything(seat, alias)
        assert "昨晚又催了一遍" in seen
        nowhere(seen, "14:00", "14:35", "11月24日 14", "supplement")


async def test_nobody_sees_when_a_question_was_asked_and_answered(
    office: Office,
) -> None:
    """The page does not change on the day of the question, nor on that of the
    answer.
    """
    alias = await office.sends()
    office.at = datetime(2026, 11, 24, 9, 5, tzinfo=HOME)
    async with office.sits() as seat:
        before = await everything(seat, alias)
        await office.orders(alias, Ask("是哪个科室要的？"))
        assert same(await everything(seat, alias), before)
        office.at = datetime(2026, 11, 25, 9, 5, tzinfo=HOME)
        paused = await everything(seat, alias)
        assert "期限暂停" in paused and "专线在补充材料" in paused
        nowhere(
            paused,
            "是哪个科室要的",
            "反映人补充",
            "等待补充",
            "09:05 暂停",
            "9:05 暂停",
        )
        said = Supplement(await report_of(office, alias), "经济科", (), office.at)
        await office.does(said, office.drafts[alias])
        assert same(await everything(seat, alias), paused)
        office.at = datetime(2026, 11, 26, 8, 0, tzinfo=HOME)
        seen = await everything(seat, alias)
        assert "接着算" in seen and "12月1日 24:00 前" in seen
        nowhere(seen, "09:00 接着算", "10:00 接着算", "9:00 接着算")


async def test_no_rating_no_note_no_name(office: Office) -> None:
    alias = await office.sends()
    await office.orders(
        alias,
        Note("反映人像是社区的小王"),
        Answer("已改"),
        Find("substantiated", "补充属实"),
    )
    await office.orders(alias, Close("已减到每月一次"))
    report = await report_of(office, alias)
    rated = Rate(report, False, False, "根本没改", office.at)
    await office.does(rated, office.drafts[alias])
    async with office.sits() as seat:
        seen = await everything(seat, alias)
        nowhere(
            seen,
            "小王",
            "根本没改",
            "满意",
            "解决",
            "回访",
            "值班员",
            "沈主管",
            "反映人像是",
            "补充属实",
        )


async def test_a_reopening_is_the_hotlines_own(office: Office) -> None:
    """A reporter's and the hotline's look the same: sent once more."""
    words = "他们又开始报了，还是那个科"
    histories = []
    for who in ("reporter", "hotline"):
        alias = await office.sends()
        await office.orders(alias, Answer("已改"), Find("substantiated"), Close("已改"))
        if who == "reporter":
            report = await report_of(office, alias)
            await office.does(Reopen(report, words, office.at), office.drafts[alias])
        else:
            await office.orders(alias, StaffReopen(words))
        await office.orders(alias, Assign(TOWN))
        async with office.sits() as seat:
            seen = await everything(seat, alias)
            nowhere(seen, words, "重新办理", "反弹", "不满意")
            assert "专线再次交办" in seen
            histories.append(
                re.findall(
                    r"</span>([^<]*)",
                    seen.partition("经过</h2>")[2].partition("</ol>")[0],
                )
            )
    assert histories[0] == histories[1]


async def test_a_reopening_changes_nothing_until_it_is_sent_out_again(
    office: Office,
) -> None:
    """Who watches the list learns neither when a reporter came back nor what the
    hotline did then.
    """
    alias, other = await office.sends(), await office.sends()
    for one in (alias, other):
        await office.orders(one, Answer("已改"), Find("substantiated"), Close("已改"))
    office.later(hours=3)
    async with office.sits() as seat:
        before, second = await everything(seat, alias), await everything(seat, other)
        report = await report_of(office, alias)
        await office.does(Reopen(report, "又开始报了", office.at), office.drafts[alias])
        assert same(await everything(seat, alias), before)
        await office.orders(alias, Ask("还是那个科吗？"))
        assert same(await everything(seat, alias), before)
        await office.orders(alias, Close("那是另一件事"))
        assert same(await everything(seat, alias), before)
        await office.orders(alias, StaffReopen(), Assign(OTHER))
        assert (await seat.client.get(f"/unit/case/{alias}")).status_code == 404
        assert len(await everything(seat, other)) < len(
            second
        )  # one case less in the list


async def test_finished_cases_stand_in_the_order_of_acceptance(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many only some are shown; which, must not tell who was rated or reopened
    lately.
    """
    monkeypatch.setattr("bot.desk.liaison.SHOWN_DONE", 1)
    first, second = await office.sends("甲"), await office.sends("乙")
    for one in (first, second):
        await office.orders(one, Answer("已改"), Find("substantiated"), Close("已改"))
    async with office.sits() as seat:
        await seat.opens("/unit/")
        assert second in seat.page and first not in seat.page
        seen, report = seat.page, await report_of(office, first)
        office.later(hours=2)
        await office.does(
            Rate(report, False, None, None, office.at), office.drafts[first]
        )
        await seat.opens("/unit/")
        assert same(seat.page, seen)
        await office.does(Reopen(report, "", office.at), office.drafts[first])
        await seat.opens("/unit/")
        assert same(seat.page, seen)


async def test_a_text_that_was_withdrawn_is_gone_and_nothing_tells_why(
    office: Office,
) -> None:
    alias = await office.sends("街道一周要五次台账")
    await office.does(
        Forget(await report_of(office, alias), office.at), office.drafts[alias]
    )
    async with office.sits() as seat:
        seen = await everything(seat, alias)
        nowhere(seen, "五次台账", "删除", "撤回", "要求")
        assert "原文不再提供" in seen


@pytest.mark.parametrize("orders", [(), (Answer("已改"),)], ids=["open", "answered"])
async def test_the_page_knows_no_word_of_the_inside(
    office: Office, orders: Sequence[Order]
) -> None:
    alias = await office.sends()
    await office.orders(alias, *orders)
    office.later(hours=1)
    async with office.sits() as seat:
        seen = await everything(seat, alias)
        ids = [office.drafts[alias].report.hex(), office.drafts[alias].stream.hex()]
        row = await office.app.casework.staff.find(alias, AT_THE_MACHINE)
        nowhere(seen, *ids, row.id.hex(), "回执", "receipt", "reporter", "filed")
        assert timedelta(0) < office.at - datetime.fromtimestamp(row.opened_hour, HOME)
