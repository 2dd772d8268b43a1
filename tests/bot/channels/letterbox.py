"""A messenger in a folder: a letter goes into CHAT.in, answers stand in CHAT.out."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.address import Address
from bot.channels.messenger import Messenger, Running, Served
from bot.channels.port import Incoming, Limits, heard
from bot.channels.render import Rendered, numbered
from bot.resources import Resources
from scheduler.bell import Job, every
from storage.port import Write


class LetterboxChannel:
    name = "letterbox"
    limits = Limits(characters=1000, buttons=9, label=40)

    def __init__(self, resources: Resources) -> None:
        self.folder: Path = resources.settings.data_dir / "letters"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def send(self, to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        with (self.folder / f"{to.key}.out").open("a", encoding="utf-8") as answers:
            answers.write(f"{numbered(message)}\n\n")
        return ()

    def wipe(self, to: Address) -> Sequence[Write]:
        return ()


def start(channel: LetterboxChannel, program: Served) -> Running:
    async def look(at: datetime) -> None:
        for letter in sorted(channel.folder.glob("*.in")):
            words = letter.read_text("utf-8")
            key = f"{letter.stem} {hashlib.sha256(letter.read_bytes()).hexdigest()}"
            sender = Address(channel.name, letter.stem)
            await program.reporters.hear(Incoming(key, sender, heard(words, at)))
            letter.unlink()  # only now: what it said is committed

    return Running(jobs=[Job(name="letters", trigger=every(seconds=0.05), run=look)])


LETTERBOX = Messenger(
    name="letterbox",
    is_set_up=lambda settings: True,
    channel=LetterboxChannel,
    start=start,
)
