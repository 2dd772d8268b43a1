"""The road of a message, on the real database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.address import Address
from bot.channels.port import Incoming, ToldOnly, TurnFailed
from dialogs.words import Said
from storage.port import Refusing, Writes
from tests.bot.line import Line, opened_line

CLEAR = "街道要求我们社区同一份台账每周报五次"


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    async with opened_line(tmp_path) as line:
        yield line


async def test_a_report_leaves_no_talk_and_no_outbox_behind(line: Line) -> None:
    assert "回执码" in await line.says(CLEAR, "送出")
    assert [
        await line.count(table) for table in ("talks", "outbox", "reports", "cases")
    ] == [0, 0, 1, 1]
    assert line.notebook.wiped == ["anna"]


async def test_a_repeated_update_is_a_no_op(line: Line) -> None:
    await line.says(CLEAR)
    for _ in range(3):
        await line.says("送出", key="the same")
    assert await line.count("reports") == 1
    assert len(line.notebook.shown["anna"]) == 2


async def test_who_only_looks_leaves_no_row(line: Line) -> None:
    await line.says("/start", "帮助")
    assert await line.count("talks") == 0


async def test_messages_of_one_chat_keep_their_order(line: Line) -> None:
    """Sent at once, they are taken one after the other."""
    await line.says(CLEAR)
    words = [f"第{number}张表也要村里按周填报上去" for number in range(12)]
    sender = Address("notebook", "anna")
    await asyncio.gather(
        *(
            line.app.hotline.hear(Incoming(said, sender, Said(said, line.at)))
            for said in words
        )
    )
    await line.app.sender.idle()
    assert [word for word in words if word not in line.screen()] == []
    positions = [line.screen().index(word) for word in words]
    assert positions == sorted(positions)


async def test_the_receipt_is_shown_again_for_minutes_and_then_no_more(
    line: Line,
) -> None:
    await line.says(CLEAR, "送出")
    assert "回执码：" in await line.says("回执码")
    line.later(minutes=line.settings.receipt_minutes + 1)
    assert "不显示了" in await line.says("回执码")


async def test_another_matter_gets_a_report_and_a_receipt_of_its_own(
    line: Line,
) -> None:
    """It waits in a talk of its own, which shares no id with the first."""
    await line.says("一是台账每天要报三遍，二是民政局让我们社区开无犯罪记录证明")
    await line.says("分开反映", "送出")
    assert "接着写吗" in line.screen()
    await line.presses("write_in")
    assert "无犯罪记录证明" in line.screen()
    assert "三遍" not in line.screen()
    await line.says("送出")
    assert [await line.count(table) for table in ("talks", "reports", "cases")] == [
        0,
        2,
        2,
    ]


async def test_saved_hides_the_receipt_at_once(line: Line) -> None:
    await line.says(CLEAR, "送出", "我已保存")
    assert "不显示了" in await line.says("回执码")


async def test_our_bug_is_told_with_an_incident_and_logged_without_content(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault is planted where the dialog looks something up; the turn is rolled back
    whole.
    """

    async def fault(*_: Any) -> Any:
        raise ValueError(CLEAR)

    monkeypatch.setattr(line.app.hotline._lookups, "answer", fault)
    with caplog.at_level(logging.DEBUG), pytest.raises(TurnFailed) as failed:
        await line.says(CLEAR)
    assert failed.value.incident in caplog.text
    assert "台账" not in caplog.text + str(failed.value)
    assert [await line.count(table) for table in ("talks", "outbox", "inbox")] == [
        0,
        0,
        0,
    ]


async def test_wrong_receipts_make_the_guesser_wait_and_nobody_else(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait comes before the look-up, so a right answer takes as long as a wrong
    one.
    """
    from anonymizer import receipts

    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("bot.people.throttle.asyncio.sleep", sleep)
    for _ in range(6):
        await line.says(receipts.new())
    assert waits[0] == 0 and waits[-1] > waits[-2] > 0
    await line.says(receipts.new(), chat="berta")
    assert waits[-1] == 0


async def test_forgetting_leaves_no_word_behind(line: Line) -> None:
    await line.says(CLEAR, "送出", "进展", "忘记我", "确定，忘记我")
    assert "再也找不到" in line.screen()
    [row] = await line.app.resources.database.all(
        "SELECT wrapped_key, sealed, address, mine FROM reports"
    )
    assert list(row) == [None, None, None, None]


async def test_where_forgetting_cannot_be_noted_it_is_told_to_come_later(
    line: Line,
) -> None:
    """The journal's disk is full: nothing is shredded, and it is no mistake of ours."""
    await line.says(CLEAR, "送出")
    receipts = [
        one.message for one in line.notebook.shown["anna"] if one.message.secret
    ]
    await line.says(str(receipts[-1].params["receipt"]), "忘记我")
    journal = line.settings.keyring.with_name("keyring.shredded")
    journal.mkdir()
    with pytest.raises(Refusing):
        await line.says("确定，忘记我")
    journal.rmdir()
    assert "已销毁" in await line.says("确定，忘记我")


async def test_a_receipt_is_answered_while_storage_refuses(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story is told, without a button; words beside the receipt are refused."""
    await line.says(CLEAR, "送出")
    receipts = [
        one.message for one in line.notebook.shown["anna"] if one.message.secret
    ]
    receipt = str(receipts[-1].params["receipt"])

    async def refuse(writes: Writes) -> None:
        raise Refusing("full")

    with monkeypatch.context() as full:
        full.setattr(line.app.resources.database, "commit", refuse)
        with pytest.raises(ToldOnly) as told:
            await line.says(receipt)
        with pytest.raises(Refusing) as refused:
            await line.says(f"{receipt} 昨天又来催了，要补报三份表")
    assert any("story" in message.name for message in told.value.messages)
    assert not any(message.buttons for message in told.value.messages)
    assert not isinstance(refused.value, ToldOnly)
