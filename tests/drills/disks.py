"""Disks that are full, and disks that lie: for data, for the shred journal, for
writing, for reading.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.drills.frame import SAID, Cannot, Scene, Told, drill, scene
from tests.drills.store import recovered
from tests.proofs.visitor import Refused, Visitor
from tests.storage.test_disk import mounted

SHIM = Path(__file__).with_name("faults.c")
SWITCH = "switch-"
PAD = "\n" + "每次都是一样的内容，" * 400


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Raises: Cannot, where nobody may mount one."""
    folder.mkdir(mode=0o700, parents=True)
    if not mounted(folder, "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs"):
        raise Cannot("mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave not a byte."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(1 << 16)):
                pass
        except OSError:
            pass
    return ballast


@drill("数据盘满了", "the data's disk is full")
async def full_data(folder: Path) -> Told:
    with small_disk(folder / "data", "24m"):
        async with scene(folder) as here:
            ballast = fill(here.served.data)
            person = await until_refused(here)
            story = await here.says(here.receipt)
            assert "您反映了这件事" in story, story
            health = await here.health()
            assert health.startswith("503")
            doctor = here.doctor()
            ballast.unlink()
            await recovered(here)
            told = f"{person}／查回执码：{story}"
            return Told(person=told, health=health, doctor=doctor, log=here.log())


async def until_refused(here: Scene) -> str:
    for _ in range(50):
        said = await here.says(SAID + PAD)
        if "存不下" in said:
            return said
    raise AssertionError("a full disk took 50 reports")


@drill("销毁日志的盘满了，有人要忘记", "the journal's disk is full, somebody forgets")
async def full_journal(folder: Path) -> Told:
    with small_disk(folder / "keys", "1m"):
        async with scene(folder) as here:
            ballast = fill(here.served.keyring.parent)
            person = await forgets(here)
            health = await here.health()
            doctor = here.doctor()
            ((keys,),) = here.rows("SELECT count(wrapped_key) FROM reports")
            assert keys == 1, "it was shredded, and nobody noted it"
            ballast.unlink()
            return Told(person=person, health=health, doctor=doctor, log=here.log())


async def forgets(here: Scene) -> str:
    visitor = Visitor(here.served.base)
    try:
        await visitor.open()
        await visitor.says(here.receipt)
        await visitor.says("忘记我")
        await visitor.says("确定，忘记我")
        return visitor.told
    except Refused as refused:
        return str(refused)
    finally:
        await visitor.close()


# ── disks that lie ────────────────────────────────────────────────────────────────────


def preloaded(folder: Path) -> dict[str, str]:
    """Settings with which faults are switched on by files in the folder, which is made.

    Raises: Cannot, without a compiler.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise Cannot("needs a C compiler")
    folder.mkdir(parents=True)
    shim = folder / "faults.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM), "-ldl"],
        check=True,
    )
    return {"LD_PRELOAD": str(shim), "DRILL_SWITCH": str(folder / SWITCH)}


@asynccontextmanager
async def lying(folder: Path, fault: str) -> AsyncIterator[tuple[Scene, Path]]:
    """A hotline whose calls of the system fail as soon as the switch is there.

    Raises: Cannot, without a compiler.
    """
    switch = folder / f"{SWITCH}{fault}"
    async with scene(folder, preloaded(folder)) as here:
        switch.touch()
        try:
            yield here, switch
        finally:
            switch.unlink(missing_ok=True)


@drill("每次 fsync 都失败", "every fsync fails")
async def failing_fsync(folder: Path) -> Told:
    async with lying(folder, "fsync") as (here, switch):
        person = await here.says(SAID)
        health = await here.health()
        doctor = here.doctor()
        assert health.startswith("503") and "写不进去" in doctor, (health, doctor)
        switch.unlink()
        await recovered(here)
        return Told(person=person, health=health, doctor=doctor, log=here.log())


@drill("数据库每次都读不出", "every read of the database fails")
async def failing_reads(folder: Path) -> Told:
    async with lying(folder, "read") as (here, switch):
        health = await here.health()
        doctor = here.doctor()
        assert health.startswith("503"), health
        assert os.path.exists(switch) and doctor != "全部正常"
        return Told(health=health, doctor=doctor, log=here.log())
