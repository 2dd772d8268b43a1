"""Terms: what the settings choose, what doctor says of it, and each fault one line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.finding import Finding
from bot.ops.checkup import Deployment, examine
from bot.ops.terms import terms_of
from bot.settings import OperatorError, Settings
from dialogs.case.allowance import Allowance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def settings(folder: Path, **chosen: object) -> Settings:
    return Settings(
        data_dir=folder / "data",
        keyring=folder / "keys" / "keyring.json",
        **chosen,  # type: ignore[arg-type]
    )


def wrote(folder: Path, text: str | bytes) -> Path:
    path = folder / "own.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_without_files_the_defaults_hold(folder: Path) -> None:
    terms = terms_of(settings(folder))
    assert terms.rules.deadline("answer") == Allowance(5, "W")
    assert (
        not terms.calendar.works(date(2026, 10, 1))
        and str(terms.zone) == "Asia/Shanghai"
    )


def test_files_and_zone_are_the_deployments(folder: Path) -> None:
    rules = wrote(folder, '[deadlines]\nanswer = "3 W"\n')
    days = folder / "days.toml"
    days.write_text("work = [2026-10-01]", "utf-8")
    terms = terms_of(
        settings(folder, rules=rules, calendar=days, timezone="Asia/Urumqi")
    )
    assert terms.rules.deadline("answer") == Allowance(3, "W")
    assert terms.calendar.works(date(2026, 10, 1)) and str(terms.zone) == "Asia/Urumqi"


@pytest.mark.parametrize("which", ["rules", "calendar"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "没有 x 这一项"),
        ("= 1", "不是合法的 TOML"),
        (b"\xff\xfe", "不是 UTF-8 文字"),
        (None, "请检查路径"),
    ],
)
def test_a_fault_is_one_line_with_the_file(
    folder: Path, which: str, text: str | bytes | None, said: str
) -> None:
    path = folder / "own.toml" if text is None else wrote(folder, text)
    with pytest.raises(OperatorError) as refused:
        terms_of(settings(folder, **{which: path}))
    line = str(refused.value)
    assert said in line and str(path) in line and "\n" not in line


def found(chosen: Settings, today: str) -> dict[str, Finding]:
    now = int(datetime.fromisoformat(today).replace(tzinfo=UTC).timestamp())
    here = Deployment(
        chosen, chosen.data_dir / "jianfu.db", chosen.keyring.with_name("journal"), now
    )
    return {one.check: one for one in examine(here, ())}


@pytest.mark.parametrize(
    ("today", "well"),
    [("2199-11-20", True), ("2199-12-02", False), ("2200-06-01", False)],
)
def test_doctor_presses_for_the_holidays_in_december(
    folder: Path, today: str, well: bool
) -> None:
    """A year is published in November of the year before; until then it is
    only said.
    """
    own = wrote(folder, "years = [2199, 2201]\n")
    calendar = found(settings(folder, calendar=own), today)["calendar"]
    assert calendar.ok is well and "2200年的调休还没有公布" in calendar.says
    assert bool(calendar.remedy) is not well


def test_doctor_is_content_with_what_is_known(folder: Path) -> None:
    calendar = found(settings(folder), "2025-12-15")["calendar"]
    assert calendar.ok and calendar.says == "认得2025年和下一年的放假调休"
