"""Texts made to hurt: each is answered, and others are served meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from tests.drills.frame import Scene, Told, drill, scene

HOSTILE = {
    "4,990 digits": "1" * 4990,
    "5,000 times one name": "张" * 5000,
    "receipts without end": "7K2M-9QXT-4HJ8-WN3C " * 240,
    "turned around": "\u202e" + "83178563412" * 300,
    "combining marks": "a" + "\u0301" * 4000,
    "controls": "".join(map(chr, range(32))) * 50,
}


@drill("存心捣乱的文字", "texts made to hurt")
async def hostile_texts(folder: Path) -> Told:
    async with scene(folder) as here:
        answers = [await answered(here, words) for words in HOSTILE.values()]
        assert all(answers), answers
        health = await here.health()
        assert health.startswith("200")
        person = "／".join(dict.fromkeys(one[:60] for one in answers))
        return Told(person=person, health=health, log=here.log())


async def answered(here: Scene, words: str) -> str:
    """What is said to it, while somebody else loads the page again and again."""
    saying = asyncio.create_task(here.says(words))
    async with httpx.AsyncClient(base_url=here.served.base, timeout=60) as http:
        while not saying.done():
            assert (await http.get("/")).status_code == 200
            await asyncio.sleep(0.05)
    return await saying
