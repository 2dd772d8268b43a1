"""One more messenger is one thing to add: everything that goes through the registered
messengers finds it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path

import httpx
import pytest

from bot.app import channels_of, database_file, opened, shred_file
from bot.cli.serve import _run
from bot.messengers import MESSENGERS, Messengers
from bot.ops.checkup import Deployment, examine
from bot.program import Program
from bot.settings import Settings
from storage.repositories.telegram import TelegramState
from tests.bot.channels.loopback import LOOPBACK, LoopbackChannel

CLEAR = "街道要求我们社区同一份台账每周报五次"
MORE: Messengers = (*MESSENGERS, LOOPBACK)


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", keyring=folder / "keys" / "keyring.json")


async def count(program: Program, table: str) -> int:
    [row] = await program.resources.database.all(f"SELECT count(*) FROM {table}")
    return int(row[0])


async def test_a_report_is_filed_by_it_through_serve_itself(tmp_path: Path) -> None:
    """Its task, its job, its route beside the pages, its answers by the sender."""
    settings, stop = settings_in(tmp_path), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with opened(settings, channels_of(MORE), messengers=MORE) as program:
        channel = program.channels["loopback"]
        assert isinstance(channel, LoopbackChannel)
        serving = asyncio.create_task(_run(program, listening, stop))
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            for said in (CLEAR, "送出"):
                answer = await client.post("/loopback/anna", content=said.encode())
                assert answer.status_code == 204
                await program.sender.idle()
            assert (await client.get("/nowhere")).status_code == 404
            assert "减负专线" in (await client.get("/")).text
        async with asyncio.timeout(10):
            while len(channel.beats) < 2:
                await asyncio.sleep(0.01)
        stop.set()
        await serving
        assert await count(program, "cases") == 1
    assert "回执码" in channel.shown["anna"][-1]


async def test_a_mistake_in_the_look_into_the_outbox_ends_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else pages would be served and receipts given, and nothing sent any more."""

    async def broken() -> None:
        raise ZeroDivisionError

    listening = socket.create_server(("127.0.0.1", 0))
    async with opened(settings_in(tmp_path), channels_of(MORE), messengers=MORE) as app:
        monkeypatch.setattr(app.sender, "look", broken)
        with pytest.raises(ZeroDivisionError):
            async with asyncio.timeout(20):
                await _run(app, listening, asyncio.Event())


async def test_its_rows_are_swept_with_all_others(tmp_path: Path) -> None:
    """By the bell; no channel of it need be open."""
    async with opened(
        settings_in(tmp_path), lambda resources: [], messengers=MORE
    ) as program:
        await program.resources.database.commit([TelegramState.note("loopback", 1)])
        await program.bell.ring("sweep")
        assert await count(program, "telegram_state") == 0


def test_doctor_asks_it(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    here = Deployment(
        settings,
        database_file(settings),
        shred_file(settings.keyring),
        int(time.time()),
    )
    assert "loopback" in [finding.check for finding in examine(here, MORE)]
    assert "loopback" not in [one.check for one in examine(here, MESSENGERS)]
