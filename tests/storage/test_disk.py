"""A disk that is full or read-only: a small file system where we may mount, and a limit
on file size.
"""

import asyncio
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from storage.port import Refusing
from storage.repositories.media import Media
from storage.repositories.talks import Talks
from storage.sqlite import SQLiteDatabase
from tests.storage.rows import KEYS, new, picture, talk
from tests.storage.test_sqlite import opened_again

SPARE = 600_000  # bytes
LARGE = bytes(20_000)


@dataclass
class Disk:
    """A place that can be filled up and freed."""

    folder: Path
    fill: Callable[[], None]
    free: Callable[[], None]


def mounted(folder: Path, *options: str) -> bool:
    command = ["mount", *options, str(folder)]
    return (
        os.geteuid() == 0
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(params=["file system", "file size"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "file size":
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE)
        yield Disk(
            tmp_path, partial(limit, (SPARE, hard)), partial(limit, (soft, hard))
        )
        limit((soft, hard))
        return
    if not mounted(tmp_path, "-t", "tmpfs", "-o", "size=8m", "tmpfs"):
        pytest.skip("mounting needs root; the limit on file size stands in for it")
    ballast = tmp_path / "ballast"

    def fill() -> None:
        left = os.statvfs(tmp_path)
        ballast.write_bytes(bytes(left.f_bavail * left.f_frsize - SPARE))

    yield Disk(tmp_path, fill, ballast.unlink)
    subprocess.run(["umount", str(tmp_path)], check=True)


async def test_a_full_disk_refuses_loses_nothing_and_opens_again(disk: Disk) -> None:
    """Every turn is either acknowledged and there, or refused and not there at all;
    reads go on meanwhile.
    """
    path = disk.folder / "hotline.sqlite3"
    database = await SQLiteDatabase.open(path, KEYS)
    disk.fill()
    kept: list[bytes] = []
    refused: list[bytes] = []
    talks = Talks(database)

    async def file(who: bytes) -> None:
        try:
            await database.commit(
                [
                    Talks.save(talk(who), was=0),
                    Media.put(replace(picture(), sealed=LARGE)),
                ]
            )
            kept.append(who)
        except Refusing:
            refused.append(who)

    for _ in range(12):
        await asyncio.gather(*(file(new()) for _ in range(8)))
    assert kept and refused
    assert database.refusing
    assert [await talks.load(who) is not None for who in kept] == [True] * len(kept)
    assert [await talks.load(who) for who in refused] == [None] * len(refused)
    disk.free()
    await opened_again(database)
    await database.commit([Talks.save(talk(refused[0]), was=0)])
    await database.close()
    database = await SQLiteDatabase.open(path, KEYS)
    rows = await database.all(
        "SELECT (SELECT count(*) FROM talks) AS talks, (SELECT count(*) FROM media) "
        "AS media"
    )
    await database.close()
    assert (rows[0]["talks"], rows[0]["media"]) == (len(kept) + 1, len(kept))


@pytest.fixture
def readonly(tmp_path: Path) -> Iterator[Path]:
    """A database nobody may write, by file mode, or by mount for root, who may write
    everything.
    """
    path = tmp_path / "hotline.sqlite3"
    if os.geteuid() == 0 and not mounted(
        tmp_path, "-t", "tmpfs", "-o", "size=8m", "tmpfs"
    ):
        pytest.skip("root without the right to mount can make nothing read-only")
    asyncio.run(filled(path))
    path.chmod(0o400)
    assert os.geteuid() != 0 or mounted(tmp_path, "-o", "remount,ro")
    yield path
    if os.geteuid() == 0:
        subprocess.run(["umount", str(tmp_path)], check=True)


async def filled(path: Path) -> None:
    database = await SQLiteDatabase.open(path, KEYS)
    await database.commit([Talks.save(talk(new()), was=0)])
    await database.close()


async def test_a_read_only_file_is_refused(readonly: Path) -> None:
    """The start fails with the kind that says: mend the place, not the file."""
    with pytest.raises(Refusing):
        await SQLiteDatabase.open(readonly, KEYS)
