"""A platform that is slow or stumbles: nobody is left without a word for long, and what
comes late does not show on a lock screen.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.bot.channels.telegram.line import Line, opened_line
from tests.bot.channels.telegram.test_told import CLEAR, picture
from tests.botapi.server import BotApi


async def test_five_failing_calls_at_the_start_delay_nobody(
    tmp_path: Path, server: BotApi
) -> None:
    """Taking a webhook away fails again and again, and so does asking who we are."""
    person = server.person(started=True)
    server.fault("500", lambda call: call.method == "deleteWebhook", times=5)
    server.fault("500", lambda call: call.method == "getMe", times=5)
    begun = time.monotonic()
    async with opened_line(tmp_path, server):
        person.says(CLEAR)
        await person.offered("送出", timeout=15)
    assert time.monotonic() - begun < 15


async def test_a_receipt_that_comes_late_is_covered(line: Line, server: BotApi) -> None:
    """Words and code alike; what is awaited is not."""
    person = server.person(started=True)
    failing = server.fault("500", lambda call: call.method == "sendPhoto", times=2)
    person.says(CLEAR)
    await person.offered("送出")
    person.presses("送出")
    while not failing.met:
        await asyncio.sleep(0.05)
    line.later(minutes=10)
    receipt = await person.sees("您的回执码")
    assert receipt.text.startswith("您有一条新消息")
    assert any(each["type"] == "spoiler" for each in receipt.entities)
    [*_, sent] = [call for call in server.calls if call.method == "sendPhoto"]
    assert sent.flag("has_spoiler")


async def test_an_awaited_receipt_is_plain(line: Line, server: BotApi) -> None:
    person = server.person(started=True)
    person.says(CLEAR)
    await person.offered("送出")
    person.presses("送出")
    receipt = await person.sees("您的回执码")
    assert not any(each["type"] == "spoiler" for each in receipt.entities)


async def test_while_a_picture_is_fetched_it_shows_that_we_write(
    line: Line, server: BotApi
) -> None:
    """At once, not after the first try has failed."""
    person = server.person(started=True)
    server.fault("500", lambda call: call.method == "getFile", times=1)
    person.sends_photo(picture(), caption=CLEAR)
    await person.offered("送出")
    called = [call.method for call in server.calls]
    assert "sendChatAction" in called
    assert called.index("sendChatAction") < called.index("sendMessage")


async def test_while_a_picture_is_fetched_the_chat_is_not_silent(
    line: Line, server: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows that we write, soon a sentence says why it takes long; then the picture
    is taken in.
    """
    monkeypatch.setattr("bot.channels.telegram.busy.SHOWN", 0.3)
    monkeypatch.setattr("bot.channels.telegram.busy.SILENT_AT_MOST", 0.5)
    person = server.person(started=True)
    server.fault("500", lambda call: call.method == "getFile", times=2)
    person.sends_photo(picture(), caption=CLEAR)
    await person.sees("图片还在取")
    await person.offered("送出")
    shown = [call for call in server.calls if call.method == "sendChatAction"]
    assert len(shown) > 2
    assert len([one for one in person.by_bot() if "图片还在取" in one.text]) == 1
