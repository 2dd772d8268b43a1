"""The built wheel is whole: it installs into an empty environment and works far from
the checkout.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.project.checkout import PARTS, ROOT

ASKED = re.compile(r'<(?:link|script|img)\b[^>]*(?:href|src)="((?!data:)[^"#]+)')


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a command that must succeed; what it said stands in the failure."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def pip(python: str | Path, *arguments: str | Path, cwd: Path) -> str:
    """Run pip of the given environment."""
    return run(python, "-m", "pip", "--disable-pip-version-check", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project built as anybody would build it, the backend coming from the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(
        sys.executable,
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        ROOT,
        cwd=folder,
    )
    (built,) = folder.glob("jianfu-*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an empty environment that got the lock and the wheel, nothing
    else.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    python = folder / "venv/bin/python"
    locked = (
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        ROOT / "requirements.lock",
    )
    pip(python, "install", "-q", *locked, cwd=folder)
    pip(python, "install", "-q", "--no-deps", wheel, cwd=folder)
    return folder / "venv/bin"


def test_the_wheel_holds_all_that_the_parts_hold(wheel: Path) -> None:
    """Templates, SQL, texts and models as well as code; neither tests nor caches."""
    held = {
        name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name
    }
    meant = {
        str(path.relative_to(ROOT))
        for part in PARTS
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == meant


@pytest.mark.long
def test_it_needs_nothing_that_the_lock_lacks(elsewhere: Path) -> None:
    """Every requirement is there in a version that fits."""
    assert "No broken requirements" in pip(elsewhere / "python", "check", cwd=elsewhere)


@pytest.mark.long
def test_every_part_imports_from_the_wheel(elsewhere: Path, tmp_path: Path) -> None:
    """Nothing reaches back into the checkout."""
    code = (
        f"import {', '.join(PARTS)}; print(*(part.__file__ for part in "
        f"({', '.join(PARTS)})))"
    )
    for path in run(elsewhere / "python", "-I", "-c", code, cwd=tmp_path).split():
        assert path.startswith(str(elsewhere.parent)) and os.path.exists(path)


@pytest.mark.long
def test_the_command_is_there(elsewhere: Path, tmp_path: Path) -> None:
    """`jianfu --help` works from the wheel and names its verbs."""
    told = run(elsewhere / "jianfu", "--help", cwd=tmp_path)
    assert "serve" in told and "doctor" in told


@contextmanager
def serving(jianfu: Path, folder: Path, port: int) -> Iterator[str]:
    """Start `jianfu serve` in an empty folder and home, yield the address it announces,
    stop it politely.
    """
    home, said = folder / "home", folder / "said.txt"
    home.mkdir(exist_ok=True)
    environ = {
        "PATH": os.defpath,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "JIANFU_WEB__PORT": str(port),
    }
    with said.open("wb") as out:
        server = subprocess.Popen(
            (jianfu, "serve"), cwd=folder, env=environ, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + 120
        while not (
            found := re.search(rf"http://127\.0\.0\.1:{port}/", said.read_text("utf-8"))
        ):
            assert server.poll() is None and time.monotonic() < until, said.read_text(
                "utf-8"
            )
            time.sleep(0.05)
        yield found[0]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) in (0, -signal.SIGTERM), said.read_text("utf-8")
    finally:
        server.kill()
        server.wait()


@pytest.mark.long
def test_it_serves_from_the_wheel_and_starts_again(
    elsewhere: Path, tmp_path: Path
) -> None:
    """The first start makes keys and database and says where it is; the page gets all
    it asks for.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    for _ in range(2):
        with serving(elsewhere / "jianfu", tmp_path, port) as address:
            page = httpx.get(address, follow_redirects=True)
            assert (
                page.status_code == 200 and "减负" in page.text and "<form" in page.text
            )
            for asked in ASKED.findall(page.text):
                assert httpx.get(page.url.join(asked)).status_code == 200, asked
    assert (tmp_path / "home/.config/jianfu/keyring.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data").is_dir()
