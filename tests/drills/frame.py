"""Fault drills: a real hotline in a folder of its own, a fault, and what is then said.

One drill is one function in any module of this folder, marked with `drill`: it spoils a
`Scene`, looks, and returns what was told. It asserts what must hold: a drill that fails
fails the run. `python -m tests.drills` plays all of them (or those named), and writes
what was said into docs/operations.md and its English page, between marks.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import httpx

from storage.port import SqlValue
from tests.project.checkout import ROOT
from tests.proofs.served import Served, free_port
from tests.proofs.visitor import Refused, Visitor

RECORD = ROOT / "tests" / "data" / "drills.json"
PAGES = {"zh": ROOT / "docs" / "operations.md", "en": ROOT / "docs/operations.en.md"}
BEGIN, END = "<!-- begin: written by make drills -->", "<!-- end: make drills -->"
HEADS = {
    "zh": ("演了什么", "反映人看到", "`/health`", "`jianfu doctor`", "启动与日志"),
    "en": ("fault", "the reporter reads", "`/health`", "`jianfu doctor`", "start, log"),
}  # fmt: skip
SAID = "文新街道要求我们社区同一份台账每周报五次"
MOST = 280  # characters of one cell


class Cannot(Exception):
    """This machine cannot play it (no root, no compiler); the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said, word for word; "" where nothing was.

    person: to a reporter; health: status and body; doctor: the faults and remedies that
    were not there before; start: the line with which a start was refused; log: the
    lines of the log that tell of it.
    """

    person: str = ""
    health: str = ""
    doctor: str = ""
    start: str = ""
    log: str = ""


Play = Callable[[Path], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class Drill:
    """zh, en: the fault in a few words, for the pages."""

    name: str
    zh: str
    en: str
    play: Play


DRILLS: dict[str, Drill] = {}


def drill(zh: str, en: str) -> Callable[[Play], Play]:
    """Mark a function `async def it(folder: Path) -> Told` as a drill. It is known by
    the function's name, and stands in the pages in the order in which it was marked.
    """

    def mark(play: Play) -> Play:
        name = play.__name__
        assert name not in DRILLS, f"two drills are called {name}"
        DRILLS[name] = Drill(name, zh, en, play)
        return play

    return mark


def known() -> dict[str, Drill]:
    """All drills of this folder, by name."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if not path.stem.startswith(("_", "test_")):
            import_module(f"tests.drills.{path.stem}")
    return DRILLS


# ── the scene ─────────────────────────────────────────────────────────────────────────


@dataclass
class Scene:
    """A hotline with one report in it, that serves or does not, and its reporter."""

    served: Served
    receipt: str
    before: frozenset[str]
    visitor: Visitor | None = None

    async def says(self, words: str, base: str | None = None) -> str:
        """The answer to a visitor with a browser of their own, refused or not."""
        visitor = Visitor(base or self.served.base)
        try:
            await visitor.open()
            await visitor.says(words)
            return "／".join(_since_own_words(visitor))
        except Refused as refused:
            return str(refused)
        finally:
            await visitor.close()

    async def health(self) -> str:
        """Status and body."""
        async with httpx.AsyncClient(base_url=self.served.base, timeout=30) as http:
            answer = await http.get("/health")
        return f"{answer.status_code} {answer.text}"

    def doctor(self, **environ: str) -> str:
        """What it finds that it did not find before the fault."""
        faults = _faults(self.served, environ)
        new = [words for check, words in faults if check not in self.before]
        return "；".join(new) or "全部正常"

    def refused(self, *words: str) -> str:
        """The one line with which a command is refused."""
        done = command(self.served, *words)
        lines = done.stderr.strip().splitlines()
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert len(lines) == 1, lines
        return lines[0]

    def log(self, *names: str) -> str:
        """Each line of the log that warns, once, without its time; only those of these
        loggers, where any are named. No line may be a traceback's.
        """
        written = self.served.log.read_text("utf-8")
        assert "Traceback" not in written, written[-3000:]
        found = re.findall(r"^\S+ \S+ ((?:WARNING|ERROR) (\S+): .*)$", written, re.M)
        told = [line for line, name in found if not names or name in names]
        return "；".join(dict.fromkeys(told))

    def rows(self, sql: str, *values: SqlValue) -> list[tuple[object, ...]]:
        with closing(self.served.looked_into()) as connection:
            return [tuple(row) for row in connection.execute(sql, values)]

    def change(self, sql: str, *values: SqlValue) -> int:
        """Rows that were changed, while nothing serves."""
        with closing(self.served.looked_into()) as connection:
            return connection.execute(sql, values).rowcount


def _since_own_words(visitor: Visitor) -> list[str]:
    """All that the hotline said to what was said last."""
    said: list[str] = []
    for bubble in reversed(visitor.screen):
        if bubble.mine:
            break
        said.insert(0, bubble.text)
    return said


def command(served: Served, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of the hotline; a process of its own where one is preloaded, for what
    is forked is not.
    """
    if "LD_PRELOAD" not in served.settings:
        return served.jianfu(*words)
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=served.folder,
        env=served.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _faults(served: Served, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each fault's name, and its words with the remedy."""
    kept = dict(served.settings)
    served.settings.update(environ)
    try:
        done = command(served, "doctor", "--json")
    finally:
        served.settings.clear()
        served.settings.update(kept)
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    if not done.stdout:
        return [("refused", done.stderr.strip())]
    found = json.loads(done.stdout)["findings"]
    faults = [one for one in found if not one["ok"]]
    return [(one["check"], f"{one['says']} → {one['remedy']}") for one in faults]


@asynccontextmanager
async def scene(
    folder: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Scene]:
    """A hotline that serves, with one report filed. It is killed at the end."""
    served = Served(folder, free_port(), dict(settings or {}))
    folder.mkdir(parents=True, exist_ok=True)
    await served.start()
    try:
        visitor = Visitor(served.base)
        await visitor.open()
        await visitor.reports(SAID)
        await visitor.presses("send")
        receipt = visitor.receipt
        await visitor.close()
        before = frozenset(check for check, _ in _faults(served, {}))
        yield Scene(served, receipt, before)
    finally:
        await served.kill()


# ── the pages ─────────────────────────────────────────────────────────────────────────


def plain(words: str, folder: Path) -> str:
    """What was said, as it stands in the pages: no path, number or moment of this run,
    and never a receipt.
    """
    words = words.replace(f"{folder}/", "").replace(str(folder), ".")
    words = re.sub(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", "XXXX-XXXX-XXXX-XXXX", words)
    words = re.sub(r"\bincident [0-9a-f]{8}\b", "incident …", words)
    words = re.sub(r"\b[0-9a-f]{32}\b", "…", words)
    words = re.sub(r"\d+(?=次|处|条)", "N", words)
    words = re.sub(r"\d+月\d+日(?:\d+时|\s?\d+:\d+)?", "…", words)
    words = re.sub(r"[ \t]*\n+[ \t]*", " ", words).strip()
    if len(words) > MOST:
        words = f"{words[:MOST]}…"
    return words.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def recorded() -> dict[str, dict[str, str]]:
    """What was said in the last run of each drill, by its name."""
    if not RECORD.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(RECORD.read_text("utf-8"))
    return found


def table(lang: str, drills: Mapping[str, Drill]) -> str:
    """A row for each drill that was ever played."""
    heads = HEADS[lang]
    rows = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    said = recorded()
    for name, one in drills.items():
        if name not in said:
            continue
        told = Told(**said[name])
        log = "；".join(filter(None, (told.start, told.log)))
        title = one.zh if lang == "zh" else one.en
        cells = (title, told.person, told.health, told.doctor, log)
        rows.append(f"| {' | '.join(cell or '—' for cell in cells)} |")
    return "\n".join(rows)


def written(page: str, rows: str) -> str:
    """The page with what stands between its marks replaced.

    Raises: ValueError, where a mark is missing.
    """
    before = page[: page.index(BEGIN)]
    after = page[page.index(END) :]
    return f"{before}{BEGIN}\n{rows}\n{after}"


def keep(told: Mapping[str, Told], drills: Mapping[str, Drill]) -> None:
    """Into the record, and from there into both pages; what was not played this time
    stays as it was told last.
    """
    said = recorded() | {name: asdict(one) for name, one in told.items()}
    ordered = {name: said[name] for name in drills if name in said}
    RECORD.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for lang, path in PAGES.items():
        page = path.read_text("utf-8")
        path.write_text(written(page, table(lang, drills)), "utf-8")
