"""Uploads: so many at a time and no more, never through a file, too large ones told
kindly and not kept.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import re
import resource
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import httpx
import pytest
from PIL import Image

import bot.channels.web.pictures
from anonymizer.scrub import MOST_BYTES
from bot.app import opened
from bot.channels.web.channel import WebChannel
from bot.channels.web.pictures import PictureRoom
from bot.settings import Settings
from bot.site import site
from tests.bot.channels.web.browser import SENTENCE, Browser
from tests.bot.channels.web.line import Line
from tests.project.checkout import ROOT

MB = 1_000_000
WAITING = 1.0  # seconds in which an answer would have come, were it not waiting


def noisy(megabytes: float) -> bytes:
    """A picture of about that size: noise does not shrink."""
    side = int((megabytes * MB / 3) ** 0.5)
    out = io.BytesIO()
    pixels = secrets.token_bytes(side * side * 3)
    Image.frombytes("RGB", (side, side), pixels).save(out, "png", compress_level=1)
    return out.getvalue()


@pytest.fixture(scope="module")
def small() -> bytes:
    return noisy(0.05)


class Sending:
    """One upload whose last bytes are held back until `finish`."""

    def __init__(self, browser: Browser, data: bytes, held: int = 1000) -> None:
        head = (
            '--cut\r\nContent-Disposition: form-data; name="key"\r\n\r\n'
            f"{secrets.token_hex(8)}\r\n"
            '--cut\r\nContent-Disposition: form-data; name="file";'
            ' filename="a.png"\r\n\r\n'
        ).encode()
        body = head + data + b"\r\n--cut--\r\n"
        self._rest = body[-held:]
        url = browser.client.base_url
        self._line = http.client.HTTPConnection(url.host, url.port, timeout=30)
        self._line.putrequest("POST", "/picture")
        for name, value in {
            "Origin": str(url).rstrip("/"),
            "Cookie": f"s={browser.client.cookies['s']}",
            "Content-Type": "multipart/form-data; boundary=cut",
            "Content-Length": str(len(body)),
        }.items():
            self._line.putheader(name, value)
        self._line.endheaders(body[:-held])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def answered(self, within: float) -> bool:
        """Whether the answer begins to come within so many seconds."""
        self._line.sock.settimeout(within)
        try:
            return bool(self._line.sock.recv(1, socket.MSG_PEEK))
        except TimeoutError:
            return False
        finally:
            self._line.sock.settimeout(30)

    def send_rest(self) -> None:
        self._line.send(self._rest)

    def status(self) -> int:
        answer = self._line.getresponse()
        answer.read()
        return answer.status

    def finish(self) -> int:
        self.send_rest()
        return self.status()


def send(browser: Browser, data: bytes) -> int:
    with Sending(browser, data) as sending:
        return sending.finish()


@contextmanager
def talking(line: Line, count: int) -> Iterator[list[Browser]]:
    """So many visitors, each with a draft that a picture may be added to."""
    with ExitStack() as stack:
        browsers = [stack.enter_context(Browser(line.url)) for _ in range(count)]
        for browser in browsers:
            browser.open()
            browser.say(SENTENCE)
        yield browsers


def pictures(browser: Browser) -> int:
    return len(set(re.findall(r"/picture/(\w{32})", browser.open())))


# ── how many at a time ────────────────────────────────────────────────────────────────


def test_who_sends_slowly_holds_up_nobody(line: Line, small: bytes) -> None:
    """Only pictures that are whole wait for one another."""
    with talking(line, 5) as browsers, ExitStack() as stack:
        eight = [
            stack.enter_context(Sending(browser, small)) for browser in browsers[:4] * 2
        ]
        time.sleep(0.3)
        assert send(browsers[4], small) == 303
        assert send(browsers[0], small) == 303, "of the same session, too"
        assert [sending.finish() for sending in eight] == [303] * 8
        assert [pictures(browser) for browser in browsers] == [3, 2, 2, 2, 1]


async def test_of_one_session_two_and_in_all_eight_take_a_turn() -> None:
    room = PictureRoom()
    taken: list[str] = []
    over = asyncio.Event()

    async def take(screen: str) -> None:
        async with room.turn(screen.encode()):
            taken.append(screen)
            await over.wait()

    wanting = [*"aaabbbcccddde"]
    turns = [asyncio.create_task(take(screen)) for screen in wanting]
    await asyncio.sleep(0.05)
    assert sorted(taken) == [*"aabbccdd"]
    over.set()
    await asyncio.gather(*turns)
    assert sorted(taken) == wanting


def test_an_upload_that_breaks_off_gives_its_turn_back(
    line: Line, small: bytes
) -> None:
    with talking(line, 5) as browsers:
        for _ in range(2):
            with ExitStack() as stack:
                for browser in browsers[:4] * 2:
                    stack.enter_context(Sending(browser, small))
                time.sleep(0.3)
        assert send(browsers[4], small) == 303
        assert [pictures(browser) for browser in browsers] == [0, 0, 0, 0, 1], (
            "half a picture is none"
        )


async def test_who_waits_for_too_long_is_told_so(
    tmp_path: Path, small: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same pages without a socket, and with a shorter patience."""
    monkeypatch.setattr(bot.channels.web.pictures, "LONGEST_QUEUE", 0.1)
    monkeypatch.setattr(bot.channels.web.pictures, "MOST_PICTURES", 0)
    settings = Settings(
        data_dir=tmp_path / "data", keyring=tmp_path / "keys" / "keyring.json"
    )
    async with opened(
        settings, lambda p: [WebChannel(p.database, p.keys, 15, p.now)]
    ) as app:
        channel = app.channels["web"]
        assert isinstance(channel, WebChannel)
        transport = httpx.ASGITransport(site(channel, app))
        origin = "http://127.0.0.1:8080"
        async with httpx.AsyncClient(
            transport=transport, base_url=origin, headers={"Origin": origin}
        ) as client:
            await client.get("/")
            file = {"file": ("a.png", small)}
            plain = await client.post(
                "/picture", data={"key": "0123456789"}, files=file
            )
            scripted = await client.post(
                "/picture", files=file, headers={"X-Seen": "-"}
            )
        assert (plain.status_code, scripted.status_code) == (503, 503)
        assert scripted.text in plain.text and "图片" in scripted.text


# ── how large ─────────────────────────────────────────────────────────────────────────


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // MB):
        yield b"\0" * MB


def memory(pid: int) -> int:
    """Bytes of memory this process ever held at once."""
    held = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert held
    return int(held[1]) * 1024


def test_far_too_large_is_read_dropped_and_told(tmp_path: Path, small: bytes) -> None:
    """Above 20 MB a browser still sees our sentence, though we keep nothing; above 64
    MB we stop reading.
    """
    line = Line(tmp_path)
    with talking(line, 1) as [browser]:
        assert send(browser, small) == 303
        before = memory(line.process.pid)
        assert send(browser, b"\0" * (MOST_BYTES + 1)) == 303
        assert "超过20MB了" in browser.open()
        assert send(browser, b"\0" * 60 * MB) == 303
        answer = browser.client.post(
            "/picture",
            content=(
                b"--cut\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n"
            )
            + b"\0" * 80 * MB,
            headers={"Content-Type": "multipart/form-data; boundary=cut"},
        )
        assert answer.status_code == 413 and "没有送出" in answer.text
        assert memory(line.process.pid) - before < 2.5 * MOST_BYTES
        assert browser.say("还有一句").status_code == 303, (
            "nobody waits for what was dropped"
        )
    line.stop()


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/form-data; boundary*=utf-9''cut",
        "multipart/form-data; boundary*=''%zz",
        "text/plain",
    ],
)
def test_what_is_no_form_is_told_in_our_words(line: Line, kind: str) -> None:
    with talking(line, 1) as [browser]:
        for headers in ({"X-Seen": "-"}, {}):
            answer = browser.client.post(
                "/picture", content=b"--cut", headers={"Content-Type": kind, **headers}
            )
            assert answer.status_code == 400
            assert "没有读懂这次提交" in answer.text


# ── never through a file ──────────────────────────────────────────────────────────────


@contextmanager
def no_file_grows(line: Line) -> Iterator[None]:
    """The kernel refuses every write of the server to any file, in memory file systems
    too.
    """
    soft, hard = resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(line.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.slow
def test_an_upload_is_read_while_no_file_can_be_written(tmp_path: Path) -> None:
    """Nothing of it touches a disk before it was scrubbed: all but its last bytes come
    in under the ban.
    """
    line, large = Line(tmp_path), noisy(15)
    assert MOST_BYTES / 2 < len(large) < MOST_BYTES
    with talking(line, 1) as [browser], ExitStack() as stack:
        with no_file_grows(line):
            sending = stack.enter_context(Sending(browser, large))
            assert not sending.answered(WAITING), "it is being read and not refused"
        while browser.client.get("/health").status_code != 200:
            time.sleep(0.1)
        assert sending.finish() == 303
        assert pictures(browser) == 1
        with no_file_grows(line):
            assert browser.say("写不下的一句").status_code == 503, "the ban holds"
    line.stop()


SCRUB = """
import asyncio, resource, sys
from anonymizer.scrub import scrub_image
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(asyncio.run(scrub_image(sys.stdin.buffer.read())).width, flush=True)
try:
    open(sys.argv[1], "wb", 0).write(b"x")
except OSError:
    print("banned")
"""


def test_a_picture_is_scrubbed_while_no_file_can_be_written(tmp_path: Path) -> None:
    large = noisy(3)
    command = [sys.executable, "-c", SCRUB, str(tmp_path / "file")]
    done = subprocess.run(command, input=large, capture_output=True, cwd=ROOT)
    with Image.open(io.BytesIO(large)) as image:
        assert done.stdout.decode().split() == [str(image.width), "banned"], done.stderr


# ── in which order ────────────────────────────────────────────────────────────────────


def of_width(width: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, 20), "white").save(out, "png")
    return out.getvalue()


def send_at_once(browser: Browser, widths: Sequence[int]) -> None:
    """Several pictures in one post, as a page without scripts sends them."""
    files = [("file", ("a.png", of_width(width))) for width in widths]
    key = {"key": secrets.token_hex(8)}
    assert browser.client.post("/picture", data=key, files=files).status_code == 303
    browser.open()


def crop(browser: Browser, id: str, box: str) -> None:
    form = {"key": secrets.token_hex(8), "crop": box, "act": "save"}
    answer = browser.client.post(f"/picture/{id}/edit", data=form)
    assert answer.status_code == 303
    browser.open()


def in_draft(browser: Browser) -> list[str]:
    """Ids of the pictures in the preview, in its order."""
    return [
        choice.partition(":")[2]
        for choice in browser.choices
        if choice.startswith("unpicture:")
    ]


def test_pictures_come_to_staff_in_the_order_in_which_they_were_sent(
    line: Line,
) -> None:
    """Also after one was cropped and one taken away; those of a supplement come behind
    them.
    """
    known = {case["alias"] for case in line.staff("list")}
    with Browser(line.url) as browser:
        browser.open()
        browser.client.timeout = httpx.Timeout(60)
        browser.say(SENTENCE)
        browser.press("is:forms")
        send_at_once(browser, [60, 50, 40, 30, 20])
        _, second, third, *_ = in_draft(browser)
        crop(browser, second, "0,0,55,20")
        browser.press(f"unpicture:{third}")
        browser.press("send")
        receipt = browser.receipt
        [alias] = {case["alias"] for case in line.staff("list")} - known
        browser.press("saved")
        browser.say(receipt)
        send_at_once(browser, [70, 65, 15])
        browser.press("send")
    sheet = line.staff("show", alias)
    widths = [picture["width"] for picture in sheet["reports"][0]["pictures"]]
    assert widths == [60, 50, 30, 20, 70, 65, 15]
