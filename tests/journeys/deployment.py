"""A deployment as its operator has it: `jianfu serve` in a process of its own, `jianfu
chat` at a terminal, and staff's commands beside them, by a clock that is turned.

What is real of it, and what is not: see `tests.journeys.clocked`.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.hours import seconds, utc
from scheduler.quiet import QuietHours
from storage.port import SqlValue
from storage.repositories.outbox import SELECT_DUE_MESSAGES
from tests.bot.forks import PRELOADED, Forks
from tests.journeys.clocked import TimeFile
from tests.looking import look_into

OPEN = re.compile(r"减负专线已开通：(http\S+)/ ")
PATIENCE = 60.0  # seconds until something is missed
LOOK_EVERY = 0.01  # seconds
NIGHT_LOOK = 1.3  # seconds: longer than from one look into the outbox to the next
DUE = ("talks", "outbox", "followups", "holds")  # tables of what falls due
CHANNELS = ("web", "terminal", "telegram")
SERVES = ("bot.cli.serve", "bot.channels.telegram.run", "bot.cli.case", "bot.cli.staff")
COLUMNS = 400  # of the terminal: no line of a person is broken


@cache
def programs() -> Forks:
    """One for all deployments: their processes begin with everything imported."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    return Forks(environment, "tests.journeys.clocked", (*PRELOADED, *SERVES))


class CommandRefused(Exception):
    """A command of staff ended with a sentence instead of a result."""


class Deployment:
    """`url` of the pages has no slash at its end. All it keeps lies under `folder`."""

    def __init__(
        self, folder: Path, at: datetime, quiet: QuietHours, **settings: str
    ) -> None:
        """quiet: when nothing may be pushed, as the deployment is set up."""
        self.folder = folder
        self.log = folder / "log"
        self._time = folder / "time"
        self._quiet = quiet
        self.clock = TimeFile(self._time)
        self.clock.turn(at)
        self.environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "JIANFU_DATA_DIR": str(folder / "data"),
            "JIANFU_KEYRING": str(folder / "keys" / "keyring.json"),
            "JIANFU_LOG_LEVEL": "DEBUG",
            **settings,
        }
        self.url = self._serve()
        file = folder / "data" / "jianfu.db"
        self._database = look_into(file)

    # ── what is served ────────────────────────────────────────────────────────────────

    def _serve(self) -> str:
        given, telling = os.pipe()
        told, saying = os.pipe()
        with open(self.log, "ab") as log:
            self._ended = self.starts(("serve",), (given, saying, log.fileno()))
        os.close(given)
        os.close(saying)
        self._bell = os.fdopen(telling, "w", encoding="ascii")
        self._rung = os.fdopen(told, encoding="utf-8")
        first = self._rung.readline()
        found = OPEN.search(first)
        assert found, f"serve said {first!r}, and to its log {self.log.read_text()!r}"
        return found[1]

    def ring(self) -> None:
        """All that is due now rings, and goes out."""
        print("ring", file=self._bell, flush=True)
        assert self._rung.readline() == "rang\n", self.log.read_text("utf-8")
        self.settles()

    def close(self) -> None:
        """Until it has ended, as it does when its input ends."""
        self._database.close()
        self._bell.close()
        self._rung.read()
        self._rung.close()
        select.select([self._ended], [], [], PATIENCE)
        os.close(self._ended)

    # ── what an observer of the database sees ─────────────────────────────────────────

    def settles(self) -> None:
        """Until all that is due now is delivered. At night something may be due that
        must not go out: then as long as it would take, if it did.
        """
        at = self.clock()
        is_night = self._quiet.hold(at)
        if is_night and self._due(seconds(at)) > self._due(0):
            time.sleep(NIGHT_LOOK)
        now = 0 if is_night else seconds(at)
        self.waits_for(lambda: not self._due(now))

    def waits_for(self, is_so: Callable[[], bool]) -> None:
        """Raises: AssertionError, where it does not become so."""
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, self.log.read_text("utf-8")[-3000:]
            time.sleep(LOOK_EVERY)

    def _due(self, now: int) -> int:
        values: dict[str, SqlValue] = {
            "now": now,
            "channels": json.dumps(CHANNELS),
            "most": 256,
        }
        start: dict[str, SqlValue] = {"stream": b"", "seq": 0}
        rows = self._database.execute(SELECT_DUE_MESSAGES, {**values, **start})
        return len(rows.fetchall())

    def next_due(self) -> datetime | None:
        """When something falls due next, or may go out that night holds back."""
        at = self.clock()
        now = seconds(at)
        tables = [f"SELECT min(due_at) FROM {name} WHERE due_at > ?" for name in DUE]
        query = " UNION ALL ".join(tables)
        rows = self._database.execute(query, [now] * len(DUE)).fetchall()
        moments = [utc(row[0]) for row in rows if row[0] is not None]
        if self._due(now):
            moments.append(self._quiet.next_open(at))
        return min(moments, default=None)

    def count(self, query: str) -> int:
        """How many rows it finds."""
        return len(self._database.execute(query).fetchall())

    def turns(self) -> int:
        """So many turns of all chats are committed."""
        return self.count("SELECT mark FROM inbox")

    # ── commands ──────────────────────────────────────────────────────────────────────

    def starts(self, words: Sequence[str], ends: tuple[int, int, int]) -> int:
        """See `Forks.start`."""
        given = (str(self._time), *words)
        return programs().start(given, self.folder, self.environment, ends)

    def run(self, *words: str) -> Any:
        """`jianfu …` with `--json`; what it says. Raises: CommandRefused."""
        given = (str(self._time), *words, "--json")
        code, out, err = programs().run(given, self.folder, self.environment)
        if code:
            raise CommandRefused(err.decode())
        return json.loads(out)


class Terminal:
    """Commands typed at a terminal of their own, each a process; what they print there,
    without colours.
    """

    COLOURS = re.compile(r"\x1b\[[0-9;]*m")

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def types(self, *words: str) -> str:
        """`jianfu …` until its end; what stands on the screen then."""
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (60, COLUMNS))
        ended = self._deployment.starts(words, (theirs, theirs, theirs))
        os.close(theirs)
        printed = b""
        until = time.monotonic() + PATIENCE
        while piece := _read_terminal(ours):
            printed += piece
            assert time.monotonic() < until, printed.decode()
        os.close(ours)
        os.close(ended)
        return self.COLOURS.sub("", printed.decode()).replace("\r\n", "\n")


def _read_terminal(end: int) -> bytes:
    """b"" once the other end is gone, where reading fails."""
    try:
        return os.read(end, 65536)
    except OSError:
        return b""


class Chat:
    """`jianfu chat` at a terminal of its own, with the keys and the line editor that a
    person has there.
    """

    # what the editor writes when it begins to read a line, and when it has read it
    READS, HAS_READ = "\x1b[?2004h", "\x1b[?2004l"
    KEYS = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]|\r")

    def __init__(self, deployment: Deployment) -> None:
        self._end, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (60, COLUMNS))
        self._ended = deployment.starts(("chat",), (theirs, theirs, theirs))
        os.close(theirs)
        self._heard = b""
        self.printed = self._until(self.READS)

    def type(self, line: str) -> str:
        """A line and the enter key. Returns: what was printed until the next line is
        read.
        """
        os.write(self._end, f"{line}\r".encode())
        self._until(self.HAS_READ)  # what was typed, as the editor shows it
        return self._until(self.READS)

    def came(self) -> str:
        """What was printed by itself since the last line."""
        while self._readable(0.0) and self._read():
            pass
        came = self._heard.decode()
        self._heard = b""
        return self.KEYS.sub("", came)

    def close(self) -> None:
        """Ctrl-D on an empty line ends it."""
        os.write(self._end, b"\x04")
        while not select.select([self._ended], [], [], LOOK_EVERY)[0]:
            self.came()
        os.close(self._end)
        os.close(self._ended)

    def _until(self, mark: str) -> str:
        until = time.monotonic() + PATIENCE
        while mark.encode() not in self._heard:
            left = until - time.monotonic()
            has_more = left > 0 and self._readable(left) and self._read()
            assert has_more, self._heard.decode()
        found, _, self._heard = self._heard.partition(mark.encode())
        return self.KEYS.sub("", found.decode())

    def _readable(self, wait: float) -> bool:
        return bool(select.select([self._end], [], [], wait)[0])

    def _read(self) -> bool:
        """Whether there was something: a terminal whose other end is gone fails."""
        try:
            read = os.read(self._end, 65536)
        except OSError:
            return False
        self._heard += read
        return bool(read)
