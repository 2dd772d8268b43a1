"""`jianfu chat`: the reporter's dialog in a terminal, the same one, on the same
database.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from pathlib import Path

from bot.app import clock, opened
from bot.channels.line_editor import typed
from bot.channels.port import Incoming
from bot.channels.terminal import TerminalChannel
from bot.cli.private import write_private
from bot.program import Program
from bot.settings import OperatorError, load
from scheduler.bell import Bell


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new", action="store_true", help="换一个新身份，不接着上次的草稿"
    )


def run(args: argparse.Namespace) -> int:
    return asyncio.run(_chat(_identity(args.new)))


async def _chat(key: str) -> int:
    terminal = TerminalChannel(key, typed, sys.stdout, clock)
    async with opened(load(), lambda resources: [terminal]) as program:
        await talk(program, terminal)
    return 0


async def talk(program: Program, terminal: TerminalChannel) -> None:
    """Hear one line after the other; each is answered before the next is read."""

    async def hear(incoming: Incoming) -> None:
        await program.hotline.hear(incoming)
        await program.sender.idle()

    bell = Bell([program.sender.looking()], clock)
    bell.start()
    try:
        await terminal.listen(hear)
    finally:
        bell.stop()
        program.sender.close()
        await bell.stopped()


def _identity(new: bool) -> str:
    """Who talks here: a random word kept beside the other state of this login, like a
    browser's cookie.
    """
    home = Path(os.environ.get("HOME", "/nonexistent"))
    state = os.environ.get("XDG_STATE_HOME") or home / ".local" / "state"
    path = Path(state, "jianfu", "chat")
    try:
        if path.exists() and not new:
            return path.read_text("ascii")
        key = secrets.token_hex(16)
        write_private(path, key.encode("ascii"))
        return key
    except OSError as error:
        raise OperatorError(
            f"写不了 {path}：{error.strerror}，请设置 XDG_STATE_HOME 到可写的目录"
        ) from None
