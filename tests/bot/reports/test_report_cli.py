"""`jianfu report` as it is typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.__main__ import main
from bot.cli.report import chosen
from bot.settings import OperatorError

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JIANFU_KEYRING", str(tmp_path / "keys" / "keyring.json"))


def test_a_digest_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "day"]) == 0
    assert capsys.readouterr().out.startswith("减负专线晨报 ")


def test_a_report_is_for_those_who_read_reports(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not for a unit's people, who would read all figures, nor for whoever has a login
    on the machine.
    """
    for name, role in (("王五", "operator"), ("赵六", "observer"), ("钱七", "auditor")):
        assert main(["staff", "add", name, "--role", role]) == 0
    assert main(["report", "day", "--as", "王五"]) == 0
    assert main(["report", "day", "--as", "钱七"]) == 0
    capsys.readouterr()
    assert main(["report", "month", "--as", "赵六"]) == 2
    assert "不能看报告" in capsys.readouterr().err
    assert main(["report", "month", "--as", "张三"]) == 2
    assert "加 --as 姓名" in capsys.readouterr().err


def test_a_month_is_printed_and_saved_for_this_login_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "report",
                "month",
                "--date",
                "2026年1月31日",
                "--out",
                str(tmp_path / "out"),
            ]
        )
        == 0
    )
    assert capsys.readouterr().out.startswith("减负专线月报：2026年1月\n")
    saved = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in saved] == [
        "jianfu-2026-01-1.png",
        "jianfu-2026-01-2.png",
        "jianfu-2026-01.xlsx",
    ]
    assert {path.stat().st_mode & 0o777 for path in saved} == {0o600}


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["report", "week", "--out", str(tmp_path / "file")]) == 2
    assert "请换一个可写的目录" in capsys.readouterr().err


def test_a_period_that_is_not_over_is_refused() -> None:
    """Two states of one week, subtracted, are a few people's answers."""
    assert chosen("week", None, NOW, ZONE).label == "2026-W46"
    assert chosen("week", date(2026, 11, 15), NOW, ZONE).label == "2026-W46"
    with pytest.raises(OperatorError, match="还没有过完"):
        chosen("week", date(2026, 11, 16), NOW, ZONE)
    with pytest.raises(OperatorError, match="还没有过完"):
        chosen("month", date(2026, 11, 1), NOW, ZONE)
