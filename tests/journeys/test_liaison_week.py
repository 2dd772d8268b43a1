"""A liaison's whole week: what comes in, what is done about it, what the clocks do by
themselves.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.case.orders import Close, Find, GrantExtend, RefuseReturn
from tests.bot.desk.web.office import Office, Seat, open_office

HOME = ZoneInfo("Asia/Shanghai")
CARD = re.compile(r'<a class="card.*?</a>', re.DOTALL)


async def until(office: Office, day: int, hour: int) -> None:
    """November 2026; everything due on the way rings, three times a day."""
    end = datetime(2026, 11, day, hour, tzinfo=HOME)
    while office.at < end:
        office.at = min(office.at + timedelta(hours=8), end)
        await office.app.rounds.run(office.at)


async def cards(seat: Seat) -> list[str]:
    """The list as it is read: badge and category of each card."""
    await seat.opens("/unit/")
    found = [
        unescape(re.sub(r"<[^>]+>", " ", card)) for card in CARD.findall(seat.page)
    ]
    return [" ".join(card.split()) for card in found]


async def test_a_liaisons_week(tmp_path: Path) -> None:
    async with open_office(tmp_path) as office:
        async with office.sits() as seat:
            courts = await week(office, seat)
            # Friday to Monday: nobody looks after the certificates
            await until(office, 30, 23)
            assert (
                await cards(seat) == [] and "链接" in seat.page
            )  # seven days are over: a new one
        async with office.sits() as seat:
            assert (
                "● 还剩" in (await cards(seat))[0] or "◔ 还剩" in (await cards(seat))[0]
            )
            await overdue(office, seat, courts)
            shown = await cards(seat)
            assert "制度上墙" in shown[0] and "12月7日 24:00 前" in shown[0]
            assert (
                "要办的（1）" in seat.page
                and "等专线（2）" in seat.page
                and "办完的（1）" in seat.page
            )


async def week(office: Office, seat: Seat) -> str:
    """Monday to Thursday; gives the case that nobody looks after."""
    # Monday: three cases; one is not the unit's business
    forms = await office.sends("同一份台账一周报五次", category="forms")
    signs = await office.sends("门口要挂六块牌子", category="signage")
    courts = await office.sends("要社区开无犯罪记录证明", category="certificates")
    for alias in (forms, signs, courts):
        await seat.post(f"/unit/case/{alias}/receive")
    rule: dict[str, Any] = {
        "rule": "公安机关职责清单第2条",
        "reason": "归派出所",
        "act": "send",
    }
    await seat.post(f"/unit/case/{courts}/return", **rule)
    assert [card.partition("）")[0][:3] for card in await cards(seat)] == [
        "● 还",
        "● 还",
        "已退回",
    ]
    # Tuesday: the hotline says no; the signs need more time
    await until(office, 24, 9)
    await office.orders(courts, RefuseReturn("清单写的是社区协助，请说明谁要求开的"))
    await seat.post(
        f"/unit/case/{signs}/extend", days="5", reason="牌子由三个部门挂", act="send"
    )
    await office.orders(signs, GrantExtend(True), by="沈主管", role="supervisor")
    await seat.opens(f"/unit/case/{courts}")
    assert "请说明谁要求开的" in seat.page and "专线没有同意退回" in seat.page
    # Wednesday: urgent at 10, on site by 11, done by 15
    await until(office, 25, 10)
    urgent = await office.sends(
        "明早检查，今晚全员补三年台账", category="inspections", urgent=True
    )
    assert "到场或上线 · 11月25日 12:00 前" in (await cards(seat))[0]
    await until(office, 25, 11)
    await seat.post(f"/unit/case/{urgent}/arrive")
    await until(office, 25, 15)
    await seat.post(
        f"/unit/case/{urgent}/answer", text="已叫停，检查延到下周。", act="send"
    )
    # Thursday: the answer about the forms, checked and closed by the hotline
    await until(office, 26, 16)
    await seat.post(
        f"/unit/case/{forms}/answer", text="改为每月一次，街道统一汇总。", act="send"
    )
    await office.orders(forms, Find("substantiated"), Close("以后每月只报一次"))
    return courts


async def overdue(office: Office, seat: Seat, alias: str) -> None:
    """The day that the return took is not counted; then the clock ends and presses by
    itself.
    """
    assert "12月1日 24:00 前" in (await cards(seat))[0]
    office.at = datetime(2026, 12, 2, 0, 30, tzinfo=HOME)
    await office.app.rounds.run(office.at)
    shown = await cards(seat)
    assert "⚠" in shown[0] and "证明" in shown[0] and "制度上墙" in shown[1]
    await seat.opens(f"/unit/case/{alias}")
    for words in ("已预警", "到期没办", "已催办", "要在到期前申请"):
        assert words in seat.page, words
    await seat.post(
        f"/unit/case/{alias}/answer", text="是区里的窗口要的，已请其停止。", act="send"
    )
