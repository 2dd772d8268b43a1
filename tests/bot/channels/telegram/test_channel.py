"""Sending: what each refusal means, what is repeated and what is not, long texts,
files, groups.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.address import Address
from bot.channels.port import Gone, Refused, TryLater
from bot.channels.render import render
from bot.channels.telegram.errors import about, kind
from dialogs.texts import CHINESE
from dialogs.words import Button, Message
from tests.bot.channels.telegram.line import Line
from tests.botapi.server import BotApi

COVER = (
    "您有一条新消息\n"  # over what comes unasked, for whoever else looks at the screen
)
SECRET = "123:SECRET-token of 王小芳"


@pytest.fixture(autouse=True)
def a_phrase_of_the_tests_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only while it is needed: elsewhere every phrase must be ours, in both
    languages.
    """
    monkeypatch.setitem(CHINESE, "test.words", "{words}")


def to(number: int) -> Address:
    return Address("telegram", str(number))


def words(said: str, **more: Any) -> Any:
    return render(
        Message("test.words", {"words": said, **more.pop("params", {})}, **more)
    )


@pytest.mark.parametrize(
    ("error", "meant"),
    [
        (RetryAfter(7), "TryLater 7"),
        (TimedOut(SECRET), "TryLater 1"),
        (NetworkError(SECRET), "TryLater 1"),
        (InvalidToken(SECRET), "TryLater 60"),
        (Conflict(SECRET), "TryLater 1"),
        (TelegramError(SECRET), "TryLater 1"),
        (Forbidden("Forbidden: bot was blocked by the user"), "Gone"),
        (BadRequest("Chat not found"), "Gone"),
        (BadRequest("Can't parse entities: …"), "Refused"),
        (ChatMigrated(-100), "Refused"),
        (NetworkError("Request Entity Too Large (413)"), "Refused"),
    ],
)
def test_what_a_refusal_means(error: TelegramError, meant: str) -> None:
    """By what the outbox does next; nothing of Telegram's words goes on."""
    found = kind(error)
    said = (
        f"TryLater {found.wait:g}"
        if isinstance(found, TryLater)
        else type(found).__name__
    )
    assert said == meant
    assert SECRET not in f"{found!r} {found} {about(error)}"


def test_waiting_times_double_up_to_a_minute() -> None:
    waits = [kind(TimedOut(), tries) for tries in range(9)]
    assert [one.wait for one in waits if isinstance(one, TryLater)] == [
        1,
        2,
        4,
        8,
        16,
        32,
        60,
        60,
        60,
    ]


async def test_each_part_of_a_long_text_arrives_once(
    line: Line, server: BotApi
) -> None:
    """Trouble in the middle repeats only what was not there yet; the buttons stand
    under the last.
    """
    person = server.person(started=True)
    long = words(
        "街道又要求我们重复报送同一份台账。" * 600,
        buttons=(Button("status", "b.status"),),
    )
    server.fault(
        "429",
        lambda call: call.method == "sendMessage" and call.get("reply_markup") == "",
    )
    server.fault(
        "500",
        lambda call: call.method == "sendMessage" and call.get("reply_markup") != "",
    )
    for _ in range(2):
        with pytest.raises(TryLater):
            await line.channel.send(to(person.id), long, b"k" * 16)
    await line.channel.send(to(person.id), long, b"k" * 16)
    parts = person.by_bot()
    said = "".join(part.text.removeprefix(COVER) for part in parts)
    assert said == "街道又要求我们重复报送同一份台账。" * 600
    assert [bool(part.labels) for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_a_report_with_its_files_goes_to_a_topic(
    line: Line, server: BotApi
) -> None:
    """Text first, then a picture as a picture and a sheet as a document."""
    group, chief = server.group(), server.person()
    chief.joins(group, "administrator")
    topic = group.opens_topic("周报", chief)
    png = base64.b64encode(_png()).decode()
    files = [["a.png", "image/png", png], ["a.xlsx", "application/vnd.ms-excel", png]]
    address = Address("telegram", f"{group.id}:{topic}")
    await line.channel.send(address, words("周报", params={"files": files}), b"f" * 16)
    sent = group.by_bot()
    assert [(one.kind, one.topic) for one in sent] == [
        ("text", topic),
        ("photo", topic),
        ("document", topic),
    ]
    assert await line.count("telegram_chats") == 0


@pytest.mark.parametrize(
    ("fault", "error"), [("blocked", Gone), ("vanished", Gone), ("502", TryLater)]
)
async def test_who_is_gone_is_told_from_what_must_wait(
    line: Line, server: BotApi, fault: Any, error: type[Exception]
) -> None:
    """And the error that goes up remembers nothing of the one that came."""
    person = server.person(started=True)
    server.fault(fault, lambda call: call.method == "sendMessage")
    with pytest.raises(error) as raised:
        await line.channel.send(to(person.id), words("在吗"), b"g" * 16)
    assert raised.value.__context__ is None and raised.value.__cause__ is None


async def test_markup_that_people_write_is_words(line: Line, server: BotApi) -> None:
    """Nothing is refused for what stands in it."""
    person = server.person(started=True)
    said = "<b>粗</b> & <script> \x00\x1b [姓名] </tg-spoiler>"
    await line.channel.send(to(person.id), words(said), b"m" * 16)
    assert (
        person.screen().last.text
        == f"{COVER}<b>粗</b> & <script>  [姓名] </tg-spoiler>"
    )
    with pytest.raises(Refused):
        await line.channel.send(
            to(person.id), words("x", params={"files": [["", "", "!"]]}), b"n" * 16
        )


def _png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (80, 60), "#3366aa").save(out, "PNG")
    return out.getvalue()
