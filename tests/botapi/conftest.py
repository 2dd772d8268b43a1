"""A platform for one test, and the real python-telegram-bot on top of it."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import Image
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.botapi.persons import Person
from tests.botapi.server import BotApi


@pytest.fixture(autouse=True)
def _new_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot 22 warns of its old `retry_after` in whole seconds."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def server() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
async def bot(server: BotApi) -> AsyncIterator[Bot]:
    plain = (
        HTTPXRequest(httpx_kwargs={"verify": False}),
        HTTPXRequest(httpx_kwargs={"verify": False}),
    )
    async with Bot(server.token, server.base_url, server.base_file_url, *plain) as bot:
        # loading certificates, which nothing here needs, would take longer than most
        # tests
        yield bot


@pytest.fixture
def person(server: BotApi) -> Person:
    """Somebody whose chat is open."""
    return server.person(started=True)


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (640, 400), "#3366aa").save(out, "PNG")
    return out.getvalue()
