"""What staff's verbs have in common: who types, one JSON document, and how a refusal is
told.
"""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence

from bot.columns import aligned
from bot.desk.refused import TERMINAL, worded
from bot.logs import incident
from bot.people.member import CaseReader
from bot.settings import OperatorError
from dialogs.case.refusals import Refusal
from dialogs.case.roles import HOTLINE, ROLES
from storage.port import BadPage, Broken, Refusing, Stale

log = logging.getLogger(__name__)
# exit codes, beside 0 and the 2 of a wrong command line
EXIT_REFUSED = 1
EXIT_LATER = 3
DAMAGED = (
    "没有办成，什么都没有改：数据库有一处坏了，读不出来。"
    "请运行 jianfu doctor 看坏在哪里，再用 jianfu restore 恢复备份。"
)


def common(parser: argparse.ArgumentParser) -> None:
    """`--json` and `--as`."""
    parser.add_argument(
        "--json", action="store_true", help="输出一个 JSON 文档，供脚本使用"
    )
    parser.add_argument("--as", dest="by", metavar="姓名", help="谁在办，默认是登录名")


async def answered(
    args: argparse.Namespace, work: Callable[[], Awaitable[None]]
) -> int:
    """Do it. Returns the exit code; what was refused is one sentence, on stderr and in
    the JSON.
    """
    try:
        await work()
    except Refusal as refusal:
        return _refused(args, worded(refusal, TERMINAL), refusal.legal, EXIT_REFUSED)
    except Stale:
        return _refused(
            args, "同事们正在改这一件，没有改成。请看一下再办。", (), EXIT_LATER
        )
    except BadPage as error:
        incident(log, error, "an order")
        return _refused(args, DAMAGED, (), EXIT_LATER)
    except Broken as error:
        number = incident(log, error, "an order")
        said = f"没有办成，什么都没有改：是程序的毛病，编号 {number}，请报告维护的人。"
        return _refused(args, said, (), EXIT_LATER)
    except Refusing:
        return _refused(
            args,
            "数据库现在写不进去，什么都没有改。请运行 jianfu doctor 看看，稍后再办。",
            (),
            EXIT_LATER,
        )
    return 0


def reader(who: CaseReader) -> None:
    """Raises: Refusal, if this member of staff does not read cases."""
    if who.role not in HOTLINE:
        readers = "、".join(ROLES[role] for role in HOTLINE)
        raise Refusal("not_a_reader", role=ROLES[who.role], who=readers)


def login() -> str:
    """Who types. Raises: OperatorError."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise OperatorError("不知道您是谁：请加 --as 姓名") from None


def out(args: argparse.Namespace, document: object, draw: Callable[[], None]) -> None:
    """The document for scripts, or what `draw` prints for people."""
    if args.json:
        print_json(document)
    else:
        draw()


def print_json(document: object) -> None:
    """Lone surrogates, which messengers do send, become JSON escapes."""
    written = json.dumps(document, ensure_ascii=False, indent=1)
    print(written.encode("utf-8", "backslashreplace").decode())


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print them in columns as wide as they must be."""
    for line in aligned(rows):
        print(line)


def _refused(
    args: argparse.Namespace, sentence: str, legal: tuple[str, ...], code: int
) -> int:
    if args.json:
        print_json({"refused": sentence, "legal": legal})
    print(sentence, file=sys.stderr)
    return code
