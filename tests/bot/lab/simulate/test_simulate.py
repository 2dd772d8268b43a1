"""`jianfu simulate`: months in seconds, the same each time; and its own book notices
whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.__main__ import main
from bot.address import Address
from bot.channels.render import Rendered
from bot.lab.simulate.play import play
from bot.lab.simulate.stand_ins import PeopleChannel
from bot.program import Program
from bot.settings import Settings
from storage.port import Write

SMALL = [
    "simulate",
    "--start",
    "2026-01-26",
    "--days",
    "40",
    "--cases",
    "60",
    "--seed",
    "7",
]
START = datetime(2026, 1, 26, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.slow
def test_the_same_seed_prints_the_same_ledger(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Over a spring festival: every day, the digests, six weekly reports and a monthly
    one.
    """
    assert main(SMALL) == 0
    first = capsys.readouterr().out
    assert main(SMALL) == 0
    assert capsys.readouterr().out == first
    lines = first.split("\n")
    assert sum(line.startswith("2026-") for line in lines) == 40
    assert first.count("减负专线晨报") == 39
    assert first.count("减负专线周报") == 5
    assert first.count("减负专线月报") == 2
    assert lines[-2] == "✓ 没有漏的、早的、晚的、重的。"


def test_what_is_kept_is_a_deployment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It doubles as demo data; an old folder is never written over."""
    kept = tmp_path / "demo"
    assert main(["simulate", "--days", "8", "--cases", "9", "--keep", str(kept)]) == 0
    monkeypatch.setenv("JIANFU_DATA_DIR", str(kept / "data"))
    monkeypatch.setenv("JIANFU_KEYRING", str(kept / "keys" / "keyring.json"))
    capsys.readouterr()
    assert main(["case", "list", "--json"]) == 0
    assert capsys.readouterr().out.count('"alias"') > 3
    assert main(["simulate", "--keep", str(kept)]) == 2


Meddle = Callable[[Program, PeopleChannel], None]


def ring_instead(app: Program, run: Callable[[datetime], Awaitable[object]]) -> None:
    """Spoil the job that rings what cases owe."""
    app.bell.add(replace(app.bell.job("rounds"), run=run))


def forgets(app: Program, people: PeopleChannel) -> None:
    """A row is lost before it rings."""

    async def run(at: datetime) -> None:
        await app.resources.database.commit(
            [Write("DELETE FROM followups WHERE kind = 'hear'", ())]
        )
        await app.rounds.run(at)

    ring_instead(app, run)


def hurries(app: Program, people: PeopleChannel) -> None:
    """The bell looks an hour ahead."""
    ring_instead(app, lambda at: app.rounds.run(at + timedelta(hours=1)))


def dawdles(app: Program, people: PeopleChannel) -> None:
    """The bell sleeps the first two minutes of every hour, midnight among them."""

    async def run(at: datetime) -> None:
        if app.resources.now().minute >= 2:
            await app.rounds.run(at)

    ring_instead(app, run)


def repeats(app: Program, people: PeopleChannel) -> None:
    """Every message arrives twice."""
    real = people.send

    async def send(to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        await real(to, message, key)
        return await real(to, message, key)

    people.send = send  # type: ignore[method-assign]


def swallows(app: Program, people: PeopleChannel) -> None:
    """Messages are lost on their way."""

    async def send(to: Address, message: Rendered, key: bytes) -> Sequence[Write]:
        if not message.message.name.startswith("push.acc"):
            people.arrived.append((to.key, message))
            people.shown.setdefault(to.key, []).append(message)
        return ()

    people.send = send  # type: ignore[method-assign]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("meddle", "told"),
    [
        (forgets, "hear：漏了"),
        (hurries, "：早了1:00:00"),
        (dawdles, "：晚了"),
        (repeats, "不该送（或送了两次"),
        (swallows, "push.accepted：没有送到"),
    ],
)
async def test_whatever_goes_wrong_is_noticed(
    tmp_path: Path, meddle: Meddle, told: str
) -> None:
    """The controls: without them a book that agrees with everything would look the
    same.
    """
    settings = Settings(
        data_dir=tmp_path / "data", keyring=tmp_path / "keys" / "keyring.json"
    )
    simulation = await play(settings, START, days=14, cases=12, seed=7, meddle=meddle)
    problems = simulation.oracle.problems
    assert [one for one in problems if told in one], problems[:5]


@pytest.mark.slow
async def test_a_push_at_night_is_noticed(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        keyring=tmp_path / "keys" / "keyring.json",
        quiet_from=0,
        quiet_until=0,
    )
    simulation = await play(settings, START, days=21, cases=40, seed=7)
    assert [one for one in simulation.oracle.problems if "在夜里送了" in one]
