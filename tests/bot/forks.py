"""Starting `jianfu` a hundred times without importing it a hundred times.

Two thirds of a short command's time are imports. One process imports them once, and
forks a child for every command: a process of its own, with its own folder, environment,
descriptors and end. What the imports alone would show (a module that one verb lacks) is
for tests that start the real command (`Login.start`, the wheel's tests).
"""

from __future__ import annotations

import array
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[2]
PRELOADED = ("bot.app", "bot.cli.chat", "bot.cli.doctor", "bot.cli.backup")
AT_MOST = 1 << 20  # bytes of one request: words and environment
PATIENCE = 240.0  # seconds for one command
DESCRIPTORS = 4  # standard input, output, errors, and where the end is told


class Forks:
    """The process that forks. Threads may share it: each command has its own ends."""

    def __init__(
        self,
        environ: Mapping[str, str],
        program: str = "bot",
        preloaded: Sequence[str] = PRELOADED,
    ) -> None:
        """program: the module that a command runs; preloaded: imported beforehand."""
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = [str(theirs.fileno()), program, *preloaded]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.forks", *given],
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a terminal would be line-buffered
        )
        theirs.close()

    def close(self) -> None:
        """It ends once nobody asks it for anything."""
        self._line.close()
        self._process.wait()

    def run(
        self,
        words: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        typed: bytes = b"",
    ) -> tuple[int, bytes, bytes]:
        """One command until its end.

        Returns: its exit code (negative: the signal that ended it), what it said, and
            its errors.
        Raises: TimeoutError, where it does not end.
        """
        with TemporaryFile() as out, TemporaryFile() as err:
            given, typing = os.pipe()
            ends = (given, out.fileno(), err.fileno())
            ended = self.start(words, folder, environ, ends)
            os.close(given)
            threading.Thread(target=_type, args=(typing, typed), daemon=True).start()
            return _end(ended), _whole(out), _whole(err)

    def start(
        self,
        words: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        ends: tuple[int, int, int],
    ) -> int:
        """One command that goes on by itself. ends: its input, output and errors, which
        stay the caller's to close.

        Returns: a descriptor on which its end will be told.
        """
        request = {"words": [*words], "folder": str(folder), "environ": dict(environ)}
        ended, ending = os.pipe()
        _send(self._line, json.dumps(request).encode(), [*ends, ending])
        os.close(ending)
        return ended


_STARTED: dict[str, Forks] = {}
_STARTING = threading.Lock()  # commands are run from threads, too


def forks(language: str) -> Forks:
    """One for all tests of this process."""
    with _STARTING:
        if language not in _STARTED:
            _STARTED[language] = Forks({"PATH": os.defpath, "LANG": language})
        return _STARTED[language]


def _send(line: socket.socket, request: bytes, descriptors: Sequence[int]) -> None:
    packed = array.array("i", descriptors)
    line.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)])


def _type(descriptor: int, typed: bytes) -> None:
    """In a thread: a pipe takes no more than the command has read."""
    try:
        with open(descriptor, "wb") as stdin:
            stdin.write(typed)
    except BrokenPipeError:
        return  # it ended without reading all, as a command may


def _end(descriptor: int) -> int:
    """Wait for the end that is told there."""
    with open(descriptor, "rb") as told:
        ready, _, _ = select.select([told], [], [], PATIENCE)
        if not ready:
            raise TimeoutError("a command does not end")
        words = told.read()
    if not words:
        raise RuntimeError("a forked command ended untold")
    return os.waitstatus_to_exitcode(int(words))


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


# ── the process that forks ────────────────────────────────────────────────────────────


def wait_for_words(line: socket.socket, added: Mapping[str, str]) -> list[str]:
    """Fork a child for each request. Returns in the children only: their words."""
    while True:
        request, descriptors, _, _ = socket.recv_fds(line, AT_MOST, DESCRIPTORS)
        if not request:
            os._exit(0)  # the tests have ended
        if os.fork() == 0 and _told_its_end(descriptors[-1]):
            return _become(json.loads(request), descriptors, added)
        for descriptor in descriptors:
            os.close(descriptor)


def _told_its_end(descriptor: int) -> bool:
    """True in the child of the child. The child waits for it and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if command == 0:
        return True
    _, status = os.waitpid(command, 0)
    os.write(descriptor, str(status).encode())
    os._exit(0)


def _become(
    request: Mapping[str, object], descriptors: Sequence[int], added: Mapping[str, str]
) -> list[str]:
    for standard, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, standard)
    for descriptor in descriptors:
        os.close(descriptor)
    os.chdir(str(request["folder"]))
    environ, words = request["environ"], request["words"]
    assert isinstance(environ, dict) and isinstance(words, list)
    os.environ.clear()
    os.environ.update({**added, **environ})
    return words


def main() -> None:
    line_number, program, *preloaded = sys.argv[1:]
    before = dict(os.environ)
    for module in preloaded:
        import_module(module)
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.collect()
    gc.freeze()  # what is shared stays so: no child goes through it to collect it
    added = {name: value for name, value in os.environ.items() if name not in before}
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever tells an end is let go
    with socket.socket(fileno=int(line_number)) as line:
        words = wait_for_words(line, added)
    sys.argv[1:] = words
    runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
