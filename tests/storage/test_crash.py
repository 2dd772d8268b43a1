"""kill -9 while turns are written: what was acknowledged is there, and no turn is there
by half.
"""

import asyncio
import contextlib
import random
import signal
from pathlib import Path

import pytest

from storage.backup import check
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

FILING = """
import asyncio, os, sys
from pathlib import Path
from storage.port import Audit
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox, OutboxRow
from storage.repositories.talks import TalkRow, Talks
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS

async def chat(database):
    while True:
        who = os.urandom(16)
        await database.commit([
            Inbox.mark(who, 1),
            Talks.save(TalkRow(who, 1, 0, bytes(900)), 0),
            Outbox.put(OutboxRow(who, "web", who, 0, 0, bytes(400))),
            Audit(1, "turn", who, None, "{}"),
        ])
        os.write(1, who)

async def main():
    database = await SQLiteDatabase.open(Path(sys.argv[1]), KEYS)
    await asyncio.gather(*(chat(database) for _ in range(32)))

asyncio.run(main())
"""

WHO = [
    "SELECT mark FROM inbox",
    "SELECT pseudonym FROM talks",
    "SELECT stream FROM outbox",
    "SELECT about FROM audit",
]


async def killed(path: Path, python: list[str], seconds: float) -> set[bytes]:
    """Let 32 chats file until the process is killed; the turns it acknowledged."""
    process = await asyncio.create_subprocess_exec(
        *python, "-c", FILING, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = await process.stdout.readexactly(16)  # it is at work
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while more := await process.stdout.read(65536):
                said += more
    process.send_signal(signal.SIGKILL)
    said += await process.stdout.read()
    await process.wait()
    return {said[at : at + 16] for at in range(0, len(said) - 15, 16)}


async def survives(path: Path, python: list[str], kills: int) -> None:
    acknowledged: set[bytes] = set()
    for _ in range(kills):
        acknowledged |= await killed(path, python, random.uniform(0.0, 0.25))
        database = await SQLiteDatabase.open(path, KEYS)
        kept = [{row[0] for row in await database.all(sql)} for sql in WHO]
        await database.close()
        assert acknowledged <= kept[0], "acknowledged and lost"
        assert kept[0] == kept[1] == kept[2] == kept[3], "a turn by half"
    assert check(path, KEYS) == []


async def test_acknowledged_turns_survive_kill_9(path: Path, python: list[str]) -> None:
    """Eight kills at random moments, on the same file."""
    await survives(path, python, kills=8)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_acknowledged_turns_survive_many_kills(
    path: Path, python: list[str]
) -> None:
    """The same, 200 times, on a file that has grown."""
    await survives(path, python, kills=200)
