"""Runs `jianfu`, and tells it to stop at one of its steps: for tests/proofs/test_stop.

A step is a file that is opened, a thread that is started, or a call into SQLite, in
whatever thread. The signal comes from within, so that a moment can be met again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from bot.__main__ import main as jianfu

STEP_VARIABLE = "STOPPED_AT"  # number of the step; none is met where it is 0
SIGNAL_VARIABLE = "STOPPED_BY"
COUNT_VARIABLE = "STOPPED_COUNT"  # path of a file that will hold a byte for each step
DATABASE_STEP = b"d"
OTHER_STEP = b"o"
STEPS = ("open", "_thread.start_new_thread")


class Steps:
    """Counts, and stops at one. stop_at: from 1, in all threads together."""

    def __init__(self, stop_at: int, stop_by: int, counted: Path) -> None:
        self._stop_at = stop_at
        self._stop_by = stop_by
        self._counted = os.open(counted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self._met = 0

    def audited(self, event: str, values: tuple[object, ...]) -> None:
        """For `sys.addaudithook`."""
        if event in STEPS:
            self._step(OTHER_STEP)

    def profiled(self, frame: FrameType, event: str, called: object) -> None:
        """For `sys.setprofile`: what is called in C tells whose it is."""
        if event != "c_call":
            return
        owner = type(getattr(called, "__self__", None))
        if owner.__module__ == "apsw":
            self._step(DATABASE_STEP)

    def _step(self, kind: bytes) -> None:
        with self._lock:
            self._met += 1
            is_met = self._met == self._stop_at
        os.write(self._counted, kind)
        if is_met:
            os.kill(os.getpid(), self._stop_by)


def main() -> None:
    steps = Steps(
        int(os.environ.pop(STEP_VARIABLE)),
        int(os.environ.pop(SIGNAL_VARIABLE)),
        Path(os.environ.pop(COUNT_VARIABLE)),
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as at a terminal
    sys.addaudithook(steps.audited)
    threading.setprofile(steps.profiled)
    sys.setprofile(steps.profiled)
    sys.exit(jianfu())


if __name__ == "__main__":
    main()
