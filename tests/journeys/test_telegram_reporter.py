"""A reporter's journeys through Telegram, by polling and by webhook, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from anonymizer import receipts
from tests.bot.channels.telegram.line import SPEED, Line, Mode, opened_line
from tests.botapi.persons import Person
from tests.botapi.server import BotApi

CLEAR = "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678"


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi(speed=SPEED) as server:
        yield server
        assert [f"{one.rule}: {one.detail} in {one.call.method}" for one in server.violations] == []


@pytest.fixture(params=["polling", "webhook"])
async def line(tmp_path: Path, server: BotApi, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    mode: Mode = request.param
    async with opened_line(tmp_path, server, mode) as line:
        yield line


async def files(person: Person) -> str:
    """A report from the first word to the receipt, which is returned."""
    person.says(CLEAR)
    await person.offered("送出")
    person.presses("送出")
    filed = await person.sees("回执码")
    receipt = receipts.find(filed.text)
    assert receipt is not None
    return receipt


async def test_a_report_from_the_first_word_to_the_receipt(line: Line, server: BotApi) -> None:
    person = server.person()
    person.starts("line")
    welcome = await person.sees("减负专线")
    assert "Telegram" in welcome.text
    receipt = await files(person)
    assert await line.count("reports") == 1
    filed = await person.sees(receipt)
    assert (filed.kind, filed.protected) == ("photo", True)
    assert filed.button("复制").copies == receipt
