"""After filing, through the whole program and its database: asked back at night and
answered the next day; two reports that nobody mixes; nothing of a receipt is kept.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cases.followups import FollowupRounds
from bot.people.member import AT_THE_MACHINE
from dialogs.case.orders import (
    Accept,
    Answer,
    Ask,
    Assign,
    Close,
    Find,
    Merge,
    Order,
)
from dialogs.words import Said
from tests.bot.line import Line, opened_line
from tests.looking import all_laid_open

RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
APP = "市里一个局要我们装他们的应用，六成住户都要下载，完不成就通报"
DRUMS = "镇里半年考一次改成一个月考一次，每次要交二十个盒子"
WRISTBAND = "乡上给每人发了个记步手环，一天不走够一万二不算上班"
SPOKEN = "是口头要求还是有文件？"
PUNISHED = "有没有没完成被处理的？"


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path) as line:
        yield line


async def files(line: Line, words: str, chat: str = "anna") -> str:
    """Files these words and gives back the receipt."""
    screen = await line.says(words, chat=chat)
    if "哪一类" in screen:
        await line.says("1", chat=chat)
    screen = await line.says("送出", chat=chat)
    found = RECEIPT.search(screen)
    assert found, screen
    return found[0]


async def orders(line: Line, *given: Order, nth: int = 0) -> None:
    """What staff do to the case that was filed as the nth."""
    staff = line.app.casework.staff
    name = (await aliases(line))[nth]
    for order in given:
        await staff.order(name, order, AT_THE_MACHINE)


async def aliases(line: Line) -> list[str]:
    entries = await line.app.casework.reading.entries(AT_THE_MACHINE)
    opened = sorted(entries, key=lambda entry: entry.case.opened or datetime.min)
    return [entry.case.alias for entry in opened]


async def pushes(line: Line, **later: float) -> str:
    """Time passes, follow-ups ring, and what is due goes out."""
    line.later(**later)
    casework = line.app.casework
    rounds = FollowupRounds(
        line.app.resources.database, casework.writer, casework.addresses
    )
    await rounds.run(line.at)
    await line.app.sender.look()
    await line.app.sender.idle()
    return line.screen()


def on_disk(line: Line) -> bytes:
    """All that the program keeps."""
    return all_laid_open(line.settings.data_dir)


async def test_asked_back_at_night_and_answered_another_day(line: Line) -> None:
    receipt = await files(line, APP)
    line.at = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 22:30 in Beijing
    await orders(line, Accept(), Ask(SPOKEN), Ask(PUNISHED))
    before = line.screen()
    assert await pushes(line, hours=9) == before, "07:30: nothing yet"
    assert "2个问题" in await pushes(line, hours=1)

    screen = await line.says("口头的，在会上讲的")
    assert SPOKEN in screen or SPOKEN in shown(line)
    await line.says("送出")
    assert PUNISHED in shown(line), "the second is still open and named"
    await line.says("返回")
    assert "不急" in await line.says("下午再说，在入户")

    # the next day, from another chat
    line.later(days=1)
    await line.says(f"补充材料 {receipt}", chat="other")
    assert PUNISHED in shown(line, "other")
    await line.says("红圈的三个上周被点名了，其中一个扣了绩效", "送出", chat="other")
    await line.says(f"{receipt}，更正：不是上周，是上上周五", chat="other")
    await line.says("送出", chat="other")
    story = await line.says(receipt, chat="other")
    assert "上上周五被点名" in story
    assert "三个上周" not in story, "no second entry contradicts the first"

    await orders(
        line, Assign("某市局", new=True), Answer("已停"), Find("partly"), Close("已停")
    )
    await pushes(line, hours=1)
    await pushes(line, days=4)
    assert "解决了吗" in await pushes(line, hours=5)
    await line.says("部分解决")
    assert "重新办理" in line.screen()
    screen = await line.says("扣钱的那个自己不敢说")
    assert "不会转给任何单位" in shown(line)
    assert "不敢说" not in await line.says(receipt)


def shown(line: Line, chat: str = "anna") -> str:
    """The last few messages of a chat."""
    return "\n".join(one.text for one in line.notebook.shown[chat][-4:])


async def test_two_reports_are_told_apart_and_idle_talk_files_nothing(
    line: Line,
) -> None:
    first = await files(line, DRUMS)
    line.later(hours=2)
    second = await files(line, WRISTBAND)
    assert await line.count("reports") == 2
    older, newer = await aliases(line)
    await line.app.casework.staff.order(older, Accept(), AT_THE_MACHINE)
    await line.app.casework.staff.order(newer, Merge(older), AT_THE_MACHINE)
    assert "盒子" not in await line.says(f"进度 {second}")
    await line.says(f"进度 {first} {second}")
    assert "第1个回执码" in shown(line) and "第2个回执码" in shown(line)
    await line.says("关闭", "你是机器人吧", "傻机器人", "没事 挺好用的 👍")
    assert await line.count("reports") == 2


async def test_a_mistyped_receipt_is_in_no_row(line: Line) -> None:
    receipt = await files(line, APP)
    slip = receipt[:-1] + ("2" if receipt[-1] != "2" else "3")
    await line.says(f"{slip}，上周五又让我们补报三份表")
    assert "抄错了" in shown(line)
    kept = on_disk(line)
    assert len(kept) > 4096
    for symbols in (slip, slip.replace("-", "")):
        assert symbols.encode() not in kept
    await line.says(receipt, "送出")
    story = await line.says(receipt)
    assert "补报三份表" in story and slip not in story


async def test_it_started_again_reaches_staff_though_the_case_is_finished(
    line: Line,
) -> None:
    receipt = await files(line, APP)
    await orders(line, Accept(), Assign("某市局", new=True), Answer("已停"))
    await orders(line, Find("substantiated"), Close("已停"))
    line.later(days=60)
    await line.says(receipt, "这礼拜起又叫填，换了个封皮")
    await line.presses("reopen")
    [entry] = await line.app.casework.reading.entries(AT_THE_MACHINE)
    assert entry.case.state.value == "accepted"
    assert "换了个封皮" in await line.says(receipt)


async def test_a_report_is_taken_back_before_a_unit_has_it(line: Line) -> None:
    receipt = await files(line, APP)
    line.later(minutes=5)
    assert "还没有转给单位" in await line.says("吓得一宿没睡，想把交上去的拿回来")
    await line.says("撤回")
    assert "已撤回" in await line.says(receipt)


async def test_retaliation_reaches_no_row_of_the_open_case(line: Line) -> None:
    receipt = await files(line, APP)
    await line.says(receipt, "领导开会说是我告的状，被穿小鞋了")
    assert await line.count("reports") == 1
    await line.presses("alone")
    assert await line.count("cases") == 2
    assert "告的状" not in await line.says(receipt)
    said = Said("回执码", line.at)
    await line.takes(said)
    assert RECEIPT.search(line.screen()), "its own receipt can be seen again"
