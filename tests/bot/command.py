"""A login of its own, and the real console command typed there."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer.keyring import Keyring
from bot.cases.sealing import CaseSealer
from bot.keys import Keys
from storage.repositories.reports import REPORT_COLUMNS, ReportRow
from tests.bot.forks import forks
from tests.looking import laid_open, look_into

ROOT = Path(__file__).parents[2]
RECEIPT = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
CHINESE = re.compile(r"[一-鿿]")


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Login:
    """`folder` is the working folder, `folder/home` the home; `environ` is added to
    almost nothing.
    """

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "jianfu.db"

    @property
    def keyring(self) -> Path:
        return self.folder / "home" / ".config" / "jianfu" / "keyring.json"

    @property
    def journal(self) -> Path:
        return self.keyring.with_name("keyring.shredded")

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "bot", *map(str, words)]

    def surroundings(self, **environ: str) -> dict[str, str]:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        base = {
            "PATH": os.defpath,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }
        return {
            name: value
            for name, value in {**base, **self.environ, **environ}.items()
            if value
        }

    def start(self, *words: str | Path, **environ: str) -> subprocess.Popen[bytes]:
        """As from a terminal: where the tests themselves run in the background, Ctrl-C
        would be ignored.
        """
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.surroundings(**environ),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *words: str | Path, typed: str | bytes = "", **environ: str) -> Done:
        """Until its end. An empty value in `environ` takes the variable away."""
        surroundings = self.surroundings(**environ)
        code, out, err = forks(surroundings["LANG"]).run(
            [*map(str, words)],
            self.folder,
            surroundings,
            typed.encode() if isinstance(typed, str) else typed,
        )
        return Done(code, out.decode(), err.decode())

    def does(self, *words: str | Path, **environ: str) -> str:
        """What a command that must succeed said."""
        done = self.run(*words, **environ)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    def refused(self, *words: str | Path, **environ: str) -> str:
        """The one line with which a command was refused."""
        done = self.run(*words, **environ)
        assert (done.code, done.out) == (2, ""), done
        (line,) = done.err.splitlines()
        assert line.startswith(f"jianfu {words[0]}: ") and CHINESE.search(line), line
        return line

    def chat(self, *lines: str) -> str:
        """The reporter's dialog, typed."""
        done = self.run("chat", typed="".join(f"{line}\n" for line in lines))
        assert (done.code, done.err) == (0, ""), done
        return done.out

    def files(self, sentence: str) -> str:
        """Send a report; gives its receipt."""
        said = self.chat(sentence, "送出")
        return str(RECEIPT.findall(said)[0])

    def tells(self, receipt: str) -> bool:
        """Whether a receipt still opens its story."""
        said = self.chat(receipt)
        assert ("您反映了这件事" in said) != (
            "已按要求销毁" in said or "没有查到" in said
        ), said
        return "您反映了这件事" in said

    def texts(self) -> list[str]:
        """All reports that still open, by the keyring."""
        files = CaseSealer(Keys.of(Keyring.load(self.keyring)))
        with closing(look_into(self.database, self.keyring)) as connection:
            select = f"SELECT {REPORT_COLUMNS.names} FROM reports"
            rows = [ReportRow(*row) for row in connection.execute(select)]
        opened = filter(None, map(files.opened, rows))
        return sorted(files.content(one).text for one in opened)

    def forgets(self, receipt: str) -> None:
        said = self.chat(receipt, "忘记我", "确定，忘记我")
        assert "已销毁" in said, said

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(look_into(self.database, self.keyring)) as connection:
            return [tuple(row) for row in connection.execute(sql)]

    def change(self, sql: str) -> None:
        with closing(look_into(self.database, self.keyring)) as connection:
            connection.execute(sql)

    def elsewhere(self, name: str) -> Login:
        """The same home and keys, another data folder."""
        other = Path(self.folder, name)
        return Place(
            self.folder, {**self.environ, "JIANFU_DATA_DIR": str(other)}, other
        )


@dataclass(slots=True)
class Place(Login):
    """A login with its data where it says."""

    where: Path = Path()

    @property
    def data(self) -> Path:
        return self.where


def forms(words: str) -> list[bytes]:
    """How a text may lie on a disk."""
    plain, wide = words.encode(), words.encode("utf-16-le")
    whole = (
        coded[: len(coded) // 4 * 4 - 4]
        for coded in map(base64.b64encode, (plain, wide))
    )
    return [plain, wide, plain.hex().encode(), wide.hex().encode(), *whole]


def holds(folder: Path, words: str) -> list[Path]:
    """Files below `folder` in which a text can be read."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    looks = forms(words)
    held = {path: laid_open(path) for path in files}
    return [path for path in files if any(look in held[path] for look in looks)]


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> Done:
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out.decode(), err.decode())
