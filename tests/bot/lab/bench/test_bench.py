"""`jianfu bench`: what it promises to measure is what it measures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.bench import BENCHMARKS_BY_NAME
from bot.lab.bench import followups, size, turns, words
from bot.lab.bench.benchmark import Unexpected
from bot.lab.bench.figures import Figure, Result, drawn, ratio
from bot.lab.bench.folders import folder, run
from bot.lab.bench.http import report
from bot.lab.bench.program import MeasuredReporter, opened
from bot.lab.bench.server import connected, serving
from bot.settings import OperatorError
from dialogs.understand import understand
from storage.encrypted import SQLITE_VERSION, SQLiteConnection
from tests.looking import look_into

NAMES = {"name", "unit", "median", "least", "most", "rounds", "goal", "reached"}


def bench(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "bench", *words],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


async def test_the_journey_is_twelve_turns_with_a_filed_report(tmp_path: Path) -> None:
    """Twelve updates are marked as taken in, one report is filed, nothing is left to
    send.
    """
    async with opened(tmp_path) as program:
        await turns.journey(MeasuredReporter(program), 0)
        await program.app.sender.idle()
        found = {}
        for table in ("inbox", "reports", "talks", "outbox"):
            [row] = await program.database.all(f"SELECT count(*) FROM {table}")
            found[table] = row[0]
        assert found["inbox"] == turns.JOURNEY_TURNS
        assert (found["reports"], found["talks"], found["outbox"]) == (1, 1, 0)


async def test_another_way_through_the_dialog_is_not_measured(tmp_path: Path) -> None:
    """Where the dialog answers otherwise, the benchmark fails instead of measuring
    something else.
    """
    async with opened(tmp_path) as program:
        with pytest.raises(Unexpected, match="filed was expected, preview came"):
            await MeasuredReporter(program).says(words.sentence(0), "filed")


def test_the_bare_loop_writes_the_same_rows(tmp_path: Path) -> None:
    """Ours and the bare loop leave equally many rows in every table, 64 turns in a
    commit.
    """
    batches = run(turns.recorded(tmp_path / "ours", 1))
    turns.bare(tmp_path / "bare.db", batches, 1)
    assert len(batches) == turns.JOURNEY_TURNS
    with closing(SQLiteConnection(tmp_path / "bare.db")) as bare:
        counted = rows(bare)
    with closing(look_into(tmp_path / "ours" / "data" / "jianfu.db")) as ours:
        assert counted == rows(ours)
    assert counted["inbox"] == turns.MOST_CHATS * turns.JOURNEY_TURNS


def rows(connection: SQLiteConnection) -> dict[str, int]:
    """How many there are in each table."""
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = [row["name"] for row in names]
    return {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in tables
        if not table.startswith("search")  # cut into pieces as the commits fell
    }


def test_texts_have_the_size_and_the_variety_that_is_said() -> None:
    """13 KB in UTF-8, the same for the same number, with as many pairs as the
    docs say.
    """
    text = words.report(size.LONG_REPORT, 3)
    assert size.LONG_REPORT - 3 < len(text.encode()) <= size.LONG_REPORT
    assert text == words.report(size.LONG_REPORT, 3)
    assert text != words.report(size.LONG_REPORT, 4)
    assert 3000 < len({text[at : at + 2] for at in range(len(text) - 1)}) < 3600
    assert all(
        understand(words.sentence(number)).clear
        for number in range(len(words.OPENINGS))
    )


async def test_a_report_over_http_is_a_report(tmp_path: Path) -> None:
    """The requests that are timed file a report in the served database."""
    async with (
        serving(tmp_path) as server,
        connected(server.host, server.port) as browser,
    ):
        receipt = await report(browser, words.report(1024, 0))
        assert len(receipt) == 19
        assert server.memory() > 1 << 20
    with closing(look_into(tmp_path / "data" / "jianfu.db")) as database:
        assert rows(database)["reports"] == 1


@pytest.mark.slow
def test_json_keeps_its_names_and_folders_are_cleaned(tmp_path: Path) -> None:
    """One document with stable names, and nothing left in the temporary folder."""
    done = bench("size", "--quick", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    (result,) = document["results"]
    assert result["bench"] == "size" and document["sqlite"] == SQLITE_VERSION
    assert all(set(figure) == NAMES for figure in result["figures"])
    assert list(tmp_path.iterdir()) == []


def test_told_to_stop_it_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM in the middle of measuring: the temporary folder is empty again."""
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "bench", "turns"],
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    until = time.monotonic() + 120
    while not list(tmp_path.glob("*/data/jianfu.db")) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) != []
    running.terminate()
    assert running.wait(60) == 143
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_benchmark_is_refused_by_name(tmp_path: Path) -> None:
    """One line that names what there is."""
    done = bench("speed", folder=tmp_path)
    assert done.returncode != 0
    assert all(name in done.stderr for name in ("speed", *BENCHMARKS_BY_NAME))


def test_a_folder_goes_even_when_measuring_fails() -> None:
    with pytest.raises(ZeroDivisionError), folder() as path:
        (path / "a").write_text("b")
        print(1 / 0)
    assert not path.exists()
    assert path.parent == Path(tempfile.gettempdir())


def test_a_ratio_is_taken_round_by_round() -> None:
    """What slows one round slows both sides of it."""
    figure = ratio("r", [10.0, 1.0, 30.0], [20.0, 2.0, 60.0], 0.35)
    assert figure.values == (0.5, 0.5, 0.5)
    assert figure.reached


def test_figures_are_drawn_with_spread_bar_and_goal() -> None:
    """The longest bar belongs to the highest median; a missed goal says so."""
    shown = drawn(
        Result(
            "turns",
            "how",
            (
                Figure(
                    "a", "甲", "轮/秒", (100.0, 300.0, 200.0), floor=250.0, bar=True
                ),
                Figure("b", "乙", "轮/秒", (400.0,), ceiling=500.0, bar=True),
            ),
        )
    ).splitlines()
    assert "200 轮/秒（100–300）" in shown[1] and shown[1].endswith(
        "目标≥250：没有达到"
    )
    assert "400 轮/秒 " in shown[2] and shown[2].endswith("目标≤500：达到")
    assert shown[2].count("█") == 2 * shown[1].count("█")


async def test_follow_ups_ring_once_each_and_half_of_them_push(tmp_path: Path) -> None:
    """Anything else ends the measurement: `ours` raises."""
    took = await followups.ours(tmp_path, 40)
    assert took.add > 0 and took.fire > 0
    with closing(look_into(tmp_path / "data" / "jianfu.db")) as database:
        left = rows(database)
    assert (left["reports"], left["outbox"], left["followups"]) == (10, 20, 10)


def test_without_its_reference_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything is measured, in one line."""
    monkeypatch.setattr(followups, "find_spec", lambda name: None)
    with pytest.raises(OperatorError, match="pip install sqlalchemy"):
        followups.measure(quick=True)


def test_of_few_looks_the_worst_counts() -> None:
    assert followups.per_mille([0.001] * 998 + [0.5]) == 500
    assert followups.per_mille([0.001] * 9998 + [0.5, 0.5]) == 1
