"""`jianfu serve` with Telegram, as a process of its own: every channel at once, nothing
personal logged.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.bot.channels.telegram.line import SECRET
from tests.bot.channels.web.line import Line
from tests.botapi.server import BotApi
from tests.looking import all_laid_open, look_into

CLEAR = "街道要求我们社区同一份台账每周报五次，联系人王芳13812345678"


@pytest.fixture
def platform() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server
        assert [
            f"{one.rule}: {one.detail} in {one.call.method}"
            for one in server.violations
        ] == []


def served(folder: Path, server: BotApi, **more: str) -> Line:
    settings = {
        "JIANFU_TELEGRAM__TOKEN": server.token,
        "JIANFU_TELEGRAM__BASE_URL": server.base_url,
        "JIANFU_TELEGRAM__BASE_FILE_URL": server.base_file_url,
    }
    return Line(folder, **settings, **more)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "#3366aa").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.slow
def test_telegram_and_web_in_one_process_and_nothing_written_down(
    tmp_path: Path, platform: BotApi
) -> None:
    """A report with a picture, a receipt typed, an edit, a chat cleared: no trace of
    the person anywhere.
    """
    line = served(tmp_path, platform)
    person = platform.person(language_code="de-AT")
    try:
        assert "减负专线" in httpx.get(f"{line.url}/").text
        person.starts()
        person.wait(lambda screen: screen.with_text("减负专线"))
        said = person.says(CLEAR)
        person.wait(lambda screen: screen.with_button("送出"))
        person.edits(said, CLEAR.replace("五次", "八次"))
        person.wait(lambda screen: screen.with_text("八次"))
        person.sends_photo(picture())
        person.wait(lambda screen: screen.with_text("图片：1"))
        person.sends_contact()
        person.wait(
            lambda screen: screen.with_text("名片") and "送出" in screen.last.labels
        )
        person.presses("送出")
        filed = person.wait(lambda screen: screen.with_text("您的回执码"))
        receipt = re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", filed.text)
        assert receipt is not None
        person.says(receipt[0])
        person.wait(lambda screen: screen.with_button("补充材料"))
        person.says("/clear")
        person.wait(lambda screen: receipt[0] not in screen.text)
        platform.goes_down()
        platform.comes_back()
    finally:
        line.stop()
    with closing(look_into(line.data / "jianfu.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert database.execute("SELECT count(*) FROM reports").fetchone() == (1,)
    written = all_laid_open(tmp_path)
    named = [*person.traces, platform.token, receipt[0], "de-AT", "de-at"]
    named += [file.id for message in person.by_bot() for file in message.files]
    named += [
        call.get("file_id") for call in platform.calls if call.method == "getFile"
    ]
    assert len(named) > 8
    for trace in named:
        assert trace.encode() not in written, trace


def test_a_webhook_stands_beside_the_pages(tmp_path: Path, platform: BotApi) -> None:
    """On the same port; who does not know the secret gets what any stranger's post
    gets.
    """
    line = served(
        tmp_path,
        platform,
        JIANFU_TELEGRAM__MODE="webhook",
        JIANFU_TELEGRAM__WEBHOOK_URL="http://127.0.0.1:9/telegram",
        JIANFU_TELEGRAM__WEBHOOK_SECRET=SECRET,
    )
    try:
        update = {"update_id": 1}
        known = {"x-telegram-bot-api-secret-token": SECRET}
        strange = httpx.post(f"{line.url}/telegram", json=update)
        nowhere = httpx.post(f"{line.url}/nowhere", json=update)
        assert (strange.status_code, strange.text) == (
            nowhere.status_code,
            nowhere.text,
        )
        assert (
            httpx.post(f"{line.url}/telegram", json=update, headers=known).status_code
            == 200
        )
    finally:
        line.stop()


def test_a_platform_that_cannot_be_reached_stops_no_page(
    tmp_path: Path, platform: BotApi
) -> None:
    """Telegram down, or the token wrong: the web chat goes on, the log says why without
    the token.
    """
    platform.goes_down()
    line = served(tmp_path, platform)
    try:
        assert httpx.get(f"{line.url}/health").status_code == 200
        platform.comes_back()
        person = platform.person(started=True)
        person.says(CLEAR)
        person.wait(lambda screen: screen.with_button("送出"), timeout=120)
    finally:
        assert line.stop() == 0
    assert platform.token not in line.log.read_text()
