"""Digest and reports leave by themselves: rung by the scheduler, sent to the staff's
group with files.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.bot.desk.telegram.office import Office
from tests.botapi.persons import Group

HOME = ZoneInfo("Asia/Shanghai")


async def test_the_first_monday_of_a_month_brings_all_three(
    office: Office, group: Group
) -> None:
    """Digest, last week's and last month's report, at half past eight, once each."""
    office.at = datetime(2027, 1, 31, 20, 0, tzinfo=HOME)
    office.app.bell.start()  # its first look only notes where it starts
    try:
        async with asyncio.timeout(10):
            while await office.count("periods") < 3:
                await asyncio.sleep(0.01)
        office.at = datetime(2027, 2, 1, 8, 29, tzinfo=HOME)
        await office.app.bell.ring("reports")
        await office.app.sender.idle()
        assert "减负专线" not in group.screen().text
        for minute in (30, 31):
            office.at = office.at.replace(minute=minute)
            await office.app.bell.ring("reports")
            await office.app.sender.idle()
        screen = group.screen()
        for words in (
            "晨报 2月1日（周一）",
            "周报：2027年1月25日至1月31日",
            "月报：2027年1月",
        ):
            assert screen.text.count(f"减负专线{words}") == 1
        assert sum(one.kind == "document" for one in screen) == 2  # a sheet each
        assert sum(one.kind == "photo" for one in screen) >= 2
    finally:
        office.app.bell.stop()
