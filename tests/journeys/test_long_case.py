"""A case through every clock to the ladder's third rung: what the reporter reads of it,
week by week.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from docx import Document

from bot.cases.ladder import Ladder
from bot.people.directory import NewUnit
from bot.people.member import AT_THE_MACHINE, AtTheMachine
from bot.reports.templates import Issuer, Templates
from dialogs.case.ladder import Rung
from dialogs.case.orders import (
    Accept,
    Answer,
    Assign,
    Close,
    Extend,
    Find,
    GrantExtend,
    Order,
    Rectify,
    RefuseReturn,
    Return,
    Wait,
    Whistle,
)
from dialogs.case.refusals import Refusal
from tests.bot.line import opened_line
from tests.bot.months import BEIJING, Months

COMMUNITY, TOWN, DISTRICT = "翠苑社区居委会", "翠苑街道办事处", "西湖区政府"
LIAISONS = {COMMUNITY: "社联络", TOWN: "街联络"}
CHIEF = "沈主管"


def day(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, 17, 41, tzinfo=BEIJING)


class Year(Months):
    """More than a year of one street office, its community below it and the district
    above.
    """

    async def settle_in(self) -> None:
        self.at = day(2025, 3, 3)
        app = self.app
        for unit in (
            NewUnit(DISTRICT, "district"),
            NewUnit(TOWN, "subdistrict", DISTRICT),
            NewUnit(COMMUNITY, "community", TOWN),
        ):
            await app.register.add(unit)
        for name, liaison in LIAISONS.items():
            await app.roster.add(liaison, "liaison", (await app.register.get(name)).id)
        await app.roster.add(CHIEF, "supervisor")
        await app.roster.add("王", "operator")
        self.ladder = Ladder(
            app.resources.database,
            keys=app.resources.keys,
            casework=app.casework,
            roster=app.roster,
            register=app.register,
            templates=Templates(Issuer("减负专线", "减负专线")),
            now=lambda: self.at,
        )

    async def unit(self, alias: str, name: str, *orders: Order) -> None:
        """What the unit does itself."""
        of = (await self.app.register.get(name)).id
        for order in orders:
            await self.app.casework.staff.order(
                alias, order, AtTheMachine(LIAISONS[name], "liaison", of)
            )

    async def chief(self, alias: str, order: Order) -> None:
        await self.app.casework.staff.order(
            alias, order, AtTheMachine(CHIEF, "supervisor")
        )

    async def reads(self, chat: str = "anna") -> str:
        """What the reporter finds on asking; the page is left again."""
        story = await self.says("进度", chat=chat)
        await self.says("关闭", chat=chat)
        return story

    async def next(self, days: float = 0.5) -> list[str]:
        """Time passes; what the reporter's telephone said."""
        await self.passes(days)
        return [name for _, name in self.heard()]

    async def found(self, chat: str) -> str:
        """A case of the street office, quickly found substantiated."""
        alias = await self.filed(chat)
        await self.orders(alias, Accept(), Assign(TOWN))
        await self.unit(alias, TOWN, Answer("已改"))
        await self.orders(alias, Find("substantiated"), Close("已改"))
        return alias

    async def proposed(self) -> list[tuple[str, Rung | None]]:
        return [(one.alias, one.rung) for one in await self.ladder.list(AT_THE_MACHINE)]

    async def paper(self, alias: str) -> tuple[str, str]:
        """Its name, and all its words."""
        name, filled = await self.ladder.document(alias, AT_THE_MACHINE)
        document = Document(io.BytesIO(filled.data))
        cells = [
            cell.text
            for table in document.tables
            for row in table.rows
            for cell in row.cells
        ]
        return name, "\n".join([line.text for line in document.paragraphs] + cells)


@pytest.fixture
async def year(tmp_path: Path) -> AsyncIterator[Year]:
    async with opened_line(tmp_path, Year) as line:
        assert isinstance(line, Year)
        await line.settle_in()
        yield line


async def test_a_case_through_every_clock_to_the_third_rung(year: Year) -> None:
    await two_before(year)
    year.at = day(2026, 9, 1)
    alias = await late_at_the_door(year)
    await with_the_community(year, alias)
    await every_step(year, alias)
    await a_level_up(year, alias)
    await third_rung(year, alias)
    await after_the_end(year, alias)


async def two_before(year: Year) -> None:
    """One finding is too old to count; then the first and the second rung within twelve
    months.
    """
    old = await year.found("olga")
    assert await year.proposed() == [(old, "remind")]
    await year.ladder.decide(old, "taken", CHIEF, "事实清楚")
    year.at = day(2026, 3, 10)
    first = await year.found("frida")
    assert await year.proposed() == [(first, "remind")], "a year later it begins anew"
    await year.ladder.decide(first, "taken", CHIEF, "事实清楚")
    name, words = await year.paper(first)
    assert name == f"提醒函-{first}.docx" and f"{TOWN}：" in words and "有1件" in words
    year.at = day(2026, 6, 1)
    second = await year.found("greta")
    assert await year.proposed() == [(second, "circulate")]
    await year.ladder.decide(second, "taken", CHIEF, "三个月内又有")
    name, words = await year.paper(second)
    assert name == f"通报-{second}.docx" and "有2件" in words


async def late_at_the_door(year: Year) -> str:
    """Nobody looks for a day: the hotline is late itself, and says so."""
    alias = await year.filed("anna")
    told = await year.reads()
    assert "等待受理" in told and "接下来：专线会在9月2日前告诉您是否受理。" in told
    assert await year.next(1.5) == ["push.breached"]
    told = await year.reads()
    assert "承诺：是否受理，说好9月2日，刚刚过了。" in told
    assert "说好9月2日前告诉您是否受理，专线没做到，对不住。" in told
    return alias


async def with_the_community(year: Year, alias: str) -> None:
    """Sent out, sent back, not taken back; more time; a pause that ends by itself."""
    year.at = day(2026, 9, 3)
    await year.orders(alias, Accept(), Assign(COMMUNITY))
    told = await year.reads()
    assert "编号 JF2026-000003" in told and f"承办单位：{COMMUNITY}" in told
    assert "承诺：单位答复，最迟9月10日，还有7天。" in told
    assert await year.next(0.25) == ["push.together"], "two steps of one hour"
    await year.unit(alias, COMMUNITY, Return("社区依法协助清单第3条", "归街道"))
    told = await year.reads()
    assert (
        "正在重新安排单位" in told
        and f"{COMMUNITY}说不归它管，退了回来。归街道" in told
    )
    assert await year.next(0.75) == ["push.returned"]
    await year.orders(alias, RefuseReturn("台账是社区自己要的"))
    told = await year.reads()
    assert f"专线没有同意退回，{COMMUNITY}接着办。台账是社区自己要的" in told
    assert "承诺：单位答复，最迟9月11日" in told, (
        "the day that it was away is not counted"
    )
    assert await year.next() == ["push.return_refused"]
    await year.unit(alias, COMMUNITY, Extend(5, "要等街道批"))
    assert "延期" not in await year.reads(), "asked for is not granted"
    with pytest.raises(Refusal, match="专线主管"):
        await year.orders(alias, GrantExtend(True))
    await year.chief(alias, GrantExtend(True))
    told = await year.reads()
    assert f"{COMMUNITY}申请延期，专线同意了，改为9月18日前答复。要等街道批" in told
    assert "承诺：单位答复（延过期），最迟9月18日" in told
    assert await year.next() == ["push.extended"]
    year.at = day(2026, 9, 8)
    await year.orders(alias, Wait("区里的批复", day(2026, 9, 10)))
    told = await year.reads()
    assert (
        "专线在等：区里的批复。最迟9月10日接着办。" in told and "现在停着不算" in told
    )
    assert await year.next(2.5) == ["push.waiting", "push.resumed"]
    assert "承诺：单位答复（延过期），最迟9月21日" in await year.reads(), (
        "a Sunday is worked"
    )


async def every_step(year: Year, alias: str) -> None:
    """Nobody does anything any more: it is warned, missed, pressed, and the reporter
    hears each of it.
    """
    pushed = []
    for _ in range(34):
        pushed += await year.next(1)
    assert [name for name in pushed if name != "push.hear"] == [
        "push.urged",
        "push.supervised",
        "push.escalated",
        "push.circulated",
    ], "the end of its time and the first step are one message"
    assert pushed.count("push.hear") == 2 and pushed[0] == "push.hear", (
        "never a week of silence"
    )
    told = await year.reads()
    steps = (
        f"{COMMUNITY}到9月21日还没有答复。",
        f"专线催办，要{COMMUNITY}马上办。",
        f"专线督办，督办单写给{COMMUNITY}分管的负责人，送到了这里会说。",
        f"督办升一级，督办单写给{COMMUNITY}的主要负责人，送到了这里会说。",
        f"{COMMUNITY}还没有办好，专线提出通报，写给它的主要负责人，",
    )
    places = [told.index(words) for words in steps]
    assert places == sorted(places)
    assert "承诺：单位答复（延过期），说好9月21日，晚了" in told
    clocks = await year.app.resources.database.all(
        "SELECT kind FROM clocks WHERE clock = 'answer' AND case_id = :id ORDER BY "
        "number",
        id=(await year.app.casework.staff.find(alias, AT_THE_MACHINE)).id,
    )
    assert [row["kind"] for row in clocks] == [
        "start", "pause", "resume", "extend", "pause", "resume",
        "warned", "breached", "urged", "supervised", "escalated", "circulated",
    ]  # fmt: skip


async def a_level_up(year: Year, alias: str) -> None:
    """The whistle moves it to the street office, with a clock of its own, which is
    kept.
    """
    year.at = day(2026, 10, 19)
    await year.orders(alias, Whistle("社区办不了"))
    told = await year.reads()
    assert f"升一级，交给{TOWN}办，要求10月26日前答复。社区办不了" in told
    assert (
        f"承办单位：{TOWN}" in told
        and "承诺：单位答复，最迟10月26日，还有7天。" in told
    )
    assert (
        await year.app.casework.staff.find(alias, AT_THE_MACHINE)
    ).level == "subdistrict"
    with pytest.raises(Refusal, match="没有"):
        await year.unit(alias, COMMUNITY, Answer("我们来答"))
    assert await year.next() == ["push.whistled"]
    year.at = day(2026, 10, 20)
    await year.unit(alias, TOWN, Answer("改为每月一次"))
    told = await year.reads()
    assert (
        f"{TOWN}答复：改为每月一次" in told and "专线正在核对单位说的是不是实情" in told
    )
    assert await year.next() == ["push.answered"]


async def third_rung(year: Year, alias: str) -> None:
    """Substantiated, the third within twelve months: proposed, decided by the chief
    alone, put on paper.
    """
    year.at = day(2026, 10, 21)
    await year.orders(alias, Find("substantiated"))
    assert "专线核实：属实。" in await year.reads()
    assert await year.proposed() == [(alias, "sanction")]
    _, draft = await year.paper(alias)
    assert "送审稿" in draft
    with pytest.raises(Refusal, match="只有专线主管"):
        await year.ladder.decide(alias, "taken", "王", "屡次")
    decided = await year.ladder.decide(alias, "taken", CHIEF, "十二个月内第三件")
    assert (decided.rung, decided.decision, decided.by) == ("sanction", "taken", CHIEF)
    name, words = await year.paper(alias)
    assert (
        name == f"处置建议书-{alias}.docx"
        and "有3件" in words
        and "由有权机关决定" in words
    )
    assert "送审稿" not in words and "五次" not in words, (
        "what was reported stands in no paper"
    )
    assert await year.proposed() == []
    assert "处置" not in await year.reads(), "the ladder is no reporter's matter"


async def after_the_end(year: Year, alias: str) -> None:
    """Put right by a date, closed, asked twice and never again, looked back at, and
    forgotten.
    """
    await year.orders(alias, Rectify("月底前改好", year.at + timedelta(days=8)))
    told = await year.reads()
    assert "整改中" in told and "承诺：改好，最迟10月29日，还有8天。" in told
    assert await year.next(7.25) == ["push.together", "push.hear"]
    await year.orders(alias, Close("以后每月只报一次"))
    told = await year.reads()
    assert (
        "办结了：以后每月只报一次" in told
        and "11月27日前后专线会回头看有没有反弹" in told
    )
    assert await year.next(6.25) == [
        "push.closed",
        "push.called_back",
        "push.called_back_again",
    ]
    assert await year.taps("solved", "push.called_back_again") == "对办理满意吗？"
    assert "您评价了：解决了，满意。" in await year.says("满意", "不说了")
    await year.says("关闭")
    assert await year.next(24) == ["push.looked_back"], (
        "who was asked twice is not asked a third time"
    )
    assert "没有反弹" in await year.taps("held", "push.looked_back")
    await year.says("关闭")
    assert await year.next(70) == []
    assert "请发送回执码" in await year.says("进度"), (
        "no way leads back to this chat any more"
    )
    [report] = await year.app.resources.database.all(
        "SELECT address, mine FROM reports WHERE case_id = :id",
        id=(await year.app.casework.staff.find(alias, AT_THE_MACHINE)).id,
    )
    assert (report["address"], report["mine"]) == (None, None)
