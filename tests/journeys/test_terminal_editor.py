"""What is typed at the terminal can be edited and is kept nowhere: over a pty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from wcwidth import width

from tests.journeys.transcript import Stage
from tests.looking import laid_open

UP, LEFT, HOME, END = "\x1b[A", "\x1b[D", "\x1b[H", "\x1b[F"
BACKSPACE, CLEAR, CUT, PUT_BACK = "\x7f", "\x15", "\x0b", "\x19"
MATTER = "清河街道要求我们社区同一份台账每周报五次"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, terminal="xterm", columns=60)
    stage.open_chat()
    yield stage
    assert stage.chat is not None
    stage.chat.close(force=True)


def test_arrows_and_home_move_by_whole_characters(stage: Stage) -> None:
    stage.type(f"{MATTER}{LEFT}{BACKSPACE}六{HOME}现在{END}，很累")
    stage.expect("现在清河街道要求我们社区同一份台账每周报六次，很累", unwrapped(stage))


def test_a_pasted_text_of_several_lines_is_one_message(stage: Stage) -> None:
    stage.type(f"\x1b[200~{MATTER}\n又要拍照\n又要打卡\x1b[201~")
    assert stage.heard.count("请看一眼") == 1
    stage.expect(r"五次\s+又要拍照\s+又要打卡", stage.heard)


@pytest.mark.parametrize("keys", [UP, PUT_BACK], ids=["history", "cut words"])
def test_nothing_that_was_typed_comes_back(stage: Stage, keys: str) -> None:
    stage.type(f"王芳很累{HOME}{CUT}{CLEAR}{MATTER}")
    stage.expect("台账", stage.heard)
    assert "王芳" not in stage.heard
    stage.type(keys)
    stage.expect("没有看到内容", stage.heard)
    kept = [path for path in stage.folder.rglob("*") if path.is_file()]
    words = [word.encode() for word in ("王芳", "台账")]
    assert kept
    assert not any(word in laid_open(path) for path in kept for word in words)


def test_no_line_is_wider_than_the_terminal(stage: Stage) -> None:
    stage.type(MATTER + "，还要拍照" * 20)
    shown = stage.heard.replace("\x1b[?2004l", "").replace("\x1b[?2004h", "")
    assert max(width(line.strip("\r")) for line in shown.split("\n")) <= 60


def test_the_end_is_ctrl_d_on_an_empty_line(stage: Stage) -> None:
    assert stage.chat is not None
    stage.chat.send("\x04")
    stage.chat.expect(pexpect.EOF)
    stage.chat.wait()
    assert stage.chat.exitstatus == 0


def unwrapped(stage: Stage) -> str:
    return stage.heard.replace("\r\n", "")
