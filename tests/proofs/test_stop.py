"""Told to stop while it opens the database, `jianfu` ends, whatever it was asked for:
within seconds, without a traceback, and the database is whole.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import VERBS
from tests.bot.command import Login, stop
from tests.bot.forks import Forks
from tests.looking import look_into
from tests.proofs.command_lines import command_lines
from tests.proofs.stopped import (
    COUNT_VARIABLE,
    DATABASE_STEP,
    SIGNAL_VARIABLE,
    STEP_VARIABLE,
)

# They end by themselves only after minutes, or never.
LASTING = ("serve", "bench", "simulate")
STEPS_OF_LASTING = 160
# These work without a database; whatever else there is must meet it.
WITHOUT_A_DATABASE = {"duty", "poster", "templates", "understand", "hear", "redact"}
MOMENTS = 3  # of each command line, others of the next
# What SIGINT and SIGTERM may end in. Who holds copies or folders that must go takes
# both as Ctrl-C; whoever serves was told to stop and did.
ENDS = {
    signal.SIGINT: {130},
    signal.SIGTERM: {-signal.SIGTERM, 128 + signal.SIGTERM, 130},
}
MOST_SECONDS = 15.0  # on a busy machine; the imports were done before
UNITS = "level,name\nsubdistrict,文新街道\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. steps: a byte for each that it went."""

    code: int
    errors: str
    steps: bytes
    took: float  # seconds


class Stopping:
    """A deployment, and a process that forks commands which stop at a step."""

    def __init__(self, folder: Path) -> None:
        self.login = Login(folder)
        self.login.does("init")
        self.login.does("backup", "hotline.backup")
        folder.joinpath("units.csv").write_text(UNITS, "utf-8")
        verbs = [f"bot.cli.{verb}" for verb in VERBS]
        self.forks = Forks(
            {"PATH": os.defpath, "LANG": "C.UTF-8"}, "tests.proofs.stopped", verbs
        )
        self._runs = 0

    def run(self, words: list[str], step: int, by: signal.Signals) -> Ended:
        """step: at which it is told to stop, from 1; 0: never."""
        self._runs += 1
        count = self.login.folder / f"count-{self._runs}"
        surroundings = self.login.surroundings(
            **{
                STEP_VARIABLE: str(step),
                SIGNAL_VARIABLE: str(int(by)),
                COUNT_VARIABLE: str(count),
            }
        )
        begun = time.monotonic()
        code, _, errors = self.forks.run(words, self.login.folder, surroundings)
        took = time.monotonic() - begun
        return Ended(code, errors.decode(), count.read_bytes(), took)

    def is_whole(self) -> bool:
        with closing(look_into(self.login.database, self.login.keyring)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        return bool(found == "ok")


@pytest.fixture(scope="module")
def stopping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopping]:
    stopping = Stopping(tmp_path_factory.mktemp("stopping"))
    yield stopping
    stopping.forks.close()


def troubles(
    words: list[str], step: int, by: signal.Signals, ended: Ended
) -> list[str]:
    """What was not as it must be, a line each. A run may have fewer steps than the one
    before, since something is kept for it by then: nobody stopped it.
    """
    if len(ended.steps) < step:
        return []
    found = []
    allowed = {0} if words[0] == "serve" else set()
    if ended.code not in ENDS[by] | allowed:
        found.append(f"exit code {ended.code}")
    if ended.took > MOST_SECONDS:
        found.append(f"took {ended.took:.1f} s")
    if "Traceback" in ended.errors:
        found.append(ended.errors)
    where = f"{' '.join(words)}: {by.name} at step {step}"
    return [f"{where}: {one}" for one in found]


def moments(steps: bytes, number: int) -> list[int]:
    """Spread evenly over the steps; of each command line others, by its number."""
    every = max(1, len(steps) // MOMENTS)
    last = len(steps) - number * 7 % every
    return list(range(last, 0, -every))[:MOMENTS]


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_told_to_stop_while_it_works_with_the_database_it_ends(
    stopping: Stopping, verb: str
) -> None:
    """Each thing that a verb does, at steps spread over its way."""
    found: list[str] = []
    met_a_database = verb in LASTING
    for number, words in enumerate(command_lines(verb)):
        steps = DATABASE_STEP * STEPS_OF_LASTING
        if verb not in LASTING:
            steps = stopping.run(words, 0, signal.SIGINT).steps
            met_a_database |= DATABASE_STEP in steps
        for at, step in enumerate(moments(steps, number)):
            by = signal.SIGINT if (number + at) % 2 else signal.SIGTERM
            ended = stopping.run(words, step, by)
            found += troubles(words, step, by, ended)
    assert found == []
    assert stopping.is_whole()
    assert met_a_database is (verb not in WITHOUT_A_DATABASE)


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("verb", ["serve", "chat", "case", "time", "init", "doctor"])
def test_while_another_process_holds_the_database_it_ends(
    stopping: Stopping, verb: str, by: signal.Signals
) -> None:
    """SQLite's wait for a lock is interrupted by nothing, so it must be a short one."""
    words = command_lines(verb)[0]
    login = stopping.login
    with closing(look_into(login.database, login.keyring)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        to_the_database = stopping.run(words, 0, by).steps.index(DATABASE_STEP)
        ended = stopping.run(words, to_the_database + 2, by)
    assert troubles(words, to_the_database + 2, by, ended) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.25, 0.5, 0.75])
def test_told_to_stop_while_it_is_being_loaded_it_shows_no_traceback(
    stopping: Stopping, part: float
) -> None:
    """Most of a short command's time are imports."""
    begun = time.monotonic()
    stopping.login.start("case", "list").communicate()
    delay = (time.monotonic() - begun) * part
    command = stopping.login.start("case", "list")
    time.sleep(delay)
    while command.poll() is not None:  # the first one was slow, this one is over
        delay /= 2
        command.communicate()
        command = stopping.login.start("case", "list")
        time.sleep(delay)
    ended = stop(command, signal.SIGINT)
    assert (ended.code, ended.err) == (130, "")
