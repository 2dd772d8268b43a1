"""A report is filed by letter, through serve's own assembly."""

import asyncio
import socket
from pathlib import Path

from bot.app import channels_of, opened
from bot.cli.serve import _run
from bot.messengers import MESSENGERS, Messengers
from bot.settings import Settings
from tests.bot.channels.letterbox import LETTERBOX

MORE: Messengers = (*MESSENGERS, LETTERBOX)


async def test_a_report_is_filed_by_letter(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", keyring=tmp_path / "k" / "keys.json"
    )
    stop = asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    async with opened(settings, channels_of(MORE), messengers=MORE) as program:
        serving = asyncio.create_task(_run(program, listening, stop))
        letter = tmp_path / "data" / "letters" / "anna.in"
        for said in ("街道要求我们社区同一份台账每周报五次", "送出"):
            letter.write_text(said, "utf-8")
            async with asyncio.timeout(20):
                while letter.exists():
                    await asyncio.sleep(0.02)
            await program.sender.idle()
        stop.set()
        await serving
    assert "回执码" in letter.with_suffix(".out").read_text("utf-8")
