"""`jianfu serve` as its operator meets it: one line when it is open, or when it cannot;
and a clean end.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.bot.channels.web.browser import SENTENCE, Browser
from tests.bot.channels.web.line import Line
from tests.project.checkout import ROOT


def serve(
    folder: Path, *flags: str, **settings: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin",
        "JIANFU_DATA_DIR": str(folder / "data"),
        "JIANFU_KEYRING": str(folder / "keys" / "keyring.json"),
        **settings,
    }
    command = [sys.executable, "-m", "bot", "serve", *flags]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=120
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_pages_open(tmp_path: Path, how: signal.Signals) -> None:
    """A page's live stream never ends by itself, and holds up nothing."""
    line = Line(tmp_path)
    with Browser(line.url) as browser:
        browser.open()
        browser.say(SENTENCE)
        with browser.client.stream("GET", "/live") as live:
            assert next(live.iter_lines()).startswith("retry")
            assert line.stop(how) == 0
    assert "Traceback" not in line.log.read_text()


def test_stopping_and_starting_loses_nothing(tmp_path: Path) -> None:
    """A killed predecessor's lease is waited for by nobody: the first line says that
    the hotline is open, not that it stands by.
    """
    line = Line(tmp_path)
    with Browser(line.url) as browser:
        browser.open()
        browser.say(SENTENCE)
        line.stop(signal.SIGKILL)
        line.start(line.port)
        assert "翠苑社区" in browser.open()
        browser.say("1")
        assert "送出" in browser.shown
    line.stop()


def test_a_port_in_use_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serve(tmp_path, "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and f"--port {port + 1}" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_other_addresses_are_refused_without_tls(tmp_path: Path, host: str) -> None:
    done = serve(tmp_path, "--host", host)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr.count("\n") == 1
        and host in done.stderr
        and "--behind-proxy" in done.stderr
    )
    assert not (tmp_path / "data").exists()


def test_a_host_that_is_nowhere_is_told(tmp_path: Path) -> None:
    done = serve(tmp_path, "--host", "no.such.host.invalid", "--behind-proxy")
    assert (
        done.returncode == 2
        and "no.such.host.invalid" in done.stderr
        and done.stderr.count("\n") == 1
    )


def test_a_second_one_stands_by_and_takes_over(tmp_path: Path) -> None:
    line = Line(tmp_path)
    command = [sys.executable, "-m", "bot", "serve", "--port", "0"]
    second = subprocess.Popen(
        command, env=line.environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert second.stdout is not None
    assert "待命" in second.stdout.readline()
    line.stop(signal.SIGKILL)
    assert "减负专线已开通" in second.stdout.readline()
    second.terminate()
    assert second.wait(60) == 0
    second.stdout.close()


def test_one_that_stands_by_can_be_stopped(tmp_path: Path) -> None:
    line = Line(tmp_path)
    command = [sys.executable, "-m", "bot", "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=line.environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as second:
        assert second.stdout is not None and "待命" in second.stdout.readline()
        second.terminate()
        assert second.wait(60) == 0
    line.stop()


def test_behind_a_proxy_cookies_are_secure_and_its_own_address_counts(
    tmp_path: Path,
) -> None:
    line = Line(
        tmp_path, "--behind-proxy", JIANFU_WEB__PUBLIC_URL="https://line.example"
    )
    own = {"Host": "line.example", "X-Forwarded-For": "198.51.100.7"}
    try:
        page = httpx.get(
            f"http://127.0.0.1:{_port(line)}", headers=own, trust_env=False
        )
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-s=")
        assert set(cookie.split("; ")[1:]) == {
            "Secure",
            "HttpOnly",
            "SameSite=strict",
            "Path=/",
        }
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        for origin, status in (
            ("https://line.example", 303),
            ("http://line.example", 403),
        ):
            answer = httpx.post(
                f"http://127.0.0.1:{_port(line)}/press",
                data={"key": "0123456789", "choice": "help", "mark": ""},
                headers={**own, "Origin": origin, "Cookie": cookie.partition(";")[0]},
                trust_env=False,
            )
            assert answer.status_code == status
        assert "198.51.100.7" not in line.log.read_text()
    finally:
        line.stop()


def _port(line: Line) -> int:
    return next(connection for connection in _listening(line.process.pid))


def _listening(pid: int) -> list[int]:
    """Ports on which this process of ours listens, as the kernel tells."""
    inodes = {
        link.readlink().name
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink()
    }
    rows = [
        row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    ]
    return [
        int(row[1].rpartition(":")[2], 16)
        for row in rows
        if row[3] == "0A" and f"socket:[{row[9]}]" in inodes
    ]


def test_a_push_of_staff_appears_on_an_open_page(tmp_path: Path) -> None:
    line = Line(tmp_path)
    try:
        with Browser(line.url) as browser:
            browser.file()
            with browser.client.stream("GET", "/live", timeout=20) as live:
                rings = (
                    text for text in live.iter_lines() if text.startswith("data: ")
                )
                before = next(rings)
                case = line.staff("list")
                line.staff("accept", _alias(case))
                assert next(rings) != before
            browser.open()
            assert "受理" in browser.shown
    finally:
        line.stop()


def _alias(listed: object) -> str:
    assert isinstance(listed, list) and len(listed) == 1
    return str(listed[0]["alias"])
