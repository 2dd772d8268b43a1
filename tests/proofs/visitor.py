"""Somebody with a browser: a cookie, a screen, and the habit of sending again what got
no answer.

It does over HTTP what the chat's page does: posts carry a key that stays the same when
they are repeated.
"""

from __future__ import annotations

import asyncio
import html
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

AGAIN = 0.05  # seconds until a lost request is sent again
PATIENCE = 240.0  # seconds until an answer is missed
ROW = re.compile(r'<div class="row (me|they)([^"]*)" id="b-([0-9a-f]{32})"([^>]*)>')
REPLACES = re.compile(r'data-replaces="b-([0-9a-f]{32})"')
MARK = re.compile(r'name="mark" value="([^"]*)"')
CHOICE = re.compile(r'name="choice" value="([^"]+)"')
OWN = re.compile(r'<span class="who">[^<]*</span>(.*?)</p>', re.DOTALL)
CODE = re.compile(r'<p class="code".*?</p>', re.DOTALL)
SEEN = re.compile(r'data-seen="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # made once: a client of its own takes 20 ms to make one


class Refused(Exception):
    """The hotline cannot take it now: what its page says."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """What stands on the screen. replaces: id of the bubble in whose place it came."""

    id: str
    mine: bool
    text: str
    mark: str
    choices: tuple[str, ...]
    replaces: str | None
    receipt: str | None


class Visitor:
    """One browser session. `resent`: requests that a server took and did not answer,
    sent again.
    """

    def __init__(self, base: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=base,
            headers={"origin": base},
            timeout=30,
            trust_env=False,
            verify=NO_TLS,
        )
        self.screen: list[Bubble] = []
        self.resent = 0
        self._seen = "-"
        self._last: tuple[str, dict[str, str]] = "", {}

    @property
    def token(self) -> str:
        return self._http.cookies["s"]

    async def close(self) -> None:
        await self._http.aclose()

    async def open(self) -> None:
        """Load the page: the screen is what the hotline says it is."""
        page = (await self.request("GET", "/")).text
        self.screen = bubbles(page)
        found = SEEN.search(page)
        assert found, "a page without a log"
        self._seen = found[1]

    async def says(self, text: str) -> None:
        await self.post("/say", {"text": text})

    async def reports(self, text: str) -> None:
        """Say it, and get to the preview, whether or not the category had to be asked
        for.
        """
        await self.says(text)
        if "send" not in self.screen[-1].choices:
            await self.presses(
                next(
                    choice
                    for choice in self.screen[-1].choices
                    if choice.startswith("is:")
                )
            )
        assert "send" in self.screen[-1].choices, f"no preview: {self.told}"

    async def presses(self, choice: str) -> None:
        """A button of the last prompt that has it."""
        offers = [bubble for bubble in self.screen if choice in bubble.choices]
        assert offers, f"no button {choice}: {self.told}"
        await self.post("/press", {"choice": choice, "mark": offers[-1].mark})

    async def shows(self, picture: bytes) -> None:
        key = secrets.token_hex(12)
        response = await self.request(
            "POST",
            "/picture",
            data={"key": key},
            files={"file": ("IMG.jpg", picture, "image/jpeg")},
            headers={"x-seen": self._seen},
        )
        await self._take(response)

    async def remember(self) -> None:
        """这台设备记住我."""
        await self.request("POST", "/remember", data={"on": "1"})
        await self.open()

    async def post(self, path: str, fields: Mapping[str, str]) -> None:
        """Send, again and again with the same key, until it is answered; then wait for
        the answer's words.
        """
        self._last = path, {"key": secrets.token_hex(12), **fields}
        await self.again()

    async def again(self) -> None:
        """Send once more what was sent last, under the same key."""
        path, fields = self._last
        await self._take(
            await self.request(
                "POST", path, data=fields, headers={"x-seen": self._seen}
            )
        )

    async def request(self, method: str, path: str, **how: object) -> httpx.Response:
        """Raises: Refused."""
        lost = False
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    response = await self._http.request(method, path, **how)  # type: ignore[arg-type]
                except httpx.TransportError as error:
                    # Not answered although it was taken in: the case that matters, so
                    # only that is counted.
                    lost = lost or not isinstance(error, httpx.ConnectError)
                    await asyncio.sleep(AGAIN)
                    continue
                self.resent += lost
                if response.status_code == 503:
                    raise Refused(response.text)
                assert response.status_code in (200, 303), (
                    f"{response.status_code}: {response.text[:500]}"
                )
                return response

    async def _take(self, response: httpx.Response) -> None:
        """Put what came onto the screen, as the page does."""
        news = bubbles(response.text)
        replaced = {bubble.replaces for bubble in news}
        kept = [] if response.headers["x-screen"] == "whole" else self.screen
        self.screen = [bubble for bubble in kept if bubble.id not in replaced] + news
        self._seen = response.headers.get("x-seen", self._seen)
        await self._answered()

    async def _answered(self) -> None:
        """The page would learn by its open line what comes late; here it is loaded
        anew.
        """
        async with asyncio.timeout(PATIENCE):
            while not self.screen or self.screen[-1].mine:
                await asyncio.sleep(AGAIN)
                await self.open()

    @property
    def told(self) -> str:
        """The hotline's last words."""
        return self.screen[-1].text if self.screen else ""

    @property
    def receipt(self) -> str:
        """The receipt that stands on the screen."""
        found = [bubble.receipt for bubble in self.screen if bubble.receipt]
        assert found, f"no receipt: {self.told}"
        return found[-1]


def bubbles(page: str) -> list[Bubble]:
    """All bubbles of a page or fragment, in order."""
    heads = [*ROW.finditer(page)]
    ends = [head.start() for head in heads[1:]] + [len(page)]
    return [
        _bubble(head, page[head.end() : end])
        for head, end in zip(heads, ends, strict=False)
    ]


def _bubble(head: re.Match[str], body: str) -> Bubble:
    body = body.partition("</main>")[0].partition('<footer id="now"')[0]
    mine = head[1] == "me"
    words = OWN.search(body) if mine else None
    code, mark, replaces = (
        CODE.search(body),
        MARK.search(body),
        REPLACES.search(head[4]),
    )
    return Bubble(
        head[3],
        mine,
        _plain(words[1] if words else body),
        mark[1] if mark else "",
        tuple(CHOICE.findall(body)),
        replaces[1] if replaces else None,
        _plain(code[0]) if code else None,
    )


def _plain(fragment: str) -> str:
    return html.unescape(TAG.sub("", fragment)).strip()


@asynccontextmanager
async def visiting(base: str) -> AsyncIterator[Visitor]:
    visitor = Visitor(base)
    try:
        await visitor.open()
        yield visitor
    finally:
        await visitor.close()
