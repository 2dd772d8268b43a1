"""Whatever stands where an operator's file should be: one line with the remedy, and an
exit code that tells.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.settings import fields

CHINESE = "名称 = '桃源街道'\n"


def _huge(path: Path) -> None:
    path.write_bytes(b"# a\n" * 1_300_000)


def _binary(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(4000))


def _deep(path: Path) -> None:
    path.write_text("a = " + "[" * 50_000)


def _long_number(path: Path) -> None:
    path.write_text("a = " + "1" * 50_000)


def _zero(path: Path) -> None:
    path.write_bytes(b'a = "b\0c"\n')


def _utf_16(path: Path) -> None:
    path.write_text(CHINESE, "utf-16")


def _utf_16_unmarked(path: Path) -> None:
    path.write_text("name = 'a'\n", "utf-16-le")


def _gbk(path: Path) -> None:
    path.write_text(CHINESE, "gbk")


def _half(path: Path) -> None:
    path.write_bytes(CHINESE.encode()[:-8])


def _json(path: Path) -> None:
    path.write_text('{"masters": {"1": 5}, "format": [1]}')


SHAPES: dict[str, Callable[[Path], object]] = {
    "gbk": _gbk,
    "utf-16": _utf_16,
    "utf-16 without mark": _utf_16_unmarked,
    "zero": _zero,
    "huge": _huge,
    "folder": Path.mkdir,
    "pipe": os.mkfifo,
    "binary": _binary,
    "deep": _deep,
    "long number": _long_number,
    "cut off": _half,
    "json": _json,
}
CSV_SHAPES = ("utf-16", "utf-16 without mark", "zero", "huge", "folder", "pipe")
OPENING = (
    ["case", "list"],
    ["staff", "list"],
    ["unit", "list"],
    ["ladder", "list"],
    ["report", "day"],
    ["retention", "--plan"],
)
LOADING = (
    *OPENING,
    ["init"],
    ["migrate"],
    ["doctor"],
    ["backup", "copy"],
    ["restore", "copy"],
    ["serve", "--port", "0"],
    ["chat"],
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable, _ in fields():
        monkeypatch.delenv(variable, raising=False)
    for variable in ("JIANFU_CONFIG", "CREDENTIALS_DIRECTORY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JIANFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], words: list[str], path: Path) -> str:
    """What the operator reads: one line that names the file."""
    code = main(words)
    told = capsys.readouterr().err
    assert code in (1, 2), words
    assert told.count("\n") == 1, (words, told)
    assert path.name in told, (words, told)
    return told


@pytest.mark.parametrize("shape", SHAPES)
def test_the_settings_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    path = tmp_path / "jianfu.toml"
    SHAPES[shape](path)
    for words in LOADING:
        refused(capsys, words, path)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("setting", ["RULES", "CALENDAR"])
def test_rules_and_calendar(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shape: str,
    setting: str,
) -> None:
    path = tmp_path / "written.toml"
    SHAPES[shape](path)
    monkeypatch.setenv(f"JIANFU_{setting}", str(path))
    for words in OPENING[:2]:
        refused(capsys, words, path)
    assert main(["doctor"]) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_the_keyring(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    shape: str,
) -> None:
    path = tmp_path / "keys" / "keyring.json"
    path.parent.mkdir()
    SHAPES[shape](path)
    path.chmod(0o700 if path.is_dir() else 0o600)
    monkeypatch.setenv("JIANFU_KEYRING", str(path))
    for words in (*OPENING, ["init"]):
        refused(capsys, words, path)


@pytest.mark.parametrize("name", ["units.toml", "units.csv"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_of_units(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shape: str, name: str
) -> None:
    path = tmp_path / name
    SHAPES[shape](path)
    code = main(["unit", "import", str(path)])
    told = capsys.readouterr().err
    assert code in (1, 2)
    assert told.count("\n") == 1 and "Traceback" not in told


@pytest.mark.parametrize("name", ["rules", "calendar", "data_dir", "keyring"])
def test_a_path_with_a_zero_in_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    monkeypatch.delenv("JIANFU_DATA_DIR")
    path = tmp_path / "jianfu.toml"
    path.write_text(f'{name} = "a\\u0000b"\n')
    code = main(["case", "list"])
    told = capsys.readouterr().err
    assert code == 2 and told.count("\n") == 1 and "NUL" in told


def test_credentials_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "credentials"
    folder.write_text("a file")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    refused(capsys, ["case", "list"], folder)
    folder.unlink()
    folder.mkdir()
    (folder / "JIANFU_TIMEZONE").write_text("上海", "gbk")
    refused(capsys, ["case", "list"], folder)


def test_a_mark_of_byte_order_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the editors of Windows write it."""
    (tmp_path / "jianfu.toml").write_text("push_delay_minutes = 5\n", "utf-8-sig")
    rules = tmp_path / "rules.toml"
    rules.write_text("", "utf-8-sig")
    monkeypatch.setenv("JIANFU_RULES", str(rules))
    assert main(["case", "list"]) == 0
    assert capsys.readouterr().err == ""
