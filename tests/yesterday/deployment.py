"""The deployment that commit 037ea57 left behind, and the console command typed there.

In tests/data/yesterday lie its database, keyring and shred journal; `given.json` holds
by what it can be used: cases and receipts by a name of ours, what to say next in each
open dialog, handles of pushes, cookies, codes, and Telegram's side of the chats.
"""

from __future__ import annotations

import gzip
import io
import json
import os
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.__main__ import main as jianfu
from tests.looking import look_into
from tests.project.checkout import ROOT

DATA = ROOT / "tests" / "data" / "yesterday"
STOPPED = datetime(2026, 11, 27, 13, 10, tzinfo=UTC)  # Friday, 21:10 in Beijing: quiet
MORNING = STOPPED + timedelta(hours=11, minutes=20)  # Saturday, 8:30


@cache
def given() -> dict[str, Any]:
    """By what it can be used."""
    found: dict[str, Any] = json.loads((DATA / "given.json").read_text("utf-8"))
    return found


def alias(name: str) -> str:
    """Of the case that `given.json` calls so."""
    return str(given()["names"][name])


def unpack(folder: Path) -> None:
    """Lay the deployment into `folder`, as it was when its program stopped."""
    for place in (folder / "data", folder / "keys"):
        place.mkdir(0o700, parents=True)
    database = gzip.decompress((DATA / "jianfu.db.gz").read_bytes())
    _put(folder / "data" / "jianfu.db", database)
    for name in ("keyring.json", "keyring.shredded"):
        _put(folder / "keys" / name, (DATA / name).read_bytes())


def _put(path: Path, data: bytes) -> None:
    """Readable by this login only, as the program insists."""
    path.touch(0o600)
    path.write_bytes(data)


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the database holds, read past the program."""
    with closing(look_into(folder / "data" / "jianfu.db")) as database:
        return [tuple(row) for row in database.execute(sql)]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        """What it printed, bare if it is JSON; the code too, if it is not 0."""
        if not self.out.startswith(("{", "[")):
            return self.out
        read = bare(json.loads(self.out))
        return {"code": self.code, "told": read} if self.code else read


def bare(value: Any) -> Any:
    """Without what says nothing, so that a new field may stand empty in old cases."""
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if one not in (None, [])}
    return [bare(one) for one in value] if isinstance(value, list) else value


def command(folder: Path, *words: str, at: datetime = STOPPED) -> Done:
    """A console command, typed at that time. No event loop may run here."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return at.astimezone(tz)

    settings = {
        "JIANFU_DATA_DIR": str(folder / "data"),
        "JIANFU_KEYRING": str(folder / "keys" / "keyring.json"),
        "JIANFU_PUSH_DELAY_MINUTES": "0",
    }
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, settings),
        patch("bot.app.datetime", Clock),
        patch("bot.app.clock.vouched_for", True),
        patch("time.time", at.timestamp),
        patch("argparse._", str),  # it asks the disk for a translation of every word
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = jianfu([*words])
    return Done(code, out.getvalue(), err.getvalue())
