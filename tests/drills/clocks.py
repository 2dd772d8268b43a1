"""Clocks that are wrong: nothing is destroyed by one, and nothing is silenced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.drills.disks import SWITCH, preloaded
from tests.drills.frame import SAID, Scene, Told, command, drill, scene

DAY = 24 * 3600  # seconds
RINGS_FOR = 15  # seconds in which whatever is due has rung
LOOKS_WITHIN = 60  # seconds until the clock is looked at again
SELECT_LATE = """
    SELECT job FROM beats
    WHERE job IN ('rounds', 'outbox', 'lease', 'pulse')
      AND at NOT BETWEEN unixepoch() - 100 AND unixepoch() + 100"""
COUNT_KEYS = "SELECT count(wrapped_key) FROM reports"


@asynccontextmanager
async def turned(folder: Path) -> AsyncIterator[tuple[Scene, Callable[[int], None]]]:
    """A hotline with one declined case, stopped; and what sets its clock so many
    seconds off. Raises: Cannot, without a compiler.
    """
    async with scene(folder, preloaded(folder)) as here:
        alias = str(here.rows("SELECT alias FROM cases")[0][0])
        for words in (
            ("staff", "add", "李明", "--role", "supervisor"),
            ("case", "decline", alias, "不属于减负范围", "--as", "李明"),
        ):
            done = command(here.served, *words)
            assert done.returncode == 0, done.stderr
        await here.served.stop()

        def turn(by: int) -> None:
            (folder / f"{SWITCH}clock").write_text(str(by), "ascii")

        yield here, turn


async def until(here: Scene, health: str) -> None:
    async with asyncio.timeout(LOOKS_WITHIN):
        while await here.health() != health:
            await asyncio.sleep(0.5)


async def off_by(folder: Path, days: int) -> Told:
    """Opened with a wrong clock, it deletes nothing and says so; then a supervisor
    speaks.
    """
    async with turned(folder) as (here, turn):
        turn(days * DAY)
        await here.served.start()
        await asyncio.sleep(RINGS_FOR)
        assert here.rows(COUNT_KEYS) == [(1,)], "it was destroyed by a wrong clock"
        person = await here.says(here.receipt)
        assert "您反映了这件事" in person, person
        health = await here.health()
        assert health.startswith("200") and "deletions wait" in health, health
        doctor = here.doctor()
        assert "时钟比最后一条记录" in doctor, doctor
        done = command(here.served, "time", "confirm", "--as", "李明")
        assert done.returncode == 0, done.stderr
        await until(here, "200 ok")
        log = here.log("bot.ops.timewatch")
        return Told(person=person, health=health, doctor=doctor, log=log)


@drill("时钟快了400天时开通", "opened with the clock 400 days ahead")
async def ahead(folder: Path) -> Told:
    return await off_by(folder, 400)


@drill("时钟慢了400天时开通", "opened with the clock 400 days behind")
async def behind(folder: Path) -> Told:
    return await off_by(folder, -400)


@drill("时钟快了3天时开通，再拨回来", "opened 3 days ahead, then put right")
async def put_right(folder: Path) -> Told:
    """Jobs go on at once; doubt ends with the next audit line."""
    async with turned(folder) as (here, turn):
        turn(3 * DAY)
        await here.served.start()
        await here.says(SAID)
        turn(0)
        await asyncio.sleep(RINGS_FOR + LOOKS_WITHIN / 2)
        assert here.rows(SELECT_LATE) == [], "a job was silenced"
        person = await here.says(here.receipt)
        health = await here.health()
        doctor = here.doctor()
        command(here.served, "staff", "add", "王芳", "--role", "operator")
        await until(here, "200 ok")
        log = here.log("bot.ops.timewatch")
        return Told(person=person, health=health, doctor=doctor, log=log)
