"""`jianfu bench telegram`: the same conversation on every side, and a line where a
rival is not installed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.lab.bench import telegram, telegram_rivals
from bot.lab.bench.benchmark import Unexpected
from bot.lab.bench.telegram_talk import SCRIPT_TURNS, Crowd


async def test_our_road_takes_twelve_updates_and_files_one_report(
    tmp_path: Path,
) -> None:
    """All through the channel's own intake; nothing is left to send, and each turn's
    commit was timed.
    """
    crowd = Crowd()
    async with telegram.ours(tmp_path, crowd) as line:
        player = crowd.player()
        for _ in range(SCRIPT_TURNS):
            await line.turn(player)
        await line.app.sender.idle()
        database = line.app.resources.database
        found = {}
        for table in ("inbox", "reports", "telegram_chats", "outbox"):
            [row] = await database.all(f"SELECT count(*) FROM {table}")
            found[table] = row[0]
    assert found["inbox"] == SCRIPT_TURNS
    assert (found["reports"], found["telegram_chats"], found["outbox"]) == (1, 1, 0)
    assert len(line.committed) == SCRIPT_TURNS and min(line.committed) > 0


async def test_pickle_writes_every_turn_with_all_users_in_it(tmp_path: Path) -> None:
    """The file changes at each turn, and holds those stored before."""
    crowd, path = Crowd(), tmp_path / "bot.pickle"
    async with telegram_rivals.pickling(tmp_path, 50, crowd) as turn:
        player, seen = crowd.player(), set()
        for _ in range(SCRIPT_TURNS):
            await turn(player)
            seen.add(path.read_bytes())
    assert len(seen) == SCRIPT_TURNS
    assert all(
        one.count("街道要求社区同一份台账每周报五次".encode()) >= 50 for one in seen
    )


async def test_the_road_over_http_is_the_same_conversation(tmp_path: Path) -> None:
    """A platform in another process, two people, a journey each: it ends, so every
    answer was as expected.
    """
    assert await telegram.over_http(tmp_path, 2, 1) > 0


async def test_another_answer_is_not_measured() -> None:
    """A bot that goes another way fails the run."""
    player = Crowd().player()
    player.next()
    player.take({"text": "好的"})
    with pytest.raises(Unexpected, match="no button 'unit'"):
        player.next()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without redis-server on the path, one line says what to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    lacks = telegram_rivals.missing()
    assert lacks is not None
    assert "redis-server" in telegram_rivals.INSTALL_RIVALS.format(missing=lacks)
