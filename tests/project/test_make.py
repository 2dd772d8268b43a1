"""The README's commands: what is missing is told in one line with its remedy; what is
there is left alone.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.checkout import ROOT, tracked


def make(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make as a user would, outside of the `make test` that runs us."""
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS"))
    }
    return subprocess.run(
        ("make", *arguments),
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def pretend(folder: Path, fails_on: str) -> str:
    """Path of a python that is as ours but fails where the command line holds
    `fails_on`.
    """
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *"{fails_on}"*) exit 1;; esac\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    return str(python)


def remedy(told: subprocess.CompletedProcess[str]) -> str:
    """The one line that make's own closing line follows."""
    assert told.returncode != 0
    line, closing = told.stderr.strip().splitlines()
    assert closing.startswith("make: ***")
    return line


def test_no_python_names_the_package() -> None:
    """A machine without Python is told what to install."""
    assert "apt install python3 python3-venv" in remedy(
        make("install", "PYTHON=no-such-python")
    )


def test_an_old_python_names_the_way_out(tmp_path: Path) -> None:
    """Too old a Python is told, and how to choose another."""
    assert "PYTHON=python3.13" in remedy(
        make("install", f"PYTHON={pretend(tmp_path, 'version_info')}")
    )


def test_no_venv_names_the_package(tmp_path: Path) -> None:
    """Debian splits venv from Python."""
    told = make("install", f"PYTHON={pretend(tmp_path, 'ensurepip')}")
    assert "apt install python3-venv" in remedy(told)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """No room or no right for the environment."""
    (tmp_path / "file").touch()
    told = make("install", f"PYTHON={sys.executable}", f"VENV={tmp_path}/file/venv")
    assert "磁盘" in remedy(told)


@pytest.mark.slow
def test_what_cannot_be_fetched_is_told_and_begun_anew(tmp_path: Path) -> None:
    """An installation that broke off is no installation: the next one does not take it
    for whole.
    """
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    (tmp_path / "requirements.lock").write_text(
        "nothing that could be fetched", "utf-8"
    )
    for _ in range(2):
        told = make("install", f"PYTHON={sys.executable}", cwd=tmp_path)
        assert ".venv/install.log" in remedy(told)


@pytest.mark.long
def test_a_fresh_checkout_installs_once(tmp_path: Path) -> None:
    """The environment is built from the lock, then left alone; nothing else is left
    behind.
    """
    paths = tracked()
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    first = make("install", f"PYTHON={sys.executable}", cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    built = (tmp_path / ".venv/installed.lock").stat().st_mtime_ns
    second = make("install", f"PYTHON={sys.executable}", cwd=tmp_path)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (tmp_path / ".venv/installed.lock").stat().st_mtime_ns == built
    assert {path.name for path in tmp_path.iterdir()} == {".venv"} | {
        path.partition("/")[0] for path in tracked()
    }


# ── what runs where ───────────────────────────────────────────────────────────────────


def pytest_words(target: str) -> list[str]:
    """How a target calls pytest, without running it."""
    told = make("-n", target)
    (line,) = [line for line in told.stdout.splitlines() if " -m pytest " in line]
    return shlex.split(line)


def test_check_runs_a_part_of_test_and_nothing_else() -> None:
    """The same call, narrowed to some paths: what holds in `make test` holds in `make
    check`.
    """
    whole, part = pytest_words("test"), pytest_words("check")
    assert part[: len(whole)] == whole
    for word in part[len(whole) :]:
        path = ROOT / word.removeprefix("--ignore=")
        assert path.exists() and path.is_relative_to(ROOT / "tests"), word
