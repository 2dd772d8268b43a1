"""Who takes the files away, twice and with their log, learns neither words nor which
of two rows came from one person: nothing of it can be read, and no value stands there
twice.

The control writes the same files without encrypting them; there the attack finds all of
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy
import pytest

from storage.encrypted import PageKey, SQLiteConnection
from tests.bot.line import opened_line
from tests.proofs.needles import shapes

PAGE = 4096
LOG_HEAD = 32
FRAME_HEAD = 24
READABLE_HEAD = 24  # of the first page: which key, and how SQLite reads it
WINDOW = 8  # bytes: no value of eight bytes stands twice by chance
STORIES = ("同一份台账每周要报五次", "工作群里每天打卡三次还要截图", "每周开三次会")
CONSTANTS = """
    SELECT pseudonym FROM talks UNION SELECT receipt FROM reports
    UNION SELECT id FROM reports UNION SELECT id FROM cases
    UNION SELECT stream FROM outbox UNION SELECT mark FROM inbox
"""
SCHEMA = ("CREATE TABLE", "pseudonym", "case.filed")


@dataclass(frozen=True)
class Loot:
    """The files as they lay there at one moment."""

    files: dict[str, bytes]

    @classmethod
    def taken(cls, folder: Path) -> "Loot":
        return cls({file.name: file.read_bytes() for file in folder.iterdir()})

    def pieces(self) -> Iterator[tuple[tuple[str, int], bytes]]:
        """Pages and frames by their place, without what only says how to read them."""
        for name, held in self.files.items():
            if name.endswith("-wal"):
                starts = range(LOG_HEAD + FRAME_HEAD, len(held), FRAME_HEAD + PAGE)
            elif name.endswith(".db"):
                starts = range(0, len(held), PAGE)
            else:
                continue  # the log's index: numbers of pages
            for start in starts:
                piece = held[start : start + PAGE]
                before = held[start - FRAME_HEAD : start]
                number = int.from_bytes(before[:4], "big")  # of the page, in the log
                is_first = start == 0 or (name.endswith("-wal") and number == 1)
                yield (name, start), piece[READABLE_HEAD if is_first else 0 :]


def repeated(*loots: Loot) -> int:
    """How often a value of eight bytes stands there that stood somewhere before, or was
    written once more later.
    """
    seen: dict[tuple[str, int], bytes] = {}
    values: list[numpy.ndarray] = []
    for loot in loots:
        for place, piece in loot.pieces():
            if seen.get(place) != piece:  # else nothing was written there meanwhile
                seen[place] = piece
                each = numpy.frombuffer(piece, numpy.uint8)
                rows = numpy.lib.stride_tricks.sliding_window_view(each, WINDOW)
                values.append(numpy.ascontiguousarray(rows).view(numpy.uint64))
    every = numpy.concatenate(values).ravel()
    every.sort()
    return int((every[1:] == every[:-1]).sum())


@pytest.fixture(params=["encrypted", "control"])
def is_control(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "control":
        begin = SQLiteConnection.__init__

        def plain(
            self: SQLiteConnection,
            filename: str | Path,
            key: PageKey | None = None,
            patience: float = 0.0,
        ) -> None:
            begin(self, filename, None, patience)

        monkeypatch.setattr(SQLiteConnection, "__init__", plain)
    return bool(request.param == "control")


async def test_two_snapshots_with_their_log_tell_nothing(
    tmp_path: Path, is_control: bool
) -> None:
    async with opened_line(tmp_path) as line:
        for number in range(4):
            chat = f"chat {number}"
            for story in STORIES:
                await line.says(story, "送出", chat=chat)
        one = Loot.taken(line.settings.data_dir)
        for number in range(4):
            await line.says(STORIES[0], chat=f"chat {number}")
        two = Loot.taken(line.settings.data_dir)
        rows = await line.app.resources.database.all(CONSTANTS)
        constants = [bytes(row[0]) for row in rows]
    assert len(constants) > 30 and len(two.files["jianfu.db-wal"]) > 100 * PAGE
    held = b"".join([*one.files.values(), *two.files.values()])
    found = [value for value in constants if value in held]
    shown = [word for word in SCHEMA if any(look in held for look in shapes(word))]
    written = [word for word in STORIES if any(look in held for look in shapes(word))]
    again = repeated(one, two)
    assert written == [], "beneath the pages it is sealed, too"
    if is_control:
        assert len(found) > len(constants) / 2 and shown and again > 1000
    else:
        assert (found, shown, again) == ([], [], 0)
