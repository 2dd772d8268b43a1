"""What stands in memory is on no disk when a process falls."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.project.checkout import ROOT

FALLS = """
import os, resource, signal
import bot.__main__ as program

def falls(argv):
    print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
    os.kill(os.getpid(), signal.SIGABRT)

program._run = falls
program.main([])
"""


def test_a_process_that_falls_leaves_no_core(tmp_path: Path) -> None:
    """The shell allows cores of any size, as an operator's may."""
    shell = 'ulimit -S -c "$(ulimit -H -c)"; exec "$0" "$@"'
    command = ["/bin/sh", "-c", shell, sys.executable, "-c", FALLS]
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=environment
    )
    assert done.stdout == "(0, 0)\n", done.stderr
    assert done.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []
