"""Plays a journey that is written down as a transcript, on the real programs.

A transcript's lines:
    = title or remark            nothing happens
    reporter> words              typed into `jianfu chat`, answered before the next line
    hotline< words               must stand in what came since the reporter spoke
                                 (a pattern)
    hotline! words               must not
    reporter hears< words        arrives by itself (a push), within some seconds
    staff$ case accept {alias}   a `jianfu` command; {names} are what was caught before
    staff< words                 must stand in what it printed
    refused$ case accept {alias} a `jianfu` command that must fail with a sentence
    restart                      the chat is killed (SIGKILL) and opened again
`(?P<name>…)` in an expectation catches a name for later lines.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from tests.bot.forks import forks

# What the line editor writes when a line begins and ends, before anything is answered.
KEYS_AND_BLANKS = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]|\s")
PAUSE = 120  # seconds until an answer is missed
JIANFU = [sys.executable, "-m", "bot"]


@dataclass
class Stage:
    """One hotline in an empty folder, one reporter at a terminal, and the staff's
    commands.
    """

    folder: Path
    names: dict[str, str] = field(default_factory=dict)
    heard: str = ""
    printed: str = ""
    chat: pexpect.spawn | None = None
    terminal: str = "dumb"
    columns: int = 400

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TERM": self.terminal,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "JIANFU_DATA_DIR": str(self.folder / "data"),
            "JIANFU_PUSH_DELAY_MINUTES": "0",
            "JIANFU_PUSH_GATHER_MINUTES": "0",
            "JIANFU_QUIET_FROM": "0",
            "JIANFU_QUIET_UNTIL": "0",
        }

    def open_chat(self) -> None:
        self.chat = pexpect.spawn(
            JIANFU[0],
            [*JIANFU[1:], "chat"],
            env=self.environment,
            cwd=self.folder,
            encoding="utf-8",
            echo=False,
            timeout=PAUSE,
            dimensions=(60, self.columns),
        )
        self.hear(r"English\s*\n\s*\n|中文\s*\n\s*\n|放弃\s*\n\s*\n")

    def hear(self, pattern: str) -> None:
        assert self.chat is not None
        self.chat.expect(pattern)
        self.heard = self.chat.before + self.chat.after

    def type(self, words: str) -> None:
        """Send a line, with what keys it holds; what comes until the terminal falls
        silent is the answer.
        """
        assert self.chat is not None
        self.chat.sendline(words)
        self.heard = self.silence(first=PAUSE)

    def silence(self, first: float, after: float = 0.4) -> str:
        assert self.chat is not None
        heard = ""
        while True:
            try:
                has_words = KEYS_AND_BLANKS.sub("", heard) != ""
                wait = after if has_words else first
                heard += self.chat.read_nonblocking(65536, timeout=wait)
            except pexpect.TIMEOUT:
                return heard

    def run(self, words: str) -> int:
        command = [self.fill(word) for word in words.split(" ")]
        environment = self.environment
        code, out, err = forks(environment["LANG"]).run(
            command, self.folder, environment
        )
        self.printed = (out + err).decode()
        assert "Traceback" not in self.printed, self.printed
        return code

    def fill(self, words: str) -> str:
        for name, value in self.names.items():
            words = words.replace(f"{{{name}}}", value)
        return words

    def expect(self, pattern: str, said: str) -> None:
        match = re.search(pattern, said)
        assert match, f"missing: {pattern}\nin:\n{said}"
        self.names.update(match.groupdict())


def play(transcript: Path, folder: Path) -> Stage:
    """Play it line by line; an AssertionError names the line."""
    stage = Stage(folder)
    stage.open_chat()
    try:
        for number, line in enumerate(transcript.read_text("utf-8").splitlines(), 1):
            try:
                act(stage, line)
            except (AssertionError, pexpect.ExceptionPexpect) as error:
                raise AssertionError(
                    f"{transcript.name}:{number}: {line}\n{str(error)[-3000:]}"
                ) from None
    finally:
        assert stage.chat is not None
        stage.chat.close(force=True)
    return stage


def act(stage: Stage, line: str) -> None:
    who, _, words = line.partition(" ")
    if line.startswith("reporter hears<"):
        stage.heard = ""
        assert stage.chat is not None
        stage.chat.expect(stage.fill(line.removeprefix("reporter hears< ")))
        stage.names.update(
            {k: v for k, v in (stage.chat.match.groupdict() or {}).items() if v}
        )
        stage.heard = stage.chat.before + stage.chat.after + stage.silence(first=0.4)
    elif who == "reporter>":
        stage.type(stage.fill(words))
    elif who == "hotline<":
        stage.expect(stage.fill(words), stage.heard)
    elif who == "hotline!":
        assert not re.search(stage.fill(words), stage.heard), stage.heard
    elif who == "staff$":
        assert stage.run(words) == 0, stage.printed
    elif who == "refused$":
        assert stage.run(words) != 0, stage.printed
    elif who == "staff<":
        stage.expect(stage.fill(words), stage.printed)
    elif line == "restart":
        assert stage.chat is not None
        stage.chat.close(force=True)
        stage.open_chat()
    else:
        assert not line or line.startswith("="), f"no such line: {line}"
