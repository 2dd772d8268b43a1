"""What strangers may send, at random: each gets a sentence, or is passed over; nothing
breaks. `make test-long`; a failure names its number, from which the same comes again.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from anonymizer.scrub import ScrubError, scrub_image
from bot.channels.telegram.channel import make_bot
from bot.channels.telegram.decode import decode
from bot.channels.telegram.held import packed
from bot.channels.telegram.intake import TelegramShape
from bot.channels.telegram.payload import NoUpdate, update_of
from bot.channels.web.forms import (
    BadForm,
    NoRoom,
    UploadMemory,
    read_form,
    read_upload,
)
from bot.settings import Telegram
from tests.anonymizer.scrub import pictures
from tests.bot.channels.web.line import Line
from tests.project.checkout import ROOT

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
PAYLOADS = ROOT / "tests" / "payloads" / "telegram" / "updates.jsonl"
ODD: list[Any] = [
    None, True, -1, 0, 1.5, 10**30, "", "x", "\ud83d", "\u202e", "a" * 5000, [], {},
    [[]], {"id": "x"}, {"id": None},
]  # fmt: skip


# ── updates ───────────────────────────────────────────────────────────────────────────


def mutated(values: Any, dice: random.Random) -> Any:
    """A few of its values are others, gone, or of another kind."""
    whole = copy.deepcopy(values)
    for _ in range(dice.randint(1, 3)):
        here: Any = whole
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = dice.choice(keys)
            inner = here[key]
            if isinstance(inner, dict | list) and inner and dice.random() < 0.7:
                here = inner
                continue
            if dice.random() < 0.2 and isinstance(here, dict):
                del here[key]
            else:
                here[key] = copy.deepcopy(dice.choice(ODD))
            break
    return whole


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_updates_are_decoded_or_passed_over() -> None:
    """20,000: what python-telegram-bot reads is decoded, kept and laid in a lane, or
    says so by an error that the webhook answers with 200.
    """
    token = "123456:ABCdef"
    bot = make_bot(Telegram.model_validate({"token": token}))
    known = [json.loads(line)["update"] for line in PAYLOADS.read_text().splitlines()]
    told: Counter[str] = Counter()
    for number in range(20_000):
        dice = random.Random(number)
        values = mutated(dice.choice(known), dice)
        if isinstance(values, dict) and dice.random() < 0.85:
            values["update_id"] = number  # or most would end at the first look
        raw = json.dumps(values)
        try:
            update = update_of(json.loads(raw), bot)
        except NoUpdate:
            told["no update"] += 1
            continue
        except Exception as error:  # of the library: told, and confirmed
            told[type(error).__name__] += 1
            continue
        shape = TelegramShape()
        assert isinstance(shape.number(update), int), number
        assert isinstance(shape.lane(update), str), number
        assert packed(update), number
        try:
            decode(update, NOON, "bot")
        except (AttributeError, TypeError) as error:  # one turn's incident
            told[f"turn: {type(error).__name__}"] += 1
        else:
            told["decoded"] += 1
    print(told)
    assert told["decoded"] > 4000


# ── forms ─────────────────────────────────────────────────────────────────────────────

KINDS = (
    "multipart/form-data; boundary=cut", "multipart/form-data", "multipart/form-data;",
    "multipart/form-data; boundary=", 'multipart/form-data; boundary="', "x" * 3000,
    "multipart/form-data; boundary=" + "b" * 300, "multipart/form-data; boundary=\xff",
    "multipart/form-data; boundary*=utf-9''x", "multipart/form-data; boundary*=''%zz",
    "multipart/form-data; boundary=cut; boundary=other", "text/plain", "", ";;;",
    "multipart/mixed; boundary=cut", "application/x-www-form-urlencoded",
)  # fmt: skip
PIECES = (
    b"--cut\r\n", b"--cut--\r\n", b"--cut--", b"\r\n", b"\n", b"--", b"--cu", b"\0",
    b'Content-Disposition: form-data; name="key"\r\n\r\n', b"abc", b"\xff\xfe", b": ",
    b'Content-Disposition: form-data; name="f"; filename="a"\r\n\r\n', b"X" * 5000,
    b"Content-Disposition: form-data; name*=utf-9''%zz\r\n\r\n", b"a=b&", b"%",
    b"Content-Disposition\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n",
    b"=" * 300, b"%zz", b'Content-Disposition: form-data; name="text"\r\n\r\n',
)  # fmt: skip


def request_of(kind: str, body: bytes, dice: random.Random) -> Request:
    cut = dice.randint(0, len(body))
    waiting = [body[:cut], body[cut:]]

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    headers = [(b"content-type", kind.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    return Request(scope, receive)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_forms_are_read_or_refused() -> None:
    """50,000 bodies under headers of every kind."""
    told: Counter[str] = Counter()
    memory = UploadMemory()
    for number in range(50_000):
        dice = random.Random(number)
        kind = dice.choice(KINDS) if dice.random() < 0.5 else KINDS[0]
        body = b"".join(dice.choices(PIECES, k=dice.randint(0, 12)))
        request = request_of(kind, body, dice)
        try:
            with memory.share("203.0.113.9") as share:
                if dice.random() < 0.8:
                    await read_upload(request, 10_000, share)
                else:
                    await read_form(request)
        except (BadForm, NoRoom) as error:
            told[type(error).__name__] += 1
        else:
            told["read"] += 1
    print(told)
    assert memory._held == 0 and not memory._held_of
    assert min(told["read"], told["BadForm"]) > 1000


LINES = (
    b"GET / HTTP/1.1", b"POST /say HTTP/1.1", b"POST /picture HTTP/1.1",
    b"PUT / HTTP/9",
    b"GET /%ff%00 HTTP/1.1", b"CONNECT x:1 HTTP/1.1", b"GET * HTTP/1.1",
    b"\x16\x03\x01",
    b"GET http://x/ HTTP/1.1", b"POST /unit/enter HTTP/1.1", b"HEAD /live HTTP/1.1",
    b"POST /unit/case/a/answer HTTP/1.1", b"GET /picture/\xe5 HTTP/1.1", b"GET /",
    b"POST /press HTTP/1.0", b"OPTIONS / HTTP/1.1", b"GET /qr/../../x HTTP/1.1",
)  # fmt: skip
HEADERS = (
    b"Host: 127.0.0.1", b"Host: [::1", b"Host: x", b"Host:", b"Origin: null", b": x",
    b"Content-Length: 3", b"Content-Length: -1",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", b"Cookie: s=\xff; =; s",
    b"Cookie: s=" + b"a" * 43, b"X-Seen: 1-" + b"f" * 32, b"X-Seen: -", b"Expect: x",
    b"Content-Type: multipart/form-data; boundary=" + b"b" * 300, b"X-Forwarded-For: ,",
    b"Content-Type: multipart/form-data", b"Upgrade: websocket", b"Connection: upgrade",
    b"Sec-Fetch-Site: same-origin", b"Accept-Language: \xff", b"Accept-Encoding: gzip",
)  # fmt: skip


REQUESTS = 50_000
AT_ONCE = 8  # connections, fewer than one address may hold
MOST_MEBIBYTES = 150  # that the program may have grown by


def drawn_request(number: int, cookie: bytes) -> bytes:
    """Half of them come from a page of ours and name the kind of form; what is in it
    may be anything.
    """
    dice = random.Random(number)
    if dice.random() < 0.5:
        path = dice.choice(("say", "picture", "press", "unit/enter", "remember"))
        kind = dice.choice(KINDS) if dice.random() < 0.5 else KINDS[0]
        body = b"".join(dice.choices(PIECES, k=dice.randint(0, 12)))
        head = [
            b"POST /%s HTTP/1.1" % path.encode(),
            b"Host: 127.0.0.1",
            b"Sec-Fetch-Site: same-origin",
            b"Cookie: " + cookie,
            b"Content-Type: " + kind.encode("latin-1"),
            b"Content-Length: %d" % len(body),
        ]
        odd_headers = dice.choice((0, 0, 0, 1))  # most of them are shown the door
    else:
        body = dice.choice((b"", b"abc", b"3\r\nabc\r\n0\r\n\r\n", b"\0" * 20))
        head = [dice.choice(LINES), b"Host: 127.0.0.1"]
        odd_headers = dice.randint(0, 4)
    head += dice.choices(HEADERS, k=odd_headers)
    return b"\r\n".join([*head, b"Connection: close", b"\r\n"]) + body


async def answer_to(port: int, request: bytes) -> bytes:
    """What came before the connection ended; "" where it was shut at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        reading = asyncio.create_task(reader.read())
        await asyncio.wait([reading], timeout=1)
        if not reading.done():  # more was promised than came
            writer.write_eof()
        return await asyncio.wait_for(reading, 60)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def new_cookie(port: int) -> bytes:
    """Of a chat that has just been opened."""
    page = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answer = await answer_to(port, page)
    found = re.search(rb"(?i)set-cookie: ([^;]+)", answer)
    assert found, answer
    return found[1]


def mebibytes(process: int) -> float:
    """Of memory that it holds now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_requests_get_a_sentence_and_never_500(tmp_path: Path) -> None:
    """50,000 through the real door, on as many connections."""
    line = Line(tmp_path)
    told: Counter[str] = Counter()
    numbers = iter(range(REQUESTS))
    cookies = [await new_cookie(line.port)]
    before = mebibytes(line.process.pid)

    async def send_some() -> None:
        for number in numbers:
            if number % 500 == 0:
                cookies.append(await new_cookie(line.port))
            answer = await answer_to(line.port, drawn_request(number, cookies[-1]))
            status = answer[9:12].decode()
            told[status] += 1
            assert not status.startswith("5") or status == "503", (number, answer)
            assert b"Internal Server Error" not in answer, number
            if number % 5000 == 0:
                grown = mebibytes(line.process.pid) - before
                print(number, dict(told), f"{grown:+.0f} MiB", flush=True)

    async with asyncio.TaskGroup() as senders:
        for _ in range(AT_ONCE):
            senders.create_task(send_some())
    assert told.total() == REQUESTS
    assert min(told["200"], told["400"]) > REQUESTS / 100
    assert mebibytes(line.process.pid) - before < MOST_MEBIBYTES
    assert line.stop() == 0
    assert "Traceback" not in line.log.read_text()


# ── pictures ──────────────────────────────────────────────────────────────────────────

MOST_SECONDS = 3.0  # of processor for one
WORK = """
import json, random, resource, runpy, sys, time
worker = runpy.run_path(sys.argv[1])
first, count = map(int, sys.argv[2:4])
seeds = [bytes.fromhex(line) for line in sys.stdin]
told = {}
slowest = 0.0
for number in range(first, first + count):
    dice = random.Random(number)
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.choice((1, 1, 3, 20, 200))):
        at = dice.randrange(len(data))
        how = dice.random()
        if how < 0.6:
            data[at] = dice.randrange(256)
        elif how < 0.75:
            data[at : at + 4] = dice.randbytes(4)
        elif how < 0.85:
            del data[at : at + dice.randrange(1, 50)]
        else:
            data[at:at] = data[: dice.randrange(1, 200)]
        if not data:
            data = bytearray(b"x")
    before = time.process_time()
    answer, fresh = worker["work"]({}, bytes(data))
    slowest = max(slowest, time.process_time() - before)
    kind = answer.get("error", "taken")
    assert kind != "taken" or worker["is_picture"](fresh), number
    told[kind] = told.get(kind, 0) + 1
print(json.dumps([told, slowest]))
"""


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_pictures_are_taken_or_declined() -> None:
    """3,000 with bytes changed, cut out and put in, in confined processes of a hundred
    (the limit of processor is of the process).
    """
    worker = ROOT / "anonymizer" / "scrub" / "worker.py"
    kinds = (
        pictures.jpeg(), pictures.png(), pictures.webp(), pictures.gif(),
        pictures.bmp(), pictures.mpo(), pictures.avif(), pictures.many_scans(10),
    )  # fmt: skip
    seeds = "\n".join(kind.hex() for kind in kinds)
    told: Counter[str] = Counter()
    slowest = 0.0
    for first in range(0, 3000, 60):
        command = [sys.executable, "-I", "-c", WORK, str(worker), str(first), "60"]
        done = subprocess.run(command, input=seeds, capture_output=True, text=True)
        assert done.returncode == 0, (first, done.stderr[-500:])
        some, slow = json.loads(done.stdout)
        told.update(some)
        slowest = max(slowest, slow)
    print(told, f"slowest {slowest:.2f} s")
    assert slowest < MOST_SECONDS
    assert min(told["taken"], told["does_not_open"]) > 100


async def test_a_bomb_is_declined() -> None:
    """Through the real door, a worker each."""
    with pytest.raises(ScrubError):
        await scrub_image(pictures.many_scans(20_000))
