"""A browser's network half: keeps cookies, says where a post comes from, finds what a
page offers.
"""

from __future__ import annotations

import re
import secrets
import ssl
from html import unescape
from pathlib import Path
from typing import Self

import httpx

SENTENCE = (
    "街道要求我们社区每周把同一份台账报五次，王主任（13812345678）天天在群里催，"
    "我是翠苑社区的。"
)


class Browser:
    """Without scripts unless `seen` is handed in, as a page with scripts does."""

    def __init__(
        self, url: str, verify: ssl.SSLContext | bool = True, **headers: str
    ) -> None:
        self.client = httpx.Client(
            base_url=url,
            headers={"Origin": url, **headers},
            verify=verify,
            trust_env=False,
        )
        self.page = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self) -> str:
        answer = self.client.get("/")
        assert answer.status_code == 200
        self.page = answer.text
        return self.page

    def post(self, path: str, key: str | None = None, **fields: str) -> httpx.Response:
        answer = self.client.post(
            path, data={"key": key or secrets.token_hex(8), **fields}
        )
        if answer.status_code == 303:
            self.open()
        return answer

    def say(self, text: str, key: str | None = None) -> httpx.Response:
        return self.post("/say", key, text=text)

    def press(self, choice: str, key: str | None = None) -> httpx.Response:
        return self.post("/press", key, choice=choice, mark=self.mark)

    def upload(self, path: Path, mime: str = "image/jpeg") -> httpx.Response:
        answer = self.client.post(
            "/picture",
            data={"key": secrets.token_hex(8)},
            files={"file": (path.name, path.read_bytes(), mime)},
        )
        if answer.status_code == 303:
            self.open()
        return answer

    def file(self, text: str = SENTENCE) -> str:
        """A whole report; returns its receipt."""
        self.open()
        self.say(text)
        for _ in range(3):
            if 'value="send"' not in self.page:
                self.press(
                    next(
                        choice
                        for choice in self.choices
                        if choice.startswith(("is:", "anyway"))
                    )
                )
        self.press("send")
        return self.receipt

    @property
    def mark(self) -> str:
        return next(
            (
                mark
                for mark in reversed(
                    re.findall(r'name="mark" value="(\w*)"', self.page)
                )
                if mark
            ),
            "",
        )

    @property
    def choices(self) -> list[str]:
        return re.findall(r'name="choice" value="([^"]+)"', self.page)

    @property
    def receipt(self) -> str:
        found = re.search(r'data-copy="([^"]+)"', self.page)
        assert found, "no receipt on the page"
        return found[1]

    @property
    def shown(self) -> str:
        """The words of the conversation."""
        log = (
            self.page.partition('id="log"')[2].partition("<footer")[0].partition(">")[2]
        )
        return unescape(re.sub(r"<[^>]+>", "", log))
